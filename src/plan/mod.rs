//! The static plan: every resource instance that `terraform plan` would show, with each value known or unknown with its
//! reasons, and the places in the configuration where they were written.

mod imported;
mod input;
pub mod provenance;
mod references;
pub mod scopes;
mod write;

pub use crate::address::{HiddenKey, InstanceKey, Mode};
use crate::base::source::{Sources, Span};
use crate::cty::value::{ReasonKind, Reasons, Value};
use crate::diagnostic::{Finding, MissingModule};
use crate::resolve::provenance::{Step, StepKind};
use crate::syntax::ast::Expr;
pub use imported::Imported;
pub use input::ModuleInput;
pub use references::ResolvedReference;
use rustc_hash::FxHashSet;
use scopes::{PlanScope, PlanScopes, ScopeId};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

/// The static plan of one root module.
#[derive(Clone, Debug, Default)]
pub struct StaticPlan {
    /// The root module's path as the user would write it; "." for the working directory.
    pub root: String,
    /// Root input variables with their final values.
    pub variables: BTreeMap<Arc<str>, Value>,
    /// Root outputs.
    pub outputs: BTreeMap<Arc<str>, Value>,
    /// Managed and data resource instances, sorted by address as Terraform sorts them.
    pub resources: Vec<Resource>,
    /// Module instances below the root, absent ones too.
    pub modules: Vec<ModuleInstance>,
    /// What the configuration gets wrong by Terraform's own rules (TF001 to TF005), and what was left out of it (TF006).
    pub findings: Vec<Finding>,
    /// Module calls whose source is not on disk.
    pub missing_modules: Vec<MissingModule>,
    /// Blocks whose number or presence is not known: address and why.
    pub undecided_blocks: Vec<(String, Reasons)>,
    /// What is not known of it as a whole, since configuration was not read.
    pub left_out: Option<Reasons>,
    /// Why it is not evaluated at all.
    pub unreached: Option<String>,
    /// Folders of the modules that certainly have an instance, the root's own among them.
    pub made: FxHashSet<PathBuf>,
    /// Files that are not evaluated: path and why.
    pub skipped: Vec<(String, String)>,
    /// What is not planned because the configuration says so: path and why.
    pub excluded: Vec<(String, String)>,
    /// Whether it is of a reusable module, whose callers decide its values.
    pub is_reusable: bool,
    /// Outputs of a module for others, with the expressions that give them: what its callers may build on.
    pub for_callers: Vec<Origin>,
    /// How many files were read for it.
    pub files: usize,
    /// The scopes of its expressions; `None` for a plan without source.
    pub scopes: Option<Arc<OnceLock<PlanScopes>>>,
    /// The files that its places are in; `None` for a plan without source.
    pub sources: Option<Arc<Sources>>,
    /// What was seen of node pools that exist, by their address.
    pub observed: BTreeMap<Arc<str>, Observed>,
    /// Resources that exist already, and are taken over.
    pub imported: Imported,
    /// Resources of other configurations that resources here are part of, with these; made when the graph is.
    pub elsewhere: OnceLock<Vec<ElsewhereCluster>>,
}

/// A cluster that another configuration makes, with the pools that this one adds to it.
#[derive(Clone, Debug)]
pub struct ElsewhereCluster {
    /// It, as a resource of which only name, project and location may be known.
    pub resource: Resource,
    /// The addresses of its pools here.
    pub pools: Vec<Arc<str>>,
    /// Why the rest of it is not known.
    pub reasons: Reasons,
}

impl StaticPlan {
    /// The limit that was exceeded after the plan was made, by what follows its references (TF006).
    pub fn late_finding(&self) -> Option<Finding> {
        self.scopes.as_ref()?.get()?.exceeded().cloned()
    }
}

/// The nodes of a pool, or of a cluster, that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// How many there are now, at least.
    pub nodes: u64,
    /// How many there are beside these at most; `None` where nothing bounds it.
    pub more: Option<u64>,
    /// What the smallest has for pods: CPU in thousandths of a core, and memory in MiB.
    pub allocatable: Option<(u64, u64)>,
}

/// One resource instance.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The full address, such as `module.gke.google_container_node_pool.p["a"]`; with `[*]` for an unknown key.
    pub address: Arc<str>,
    /// The module instance's address; "" for the root.
    pub module: Arc<str>,
    /// Managed or data.
    pub mode: Mode,
    /// The resource type, such as `google_container_cluster`.
    pub type_name: Arc<str>,
    /// The resource's name in the configuration.
    pub name: Arc<str>,
    /// Its key.
    pub key: InstanceKey,
    /// The whole object as other expressions see it: arguments converted by the provider's schema, what the provider
    /// computes at plan time, and unknowns for what only `apply` knows. Nested blocks are lists or sets of objects.
    pub values: Value,
    /// What the configuration writes, with places. `dynamic` blocks are expanded.
    pub config: Arc<ConfigBody>,
    /// `provisioner` blocks: type as the kind, and their arguments. Then what it applies otherwise, see [`SCRIPTS`].
    pub provisioners: Vec<ConfigBlock>,
    /// The provider configuration that it uses.
    pub provider: Arc<ProviderInfo>,
    /// A data source that Terraform reads only during apply, since it refers to resources that do not exist yet.
    pub deferred: bool,
    /// The block's header; `None` for a plan without source.
    pub header: Option<Span>,
    /// The whole block.
    pub span: Option<Span>,
    /// Why it is not certain that this instance exists (unknown `count` or `for_each`, here or on a module around it).
    pub uncertain: Option<Reasons>,
}

