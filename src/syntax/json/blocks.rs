//! From JSON values to bodies, blocks and expressions.

use super::super::ast::{
    Attribute, Block, BlockLabel, Body, Expr, ExprKind, Ident, ObjectItem, ObjectKey, SyntaxError,
};
use super::super::{decode, expression_at, parse_template};
use super::reader::{Json, JsonKey, JsonKind};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How the strings of a place are read.
#[derive(Clone, Copy, PartialEq)]
enum Strings {
    /// As templates.
    Template,
    /// As they are.
    Literal,
    /// As expressions: references and types.
    Expression,
}

/// The top-level blocks and how many labels they have.
const TOP: [(&str, usize); 13] = [
    ("check", 1),
    ("data", 2),
    ("ephemeral", 2),
    ("import", 0),
    ("locals", 0),
    ("module", 1),
    ("moved", 0),
    ("output", 1),
    ("provider", 1),
    ("removed", 0),
    ("resource", 2),
    ("terraform", 0),
    ("variable", 1),
];

/// Terraform's own blocks inside these, with their number of labels.
fn inner_labels(parent: &str, name: &str) -> Option<usize> {
    let labels = match (parent, name) {
        ("terraform", "backend" | "provider_meta") => 1,
        ("terraform", "required_providers" | "cloud") => 0,
        ("cloud", "workspaces") => 0,
        ("variable", "validation") => 0,
        ("output" | "lifecycle", "precondition" | "postcondition") => 0,
        ("check", "assert") => 0,
        ("check", "data") => 2,
        ("resource" | "data" | "ephemeral", "lifecycle" | "connection") => 0,
        ("resource", "provisioner") => 1,
        ("provisioner", "connection") => 0,
        ("resource" | "data" | "ephemeral" | "provider" | "content", "dynamic") => 1,
        ("dynamic", "content") => 0,
        ("removed", "lifecycle") => 0,
        ("removed", "provisioner") => 1,
        ("removed", "connection") => 0,
        _ => return None,
    };
    Some(labels)
}

/// How an argument's strings are read, where not as templates.
fn strings_of(parent: &str, name: &str) -> Strings {
    match (parent, name) {
        ("variable", "default") | ("module", "source" | "version") | ("terraform", _) => Strings::Literal,
        ("required_providers", _) => Strings::Literal,
        ("variable", "type") => Strings::Expression,
        ("resource" | "data" | "ephemeral" | "module", "provider" | "providers" | "depends_on") => Strings::Expression,
        ("output", "depends_on") | ("moved" | "removed", "from") | ("moved" | "import", "to") => Strings::Expression,
        ("import", "provider") => Strings::Expression,
        ("lifecycle", "ignore_changes" | "replace_triggered_by") => Strings::Expression,
        ("provisioner", "when" | "on_failure") => Strings::Literal,
        ("dynamic", "iterator") => Strings::Literal,
        _ => Strings::Template,
    }
}

/// The body of a configuration file.
pub fn configuration(json: &Json, errors: &mut Vec<SyntaxError>) -> Body {
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: json.span, json: true };
    if matches!(json.kind, JsonKind::Null) {
        errors.push(wrong(json, "an object is needed here"));
    }
    for members in objects(json, errors) {
        for (key, value) in members {
            if key.text == "//" {
                continue;
            }
            match TOP.iter().find(|(kind, _)| *kind == key.text) {
                Some((_, labels)) => blocks(key, value, *labels, &mut Vec::new(), &mut body.blocks, errors),
                None => body.attributes.push(attribute("", key, value, errors)),
            }
        }
    }
    body
}

/// The body of a tfvars file.
pub fn values(json: &Json, errors: &mut Vec<SyntaxError>) -> Body {
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: json.span, json: true };
    match &json.kind {
        JsonKind::Object(members) => {
            let members: Vec<_> =
                members.iter().map(|(key, value)| (key, value)).filter(|m| m.0.text != "//").collect();
            given_twice(&members, false, errors);
            for (key, value) in members {
                let expr = Arc::new(expression(value, Strings::Literal, false, errors));
                body.attributes.push(Attribute { name: ident(key), expr, span: key.span.to(value.span) });
            }
        }
        _ => errors.push(wrong(json, "variable values are an object: { \"name\": value }")),
    }
    body
}

