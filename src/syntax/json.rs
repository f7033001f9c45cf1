//! JSON syntax (`.tf.json`), as HCL's JSON specification and Terraform read it, with the place of every value.

mod blocks;
mod reader;

pub use blocks::blocks_of;
use blocks::{configuration, values};

use super::ast::{Body, Comment, File, SyntaxError};
use crate::base::source::{FileId, Span};
use reader::{Json, JsonKind, JsonReader};

/// Parses a `.tf.json` file.
pub fn parse_configuration(id: FileId, text: &str) -> File {
    file(id, text, configuration)
}

/// Parses a `.tfvars.json` file: literal values.
pub fn parse_values(id: FileId, text: &str) -> File {
    file(id, text, values)
}

fn file(id: FileId, text: &str, read: fn(&Json, &mut Vec<SyntaxError>) -> Body) -> File {
    let mut reader = JsonReader::new(id, text);
    let parsed = reader.document();
    let mut errors = reader.errors;
    let body = match &parsed {
        Some(json) => read(json, &mut errors),
        None => {
            Body { attributes: Vec::new(), blocks: Vec::new(), span: Span::new(id, 0, text.len() as u32), json: true }
        }
    };
    errors.sort_by_key(|e| e.span.start);
    let mut comments = Vec::new();
    parsed.iter().filter(|_| text.contains("\"//\"")).for_each(|json| gather(json, &mut comments));
    File { id, body, errors, comments }
}

/// The object of a file's `resource` blocks that holds this place, or else the file's own object, and whether it is the
/// former.
pub fn resources_around(id: FileId, text: &str, at: u32) -> Option<(Span, bool)> {
    let json = JsonReader::new(id, text).document()?;
    let holds = |json: &&Json| json.span.start <= at && at < json.span.end && matches!(json.kind, JsonKind::Object(_));
    let top = one_of(&json).find(holds)?;
    let JsonKind::Object(members) = &top.kind else { return None };
    let resources = members.iter().filter(|(key, _)| key.text == "resource").flat_map(|(_, value)| one_of(value));
    Some(resources.into_iter().find(holds).map_or((top.span, false), |resources| (resources.span, true)))
}

/// An array's items, or the value itself.
fn one_of(json: &Json) -> impl Iterator<Item = &Json> {
    let items = match &json.kind {
        JsonKind::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(json),
    };
    items.iter()
}

/// Gathers the comments: texts that are members `"//"`.
fn gather(json: &Json, comments: &mut Vec<Comment>) {
    match &json.kind {
        JsonKind::Array(items) => items.iter().for_each(|item| gather(item, comments)),
        JsonKind::Object(members) => {
            for (key, value) in members {
                match &value.kind {
                    JsonKind::String(..) if key.text == "//" => {
                        comments.push(Comment { span: value.span, within: Some(json.span) });
                    }
                    _ => gather(value, comments),
                }
            }
        }
        _ => {}
    }
}
