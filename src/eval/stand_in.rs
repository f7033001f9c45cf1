//! A root module that is not on disk: one that does nothing but call it stands in its place.

use crate::base::source::{FileId, Span};
use crate::cty::value::{ReasonKind, Reasons};
use crate::eval::Evaluator;
use crate::eval::module_source::published;
use crate::eval::{MoreFiles, build};
use crate::load::is_override;
use crate::module::grammar::RESERVED_VARIABLES;
use crate::module::{ModuleConfig, UnseenFiles, is_over_declared};
use crate::plan::StaticPlan;
use crate::syntax::ast::{Attribute, Block, BlockLabel, Body, Expr, ExprKind, File, Ident};
use crate::syntax::lexer::is_identifier;
use std::collections::BTreeSet;
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

/// Why an override file is passed over.
const OVERRIDES: &str =
    "it overrides blocks of a module that is not on disk; run `terragrunt init`, or pass the module with --module-dir";

/// Whether a block of an override file means the same without the module: others merge into blocks that are not here.
fn is_own(block: &Block) -> bool {
    ["terraform", "provider"].contains(&&*block.kind.name)
}

/// An override file with only such blocks.
fn own(file: &File) -> File {
    let mut file = file.clone();
    file.body.blocks.retain(is_own);
    file
}

impl Evaluator {
    /// The static plan of a root that calls a module, handing it all preset values; with further files.
    pub fn evaluate_absent(self: &Arc<Self>, dir: &Path, shown: &str, absent: Absent, more: &MoreFiles) -> StaticPlan {
        let mut files = vec![Arc::new(self.caller(absent, &more.files))];
        let (overrides, primary): (Vec<_>, Vec<_>) = more.files.iter().partition(|(name, _)| is_override(name));
        let file = |(_, file): &(String, Arc<File>)| file.clone();
        files.extend(primary.into_iter().map(file));
        let within = |(_, file): &(String, Arc<File>)| Arc::new(own(file));
        let merged: Vec<Arc<File>> = overrides.iter().copied().map(within).collect();
        let why = format!("the module `{}`, which is not on disk,", absent.source);
        let reasons = Reasons::one(ReasonKind::NotGiven(why.into(), absent.source.into()), Some(absent.span));
        let within_module = overrides.iter().copied().map(file).collect();
        let beside = Some(Box::new(UnseenFiles { reasons, call: Some(absent.name.into()), overrides: within_module }));
        let config =
            Arc::new(ModuleConfig { beside, left_out: more.unread.clone(), ..ModuleConfig::new(&files, &merged) });
        let mut plan = build::build(&self.with_config(dir, Some(config), false), shown);
        let known = published(absent.source, absent.version);
        let known = known.map(|known| crate::syntax::parse(FileId::FACTS, known.text, &[]));
        let is_merged = |block: &Block| known.as_ref().is_some_and(|known| is_over_declared(block, known));
        let lost = overrides.into_iter().filter(|(_, file)| {
            let mut blocks = file.body.blocks.iter();
            blocks.any(|block| !is_own(block) && !is_merged(block))
        });
        let path = |name: &str| if shown == "." { name.to_string() } else { format!("{shown}/{name}") };
        plan.skipped.extend(lost.map(|(name, _)| (path(name), OVERRIDES.to_string())));
        plan
    }

    fn caller(&self, absent: Absent, more: &[(String, Arc<File>)]) -> File {
        let declared = more.iter().flat_map(|(_, file)| file.body.blocks("variable")).map(|block| block.label(0));
        let declared: BTreeSet<&str> = declared.collect();
        let at = absent.span;
        let literal = |name: &str, text: &str| attribute(name, ExprKind::String(text.into()), at);
        let mut arguments = vec![literal("source", absent.source)];
        arguments.extend(absent.version.map(|version| literal("version", version)));
        let mut blocks = Vec::new();
        // Terraform ignores the values of variables that a root module cannot have.
        let inputs = self
            .options
            .preset
            .iter()
            .filter(|(name, _)| !RESERVED_VARIABLES.contains(&&***name) && is_identifier(name));
        for (name, (_, span)) in inputs {
            let var = Expr { kind: ExprKind::Variable("var".into()), span: *span };
            let reference = ExprKind::GetAttr(Box::new(var), ident(name, *span));
            arguments.push(attribute(name, reference, *span));
            if !declared.contains(&**name) {
                blocks.push(block("variable", name, Vec::new(), *span));
            }
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
        labels: vec![BlockLabel { text: label.into(), span }],
        body: body(attributes, Vec::new(), span),
        header: span,
        span,
    }
}
