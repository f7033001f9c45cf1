//! Writes files: each is made next to its place and then renamed, so that it is there as a whole or not at all.

mod place;
mod temporary;

use place::WriteTarget;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{Error, Result, Write};
use std::path::Path;
use temporary::Temporary;

/// What writes the content of a file.
pub type FileContent<'c> = &'c mut dyn FnMut(&mut dyn Write) -> Result<()>;

/// Writes a file that the user asked for. A file that is replaced keeps its owner, its mode and, where the system has them,
/// its extended attributes. Gives notes on everything that could not be kept.
///
/// # Errors
/// A link that leads out of the repository or to nothing, a file that is read-only, and whatever the system refuses.
pub fn file(path: &Path, bytes: &[u8]) -> Result<Vec<String>> {
    streamed(path, &mut |out| out.write_all(bytes))
}

/// Writes a file as [`file`] does, with content that is never in memory as a whole. It is given no buffer.
///
/// # Errors
/// As [`file`], and what `content` gives.
pub fn streamed(path: &Path, content: FileContent) -> Result<Vec<String>> {
    match place::of(path)? {
        WriteTarget::Stdout => {
            let mut out = std::io::stdout().lock();
            content(&mut out)?;
            out.flush()?;
            Ok(Vec::new())
        }
        WriteTarget::Stream(path) => {
            content(&mut OpenOptions::new().append(true).open(path)?)?;
            Ok(Vec::new())
        }
        WriteTarget::New(path) => {
            let (temporary, mut file) = Temporary::next_to(&path, false)?;
            content(&mut file)?;
            file.sync_all()?;
            temporary.rename(&path)?;
            Ok(Vec::new())
        }
        WriteTarget::Old(path, before) => replace(&path, &before, content),
    }
}

fn replace(path: &Path, before: &Metadata, content: FileContent) -> Result<Vec<String>> {
    if before.permissions().readonly() {
        return Err(Error::other("it is read-only"));
    }
    let (temporary, mut file) = Temporary::next_to(path, true)?;
    content(&mut file)?;
    let notes = keep(path, before, &file)?;
    // Changing the owner takes bits from the mode.
    file.set_permissions(before.permissions())?;
    file.sync_all()?;
    temporary.rename(path)?;
    Ok(notes)
}

/// Gives a file the owner and the attributes of the one whose place it takes, and says what it does not get.
#[cfg(unix)]
fn keep(path: &Path, before: &Metadata, file: &File) -> Result<Vec<String>> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let mut notes = Vec::new();
    let (now, shown) = (file.metadata()?, path.display());
    let other_group = before.gid() != now.gid() && fchown(file, None, Some(before.gid())).is_err();
    let other_owner = before.uid() != now.uid() && fchown(file, Some(before.uid()), None).is_err();
    if other_owner || other_group {
        let (user, group) = (before.uid(), before.gid());
        notes.push(format!("`{shown}` does not keep its owner {user}:{group}: only root can give a file away"));
    }
    if before.nlink() > 1 {
        let others = before.nlink() - 1;
        notes.push(format!("`{shown}` had {others} more hard link(s), which still lead to the old content"));
    }
    let lost = attributes(path, file);
    if !lost.is_empty() {
        notes.push(format!("`{shown}` does not keep its extended attributes {}", lost.join(", ")));
    }
    Ok(notes)
}

#[cfg(not(unix))]
fn keep(_path: &Path, _before: &Metadata, _file: &File) -> Result<Vec<String>> {
    Ok(Vec::new())
}

/// Copies extended attributes, access lists among them; gives the names of those that cannot be copied.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn attributes(from: &Path, to: &File) -> Vec<String> {
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    const MOST: usize = 64 << 10;
    let mut buffer = vec![0; MOST];
    let Ok(length) = listxattr(from, buffer.as_mut_slice()) else { return Vec::new() };
    let names = buffer.get(..length).unwrap_or_default().to_vec();
    let copied = |name: &[u8]| {
        let mut value = vec![0; MOST];
        let Ok(length) = getxattr(from, name, value.as_mut_slice()) else { return false };
        let value = value.get(..length).unwrap_or_default();
        fsetxattr(to, name, value, XattrFlags::empty()).is_ok()
    };
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    // The system gives each file its own label.
    let lost = names.filter(|name| !name.starts_with(b"security.") && !copied(name));
    lost.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
fn attributes(_from: &Path, _to: &File) -> Vec<String> {
    Vec::new()
}
