//! Where a file goes, and whether it may go there.

use std::ffi::OsString;
use std::fs::Metadata;
use std::io::{Error, Result};
use std::path::{Component, Path, PathBuf};

/// The most links on the way to a file.
const LINKS: usize = 40;

/// Where a file goes.
pub enum WriteTarget {
    /// Standard output.
    Stdout,
    /// A pipe, a device: what is written to it is gone at once.
    Stream(PathBuf),
    /// Nothing is there.
    New(PathBuf),
    /// A regular file is there.
    Old(PathBuf, Metadata),
}

/// The place of a file that the user names. A pull request can add links, so one that leads out of the repository around
/// it is refused (without a repository: out of the working directory).
///
/// # Errors
/// A link that leads out or to nothing; a folder; whatever the system says.
pub fn of(path: &Path) -> Result<WriteTarget> {
    let given = std::path::absolute(path)?;
    let is_any = |paths: &[&str]| paths.iter().any(|path| given == Path::new(path));
    if is_any(&["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
        return Ok(WriteTarget::Stdout);
    }
    if given.starts_with("/dev/fd") || given.starts_with("/proc/self/fd") || is_any(&["/dev/stderr"]) {
        return Ok(WriteTarget::Stream(given));
    }
    let here = std::env::current_dir().unwrap_or_default();
    let real = Way { at: PathBuf::new(), within: None, here }.follow(&given)?;
    match real.symlink_metadata() {
        Ok(meta) if meta.is_file() => Ok(WriteTarget::Old(real, meta)),
        Ok(meta) if meta.is_dir() => Err(Error::other("it is a folder")),
        Ok(_) => Ok(WriteTarget::Stream(real)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(WriteTarget::New(real)),
        Err(e) => Err(e),
    }
}

/// A path that is followed part by part.
struct Way {
    /// The real path so far.
    at: PathBuf,
    /// The real folder that links must not lead out of.
    within: Option<PathBuf>,
    here: PathBuf,
}

impl Way {
    fn follow(mut self, path: &Path) -> Result<PathBuf> {
        let (mut todo, mut links, mut linked) = (parts(path), 0, false);
        while let Some(part) = todo.pop() {
            if part == ".." {
                self.at.pop();
                // The user may write `..`; a link may not lead out by it.
                if !linked && self.within.as_ref().is_some_and(|within| !self.at.starts_with(within)) {
                    self.within = None;
                    self.enter_all();
                }
                continue;
            }
            let next = self.at.join(&part);
            match std::fs::read_link(&next) {
                Ok(target) => {
                    links += 1;
                    linked |= self.within.is_some();
                    if links > LINKS {
                        return Err(Error::other("too many levels of symbolic links"));
                    }
                    self.check(&next, &target)?;
                    if target.has_root() {
                        self.at = PathBuf::new();
                    }
                    todo.extend(parts(&target));
                }
                Err(_) => {
                    self.at = next;
                    if !linked {
                        self.enter();
                    }
                }
            }
        }
        Ok(self.at)
    }

    /// A link inside of the repository must lead to something inside of it.
    fn check(&self, link: &Path, target: &Path) -> Result<()> {
        let Some(within) = &self.within else { return Ok(()) };
        let shown = |path: &Path| path.display().to_string();
        match std::fs::canonicalize(link) {
            Ok(real) if real.strip_prefix(within).is_ok_and(|below| !is_git(below)) => Ok(()),
            Ok(_) => Err(Error::other(format!(
                "`{}` is a link out of the files of `{}`; remove it, or name the file `{}` itself",
                shown(link),
                shown(within),
                shown(target)
            ))),
            Err(_) => {
                Err(Error::other(format!("`{}` is a link to a file that does not exist; remove it", shown(link))))
            }
        }
    }

    fn enter(&mut self) {
        let starts = self.within.is_none() && self.at == self.here || self.at.join(".git").symlink_metadata().is_ok();
        if starts {
            self.within = Some(self.at.clone());
        }
    }

    /// Enters the folders above again.
    fn enter_all(&mut self) {
        let end = std::mem::take(&mut self.at);
        for part in end.components() {
            self.at.push(part);
            self.enter();
        }
    }
}

fn is_git(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
}

/// The parts of a path, the last one first.
fn parts(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter(|part| !matches!(part, Component::CurDir));
    let mut parts: Vec<OsString> = parts.map(|part| part.as_os_str().to_os_string()).collect();
    parts.reverse();
    parts
}
