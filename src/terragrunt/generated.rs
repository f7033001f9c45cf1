//! Files that a unit generates. A text of which parts are not known still declares what it declares.

use super::config::value;
use super::functions::object;
use super::terraform::ArgumentOf;
use crate::base::source::{GeneratedText, SourceFile, Span};
use crate::cty::value::{Marks, Reasons, Type, Value, convert};
use crate::eval::{Evaluator, Sheet};
use crate::syntax;
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, File, ObjectItem, ObjectKey, TemplatePart};
use std::path::PathBuf;
use std::sync::Arc;

/// What stands in a generated text for a part that is not known: a name, so that what is around it can be parsed.
const HOLE: &str = "part_of_a_generated_text_that_is_not_known";

/// A file that Terragrunt writes into the folder in which Terraform runs.
#[derive(Clone, Debug)]
pub struct GeneratedFile {
    path: Value,
    text: PartialText,
    keeps_existing: bool,
    is_disabled: bool,
    /// Where it is written.
    pub place: Span,
}

/// A text of which parts may not be known.
#[derive(Clone, Debug)]
pub struct PartialText {
    /// With [`HOLE`] where a part is not known; `None` where nothing is known.
    known: Option<String>,
    /// Why parts are not known.
    reasons: Reasons,
    marks: Marks,
}

/// A generated file as Terraform reads it.
#[derive(Debug)]
pub enum Generated {
    /// With what it declares.
    File(Arc<File>),
    /// It may declare anything: why.
    Unknown(String),
}

impl PartialText {
    fn of(value: Value) -> PartialText {
        let (reasons, marks) = (value.collect_reasons(), value.deep_marks());
        PartialText { known: value.as_str().map(str::to_string), reasons, marks }
    }
}

/// The text that an expression makes, part by part where it is a template.
pub fn text(sheet: &Sheet, expr: &Expr, names: &[(Arc<str>, Value)]) -> PartialText {
    let whole = value(sheet, expr, names);
    let ExprKind::Template(parts) = &expr.kind else { return PartialText::of(whole) };
    if whole.as_str().is_some() {
        return PartialText::of(whole);
    }
    let mut text =
        PartialText { known: Some(String::new()), reasons: whole.collect_reasons(), marks: whole.deep_marks() };
    for part in parts {
        let piece = match part {
            TemplatePart::Text(piece) => Some(piece.to_string()),
            TemplatePart::Interpolation(inner) => {
                let value = value(sheet, inner, names);
                text.marks = text.marks.union(value.deep_marks());
                let known = convert(&value, &Type::String).ok().and_then(|value| Some(value.as_str()?.to_string()));
                Some(known.filter(|_| !value.marks.contains(Marks::PLACE)).unwrap_or_else(|| HOLE.into()))
            }
            TemplatePart::If(_) | TemplatePart::For(_) => {
                let part = Expr { kind: ExprKind::Template(vec![part.clone()]), span: expr.span };
                value(sheet, &part, names).as_str().map(str::to_string)
            }
        };
        text.known = text.known.zip(piece).map(|(text, piece)| text + &piece);
    }
    text
}

impl GeneratedFile {
    /// That of a `generate` block.
    pub fn of(block: &Block, of: ArgumentOf, text: &dyn Fn(&Expr) -> PartialText) -> GeneratedFile {
        let contents = block.body.attribute("contents").map(|contents| text(&contents.expr));
        GeneratedFile::with(of, contents.unwrap_or_else(|| PartialText::of(Value::null())), block.header)
    }

    /// That of an entry of `generate = { … }`.
    pub fn of_object(file: &Value, place: Span) -> GeneratedFile {
        let of = |name: &str| file.get(name).cloned();
        let text = if file.is_known() { of("contents").unwrap_or_else(Value::null) } else { file.clone() };
        GeneratedFile::with(&of, PartialText::of(text), place)
    }

    fn with(of: ArgumentOf, text: PartialText, place: Span) -> GeneratedFile {
        GeneratedFile {
            path: of("path").unwrap_or_else(Value::null),
            text,
            keeps_existing: of("if_exists").is_some_and(|value| value.as_str() == Some("skip")),
            is_disabled: of("disable").and_then(|value| value.as_bool()) == Some(true),
            place,
        }
    }

