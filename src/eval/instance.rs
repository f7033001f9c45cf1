//! One module instance: its variables, locals, resources, calls and outputs, each evaluated once and only when asked for.

use crate::address::ResourceAddr;
use crate::base::source::Span;
use crate::cty::value::{Marks, ReasonKind, Reasons, Type, Value, get_attr, index, shown_or};
use crate::diagnostic::MissingModule;
use crate::eval::expand::{Expansion, Repetition};
use crate::eval::expr::eval;
use crate::eval::facts;
use crate::eval::module_source::ModuleRequest;
use crate::eval::provider::ProviderKey;
use crate::eval::resource::{self, ResourceState};
use crate::eval::scope::Scope;
use crate::eval::static_text::StaticText;
use crate::eval::variable;
use crate::eval::world::World;
use crate::module::ModuleConfig;
use crate::module::cycles::Callable;
use crate::module::error::{EvalError, EvalResult, poison};
use crate::module::typeexpr::read_type;
use crate::plan::scopes::ScopeId;
use crate::plan::{InstanceKey, ProviderInfo};
use crate::syntax::ast::{Block, Expr};
use rustc_hash::FxHashMap;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::hash::Hash;
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::sync::Arc;

/// A module instance.
#[derive(Debug)]
pub struct Instance {
    /// What the whole root shares.
    pub world: Rc<World>,
    /// What the module's folder declares.
    pub config: Arc<ModuleConfig>,
    /// The module's folder.
    pub dir: PathBuf,
    /// The address, such as `module.gke["a"]`; "" for the root.
    pub address: Arc<str>,
    /// The call that made it; `None` for the root.
    pub call: Option<CallSite>,
    /// Why it is not certain that it exists.
    pub uncertain: Option<Reasons>,
    /// The number under which the plan keeps its scope.
    pub scope_id: ScopeId,
    variables: LazyMap<Arc<str>, Value>,
    locals: LazyMap<Arc<str>, Value>,
    outputs: LazyMap<Arc<str>, Value>,
    resources: LazyMap<ResourceAddr, Rc<ResourceState>>,
    calls: LazyMap<Arc<str>, Rc<CallState>>,
    providers: LazyMap<ProviderKey, Arc<ProviderInfo>>,
    /// Names beside Terraform's own that all its expressions see.
    pub names: OnceCell<Vec<(Arc<str>, Value)>>,
}

/// Where a module instance was called.
#[derive(Debug)]
pub struct CallSite {
    /// The calling instance.
    pub parent: Weak<Instance>,
    /// The call's name.
    pub name: Arc<str>,
    /// `count` or `each` at the call.
    pub repetition: Repetition,
}

/// A module call with its instances.
#[derive(Debug)]
pub struct CallState {
    /// How it is repeated.
    pub shape: Shape,
    /// The instances; empty where the module is not on disk.
    pub instances: Vec<(InstanceKey, Rc<Instance>)>,
    /// The repetitions, also where the module is not on disk.
    pub repetitions: Vec<Repetition>,
    /// Why the module cannot be looked into.
    pub missing: Option<Reasons>,
    /// The source; empty where it is not known.
    pub source: Arc<str>,
    /// The version that it asks for.
    pub version: StaticText,
}

/// The shape of something that can be repeated.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// One.
    Single,
    /// `count`: a tuple.
    Count,
    /// `for_each`: an object.
    Each,
    /// Not known.
    Unknown(Reasons),
}

#[derive(Debug)]
struct LazyMap<K, V>(RefCell<FxHashMap<K, Option<V>>>);

impl<K: Hash + Eq + Clone, V: Clone> LazyMap<K, V> {
    fn new() -> Self {
        LazyMap(RefCell::default())
    }

    /// The value for a key, computed on first use; `None` while it is being computed: a cycle.
    fn get(&self, of: &Instance, key: &K, compute: impl FnOnce() -> V) -> Option<V> {
        if let Some(state) = self.0.borrow().get(key) {
            return state.clone();
        }
        self.0.borrow_mut().insert(key.clone(), None);
        let uncertain = of.uncertain.is_some();
        let value = of.world.within(uncertain, || stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, compute));
        self.0.borrow_mut().insert(key.clone(), Some(value.clone()));
        Some(value)
    }
}

