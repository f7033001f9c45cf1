//! A second opinion: `hcl-edit` parses the same text. Both accept or refuse it, and read the same structure, but for a list of known
//! differences. In each of them HashiCorp's own parser (hcl 2.24) agrees with kfplint: `tests/syntax/corner_cases.json` has the cases.

use hcl_edit::expr::{self as their, Expression, TraversalOperator};
use hcl_edit::structure::{BlockLabel, Body as TheirBody};
use hcl_edit::template::{Directive, Element, Template};
use kfplint::base::source::{FileId, SourceFile};
use kfplint::syntax::ast::{self as ours, Expr, ExprKind, ObjectKey, SplatStep, TemplatePart};
use kfplint::syntax::lexer::{self, TokenKind};
use std::fmt::Write;

/// How the two parsers differ about a text.
#[derive(Debug, PartialEq)]
pub enum Difference {
    /// Only hcl-edit accepts it.
    OnlyTheirs(String),
    /// Only kfplint accepts it.
    OnlyOurs(String),
    /// Both accept it, and read something else: the two structures from the first line that differs.
    Structure(String, String),
}

/// Holds the two parsers to each other.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(difference) = difference(text) {
        assert!(known(text, &difference).is_some(), "{difference:?}");
    }
}

/// How the parsers differ about a text; `None` where they do not.
pub fn difference(text: &str) -> Option<Difference> {
    let source = SourceFile::new("main.tf".into(), text.as_bytes().to_vec());
    let file = kfplint::syntax::parse(FileId(0), &source.text, &source.invalid_utf8);
    match (file.errors.first(), hcl_edit::parser::parse_body(text)) {
        (None, Err(error)) => Some(Difference::OnlyOurs(error.message().to_string())),
        (Some(error), Ok(_)) => Some(Difference::OnlyTheirs(error.message.clone())),
        (Some(_), Err(_)) => None,
        (None, Ok(body)) => {
            let (mut ours, mut theirs) = (String::new(), String::new());
            Ours { text: &source.text, out: &mut ours }.body(&file.body);
            Theirs { out: &mut theirs }.body(&body);
            let mut lines = ours.lines().zip(theirs.lines());
            match lines.find(|(ours, theirs)| ours != theirs) {
                Some((ours, theirs)) => Some(Difference::Structure(ours.into(), theirs.into())),
                None if ours.len() != theirs.len() => Some(Difference::Structure("…".into(), "…".into())),
                None => None,
            }
        }
    }
}

/// The known difference that explains one; `None` where none does. Each is a property of the text or hcl-edit's own message.
pub fn known(text: &str, difference: &Difference) -> Option<&'static str> {
    let tokens = lexer::lex(text).into_iter().filter(|token| token.kind != TokenKind::Space).collect();
    let tokens = Tokens { text, tokens };
    match difference {
        Difference::OnlyOurs(message) => refused(&tokens, message),
        Difference::OnlyTheirs(_) => accepted(&tokens),
        Difference::Structure(..) => match () {
            () if tokens.any(TokenKind::OpenHeredoc) => Some("an empty heredoc, or the indentation of `<<-`"),
            () if tokens.any(TokenKind::Directive) => Some("escapes in a directive of a quoted string"),
            () if !text.is_ascii() => Some("strings that are not in normal form C"),
            () => None,
        },
    }
}

/// What hcl-edit refuses and HashiCorp's parser accepts.
fn refused(tokens: &Tokens, message: &str) -> Option<&'static str> {
    match () {
        () if message.contains("unique object key") => Some("a key of an object that is there twice"),
        () if message.contains("invalid nesting depth") => Some("more than 64 levels of nesting"),
        () if message.contains("chained binary operators") => Some("more than 128 operators in a row"),
        () if tokens.text.starts_with('\u{feff}') => Some("a byte order mark"),
        () if tokens.text.contains('\r') => Some("a bare carriage return in a comment"),
        () if tokens.row(&[&[TokenKind::Minus, TokenKind::Not], BREAKS]) => Some("a line break after a unary operator"),
        () if tokens.row(&[CLOSED, BREAKS, OPERATORS]) => {
            Some("an operator after a line break, taken with the line before")
        }
        () if tokens.any(TokenKind::OpenHeredoc) => Some("a line of a heredoc that begins with its marker"),
        () if tokens.word("for") || tokens.word("if") => Some("a line break inside of a for expression or directive"),
        () if tokens.number(|n| n.len() > 15 || n.contains(['e', 'E'])) => Some("a number beyond 64 bits"),
        () => None,
    }
}

