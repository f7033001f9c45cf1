//! The tree of a commit, with whatever names, modes, links and contents Git's objects have: it is read as it was committed,
//! nothing is read outside of the repository or in `.git`, and nothing is written.

use super::{parts, reports};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use kfplint::base::budget::Budget;
use kfplint::engine::{Session, Settings};
use kfplint::report::{self, Format, ReportStyle};
use kfplint::tree::{Commit, FileKind, Repository, Tree};
use sha1::{Digest, Sha1};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What must not be read: it stands outside of the repository and in its `.git`.
const MARKER: &str = "marker7q4zx";
/// The most folders inside of each other.
const DEEPEST: usize = 12;
/// The most files of one input.
const MOST: usize = 32;

/// A file of a commit: mode and path as they are written, and the content.
struct Committed<'i> {
    mode: &'i [u8],
    path: &'i [u8],
    content: &'i [u8],
}

/// Each part is a file: `MODE PATH`, and its content on the lines below.
pub fn check(bytes: &[u8]) {
    let folder = super::scratch();
    let base = std::fs::canonicalize(folder.path()).expect("a folder");
    let top = base.join("repository");
    std::fs::create_dir_all(top.join(".git/refs")).expect("a folder");
    let file = |at: &str, text: &str| std::fs::write(base.join(at), text).expect("a file is written");
    file("outside.txt", &format!("{MARKER} = \"{MARKER}\"\n"));
    file("repository/.git/HEAD", &format!("ref: refs/heads/{MARKER}\n"));
    file("repository/.git/config", &format!("[core]\n\trepositoryformatversion = 0\n# {MARKER}\n"));
    let files: Vec<Committed> = parts(bytes).into_iter().take(MOST).filter_map(committed).collect();
    let commit = write(&top.join(".git"), &files);
    let before = listed(&base);
    let repository = Repository::at(&top).expect("a repository");
    let Ok(commit) = Commit::of(repository, &commit, Vec::new(), Budget::default()) else { return };
    let tree: Tree = commit.into();
    walk(&tree, &top, DEEPEST);
    contents(&tree, &top, &files);
    let said = said(&tree, &top);
    assert!(!said.contains(MARKER), "a file that is closed is read: {said}");
    assert_eq!(listed(&base), before, "nothing is written");
}

fn committed(part: &[u8]) -> Option<Committed<'_>> {
    let end = part.iter().position(|b| *b == b'\n').unwrap_or(part.len());
    let (head, content) = (part.get(..end)?, part.get(end + 1..).unwrap_or_default());
    let space = head.iter().position(|b| *b == b' ')?;
    let (mode, path) = (head.get(..space)?, head.get(space + 1..)?);
    (!path.contains(&0) && !mode.contains(&0)).then_some(Committed { mode, path, content })
}

/// A file with the parts of its path that are still to come.
type Below<'i> = (Vec<&'i [u8]>, &'i Committed<'i>);

/// Writes the commit's objects, and gives its id.
fn write(git: &Path, files: &[Committed]) -> String {
    let entries: Vec<Below> = files.iter().map(|file| (file.path.split(|b| *b == b'/').collect(), file)).collect();
    let tree = folder(git, &entries, 0);
    let text = format!("tree {}\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n", hex(&tree));
    hex(&object(git, "commit", text.as_bytes()))
}

/// A tree object: files in their order, and one entry for each folder.
fn folder(git: &Path, entries: &[Below], depth: usize) -> Vec<u8> {
    let mut folders: BTreeMap<&[u8], Vec<Below>> = BTreeMap::new();
    let mut tree = Vec::new();
    let mut add = |mode: &[u8], name: &[u8], id: &[u8]| tree.extend([mode, b" ", name, b"\0", id].concat());
    for (path, file) in entries {
        match path.as_slice() {
            [name] => add(file.mode, name, &object(git, "blob", file.content)),
            [first, ..] if depth < DEEPEST => {
                folders.entry(first).or_default().push((path.get(1..).unwrap_or_default().to_vec(), file));
            }
            _ => {}
        }
    }
    for (name, below) in folders {
        add(b"40000", name, &folder(git, &below, depth + 1));
    }
    object(git, "tree", &tree)
}