fn cycle(span: Span, what: String) -> Box<EvalError> {
    let mut error = EvalError::new(span, format!("{what} depends on itself"));
    error.cycle = true;
    error.help("break the cycle: one of the values on it must not use the next")
}

impl Instance {
    /// A module instance that nothing of is evaluated yet.
    pub fn new(
        world: Rc<World>,
        config: Arc<ModuleConfig>,
        dir: PathBuf,
        address: Arc<str>,
        call: Option<CallSite>,
        uncertain: Option<Reasons>,
        scope_id: ScopeId,
    ) -> Rc<Instance> {
        Rc::new(Instance {
            world,
            config,
            dir,
            address,
            call,
            uncertain,
            scope_id,
            variables: LazyMap::new(),
            locals: LazyMap::new(),
            outputs: LazyMap::new(),
            resources: LazyMap::new(),
            calls: LazyMap::new(),
            providers: LazyMap::new(),
            names: OnceCell::new(),
        })
    }

    /// The scope of its own expressions.
    pub fn scope(self: &Rc<Self>) -> Scope {
        let names = self.names.get().into_iter().flatten();
        names.fold(Scope::of(self.clone()), |scope, (name, value)| scope.with(name.clone(), value.clone()))
    }

    /// The calling instance; `None` for the root.
    pub fn parent(&self) -> Option<Rc<Instance>> {
        self.call.as_ref().and_then(|c| c.parent.upgrade())
    }

    /// The call's block in the calling module, and the scope that its arguments are evaluated in.
    pub fn call_block(&self) -> Option<(Rc<Instance>, Scope, &CallSite)> {
        let site = self.call.as_ref()?;
        let parent = site.parent.upgrade()?;
        let scope = site.repetition.bind(&parent.scope());
        Some((parent, scope, site))
    }

    /// An address of something in this module.
    pub fn address_of(&self, local: &str) -> String {
        if self.address.is_empty() { local.to_string() } else { [&*self.address, ".", local].concat() }
    }

    /// `path.module`: the folder relative to the root's, as Terraform gives it.
    pub fn path_from_root(&self) -> String {
        if self.call.is_none() {
            return ".".into();
        }
        match self.dir.strip_prefix(&self.world.root_dir) {
            Ok(below) => below.to_string_lossy().into_owned(),
            Err(_) => crate::eval::module_source::relative(&self.world.root_dir, &self.dir),
        }
    }

    /// Evaluates an expression of this instance; an error is reported and gives an unknown value.
    pub fn attempt(&self, scope: &Scope, expr: &Expr) -> Value {
        eval(scope, expr).unwrap_or_else(|e| {
            self.world.report_error(&e);
            e.poison()
        })
    }

    /// `var.name`.
    pub fn variable(self: &Rc<Self>, name: &Arc<str>, span: Span) -> EvalResult<Value> {
        let Some(config) = self.config.variables.get(name) else {
            if let Some(open) = self.open() {
                return Ok(open);
            }
            return Err(self.config.undeclared_variable(name, span));
        };
        self.variables
            .get(self, name, || variable::value(self, name, config))
            .ok_or_else(|| cycle(span, format!("var.{name}")))
    }

    /// `local.name`.
    pub fn local(self: &Rc<Self>, name: &Arc<str>, span: Span) -> EvalResult<Value> {
        let Some(attribute) = self.config.locals.get(name) else {
            if let Some(open) = self.open() {
                return Ok(open);
            }
            return Err(self.config.undeclared_local(name, span));
        };
        self.locals
            .get(self, name, || self.attempt(&self.scope(), &attribute.expr))
            .ok_or_else(|| cycle(span, format!("local.{name}")))
    }

    /// A resource's value: one object, a tuple of objects (`count`) or an object of objects (`for_each`).
    pub fn resource(self: &Rc<Self>, id: &ResourceAddr, span: Span) -> EvalResult<Value> {
        match (self.config.resources.contains_key(id), self.open()) {
            (false, Some(open)) => Ok(open),
            _ => self.resource_state(id, span).map(|state| state.value()),
        }
    }

