//! The module instances of a plan, and the scopes in which its expressions stand: all that the resolver needs to follow
//! an expression after evaluation, as plain data.

use crate::address::{InstanceKey, ResourceAddr};
use crate::base::budget::{Budget, Limit, STEPS};
use crate::base::source::Span;
use crate::cty::value::{Data, Value};
use crate::diagnostic::Finding;
use crate::module::ModuleConfig;
use crate::module::error::EvalError;
use crate::resolve::{Names, PathPart, VariableSource};
use crate::syntax::ast::{Expr, Ident};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// A scope, by its place in [`PlanScopes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ScopeId(u32);

/// All scopes of a root module. The evaluator fills it; afterwards nothing of it changes but the count of the work that
/// is done with it.
#[derive(Debug, Default)]
pub struct PlanScopes {
    scopes: Vec<ScopeRecord>,
    modules: Vec<ModuleRecord>,
    /// What is given for the root's input variables.
    inputs: BTreeMap<Arc<str>, RootInput>,
    /// The conditions that evaluation came by; `None` for one that was true and false in one scope.
    truths: FxHashMap<(ScopeId, Span), Option<bool>>,
    /// The keys of indexes and objects that evaluation came by, in the same way.
    keys: FxHashMap<(ScopeId, Span), Option<PathPart>>,
    work: WorkCounter,
    /// All of each module call, by its header.
    call_spans: OnceLock<FxHashMap<Span, Span>>,
}

/// A module instance's own scope, or one with a name more.
#[derive(Debug)]
struct ScopeRecord {
    module: u32,
    /// The scope around it; `None` for a module instance's own.
    outer: Option<ScopeId>,
    /// `each`, `count` or the iterator of a `dynamic` block; "" for a module instance's own scope.
    name: Arc<str>,
    /// The collection that the name's value was taken from, and its key in there.
    element: Option<(Arc<Expr>, PathPart)>,
}

/// A module instance.
#[derive(Debug)]
struct ModuleRecord {
    config: Arc<ModuleConfig>,
    /// "" for the root.
    address: Arc<str>,
    scope: ScopeId,
    /// The call that made it, by name, and the scope of its arguments; `None` for the root.
    call: Option<(Arc<str>, ScopeId)>,
    /// The instances of its module calls.
    calls: BTreeMap<Arc<str>, Vec<(Option<PathPart>, ScopeId)>>,
    /// The keys of its resources, sorted by address; `None` for a resource that is not repeated.
    resources: Vec<(ResourceAddr, Option<Box<[InstanceKey]>>)>,
}

/// What is given for an input variable of the root module.
#[derive(Clone, Debug)]
pub enum RootInput {
    /// An expression in a variable file, with the place of the whole.
    File(Arc<Expr>, Span),
    /// A value that is written at a place.
    Value(Span),
    /// Text from outside of the configuration: the option or environment variable.
    Text(String),
}

/// How much was done, by evaluation and after it.
#[derive(Debug, Default)]
struct WorkCounter {
    budget: Budget,
    steps: AtomicU64,
    /// The limit that was exceeded after evaluation.
    exceeded: OnceLock<Finding>,
    /// A limit was exceeded during evaluation, which reported it.
    exhausted: bool,
}

/// After how many steps the clock is looked at.
const LOOK: u64 = 1 << 12;

impl PlanScopes {
    /// A module instance's own scope. `call` is the call that makes it, and the scope of that call's arguments.
    pub fn add_module(
        &mut self,
        config: Arc<ModuleConfig>,
        address: Arc<str>,
        call: Option<(Arc<str>, ScopeId)>,
    ) -> ScopeId {
        let module = self.modules.len() as u32;
        let scope = self.add(ScopeRecord { module, outer: None, name: "".into(), element: None });
        let (calls, resources) = (BTreeMap::new(), Vec::new());
        self.modules.push(ModuleRecord { config, address, scope, call, calls, resources });
        scope
    }

    /// A scope with one name more, and the collection from which the name's value is taken, with its key in there.
    pub fn add_name(&mut self, outer: ScopeId, name: Arc<str>, element: Option<(Arc<Expr>, PathPart)>) -> ScopeId {
        self.add(ScopeRecord { module: self.scopes[outer.0 as usize].module, outer: Some(outer), name, element })
    }

    fn add(&mut self, record: ScopeRecord) -> ScopeId {
        self.scopes.push(record);
        ScopeId(self.scopes.len() as u32 - 1)
    }

