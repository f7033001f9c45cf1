//! Root modules with further files, which take the place of their own ones of the same name.

use crate::cty::value::Reasons;
use crate::eval::{Evaluator, build};
use crate::load::is_override;
use crate::module::{ModuleConfig, UnseenFiles};
use crate::plan::StaticPlan;
use crate::syntax::ast::File;
use std::path::Path;
use std::sync::Arc;

/// Files that come into a root module's folder before Terraform runs.
#[derive(Debug, Default)]
pub struct MoreFiles {
    /// By name.
    pub files: Vec<(String, Arc<File>)>,
    /// Why there may be others, that declare names.
    pub beside: Option<Reasons>,
    /// Those of which it is not known what they declare: name and why.
    pub unread: Vec<(String, String)>,
}

impl MoreFiles {
    /// Adds a file, in the place of one of the same name.
    pub fn put(&mut self, (name, file): (String, Arc<File>)) {
        self.files.retain(|(there, _)| *there != name);
        self.files.push((name, file));
    }
}

impl Evaluator {
    /// The static plan of a root module with further files.
    pub fn evaluate_with(self: &Arc<Self>, dir: &Path, shown: &str, more: &MoreFiles) -> StaticPlan {
        let files = self.loader.module(dir).unwrap_or_default();
        let replaced = |file: &&Arc<File>| {
            let path = self.sources.path(file.id);
            let mut names = more.files.iter().map(|(name, _)| name).chain(more.unread.iter().map(|(name, _)| name));
            names.any(|name| path.file_name().is_some_and(|own| own == name.as_str()))
        };
        let with_more = |own: &[Arc<File>], overriding: bool| -> Vec<Arc<File>> {
            let kept = own.iter().filter(|file| !replaced(file)).cloned();
            let more = more.files.iter().filter(|(name, _)| is_override(name) == overriding);
            kept.chain(more.map(|(_, file)| file.clone())).collect()
        };
        let (all, overrides) = (with_more(&files.files, false), with_more(&files.overrides, true));
        let left_out = files.left_out.iter().chain(&more.unread).cloned().collect();
        let beside =
            more.beside.clone().map(|reasons| Box::new(UnseenFiles { reasons, call: None, overrides: Vec::new() }));
        let config = ModuleConfig { left_out, beside, ..ModuleConfig::new(&all, &overrides) };
        build::build(&self.with_config(dir, Some(Arc::new(config)), false), shown)
    }
}
