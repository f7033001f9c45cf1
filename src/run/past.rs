//! `--since REF`: the tree as it was at a commit, looked at in the same way.

use super::{Failure, Job, Judged, judge};
use crate::base::budget::Budget;
use crate::cli::CheckArgs;
use crate::config::Config;
use crate::engine::{Given, SessionError};
use crate::load::loader::Texts;
use crate::load::shown;
use crate::report::Report;
use crate::since;
use crate::tree::{Commit, Repository, Tree};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Judges the commit that `--since` names and the tree of today, and keeps what is new or differs.
///
/// # Errors
/// Where git does not have all of the commit, or the tree of today cannot be judged.
pub fn compare(mut job: Job, reference: &str) -> Result<(Judged, Job), Failure> {
    let before = match past(&job) {
        Some(past) => judge(&past, Texts::new()),
        None => Err(SessionError::Nothing { places: String::new(), skipped: Vec::new() }.into()),
    };
    if let Some(why) = job.base.as_ref().and_then(Tree::commit).and_then(Commit::fault) {
        return Err(Failure::Since { what: format!("cannot read `{reference}`: {why}") });
    }
    if job.budget.is_late() || before.as_ref().is_ok_and(|before| before.is_short) {
        return Err(Failure::Since { what: format!("cannot read `{reference}` to its end: {}", job.budget.late()) });
    }
    if let Ok(before) = &before {
        job.own_roots = before.found.roots.iter().map(|root| (root.dir.clone(), root.library)).collect();
    }
    let mut now = judge(&job, Texts::new())?;
    let before = match before {
        // There was no Terraform at that commit.
        Err(Failure::Session(SessionError::Nothing { .. })) => Report::new(Vec::new(), Vec::new(), 0, &now.sources),
        other => other?.report,
    };
    let roots: FxHashSet<&str> = now.found.roots.iter().map(|root| root.shown.as_str()).collect();
    let looked_at = |root: &str| roots.contains(root) || !Path::new(root).exists();
    since::compare(&mut now.report, &before, reference, looked_at);
    say(&now.report);
    Ok((now, job))
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

/// The same job in the commit's tree, with the same configuration; `None` where nothing of it was there.
fn past(job: &Job) -> Option<Job> {
    let tree = job.base.as_ref()?;
    let mut args = job.args.clone();
    if std::mem::take(&mut args.changed) {
        args.paths = vec![PathBuf::from(".")];
    }
    args.paths.retain(|path| tree.exists(path));
    if args.paths.is_empty() {
        return None;
    }
    args.inputs.given.retain(|given| match given {
        Given::File(path) => tree.exists(path),
        Given::Value(_) => true,
    });
    args.shard = None;
    let mut config: Config = job.config.clone();
    config.var_files.retain(|path| tree.exists(path));
    config.environments.iter_mut().for_each(|e| e.var_files.retain(|path| tree.exists(path)));
    let (base, own_roots) = (job.base.clone(), BTreeMap::new());
    Some(Job { args, config, tree: tree.clone(), base, own_roots, ..*job })
}