/// What hcl-edit accepts and HashiCorp's parser refuses.
fn accepted(tokens: &Tokens) -> Option<&'static str> {
    match () {
        () if tokens.text.contains('\r') => Some("a bare carriage return"),
        () if tokens.row(&[&[TokenKind::Dot], BREAKS]) => Some("a line break after a dot"),
        () if tokens.any(TokenKind::OpenHeredoc) => Some("a heredoc whose marker is not alone on its line"),
        () if tokens.any(TokenKind::Unterminated) => Some("a line break in a quoted string"),
        () if tokens.row(&[CLOSED, BREAKS, OPERATORS]) => Some("an operator after a line break"),
        () if tokens.number(|n| n.contains('.')) => Some("a number with two dots, or a chained legacy index"),
        () if tokens.any(TokenKind::Star) => Some("a splat in a splat"),
        () if tokens.word("for") => Some("`for` as a name, or `in` and `if` without a space after it"),
        () => None,
    }
}

const CLOSED: &[TokenKind] = &[TokenKind::CloseBracket, TokenKind::CloseParen];

const BREAKS: &[TokenKind] = &[TokenKind::Newline, TokenKind::LineComment];

/// What an expression can go on with.
const OPERATORS: &[TokenKind] = &[
    TokenKind::EqualEqual,
    TokenKind::NotEqual,
    TokenKind::Less,
    TokenKind::LessEqual,
    TokenKind::Greater,
    TokenKind::GreaterEqual,
    TokenKind::And,
    TokenKind::Or,
    TokenKind::Plus,
    TokenKind::Minus,
    TokenKind::Star,
    TokenKind::Slash,
    TokenKind::Percent,
    TokenKind::Question,
    TokenKind::Dot,
    TokenKind::OpenBracket,
];

/// The tokens of a text, without spaces.
struct Tokens<'t> {
    text: &'t str,
    tokens: Vec<lexer::Token>,
}

impl Tokens<'_> {
    fn any(&self, kind: TokenKind) -> bool {
        self.tokens.iter().any(|token| token.kind == kind)
    }

    /// Whether tokens of these kinds stand in a row.
    fn row(&self, kinds: &[&[TokenKind]]) -> bool {
        let fits = |row: &[lexer::Token]| row.iter().zip(kinds).all(|(token, any)| any.contains(&token.kind));
        self.tokens.windows(kinds.len()).any(fits)
    }

    fn written(&self, token: &lexer::Token) -> &str {
        &self.text[token.start as usize..token.end as usize]
    }

    fn word(&self, word: &str) -> bool {
        self.tokens.iter().any(|token| token.kind == TokenKind::Ident && self.written(token) == word)
    }

    fn number(&self, is: impl Fn(&str) -> bool) -> bool {
        self.tokens.iter().any(|token| token.kind == TokenKind::Number && is(self.written(token)))
    }
}

/// Writes kfplint's tree, one part a line.
struct Ours<'t> {
    text: &'t str,
    out: &'t mut String,
}

/// Writes hcl-edit's tree in the same way.
struct Theirs<'t> {
    out: &'t mut String,
}

macro_rules! line {
    ($to:expr, $($part:tt)*) => {
        let _ = writeln!($to.out, $($part)*);
    };
}

