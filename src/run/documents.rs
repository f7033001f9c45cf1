//! Documents among the paths that the user named: plans, states and descriptions of clusters.

use super::Failure;
use crate::cli::CheckArgs;
use crate::discover::loader::Loader;
use crate::discover::{self, PathError, Root, is_terraform, is_variables, reason};
use crate::plan_json::{Document, Subject};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// How standard input is named on the command line.
const STDIN: &str = "-";

/// The documents, and the other paths: those of configurations; `None` where there is no need to look for one.
///
/// # Errors
/// A document that cannot be read.
pub fn split(paths: &[PathBuf]) -> Result<(Vec<Subject>, Option<Vec<PathBuf>>), Failure> {
    let (documents, folders): (Vec<&PathBuf>, Vec<&PathBuf>) = paths.iter().partition(|path| is_document(path));
    let folders: Vec<PathBuf> = folders.into_iter().cloned().collect();
    let documents: Vec<Document> = documents.into_iter().map(|path| read(path)).collect::<Result<_, _>>()?;
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
    let root = discover::single(dir, loader)?;
    match loader.module(&root.dir) {
        Some(_) => Ok(Some(root)),
        None => Err(Failure::Nothing { places: format!("`{}`", dir.display()) }),
    }
}

/// Standard input, or a file that is not Terraform's own.
fn is_document(path: &Path) -> bool {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let file = || std::fs::metadata(path).is_ok_and(|meta| !meta.is_dir());
    path.as_os_str() == STDIN || !is_terraform(&name) && !is_variables(&name) && file()
}

/// Reads one document.
///
/// # Errors
/// Why it cannot be read.
pub fn read(path: &Path) -> Result<Document, Failure> {
    let stdin = path.as_os_str() == STDIN;
    let shown = if stdin { "stdin".to_string() } else { path.display().to_string() };
    let bytes = match stdin {
        true => from_stdin(),
        false => std::fs::read(path),
    };
    let bytes = bytes.map_err(|e| PathError::Unreadable { path: shown.clone(), why: reason(&e) })?;
    Ok(Document::read(&shown, bytes)?)
}

/// What stdin gives: read once, however often a run looks.
fn from_stdin() -> std::io::Result<Vec<u8>> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    if let Some(bytes) = BYTES.get() {
        return Ok(bytes.clone());
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(BYTES.get_or_init(|| bytes).clone())
}
