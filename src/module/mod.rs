//! A module's configuration: its files' blocks sorted by what they declare, overrides merged.

pub mod cycles;
pub mod error;
pub mod grammar;
pub mod language;
pub mod names;
pub mod report;
pub mod required;
pub mod target;
pub mod typeexpr;
pub mod undeclared;
pub mod version;

use crate::address::{Mode, ReferenceRoot, ResourceAddr};
use crate::base::source::{FileId, Span};
use crate::catalog::language::Feature;
use crate::catalog::modules::KnownModule;
use crate::cty::value::{ReasonKind, Reasons};
use crate::diagnostic::Finding;
use crate::module::language::UsedFeature;
use crate::module::report::{
    add, cannot_override, duplicate, invalid_block, invalid_name, nothing_to_override, syntax_error,
};
use crate::module::required::RequiredProvider;
use crate::module::typeexpr::{TypeConstraint, refuse_quotes, type_constraint};
use crate::module::version::Constraint;
use crate::syntax::ast::{Attribute, Block, Body, Expr, File};
use crate::syntax::lexer::is_identifier;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// Everything that one module folder declares.
#[derive(Debug, Default)]
pub struct ModuleConfig {
    /// `variable` blocks.
    pub variables: BTreeMap<Arc<str>, Box<VariableConfig>>,
    /// Arguments of `locals` blocks.
    pub locals: BTreeMap<Arc<str>, Attribute>,
    /// `output` blocks.
    pub outputs: BTreeMap<Arc<str>, Box<Block>>,
    /// `resource`, `data` and `ephemeral` blocks.
    pub resources: BTreeMap<ResourceAddr, Box<Block>>,
    /// `module` blocks.
    pub calls: BTreeMap<Arc<str>, Box<Block>>,
    /// `check` blocks, in file order.
    pub checks: Vec<Block>,
    /// `provider` blocks, in file order.
    pub providers: Vec<Block>,
    /// `action` blocks, by type and name (`TYPE.NAME`).
    pub actions: BTreeMap<Arc<str>, Box<Block>>,
    /// `moved`, `import` and `removed` blocks, in file order.
    pub moves: Vec<Block>,
    /// The `required_providers`, by local name.
    pub required: BTreeMap<Arc<str>, RequiredProvider>,
    /// Where the `required_providers` block stands.
    pub requires: Option<Span>,
    /// The `backend` and `cloud` blocks.
    pub backends: Vec<Block>,
    /// The versions of Terraform or OpenTofu that it asks for.
    pub core_versions: Vec<(Constraint, Span)>,
    /// The versions of OpenTofu that its `language` block asks for.
    pub opentofu_versions: Vec<Constraint>,
    /// What it uses of the language that not all versions read, but for functions.
    pub uses: Vec<UsedFeature>,
    /// Functions that not all versions have: found out in the same way as the fields below.
    pub calls_newer: OnceLock<Vec<UsedFeature>>,
    /// The versions that `provider` blocks ask for, by the provider's local name; `None` for what cannot be read.
    pub provider_versions: Vec<(Arc<str>, Option<Constraint>)>,
    /// Not the user's: what kfplint knows of a module that is not on disk.
    pub facts: Option<KnownModule>,
    /// The real folder, links followed; empty for what kfplint knows.
    pub real: PathBuf,
    /// Files of it that are not read, and why: what they declare is not known.
    pub left_out: Vec<(String, String)>,
    /// What stands beside its files when Terraform runs, and is not here.
    pub beside: Option<Box<UnseenFiles>>,
    /// Whether there may be a cycle among what it declares; found out once.
    pub may_be_cyclic: OnceLock<bool>,
    /// All its references are to what there is: found out for the first root module that calls it, since values do not
    /// come in.
    pub refers_well: OnceLock<()>,
    /// All its arguments are the provider's, by the strictest measure, but for those of these resources, where values
    /// decide it: found out in the same way.
    pub fits_schema: OnceLock<Vec<ResourceAddr>>,
    /// The defaults of its variables are of their types: found out in the same way.
    pub defaults_fit: OnceLock<()>,
    /// All its references to attributes are to such that there are: found out in the same way.
    pub fits_attributes: OnceLock<()>,
    /// What is wrong with the declarations themselves.
    pub findings: Vec<Finding>,
}