impl Ours<'_> {
    fn body(&mut self, body: &ours::Body) {
        for attribute in &body.attributes {
            line!(self, "attribute {}", attribute.name.name);
            self.expr(&attribute.expr);
        }
        for block in &body.blocks {
            let labels: Vec<&str> = block.labels.iter().map(|label| &*label.text).collect();
            line!(self, "block {} {labels:?}", block.kind.name);
            self.body(&block.body);
            line!(self, "end");
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Null => {
                line!(self, "null");
            }
            ExprKind::Bool(value) => {
                line!(self, "{value}");
            }
            ExprKind::Number(text) => {
                line!(self, "number {:?}", text.parse::<f64>().unwrap_or_default());
            }
            ExprKind::String(text) => self.string(expr, text),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Wrap(inner) => {
                line!(self, "template");
                line!(self, "interpolation");
                self.expr(inner);
                line!(self, "end");
            }
            ExprKind::Variable(name) => {
                line!(self, "variable {name}");
            }
            ExprKind::GetAttr(object, name) => {
                self.expr(object);
                line!(self, ".{}", name.name);
            }
            ExprKind::Index(object, key) => {
                self.expr(object);
                self.index(key);
            }
            ExprKind::Splat(splat) => {
                self.expr(&splat.object);
                line!(self, "{}", if splat.attribute_only { ".*" } else { "[*]" });
                self.steps(&splat.steps);
            }
            ExprKind::Call(call) => {
                line!(self, "call {} {} {}", call.name.name, call.args.len(), call.expand);
                call.args.iter().for_each(|arg| self.expr(arg));
            }
            ExprKind::Tuple(items) => {
                line!(self, "tuple {}", items.len());
                items.iter().for_each(|item| self.expr(item));
            }
            ExprKind::Object(items) => {
                line!(self, "object {}", items.len());
                for item in items {
                    match &item.key {
                        ObjectKey::Name(name) => {
                            line!(self, "key {}", name.name);
                        }
                        ObjectKey::Expr(key) => self.expr(key),
                    }
                    self.expr(&item.value);
                }
            }
            ExprKind::For(f) => {
                line!(
                    self,
                    "for {:?} {} {} {}",
                    f.key.as_ref().map(|k| &*k.name),
                    f.value.name,
                    f.group,
                    f.condition.is_some()
                );
                self.expr(&f.collection);
                f.result_key.iter().chain([&f.result]).chain(&f.condition).for_each(|part| self.expr(part));
            }
            ExprKind::Conditional(conditional) => {
                line!(self, "conditional");
                [&conditional.condition, &conditional.yes, &conditional.no]
                    .into_iter()
                    .for_each(|part| self.expr(part));
            }
            ExprKind::Binary(binary) => {
                line!(self, "{:?}", binary.op);
                [&binary.left, &binary.right].into_iter().for_each(|part| self.expr(part));
            }
            ExprKind::Unary(op, operand) => {
                line!(self, "{op:?}");
                self.expr(operand);
            }
            ExprKind::Paren(inner) => {
                line!(self, "parentheses");
                self.expr(inner);
            }
            ExprKind::Error => {
                line!(self, "error");
            }
        }
    }

    fn string(&mut self, expr: &Expr, text: &str) {
        match self.text[expr.span.start as usize..].starts_with("<<") {
            true => {
                line!(self, "template");
                words(self.out, text);
                line!(self, "end");
            }
            false => {
                line!(self, "string {text:?}");
            }
        }
    }

    fn steps(&mut self, steps: &[SplatStep]) {
        for step in steps {
            match step {
                SplatStep::Attr(name) => {
                    line!(self, ".{}", name.name);
                }
                SplatStep::Index(key) => self.index(key),
                SplatStep::Splat(steps) => {
                    line!(self, "[*]");
                    self.steps(steps);
                }
            }
        }
    }

    fn index(&mut self, key: &Expr) {
        line!(self, "index");
        self.expr(key);
    }

    fn template(&mut self, parts: &[TemplatePart]) {
        line!(self, "template");
        self.parts(parts);
        line!(self, "end");
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Text(text) => words(self.out, text),
                TemplatePart::Interpolation(inner) => {
                    line!(self, "interpolation");
                    self.expr(inner);
                }
                TemplatePart::If(directive) => {
                    line!(self, "if");
                    self.expr(&directive.condition);
                    self.parts(&directive.yes);
                    line!(self, "else");
                    self.parts(&directive.no);
                    line!(self, "endif");
                }
                TemplatePart::For(directive) => {
                    line!(self, "for {:?} {}", directive.key.as_ref().map(|k| &*k.name), directive.value.name);
                    self.expr(&directive.collection);
                    self.parts(&directive.body);
                    line!(self, "endfor");
                }
            }
        }
    }
}

/// The text of a template's part without white space: hcl-edit keeps the spaces that `~` takes away.
fn words(out: &mut String, text: &str) {
    let text: String = text.split_whitespace().collect();
    if !text.is_empty() {
        let _ = writeln!(out, "text {text:?}");
    }
}

