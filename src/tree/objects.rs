//! Reads Git objects with `git cat-file`, so that git runs nothing and writes nothing.

use crate::base::budget::Budget;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Variables of git's that stay: where the user's own configuration is.
const KEPT: [&str; 4] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"];

/// Nothing is fetched, prompted for, replaced, locked or paged.
const SET: [(&str, &str); 11] = [
    ("GIT_ALLOW_PROTOCOL", "none"),
    ("GIT_ASKPASS", ""),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_EDITOR", "false"),
    ("GIT_GRAFT_FILE", "/dev/null"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_PAGER", "cat"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("LC_ALL", "C"),
];

/// Every setting that names a program and that git could come to from here. The command line wins over all files.
const OFF: [&str; 9] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.askPass=",
    "core.alternateRefsCommand=false",
    "core.pager=cat",
    "credential.helper=",
    "protocol.allow=never",
];

/// The most that is read of git's own messages, in bytes.
const MESSAGE: u64 = 4096;

/// The longest line that `cat-file` answers with, in bytes.
const LINE: u64 = 4096;

/// Why an object cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectError {
    /// The repository does not have it.
    Missing,
    /// It has more bytes than may be read.
    TooLarge,
    /// Git ended, for this reason.
    Failed(String),
}

/// The objects of one repository.
#[derive(Debug)]
pub struct Objects {
    git: PathBuf,
    budget: Budget,
    batch: Mutex<Option<Batch>>,
}

impl Objects {
    /// The objects of the repository with this Git folder, readable as long as the budget has time.
    pub fn new(git: &Path, budget: Budget) -> Objects {
        Objects { git: git.to_path_buf(), budget, batch: Mutex::new(None) }
    }

    /// The id of the commit that a user names.
    ///
    /// # Errors
    /// What git says.
    pub fn commit(&self, reference: &str) -> Result<String, String> {
        let commit = format!("{reference}^{{commit}}");
        let mut command = command(&self.git);
        command.args(["rev-parse", "--verify", "--end-of-options", &commit]).stdin(Stdio::null());
        let mut running = Running::start(command, self.budget)?;
        let mut said = Vec::new();
        // A failure to read shows in the text.
        let _ = running.output.by_ref().take(LINE).read_to_end(&mut said);
        // Old versions of git print `--end-of-options` too.
        let text = String::from_utf8_lossy(&said).trim_end().to_string();
        match text.lines().last().filter(|id| is_id(id)) {
            Some(id) => Ok(id.to_string()),
            None => Err(running.message(&self.budget)),
        }
    }

    /// The content of the object with this name: an id, or an id with `^{tree}`.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub fn read(&self, name: &str, most: u64) -> Result<Vec<u8>, ObjectError> {
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        if batch.is_none() {
            *batch = Some(Batch::start(&self.git, self.budget).map_err(ObjectError::Failed)?);
        }
        let Some(running) = batch.as_mut() else { return Err(ObjectError::Failed("git cannot be started".into())) };
        let read = match running.read(name, most) {
            Ok(read) => read,
            Err(_) => Err(ObjectError::Failed(running.running.message(&self.budget))),
        };
        // A program that was stopped within an answer is of no further use.
        if read.as_ref().is_err_and(|fault| *fault != ObjectError::Missing) {
            *batch = None;
        }
        read
    }
}

/// Whether a text is the id of an object, by SHA-1 or SHA-256.
fn is_id(text: &str) -> bool {
    [40, 64].contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Git on one repository, with nothing that it could run.
fn command(git: &Path) -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("GIT_") && !KEPT.contains(&text.as_ref()) || text == "SSH_ASKPASS" {
            command.env_remove(&name);
        }
    }
    command.envs(SET);
    // A program that the tree brings along is not found by a relative PATH.
    if let Some(ground) = git.ancestors().last() {
        command.current_dir(ground);
    }
    command.arg("--no-pager").arg("--no-replace-objects");
    let mut folder = std::ffi::OsString::from("--git-dir=");
    folder.push(git);
    command.arg(folder);
    for setting in OFF {
        command.args(["-c", setting]);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A git process, which ends with the budget's time.
#[derive(Debug)]
struct Running {
    child: Arc<Mutex<Child>>,
    output: BufReader<ChildStdout>,
    errors: Option<ChildStderr>,
    /// Held open while the process is needed.
    _needed: Sender<()>,
}

impl Running {
    fn start(mut command: Command, budget: Budget) -> Result<Running, String> {
        let mut child = command.spawn().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => "there is no program `git` on the PATH".to_string(),
            _ => e.to_string(),
        })?;
        let (Some(output), errors) = (child.stdout.take(), child.stderr.take()) else {
            return Err("git has no output".into());
        };
        let child = Arc::new(Mutex::new(child));
        let (needed, ended) = channel::<()>();
        let watched = child.clone();
        std::thread::spawn(move || {
            if ended.recv_timeout(budget.left()) == Err(RecvTimeoutError::Timeout) {
                let _ = watched.lock().unwrap_or_else(PoisonError::into_inner).kill();
            }
        });
        Ok(Running { child, output: BufReader::new(output), errors, _needed: needed })
    }

    /// Why it ended.
    fn message(&mut self, budget: &Budget) -> String {
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
        if budget.is_late() {
            return budget.late();
        }
        let mut said = Vec::new();
        let _ = self.errors.as_mut().map(|errors| errors.take(MESSAGE).read_to_end(&mut said));
        let said = String::from_utf8_lossy(&said);
        match said.trim() {
            "" => "git ended without an answer".into(),
            said => said.to_string(),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// `git cat-file --batch`: an object for each line.
#[derive(Debug)]
struct Batch {
    input: ChildStdin,
    running: Running,
}

impl Batch {
    fn start(git: &Path, budget: Budget) -> Result<Batch, String> {
        let mut command = command(git);
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped());
        let running = Running::start(command, budget)?;
        let input = running.child.lock().unwrap_or_else(PoisonError::into_inner).stdin.take();
        Ok(Batch { input: input.ok_or("git has no input")?, running })
    }

    fn read(&mut self, name: &str, most: u64) -> std::io::Result<Result<Vec<u8>, ObjectError>> {
        let broken = || std::io::Error::other("not an answer of cat-file");
        writeln!(self.input, "{name}")?;
        self.input.flush()?;
        let mut line = Vec::new();
        self.running.output.by_ref().take(LINE).read_until(b'\n', &mut line)?;
        let line = String::from_utf8(line).map_err(|_| broken())?;
        let line = line.strip_suffix('\n').ok_or_else(broken)?;
        // `ID TYPE SIZE`, or `NAME missing`.
        let parts: Vec<&str> = line.split(' ').collect();
        let [_, _, size] = parts.as_slice() else {
            return if line.ends_with(" missing") { Ok(Err(ObjectError::Missing)) } else { Err(broken()) };
        };
        let size: u64 = size.parse().map_err(|_| broken())?;
        if size > most {
            return Ok(Err(ObjectError::TooLarge));
        }
        let mut bytes = Vec::new();
        self.running.output.by_ref().take(size + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != size + 1 || bytes.pop() != Some(b'\n') {
            return Err(broken());
        }
        Ok(Ok(bytes))
    }
}
