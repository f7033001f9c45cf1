//! Edits that add to a configuration, in the syntax of the file that they change.

use super::{Resource, StaticPlan};
use crate::base::source::{FileId, SourceFile, Span};
use crate::diagnostic::Edit;
use crate::load::is_terraform;
use crate::syntax;
use crate::syntax::ast::{Block, Body, Expr, ExprKind, ObjectKey};
use serde_json::{Map, Value, json};

impl StaticPlan {
    /// Whether a place is in a file of JSON.
    pub fn is_json(&self, place: Span) -> bool {
        self.sources.as_ref().is_some_and(|sources| sources.path(place.file).extension().is_some_and(|e| e == "json"))
    }

    /// The edit that adds an argument or a block at the end of a block, or an entry at the end of an object, indented as that
    /// is.
    pub fn add_line(&self, block: Span, line: &str) -> Option<Edit> {
        let file = self.sources.as_ref()?.get(block.file)?;
        if self.is_json(block) {
            return add_to_object(&file, block, &members(line)?);
        }
        let text = file.slice(block.start, block.end);
        let start = file.position(block.start);
        let own = file.slice(file.line(start.line)?.start, block.start);
        let indent: String = own.chars().take_while(|c| c.is_whitespace()).collect();
        let (before, _) = text.rsplit_once('}')?;
        let Some((inner, gap)) = before.rsplit_once('\n') else {
            return on_one_line(block, before, &indent, line);
        };
        if !gap.trim().is_empty() {
            return None;
        }
        // Before the line break, of whichever kind.
        let inner = inner.strip_suffix('\r').unwrap_or(inner);
        let at = block.start + u32::try_from(inner.len()).ok()?;
        let line = line.replace('\n', &format!("\n{indent}  "));
        Some(Edit { span: Span::new(block.file, at, at), text: format!("\n{indent}  {line}") })
    }

    /// The edit that adds a resource after another, or after the call of a module that is not on disk; `None` where neither is
    /// in a file of Terraform's.
    pub fn add_after(&self, resource: &Resource, text: &str) -> Option<Edit> {
        let call = || self.scopes.as_ref()?.get()?.call_of(resource.header?);
        let block = resource.span.or_else(call)?;
        let sources = self.sources.as_ref()?;
        let path = sources.path(block.file);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !is_terraform(&name) {
            return None;
        }
        if !self.is_json(block) {
            let at = Span::new(block.file, block.end, block.end);
            return Some(Edit { span: at, text: format!("\n\n{text}") });
        }
        let file = sources.get(block.file)?;
        let (object, within) = syntax::resources_around(block.file, &file.text, block.start)?;
        let mut members = members(text)?;
        if within && let Some(Value::Object(resources)) = members.remove("resource") {
            members = resources;
        }
        add_to_object(&file, object, &members)
    }

    /// An argument or block as the file of a place would have it.
    pub fn in_syntax_of(&self, place: Option<Span>, code: &str) -> String {
        match place.filter(|place| self.is_json(*place)).and_then(|_| members(code)) {
            Some(members) => shown(&members),
            None => code.to_string(),
        }
    }
}

/// Adds to a block or an object on one line, which it puts on lines of their own: a block has only one argument on its line.
fn on_one_line(block: Span, before: &str, indent: &str, line: &str) -> Option<Edit> {
    let (head, inner) = before.split_once('{')?;
    let is_object = head.is_empty();
    let from = block.start + u32::try_from(head.len()).ok()? + 1;
    let to = from + u32::try_from(inner.len()).ok()?;
    let own = inner.trim();
    if is_object && !own.is_empty() {
        let at = from + u32::try_from(inner.trim_end().len()).ok()?;
        return Some(Edit { span: Span::new(block.file, at, at), text: format!(", {line}") });
    }
    let line = line.replace('\n', &format!("\n{indent}  "));
    let own = if own.is_empty() { String::new() } else { format!("\n{indent}  {own}") };
    Some(Edit { span: Span::new(block.file, from, to), text: format!("{own}\n{indent}  {line}\n{indent}") })
}

/// Adds members to an object of JSON.
fn add_to_object(file: &SourceFile, object: Span, members: &Map<String, Value>) -> Option<Edit> {
    let text = file.slice(object.start, object.end);
    let inner = text.strip_suffix('}')?.trim_end();
    let at = object.start + u32::try_from(inner.len()).ok()?;
    let comma = if inner.ends_with('{') { "" } else { "," };
    let breaks = if text.get(inner.len()..).is_some_and(|end| end.contains('\n')) { "\n" } else { " " };
    let last = text.lines().last().unwrap_or_default();
    let indent: String = last.chars().take_while(|c| c.is_whitespace()).filter(|_| breaks == "\n").collect();
    let more = if breaks == "\n" { "  " } else { "" };
    Some(Edit {
        span: Span::new(object.file, at, at),
        text: format!("{comma}{breaks}{indent}{more}{}", shown(members)),
    })
}

/// Members of an object as text.
fn shown(members: &Map<String, Value>) -> String {
    members.iter().map(|(key, value)| format!("{key:?}: {value}")).collect::<Vec<_>>().join(", ")
}

/// A piece of native syntax as members of a JSON object.
fn members(code: &str) -> Option<Map<String, Value>> {
    let file = syntax::parse(FileId::FACTS, code, &[]);
    file.errors.is_empty().then(|| body(&file.body, code))
}

fn body(body: &Body, code: &str) -> Map<String, Value> {
    let arguments = body.attributes.iter().map(|a| (a.name.name.to_string(), value(&a.expr, code)));
    let block = |b: &Block| {
        let inner = Value::from(self::body(&b.body, code));
        let labelled = b.labels.iter().rev().fold(inner, |inner, label| json!({ &*label.text: inner }));
        (b.kind.name.to_string(), labelled)
    };
    let blocks = body.blocks.iter().map(block);
    arguments.chain(blocks).collect()
}

fn value(expr: &Expr, code: &str) -> Value {
    let source = || code.get(expr.span.start as usize..expr.span.end as usize).unwrap_or_default();
    match &expr.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(truth) => (*truth).into(),
        ExprKind::Number(_) => serde_json::from_str(source()).unwrap_or_default(),
        ExprKind::String(text) => text.replace("${", "$${").replace("%{", "%%{").into(),
        ExprKind::Tuple(items) => items.iter().map(|item| value(item, code)).collect(),
        ExprKind::Object(items) => {
            let key = |key: &ObjectKey| match key {
                ObjectKey::Name(name) => name.name.to_string(),
                ObjectKey::Expr(key) => key.as_str().unwrap_or_default().to_string(),
            };
            Value::Object(items.iter().map(|item| (key(&item.key), value(&item.value, code))).collect())
        }
        _ => format!("${{{}}}", source()).into(),
    }
}
