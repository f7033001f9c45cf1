//! Resource instances: expansion, arguments, and the value that references see.

use crate::address::{ResourceAddr, Subject};
use crate::catalog::schema::{self, KnownProvider, TypeKind};
use crate::cty::value::{Marks, Value};
use crate::eval::applied;
use crate::eval::arguments::kind_of;
use crate::eval::body;
use crate::eval::conditions;
use crate::eval::data_source;
use crate::eval::expand::{Expansion, Repetition};
use crate::eval::facts;
use crate::eval::instance::{Instance, Shape, merge_reasons};
use crate::eval::provider;
use crate::eval::rewrite;
use crate::eval::scope::Scope;
use crate::eval::secrets;
use crate::plan::{ConfigAttribute, ConfigBlock, ConfigBody, InstanceKey, Mode, ProviderInfo, Resource};
use crate::syntax::ast::{Block, Body, ExprKind};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// What Terraform itself reads in a resource block; the provider never sees it.
pub const META: [&str; 8] =
    ["count", "for_each", "provider", "depends_on", "lifecycle", "provisioner", "connection", "timeouts"];

/// A resource with all its instances.
#[derive(Debug)]
pub struct ResourceState {
    /// The instances, in the order of their keys.
    pub instances: Vec<Resource>,
    shape: Shape,
    value: OnceCell<Value>,
}

impl ResourceState {
    /// What a reference to the whole resource gives. Made when it is first asked for: most resources are never referred to.
    pub fn value(&self) -> Value {
        let make = || {
            let values = self.instances.iter().map(|r| Ok((r.key.clone(), r.filled())));
            crate::eval::instance::collect(&self.shape, values).unwrap_or_else(|e| e.poison())
        };
        self.value.get_or_init(make).clone()
    }

    /// The keys of the instances; `None` where it is not repeated.
    pub fn keys(&self) -> Option<Box<[InstanceKey]>> {
        (self.shape != Shape::Single).then(|| self.instances.iter().map(|r| r.key.clone()).collect())
    }

    /// The instance of a resource that is not repeated.
    pub fn single(&self) -> Option<&Resource> {
        (self.shape == Shape::Single).then(|| self.instances.first()).flatten()
    }
}

impl Resource {
    /// The object that references see: what is not written is the provider's default where that is a fact, null or
    /// empty where the provider leaves it alone, and else unknown until apply.
    pub fn filled(&self) -> Value {
        self.with_known(|known, values| known.seen(values, schema_of(known.id))).mark(own_marks(self.mode))
    }

    /// One attribute of the object that references see, without the rest; `None` where only the whole can tell.
    pub fn attribute(&self, name: &str) -> Option<Value> {
        let id = ResourceAddr { mode: self.mode, type_name: self.type_name.clone(), name: self.name.clone() };
        let schema = schema_of(&id)?;
        let known = provider::KnownResource {
            id: &id,
            address: &self.address,
            provider: &self.provider,
            deferred: self.deferred,
        };
        known.attribute(self.values.entries()?, schema, name)
    }

    /// The same as a plain object, as a plan shows it; of a provider whose schema is not known, what is written.
    pub fn planned(&self) -> Value {
        self.with_known(|known, values| match schema_of(known.id) {
            Some(schema) => Value::object(known.whole(values, schema)),
            None => Value::object(known.with_defaults(values)).mark(self.values.marks),
        })
    }

    fn with_known(&self, make: impl FnOnce(&provider::KnownResource, &BTreeMap<Arc<str>, Value>) -> Value) -> Value {
        let id = ResourceAddr { mode: self.mode, type_name: self.type_name.clone(), name: self.name.clone() };
        let known = provider::KnownResource {
            id: &id,
            address: &self.address,
            provider: &self.provider,
            deferred: self.deferred,
        };
        self.values.entries().map_or_else(|| self.values.clone(), |values| make(&known, values))
    }
}

