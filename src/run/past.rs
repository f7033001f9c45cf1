//! `--since REF`: the tree as it was at a commit, looked at in the same way.

use super::{Failure, Job, Judged, judge};
use crate::cli::Given;
use crate::config::Config;
use crate::discover::loader::Texts;
use crate::discover::{reason, shown};
use crate::report::Report;
use crate::since;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The look at the tree of now, with only what is new or another than at the commit that `--since` names.
///
/// # Errors
/// Where git does not have the commit.
pub fn compare(mut now: Judged, job: &Job, reference: &str) -> Result<Judged, Failure> {
    let past = Past::of(job, reference)?;
    past.lend_what_git_does_not_have(&now);
    let before = match past.job(job) {
        Some(job) => judge(&job, Texts::new()).map(|judged| judged.report),
        None => Err(Failure::Nothing { places: String::new() }),
    };
    let before = match before {
        // Nothing was there.
        Err(Failure::Nothing { .. }) => Report::new(Vec::new(), Vec::new(), 0, &now.sources),
        other => other?,
    };
    let roots: Vec<&str> = now.found.roots.iter().map(|root| root.shown.as_str()).collect();
    let looked_at = |root: &str| roots.contains(&root) || !Path::new(root).exists();
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

/// A commit's tree in a temporary folder.
struct Past {
    folder: TempDir,
    /// Where the repository's tree is now.
    top: PathBuf,
}

impl Past {
    fn of(job: &Job, reference: &str) -> Result<Past, Failure> {
        let failed = |what: &str, why: String| Failure::Since { what: format!("{what}: {why}") };
        let named: Vec<PathBuf> = job.args.paths.iter().filter_map(|path| std::fs::canonicalize(path).ok()).collect();
        let start = named.iter().find_map(|path| path.ancestors().find(|p| p.is_dir())).unwrap_or(Path::new("."));
        let top = git(start, &["rev-parse", "--show-toplevel"], None)
            .map_err(|why| failed("git finds no repository", why))?;
        let top =
            std::fs::canonicalize(String::from_utf8_lossy(&top).trim_end_matches(['\n', '\r'])).unwrap_or_default();
        if let Some(other) = named.iter().find(|path| !path.starts_with(&top)) {
            return Err(failed(&shown(other), format!("it is outside of the repository `{}`", shown(&top))));
        }
        let commit = format!("{reference}^{{commit}}");
        let verify = ["rev-parse", "--verify", "--end-of-options", &commit];
        let commit =
            git(&top, &verify, None).map_err(|why| failed(&format!("git has no commit `{reference}`"), why))?;
        // Old versions of git print `--end-of-options` too.
        let commit = String::from_utf8_lossy(&commit).into_owned();
        let folder = TempDir::new().map_err(|e| failed("no temporary folder", reason(&e)))?;
        let past = Past { folder, top };
        let wrong = |why| failed("git cannot write the tree", why);
        let index = past.folder.path().join("index");
        // A repository's mark: functions may read files up to here.
        std::fs::create_dir_all(past.tree().join(".git")).map_err(|e| wrong(reason(&e)))?;
        check_out(&past.top, commit.lines().last().unwrap_or_default(), &index, &past.tree()).map_err(wrong)?;
        Ok(past)
    }

    /// The real folder of the tree.
    fn tree(&self) -> PathBuf {
        let folder = self.folder.path();
        std::fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf()).join("tree")
    }

    /// Where a path of now is in the commit's tree; the path itself outside of the repository. `None` where it was not
    /// there.
    fn at(&self, path: &Path) -> Option<PathBuf> {
        let real = std::fs::canonicalize(path).ok()?;
        match real.strip_prefix(&self.top) {
            Ok(below) => Some(self.tree().join(below)).filter(|then| then.exists()),
            Err(_) => Some(path.to_path_buf()),
        }
    }

    /// Gives the commit's tree what is not under version control, and so did not change with it: installed modules, and
    /// variable files that git ignores.
    fn lend_what_git_does_not_have(&self, now: &Judged) {
        for root in &now.found.roots {
            let (installed, then) = (root.dir.join(".terraform"), self.at(&root.dir));
            if let Some(then) = then.filter(|_| installed.is_dir()) {
                link(&installed, &then.join(".terraform"));
            }
        }
        let ignored =
            ["ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", "*.tfvars", "*.tfvars.json"];
        let files = git(&self.top, &ignored, None).unwrap_or_default();
        for name in files.split(|byte| *byte == 0).filter_map(|name| std::str::from_utf8(name).ok()) {
            let then = self.tree().join(name);
            if !name.is_empty() && !then.exists() && then.parent().is_some_and(Path::is_dir) {
                // One that cannot be read now is not read then either.
                let _ = std::fs::copy(self.top.join(name), &then);
            }
        }
    }

    /// The same job in the commit's tree, with the configuration of now; `None` where nothing of it was there.
    fn job(&self, job: &Job) -> Option<Job> {
        let mut args = job.args.clone();
        let paths = match std::mem::take(&mut args.changed) {
            true => vec![PathBuf::from(".")],
            false => std::mem::take(&mut args.paths),
        };
        args.paths = paths.iter().filter_map(|path| self.at(path)).collect();
        if args.paths.is_empty() {
            return None;
        }
        let given = |given: &Given| match given {
            Given::File(path) => self.at(path).map(Given::File),
            Given::Value(_) => Some(given.clone()),
        };
        args.inputs.given = job.args.inputs.given.iter().filter_map(given).collect();
        args.shard = None;
        let mut config: Config = job.config.clone();
        let files = |files: &[PathBuf]| files.iter().filter_map(|path| self.at(path)).collect();
        config.var_files = files(&config.var_files);
        config.environments.iter_mut().for_each(|e| e.var_files = files(&e.var_files));
        config.dir = self.at(&config.dir).unwrap_or_default();
        // Installed modules are those of now.
        let mut names: Vec<(PathBuf, PathBuf)> =
            [self.tree(), self.top.clone()].map(|dir| (dir, shown(&self.top).into())).into();
        let named = paths.iter().filter_map(|path| Some((std::fs::canonicalize(self.at(path)?).ok()?, path.clone())));
        names.extend(named.filter(|(dir, _)| dir.is_dir()));
        Some(Job { args, config, budget: job.budget, past: names })
    }
}

