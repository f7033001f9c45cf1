//! Finds the folder of a module call: local paths, `--module-dir`, what `terraform init` installed.

use crate::base::budget::Limit;
use crate::base::source::Span;
use crate::catalog::modules::{self, KnownModule};
use crate::cty::value::Reasons;
use crate::diagnostic::Level;
use crate::eval::installed::RemoteCall;
use crate::eval::instance::{Instance, missing_module};
use crate::eval::static_text::{StaticText, place};
use crate::load::bounds::normalise;
use crate::load::is_local;
use crate::module::ModuleConfig;
use crate::module::error::{EvalError, poison};
use crate::module::report::{EVALUATION_ERROR, INVALID_ARGUMENT, MISSING_MODULE, error};
use crate::module::required::is_constraint;
use crate::module::version::Constraint;
use crate::syntax::ast::Block;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// What a module call asks for.
#[derive(Clone, Copy)]
pub struct ModuleRequest<'r> {
    /// The source.
    pub source: &'r str,
    /// The version.
    pub version: &'r StaticText,
}

/// The configuration and folder of a module call, or why there is none (already reported).
pub fn resolve(
    instance: &Rc<Instance>,
    name: &str,
    block: &Block,
    request: ModuleRequest,
) -> Result<(Arc<ModuleConfig>, PathBuf), Reasons> {
    let ModuleRequest { source, .. } = request;
    let address = instance.address_of(&format!("module.{name}"));
    let attribute = block.body.attribute("source");
    let at = place(block, "source");
    let world = &instance.world;
    let fail = |message: String, help: &str| {
        let reasons = poison(&message, Some(at)).reasons().cloned().unwrap_or_default();
        let mut finding = error(EVALUATION_ERROR, at, message, "");
        finding.help.push(help.into());
        world.report(finding);
        reasons
    };
    if attribute.is_none() {
        return Err(fail(
            format!("module.{name} has no `source`"),
            "say where the module is: source = \"./modules/…\"",
        ));
    }
    if source.is_empty() {
        return Err(fail(
            format!("the source of module.{name} is empty"),
            "say where the module is: source = \"./modules/…\"",
        ));
    }
    let loader = world.evaluator.loader();
    let refused = refuse(instance, name, block, request);
    let (dir, other) = folder(instance, name, request);
    let real = || loader.tree().canonicalize(dir.as_ref()?).ok();
    let found = dir.as_ref().and_then(|dir| Some((world.evaluator.module(dir)?, dir.clone())));
    let Some((config, dir)) = found else {
        let known = known(instance, request);
        let outside = real().is_some_and(|real| !loader.may_read(&real));
        let never = dir.as_ref().is_some_and(|dir| is_local(source) && is_never_there(instance, name, dir));
        if !refused {
            report_missing(instance, name, source, at, Absence { known, outside, other, never });
        }
        let Some(known) = known else { return Err(missing_module(&address, source, at)) };
        let unseen = instance.config.beside.as_ref().filter(|unseen| unseen.call.as_deref() == Some(name));
        let config = match unseen.filter(|unseen| !unseen.overrides.is_empty()) {
            Some(unseen) => Arc::new(ModuleConfig::of_overridden_facts(known, &unseen.overrides)),
            None => world.evaluator.fact_module(known),
        };
        return Ok((config, instance.dir.clone()));
    };
    let callers = callers(instance);
    // A link to a folder above makes ever new paths of one folder.
    if callers.iter().any(|caller| caller.config.real == config.real) {
        return Err(fail(
            format!("module.{name} calls itself through its own source"),
            "a module must not contain itself",
        ));
    }
    let most = world.evaluator.options.budget.depth;
    if callers.len() > most {
        let message = format!("module.{name} is nested more than {most} modules deep and was not evaluated");
        let error = EvalError::over(Limit::Depth, at, message);
        world.report_error(&error);
        return Err(error.poison().reasons().cloned().unwrap_or_default());
    }
    Ok((config, dir))
}