    /// It as other configurations see it.
    pub fn object(&self) -> Value {
        let PartialText { known, reasons, marks } = &self.text;
        let contents = match (known, reasons.is_empty()) {
            (Some(text), true) => Value::string(text),
            _ => Value::unknown(Type::String, reasons.clone()),
        };
        object([
            ("path", self.path.clone()),
            ("contents", contents.mark(*marks)),
            ("if_exists", Value::string(if self.keeps_existing { "skip" } else { "overwrite" })),
            ("disable", Value::bool(self.is_disabled)),
        ])
    }

    /// Its name, where it is a file that Terraform reads in the folder in which it runs.
    pub fn name(&self) -> Option<&str> {
        let path = self.path.as_str().filter(|_| !self.is_disabled)?;
        let path = path.strip_prefix("./").unwrap_or(path);
        let name = path.rsplit('/').next()?;
        (crate::load::is_terraform(name) && (!path.contains('/') || path.starts_with('/'))).then_some(name)
    }

    /// Whether a file of the same name stays as it is.
    pub fn keeps_existing(&self) -> bool {
        self.keeps_existing
    }

    /// What Terraform reads.
    pub fn read(&self, name: &str, by: &str, evaluator: &Evaluator) -> Generated {
        let PartialText { known, reasons, marks } = &self.text;
        let why: Vec<String> = reasons.iter().map(|reason| reason.kind.to_string()).collect();
        let why = if why.is_empty() { "it is not known".to_string() } else { why.join("; ") };
        let Some(text) = known else { return Generated::Unknown(why) };
        let decides = reasons.iter().find_map(|reason| reason.kind.input()).unwrap_or_else(|| by.to_string());
        let source = SourceFile::new(PathBuf::from(format!("{by} generates {name}")), text.as_bytes().to_vec())
            .private(marks.is_hidden())
            .generated(GeneratedText { by: self.place, decides: decides.into() });
        let text = source.text.clone();
        let id = evaluator.sources.add(source);
        let json = name.ends_with(".json");
        let parsed = if json { syntax::parse_json(id, &text) } else { syntax::parse(id, &text, &[]) };
        if !text.contains(HOLE) {
            return Generated::File(Arc::new(parsed));
        }
        let filled = Holes { text: &text }.body(&parsed.body);
        match filled.filter(|_| parsed.errors.is_empty()) {
            Some(body) => Generated::File(Arc::new(File { body, ..parsed })),
            None => Generated::Unknown(why),
        }
    }
}

/// Puts what is not known in the place of holes.
struct Holes<'t> {
    text: &'t str,
}

impl Holes<'_> {
    fn has(&self, span: Span) -> bool {
        self.text.get(span.start as usize..span.end as usize).is_none_or(|text| text.contains(HOLE))
    }

    /// `None` where a name is not known.
    fn body(&self, body: &Body) -> Option<Body> {
        let attributes = body.attributes.iter().map(|a| self.attribute(a)).collect::<Option<_>>()?;
        let blocks = body.blocks.iter().map(|block| self.block(block)).collect::<Option<_>>()?;
        Some(Body { attributes, blocks, ..body.clone() })
    }

    fn block(&self, block: &Block) -> Option<Block> {
        if self.has(block.kind.span) || block.labels.iter().any(|label| self.has(label.span)) {
            return None;
        }
        Some(Block { body: self.body(&block.body)?, ..block.clone() })
    }

    fn attribute(&self, attribute: &Attribute) -> Option<Attribute> {
        if self.has(attribute.name.span) {
            return None;
        }
        Some(Attribute { expr: Arc::new(self.expr(&attribute.expr)), ..attribute.clone() })
    }

    fn expr(&self, expr: &Expr) -> Expr {
        if !self.has(expr.span) {
            return expr.clone();
        }
        let kind = match &expr.kind {
            ExprKind::Tuple(items) => ExprKind::Tuple(items.iter().map(|item| self.expr(item)).collect()),
            ExprKind::Object(items) => {
                let item = |item: &ObjectItem| {
                    let key = match &item.key {
                        ObjectKey::Name(name) if self.has(name.span) => return None,
                        ObjectKey::Name(name) => ObjectKey::Name(name.clone()),
                        ObjectKey::Expr(key) => ObjectKey::Expr(self.expr(key)),
                    };
                    Some(ObjectItem { key, value: self.expr(&item.value) })
                };
                items.iter().map(item).collect::<Option<Vec<_>>>().map_or(ExprKind::Error, ExprKind::Object)
            }
            ExprKind::Paren(inner) => ExprKind::Paren(Box::new(self.expr(inner))),
            _ => ExprKind::Error,
        };
        Expr { kind, span: expr.span }
    }
}
