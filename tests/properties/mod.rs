//! What must hold for any bytes at all. Each file has one entrance of kfplint's and `check`, which panics where a property
//! does not hold. `tests/it/any_input.rs` runs them on mutated fixtures, `fuzz/` on what a fuzzer thinks of.

pub mod baseline;
pub mod config;
pub mod evaluate;
pub mod fix;
pub mod judged;
pub mod manifests;
pub mod merge;
pub mod plan_json;
pub mod reports;
pub mod second_opinion;
pub mod since_tree;
pub mod suppress;
pub mod suppress_many;
pub mod syntax;
pub mod terragrunt;
pub mod tf_json;
pub mod tfvars;
pub mod tree;

/// What parts the files of one input.
pub const CUT: &str = "#---8<---\n";

/// The files of an input of several.
pub fn parts(bytes: &[u8]) -> Vec<&[u8]> {
    let cut = CUT.as_bytes();
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(cut.len()).position(|w| w == cut) {
        out.push(&rest[..at]);
        rest = &rest[at + cut.len()..];
    }
    out.push(rest);
    out
}

/// A folder that is gone at the end, in memory where the system has such a place.
pub fn scratch() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}
