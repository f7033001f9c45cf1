//! The syntax tree that evaluation reads: one shape for native syntax and JSON, with a byte span on every part.
//!
//! Names follow the HCL native syntax specification (hashicorp/hcl, `hclsyntax/spec.md`).

use crate::base::source::{FileId, Span};
use std::sync::Arc;

/// One parsed file.
#[derive(Debug, Clone)]
pub struct File {
    /// The file's id.
    pub id: FileId,
    /// The top-level body. After errors it holds everything that could still be read.
    pub body: Body,
    /// What could not be parsed, in file order.
    pub errors: Vec<SyntaxError>,
    /// All comments, in file order.
    pub comments: Vec<Comment>,
}

/// A comment with its markers: `# …`, `// …` (without the line break) or `/* … */`; in JSON, the text of a member `"//"`
/// with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// In JSON, the object that it is a member of.
    pub within: Option<Span>,
}

/// A place that cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The offending text.
    pub span: Span,
    /// What is wrong, one sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// A further place that explains it, such as where the bracket was opened.
    pub related: Option<(Span, String)>,
    /// Not wrong, but more than is read: the budget.
    pub limit: Option<crate::base::budget::Limit>,
}

/// The attributes and blocks between two braces, or of a whole file.
#[derive(Debug, Clone)]
pub struct Body {
    /// `name = expression`, in file order. A name that is given twice is here twice (and an error was reported).
    pub attributes: Vec<Attribute>,
    /// Nested blocks, in file order.
    pub blocks: Vec<Block>,
    /// All of the body: between the braces, or the file.
    pub span: Span,
    /// Read from JSON: an attribute may then stand for blocks, which only its user can tell (see `syntax::json`).
    pub json: bool,
}

/// `name = expression`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The name.
    pub name: Ident,
    /// The value's expression; shared, so that a plan can point back at it.
    pub expr: Arc<Expr>,
    /// From the name to the end of the expression.
    pub span: Span,
}

/// `kind "label" … { body }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// The block's type, such as `resource`.
    pub kind: Ident,
    /// Its labels.
    pub labels: Vec<BlockLabel>,
    /// What it holds.
    pub body: Body,
    /// From the type to the end of the last label, without the brace.
    pub header: Span,
    /// All of it, with the closing brace.
    pub span: Span,
}

/// A block label with its quotes taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockLabel {
    /// Its text.
    pub text: Arc<str>,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// Its text.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true`, `false`.
    Bool(bool),
    /// A number as it is written, such as `1.50` or `1e3`; in JSON possibly with a leading `-`.
    Number(Arc<str>),
    /// A quoted string or heredoc without interpolation: escapes decoded, indentation taken off, in normal form C.
    String(Arc<str>),
    /// A template of several parts; its value is a string.
    Template(Vec<TemplatePart>),
    /// `"${expr}"` with nothing around it: the value of `expr` itself, of whatever type.
    Wrap(Box<Expr>),
    /// The root of a reference: `var`, `local`, `google_x`, a `for` variable.
    Variable(Arc<str>),
    /// `object.name`.
    GetAttr(Box<Expr>, Ident),
    /// `object[key]`, and the legacy `object.0` (then the key is a number).
    Index(Box<Expr>, Box<Expr>),
    /// `object.*…` or `object[*]…`.
    Splat(Box<Splat>),
    /// `name(args…)`.
    Call(Box<Call>),
    /// `[a, b]`.
    Tuple(Vec<Expr>),
    /// `{ k = v }`, in file order, duplicates kept.
    Object(Vec<ObjectItem>),
    /// `[for …]`, `{for …}`.
    For(Box<For>),
    /// `condition ? yes : no`.
    Conditional(Box<Conditional>),
    /// `left op right`.
    Binary(Box<Binary>),
    /// `!x`, `-x`.
    Unary(UnaryOp, Box<Expr>),
    /// `(x)`.
    Paren(Box<Expr>),
    /// Something that could not be parsed (an error was reported): its value is unknown.
    Error,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub enum TemplatePart {
    /// Text, decoded; trim markers of its neighbours are already applied.
    Text(Arc<str>),
    /// `${expr}`.
    Interpolation(Expr),
    /// `%{ if }…%{ else }…%{ endif }`.
    If(Box<TemplateIf>),
    /// `%{ for }…%{ endfor }`.
    For(Box<TemplateFor>),
}

