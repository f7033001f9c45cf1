//! What a folder's own files say of its place: which modules it calls, and whether it is a root in its own right.

use super::loader::{Loader, ModuleFiles};
use crate::syntax::ast::{Block, Body};
use rustc_hash::FxHashSet;
use std::path::PathBuf;

/// What decides whether a folder is a root.
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// Real folders that it calls as local modules.
    pub calls: FxHashSet<PathBuf>,
    /// It has a backend or variable files: a root module, whoever calls it.
    pub is_own_root: bool,
    /// It is a unit of Terragrunt before 0.19, whose settings are in `terraform.tfvars`.
    pub is_old_unit: bool,
    /// It configures a provider, as root modules do, and old modules that others call.
    has_provider: bool,
    /// It has input variables.
    has_inputs: bool,
}

impl Traits {
    /// Reads them off a folder's files.
    pub fn of(files: &ModuleFiles, loader: &Loader) -> Traits {
        let mut traits = Traits { is_own_root: !files.tfvars.is_empty(), ..Traits::default() };
        let of_terragrunt = |body: &Body| has(body, "terragrunt");
        traits.is_old_unit = files.tfvars.iter().any(|file| of_terragrunt(&file.body));
        for block in files.files.iter().chain(&files.overrides).flat_map(|f| &f.body.blocks) {
            match &*block.kind.name {
                "module" => {
                    let called = local_source(block).and_then(|s| loader.called(&files.dir, s).ok()?);
                    traits.calls.extend(called);
                }
                "terraform" => traits.is_own_root |= has(&block.body, "backend") || has(&block.body, "cloud"),
                "variable" => traits.has_inputs = true,
                "provider" => traits.has_provider |= is_configured(&block.body),
                _ => {}
            }
        }
        traits
    }

    /// Whether it looks like a module that is there for others to call.
    pub fn is_library(&self) -> bool {
        self.has_inputs && !self.is_own_root && !self.has_provider
    }
}

fn local_source(block: &Block) -> Option<&str> {
    let source = block.body.attribute("source")?.expr.as_str()?;
    is_local(source).then_some(source)
}

/// Whether a module's source is a folder, relative to the one in which it is called.
pub fn is_local(source: &str) -> bool {
    source == "." || source == ".." || ["./", "../", ".\\", "..\\"].iter().any(|p| source.starts_with(p))
}

/// Whether a body has a block of this type, also one that is written in JSON.
fn has(body: &Body, kind: &str) -> bool {
    body.blocks(kind).next().is_some() || body.attribute(kind).is_some()
}

/// A provider block that only gives an alias or a version stands for a configuration that the caller passes.
fn is_configured(body: &Body) -> bool {
    !body.blocks.is_empty() || body.attributes.iter().any(|a| !["alias", "version"].contains(&&*a.name.name))
}