#[cfg(unix)]
fn link(target: &Path, at: &Path) {
    // Where the commit has one of its own, that one counts.
    let _ = std::os::unix::fs::symlink(target, at);
}

#[cfg(not(unix))]
fn link(_target: &Path, _at: &Path) {}

/// Writes the tree of a commit into a folder, with those of the submodules that are there now.
fn check_out(repository: &Path, commit: &str, index: &Path, to: &Path) -> Result<(), String> {
    git(repository, &["read-tree", commit], Some(index))?;
    git(repository, &["checkout-index", "--all", &format!("--prefix={}/", to.display())], Some(index))?;
    let entries = git(repository, &["ls-files", "--stage", "-z"], Some(index))?;
    for entry in entries.split(|byte| *byte == 0).filter_map(|entry| std::str::from_utf8(entry).ok()) {
        // `160000 COMMIT 0<tab>PATH` is a submodule.
        let Some((commit, path)) = entry.strip_prefix("160000 ").and_then(|entry| entry.split_once(" 0\t")) else {
            continue;
        };
        let module = repository.join(path);
        if module.join(".git").exists() {
            let lacks = |why| format!("in the submodule `{path}`, which may have to be fetched: {why}");
            check_out(&module, commit, index, &to.join(path)).map_err(lacks)?;
        }
    }
    Ok(())
}

/// What a git command prints; else what it says on stderr.
fn git(dir: &Path, args: &[&str], index: Option<&Path>) -> Result<Vec<u8>, String> {
    let mut command = Command::new("git");
    command.arg("-C").arg(dir).args(args).env("GIT_LFS_SKIP_SMUDGE", "1");
    // Hooks set these for their own repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    if let Some(index) = index {
        command.env("GIT_INDEX_FILE", index);
    }
    let done = command.output().map_err(|e| reason(&e))?;
    match done.status.success() {
        true => Ok(done.stdout),
        false => Err(String::from_utf8_lossy(&done.stderr).trim().to_string()),
    }
}
