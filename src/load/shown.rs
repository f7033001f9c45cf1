//! How paths are shown: as the user would write them.

use std::path::{Component, Path, PathBuf};

/// Turns real paths into the ones that the user would write.
#[derive(Debug)]
pub struct Shown {
    cwd: PathBuf,
    /// Real folders and how the user writes them.
    named: Vec<(PathBuf, PathBuf)>,
}

impl Shown {
    /// Paths are shown relative to this working directory.
    pub fn new(cwd: PathBuf) -> Shown {
        Shown { cwd: std::fs::canonicalize(&cwd).unwrap_or(cwd), named: Vec::new() }
    }

    /// Notes that the user writes the real folder `dir` as `given`. Where that is an absolute path inside the
    /// working directory, it is shown relative to it all the same.
    pub fn name(&mut self, dir: &Path, given: &Path) {
        let given = given.strip_prefix(&self.cwd).unwrap_or(given);
        if !self.named.iter().any(|(known, _)| known == dir) {
            self.named.push((dir.to_path_buf(), given.to_path_buf()));
        }
    }

    /// Whether some named folder holds this path.
    pub fn covers(&self, path: &Path) -> bool {
        self.named.iter().any(|(dir, _)| path.starts_with(dir))
    }

    /// The path as the user would write it, with forward slashes.
    pub fn path(&self, path: &Path) -> String {
        let nearest = self.named.iter().filter(|(dir, _)| path.starts_with(dir));
        let nearest = nearest.max_by_key(|(dir, _)| dir.components().count());
        let shown = match nearest {
            Some((dir, given)) => given.join(path.strip_prefix(dir).unwrap_or(path)),
            None => relative(&self.cwd, path),
        };
        text(&shown)
    }
}

/// `path` relative to `base` where they share more than the root folder, else `path`.
fn relative(base: &Path, path: &Path) -> PathBuf {
    let (from, to): (Vec<Component>, Vec<Component>) = (base.components().collect(), path.components().collect());
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if same <= 1 {
        return path.to_path_buf();
    }
    let up = std::iter::repeat_n(Component::ParentDir, from.len() - same);
    up.chain(to.iter().skip(same).copied()).collect()
}

/// A path as text: forward slashes, no `./` in front, "." for the empty one.
pub fn text(path: &Path) -> String {
    let clean: PathBuf = path.components().filter(|c| !matches!(c, Component::CurDir)).collect();
    let text = readable(&clean);
    if text.is_empty() {
        return ".".into();
    }
    if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text }
}

/// The path in UTF-8. Bytes that are none are written as `%85`, so that names that differ stay different.
fn readable(path: &Path) -> String {
    let mut out = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        out.push_str(chunk.valid());
        chunk.invalid().iter().for_each(|byte| out.push_str(&format!("%{byte:02x}")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(named: &[(&str, &str)], path: &str) -> String {
        let mut shown = Shown { cwd: "/home/u/repo".into(), named: Vec::new() };
        named.iter().for_each(|(dir, given)| shown.name(Path::new(dir), Path::new(given)));
        shown.path(Path::new(path))
    }

    #[test]
    fn inside_the_working_directory_paths_are_relative() {
        assert_eq!(shown(&[("/home/u/repo/infra", "./infra/")], "/home/u/repo/infra/main.tf"), "infra/main.tf");
        assert_eq!(shown(&[("/home/u/repo", "/home/u/repo")], "/home/u/repo"), ".");
    }

    #[test]
    fn outside_of_it_they_are_as_the_user_began_them() {
        assert_eq!(shown(&[("/srv/x", "/srv/x")], "/srv/x/main.tf"), "/srv/x/main.tf");
        assert_eq!(shown(&[("/home/u/x", "../x")], "/home/u/x/a/main.tf"), "../x/a/main.tf");
    }

    #[test]
    fn a_file_that_no_named_folder_holds_is_relative() {
        assert_eq!(shown(&[], "/home/u/common/a.tf"), "../common/a.tf");
        assert_eq!(shown(&[], "/srv/a.tf"), "/srv/a.tf");
    }
}