/// `%{ if condition }yes%{ else }no%{ endif }`.
#[derive(Debug, Clone)]
pub struct TemplateIf {
    /// The condition.
    pub condition: Expr,
    /// Parts where it holds.
    pub yes: Vec<TemplatePart>,
    /// Parts where it does not; empty without `else`.
    pub no: Vec<TemplatePart>,
    /// From `%{ if` to `endif }`.
    pub span: Span,
}

/// `%{ for key, value in collection }body%{ endfor }`.
#[derive(Debug, Clone)]
pub struct TemplateFor {
    /// The key's name, if two are given.
    pub key: Option<Ident>,
    /// The value's name.
    pub value: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// Parts for each element.
    pub body: Vec<TemplatePart>,
    /// From `%{ for` to `endfor }`.
    pub span: Span,
}

/// A splat: `object.*` then `steps`, or `object[*]` then `steps`. What follows the steps of an attribute-only splat
/// (an index after `.*.a`) stands outside of it.
#[derive(Debug, Clone)]
pub struct Splat {
    /// What is splatted.
    pub object: Expr,
    /// The legacy attribute-only splat `.*`.
    pub attribute_only: bool,
    /// The marker `.*` or `[*]`.
    pub marker: Span,
    /// What is done to each element.
    pub steps: Vec<SplatStep>,
}

/// One step after a splat.
#[derive(Debug, Clone)]
pub enum SplatStep {
    /// `.name`.
    Attr(Ident),
    /// `[key]` or the legacy `.0`.
    Index(Expr),
    /// A splat on each element, with its own steps; always the last step.
    Splat(Vec<SplatStep>),
}

/// A function call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The name, with `::` namespaces written without spaces.
    pub name: Ident,
    /// The arguments.
    pub args: Vec<Expr>,
    /// The last argument is followed by `...`.
    pub expand: bool,
}

/// `key = value` in an object.
#[derive(Debug, Clone)]
pub struct ObjectItem {
    /// The key.
    pub key: ObjectKey,
    /// The value.
    pub value: Expr,
}

/// An object's key.
#[derive(Debug, Clone)]
pub enum ObjectKey {
    /// A bare name (also `null`, `true`, `for`-less keywords): its text is the key.
    Name(Ident),
    /// A quoted string, template, number or parenthesised expression.
    Expr(Expr),
}

impl ObjectKey {
    /// The key where it is written out: a bare name, or a string without interpolation.
    pub fn text(&self) -> Option<&str> {
        match self {
            ObjectKey::Name(name) => Some(&name.name),
            ObjectKey::Expr(key) => key.as_str(),
        }
    }
}

/// A `for` expression.
#[derive(Debug, Clone)]
pub struct For {
    /// The key's name, if two are given.
    pub key: Option<Ident>,
    /// The value's name.
    pub value: Ident,
    /// What is iterated.
    pub collection: Expr,
    /// The result's key in `{for … : key => value}`; `None` in `[for …]`.
    pub result_key: Option<Expr>,
    /// The result's value.
    pub result: Expr,
    /// `...` after the value: values are grouped by key.
    pub group: bool,
    /// `if condition`.
    pub condition: Option<Expr>,
}

/// `condition ? yes : no`.
#[derive(Debug, Clone)]
pub struct Conditional {
    /// The condition.
    pub condition: Expr,
    /// The value where it holds.
    pub yes: Expr,
    /// The value where it does not.
    pub no: Expr,
}

/// `left op right`.
#[derive(Debug, Clone)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// Left operand.
    pub left: Expr,
    /// Right operand.
    pub right: Expr,
}

/// Binary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum BinaryOp {
    Or,
    And,
    Eq,
    NotEq,
    Less,
    LessEq,
    Greater,
    GreaterEq,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
}

/// Unary operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    /// `!`.
    Not,
    /// `-`.
    Negate,
}

impl Body {
    /// The first attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|a| &*a.name.name == name)
    }

    /// The blocks of this type, in file order.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.blocks.iter().filter(move |b| &*b.kind.name == kind)
    }
}

impl Block {
    /// The text of label `i`, or "" where there is none.
    pub fn label(&self, i: usize) -> &str {
        self.labels.get(i).map(|l| &*l.text).unwrap_or("")
    }
}

impl Expr {
    /// An expression of this kind at this place.
    pub fn new(kind: ExprKind, span: Span) -> Self {
        Self { kind, span }
    }

    /// The text where this is a string without interpolation.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::String(s) => Some(s),
            ExprKind::Paren(e) => e.as_str(),
            _ => None,
        }
    }
}