fn wrong(json: &Json, message: &str) -> SyntaxError {
    SyntaxError { span: json.span, message: message.into(), help: None, related: None, limit: None }
}

fn ident(key: &JsonKey) -> Ident {
    Ident { name: decode::nfc(&key.text), span: key.span }
}

type Members = Vec<(JsonKey, Json)>;

/// The objects that a body or a level of labels is: one, or an array of them.
fn objects<'j>(json: &'j Json, errors: &mut Vec<SyntaxError>) -> Vec<&'j Members> {
    let object = |json: &'j Json| match &json.kind {
        JsonKind::Object(members) => Ok(members),
        _ => Err(wrong(json, "an object is needed here")),
    };
    let found = match &json.kind {
        JsonKind::Array(items) => items.iter().map(object).collect(),
        JsonKind::Null => Vec::new(),
        _ => vec![object(json)],
    };
    found.into_iter().filter_map(|found| found.map_err(|e| errors.push(e)).ok()).collect()
}

/// The blocks of one type: label levels first, then bodies; each level may be an array.
fn blocks(
    kind: &JsonKey,
    json: &Json,
    labels: usize,
    taken: &mut Vec<(String, crate::base::source::Span)>,
    out: &mut Vec<Block>,
    errors: &mut Vec<SyntaxError>,
) {
    if labels == 0 {
        return bodies(kind, json, taken, out, errors);
    }
    let before = errors.len();
    let members: Vec<&(JsonKey, Json)> = objects(json, errors).into_iter().flatten().collect();
    if members.is_empty() && errors.len() == before {
        let message = format!("a label of the block `{}` is needed here, as the key of an object", kind.text);
        errors.push(wrong(json, &message));
    }
    for (key, value) in members {
        if key.text == "//" {
            if labels == 1 && is_no_block(value) {
                continue;
            }
            let message = format!("a comment cannot stand here, where the labels of `{}` are", kind.text);
            let help = Some("move the comment into the block".to_string());
            errors.push(SyntaxError { span: key.span, message, help, related: None, limit: None });
            continue;
        }
        taken.push((key.text.clone(), key.span));
        blocks(kind, value, labels - 1, taken, out, errors);
        taken.pop();
    }
}

