//! Edits that add to a configuration, in the syntax of the file that they change.

use super::StaticPlan;
use crate::base::source::{FileId, SourceFile, Span};
use crate::diagnostic::Edit;
use crate::syntax;
use crate::syntax::ast::{Body, Expr, ExprKind, ObjectKey};
use serde_json::{Map, Value};

impl StaticPlan {
    /// Whether a place is in a file of JSON.
    pub fn is_json(&self, place: Span) -> bool {
        self.sources.as_ref().is_some_and(|sources| sources.path(place.file).extension().is_some_and(|e| e == "json"))
    }

    /// The edit that adds an argument or a block at the end of a block, indented as the block is; `None` for a native block
    /// on one line.
    pub fn add_line(&self, block: Span, line: &str) -> Option<Edit> {
        let file = self.sources.as_ref()?.get(block.file)?;
        if self.is_json(block) {
            return add_members(&file, block, line);
        }
        let text = file.slice(block.start, block.end);
        let start = file.position(block.start);
        let own = file.slice(file.line(start.line)?.start, block.start);
        let indent: String = own.chars().take_while(|c| c.is_whitespace()).collect();
        let (before, _) = text.rsplit_once('}')?;
        let (inner, gap) = before.rsplit_once('\n')?;
        if !gap.trim().is_empty() {
            return None;
        }
        // Before the line break, of whichever kind.
        let inner = inner.strip_suffix('\r').unwrap_or(inner);
        let at = block.start + u32::try_from(inner.len()).ok()?;
        let line = line.replace('\n', &format!("\n{indent}  "));
        Some(Edit { span: Span::new(block.file, at, at), text: format!("\n{indent}  {line}") })
    }

    /// The edit that adds a block of its own after another; `None` in JSON, where blocks of a type stand together.
    pub fn add_after(&self, block: Span, text: &str) -> Option<Edit> {
        let at = Span::new(block.file, block.end, block.end);
        (!self.is_json(block)).then(|| Edit { span: at, text: format!("\n\n{}", text.trim_end()) })
    }

    /// An argument or block as the file of a place would have it.
    pub fn in_syntax_of(&self, place: Option<Span>, code: &str) -> String {
        match place.filter(|place| self.is_json(*place)).and_then(|_| members(code)) {
            Some(members) => {
                members.iter().map(|(key, value)| format!("{key:?}: {value}")).collect::<Vec<_>>().join(", ")
            }
            None => code.to_string(),
        }
    }
}

/// Adds the members of a piece of native syntax to an object.
fn add_members(file: &SourceFile, block: Span, code: &str) -> Option<Edit> {
    let text = file.slice(block.start, block.end);
    let inner = text.strip_suffix('}')?.trim_end();
    let at = block.start + u32::try_from(inner.len()).ok()?;
    let comma = if inner.ends_with('{') { "" } else { "," };
    let members: Vec<String> = members(code)?.iter().map(|(key, value)| format!("{key:?}: {value}")).collect();
    Some(Edit { span: Span::new(block.file, at, at), text: format!("{comma} {}", members.join(", ")) })
}

/// A piece of native syntax as members of a JSON object.
fn members(code: &str) -> Option<Map<String, Value>> {
    let file = syntax::parse(FileId::FACTS, code, &[]);
    file.errors.is_empty().then(|| body(&file.body, code))
}

fn body(body: &Body, code: &str) -> Map<String, Value> {
    let arguments = body.attributes.iter().map(|a| (a.name.name.to_string(), value(&a.expr, code)));
    let blocks = body.blocks.iter().map(|b| (b.kind.name.to_string(), self::body(&b.body, code).into()));
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