/// The folder that a source leads to, if it is known, and why an installed copy is not taken.
fn folder(instance: &Rc<Instance>, name: &str, request: ModuleRequest) -> (Option<PathBuf>, Option<String>) {
    let ModuleRequest { source, version } = request;
    let (world, loader) = (&instance.world, instance.world.evaluator.loader());
    if is_local(source) {
        let dir = normalise(&instance.dir.join(source));
        if !loader.may_read(&dir) {
            // Outside of a repository, this is what opens the folder.
            let _ = loader.called(&instance.dir, source);
        }
        return (Some(dir), None);
    }
    let dirs = &world.evaluator.options.module_dirs;
    if let Some(given) = dirs.get(source).or_else(|| dirs.get(source.split('?').next()?)) {
        return (Some(given.clone()), None);
    }
    let key = call_path(instance, name);
    // One that is not known fits no installed copy.
    let version = match version {
        StaticText::Absent => None,
        version => Some(version.text().map_or("", |text| &**text)),
    };
    match world.installed_module(RemoteCall { key: &key, source, version }) {
        Some(Ok(dir)) => (Some(dir), None),
        Some(Err(why)) => (None, Some(why)),
        None => (None, None),
    }
}

/// Reports sources that Terraform cannot read, and versions of what has none. Whether the source is wrong.
fn refuse(instance: &Rc<Instance>, name: &str, block: &Block, request: ModuleRequest) -> bool {
    let (world, ModuleRequest { source, version: asked }) = (&instance.world, request);
    let at = place(block, "source");
    if instance.config.facts.is_some() || world.evaluator.options.module_dirs.contains_key(source) {
        return false;
    }
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    let parts: Vec<&str> = source.split('/').collect();
    if parts.len() < 3 && parts.iter().all(|part| is_word(part)) {
        let message = format!("the source of module.{name} is neither a path nor an address: `{source}`");
        let mut finding = error(INVALID_ARGUMENT, at, message, "");
        finding.help.push(format!("a path begins with `./` or `../`: write \"./{source}\""));
        world.report(finding);
        return true;
    }
    let remote = ["::", "://"].iter().any(|mark| source.contains(mark))
        || ["git@", "github.com/", "bitbucket.org/"].iter().any(|host| source.starts_with(host));
    if let Some(version) = block.body.attribute("version").filter(|_| asked.text().is_some())
        && (is_local(source) || remote)
    {
        let message = format!("module.{name} cannot have a `version`: its source is not in a registry");
        let mut finding = error(INVALID_ARGUMENT, version.name.span, message, "");
        finding.help.push("remove it; an address of Git takes a version as `?ref=`".into());
        world.report(finding);
    } else if let Some(version) = block.body.attribute("version")
        && asked.text().is_some_and(|text| !is_constraint(text))
    {
        let message = format!("the version of module.{name} is not a version constraint");
        let mut finding = error(INVALID_ARGUMENT, version.expr.span, message, "");
        finding.help.push("write numbers with an operator, such as \"~> 30.0\"".into());
        world.report(finding);
    }
    false
}

/// What is known of a published module without its source.
fn known(instance: &Instance, request: ModuleRequest) -> Option<KnownModule> {
    let source = request.source;
    if let Some(caller) = instance.config.facts {
        // A module that is itself known calls one of its own submodules, of its own version.
        return modules::find(source, |major| major == caller.major);
    }
    match request.version {
        StaticText::Absent => published(source, None),
        version => published(source, Some(version.text()?)),
    }
}

/// What is known of the module that a source names, in a version that a call allows.
pub fn published(source: &str, version: Option<&str>) -> Option<KnownModule> {
    let constraint = match source.split_once("ref=") {
        Some((_, reference)) => Constraint::parse(reference.split('&').next()?.trim_start_matches('v')),
        None => Constraint::parse(version.unwrap_or(">= 0")),
    }?;
    modules::find(source, |major| constraint.admits(major))
}