/// Whether a value after the labels stands for no block at all.
fn is_no_block(json: &Json) -> bool {
    match &json.kind {
        JsonKind::Null => true,
        JsonKind::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The blocks that a value after the labels stands for: an object is one, an array one for each element.
fn bodies(
    kind: &JsonKey,
    json: &Json,
    taken: &[(String, crate::base::source::Span)],
    out: &mut Vec<Block>,
    errors: &mut Vec<SyntaxError>,
) {
    let elements = match &json.kind {
        JsonKind::Array(items) => items.iter().collect(),
        JsonKind::Null => Vec::new(),
        JsonKind::Object(_) => vec![json],
        _ => {
            errors.push(wrong(json, &format!("the block `{}` must be an object", kind.text)));
            Vec::new()
        }
    };
    for element in elements {
        let header = taken.last().map_or(kind.span, |(_, span)| *span);
        let members = match &element.kind {
            JsonKind::Object(members) => vec![members],
            // Their members are names of the user's, which Terraform does not gather from several objects.
            _ if matches!(&*kind.text, "locals" | "required_providers") => {
                errors.push(wrong(element, "an object is needed here"));
                Vec::new()
            }
            _ => objects(element, errors),
        };
        out.push(Block {
            kind: ident(kind),
            labels: taken.iter().map(|(text, span)| BlockLabel { text: text.as_str().into(), span: *span }).collect(),
            body: inner(&kind.text, element, &members, errors),
            header,
            span: header.to(element.span),
        });
    }
}

/// Whether the provider's schema says which members of a block's body are arguments and which are nested blocks.
fn schema_driven(parent: &str) -> bool {
    matches!(
        parent,
        "resource"
            | "data"
            | "ephemeral"
            | "provider"
            | "provisioner"
            | "connection"
            | "backend"
            | "provider_meta"
            | "dynamic"
            | "content"
    )
}

fn inner(parent: &str, json: &Json, members: &[&Members], errors: &mut Vec<SyntaxError>) -> Body {
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: json.span, json: true };
    let mut arguments = Vec::new();
    for (key, value) in members.iter().copied().flatten().filter(|(key, _)| key.text != "//") {
        match inner_labels(parent, &key.text) {
            Some(labels) => blocks(key, value, labels, &mut Vec::new(), &mut body.blocks, errors),
            None => {
                arguments.push((key, value));
                body.attributes.push(attribute(parent, key, value, errors));
            }
        }
    }
    given_twice(&arguments, schema_driven(parent), errors);
    body
}

/// Reports members that are given twice. Where they may be nested blocks, only what cannot be one is reported: an object
/// or array under the same key is one more block.
fn given_twice(members: &[(&JsonKey, &Json)], perhaps_blocks: bool, errors: &mut Vec<SyntaxError>) {
    let mut seen: FxHashMap<Arc<str>, crate::base::source::Span> = FxHashMap::default();
    for (key, value) in members {
        if perhaps_blocks && (key.text == "//" || matches!(value.kind, JsonKind::Object(_) | JsonKind::Array(_))) {
            continue;
        }
        let name = decode::nfc(&key.text);
        if let Some(first) = seen.get(&name) {
            errors.push(SyntaxError {
                span: key.span,
                message: format!("`{}` is set twice here", key.text),
                help: Some("remove one of them".into()),
                related: Some((*first, "first set here".into())),
                limit: None,
            });
        } else {
            seen.insert(name, key.span);
        }
    }
}

fn attribute(parent: &str, key: &JsonKey, value: &Json, errors: &mut Vec<SyntaxError>) -> Attribute {
    let expr = Arc::new(expression(value, strings_of(parent, &key.text), schema_driven(parent), errors));
    Attribute { name: ident(key), expr, span: key.span.to(value.span) }
}

/// A value as an expression; `perhaps_block` where its objects may also be bodies of nested blocks.
fn expression(json: &Json, strings: Strings, perhaps_block: bool, errors: &mut Vec<SyntaxError>) -> Expr {
    let kind = match &json.kind {
        JsonKind::Null => ExprKind::Null,
        JsonKind::Bool(b) => ExprKind::Bool(*b),
        JsonKind::Number(text) => ExprKind::Number(text.as_str().into()),
        JsonKind::String(text, escaped) => return string(json, text, *escaped, strings, errors),
        JsonKind::Array(items) => {
            ExprKind::Tuple(items.iter().map(|i| expression(i, strings, perhaps_block, errors)).collect())
        }
        JsonKind::Object(members) => {
            let pairs: Vec<_> = members.iter().map(|(key, value)| (key, value)).collect();
            given_twice(&pairs, perhaps_block, errors);
            let item = |(key, value): &(JsonKey, Json)| {
                let name = match strings {
                    Strings::Template if key.text.contains("${") || key.text.contains("%{") => {
                        let (expr, found) = parse_template(key.span.file, key.span.start + 1, &key.text);
                        errors.extend(found);
                        ObjectKey::Expr(expr)
                    }
                    _ => ObjectKey::Name(ident(key)),
                };
                ObjectItem { key: name, value: expression(value, strings, perhaps_block, errors) }
            };
            ExprKind::Object(members.iter().map(item).collect())
        }
    };
    Expr::new(kind, json.span)
}

fn string(json: &Json, text: &str, escaped: bool, strings: Strings, errors: &mut Vec<SyntaxError>) -> Expr {
    let plain = || Expr::new(ExprKind::String(decode::nfc(text)), json.span);
    let (mut expr, mut found) = match strings {
        Strings::Literal => return plain(),
        Strings::Template if !text.contains("${") && !text.contains("%{") => return plain(),
        Strings::Template => parse_template(json.span.file, json.span.start + 1, text),
        Strings::Expression => expression_at(json.span.file, json.span.start + 1, text),
    };
    if strings == Strings::Expression {
        // Not a reference or type: the text itself, as quoted references of old.
        return if found.is_empty() { Expr::new(expr.kind, json.span) } else { plain() };
    }
    if escaped {
        // Offsets inside a string with escapes are not the file's: the whole string is to blame.
        found.iter_mut().for_each(|e| e.span = json.span);
        replace_spans(&mut expr, json.span);
    }
    errors.extend(found);
    Expr::new(expr.kind, json.span)
}

/// Puts the place of a whole string on the parts of its template that a message may point at.
fn replace_spans(expr: &mut Expr, span: crate::base::source::Span) {
    expr.span = span;
    match &mut expr.kind {
        ExprKind::Wrap(inner) | ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => replace_spans(inner, span),
        ExprKind::GetAttr(object, name) => {
            name.span = span;
            replace_spans(object, span);
        }
        ExprKind::Index(object, key) => {
            replace_spans(object, span);
            replace_spans(key, span);
        }
        ExprKind::Call(call) => {
            call.name.span = span;
            call.args.iter_mut().for_each(|a| replace_spans(a, span));
        }
        ExprKind::Template(parts) => {
            for part in parts {
                if let super::super::ast::TemplatePart::Interpolation(inner) = part {
                    replace_spans(inner, span);
                }
            }
        }
        _ => {}
    }
}

/// The nested blocks that an argument of a JSON body stands for: an object, or an array of objects. What is neither (a
/// whole-string template) gives none.
pub fn blocks_of(attribute: &Attribute) -> Vec<Block> {
    let mut out = Vec::new();
    nested(&attribute.name, &attribute.expr, &mut out);
    out
}

fn nested(name: &Ident, expr: &Expr, out: &mut Vec<Block>) {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().for_each(|item| nested(name, item, out)),
        ExprKind::Object(items) => out.push(Block {
            kind: name.clone(),
            labels: Vec::new(),
            body: nested_body(items, expr),
            header: name.span,
            span: name.span.to(expr.span),
        }),
        _ => {}
    }
}

