//! Links between root modules: those with clusters whose node pools another root module makes are judged with these pools.

use super::stages::{CheckedRoot, Look, guarded};
use super::{Session, SessionError, project};
use crate::address::{Mode, Reference, Subject};
use crate::base::budget::{LINKS, Limit};
use crate::base::parallel;
use crate::cty::value::{ReasonKind, Reasons};
use crate::diagnostic::{Finding, RootReport};
use crate::eval::Evaluator;
use crate::graph::Graph;
use crate::graph::across::{ALONE, Beside, LinkedPool, LoosePool, RootLinks, linked};
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
    pub roots: &'s [&'s Root],
}

impl RootLinker<'_> {
    /// Judges the root modules again whose clusters have node pools in others. `others` are the root modules that are not
    /// among those checked: they are planned. Of these, `unjudged` are those that no other shard judges: one whose clusters
    /// have pools of those checked is judged, and added to them. What is to be said beside the root modules.
    pub fn link(&self, checked: &mut Vec<CheckedRoot>, others: &[&Root], unjudged: &[Root]) -> Vec<CheckedRoot> {
        if checked.iter().all(|root| root.links.clusters.is_empty() && root.links.pools.is_empty()) {
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
        if let Some(said) = read.first().and_then(|root| self.unread(root)) {
            return vec![said];
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
        let said: Vec<CheckedRoot> = self.left_out(&left).into_iter().collect();
        let here: FxHashSet<&str> = checked.iter().map(|c| c.report.root.as_str()).collect();
        let unjudged: FxHashSet<&Root> = unjudged.iter().collect();
        let is_judged = |at: usize, root: &Root, pools: &[LinkedPool]| {
            at < checked.len() || unjudged.contains(root) && pools.iter().any(|p| here.contains(p.pool.root.as_str()))
        };
        let again: Vec<(usize, &Root, &Beside)> = all
            .iter()
            .zip(&linked)
            .enumerate()
            .filter_map(|(at, ((root, _), beside))| Some((at, (*root)?, beside)))
            .filter(|(at, root, beside)| !beside.is_nothing() && is_judged(*at, root, &beside.linked))
            .collect();
        let one = |(at, root, beside): &(usize, &Root, &Beside)| {
            (*at, self.session.checked(root, &units, self.evaluator, Look { beside, ..self.look }))
        };
        let (again, new): (Vec<_>, Vec<_>) =
            parallel::map(&again, 1, one).into_iter().partition(|(at, _)| *at < checked.len());
        again.into_iter().for_each(|(at, root)| checked[at] = root);
        checked.extend(new.into_iter().map(|(_, root)| root));
        said
    }

    /// What says that the root modules that may have pools for others are not read in time.
    fn unread(&self, first: &Root) -> Option<CheckedRoot> {
        let message = format!("the node pools of other root modules are not read: {}", self.look.budget.late());
        let late = self.look.budget.is_late();
        late.then(|| self.said(&first.shown, exceeded(None, message, "", Limit::Timeout)))
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

/// Why pools of a folder that others call, and of which no call makes anything, are not certain.
fn unmade(folder: &str) -> Reasons {
    let what =
        format!("whether `{folder}` is applied: it is called as a module, and no call is known to make anything");
    Reasons::one(ReasonKind::Unsupported(what.into()), None)
}

/// What other root modules tell of the clusters and pools of each, by its shown path.
#[derive(Debug, Default)]
pub struct PoolsByRoot(FxHashMap<String, Beside>);

impl PoolsByRoot {
    /// What they tell of one root module.
    pub fn of(&self, root: &Root) -> &Beside {
        self.0.get(&root.shown).unwrap_or(&ALONE)
    }
}

impl Session {
    /// Links these root modules in one environment, and says which links are left out.
    ///
    /// # Errors
    /// An environment that is not configured, or whose values cannot be read.
    pub fn link(
        &self,
        roots: &[Root],
        environment: Option<&str>,
    ) -> Result<(PoolsByRoot, Option<RootReport>), SessionError> {
        let evaluator = self.evaluator(environment)?;
        let roots: Vec<&Root> = roots.iter().filter(|root| !root.is_reusable()).collect();
        if roots.len() < 2 || may_have_loose_pools(&roots, self.loader()).is_empty() {
            return Ok(Default::default());
        }
        let linker = RootLinker { session: self, evaluator: &evaluator, look: self.look(environment), roots: &roots };
        let units = Units::new(&evaluator);
        let mut planned = parallel::map(&roots, 1, |root| linker.planned(root, &units));
        doubt_uncalled(&mut planned, self.roots());
        if let Some(said) = roots.first().and_then(|root| linker.unread(root)) {
            return Ok((PoolsByRoot::default(), Some(said.report)));
        }
        let links: Vec<&RootLinks> = planned.iter().map(|planned| &planned.links).collect();
        let (pools, left) = linked(&links, linker.look.budget);
        let names = roots.iter().map(|root| root.shown.clone());
        Ok((PoolsByRoot(names.zip(pools).collect()), linker.left_out(&left).map(|said| said.report)))
    }
}

/// Notes that folders are not certain to be applied: those that are not among the root modules found, but called.
pub fn doubt_uncalled(checked: &mut [CheckedRoot], found: &[Root]) {
    let found: FxHashSet<&str> = found.iter().map(|root| root.shown.as_str()).collect();
    for root in checked.iter_mut().filter(|c| !c.links.pools.is_empty()) {
        let shown = root.report.root.as_str();
        if !found.contains(shown) {
            root.links.doubt = Some(unmade(shown));
        }
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