fn object(git: &Path, kind: &str, content: &[u8]) -> Vec<u8> {
    let whole = [format!("{kind} {}\0", content.len()).as_bytes(), content].concat();
    let id = Sha1::digest(&whole).to_vec();
    let name = hex(&id);
    let dir = git.join("objects").join(&name[..2]);
    std::fs::create_dir_all(&dir).expect("a folder");
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&whole).expect("bytes are packed");
    std::fs::write(dir.join(&name[2..]), packed.finish().expect("bytes are packed")).expect("an object is written");
    id
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// All files below a folder with their sizes.
fn listed(dir: &Path) -> Vec<(PathBuf, u64)> {
    let (mut todo, mut out) = (vec![dir.to_path_buf()], Vec::new());
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).expect("a folder").flatten() {
            let meta = entry.metadata().expect("an entry");
            out.push((entry.path(), meta.len()));
            if meta.is_dir() {
                todo.push(entry.path());
            }
        }
    }
    out.sort();
    out
}

/// Every entry is one step below its folder.
fn walk(tree: &Tree, dir: &Path, deepest: usize) {
    for entry in tree.entries(dir).unwrap_or_default() {
        let path = dir.join(&entry.name);
        assert_eq!(path.parent(), Some(dir), "{path:?} is not in its folder");
        assert_eq!(path.file_name(), Some(entry.name.as_os_str()), "{path:?}");
        match entry.kind {
            FileKind::Folder if deepest > 0 && entry.name != ".git" => walk(tree, &path, deepest - 1),
            FileKind::File => assert_eq!(tree.canonicalize(&path).ok(), Some(path), "a file is where it is"),
            _ => {}
        }
    }
}

/// A file with an ordinary name is read as it was committed.
fn contents(tree: &Tree, top: &Path, files: &[Committed]) {
    // Git does not read a folder with such a mode in it either.
    let is_mode = |mode: &[u8]| std::str::from_utf8(mode).is_ok_and(|mode| u32::from_str_radix(mode, 8).is_ok());
    if !files.iter().all(|file| is_mode(file.mode)) {
        return;
    }
    let plain = |file: &&Committed| {
        let word =
            |part: &[u8]| part.iter().any(u8::is_ascii_alphanumeric) && part.iter().all(|b| b.is_ascii_alphanumeric());
        matches!(file.mode, b"100644" | b"100755") && file.path.split(|b| *b == b'/').all(word)
    };
    for file in files.iter().filter(plain) {
        let first = |part: &[u8]| part.split(|b| *b == b'/').next().map(<[u8]>::to_vec);
        // Of two entries with one name, either may count.
        if files.iter().filter(|other| first(other.path) == first(file.path)).count() > 1 {
            continue;
        }
        let path = top.join(String::from_utf8_lossy(file.path).as_ref());
        let read = tree.up_to(&path, u64::MAX).ok().flatten();
        assert_eq!(read.as_deref(), Some(file.content), "{path:?}");
    }
}

/// What reports say of the tree's root modules.
fn said(tree: &Tree, top: &Path) -> String {
    let settings = Settings { paths: vec![top.to_path_buf()], tree: tree.clone(), draws: true, ..Settings::default() };
    let Ok(session) = Session::new(settings) else { return String::new() };
    let report = session.check(&()).expect("no values are read").report;
    let sources = session.sources();
    reports::check(&report, sources);
    let human = report::human(&report, sources, report::ReportStyle::plain(report::Detail::Verbose, 100));
    Format::Json.text(&report, sources, ReportStyle::FILE) + &String::from_utf8_lossy(&human)
}