    /// A resource's instances.
    pub fn resource_state(self: &Rc<Self>, id: &ResourceAddr, span: Span) -> EvalResult<Rc<ResourceState>> {
        let Some(block) = self.config.resources.get(id) else {
            return Err(self.config.undeclared_resource(id, span));
        };
        self.resources
            .get(self, id, || Rc::new(resource::build(self, id, block)))
            .ok_or_else(|| cycle(span, id.address()))
    }

    /// A module call's instances; `span` is all of `module.name`.
    pub fn call_state(self: &Rc<Self>, name: &Arc<str>, span: Span) -> EvalResult<Rc<CallState>> {
        let Some(block) = self.config.calls.get(name) else {
            return Err(self.config.undeclared_call(name, span));
        };
        self.calls
            .get(self, name, || Rc::new(self.expand_call(name, block)))
            .ok_or_else(|| cycle(span, format!("module.{name}")))
    }

    fn expand_call(self: &Rc<Self>, name: &Arc<str>, block: &Block) -> CallState {
        let local = format!("module.{name}");
        let expansion = Expansion::of(&self.scope(), block, &local);
        let (source, version) = (StaticText::of(self, block, "source"), StaticText::of(self, block, "version"));
        let found = match (&expansion.over, &source) {
            (Some(reasons), _) => Err(reasons.clone()),
            (None, StaticText::Unknown(reasons)) => {
                self.world.undecided.borrow_mut().push((self.address_of(&local), reasons.clone()));
                Err(reasons.clone())
            }
            (None, _) => {
                let source = source.text().map_or("", |text| &**text);
                crate::eval::module_source::resolve(self, name, block, ModuleRequest { source, version: &version })
            }
        };
        let (shape, repetitions) = (expansion.shape(), expansion.repetitions);
        let source = source.text().cloned().unwrap_or_default();
        let mut state = CallState { shape, instances: Vec::new(), repetitions, missing: None, source, version };
        let absent = match &found {
            Ok((config, _)) => config.facts.is_some(),
            Err(reasons) => reasons.has(|kind| matches!(kind, ReasonKind::MissingModule(..))),
        };
        if absent && self.config.facts.is_none() {
            let version = state.version.text().map(|text| text.to_string());
            self.world.missing.borrow_mut().push(MissingModule {
                address: self.address_of(&local),
                source: state.source.to_string(),
                version,
                open: found.is_err() && !state.repetitions.is_empty(),
            });
        }
        match found {
            Ok((config, dir)) => {
                for repetition in &state.repetitions {
                    let address = self.address_of(&repetition.key.added_to(&local));
                    let uncertain = merge_reasons(self.uncertain.as_ref(), repetition.uncertain.as_ref());
                    let site =
                        CallSite { parent: Rc::downgrade(self), name: name.clone(), repetition: repetition.clone() };
                    let address: Arc<str> = address.into();
                    let outer = (name.clone(), repetition.bind(&self.scope()).id());
                    let scope_id =
                        self.world.scopes.borrow_mut().add_module(config.clone(), address.clone(), Some(outer));
                    let instance = Instance::new(
                        self.world.clone(),
                        config.clone(),
                        dir.clone(),
                        address,
                        Some(site),
                        uncertain,
                        scope_id,
                    );
                    state.instances.push((repetition.key.clone(), instance));
                }
            }
            Err(reasons) => state.missing = Some(reasons),
        }
        state
    }

    /// The value of what a file may declare that is not read.
    fn open(&self) -> Option<Value> {
        self.config.open().map(|reasons| Value::unknown(Type::Any, reasons))
    }

    /// A call that a file may have that is not read.
    fn open_call(&self, name: &Arc<str>) -> Option<Value> {
        if self.config.calls.contains_key(name) { None } else { self.open() }
    }

