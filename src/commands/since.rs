//! `check --since REF`: the tree as it was at a commit, checked in the same way.

use super::check::checked;
use super::settings::Job;
use super::{Failure, progress::Progress};
use crate::base::budget::Budget;
use crate::cli::CheckArgs;
use crate::config::Config;
use crate::engine::{Given, Outcome, PathScope, Session, SessionError, Settings};
use crate::load::shown;
use crate::report::Report;
use crate::since;
use crate::tree::{Commit, Repository, Tree};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::path::{Path, PathBuf};

/// Checks the commit that `--since` names and the tree of today, and keeps what is new or differs.
///
/// # Errors
/// Where git does not have all of the commit, or the tree of today cannot be checked.
pub fn compare(job: &Job, reference: &str) -> Result<Outcome, Failure> {
    let nothing = || SessionError::Nothing { places: String::new(), skipped: Vec::new() };
    let before = past(job).ok_or_else(nothing).and_then(|past| {
        let progress = Progress::start();
        ManuallyDrop::new(Session::new(past)?).check(&progress)
    });
    if let Some(why) = job.base.as_ref().and_then(Tree::commit).and_then(Commit::fault) {
        return Err(Failure::Since { what: format!("cannot read `{reference}`: {why}") });
    }
    let budget = &job.settings.budget;
    if budget.is_late() || before.as_ref().is_ok_and(|before| before.is_short) {
        return Err(Failure::Since { what: format!("cannot read `{reference}` to its end: {}", budget.late()) });
    }
    let roots = before.iter().flat_map(|before| &before.found.roots);
    let own_roots = roots.map(|root| (root.dir.clone(), root.is_reusable())).collect();
    let mut now = checked(&Job { settings: Settings { own_roots, ..job.settings.clone() }, ..job.clone() })?;
    let before = match before {
        // There was no Terraform at that commit.
        Err(SessionError::Nothing { .. }) => Report::new(Vec::new(), Vec::new(), 0, &now.sources),
        other => other?.report,
    };
    let roots: FxHashSet<&str> = now.found.roots.iter().map(|root| root.shown.as_str()).collect();
    let looked_at = |root: &str| roots.contains(root) || !Path::new(root).exists();
    since::compare(&mut now.report, &before, reference, looked_at);
    say(&now.report);
    Ok(now)
}

/// Says on stderr what came of the comparison.
fn say(report: &Report) {
    let Some(since) = &report.since else { return };
    let (new, changed, gone) = (since.new, since.changed, since.gone);
    let _ =
        writeln!(std::io::stderr(), "findings since {}: {new} new, {changed} changed, {gone} gone", since.reference);
}

/// The files of the commit, in the repository that holds what is checked.
pub fn tree(args: &CheckArgs, reference: &str, budget: Budget) -> Result<Tree, Failure> {
    let failed = |what: &str, why: String| Failure::Since { what: format!("{what}: {why}") };
    let named: Vec<PathBuf> = args.paths.iter().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
    let here = || std::fs::canonicalize(".").unwrap_or_default();
    let start = named.first().cloned().unwrap_or_else(here);
    let repository = Repository::around(&start)
        .and_then(|found| found.ok_or_else(|| format!("no folder above `{}` has a `.git`", shown(&start))))
        .map_err(|why| failed("there is no repository", why))?;
    let top = &repository.top;
    if let Some(other) = named.iter().find(|path| !path.starts_with(top)) {
        return Err(failed(&shown(other), format!("it is outside of the repository `{}`", shown(top))));
    }
    let lent = args.inputs.module_dir.iter().filter_map(|(_, dir)| std::fs::canonicalize(dir).ok()).collect();
    let commit = Commit::of(repository, reference, lent, budget)
        .map_err(|why| failed(&format!("git has no commit `{reference}`"), why))?;
    Ok(commit.into())
}

/// The same settings in the commit's tree, with the same configuration; `None` where nothing of it was there.
fn past(job: &Job) -> Option<Settings> {
    let tree = job.base.as_ref()?;
    let mut settings = job.settings.clone();
    if settings.scope == PathScope::Changed {
        (settings.scope, settings.paths) = (PathScope::All, vec![PathBuf::from(".")]);
    }
    settings.paths.retain(|path| tree.exists(path));
    if settings.paths.is_empty() {
        return None;
    }
    settings.inputs.given.retain(|given| match given {
        Given::File(path) => tree.exists(path),
        Given::Value(_) => true,
    });
    let mut config: Config = job.settings.config.clone();
    config.var_files.retain(|path| tree.exists(path));
    config.environments.iter_mut().for_each(|e| e.var_files.retain(|path| tree.exists(path)));
    let baseline = settings.baseline.map(|(file, _)| (file, tree.clone()));
    let own_roots = BTreeMap::new();
    Some(Settings { config, shard: None, tree: tree.clone(), baseline, own_roots, ..settings })
}