/// The files of a root module that are not on disk: those that are here go into its folder. They may declare any name.
#[derive(Debug)]
pub struct UnseenFiles {
    /// Why they are not known.
    pub reasons: Reasons,
    /// The call that stands for them.
    pub call: Option<Arc<str>>,
    /// Override files for what that call makes.
    pub overrides: Vec<Arc<File>>,
}

/// A `variable` block.
#[derive(Debug)]
pub struct VariableConfig {
    /// The block.
    pub block: Block,
    /// Its `type`, `any` where there is none.
    pub constraint: TypeConstraint,
    /// Whether `type` is written.
    pub typed: bool,
    /// Its `default`.
    pub default: Option<Arc<Expr>>,
    /// `nullable`, true where it is not written.
    pub nullable: bool,
    /// `sensitive`.
    pub sensitive: bool,
    /// `ephemeral`.
    pub ephemeral: bool,
}

impl ModuleConfig {
    /// What is known of a published module.
    pub fn of_facts(known: KnownModule) -> ModuleConfig {
        ModuleConfig::of_overridden_facts(known, &[])
    }

    /// The same with override files, as far as they are about resources that are known.
    pub fn of_overridden_facts(known: KnownModule, overrides: &[Arc<File>]) -> ModuleConfig {
        let file = crate::syntax::parse(FileId::FACTS, known.text, &[]);
        let merged = |over: &Arc<File>| Arc::new(over_declared(over, &file));
        let overrides: Vec<Arc<File>> = overrides.iter().map(merged).collect();
        ModuleConfig { facts: Some(known), ..ModuleConfig::new(&[Arc::new(file)], &overrides) }
    }

    /// Sorts the blocks of a module's files; `overrides` are merged last, in order.
    pub fn new(primary: &[Arc<File>], overrides: &[Arc<File>]) -> ModuleConfig {
        let mut config = ModuleConfig::default();
        let files = || primary.iter().chain(overrides);
        for error in files().flat_map(|f| &f.errors) {
            add(&mut config.findings, || syntax_error(error));
        }
        let whole = overrides.is_empty();
        for block in primary.iter().flat_map(|file| &file.body.blocks) {
            if grammar::check(block, whole, &mut config.findings, &mut config.uses) {
                config.declare(block);
            }
        }
        for block in overrides.iter().flat_map(|file| &file.body.blocks) {
            if grammar::check(block, false, &mut config.findings, &mut config.uses) {
                config.merge(block);
            }
        }
        let has_experiments =
            |file: &Arc<File>| file.body.blocks("terraform").any(|t| t.body.attribute("experiments").is_some());
        if files().any(has_experiments) {
            // Before Terraform 1.3 these were an experiment.
            let optional = Feature::find("variable", "optional attributes");
            config.uses.retain(|used| Some(used.feature) != optional);
        }
        for file in files() {
            for attribute in &file.body.attributes {
                add(&mut config.findings, || invalid_block(attribute.span, &attribute.name.name));
            }
        }
        config
    }

    /// Whether it may declare more than is known of it.
    pub fn is_partial(&self) -> bool {
        !self.left_out.is_empty() || self.beside.is_some()
    }

    /// Why it may declare more than is known of it.
    pub fn open(&self) -> Option<Reasons> {
        let beside = self.beside.as_ref().map(|files| files.reasons.clone());
        self.unread().into_iter().chain(beside).reduce(|a, b| a.union(&b))
    }

