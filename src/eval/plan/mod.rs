//! The static plan: every resource instance that `terraform plan` would show, with each value known or unknown with its
//! reasons, and the places in the configuration where they were written.

pub mod build;

pub use crate::address::Mode;
use crate::base::source::Span;
use crate::cty::value::{ReasonKind, Reasons, Value};
use crate::diagnostic::{Edit, Finding, MissingModule};
use crate::eval::instance::Instance;
use crate::resolve::provenance::Step;
use crate::syntax::ast::Expr;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

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
    /// Outputs of a module for others, with the expressions that give them: what its callers may build on.
    pub for_callers: Vec<Origin>,
    /// How many files were read for it.
    pub files: usize,
    /// What the origins of values lead back into; kept alive as long as the plan.
    pub source: Option<Source>,
    /// What was seen of node pools that exist, by their address.
    pub observed: BTreeMap<Arc<str>, Observed>,
}

impl StaticPlan {
    /// Limits that were exceeded after the plan was made, by what follows its references (TF006); each once.
    pub fn late_findings(&self) -> Vec<Finding> {
        self.source.as_ref().map(|Source(root)| root.0.world.take_findings()).unwrap_or_default()
    }
}

/// The nodes of a pool that exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// How many there are now.
    pub nodes: u64,
    /// What the smallest has for pods: CPU in thousandths of a core, and memory in MiB.
    pub allocatable: Option<(u64, u64)>,
}

/// A hold on the evaluated root module, without which [`Origin::trace`] could not go back through module calls.
#[derive(Clone, Debug)]
pub struct Source(Rc<Root>);

#[derive(Debug)]
struct Root(Rc<Instance>);

impl Drop for Root {
    /// A module keeps its resources, and their origins lead back to the module: without this, nothing of it would ever be
    /// freed.
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Source {
    pub(crate) fn new(root: Rc<Instance>) -> Source {
        Source(Rc::new(Root(root)))
    }

    /// The edit that adds a line at the end of a block, indented as the block is; `None` for a block on one line.
    pub fn add_line(&self, block: Span, line: &str) -> Option<Edit> {
        let Root(root) = &*self.0;
        let file = root.world.evaluator.sources.get(block.file)?;
        let text = file.slice(block.start, block.end);
        let start = file.position(block.start);
        let own = file.slice(file.line(start.line)?.start, block.start);
        let indent: String = own.chars().take_while(|c| c.is_whitespace()).collect();
        let (before, _) = text.rsplit_once('}')?;
        let (inner, gap) = before.rsplit_once('\n')?;
        if !gap.trim().is_empty() {
            return None;
        }
        // Before the line break, of whichever kind.
        let inner = inner.strip_suffix('\r').unwrap_or(inner);
        let at = block.start + u32::try_from(inner.len()).ok()?;
        let line = line.replace('\n', &format!("\n{indent}  "));
        Some(Edit { span: Span::new(block.file, at, at), text: format!("\n{indent}  {line}") })
    }
}

/// An instance's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InstanceKey {
    /// Neither `count` nor `for_each`.
    None,
    /// `[0]`.
    Index(u64),
    /// `["name"]`.
    Name(Arc<str>),
    /// The same, but what it is made of is never shown.
    Hidden(HiddenKey),
    /// `count` or `for_each` is not known: this one instance stands for any number of them, none included.
    Unknown,
}

/// A key that is never shown, and a number that stands for it in addresses. Keys are the same where their names are.
#[derive(Clone, Debug)]
pub struct HiddenKey {
    /// The name.
    pub name: Arc<str>,
    /// Which of its `for_each` it is, from 1; 0 where that is not known.
    pub nth: usize,
}

impl PartialEq for HiddenKey {
    fn eq(&self, other: &HiddenKey) -> bool {
        self.name == other.name
    }
}

impl Eq for HiddenKey {}

impl std::hash::Hash for HiddenKey {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for HiddenKey {
    fn partial_cmp(&self, other: &HiddenKey) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for HiddenKey {
    fn cmp(&self, other: &HiddenKey) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

impl InstanceKey {
    /// The key of a `for_each`, shown or not.
    pub fn name(&self) -> Option<&Arc<str>> {
        match self {
            InstanceKey::Name(name) | InstanceKey::Hidden(HiddenKey { name, .. }) => Some(name),
            _ => None,
        }
    }

    /// Whether both are one key, whether or not they may be shown.
    pub fn is(&self, other: &InstanceKey) -> bool {
        match (self.name(), other.name()) {
            (Some(a), Some(b)) => a == b,
            _ => self == other,
        }
    }
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
    pub config: Rc<ConfigBody>,
    /// `provisioner` blocks: type as the kind, and their arguments.
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
    pub refers: Vec<Reference>,
}

/// Where a `local-exec` provisioner has the text of the scripts that its command names: no argument has this name.
pub const SCRIPTS: &str = "(scripts)";

/// A reference to a resource, with the module instance in which it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The module instance's address; "" for the root.
    pub module: String,
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The resource type.
    pub type_name: String,
    /// The resource's name.
    pub name: String,
    /// The instance key as written: a literal one, or `None` for any instance.
    pub key: Option<InstanceKey>,
}

impl Reference {
    /// Whether it refers to this resource instance, or to all instances of the resource.
    pub fn is_to(&self, resource: &Resource) -> bool {
        let key = match (&self.key, &resource.key) {
            (None, _) | (_, InstanceKey::Unknown) => true,
            (Some(written), key) => written.is(key),
        };
        resource.mode == self.mode
            && *resource.module == *self.module
            && *resource.type_name == *self.type_name
            && *resource.name == *self.name
            && key
    }
}

/// An expression in the module instance in which it is evaluated.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The expression.
    pub expr: Arc<Expr>,
    /// The module instance, with the values of `each`, `count` and iterators.
    pub scope: crate::eval::scope::Scope,
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

impl Origin {
    /// The steps that a value came through on its way here, nearest first: a module call's argument, the variable, a
    /// local, the tfvars line. The expression itself is not among them.
    pub fn trace(&self) -> Vec<Step> {
        crate::eval::trace::trace(self)
    }
}
