//! What all module instances of one root share: inputs, findings, budget, files.

use crate::base::budget::{FINDINGS, Limit, MEMORY, STEPS, size as shown};
use crate::base::source::{FileId, Span};
use crate::cty::value::{Marks, Reasons, Value};
use crate::diagnostic::{Finding, MissingModule};
use crate::eval::Evaluator;
use crate::eval::inputs::RootInputs;
use crate::eval::installed::{Installed, RemoteCall};
use crate::eval::size::Sizes;
use crate::load::bounds::normalise;
use crate::load::loader::LanguageSigns;
use crate::module::error::{EvalError, EvalResult};
use crate::module::language::UsedFeature;
use crate::plan::scopes::{PlanScopes, late, steps_exceeded};
use rustc_hash::FxHashSet;
use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// The state of one root module's evaluation.
#[derive(Debug)]
pub struct World {
    /// What is shared between roots: files, parsed modules, options.
    pub evaluator: Arc<Evaluator>,
    /// The root module's folder.
    pub root_dir: PathBuf,
    /// Values of the root's input variables.
    pub inputs: RootInputs,
    /// A module for others: see [`Evaluator::evaluate_library`].
    pub library: bool,
    /// Module calls whose source is not on disk.
    pub missing: RefCell<Vec<MissingModule>>,
    /// Blocks whose number is not known.
    pub undecided: RefCell<Vec<(String, Reasons)>>,
    findings: RefCell<Vec<Finding>>,
    told: Cell<u64>,
    seen: RefCell<FxHashSet<(&'static str, Option<Span>, String)>>,
    /// The marks of what was evaluated since someone began to note them.
    marks: Cell<Marks>,
    /// Expressions, by module instance, whose literals are hidden already.
    pub hidden: RefCell<FxHashSet<(usize, Span)>>,
    /// The file that was asked about last, and whether it is private.
    private: Cell<Option<(FileId, bool)>>,
    steps: Cell<u64>,
    instances: Cell<u64>,
    memory: Cell<u64>,
    sizes: RefCell<Sizes>,
    /// A template file is being rendered.
    pub in_template: Cell<bool>,
    /// A budget of the whole root is used up: nothing more is evaluated.
    exhausted: OnceCell<Box<EvalError>>,
    /// What is evaluated now may not exist at all: what it gets wrong is not reported.
    hypothetical: Cell<bool>,
    /// Cycles were found and reported: that evaluation comes upon them too is no news.
    pub cyclic: Cell<bool>,
    /// What is used of the language that not all versions read, as far as only evaluation tells.
    pub uses: RefCell<Vec<UsedFeature>>,
    /// Whether the root module allows only versions whose `&&` and `||` evaluate both operands.
    pub old_operators: OnceCell<bool>,
    /// What the root module's folder says of the tool that runs it.
    pub signs: OnceCell<LanguageSigns>,
    /// Whether the value of what is evaluated may not matter.
    pub aside: Cell<bool>,
    /// Whether `== null` is sensitive for a part of a value that is.
    pub old_null: OnceCell<bool>,
    /// Folders whose static references were checked.
    pub checked: RefCell<FxHashSet<PathBuf>>,
    installed: OnceCell<Installed>,
    /// Functions beside Terraform's own.
    pub functions: OnceCell<Rc<dyn OwnFunctions>>,
    /// The scopes of the plan's expressions, as far as they are known.
    pub scopes: RefCell<PlanScopes>,
    /// The same when evaluation is over.
    pub plan_scopes: Arc<OnceLock<PlanScopes>>,
}

/// Functions beside Terraform's own.
pub trait OwnFunctions: std::fmt::Debug {
    /// The result of a function, or why it fails; `None` where it is not one of these.
    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, String>>;
}

/// After how many steps the clock is looked at.
const LOOK: u64 = 1 << 12;
/// A value costs a step for each time so many elements.
const ELEMENTS_A_STEP: u64 = 64;

impl World {
    /// A fresh state.
    pub fn new(evaluator: Arc<Evaluator>, root_dir: PathBuf, inputs: RootInputs, library: bool) -> World {
        World {
            evaluator,
            root_dir,
            inputs,
            library,
            missing: RefCell::default(),
            undecided: RefCell::default(),
            findings: RefCell::default(),
            told: Cell::new(0),
            seen: RefCell::default(),
            marks: Cell::default(),
            hidden: RefCell::default(),
            private: Cell::default(),
            steps: Cell::new(0),
            instances: Cell::new(0),
            memory: Cell::new(0),
            sizes: RefCell::default(),
            in_template: Cell::new(false),
            exhausted: OnceCell::new(),
            hypothetical: Cell::new(false),
            cyclic: Cell::new(false),
            uses: RefCell::default(),
            old_operators: OnceCell::new(),
            signs: OnceCell::new(),
            aside: Cell::new(false),
            old_null: OnceCell::new(),
            checked: RefCell::default(),
            installed: OnceCell::new(),
            functions: OnceCell::new(),
            scopes: RefCell::default(),
            plan_scopes: Arc::default(),
        }
    }