/// The call's path as `modules.json` has it: names joined by dots, without instance keys.
fn call_path(instance: &Instance, name: &str) -> String {
    let mut names = vec![name.to_string()];
    let mut parent = instance.call.as_ref().map(|c| c.name.to_string());
    let mut at = instance.parent();
    while let Some(here) = parent {
        names.push(here);
        parent = at.as_ref().and_then(|i| i.call.as_ref()).map(|c| c.name.to_string());
        at = at.as_ref().and_then(|i| i.parent());
    }
    names.reverse();
    names.join(".")
}

/// The instance and those around it, up to the root.
fn callers(instance: &Rc<Instance>) -> Vec<Rc<Instance>> {
    std::iter::successors(Some(instance.clone()), |at| at.parent()).collect()
}

/// How a module is not on disk.
struct Absence {
    /// What is known of it all the same.
    known: Option<KnownModule>,
    /// It is there, but may not be read.
    outside: bool,
    /// Another module is installed in its place.
    other: Option<String>,
    /// Its folder belongs into the tree that is checked, and is not in it.
    never: bool,
}

/// Whether a folder that is not here is not where Terraform runs either: it lies in the tree, and Git does not ignore it.
fn is_never_there(instance: &Rc<Instance>, name: &str, dir: &Path) -> bool {
    let loader = instance.world.evaluator.loader();
    let config = &instance.config;
    let may_be_unseen =
        !config.left_out.is_empty() || config.beside.as_ref().is_some_and(|files| files.call.as_deref() != Some(name));
    let real = loader.tree().canonicalize(&instance.dir).unwrap_or_else(|_| instance.dir.clone());
    let here = loader.bounds().tree_of(&real).is_some() && loader.bounds().tree_of(dir).is_some();
    here && !loader.tree().exists(dir) && !loader.is_private(dir, dir) && !may_be_unseen
}

fn report_missing(instance: &Rc<Instance>, name: &str, source: &str, at: Span, absence: Absence) {
    let Absence { known, outside, other, never } = absence;
    if never {
        let message = format!("module.{name} is not on disk: there is no folder `{source}`");
        let mut finding = error(EVALUATION_ERROR, at, message, "");
        finding.address = Some(instance.address_of(&format!("module.{name}")));
        finding.help.push("correct the path; it is relative to the folder of this file".into());
        return instance.world.report(finding);
    }
    let message = if let Some(other) = other {
        format!("module.{name} is not on disk: the call asks for `{source}`, but {other}")
    } else if outside {
        format!("module.{name} is not looked into: `{source}` is outside of the tree that is checked")
    } else if is_local(source) {
        format!("module.{name} is not on disk: there is no Terraform in `{source}`")
    } else {
        format!("module.{name} is not on disk: `{source}` was never installed here")
    };
    let unknown = match known {
        Some(known) => {
            format!("kfplint knows what version {} creates for a cluster, and nothing else of it", known.major)
        }
        None => "what it creates is not known".into(),
    };
    let mut finding = error(MISSING_MODULE, at, message, unknown);
    finding.level = if known.is_some() { Level::Note } else { Level::Warning };
    finding.address = Some(instance.address_of(&format!("module.{name}")));
    finding.help.push(if outside {
        "check a folder that holds both, or give --allow-outside".into()
    } else if is_local(source) {
        "correct the path; it is relative to the folder of this file".into()
    } else {
        format!("run `terraform init`, or give its folder: --module-dir '{source}=DIR'")
    });
    instance.world.report(finding);
}

/// `dir` relative to `base`, with `..` where it lies outside.
pub fn relative(base: &Path, dir: &Path) -> String {
    let (base, dir) = (normalise(base), normalise(dir));
    let (a, b): (Vec<Component>, Vec<Component>) = (base.components().collect(), dir.components().collect());
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let up = std::iter::repeat_n("..".to_string(), a.len() - same);
    let down = b[same..].iter().map(|c| c.as_os_str().to_string_lossy().into_owned());
    let path = up.chain(down).collect::<Vec<_>>().join("/");
    if path.is_empty() { ".".into() } else { path }
}