/// What a provider configuration gives by default.
#[derive(Clone, Debug)]
pub struct ProviderInfo {
    /// The provider's local name, such as `google` or `google-beta`.
    pub name: Arc<str>,
    /// Its alias, if any.
    pub alias: Option<Arc<str>>,
    /// All its arguments as far as they evaluate; an object. `project`, `region` and `zone` are here (also from the
    /// environment variables that the google provider reads).
    pub values: Value,
}

/// The arguments and nested blocks that a block writes.
#[derive(Clone, Debug, Default)]
pub struct ConfigBody {
    /// Arguments.
    pub attributes: Vec<ConfigAttribute>,
    /// Nested blocks, `dynamic` ones expanded, in order.
    pub blocks: Vec<ConfigBlock>,
}

/// One argument.
#[derive(Clone, Debug)]
pub struct ConfigAttribute {
    /// Its name.
    pub name: Arc<str>,
    /// Its value, before conversion by the schema.
    pub value: Value,
    /// The expression's place.
    pub span: Option<Span>,
    /// The expression and where it is evaluated: the way back to what decides it.
    pub origin: Option<Origin>,
    /// The resources that the expression refers to, where it is not at hand itself (a plan without source).
    pub refers: Vec<ResolvedReference>,
}

/// Where a provisioner has the files that its command names, each as a list of its name and its text; and the block in
/// which a resource has those that it applies by its arguments. No argument and no provisioner has this name.
pub const SCRIPTS: &str = "(scripts)";

/// An expression, in the scope in which it is evaluated.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The expression.
    pub expr: Arc<Expr>,
    scope: ScopeId,
    scopes: Arc<OnceLock<PlanScopes>>,
}

/// One nested block.
#[derive(Clone, Debug)]
pub struct ConfigBlock {
    /// Its type.
    pub kind: Arc<str>,
    /// Its header (for a `dynamic` block, the header of that).
    pub header: Option<Span>,
    /// All of it, with its braces; `None` where it is not written as a block of its own.
    pub span: Option<Span>,
    /// What it writes.
    pub body: ConfigBody,
    /// A `dynamic` block whose `for_each` is not known: this block stands for any number of them.
    pub uncertain: Option<Reasons>,
}

/// A module instance below the root.
#[derive(Clone, Debug)]
pub struct ModuleInstance {
    /// Its address, such as `module.gke["a"]`.
    pub address: Arc<str>,
    /// The source as written.
    pub source: Arc<str>,
    /// The version constraint as written.
    pub version: Option<Arc<str>>,
    /// Whether it is on disk, and looked into.
    pub present: bool,
    /// Why it is not looked into, where it is on disk.
    pub closed: Option<Reasons>,
    /// The arguments of the call.
    pub arguments: ConfigBody,
    /// The call's header.
    pub header: Option<Span>,
    /// Why it is not certain that this instance exists.
    pub uncertain: Option<Reasons>,
}

impl ModuleInstance {
    /// Why it is not looked into.
    pub fn why(&self) -> Reasons {
        let absent = || Reasons::one(ReasonKind::MissingModule(self.address.clone(), self.source.clone()), self.header);
        self.closed.clone().unwrap_or_else(absent)
    }
}

impl ConfigBody {
    /// The argument of this name.
    pub fn attribute(&self, name: &str) -> Option<&ConfigAttribute> {
        self.attributes.iter().find(|a| &*a.name == name)
    }

    /// The nested blocks of this type.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a ConfigBlock> {
        self.blocks.iter().filter(move |b| &*b.kind == kind)
    }
}

impl ConfigAttribute {
    /// The steps that the value came through on its way here, nearest first: a module call's argument, the variable, a
    /// local, the tfvars line. The expression itself is not among them.
    pub fn trace(&self) -> Vec<Step> {
        self.origin.as_ref().map(Origin::trace).unwrap_or_default()
    }

    /// Whether its place is a literal of its own in a list or an object.
    pub fn is_entry(&self) -> bool {
        self.trace().iter().any(|step| step.kind == StepKind::Element && Some(step.span) == self.span)
    }

    /// The resources that the expression refers to; locals, variables and module outputs are followed.
    pub fn references(&self) -> Vec<ResolvedReference> {
        self.origin.as_ref().map_or_else(|| self.refers.clone(), Origin::references)
    }
}

impl Origin {
    /// An expression in one of the scopes of a root module, which are there when it is evaluated.
    pub fn new(expr: Arc<Expr>, scope: ScopeId, scopes: Arc<OnceLock<PlanScopes>>) -> Origin {
        Origin { expr, scope, scopes }
    }

    /// See [`ConfigAttribute::trace`].
    pub fn trace(&self) -> Vec<Step> {
        self.scope().map(|scope| provenance::of(scope, &self.expr)).unwrap_or_default()
    }

    /// The input of a module that is not on disk from which kfplint takes the value.
    pub fn input(&self) -> Option<ModuleInput> {
        self.scope().and_then(|scope| input::of(scope, &self.expr))
    }

    /// See [`ConfigAttribute::references`].
    pub fn references(&self) -> Vec<ResolvedReference> {
        self.scope().map(|scope| references::of(scope, &self.expr)).unwrap_or_default()
    }

    fn scope(&self) -> Option<PlanScope<'_>> {
        Some(PlanScope::of(self.scopes.get()?, self.scope))
    }
}

/// A plan is data: it may go to another thread, and be read by several.
const fn is_send<T: Send + Sync>() {}
const _: () = is_send::<StaticPlan>();