    /// Notes a finding, once.
    pub fn report(&self, mut finding: Finding) {
        if finding.span().is_some_and(Span::is_fact) {
            return;
        }
        let quotes = matches!(finding.code, "TF002" | "TF003");
        if quotes && finding.span().is_some_and(|span| self.marks_of(span.file).is_hidden()) {
            // Not a token of a private file is shown.
            finding.message = format!("this private file has an error here ({})", finding.name);
            finding.primary_message.clear();
            finding.related.clear();
            finding.fixes.clear();
            finding.help = vec!["the file is ignored by Git, behind a link or outside: its text is not shown".into()];
        }
        self.told.set(self.told.get() + 1);
        let mut findings = self.findings.borrow_mut();
        let key = || (finding.code, finding.span(), finding.message.clone());
        if findings.len() <= FINDINGS && self.seen.borrow_mut().insert(key()) {
            findings.push(finding);
        }
    }

    /// Notes an error, once. One that depends on values does not count in what may not exist at all.
    pub fn report_error(&self, error: &EvalError) {
        if error.cycle && self.cyclic.get() {
            return;
        }
        if self.hypothetical.get() && error.is_dynamic() {
            return;
        }
        self.report(error.finding());
    }

    /// Whether some work has nothing to report, not even again.
    pub fn is_silent(&self, work: impl FnOnce()) -> bool {
        let before = self.told.get();
        work();
        self.told.get() == before
    }

    /// Does some work whose result does not matter where it is `aside`: something else decides.
    pub fn perhaps_aside<T>(&self, aside: bool, work: impl FnOnce() -> T) -> T {
        let before = self.aside.replace(self.aside.get() || aside);
        let done = work();
        self.aside.set(before);
        done
    }

    /// Does some work on something that may or may not exist.
    pub fn within<T>(&self, hypothetical: bool, work: impl FnOnce() -> T) -> T {
        let before = self.hypothetical.replace(hypothetical);
        let done = work();
        self.hypothetical.set(before);
        done
    }

    /// Adds to the marks of what is evaluated.
    pub fn note_marks(&self, marks: Marks) {
        self.marks.set(self.marks.get().union(marks));
    }

    /// Does some work, and gives the marks of all that was evaluated in it, also where it failed.
    pub fn noting_marks<T>(&self, work: impl FnOnce() -> T) -> (T, Marks) {
        let before = self.marks.replace(Marks::NONE);
        let done = work();
        let seen = self.marks.get();
        self.marks.set(before.union(seen));
        (done, seen)
    }

    /// What is written in a private file is private.
    pub fn marks_of(&self, file: FileId) -> Marks {
        let private = match self.private.get() {
            Some((last, private)) if last == file => private,
            _ => {
                let private = self.evaluator.sources.is_private(file);
                self.private.set(Some((file, private)));
                private
            }
        };
        if private { Marks::PRIVATE } else { Marks::NONE }
    }

