//! A root module that is not on disk: one that does nothing but call it stands in its place.

use crate::discover::is_override;
use crate::eval::Evaluator;
use crate::eval::config::ModuleConfig;
use crate::eval::plan::{StaticPlan, build};
use crate::source::Span;
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, File, Ident, Label};
use std::path::Path;
use std::sync::Arc;

/// A module that is not on disk.
#[derive(Clone, Copy, Debug)]
pub struct Absent<'a> {
    /// What its call is named.
    pub name: &'a str,
    /// Its source.
    pub source: &'a str,
    /// Its version constraint.
    pub version: Option<&'a str>,
    /// Where the source is written.
    pub span: Span,
}

impl Evaluator {
    /// The static plan of a root that calls a module, handing it all preset values; with further files.
    pub fn evaluate_absent(
        self: &Arc<Self>,
        dir: &Path,
        shown: &str,
        absent: Absent,
        more: &[(String, Arc<File>)],
    ) -> StaticPlan {
        let mut files = vec![Arc::new(self.caller(absent))];
        let (overrides, more): (Vec<_>, Vec<_>) = more.iter().partition(|(name, _)| is_override(name));
        let file = |(_, file): &(String, Arc<File>)| file.clone();
        files.extend(more.into_iter().map(file));
        let overrides: Vec<Arc<File>> = overrides.into_iter().map(file).collect();
        let config = Arc::new(ModuleConfig::new(&files, &overrides));
        build::build(&self.with_config(dir, Some(config), false), shown)
    }

    fn caller(&self, absent: Absent) -> File {
        let at = absent.span;
        let literal = |name: &str, text: &str| attribute(name, ExprKind::String(text.into()), at);
        let mut arguments = vec![literal("source", absent.source)];
        arguments.extend(absent.version.map(|version| literal("version", version)));
        let mut blocks = Vec::new();
        for (name, (_, span)) in &self.options.preset {
            let var = Expr { kind: ExprKind::Variable("var".into()), span: *span };
            let reference = ExprKind::GetAttr(Box::new(var), ident(name, *span));
            arguments.push(attribute(name, reference, *span));
            blocks.push(block("variable", name, Vec::new(), *span));
        }
        blocks.push(block("module", absent.name, arguments, at));
        File { id: at.file, body: body(Vec::new(), blocks, at), errors: Vec::new(), comments: Vec::new() }
    }
}

fn ident(name: &str, span: Span) -> Ident {
    Ident { name: name.into(), span }
}

fn attribute(name: &str, kind: ExprKind, span: Span) -> Attribute {
    Attribute { name: ident(name, span), expr: Arc::new(Expr { kind, span }), span }
}

fn body(attributes: Vec<Attribute>, blocks: Vec<Block>, span: Span) -> Body {
    Body { attributes, blocks, span, json: false }
}

fn block(kind: &str, label: &str, attributes: Vec<Attribute>, span: Span) -> Block {
    Block {
        kind: ident(kind, span),
        labels: vec![Label { text: label.into(), span }],
        body: body(attributes, Vec::new(), span),
        header: span,
        span,
    }
}
