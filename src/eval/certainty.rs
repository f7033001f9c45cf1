//! Which provider a local name stands for, and whether its schema is that of the version that `terraform init` chooses.

use crate::catalog::schema::KnownProvider;
use crate::diagnostic::Label;
use crate::eval::instance::Instance;
use crate::module::ModuleConfig;
use crate::module::report::{EVALUATION_ERROR, error};
use crate::module::version::Constraint;
use crate::syntax::ast::File;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// The source of Terraform's own provider.
const OWN: &str = "terraform.io/builtin/terraform";

/// Providers whose last major version reads arguments where the one before, which most configurations are written for, reads
/// blocks.
const RENEWED: [&str; 1] = ["helm"];

/// A provider whose schema is known.
#[derive(Clone, Copy, Debug)]
pub struct SchemaChoice {
    /// Its schema.
    pub provider: KnownProvider,
    /// `terraform init` chooses the major version that the schema is of; else only slips of the pen are reported.
    pub certain: bool,
    /// The major version before that one may be chosen as well, and reads blocks where this one reads arguments.
    pub older: bool,
}

/// Schemas by module and local name of the provider.
type SchemaChoices = FxHashMap<(usize, Arc<str>), Option<SchemaChoice>>;

/// The providers of a root and its modules.
#[derive(Debug)]
pub struct Certainty {
    /// Every module is on disk.
    whole: bool,
    /// Major versions in `.terraform.lock.hcl`, by source.
    locked: FxHashMap<String, u64>,
    /// What all modules together ask for, by source; `None` where one cannot be read.
    asked: BTreeMap<Arc<str>, Option<Constraint>>,
    /// The answers so far, by module and local name.
    choices: RefCell<SchemaChoices>,
}

impl Certainty {
    /// Of the modules of a root, the root first.
    pub fn of(modules: &[Rc<Instance>]) -> Certainty {
        let root = modules.first();
        let mut asked: BTreeMap<Arc<str>, Option<Constraint>> = BTreeMap::new();
        let mut ask = |source: Option<Arc<str>>, constraint: Option<Constraint>| {
            let Some(source) = source else { return };
            let slot = asked.entry(source).or_insert(Constraint::parse(">= 0"));
            *slot = slot.and_then(|before| Some(before.and(constraint?)));
        };
        for config in modules.iter().map(|m| &m.config) {
            config.required.values().for_each(|required| ask(required.source.clone(), required.constraint));
            config.provider_versions.iter().for_each(|(local, asked)| ask(config.source_of(local), *asked));
        }
        Certainty {
            whole: root.is_none_or(|root| root.world.missing.borrow().is_empty()),
            locked: root.map(locked).unwrap_or_default(),
            asked,
            choices: RefCell::default(),
        }
    }

    /// The schema of the provider that a local name stands for in a module.
    pub fn choice(&self, config: &Arc<ModuleConfig>, local: &Arc<str>) -> Option<SchemaChoice> {
        let key = (Arc::as_ptr(config) as usize, local.clone());
        if let Some(known) = self.choices.borrow().get(&key) {
            return *known;
        }
        let choice = self.find(config, local);
        self.choices.borrow_mut().insert(key, choice);
        choice
    }

    fn find(&self, config: &ModuleConfig, local: &str) -> Option<SchemaChoice> {
        let source = config.source_of(local)?;
        if &*source == OWN {
            return Some(SchemaChoice { provider: KnownProvider::find("terraform")?, certain: true, older: false });
        }
        let name = source.strip_prefix("hashicorp/").filter(|name| *name != "terraform")?;
        let provider = KnownProvider::find(name)?;
        let mut older = false;
        let certain = match self.locked.get(&*source) {
            Some(major) => *major == provider.major(),
            None if !self.whole || !name_is_free(config, name) => false,
            None => {
                let (major, asked) = (provider.major(), self.asked.get(&source).copied());
                let admits =
                    |asked: Option<Option<Constraint>>| asked.is_none_or(|c| c.is_some_and(|c| c.admits(major)));
                let before = major.checked_sub(1);
                let excludes = |c: Constraint| before.is_none_or(|before| !c.admits(before));
                let pinned = asked.flatten().is_some_and(excludes);
                older = !pinned && RENEWED.contains(&name);
                // google and google-beta are released together.
                admits(asked) && (name != "google-beta" || admits(self.asked.get("hashicorp/google").copied()))
            }
        };
        Some(SchemaChoice { provider, certain, older })
    }
}

/// Whether nobody says that this name stands for a provider of someone else's.
fn name_is_free(config: &ModuleConfig, name: &str) -> bool {
    config.required.get(name).is_none_or(|r| r.source.as_deref() == Some(&*format!("hashicorp/{name}")))
}

impl ModuleConfig {
    /// The source of the provider that a local name stands for, without the host of a public registry; `None` where it
    /// cannot be read.
    pub fn source_of(&self, local: &str) -> Option<Arc<str>> {
        match self.required.get(local) {
            Some(required) => required.source.clone(),
            None if local.eq_ignore_ascii_case("terraform") => Some(OWN.into()),
            None => Some(format!("hashicorp/{}", local.to_lowercase()).into()),
        }
    }
}

/// The providers' major versions in `.terraform.lock.hcl`.
fn locked(root: &Rc<Instance>) -> FxHashMap<String, u64> {
    let read = || {
        let bytes = root.world.evaluator.loader().beside(&root.dir.join(".terraform.lock.hcl"))?;
        let text = String::from_utf8(bytes).ok()?;
        Some(crate::syntax::parse(crate::base::source::FileId(0), &text, &[]))
    };
    let major = |file: &File| {
        let mut majors = FxHashMap::default();
        for block in file.body.blocks("provider") {
            let version = block.body.attribute("version").and_then(|a| a.expr.as_str());
            let major = version.and_then(|version| version.split('.').next()?.parse().ok());
            if let (Some((_, source)), Some(major)) = (block.label(0).split_once('/'), major) {
                majors.insert(source.to_string(), major);
            }
        }
        majors
    };
    read().as_ref().map(major).unwrap_or_default()
}

/// Reports providers of which no version fits all modules: `terraform init` finds none.
pub fn conflicts(modules: &[Rc<Instance>]) {
    let mut ranges: BTreeMap<Arc<str>, (Constraint, crate::base::source::Span)> = BTreeMap::new();
    for instance in modules.iter().filter(|m| m.config.facts.is_none()) {
        for required in instance.config.required.values() {
            let (Some(source), Some(own)) = (&required.source, required.constraint) else { continue };
            let Some((before, first)) = ranges.get(source).copied() else {
                ranges.insert(source.clone(), (own, required.span));
                if own.is_empty() {
                    let message = format!("no version of the provider {source} fits these constraints");
                    instance.world.report(error(EVALUATION_ERROR, required.span, message, ""));
                }
                continue;
            };
            let both = before.and(own);
            if both.is_empty() && !own.is_empty() && !before.is_empty() {
                let message = format!("no version of the provider {source} fits all modules of this root");
                let mut finding = error(EVALUATION_ERROR, required.span, message, "");
                finding
                    .related
                    .push(Label { span: first, message: "another module requires other versions here".into() });
                finding.help.push("let the constraints overlap".into());
                instance.world.report(finding);
            } else {
                ranges.insert(source.clone(), (both, first));
            }
        }
    }
}