/// The schema of a resource or data source, where its type is known.
pub fn schema_of(id: &ResourceAddr) -> Option<&'static schema::BlockSchema> {
    match id.mode {
        Mode::Managed => schema::resource(&id.type_name),
        Mode::Data => schema::data_source(&id.type_name),
        Mode::Ephemeral => None,
    }
}

/// The schema by which a block is read: google-beta's own has more than google's, by which the rest is filled in.
fn written_schema(id: &ResourceAddr, block: &Block) -> Option<&'static schema::BlockSchema> {
    if &*provider::ProviderKey::written(id, block).name != "google-beta" {
        return schema_of(id);
    }
    KnownProvider::find("google-beta")?.block(kind_of(id.mode), &id.type_name)
}

/// The schema of the kubernetes provider, which plans what is empty as google's does; a manifest stays as it is.
fn kubernetes_schema(type_name: &str) -> Option<&'static schema::BlockSchema> {
    let typed = type_name.starts_with("kubernetes_") && type_name != "kubernetes_manifest";
    KnownProvider::find("kubernetes").filter(|_| typed)?.block(TypeKind::Resource, type_name)
}

/// Evaluates a resource.
pub fn build(instance: &Rc<Instance>, id: &ResourceAddr, block: &Block) -> ResourceState {
    let scope = instance.scope();
    let address = id.address();
    let expansion = Expansion::of(&scope, block, &address);
    let shape = expansion.shape();
    let schema = written_schema(id, block);
    let deferred = id.mode == Mode::Data && refers_to_managed(instance, block);
    let builder = ResourceBuilder { instance, id, block, address, schema, deferred };
    let one = |repetition: &Repetition| {
        let uncertain = instance.uncertain.is_some() || repetition.uncertain.is_some();
        instance.world.within(uncertain, || builder.one(&scope, repetition))
    };
    let instances = expansion.repetitions.iter().map(one).collect();
    ResourceState { instances, shape, value: OnceCell::new() }
}

struct ResourceBuilder<'b> {
    instance: &'b Rc<Instance>,
    id: &'b ResourceAddr,
    block: &'b Block,
    /// Within its module, without an instance key.
    address: String,
    schema: Option<&'static schema::BlockSchema>,
    deferred: bool,
}

/// Whether a data source refers directly to a managed resource, or depends on a resource or module: Terraform then
/// reads it only when that exists, during apply.
fn refers_to_managed(instance: &Rc<Instance>, block: &Block) -> bool {
    let mut found = block
        .body
        .attribute("depends_on")
        .is_some_and(|a| !matches!(&a.expr.kind, ExprKind::Tuple(items) if items.is_empty()));
    crate::syntax::visit::body(&block.body, &mut |expr| {
        if let Some(Subject::Resource(address)) = Subject::of(expr, |_| false) {
            found |= address.mode == Mode::Managed && instance.config.resources.contains_key(&address);
        }
    });
    found
}

/// Everything of an ephemeral resource is ephemeral.
fn own_marks(mode: Mode) -> Marks {
    if mode == Mode::Ephemeral { Marks::EPHEMERAL } else { Marks::NONE }
}