fn nested_body(items: &[ObjectItem], expr: &Expr) -> Body {
    let mut body = Body { attributes: Vec::new(), blocks: Vec::new(), span: expr.span, json: true };
    for item in items {
        let ObjectKey::Name(key) = &item.key else { continue };
        if &*key.name == "//" {
            continue;
        }
        if &*key.name == "dynamic" {
            dynamic(key, &item.value, &mut body.blocks);
            continue;
        }
        let span = key.span.to(item.value.span);
        body.attributes.push(Attribute { name: key.clone(), expr: Arc::new(item.value.clone()), span });
    }
    body
}

/// `"dynamic": { "kind": { "for_each": …, "content": … } }`.
fn dynamic(key: &Ident, expr: &Expr, out: &mut Vec<Block>) {
    match &expr.kind {
        ExprKind::Tuple(items) => items.iter().for_each(|item| dynamic(key, item, out)),
        ExprKind::Object(items) => {
            for item in items {
                let ObjectKey::Name(kind) = &item.key else { continue };
                let bodies: Vec<&Expr> = match &item.value.kind {
                    ExprKind::Tuple(items) => items.iter().collect(),
                    _ => vec![&item.value],
                };
                for value in bodies {
                    let ExprKind::Object(members) = &value.kind else { continue };
                    out.push(Block {
                        kind: key.clone(),
                        labels: vec![BlockLabel { text: kind.name.clone(), span: kind.span }],
                        body: nested_body(members, value),
                        header: kind.span,
                        span: kind.span.to(value.span),
                    });
                }
            }
        }
        _ => {}
    }
}
