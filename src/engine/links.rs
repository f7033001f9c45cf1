//! Links between root modules: those with clusters whose node pools another root module makes are judged again, with these
//! pools.

use super::stages::{CheckedRoot, Look, guarded};
use super::{Session, project};
use crate::address::{Mode, Reference, Subject};
use crate::base::budget::{LINKS, Limit};
use crate::base::parallel;
use crate::diagnostic::{Finding, RootReport};
use crate::eval::Evaluator;
use crate::graph::Graph;
use crate::graph::across::{LinkedPool, LoosePool, RootLinks, linked};
use crate::graph::link::{CLUSTER, POOL};
use crate::load::loader::{Loader, ModuleFiles};
use crate::load::{self, Root, is_local};
use crate::module::report::exceeded;
use crate::report::plural;
use crate::syntax::ast::Block;
use crate::terragrunt::Units;
use rustc_hash::{FxHashMap, FxHashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The root modules of one environment.
pub struct RootLinker<'s> {
    /// The session that checks them.
    pub session: &'s Session,
    /// With what they are evaluated.
    pub evaluator: &'s Arc<Evaluator>,
    /// With what they are looked at.
    pub look: Look<'s>,
    /// Those that the session knows of, whether it checks them or not.
    pub roots: Vec<&'s Root>,
}

impl RootLinker<'_> {
    /// Judges the root modules again whose clusters have node pools in others. `others` are the root modules that are not
    /// among those checked: they are planned, and not judged. `unjudged` are those of them that no other shard judges
    /// either. What is to be said beside the root modules.
    pub fn link(&self, checked: &mut [CheckedRoot], others: &[&Root], unjudged: &[Root]) -> Vec<CheckedRoot> {
        let has_pools = !unjudged.is_empty() && checked.iter().any(|root| !root.links.pools.is_empty());
        if !has_pools && checked.iter().all(|root| root.links.clusters.is_empty()) {
            return Vec::new();
        }
        let units = Units::new(self.evaluator);
        let mut read = may_have_loose_pools(others, self.evaluator.loader());
        let plan = |roots: &[&Root]| parallel::map(roots, 1, |root| self.planned(root, &units));
        let mut planned = plan(&read);
        if checked.iter().chain(&planned).any(|root| !root.links.pools.is_empty()) {
            // Whether a pool has one cluster or may have several, only the clusters of all say.
            let known: FxHashSet<&Root> = read.iter().copied().collect();
            let clusters: Vec<&Root> = others.iter().copied().filter(|root| !known.contains(root)).collect();
            planned.extend(plan(&clusters));
            read.extend(clusters);
        }
        if let Some(root) = read.first().filter(|_| self.look.budget.is_late()) {
            let message = format!("the node pools of other root modules are not read: {}", self.look.budget.late());
            return vec![self.said(&root.shown, exceeded(None, message, "", Limit::Timeout))];
        }
        if checked.iter().chain(&planned).all(|root| root.links.pools.is_empty()) {
            return Vec::new();
        }
        let roots: FxHashMap<&str, &Root> = self.roots.iter().map(|root| (root.shown.as_str(), *root)).collect();
        // The callers of a reusable module say where its pools belong, and what its clusters are called.
        let root_of = |c: &CheckedRoot| roots.get(c.report.root.as_str()).copied().filter(|root| !root.is_reusable());
        let all: Vec<(Option<&Root>, &RootLinks)> =
            checked.iter().chain(&planned).map(|c| (root_of(c), &c.links)).collect();
        let nothing = RootLinks::default();
        let links: Vec<&RootLinks> = all.iter().map(|(root, links)| root.map_or(&nothing, |_| *links)).collect();
        let (linked, left) = linked(&links, self.look.budget);
        let mut said: Vec<CheckedRoot> = self.left_out(&left).into_iter().collect();
        let (here, beside) = (&linked[..checked.len()], &linked[checked.len()..]);
        let unjudged: FxHashSet<&Root> = unjudged.iter().collect();
        let beside = read.iter().zip(beside).filter(|(root, _)| unjudged.contains(*root));
        said.extend(beside.filter_map(|(root, pools)| self.unjudged(root, pools, checked)));
        let again: Vec<(usize, &Root, &Vec<LinkedPool>)> = all[..checked.len()]
            .iter()
            .zip(here)
            .enumerate()
            .filter_map(|(at, ((root, _), pools))| Some((at, (*root)?, pools)))
            .filter(|(.., pools)| !pools.is_empty())
            .collect();
        let one = |(at, root, linked): &(usize, &Root, &Vec<LinkedPool>)| {
            (*at, self.session.checked(root, &units, self.evaluator, Look { linked, ..self.look }))
        };
        for (at, new) in parallel::map(&again, 1, one) {
            checked[at] = new;
        }
        said
    }

    /// What says that a root module is not judged though pools of those checked belong to its clusters, or may.
    fn unjudged(&self, root: &Root, pools: &[LinkedPool], checked: &[CheckedRoot]) -> Option<CheckedRoot> {
        let pool = pools.iter().find(|linked| checked.iter().any(|c| c.report.root == linked.pool.root))?;
        let (address, cluster) = (pool.pool.address(), &pool.cluster);
        let doubt = if pool.doubt.is_some() { "may belong" } else { "belongs" };
        let why =
            format!("{address} {doubt} to its {cluster}, which this run does not judge: name this root module too");
        let mut report = RootReport { root: pool.pool.root.clone(), ..RootReport::default() };
        report.environment = self.look.environment.map(str::to_string);
        report.coverage.skipped.push((root.shown.clone(), why));
        Some(CheckedRoot::from(report))
    }

    /// What says that pools are not linked, at the first of them.
    fn left_out(&self, left: &[&LoosePool]) -> Option<CheckedRoot> {
        let (first, budget) = (left.first()?, self.look.budget);
        let (why, limit) = match budget.is_late() {
            true => (budget.late(), Limit::Timeout),
            false => (format!("there are more than {LINKS} links"), Limit::Fixed),
        };
        let pools = plural(left.len(), "node pool");
        let message = format!("the clusters of other root modules are not looked through for {pools}: {why}");
        Some(self.said(&first.root, exceeded(first.resource.header, message, "the first of them", limit)))
    }

    fn said(&self, root: &str, finding: Finding) -> CheckedRoot {
        let environment = self.look.environment.map(str::to_string);
        CheckedRoot::from(RootReport {
            root: root.into(),
            environment,
            findings: vec![finding],
            ..RootReport::default()
        })
    }

    /// The links of a root module that is planned, and not judged.
    fn planned(&self, root: &Root, units: &Units) -> CheckedRoot {
        let Look { profile, budget, .. } = self.look;
        guarded(&root.shown, || {
            let mut planned = CheckedRoot::default();
            planned.report.root.clone_from(&root.shown);
            if !budget.is_late() {
                let plan = project::of(root, units).plan(self.evaluator);
                planned.links = Graph::build(&plan, profile, budget).links(&plan);
            }
            planned
        })
    }
}