impl Theirs<'_> {
    fn body(&mut self, body: &TheirBody) {
        for attribute in body.attributes() {
            line!(self, "attribute {}", attribute.key.as_str());
            self.expr(&attribute.value);
        }
        for block in body.blocks() {
            let labels: Vec<&str> = block.labels.iter().map(BlockLabel::as_str).collect();
            line!(self, "block {} {labels:?}", block.ident.as_str());
            self.body(&block.body);
            line!(self, "end");
        }
    }

    fn expr(&mut self, expr: &Expression) {
        match expr {
            Expression::Null(_) => {
                line!(self, "null");
            }
            Expression::Bool(value) => {
                line!(self, "{}", value.value());
            }
            Expression::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                if number.is_sign_negative() {
                    line!(self, "Negate");
                }
                line!(self, "number {:?}", number.abs());
            }
            Expression::String(text) => {
                line!(self, "string {:?}", text.as_str());
            }
            Expression::StringTemplate(template) => self.template(template),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Variable(name) => {
                line!(self, "variable {}", name.as_str());
            }
            Expression::Traversal(traversal) => {
                self.expr(&traversal.expr);
                traversal.operators.iter().for_each(|operator| self.step(operator.value()));
            }
            Expression::FuncCall(call) => {
                let parts = call.name.namespace.iter().chain([&call.name.name]).map(|part| part.as_str());
                let name = parts.collect::<Vec<_>>().join("::");
                line!(self, "call {name} {} {}", call.args.len(), call.args.expand_final());
                call.args.iter().for_each(|arg| self.expr(arg));
            }
            Expression::Array(items) => {
                line!(self, "tuple {}", items.len());
                items.iter().for_each(|item| self.expr(item));
            }
            Expression::Object(object) => self.object(object),
            Expression::ForExpr(f) => {
                let key = f.intro.key_var.as_ref().map(|key| key.as_str());
                line!(self, "for {key:?} {} {} {}", f.intro.value_var.as_str(), f.grouping, f.cond.is_some());
                self.expr(&f.intro.collection_expr);
                let condition = f.cond.as_ref().map(|cond| &cond.expr);
                f.key_expr.iter().chain([&f.value_expr]).chain(condition).for_each(|part| self.expr(part));
            }
            Expression::Conditional(conditional) => {
                line!(self, "conditional");
                [&conditional.cond_expr, &conditional.true_expr, &conditional.false_expr]
                    .into_iter()
                    .for_each(|part| self.expr(part));
            }
            Expression::BinaryOp(binary) => {
                line!(self, "{}", operator(*binary.operator.value()));
                [&binary.lhs_expr, &binary.rhs_expr].into_iter().for_each(|part| self.expr(part));
            }
            Expression::UnaryOp(unary) => {
                let not = *unary.operator.value() == their::UnaryOperator::Not;
                line!(self, "{}", if not { "Not" } else { "Negate" });
                self.expr(&unary.expr);
            }
            Expression::Parenthesis(inner) => {
                line!(self, "parentheses");
                self.expr(inner.inner());
            }
        }
    }

    fn object(&mut self, object: &their::Object) {
        line!(self, "object {}", object.len());
        for (key, value) in object.iter() {
            match key {
                their::ObjectKey::Ident(name) => {
                    line!(self, "key {}", name.as_str());
                }
                // A keyword is a name here, as in `{ null = 1 }`.
                their::ObjectKey::Expression(Expression::Null(_)) => {
                    line!(self, "key null");
                }
                their::ObjectKey::Expression(Expression::Bool(value)) => {
                    line!(self, "key {}", value.value());
                }
                their::ObjectKey::Expression(Expression::Variable(name)) => {
                    line!(self, "key {}", name.as_str());
                }
                their::ObjectKey::Expression(key) => self.expr(key),
            }
            self.expr(value.expr());
        }
    }

    fn step(&mut self, operator: &TraversalOperator) {
        match operator {
            TraversalOperator::AttrSplat(_) => {
                line!(self, ".*");
            }
            TraversalOperator::FullSplat(_) => {
                line!(self, "[*]");
            }
            TraversalOperator::GetAttr(name) => {
                line!(self, ".{}", name.as_str());
            }
            TraversalOperator::Index(key) => {
                line!(self, "index");
                self.expr(key);
            }
            TraversalOperator::LegacyIndex(index) => {
                line!(self, "index");
                line!(self, "number {:?}", *index.value() as f64);
            }
        }
    }

    fn template(&mut self, template: &Template) {
        line!(self, "template");
        self.parts(template);
        line!(self, "end");
    }

    fn parts(&mut self, template: &Template) {
        for element in template.iter() {
            match element {
                Element::Literal(text) => words(self.out, text.as_str()),
                Element::Interpolation(interpolation) => {
                    line!(self, "interpolation");
                    self.expr(&interpolation.expr);
                }
                Element::Directive(directive) => self.directive(directive),
            }
        }
    }

    fn directive(&mut self, directive: &Directive) {
        match directive {
            Directive::If(directive) => {
                line!(self, "if");
                self.expr(&directive.if_expr.cond_expr);
                self.parts(&directive.if_expr.template);
                line!(self, "else");
                directive.else_expr.iter().for_each(|no| self.parts(&no.template));
                line!(self, "endif");
            }
            Directive::For(directive) => {
                let key = directive.for_expr.key_var.as_ref().map(|key| key.as_str());
                line!(self, "for {key:?} {}", directive.for_expr.value_var.as_str());
                self.expr(&directive.for_expr.collection_expr);
                self.parts(&directive.for_expr.template);
                line!(self, "endfor");
            }
        }
    }
}

/// kfplint's name for a binary operator.
fn operator(operator: their::BinaryOperator) -> &'static str {
    use their::BinaryOperator as Op;
    match operator {
        Op::Or => "Or",
        Op::And => "And",
        Op::Eq => "Eq",
        Op::NotEq => "NotEq",
        Op::Less => "Less",
        Op::LessEq => "LessEq",
        Op::Greater => "Greater",
        Op::GreaterEq => "GreaterEq",
        Op::Plus => "Add",
        Op::Minus => "Sub",
        Op::Mul => "Mul",
        Op::Div => "Div",
        Op::Mod => "Mod",
    }
}