    /// `module.name` as a whole.
    pub fn module(self: &Rc<Self>, name: &Arc<str>, span: Span) -> EvalResult<Value> {
        if let Some(open) = self.open_call(name) {
            return Ok(open);
        }
        let state = self.call_state(name, span)?;
        state.collect(|instance| {
            let outputs = instance.config.outputs.keys();
            let values =
                outputs.map(|o| Ok((o.clone(), instance.output_value(o, span)?))).collect::<EvalResult<_>>()?;
            Ok(match facts::reasons(instance) {
                Some(reasons) => Value::open_object(values, reasons),
                None => Value::object(values),
            })
        })
    }

    /// One output of all instances of a call, in the call's shape.
    pub fn outputs_of_all(
        self: &Rc<Self>,
        name: &Arc<str>,
        output: &Arc<str>,
        span: Span,
        output_span: Span,
    ) -> EvalResult<Value> {
        if let Some(open) = self.open_call(name) {
            return Ok(open);
        }
        let state = self.call_state(name, span)?;
        if state.shape == Shape::Each {
            // A splat over an object takes the object as its one element.
            let whole = self.module(name, span)?;
            return get_attr(&whole, output)
                .map(|v| Value::tuple(vec![v]))
                .map_err(|e| EvalError::new(output_span, e.to_string()));
        }
        let value = state.collect(|instance| instance.output_value(output, output_span))?;
        Ok(if state.shape == Shape::Single { Value::tuple(vec![value]) } else { value })
    }

    /// `module.name.output`, `module.name[key].output`.
    pub fn output(
        self: &Rc<Self>,
        name: &Arc<str>,
        key: Option<(&Value, Span)>,
        output: &Arc<str>,
        span: Span,
        output_span: Span,
    ) -> EvalResult<Value> {
        if let Some(open) = self.open_call(name) {
            return Ok(open);
        }
        let state = self.call_state(name, span)?;
        if let Some(reasons) = &state.missing {
            return Ok(Value::unknown(Type::Any, reasons.clone()));
        }
        match (key, &state.shape) {
            (None, Shape::Single) => match state.instances.first() {
                Some((_, instance)) => instance.output_value(output, output_span),
                None => Err(EvalError::new(output_span, format!("module.{name} is not enabled, so it is null"))
                    .help(format!("write try(module.{name}.{output}, …) for a value in its place"))),
            },
            // An object of instances, by their keys.
            (None, Shape::Each) => {
                let whole = self.module(name, span)?;
                get_attr(&whole, output).map_err(|e| EvalError::new(output_span, e.to_string()))
            }
            (None, Shape::Unknown(reasons)) => Ok(Value::unknown(Type::Any, reasons.clone())),
            (None, _) => Err(EvalError::new(output_span, format!("module.{name} is a collection of instances"))
                .help(format!("name the instance: module.{name}[…].{output}"))),
            (Some((key, key_span)), _) => match state.instance(key) {
                Some(instance) => Ok(instance.output_value(output, output_span)?.mark(key.marks)),
                None => {
                    // The general way, for unknown keys and for the error of a wrong one.
                    let one =
                        index(&self.module(name, span)?, key).map_err(|e| EvalError::new(key_span, e.to_string()))?;
                    get_attr(&one, output).map_err(|e| EvalError::new(output_span, e.to_string()))
                }
            },
        }
    }

    /// An output of this instance.
    pub fn output_value(self: &Rc<Self>, name: &Arc<str>, span: Span) -> EvalResult<Value> {
        let Some(block) = self.config.outputs.get(name) else {
            if let Some(reasons) = facts::reasons(self).or_else(|| self.config.open()) {
                return Ok(Value::unknown(Type::Any, reasons));
            }
            let near = self.config.outputs.keys().map(|k| &**k);
            return Err(EvalError::undeclared(span, "output", name, near).evaluated());
        };
        let compute = || {
            let scope = self.scope();
            let value = match block.body.attribute("value") {
                Some(attribute) => self.typed(self.attempt(&scope, &attribute.expr), block, attribute.expr.span),
                None => poison(&format!("output `{name}` has no value"), Some(block.header)),
            };
            let mut marks = Marks::NONE;
            if crate::module::is_set(&block.body, "sensitive") {
                block.body.attribute("value").into_iter().for_each(|a| crate::eval::hide::source(&scope, &a.expr));
                marks = marks.union(if self.call.is_some() { Marks::OUTPUT } else { Marks::SENSITIVE });
            }
            if crate::module::is_set(&block.body, "ephemeral") {
                marks = marks.union(Marks::EPHEMERAL);
            }
            value.mark(marks)
        };
        self.outputs.get(self, name, compute).ok_or_else(|| cycle(span, self.address_of(&format!("output.{name}"))))
    }

