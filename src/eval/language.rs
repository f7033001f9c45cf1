//! Which versions of Terraform and OpenTofu may run a root module, and what they refuse of its language.

use crate::base::source::Span;
use crate::cty::value::Marks;
use crate::diagnostic::{Finding, Level};
use crate::eval::instance::Instance;
use crate::load::loader::LanguageSigns;
use crate::module::language::{Language, UsedFeature};
use crate::syntax::ast::File;
use rustc_hash::FxHashSet;
use std::rc::Rc;
use std::sync::Arc;

impl Instance {
    /// Notes the use of a part of the language that not all versions read.
    pub fn uses(&self, block: &str, name: &str, span: Span) {
        self.world.uses.borrow_mut().extend(UsedFeature::find(block, name, span));
    }

    /// Whether `&&` and `||` fail for an error of the right operand though the left one decides: so they did before Terraform
    /// 1.12 and OpenTofu 1.10, which the root module has to allow alone.
    pub fn evaluates_both_operands(self: &Rc<Self>) -> bool {
        *self.world.old_operators.get_or_init(|| self.own_language().is_before([1, 12, 0], [1, 10, 0]))
    }

    /// Whether a comparison with null has the marks of all parts of a value: so it did before Terraform 1.15 and OpenTofu
    /// 1.12, which the root module has to allow alone. The console is that of Terraform 1.11.
    pub fn compares_parts_with_null(self: &Rc<Self>) -> bool {
        let is_old = || self.own_language().is_before([1, 15, 0], [1, 12, 0]);
        self.world.strict() || *self.world.old_null.get_or_init(is_old)
    }

    /// Whether all versions that may run the root module know that a value with these marks is sensitive: Terraform before
    /// 1.13 forgets that an output of a called module is.
    pub fn refuses_sensitive(self: &Rc<Self>, marks: Marks) -> bool {
        marks.contains(Marks::SENSITIVE) || self.own_language().is_since([1, 13, 0], [0, 0, 0])
    }

    /// The versions that the root module itself allows.
    fn own_language(self: &Rc<Self>) -> Language {
        let root = std::iter::successors(self.parent(), |at| at.parent()).last().unwrap_or_else(|| self.clone());
        language_of(&[root])
    }
}

/// What is said where only some versions know that an output of a called module is sensitive.
pub fn forgotten(finding: Finding) -> Finding {
    let label = "Terraform from 1.13 on refuses it; versions before forget that the module's output is sensitive";
    Finding { level: Level::Warning, primary_message: label.into(), ..finding }
}

/// The versions that may run a root module, by what all its modules ask for.
pub fn language_of(modules: &[Rc<Instance>]) -> Language {
    let own = || modules.iter().map(|m| &m.config).filter(|config| config.facts.is_none());
    let asked = own().flat_map(|config| config.core_versions.iter().map(|(asked, _)| *asked));
    let of_opentofu = own().flat_map(|config| config.opentofu_versions.iter().copied());
    let none = LanguageSigns::default();
    Language::of(modules.first().map_or(&none, signs), asked, of_opentofu)
}

/// What the root module's folder says of the tool.
fn signs(root: &Rc<Instance>) -> &LanguageSigns {
    root.world.signs.get_or_init(|| read_signs(root))
}

fn read_signs(root: &Rc<Instance>) -> LanguageSigns {
    let evaluator = &root.world.evaluator;
    let mut signs = evaluator.loader().language_signs(&root.dir);
    let ends_in_tofu = |file: &Arc<File>| {
        let path = evaluator.sources.path(file.id);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".tofu") || name.ends_with(".tofu.json")
    };
    let files = evaluator.loader().module(&root.dir);
    signs.opentofu |= files.is_some_and(|files| files.files.iter().chain(&files.overrides).any(ends_in_tofu));
    signs.terraform |= root.config.backends.iter().any(|b| &*b.kind.name == "cloud");
    if let Some(version) = &evaluator.options.terraform_version
        && (signs.terraform || !signs.opentofu)
    {
        signs.terraform_version = Some(version.clone());
        signs.terraform = true;
    }
    signs
}

/// Reports a `required_version` that is not met, and what versions refuse that may run a root module: errors at each place, and a warning at the first one.
pub fn check(modules: &[Rc<Instance>]) {
    let Some(root) = modules.first() else { return };
    let world = &root.world;
    let mut uses = Vec::new();
    for config in modules.iter().map(|m| &m.config).filter(|config| config.facts.is_none()) {
        let unmet = config.core_versions.iter().filter_map(|(asked, at)| Language::unmet(signs(root), *asked, *at));
        unmet.for_each(|finding| world.report(finding));
        uses.extend(config.uses.iter().chain(config.calls_newer.get().into_iter().flatten()).copied());
    }
    uses.extend(world.uses.take());
    if uses.is_empty() {
        return;
    }
    let (language, mut warned) = (language_of(modules), FxHashSet::default());
    for used in &uses {
        let Some(finding) = language.finding(used) else { continue };
        if finding.level == Level::Error || warned.insert(used.feature.what) {
            world.report(finding);
        }
    }
}