    /// What is not known of it, since files of it are not read.
    pub fn unread(&self) -> Option<Reasons> {
        let reason = |(file, why): &(String, String)| {
            Reasons::one(ReasonKind::Budget(format!("{file} is not read ({why})").into()), None)
        };
        self.left_out.iter().map(reason).reduce(|a, b| a.union(&b))
    }

    fn declare(&mut self, block: &Block) {
        let kind = &*block.kind.name;
        if ["variable", "output", "module", "resource", "data", "ephemeral", "check", "action"].contains(&kind) {
            let wrong = block.labels.iter().filter(|label| !is_identifier(&label.text));
            wrong.for_each(|label| add(&mut self.findings, || invalid_name(kind, label)));
        }
        match kind {
            "locals" => self.declare_locals(&block.body, false),
            "terraform" => self.declare_terraform(&block.body),
            "provider" => {
                let asked = version::of_provider(block);
                self.provider_versions.extend(asked.map(|asked| (block.label(0).into(), asked)));
                let same = |p: &&Block| p.label(0) == block.label(0) && alias_of(p) == alias_of(block);
                if let Some(first) = self.providers.iter().find(same) {
                    let name =
                        alias_of(block).map_or(block.label(0).to_string(), |a| format!("{}.{a}", block.label(0)));
                    add(&mut self.findings, || duplicate("provider configuration", &name, block.header, first.header));
                }
                self.providers.push(block.clone());
            }
            "variable" => {
                let variable = VariableConfig::new(block.clone(), &mut self.findings);
                let name: Arc<str> = block.label(0).into();
                if let Some(first) = self.variables.get(&name) {
                    add(&mut self.findings, || duplicate("variable", &name, block.header, first.block.header));
                } else {
                    self.variables.insert(name, Box::new(variable));
                }
            }
            "action" => {
                let name: Arc<str> = format!("{}.{}", block.label(0), block.label(1)).into();
                if let Some(first) = self.actions.get(&name) {
                    add(&mut self.findings, || duplicate("action", &name, block.header, first.header));
                } else {
                    self.actions.insert(name, Box::new(block.clone()));
                }
            }
            "language" => {
                let compatible = block.body.blocks("compatible_with").filter_map(|b| b.body.attribute("opentofu"));
                let asked = compatible.filter_map(|a| Constraint::parse(a.expr.as_str()?));
                self.opentofu_versions.extend(asked);
            }
            "output" => insert(&mut self.outputs, "output", block, &mut self.findings),
            "module" => insert(&mut self.calls, "module", block, &mut self.findings),
            "resource" | "data" | "ephemeral" => {
                let id = resource_id(block);
                if let Some(first) = self.resources.get(&id) {
                    add(&mut self.findings, || duplicate("resource", &id.address(), block.header, first.header));
                } else {
                    self.resources.insert(id, Box::new(block.clone()));
                }
            }
            "check" => {
                let name = block.label(0);
                if let Some(first) = self.checks.iter().find(|c| c.label(0) == name) {
                    add(&mut self.findings, || duplicate("check", name, block.header, first.header));
                }
                self.checks.push(block.clone());
            }
            "moved" | "import" | "removed" => self.moves.push(block.clone()),
            other => add(&mut self.findings, || invalid_block(block.header, other)),
        }
    }

    /// The `moved`, `import` or `removed` blocks, in file order.
    pub fn moves_of(&self, kind: &str) -> impl Iterator<Item = &Block> {
        self.moves.iter().filter(move |block| &*block.kind.name == kind)
    }

    /// Where the state is kept, and which providers are asked for.
    fn declare_terraform(&mut self, body: &Body) {
        let asked = body.attribute("required_version");
        let asked = asked.and_then(|a| Some((Constraint::parse(a.expr.as_str()?)?, a.expr.span)));
        self.core_versions.extend(asked);
        required::read(body, &mut self.required, &mut self.findings);
        self.uses.extend(required::newer_sources(body));
        for block in body.blocks("required_providers") {
            match self.requires {
                Some(first) if first != block.header => {
                    let twice = || duplicate("block", "required_providers", block.header, first);
                    add(&mut self.findings, twice);
                }
                _ => self.requires = Some(block.header),
            }
        }
        for block in body.blocks.iter().filter(|b| matches!(&*b.kind.name, "backend" | "cloud")) {
            if let Some(first) = self.backends.first() {
                add(&mut self.findings, || {
                    duplicate("place of the state", &block.kind.name, block.header, first.header)
                });
            }
            self.backends.push(block.clone());
        }
    }