    /// Notes the instances of a module call, with the own scope of each.
    pub fn add_call(&mut self, within: ScopeId, name: Arc<str>, instances: Vec<(Option<PathPart>, ScopeId)>) {
        self.module_mut(within).calls.insert(name, instances);
    }

    /// Notes the keys of a resource's instances; `None` where it is not repeated. Resources come sorted by address.
    pub fn add_resource(&mut self, within: ScopeId, address: ResourceAddr, keys: Option<Box<[InstanceKey]>>) {
        self.module_mut(within).resources.push((address, keys));
    }

    /// Notes what a condition is, in one of the rounds that evaluation makes in a scope.
    pub fn note_truth(&mut self, scope: ScopeId, condition: Span, truth: bool) {
        note(&mut self.truths, (scope, condition), truth);
    }

    /// Notes what a key is, in the same way.
    pub fn note_key(&mut self, scope: ScopeId, key: Span, value: &Value) {
        note(&mut self.keys, (scope, key), key_of(value).unwrap_or(PathPart::Any));
    }

    /// Ends evaluation, which took a number of steps, or more than it may.
    pub fn finish(&mut self, inputs: BTreeMap<Arc<str>, RootInput>, budget: Budget, steps: u64, exhausted: bool) {
        self.inputs = inputs;
        self.work = WorkCounter { budget, steps: steps.into(), exceeded: OnceLock::new(), exhausted };
    }

    /// The limit that was exceeded after evaluation (TF006).
    pub fn exceeded(&self) -> Option<&Finding> {
        self.work.exceeded.get()
    }

    /// All of the module call with this header.
    pub fn call_of(&self, header: Span) -> Option<Span> {
        let calls = |module: &ModuleRecord| {
            module.config.calls.values().map(|call| (call.header, call.span)).collect::<Vec<_>>()
        };
        let all = self.call_spans.get_or_init(|| self.modules.iter().flat_map(calls).collect());
        all.get(&header).copied()
    }

    fn module(&self, of: ScopeId) -> &ModuleRecord {
        &self.modules[self.scopes[of.0 as usize].module as usize]
    }

    fn module_mut(&mut self, of: ScopeId) -> &mut ModuleRecord {
        &mut self.modules[self.scopes[of.0 as usize].module as usize]
    }
}

fn note<T: PartialEq>(notes: &mut FxHashMap<(ScopeId, Span), Option<T>>, at: (ScopeId, Span), value: T) {
    match notes.entry(at) {
        Entry::Vacant(entry) => {
            entry.insert(Some(value));
        }
        Entry::Occupied(mut entry) => {
            if entry.get().as_ref().is_some_and(|noted| *noted != value) {
                entry.insert(None);
            }
        }
    }
}

impl WorkCounter {
    /// Counts a step. `false` where a limit is exceeded.
    fn spend(&self, at: Span) -> bool {
        if self.exhausted || self.exceeded.get().is_some() {
            return false;
        }
        let used = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        let error = match used {
            _ if used > STEPS => steps_exceeded(at),
            _ if used.is_multiple_of(LOOK) && self.budget.is_late() => late(&self.budget, at),
            _ => return true,
        };
        self.exceeded.get_or_init(|| error.finding());
        false
    }
}

/// TF006 for more steps than a root module may take.
pub fn steps_exceeded(at: Span) -> Box<EvalError> {
    EvalError::over(Limit::Fixed, at, format!("this root module takes more than {STEPS} steps of evaluation"))
}

/// TF006 for the time of the run.
pub fn late(budget: &Budget, at: Span) -> Box<EvalError> {
    let message = format!("this root module is evaluated up to here only: {}", budget.late());
    EvalError::over(Limit::Timeout, at, message)
}

/// A scope, with all scopes that it may lead to.
#[derive(Clone, Copy, Debug)]
pub struct PlanScope<'s> {
    scopes: &'s PlanScopes,
    id: ScopeId,
}

impl<'s> PlanScope<'s> {
    /// One of these scopes.
    pub fn of(scopes: &'s PlanScopes, id: ScopeId) -> PlanScope<'s> {
        PlanScope { scopes, id }
    }

    fn at(self, id: ScopeId) -> PlanScope<'s> {
        PlanScope { id, ..self }
    }

