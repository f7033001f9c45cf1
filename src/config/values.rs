//! `vars` of an environment, as a tfvars file would have them.

use super::error::{Checked, Fault};
use super::file::SpannedText;
use super::span;
use crate::base::source::{FileId, Span};
use crate::syntax::ast::{Attribute, Body, Expr, ExprKind, File, Ident, ObjectItem, ObjectKey};
use indexmap::IndexMap;
use std::sync::Arc;
use toml::{Spanned, Value};

/// The values as a file of attributes whose places are those in the configuration file.
pub fn tfvars(vars: &IndexMap<SpannedText, Spanned<Value>>, id: FileId) -> Checked<File> {
    let attribute = |(name, value): (&SpannedText, &Spanned<Value>)| {
        let (name_span, value_span) = (span(id, name.span()), span(id, value.span()));
        let ident = Ident { name: name.get_ref().as_str().into(), span: name_span };
        let expr = Arc::new(
            expr(value.get_ref(), value_span)
                .map_err(|()| Fault::at(value.span(), "Terraform has no date type").help("write it in quotes"))?,
        );
        Ok(Attribute { name: ident, expr, span: name_span.to(value_span) })
    };
    let attributes = vars.iter().map(attribute).collect::<Checked<_>>()?;
    let body = Body { attributes, blocks: Vec::new(), span: Span::new(id, 0, 0), json: false };
    Ok(File { id, body, errors: Vec::new(), comments: Vec::new() })
}

/// A value as an expression; parts of it share its place. `Err` for a date.
fn expr(value: &Value, span: Span) -> Result<Expr, ()> {
    let kind = match value {
        Value::String(text) => ExprKind::String(text.as_str().into()),
        Value::Integer(number) => ExprKind::Number(number.to_string().into()),
        Value::Float(number) => ExprKind::Number(number.to_string().into()),
        Value::Boolean(truth) => ExprKind::Bool(*truth),
        Value::Array(items) => ExprKind::Tuple(items.iter().map(|item| expr(item, span)).collect::<Result<_, _>>()?),
        Value::Table(items) => {
            let item = |(key, value): (&String, &Value)| {
                let key = ObjectKey::Expr(Expr::new(ExprKind::String(key.as_str().into()), span));
                Ok(ObjectItem { key, value: expr(value, span)? })
            };
            ExprKind::Object(items.iter().map(item).collect::<Result<_, _>>()?)
        }
        Value::Datetime(_) => return Err(()),
    };
    Ok(Expr::new(kind, span))
}