    fn declare_locals(&mut self, body: &Body, replace: bool) {
        for attribute in &body.attributes {
            let name = attribute.name.name.clone();
            match self.locals.get(&name) {
                Some(first) if !replace => {
                    let twice = || duplicate("local value", &name, attribute.name.span, first.name.span);
                    add(&mut self.findings, twice);
                }
                _ => {
                    self.locals.insert(name, attribute.clone());
                }
            }
        }
    }

    fn merge(&mut self, block: &Block) {
        let lifecycle = block.body.blocks("lifecycle").flat_map(|lifecycle| &lifecycle.body.blocks);
        for condition in block.body.blocks.iter().chain(lifecycle) {
            let kind = &*condition.kind.name;
            if matches!((&*block.kind.name, kind), ("variable", "validation") | (_, "precondition" | "postcondition")) {
                add(&mut self.findings, || cannot_override(condition.header, kind));
            }
        }
        let name: Arc<str> = block.label(0).into();
        let merged = match &*block.kind.name {
            "locals" => return self.declare_locals(&block.body, true),
            "terraform" => {
                // An override replaces what the files before it say.
                let mut ignored = Vec::new();
                required::read(&block.body, &mut self.required, &mut ignored);
                return;
            }
            "variable" => match self.variables.remove(&name) {
                Some(base) => {
                    let block = merge_block(base.block, block);
                    let variable = VariableConfig::new(block, &mut self.findings);
                    self.variables.insert(name, Box::new(variable));
                    true
                }
                None => false,
            },
            kind @ ("moved" | "import" | "check") => {
                return add(&mut self.findings, || cannot_override(block.header, kind));
            }
            "action" => merge_into(&mut self.actions, &format!("{name}.{}", block.label(1)).into(), block),
            "output" => merge_into(&mut self.outputs, &name, block),
            "module" => merge_into(&mut self.calls, &name, block),
            "resource" | "data" | "ephemeral" => merge_into(&mut self.resources, &resource_id(block), block),
            "provider" => {
                match self.providers.iter_mut().find(|p| p.label(0) == &*name && alias_of(p) == alias_of(block)) {
                    Some(base) => *base = merge_block(base.clone(), block),
                    None => self.providers.push(block.clone()),
                }
                true
            }
            _ => return self.declare(block),
        };
        if !merged {
            add(&mut self.findings, || nothing_to_override(block));
        }
    }
}

/// Whether `sensitive` or `ephemeral` is set. Terraform takes a literal only; whatever else stands there may be meant as true.
pub fn is_set(body: &Body, name: &str) -> bool {
    use crate::syntax::ast::ExprKind;
    body.attribute(name).is_some_and(|a| !matches!(a.expr.kind, ExprKind::Bool(false) | ExprKind::Null))
}

impl VariableConfig {
    fn new(block: Block, findings: &mut Vec<Finding>) -> VariableConfig {
        let body = &block.body;
        let flag = |name: &str, otherwise: bool| {
            use crate::syntax::ast::ExprKind;
            match body.attribute(name).map(|a| &a.expr.kind) {
                Some(ExprKind::Bool(b)) => *b,
                Some(ExprKind::String(s)) => &**s == "true",
                _ => otherwise,
            }
        };
        let constraint = match body.attribute("type") {
            Some(ty) => {
                if !body.json {
                    refuse_quotes(&ty.expr, findings);
                }
                type_constraint(&ty.expr, findings)
            }
            None => TypeConstraint::any(),
        };
        VariableConfig {
            typed: body.attribute("type").is_some(),
            default: body.attribute("default").map(|a| a.expr.clone()),
            nullable: flag("nullable", true),
            sensitive: is_set(body, "sensitive"),
            ephemeral: is_set(body, "ephemeral"),
            constraint,
            block,
        }
    }

