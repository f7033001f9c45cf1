//! Examples beside what they are examples of.

use super::{Discovery, Root};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

/// Names of folders with examples.
const FOLDERS: [&str; 2] = ["example", "examples"];

impl Discovery {
    /// The shown paths of root modules that are examples: they lie in such a folder below one that the user named, and there
    /// are other root modules.
    pub fn examples(&self) -> BTreeSet<&str> {
        let all: Vec<&Root> = self.roots.iter().chain(&self.others).collect();
        let (examples, others): (Vec<&Root>, Vec<&Root>) = all.into_iter().partition(|root| self.is_example(&root.dir));
        if others.is_empty() { BTreeSet::new() } else { examples.into_iter().map(|root| root.shown.as_str()).collect() }
    }

    fn is_example(&self, dir: &Path) -> bool {
        let below = self.named.iter().filter_map(|named| dir.strip_prefix(named).ok());
        // The nearest folder that the user named decides.
        let below = below.min_by_key(|below| below.components().count());
        let is_folder = |name: &OsStr| FOLDERS.iter().any(|folder| name == *folder);
        below.is_some_and(|below| below.components().any(|part| is_folder(part.as_os_str())))
    }
}
