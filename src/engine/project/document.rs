//! Documents: plans, states and descriptions of clusters, with the root module of their configuration where it is known.

use super::{Project, of};
use crate::base::budget::{Budget, DOCUMENT, PARSED};
use crate::engine::reach::too_long;
use crate::engine::stages::{CheckedRoot, Look, names};
use crate::engine::{SessionError, recorded};
use crate::eval::{Evaluator, VariableOption};
use crate::load::{PathError, Root, STACK, UNIT, is_terraform, is_variables, reason};
use crate::plan::StaticPlan;
use crate::plan_json::{self, DocumentSubject};
use crate::suppress::Outline;
use crate::terragrunt::Units;
use crate::tree::{self, Tree};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How standard input is named among paths.
const STDIN: &str = "-";

/// A document, or several that describe clusters together.
#[derive(Debug)]
pub struct DocumentProject<'d> {
    /// What was read.
    pub subject: &'d DocumentSubject,
    /// The root module of its configuration.
    pub source: Option<&'d Root>,
}

impl DocumentProject<'_> {
    /// The plan of its configuration, with the values of input variables that it records.
    fn configuration(&self, evaluator: &Evaluator) -> Option<StaticPlan> {
        let source = self.source.filter(|_| self.subject.has_source())?;
        Some(evaluate(source, evaluator, self.subject.variables()))
    }
}

impl Project for DocumentProject<'_> {
    fn shown(&self) -> String {
        self.subject.name()
    }

    /// That of its configuration; an empty one where it is not known.
    fn plan(&self, evaluator: &Arc<Evaluator>) -> StaticPlan {
        self.configuration(evaluator).unwrap_or_default()
    }

    fn judge(&self, evaluator: &Arc<Evaluator>, look: Look) -> CheckedRoot {
        if self.subject.bytes() > look.budget.room(PARSED) {
            return CheckedRoot::from(too_long(self.shown(), look.budget));
        }
        let source = self.configuration(evaluator);
        let variables = source.as_ref().map(names).unwrap_or_default();
        let outline = source.as_ref().map(Outline::of).unwrap_or_default();
        let report = recorded::check(self.subject, source, look.profile, look.budget);
        CheckedRoot { report, variables, outline, ..CheckedRoot::default() }
    }
}

/// The static plan of a root module, with the values of input variables that a plan records; `-var` counts before them.
pub fn evaluate(root: &Root, evaluator: &Evaluator, recorded: Option<VariableOption>) -> StaticPlan {
    let given = recorded.into_iter().chain(evaluator.options.variables.clone()).collect();
    let evaluator = evaluator.with_variables(given);
    match crate::engine::reach::unreached(root, evaluator.loader()) {
        Some(plan) => plan,
        None => of(root, &Units::new(&evaluator)).plan(&evaluator),
    }
}

/// The documents among paths, and the other paths: those of configurations; `None` where there is no need to look for one.
///
/// # Errors
/// A document that cannot be read.
pub fn split(
    paths: &[PathBuf],
    tree: &Tree,
    stdin: &[u8],
    budget: &Budget,
) -> Result<(Vec<DocumentSubject>, Option<Vec<PathBuf>>), SessionError> {
    let (documents, folders): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| is_document(path, tree));
    let folders: Vec<PathBuf> = folders.into_iter().cloned().collect();
    let documents = documents.into_iter().map(|path| read(path, tree, stdin, budget)).collect::<Result<Vec<_>, _>>()?;
    let only_documents = folders.is_empty() && !documents.is_empty();
    Ok((DocumentSubject::all(documents), (!only_documents).then_some(folders)))
}

/// The paths of configurations among paths; `None` where all are documents.
pub fn configurations(paths: &[PathBuf], tree: &Tree) -> Option<Vec<PathBuf>> {
    let folders: Vec<PathBuf> = paths.iter().filter(|path| !is_document(path, tree)).cloned().collect();
    (!folders.is_empty()).then_some(folders)
}

/// Standard input, or a file that is not Terraform's own.
fn is_document(path: &Path, tree: &Tree) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let file = || tree.kind(path).is_ok_and(|kind| kind != tree::FileKind::Folder);
    path.as_os_str() == STDIN || !is_terraform(&name) && !is_variables(&name) && name != UNIT && name != STACK && file()
}

/// Reads one document.
///
/// # Errors
/// Why it cannot be read.
pub fn read(path: &Path, tree: &Tree, stdin: &[u8], budget: &Budget) -> Result<plan_json::Document, SessionError> {
    let is_stdin = path.as_os_str() == STDIN;
    let shown = if is_stdin { "stdin".to_string() } else { path.display().to_string() };
    let bytes = match is_stdin {
        true => Ok(stdin.to_vec()),
        // A pipe may be named too.
        false if tree.commit().is_none() => std::fs::File::open(path).and_then(limited),
        false => tree.up_to(path, DOCUMENT).map(Option::unwrap_or_default),
    };
    let bytes = bytes.map_err(|e| PathError::Unreadable { path: shown.clone(), why: reason(&e) })?;
    if bytes.len() > budget.room(PARSED) {
        return Err(PathError::Unreadable { path: shown, why: budget.too_long() }.into());
    }
    Ok(plan_json::Document::read(&shown, bytes)?)
}

/// All bytes, or one more than a document may have.
///
/// # Errors
/// What the system says.
pub fn limited(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(DOCUMENT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