    /// The place of its name in the header.
    pub fn header(&self) -> Span {
        self.block.header
    }
}

/// A provider configuration's alias, where it is written out.
pub fn alias_of(block: &Block) -> Option<&str> {
    block.body.attribute("alias")?.expr.as_str()
}

/// Whether a `provider` block configures anything: one with an alias or a version alone only declares that there is one.
pub fn is_configuration(provider: &Block) -> bool {
    let body = &provider.body;
    !body.blocks.is_empty() || body.attributes.iter().any(|a| !matches!(&*a.name.name, "alias" | "version"))
}

fn resource_id(block: &Block) -> ResourceAddr {
    let mode = match ReferenceRoot::of(&block.kind.name) {
        ReferenceRoot::Mode(mode) => mode,
        _ => Mode::Managed,
    };
    ResourceAddr { mode, type_name: block.label(0).into(), name: block.label(1).into() }
}

fn insert(map: &mut BTreeMap<Arc<str>, Box<Block>>, what: &str, block: &Block, findings: &mut Vec<Finding>) {
    let name: Arc<str> = block.label(0).into();
    if let Some(first) = map.get(&name) {
        add(findings, || duplicate(what, &name, block.header, first.header));
    } else {
        map.insert(name, Box::new(block.clone()));
    }
}

/// Whether an override's block is for a resource that a file declares.
pub fn is_over_declared(over: &Block, file: &File) -> bool {
    let kind = &*over.kind.name;
    matches!(kind, "resource" | "data")
        && file.body.blocks(kind).any(|b| b.label(0) == over.label(0) && b.label(1) == over.label(1))
}

/// An override file with the blocks alone that are for resources of another file.
fn over_declared(over: &File, file: &File) -> File {
    let mut over = over.clone();
    over.body.blocks.retain(|block| is_over_declared(block, file));
    over
}

fn merge_into<K: Ord + Clone>(map: &mut BTreeMap<K, Box<Block>>, key: &K, over: &Block) -> bool {
    let Some(base) = map.remove(key) else { return false };
    map.insert(key.clone(), Box::new(merge_block(*base, over)));
    true
}

/// Merges an override block as Terraform does ("Override Files"): arguments one by one; a nested block type that the
/// override writes replaces all blocks of that type, except `lifecycle`, whose arguments are merged.
fn merge_block(mut base: Block, over: &Block) -> Block {
    merge_attributes(&mut base.body, &over.body);
    let effective =
        |b: &Block| if &*b.kind.name == "dynamic" { b.label(0).to_string() } else { b.kind.name.to_string() };
    let replaced: Vec<String> = over.body.blocks.iter().map(effective).filter(|kind| kind != "lifecycle").collect();
    base.body.blocks.retain(|b| !replaced.contains(&effective(b)));
    for block in &over.body.blocks {
        match base.body.blocks.iter_mut().find(|b| effective(b) == "lifecycle") {
            Some(lifecycle) if &*block.kind.name == "lifecycle" => merge_attributes(&mut lifecycle.body, &block.body),
            _ => base.body.blocks.push(block.clone()),
        }
    }
    base
}

fn merge_attributes(base: &mut Body, over: &Body) {
    for attribute in &over.attributes {
        match base.attributes.iter_mut().find(|a| a.name.name == attribute.name.name) {
            Some(slot) => *slot = attribute.clone(),
            None => base.attributes.push(attribute.clone()),
        }
    }
    if base.json && !over.json {
        // A native override of a JSON body: what it writes as blocks wins over JSON members of that name.
        base.attributes.retain(|a| !over.blocks.iter().any(|b| b.kind.name == a.name.name));
    }
}
