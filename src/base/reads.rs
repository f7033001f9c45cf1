//! What some work reads, noted while it is done: so that whoever keeps its result knows which changes touch it.

use super::source::{FileId, Span};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// One thing that was read, or said about reading.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Read {
    /// The Terraform files of a real folder.
    Folder(PathBuf),
    /// A real file that was parsed.
    Parsed(PathBuf),
    /// The bytes of a file, as functions read them.
    Bytes(PathBuf),
    /// A path that was passed over, and why.
    Skipped(String, String),
    /// A text that no report may show.
    Hidden(Span),
    /// A file that was made and has its place among the sources, such as a template.
    Made(FileId),
}

/// All that some work read.
pub type Reads = FxHashSet<Read>;

thread_local! {
    static READS: RefCell<Option<Reads>> = const { RefCell::new(None) };
}

/// Does some work that stays on this thread, and gives what it read.
pub fn noting<T>(work: impl FnOnce() -> T) -> (T, Reads) {
    let before = READS.replace(Some(Reads::default()));
    let done = work();
    (done, READS.replace(before).unwrap_or_default())
}

/// Notes something that is read, if somebody wants to know.
pub fn note(read: impl FnOnce() -> Read) {
    READS.with_borrow_mut(|reads| {
        if let Some(reads) = reads {
            reads.insert(read());
        }
    });
}

/// Notes the Terraform files of a real folder.
pub fn note_folder(dir: &Path) {
    note(|| Read::Folder(dir.to_path_buf()));
}
