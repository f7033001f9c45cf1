//! The findings that evaluation itself makes: TF001 to TF006.

use crate::base::budget::{FINDINGS, Limit};
use crate::base::source::Span;
use crate::diagnostic::{Finding, Label, Level};
use crate::syntax::ast::{self, Block, SyntaxError};

/// TF001.
pub const SYNTAX_ERROR: (&str, &str) = ("TF001", "syntax-error");
/// TF002.
pub const UNDECLARED_REFERENCE: (&str, &str) = ("TF002", "undeclared-reference");
/// TF003.
pub const INVALID_ARGUMENT: (&str, &str) = ("TF003", "invalid-argument");
/// TF004.
pub const MISSING_MODULE: (&str, &str) = ("TF004", "missing-module");
/// TF005.
pub const EVALUATION_ERROR: (&str, &str) = ("TF005", "evaluation-error");

/// TF006.
pub const BUDGET_EXCEEDED: (&str, &str) = ("TF006", "budget-exceeded");

/// Adds a finding, unless there are more than may be kept.
pub fn add(findings: &mut Vec<Finding>, finding: impl FnOnce() -> Finding) {
    if findings.len() <= FINDINGS {
        findings.push(finding());
    }
}

/// An error-level finding at a place.
pub fn error(
    rule: (&'static str, &'static str),
    span: Span,
    message: impl Into<String>,
    at: impl Into<String>,
) -> Finding {
    Finding { primary_message: at.into(), ..Finding::new(rule, Level::Error, message, span.into()) }
}

/// TF006 for what a limit leaves out; no place where no file is to blame.
pub fn exceeded(place: Option<Span>, message: String, at: &str, limit: Limit) -> Finding {
    let finding = Finding::new(BUDGET_EXCEEDED, Level::Error, message, place.into());
    Finding { primary_message: at.into(), help: vec![limit.help().into()], ..finding }
}

/// TF001 for what the parser says, or TF006 for what it does not read.
pub fn syntax_error(e: &SyntaxError) -> Finding {
    let rule = if e.limit.is_some() { BUDGET_EXCEEDED } else { SYNTAX_ERROR };
    let mut finding = error(rule, e.span, e.message.clone(), "");
    finding.related = e.related.iter().map(|(span, message)| Label { span: *span, message: message.clone() }).collect();
    finding.help = e.help.iter().cloned().chain(e.limit.map(|limit| limit.help().to_string())).collect();
    finding
}

/// TF005 for a second declaration of the same name.
pub fn duplicate(what: &str, name: &str, span: Span, first: Span) -> Finding {
    let mut finding =
        error(EVALUATION_ERROR, span, format!("the {what} `{name}` is declared twice"), "declared again here");
    finding.related.push(Label { span: first, message: "first declared here".into() });
    finding.help.push("rename one of them, or remove it".into());
    finding
}

/// TF005 for a label that cannot be the name of a block of this kind.
pub fn invalid_name(kind: &str, label: &ast::BlockLabel) -> Finding {
    let message = format!("`{}` cannot be the name of a block `{kind}`", label.text);
    let mut finding = error(EVALUATION_ERROR, label.span, message, "not a name");
    finding.help.push("names have letters, digits, `_` and `-`, and start with a letter or `_`".into());
    finding
}

/// TF003 for a block or argument that Terraform does not know at the top level of a file.
pub fn invalid_block(span: Span, kind: &str) -> Finding {
    const KINDS: [&str; 15] = [
        "action",
        "check",
        "data",
        "ephemeral",
        "import",
        "locals",
        "module",
        "moved",
        "output",
        "provider",
        "removed",
        "resource",
        "terraform",
        "variable",
        "language",
    ];
    let mut finding = error(
        INVALID_ARGUMENT,
        span,
        format!("Terraform has no `{kind}` at the top level of a file"),
        "not expected here",
    );
    if let Some(near) = crate::base::suggest::suggest(kind, KINDS) {
        finding.help.push(format!("did you mean `{near}`?"));
    }
    finding
}

/// TF005 for an override of what is not there.
pub fn nothing_to_override(block: &Block) -> Finding {
    let what = std::iter::once(block.kind.name.to_string())
        .chain(block.labels.iter().map(|l| format!("\"{}\"", l.text)))
        .collect::<Vec<_>>()
        .join(" ");
    let mut finding =
        error(EVALUATION_ERROR, block.header, format!("there is no `{what}` to override"), "in an override file");
    finding.help.push("declare it in a file that is not an override file, or rename this file".into());
    finding
}

/// TF005 for a block that no override file may have.
pub fn cannot_override(span: Span, kind: &str) -> Finding {
    let message = format!("an override file cannot have a block `{kind}`");
    let mut finding = error(EVALUATION_ERROR, span, message, "");
    finding.help.push("move it to a file that is not an override file".into());
    finding
}
