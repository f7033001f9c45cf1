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