    fn own(self) -> PlanScope<'s> {
        self.at(self.record().scope)
    }

    fn record(self) -> &'s ModuleRecord {
        self.scopes.module(self.id)
    }

    /// The scopes around this one that give a name.
    fn names(self) -> impl Iterator<Item = &'s ScopeRecord> {
        let record = |id: ScopeId| &self.scopes.scopes[id.0 as usize];
        std::iter::successors(Some(record(self.id)), move |scope| scope.outer.map(record)).filter(|s| s.outer.is_some())
    }

    /// The address of the module instance.
    pub fn module_address(self) -> &'s Arc<str> {
        &self.record().address
    }

    /// The keys of a resource of the module instance, and `[None]` for one that is not repeated; `None` where there is no
    /// such resource.
    pub fn keys(self, address: &ResourceAddr) -> Option<&'s [InstanceKey]> {
        let resources = &self.record().resources;
        let at = resources.binary_search_by(|(other, _)| other.cmp(address)).ok()?;
        Some(resources.get(at)?.1.as_deref().unwrap_or(&[InstanceKey::None]))
    }
}

impl Names for PlanScope<'_> {
    fn module(&self) -> usize {
        self.record().scope.0 as usize
    }

    fn spend(&self, at: Span) -> bool {
        self.scopes.work.spend(at)
    }

    fn gives(&self, name: &str) -> bool {
        self.names().any(|scope| &*scope.name == name)
    }

    fn truth(&self, condition: &Expr) -> Option<bool> {
        self.scopes.truths.get(&(self.id, condition.span)).copied().flatten()
    }

    fn key(&self, key: &Expr) -> Option<PathPart> {
        self.scopes.keys.get(&(self.id, key.span)).cloned().flatten()
    }

    fn element(&self, name: &str) -> Option<(Arc<Expr>, Self, PathPart)> {
        let scope = self.names().find(|scope| &*scope.name == name)?;
        let (collection, key) = scope.element.clone()?;
        Some((collection, self.at(scope.outer?), key))
    }

    fn local(&self, name: &str) -> Option<(Arc<Expr>, Span, Self)> {
        let local = self.record().config.locals.get(name)?;
        Some((local.expr.clone(), local.span, self.own()))
    }

    fn variable(&self, name: &str) -> Option<(Span, VariableSource<Self>)> {
        let record = self.record();
        let config = record.config.variables.get(name)?;
        let default = || config.default.clone().map_or(VariableSource::Nothing, VariableSource::Default);
        let given = match &record.call {
            Some((call, outer)) => {
                let outer = self.at(*outer);
                let argument = outer.record().config.calls.get(call).and_then(|call| call.body.attribute(name));
                argument
                    .map_or_else(default, |a| VariableSource::Argument(a.expr.clone(), outer, record.address.clone()))
            }
            None => match self.scopes.inputs.get(name) {
                Some(RootInput::File(expr, span)) => VariableSource::File(expr.clone(), *span),
                Some(RootInput::Value(span)) => VariableSource::Value(*span),
                Some(RootInput::Text(from)) => VariableSource::Text(from.clone()),
                None => default(),
            },
        };
        Some((config.header(), given))
    }

    fn instances(&self, call: &Ident) -> Vec<(Option<PathPart>, Self)> {
        let instances = self.record().calls.get(&call.name).into_iter().flatten();
        instances.map(|(key, scope)| (key.clone(), self.at(*scope))).collect()
    }

    fn output(&self, name: &str) -> Option<Arc<Expr>> {
        let output = self.record().config.outputs.get(name)?;
        output.body.attribute("value").map(|a| a.expr.clone())
    }

    fn outputs(&self) -> Vec<Arc<str>> {
        self.record().config.outputs.keys().cloned().collect()
    }

    fn default(&self, variable: &str) -> Option<Arc<Expr>> {
        self.record().config.variables.get(variable)?.default.clone()
    }
}

/// An instance's key as the resolver has it; `None` for the instance of what is not repeated.
pub fn part(key: &InstanceKey) -> Option<PathPart> {
    match key {
        InstanceKey::None => None,
        InstanceKey::Index(i) => Some(PathPart::Name(i.to_string().into())),
        InstanceKey::Name(name) => Some(PathPart::Name(name.clone())),
        InstanceKey::Hidden(hidden) => Some(PathPart::Hidden(hidden.name.clone())),
        InstanceKey::Unknown => Some(PathPart::Any),
    }
}

/// A value as a key, where it is known.
pub fn key_of(key: &Value) -> Option<PathPart> {
    let text: Arc<str> = match &key.data {
        Data::String(text) => text.clone(),
        _ => key.as_number()?.to_string().into(),
    };
    Some(if key.marks.is_hidden() { PathPart::Hidden(text) } else { PathPart::Name(text) })
}