    /// An output's value, converted to the type that the output declares.
    fn typed(&self, value: Value, output: &Block, span: Span) -> Value {
        let Some(ty) = output.body.attribute("type") else { return value };
        let converted = read_type(&ty.expr).and_then(|constraint| {
            constraint.conform(&value).map_err(|e| {
                let shown = shown_or(std::slice::from_ref(&value), || format!(": {e}"), String::new());
                EvalError::new(span, format!("the value of the output `{}` is not of its type{shown}", output.label(0)))
            })
        });
        converted.unwrap_or_else(|e| {
            self.world.report_error(&e);
            e.poison()
        })
    }

    /// A provider configuration as a resource of this instance sees it.
    pub fn provider(self: &Rc<Self>, key: &ProviderKey) -> Arc<ProviderInfo> {
        self.providers
            .get(self, key, || crate::eval::provider::configure(self, key))
            .unwrap_or_else(|| crate::eval::provider::empty(key))
    }
}

impl CallState {
    fn instance(&self, key: &Value) -> Option<&Rc<Instance>> {
        let wanted = match (&self.shape, key) {
            (Shape::Count, key) => InstanceKey::Index(u64::try_from(key.as_number()?.to_i64()?).ok()?),
            (Shape::Each, key) => InstanceKey::Name(key.as_str()?.into()),
            _ => return None,
        };
        self.instances.iter().find(|(k, _)| k.is(&wanted)).map(|(_, instance)| instance)
    }

    /// One value for each instance, in the call's shape.
    fn collect(&self, each: impl Fn(&Rc<Instance>) -> EvalResult<Value>) -> EvalResult<Value> {
        if let Some(reasons) = &self.missing {
            return Ok(Value::unknown(Type::Any, reasons.clone()));
        }
        collect(&self.shape, self.instances.iter().map(|(key, instance)| Ok((key.clone(), each(instance)?))))
    }
}

/// Puts the values of repeated things into the shape that references see.
pub fn collect(shape: &Shape, values: impl Iterator<Item = EvalResult<(InstanceKey, Value)>>) -> EvalResult<Value> {
    let values: Vec<(InstanceKey, Value)> = values.collect::<EvalResult<_>>()?;
    Ok(match shape {
        // OpenTofu's `enabled = false`.
        Shape::Single => values.into_iter().next().map_or_else(Value::null, |(_, v)| v),
        Shape::Count => Value::tuple(values.into_iter().map(|(_, v)| v).collect()),
        Shape::Each => {
            let hidden = values.iter().any(|(key, _)| matches!(key, InstanceKey::Hidden(_)));
            let entry = |(key, value): (InstanceKey, Value)| Some((key.name()?.clone(), value));
            let marks = if hidden { Marks::PRIVATE } else { Marks::NONE };
            Value::object(values.into_iter().filter_map(entry).collect::<BTreeMap<_, _>>()).mark(marks)
        }
        Shape::Unknown(reasons) => Value::unknown(Type::Any, reasons.clone()),
    })
}

/// The union of two optional sets of reasons.
pub fn merge_reasons(a: Option<&Reasons>, b: Option<&Reasons>) -> Option<Reasons> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.union(b)),
        (a, b) => a.or(b).cloned(),
    }
}

/// The reason that a module is not on disk.
pub fn missing_module(address: &str, source: &str, span: Span) -> Reasons {
    Reasons::one(ReasonKind::MissingModule(Arc::from(address), Arc::from(source)), Some(span))
}

impl Callable for Rc<Instance> {
    fn config(&self) -> &ModuleConfig {
        &self.config
    }

    fn callee(&self, call: &Arc<str>, at: Span) -> Option<Self> {
        let state = self.call_state(call, at).ok()?;
        state.instances.first().map(|(_, child)| child.clone())
    }
}