    /// All findings noted so far; they are taken away.
    pub fn take_findings(&self) -> Vec<Finding> {
        self.findings.take()
    }

    /// Counts steps of work that is done at a place.
    ///
    /// # Errors
    /// Where the steps or the time are used up.
    pub fn spend(&self, steps: u64, at: Span) -> EvalResult<()> {
        if let Some(error) = self.exhausted.get() {
            return Err(error.clone());
        }
        let before = self.steps.get();
        let used = before.saturating_add(steps);
        self.steps.set(used);
        let budget = &self.evaluator.options.budget;
        if used > STEPS {
            return Err(self.exhaust(steps_exceeded(at)));
        }
        if before / LOOK != used / LOOK && budget.is_late() {
            return Err(self.exhaust(late(budget, at)));
        }
        Ok(())
    }

    /// From now on nothing is evaluated. Said at once: whoever gets the error may have no use for it.
    fn exhaust(&self, error: Box<EvalError>) -> Box<EvalError> {
        let error = self.exhausted.get_or_init(|| error).clone();
        self.report(error.finding());
        error
    }

    /// Ends evaluation: from now on the plan follows expressions without it.
    pub fn finish(&self) -> Arc<OnceLock<PlanScopes>> {
        let mut scopes = self.scopes.take();
        let exhausted = self.exhausted.get().is_some();
        scopes.finish(self.inputs.places(), self.evaluator.options.budget, self.steps.get(), exhausted);
        self.plan_scopes.get_or_init(|| scopes);
        self.plan_scopes.clone()
    }

    /// Counts instances of a resource or a module.
    ///
    /// # Errors
    /// Where there are too many; those before count all the same.
    pub fn make_instances(&self, count: u64, at: Span) -> EvalResult<()> {
        self.spend(count.min(STEPS), at)?;
        let most = self.evaluator.options.budget.instances;
        let all = self.instances.get().saturating_add(count);
        if all > most {
            let message = match count {
                1 => format!("more than {most} instances in this root module are not evaluated"),
                _ => format!(
                    "with these {count}, this root module has more than {most} instances, which are not evaluated"
                ),
            };
            return Err(EvalError::over(Limit::Instances, at, message));
        }
        self.instances.set(all);
        Ok(())
    }

    /// Counts a text that was made at a place.
    ///
    /// # Errors
    /// Where it is too large, or all values together are.
    pub fn make_text(&self, value: Value, at: Span) -> EvalResult<Value> {
        let text = value.as_str().map_or(0, str::len) as u64;
        self.make(value, text, at)
    }

    /// Counts a value that was made at a place, and so much text that was made for it.
    ///
    /// # Errors
    /// Where it is too large, or all values together are.
    pub fn make(&self, value: Value, text: u64, at: Span) -> EvalResult<Value> {
        let (size, bytes) = self.sizes.borrow_mut().of(&value);
        if let Some(message) = size.excess() {
            return Err(EvalError::over(Limit::Fixed, at, message));
        }
        self.spend(size.elements / ELEMENTS_A_STEP, at)?;
        let all = self.memory.get().saturating_add(bytes + text);
        if all > MEMORY {
            let message = format!("with this value, those of this root module take more than {}", shown(MEMORY));
            return Err(EvalError::over(Limit::Fixed, at, message));
        }
        self.memory.set(all);
        Ok(value)
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

    /// The folder that `terraform init` installed a module call into; `None` where it did not.
    ///
    /// # Errors
    /// Why what is installed is not the module that the call asks for.
    pub fn installed_module(&self, wanted: RemoteCall) -> Option<Result<PathBuf, String>> {
        let loader = self.evaluator.loader();
        let installed = self.installed.get_or_init(|| Installed::read(&self.root_dir, loader));
        installed.find(&self.root_dir, wanted, loader)
    }
}