impl ResourceBuilder<'_> {
    fn one(&self, scope: &Scope, repetition: &Repetition) -> Resource {
        let instance = self.instance;
        let scope = repetition.bind(scope);
        let provider = instance.provider_of(&scope, self.id, self.block);
        let address: Arc<str> = instance.address_of(&repetition.key.added_to(&self.address)).into();
        let body = &self.block.body;
        // `timeouts` is a block that some schemas have and references hardly ever read: it is the provider's own.
        let skip: &[&str] = if body.blocks("timeouts").next().is_some() { &META[..7] } else { &META };
        let mut evaluated = body::evaluate(&scope, body, self.schema, skip);
        secrets::apply(&scope, &self.id.type_name, body, &mut evaluated);
        let mut values = evaluated.values;
        let known =
            provider::KnownResource { id: self.id, address: &address, provider: &provider, deferred: self.deferred };
        known.complete(&mut values);
        if self.id.mode == Mode::Data && !self.deferred {
            data_source::complete(&scope, &known, self.block.header, &mut values);
        }
        if self.id.mode == Mode::Managed {
            rewrite::apply(&self.id.type_name, &mut values);
            if let Some(schema) = self.schema.or_else(|| kubernetes_schema(&self.id.type_name)) {
                rewrite::drop_empty(&mut values, schema, &|path, ty| known.unknown(path, ty));
            }
        }
        if let (Some(reasons), Some(schema)) = (facts::reasons(instance), self.schema)
            && self.id.type_name.starts_with("google_container_")
        {
            facts::fill_unsaid(&mut values, schema, &reasons);
        }
        let conditions = |scope: &Scope, kind| {
            body.blocks("lifecycle").for_each(|l| conditions::check(instance, scope, &l.body, kind));
        };
        conditions(&scope, "precondition");
        let mut resource = Resource {
            module: instance.address.clone(),
            mode: self.id.mode,
            type_name: self.id.type_name.clone(),
            name: self.id.name.clone(),
            key: repetition.key.clone(),
            values: Value::object(values).mark(own_marks(self.id.mode)),
            config: Arc::new(evaluated.config),
            provisioners: Vec::new(),
            provider: provider.clone(),
            deferred: self.deferred,
            header: Some(self.block.header),
            span: Some(self.block.span),
            uncertain: merge_reasons(instance.uncertain.as_ref(), repetition.uncertain.as_ref()),
            address,
        };
        if instance.config.facts.is_some() {
            facts::relocate(instance, &mut resource);
        }
        if body.blocks("lifecycle").any(|l| l.body.blocks("postcondition").next().is_some()) {
            conditions(&scope.with("self".into(), resource.filled()), "postcondition");
        }
        if body.blocks("provisioner").next().is_some() {
            resource.provisioners = self.provisioners(&scope, &resource.filled());
        }
        resource.provisioners.extend(applied::of_resource(&scope, &self.id.type_name, &resource.config));
        resource
    }

    fn provisioners(&self, scope: &Scope, own: &Value) -> Vec<ConfigBlock> {
        let mut scope = scope.with("self".into(), own.clone());
        if self.block.body.attribute("count").is_none() && self.block.body.attribute("for_each").is_none() {
            // Its own address too, which is no cycle here.
            scope = scope.with(self.address.as_str().into(), own.clone());
        }
        let one = |block: &Block| {
            let evaluated = body::evaluate(&scope, &block.body, None, &["connection", "when", "on_failure"]);
            ConfigBlock {
                kind: block.label(0).into(),
                header: Some(block.header),
                span: None,
                body: applied::with_files(&scope, block.label(0), with_keywords(evaluated.config, &block.body)),
                uncertain: None,
            }
        };
        self.block.body.blocks("provisioner").map(one).collect()
    }
}

/// `when = destroy` and `on_failure = continue` are keywords, not references.
const KEYWORDS: [&str; 2] = ["when", "on_failure"];

fn with_keywords(mut config: ConfigBody, body: &Body) -> ConfigBody {
    for name in KEYWORDS {
        if let Some(attribute) = body.attribute(name)
            && let ExprKind::Variable(word) | ExprKind::String(word) = &attribute.expr.kind
        {
            config.attributes.push(ConfigAttribute {
                name: name.into(),
                value: Value::string(word),
                span: Some(attribute.expr.span),
                origin: None,
                refers: Vec::new(),
            });
        }
    }
    config
}

impl Instance {
    /// The provider configuration that a resource uses: its `provider` argument, else the one that its type names. The
    /// scope is the resource's, or one instance's.
    pub fn provider_of(self: &Rc<Self>, scope: &Scope, id: &ResourceAddr, block: &Block) -> Arc<ProviderInfo> {
        let keyed = block.body.attribute("provider").and_then(|a| provider::reference(&a.expr));
        self.provider(&match keyed.filter(|r| r.key.is_some()) {
            Some(reference) => provider::ProviderKey::of(scope, &reference),
            None => provider::ProviderKey::written(id, block),
        })
    }
}