/// The root modules that may make node pools whose cluster they do not make, as far as their text says: units, and those
/// with a folder that [`is_suspect`].
fn may_have_loose_pools<'r>(roots: &[&'r Root], loader: &Loader) -> Vec<&'r Root> {
    let mut folders: FxHashMap<PathBuf, (bool, FxHashSet<PathBuf>)> = FxHashMap::default();
    let mut may = |root: &&Root| {
        let (mut seen, mut next) = (FxHashSet::default(), vec![root.dir.clone()]);
        while let Some(dir) = next.pop() {
            let (suspect, calls) =
                folders.entry(dir.clone()).or_insert_with(|| (is_suspect(&dir, loader), load::calls(&dir, loader)));
            if *suspect {
                return true;
            }
            next.extend(calls.iter().filter(|to| seen.insert((*to).clone())).cloned());
        }
        false
    };
    roots.iter().copied().filter(|root| root.is_unit() || may(root)).collect()
}

/// Whether a folder has a pool that is not plainly given a cluster of its own module, or calls what is not a local folder.
fn is_suspect(dir: &Path, loader: &Loader) -> bool {
    let block = |block: &Block| match &*block.kind.name {
        "module" => block.body.attribute("source").and_then(|s| s.expr.as_str()).is_none_or(|s| !is_local(s)),
        "resource" => block.label(0) == POOL && !names_own_cluster(block),
        _ => false,
    };
    let blocks = |m: &ModuleFiles| m.files.iter().chain(&m.overrides).flat_map(|f| &f.body.blocks).any(block);
    loader.module(dir).is_some_and(|files| blocks(&files))
}

fn names_own_cluster(pool: &Block) -> bool {
    let cluster = pool.body.attribute("cluster").and_then(|a| Reference::of(&a.expr, |_| false));
    cluster.is_some_and(|to| match to.subject {
        Subject::Resource(address) => address.mode == Mode::Managed && &*address.type_name == CLUSTER,
        _ => false,
    })
}
