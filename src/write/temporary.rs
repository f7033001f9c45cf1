//! Files that are being written. A signal that ends kfplint removes them first.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often another name is tried.
const TRIES: u32 = 100;

/// Files to remove when a signal comes.
static FILES: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A file that is removed unless it takes its place.
pub struct Temporary {
    path: PathBuf,
}

impl Temporary {
    /// An empty file in the folder of another; one that is `private` is for its owner only.
    ///
    /// # Errors
    /// What the system says.
    pub fn next_to(path: &Path, private: bool) -> Result<(Temporary, File)> {
        on_signal();
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut tried = 0;
        loop {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            let name = format!(".kfplint-{}-{:08x}-{tried}", std::process::id(), now.subsec_nanos());
            let temporary = Temporary { path: folder.join(name) };
            files().insert(temporary.path.clone());
            match options(private).open(&temporary.path) {
                Ok(file) => return Ok((temporary, file)),
                // It is another's: not to be removed.
                Err(e) => {
                    temporary.forget();
                    tried += 1;
                    if e.kind() != ErrorKind::AlreadyExists || tried > TRIES {
                        return Err(e);
                    }
                }
            }
        }
    }

    /// Lets the file take its place.
    ///
    /// # Errors
    /// What the system says; the file is then removed.
    pub fn rename(self, path: &Path) -> Result<()> {
        std::fs::rename(&self.path, path)?;
        self.forget();
        Ok(())
    }

    fn forget(self) {
        files().remove(&self.path);
        std::mem::forget(self);
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        files().remove(&self.path);
    }
}

fn files() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    FILES.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn options(private: bool) -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(if private { 0o600 } else { 0o666 });
    options
}

#[cfg(not(unix))]
fn options(_private: bool) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

/// From the first file on, waits for the signals that end a program.
#[cfg(unix)]
fn on_signal() {
    use signal_hook::consts::{SIGINT, SIGTERM};
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM]) else { return };
        std::thread::spawn(move || {
            if let Some(signal) = signals.forever().next() {
                // No further file is made as long as these are held.
                let files = files();
                files.iter().for_each(|path| drop(std::fs::remove_file(path)));
                std::process::exit(128 + signal);
            }
        });
    });
}

#[cfg(not(unix))]
fn on_signal() {}
