//! What all module instances of one root share: inputs, findings, budget, files.

use crate::eval::Evaluator;
use crate::eval::error::{EvalError, EvalResult};
use crate::eval::inputs::Inputs;
use crate::eval::value::{Reasons, Value};
use crate::finding::{Finding, MissingModule};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Expr, ExprKind};
use rustc_hash::FxHashSet;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// The state of one root module's evaluation.
#[derive(Debug)]
pub struct World {
    /// What is shared between roots: files, parsed modules, options.
    pub evaluator: Arc<Evaluator>,
    /// The root module's folder.
    pub root_dir: PathBuf,
    /// Values of the root's input variables.
    pub inputs: Inputs,
    /// A module for others: see [`Evaluator::evaluate_library`].
    pub library: bool,
    /// Module calls whose source is not on disk.
    pub missing: RefCell<Vec<MissingModule>>,
    /// Blocks whose number is not known.
    pub undecided: RefCell<Vec<(String, Reasons)>>,
    findings: RefCell<Vec<Finding>>,
    seen: RefCell<FxHashSet<(&'static str, Option<Span>, String)>>,
    steps: Cell<u64>,
    /// What is evaluated now may not exist at all: what it gets wrong is not reported.
    hypothetical: Cell<bool>,
    /// Cycles were found and reported: that evaluation comes upon them too is no news.
    pub cyclic: Cell<bool>,
    /// Folders whose static references were checked.
    pub checked: RefCell<FxHashSet<PathBuf>>,
    installed: OnceCell<BTreeMap<String, PathBuf>>,
    /// Functions beside Terraform's own.
    pub functions: OnceCell<Rc<dyn OwnFunctions>>,
}

/// Functions beside Terraform's own.
pub trait OwnFunctions: std::fmt::Debug {
    /// The result of a function, or why it fails; `None` where it is not one of these.
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, String>>;
}

/// How many loop steps a root may take; no real repository comes near.
const MOST_STEPS: u64 = 50_000_000;

impl World {
    /// A fresh state.
    pub fn new(evaluator: Arc<Evaluator>, root_dir: PathBuf, inputs: Inputs, library: bool) -> World {
        World {
            evaluator,
            root_dir,
            inputs,
            library,
            missing: RefCell::default(),
            undecided: RefCell::default(),
            findings: RefCell::default(),
            seen: RefCell::default(),
            steps: Cell::new(0),
            hypothetical: Cell::new(false),
            cyclic: Cell::new(false),
            checked: RefCell::default(),
            installed: OnceCell::new(),
            functions: OnceCell::new(),
        }
    }

    /// Notes a finding, once.
    pub fn report(&self, finding: Finding) {
        if finding.primary.is_some_and(Span::is_fact) {
            return;
        }
        let key = (finding.code, finding.primary, finding.message.clone());
        if self.seen.borrow_mut().insert(key) {
            self.findings.borrow_mut().push(finding);
        }
    }

    /// Notes an error, once. One that depends on values does not count in what may not exist at all.
    pub fn report_error(&self, error: &EvalError) {
        if error.cycle && self.cyclic.get() {
            return;
        }
        if self.hypothetical.get() && error.rule != crate::eval::report::UNDECLARED_REFERENCE {
            return;
        }
        self.report(error.finding());
    }

    /// Does some work on something that may or may not exist.
    pub fn within<T>(&self, hypothetical: bool, work: impl FnOnce() -> T) -> T {
        let before = self.hypothetical.replace(hypothetical);
        let done = work();
        self.hypothetical.set(before);
        done
    }

    /// Keeps the strings that are written in an expression out of reports.
    pub fn hide_literals(&self, expr: &Expr) {
        crate::eval::walk::expr(expr, &mut |e| {
            if let ExprKind::String(_) | ExprKind::Template(_) = e.kind {
                self.evaluator.sources.hide(e.span);
            }
        });
    }

    /// Keeps all strings in a value out of messages.
    pub fn keep_secret(&self, value: &Value) {
        if let Some(text) = value.as_str() {
            self.evaluator.sources.keep_secret(text);
        }
        value.elements().unwrap_or_default().iter().for_each(|v| self.keep_secret(v));
        value.entries().into_iter().flat_map(|e| e.values()).for_each(|v| self.keep_secret(v));
    }

    /// All findings noted so far; they are taken away.
    pub fn take_findings(&self) -> Vec<Finding> {
        self.findings.take()
    }

    /// Counts work.
    ///
    /// # Errors
    /// Where the budget of a root is used up.
    pub fn spend(&self, steps: u64) -> EvalResult<()> {
        let used = self.steps.get() + steps;
        self.steps.set(used);
        if used > MOST_STEPS {
            return Err(EvalError::new(
                Span::new(FileId(0), 0, 0),
                format!("this configuration takes more than {MOST_STEPS} evaluation steps"),
            ));
        }
        Ok(())
    }

    /// The absolute form of a path below the root module's folder.
    pub fn absolute(&self, path: &str) -> String {
        let joined = self.root_dir.join(path);
        let absolute = std::path::absolute(&joined).unwrap_or(joined);
        normalise(&absolute).to_string_lossy().into_owned()
    }

    /// Whether everything is as in Terraform itself: see [`crate::eval::Options::strict`].
    pub fn strict(&self) -> bool {
        self.evaluator.options.strict
    }

    /// The folder that `terraform init` installed a module call into, by the call's path (`a.b`).
    pub fn installed_module(&self, key: &str) -> Option<PathBuf> {
        let installed = self.installed.get_or_init(|| read_modules_json(&self.root_dir));
        installed.get(key).cloned()
    }
}

/// `.terraform/modules/modules.json`: call path → folder.
fn read_modules_json(root: &Path) -> BTreeMap<String, PathBuf> {
    let read = || -> Option<BTreeMap<String, PathBuf>> {
        let text = std::fs::read(root.join(".terraform/modules/modules.json")).ok()?;
        let json: serde_json::Value = serde_json::from_slice(&text).ok()?;
        let entry = |m: &serde_json::Value| {
            let key = m.get("Key")?.as_str()?.to_string();
            let dir = m.get("Dir")?.as_str()?;
            (!key.is_empty()).then(|| (key, root.join(dir)))
        };
        Some(json.get("Modules")?.as_array()?.iter().filter_map(entry).collect())
    };
    read().unwrap_or_default()
}

/// A path without `.` and `..` components, by text alone.
pub fn normalise(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::RootDir)) => {}
            other => out.push(other),
        }
    }
    out
}
