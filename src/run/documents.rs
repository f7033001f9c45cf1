//! Documents among the paths that the user named: plans, states and descriptions of clusters.

use super::{FINDINGS, Failure, READY, output, units};
use crate::base::budget::DOCUMENT;
use crate::cli::CheckArgs;
use crate::engine::SessionError;
use crate::eval::{Evaluator, VariableOption};
use crate::load::loader::Loader;
use crate::load::{self, PathError, Root, UNIT, is_terraform, is_variables, reason};
use crate::plan::StaticPlan;
use crate::plan_json::{self, Document, Kind, Subject};
use crate::report::plural;
use crate::tree::{self, Tree};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How standard input is named on the command line.
const STDIN: &str = "-";

/// The documents, and the other paths: those of configurations; `None` where there is no need to look for one.
///
/// # Errors
/// A document that cannot be read.
pub fn split(paths: &[PathBuf], tree: &Tree) -> Result<(Vec<Subject>, Option<Vec<PathBuf>>), Failure> {
    let (documents, folders): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| is_document(path, tree));
    let folders: Vec<PathBuf> = folders.into_iter().cloned().collect();
    let documents: Vec<Document> = documents.into_iter().map(|path| read(path, tree)).collect::<Result<_, _>>()?;
    let only_documents = folders.is_empty() && !documents.is_empty();
    Ok((Subject::all(documents), (!only_documents).then_some(folders)))
}

/// The root module that `--source` names.
///
/// # Errors
/// Where it has no Terraform files, or nothing is given that it could be the source of.
pub fn source(args: &CheckArgs, documents: &[Subject], loader: &Loader) -> Result<Option<Root>, Failure> {
    let Some(dir) = &args.source else { return Ok(None) };
    if !documents.iter().any(Subject::has_source) {
        return Err(Failure::NoDocument);
    }
    let root = load::single(dir, loader)?;
    match root.unit.is_some() || loader.module(&root.dir).is_some() {
        true => Ok(Some(root)),
        false => {
            let places = format!("`{}`", dir.display());
            Err(SessionError::Nothing { places, skipped: Vec::new() }.into())
        }
    }
}

/// The static plan of a root module, with the values of input variables that a plan records; `-var` counts before them.
pub fn evaluate(root: &Root, evaluator: &Evaluator, recorded: Option<VariableOption>) -> StaticPlan {
    let given = recorded.into_iter().chain(evaluator.options.variables.clone()).collect();
    units::plan(&evaluator.with_variables(given), root)
}

/// Prints where the static plan of a root module differs from Terraform's.
///
/// # Errors
/// A plan that cannot be read, or a document that is none.
pub fn against(plan: &Path, root: &Root, evaluator: &Evaluator) -> Result<u8, Failure> {
    let document = read(plan, &Tree::default())?;
    if document.kind != Kind::Plan {
        return Err(Failure::NoPlan { path: document.file });
    }
    let found = document.compare(&plan_json::write_in_full(&evaluate(root, evaluator, document.variables())));
    let mut text: String = found.differences.iter().chain(&found.undecided).map(|line| format!("{line}\n")).collect();
    let (differs, open) = (plural(found.differences.len(), "difference"), found.undecided.len());
    let counts = [plural(found.instances, "instance"), plural(found.equal, "equal value")];
    text += &format!("{} and {} in both; {differs}, {open} undecided\n", counts[0], counts[1]);
    output::stdout(text.as_bytes())?;
    Ok(if found.differences.is_empty() { READY } else { FINDINGS })
}

/// Standard input, or a file that is not Terraform's own.
fn is_document(path: &Path, tree: &Tree) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let file = || tree.kind(path).is_ok_and(|kind| kind != tree::Kind::Folder);
    path.as_os_str() == STDIN || !is_terraform(&name) && !is_variables(&name) && name != UNIT && file()
}

/// Reads one document.
///
/// # Errors
/// Why it cannot be read.
pub fn read(path: &Path, tree: &Tree) -> Result<Document, Failure> {
    let stdin = path.as_os_str() == STDIN;
    let shown = if stdin { "stdin".to_string() } else { path.display().to_string() };
    let bytes = match stdin {
        true => from_stdin(),
        // A pipe may be named too.
        false if tree.commit().is_none() => std::fs::File::open(path).and_then(limited),
        false => tree.up_to(path, DOCUMENT).map(Option::unwrap_or_default),
    };
    let bytes = bytes.map_err(|e| PathError::Unreadable { path: shown.clone(), why: reason(&e) })?;
    Ok(Document::read(&shown, bytes)?)
}

/// All bytes, or one more than a document may have.
fn limited(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(DOCUMENT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What stdin gives: read once, however often a run looks.
fn from_stdin() -> std::io::Result<Vec<u8>> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(bytes) = BYTES.get() {
        return Ok(bytes.clone());
    }
    let bytes = limited(std::io::stdin().lock())?;
    Ok(BYTES.get_or_init(|| bytes).clone())
}
