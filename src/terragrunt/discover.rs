//! Which folders with a `terragrunt.hcl` are units: those that stacks name are, in the folders into which they are copied;
//! those that are only copied or included are not.

use super::config::{ConfigReader, UnitContext};
use super::stack::Stacks;
use crate::eval::Evaluator;
use crate::load::{Discovery, Root, RootKind, UNIT};
use rustc_hash::FxHashSet;
use std::path::PathBuf;
use std::sync::Arc;

/// Completes what was found by what Terragrunt's own files say.
/// Nothing is left out that could be a unit, if `all`.
pub fn complete(found: &mut Discovery, evaluator: &Arc<Evaluator>, all: bool) {
    add_stacks(found, evaluator, all);
    if !all {
        leave_out_included(found, evaluator);
    }
}

/// Takes out the roots that are not run by themselves, and says why.
fn leave_out(found: &mut Discovery, why: &str, is_left_out: impl Fn(&Root) -> bool) {
    let (out, kept) = std::mem::take(&mut found.roots).into_iter().partition(|root| is_left_out(root));
    let out: Vec<Root> = out;
    found.roots = kept;
    found.excluded.extend(out.into_iter().map(|root| (root.shown, why.to_string())));
}

/// Adds the units of stacks. The folders that they are copied from are no units, unless the user names them.
fn add_stacks(found: &mut Discovery, evaluator: &Arc<Evaluator>, all: bool) {
    if found.stacks.is_empty() {
        return;
    }
    let (stacks, loader) = (Stacks::default(), evaluator.loader());
    let read: Vec<_> = found.stacks.iter().map(|folder| (folder, stacks.read(folder, evaluator))).collect();
    // A stack that others are made of runs only as a part of them.
    let parts: FxHashSet<PathBuf> = read.iter().flat_map(|(_, stack)| stack.stacks.iter().cloned()).collect();
    let whole = read.iter().filter(|(folder, _)| !parts.contains(*folder) || found.named.contains(*folder));
    let (mut units, mut sources) = (Vec::new(), FxHashSet::default());
    for (folder, stack) in whole {
        for unit in &stack.units {
            sources.insert(unit.source.clone());
            let kind = RootKind::TerragruntUnit(unit.file());
            units.push(Root { shown: loader.shown(&unit.dir), dir: unit.dir.clone(), kind });
        }
        let shown = loader.shown(&folder.join(crate::load::STACK));
        found.skipped.extend(stack.missing.iter().map(|(name, why)| (shown.clone(), format!("{name}: {why}"))));
    }
    let made: FxHashSet<PathBuf> = units.iter().map(|unit| unit.dir.clone()).collect();
    found.roots.retain(|root| !made.contains(&root.dir));
    if !all {
        let named = found.named.clone();
        let is_copied = |root: &Root| root.is_unit() && sources.contains(&root.dir) && !named.contains(&root.dir);
        leave_out(found, "stacks copy it: it is judged as their unit", is_copied);
    }
    found.roots.extend(units);
    found.roots.sort();
}

/// Leaves out the units whose file another one includes: they are there to be included. An included file cannot include.
fn leave_out_included(found: &mut Discovery, evaluator: &Arc<Evaluator>) {
    let loader = evaluator.loader();
    let includes = |root: &Root| {
        let file = root.unit().and_then(|file| loader.hcl(file).ok());
        file.is_none_or(|file| file.body.blocks("include").next().is_some())
    };
    let may_be_included: FxHashSet<PathBuf> =
        found.roots.iter().filter(|root| root.is_unit() && !includes(root)).map(|root| root.dir.join(UNIT)).collect();
    if may_be_included.is_empty() {
        return;
    }
    let reader = ConfigReader::alone(evaluator);
    let mut included = FxHashSet::default();
    for root in found.roots.iter().chain(&found.others).filter(|root| root.is_unit() && includes(root)) {
        if loader.budget().is_late() {
            return;
        }
        reader.read.set(0);
        let files = root.unit().map(|file| reader.included(file, UnitContext::of(&root.dir)));
        included.extend(files.into_iter().flatten());
    }
    let named = found.named.clone();
    leave_out(found, "units include it: it is judged as a part of them", |root| {
        let file = root.dir.join(UNIT);
        root.is_unit() && !named.contains(&root.dir) && may_be_included.contains(&file) && included.contains(&file)
    });
}
