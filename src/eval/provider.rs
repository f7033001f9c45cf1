//! Provider configurations, and what the google provider knows at plan time.

use crate::address::ResourceAddr;
use crate::catalog::data_sources;
use crate::catalog::provider_defaults::{self, Fill};
use crate::catalog::schema::{self, Nesting};
use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Type, Value, convert};
use crate::eval::body;
use crate::eval::instance::Instance;
use crate::eval::rewrite;
use crate::eval::scope::{Named, Scope};
use crate::module::{alias_of, is_configuration};
use crate::plan::{Mode, ProviderInfo};
use crate::syntax::ast::{Block, Expr, ExprKind, ObjectItem, ObjectKey};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Environment variables that the google provider reads, first one set wins (provider's `provider.go`, MultiEnvSearch).
const ENVIRONMENT: [(&str, &[&str]); 3] = [
    ("project", &["GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"]),
    ("region", &["GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"]),
    ("zone", &["GOOGLE_ZONE", "GCLOUD_ZONE", "CLOUDSDK_COMPUTE_ZONE"]),
];

/// The provider's local name that a resource type implies: the text before the first underscore.
pub fn implied(type_name: &str) -> Arc<str> {
    type_name.split('_').next().unwrap_or(type_name).into()
}

/// A provider reference as it is written.
#[derive(Clone, Debug)]
pub struct ProviderReference<'e> {
    /// The local name.
    pub name: Arc<str>,
    /// The alias.
    pub alias: Option<Arc<str>>,
    /// OpenTofu: which instance of a provider with `for_each`.
    pub key: Option<&'e Expr>,
}

/// Reads a provider reference: `google`, `google.alias`, `google.alias["key"]`, also in quotes.
pub fn reference(expr: &Expr) -> Option<ProviderReference<'_>> {
    let plain = |name: &str, alias: Option<Arc<str>>| Some(ProviderReference { name: name.into(), alias, key: None });
    match &expr.kind {
        ExprKind::Variable(name) => plain(name, None),
        ExprKind::GetAttr(object, alias) => match &object.kind {
            ExprKind::Variable(name) => plain(name, Some(alias.name.clone())),
            _ => None,
        },
        ExprKind::Index(object, key) => Some(ProviderReference { key: Some(key), ..reference(object)? }),
        ExprKind::Paren(object) | ExprKind::Wrap(object) => reference(object),
        ExprKind::String(text) => match text.split_once('.') {
            Some((name, alias)) => plain(name, Some(Arc::from(alias))),
            None => plain(text, None),
        },
        _ => None,
    }
}

/// A provider's local name, alias, and instance key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderKey {
    /// The local name.
    pub name: Arc<str>,
    /// The alias.
    pub alias: Option<Arc<str>>,
    /// The instance of a provider with `for_each`; `None` also where it is not known.
    pub key: Option<Arc<str>>,
}

impl ProviderKey {
    /// A provider's default configuration.
    pub fn named(name: &Arc<str>) -> ProviderKey {
        ProviderKey { name: name.clone(), alias: None, key: None }
    }

    /// What a resource names by its `provider` argument, or by its type; without an instance key.
    pub fn written(id: &ResourceAddr, block: &Block) -> ProviderKey {
        match block.body.attribute("provider").and_then(|a| reference(&a.expr)) {
            Some(written) => ProviderKey { name: written.name, alias: written.alias, key: None },
            None => ProviderKey::named(&implied(&id.type_name)),
        }
    }

    /// What a reference names, its key evaluated in a scope.
    pub fn of(scope: &Scope, reference: &ProviderReference) -> ProviderKey {
        let key = reference.key.map(|key| scope.instance.attempt(scope, key));
        let key = key.and_then(|key| convert(&key, &Type::String).ok()?.as_str().map(Arc::from));
        ProviderKey { name: reference.name.clone(), alias: reference.alias.clone(), key }
    }
}

/// A provider configuration with nothing in it.
pub fn empty(key: &ProviderKey) -> Arc<ProviderInfo> {
    Arc::new(ProviderInfo { name: key.name.clone(), alias: key.alias.clone(), values: Value::object(BTreeMap::new()) })
}

/// The configuration of a provider as a module instance sees it: its own block, else what the call passes, else the
/// caller's of the same name.
pub fn configure(instance: &Rc<Instance>, key: &ProviderKey) -> Arc<ProviderInfo> {
    if let Some(block) = own_block(instance, key) {
        return evaluated(instance, key, Some(block));
    }
    match (instance.parent(), passed(instance, key)) {
        (Some(parent), Some(given)) => parent.provider(&given),
        (Some(parent), None) if key.alias.is_none() => parent.provider(&ProviderKey::named(&key.name)),
        _ => evaluated(instance, key, None),
    }
}

fn own_block<'i>(instance: &'i Instance, key: &ProviderKey) -> Option<&'i Block> {
    let is_own = |p: &&Block| p.label(0) == &*key.name && alias_of(p) == key.alias.as_deref();
    let block = instance.config.providers.iter().find(is_own)?;
    // An empty block in a module below the root only declares that a configuration is passed in.
    let proxy = instance.call.is_some() && !is_configuration(block);
    (!proxy).then_some(block)
}

/// What the call's `providers` argument passes under this name.
fn passed(instance: &Instance, key: &ProviderKey) -> Option<ProviderKey> {
    let (parent, scope, site) = instance.call_block()?;
    let block = parent.config.calls.get(&site.name)?;
    let ExprKind::Object(items) = &block.body.attribute("providers")?.expr.kind else { return None };
    let matches = |item: &&ObjectItem| match &item.key {
        ObjectKey::Name(name) => name.name == key.name && key.alias.is_none(),
        ObjectKey::Expr(expr) => reference(expr).is_some_and(|r| r.name == key.name && r.alias == key.alias),
    };
    items.iter().find(matches).and_then(|item| reference(&item.value)).map(|r| ProviderKey::of(&scope, &r))
}

/// `each` in a provider with `for_each`: that of the instance, or unknown where it is not known which.
fn each(instance: &Rc<Instance>, key: &ProviderKey, block: &Block) -> Scope {
    let scope = instance.scope();
    let Some(for_each) = block.body.attribute("for_each") else { return scope };
    let collection = instance.attempt(&scope, &for_each.expr);
    let found = key.key.as_ref().and_then(|key| {
        let items = collection.iterate()?;
        let text = |v: &Value| v.as_str().map(str::to_string);
        items.into_iter().find(|(k, v)| text(k).or(text(v)).as_deref() == Some(&**key)).map(|(_, value)| value)
    });
    let unknown = || {
        let what = format!("which instance of provider.{} is used", key.name);
        Value::unknown(Type::Any, Reasons::one(ReasonKind::Unsupported(what.into()), Some(for_each.expr.span)))
    };
    let name = key.key.as_ref().map_or_else(unknown, |key| Value::string(&**key));
    let value = found.unwrap_or_else(unknown);
    scope.with("each".into(), Named::Each(name, value))
}

fn evaluated(instance: &Rc<Instance>, key: &ProviderKey, block: Option<&Block>) -> Arc<ProviderInfo> {
    let google = matches!(&*key.name, "google" | "google-beta");
    let schema = google.then(schema::provider);
    let mut values = match block {
        Some(block) => {
            body::evaluate(&each(instance, key, block), &block.body, schema, &["alias", "version", "for_each"]).values
        }
        None => BTreeMap::new(),
    };
    if google {
        let environment = &instance.world.evaluator.options.environment;
        for (attribute, names) in ENVIRONMENT {
            let written = values.get(attribute).is_some_and(|v| !v.is_null() && v.as_str() != Some(""));
            let set = names.iter().find_map(|n| environment.get(*n).filter(|v| !v.is_empty()));
            if let (false, Some(text)) = (written, set) {
                values.insert(attribute.into(), Value::string(text).mark(Marks::PRIVATE));
            }
        }
    }
    Arc::new(ProviderInfo { name: key.name.clone(), alias: key.alias.clone(), values: Value::object(values) })
}

impl ProviderInfo {
    /// `project`, `region` or `zone`: known, or unknown because neither the provider block nor the environment gives it.
    pub fn default_of(&self, attribute: &str) -> Value {
        match self.values.get(attribute) {
            Some(value) if !value.is_null() => value.clone(),
            _ => {
                let kind = ReasonKind::Provider(self.name.clone(), Arc::from(attribute));
                Value::unknown(Type::String, Reasons::one(kind, None))
            }
        }
    }
}

/// What is known at plan time of a resource beside what the configuration writes.
pub struct KnownResource<'k> {
    /// Mode, type and name.
    pub id: &'k ResourceAddr,
    /// The instance's address.
    pub address: &'k Arc<str>,
    /// The provider configuration that it uses.
    pub provider: &'k ProviderInfo,
    /// A data source that Terraform reads only during apply, since it refers to resources that do not exist yet.
    pub deferred: bool,
}

impl KnownResource<'_> {
    /// Adds what the provider computes at plan time: identities, and project, region and zone from its configuration.
    pub fn complete(&self, values: &mut BTreeMap<Arc<str>, Value>) {
        if self.id.mode == Mode::Managed {
            for line in provider_defaults::defaults(&self.id.type_name) {
                let attribute = match line.fill {
                    Fill::ProviderProject => "project",
                    Fill::ProviderRegion => "region",
                    Fill::ProviderZone => "zone",
                    _ => continue,
                };
                if unset(values, line.path) {
                    values.insert(line.path.into(), self.provider.default_of(attribute));
                }
            }
        }
        crate::eval::identity::complete(self, values);
    }

    /// The whole object that references see: what is not written is the provider's default where that is a fact, null or
    /// empty where the provider leaves it alone, and else unknown until apply.
    pub fn seen(&self, values: &BTreeMap<Arc<str>, Value>, schema: Option<&'static schema::BlockSchema>) -> Value {
        if &*self.id.type_name == "terraform_data" {
            return Value::object(values.clone());
        }
        // Another version of the provider, or google-beta, may have attributes that this schema has not.
        let seen = match schema {
            Some(schema) => {
                let mut whole = self.whole(values, schema);
                for nested in &schema.blocks {
                    if let Some(value) = whole.get_mut(nested.name) {
                        *value = self.open(value);
                    }
                }
                return Value::whole_object_of(whole, self.reasons(""));
            }
            None => {
                // The provider may compute what is written as null.
                let one = |name: &Arc<str>, value: &Value| match value.is_null() && values.contains_key(name) {
                    true => self.unknown(name, Type::Any),
                    false => self.open(value),
                };
                let whole = self.with_defaults(values);
                let mut seen: BTreeMap<_, _> = whole.iter().map(|(n, value)| (n.clone(), one(n, value))).collect();
                for name in crate::eval::secrets::attributes(&self.id.type_name) {
                    let value = seen.remove(*name).unwrap_or_else(|| self.unknown(name, Type::Any));
                    seen.insert((*name).into(), value.mark(Marks::SENSITIVE));
                }
                seen
            }
        };
        Value::open_object(seen, self.reasons(""))
    }

    /// The arguments of a type whose schema values do not follow, with what real plans show beside them.
    pub fn with_defaults(&self, values: &BTreeMap<Arc<str>, Value>) -> BTreeMap<Arc<str>, Value> {
        let mut all = values.clone();
        if self.id.mode == Mode::Managed {
            let lines: Vec<_> = provider_defaults::defaults(&self.id.type_name).map(|l| (l.path, l.fill)).collect();
            self.put("", &mut all, &lines);
        }
        all
    }

    /// Puts lines into a block; paths are relative to it.
    fn put(&self, path: &str, values: &mut BTreeMap<Arc<str>, Value>, lines: &[(&str, Fill)]) {
        let name = |line: &(&str, Fill)| provider_defaults::split(line.0).0.len();
        for group in lines.chunk_by(|a, b| a.0[..name(a)] == b.0[..name(b)]) {
            let Some(first) = group.first().map(|line| &line.0[..name(line)]) else { continue };
            let full = join(path, first);
            let below: Vec<_> =
                group.iter().filter_map(|(path, fill)| Some((provider_defaults::split(path).1?, *fill))).collect();
            match values.get(first).map(|written| (&written.data, written.marks)) {
                Some((Data::Tuple(blocks), marks)) if !below.is_empty() => {
                    let filled = blocks.iter().map(|block| match block.entries() {
                        Some(entries) => {
                            let mut entries = entries.clone();
                            self.put(&full, &mut entries, &below);
                            Value::object(entries).mark(block.marks)
                        }
                        None => block.clone(),
                    });
                    let filled = Value::tuple(filled.collect()).mark(marks);
                    values.insert(first.into(), filled);
                }
                Some((data, _)) if !matches!(data, Data::Null(_)) => {}
                _ => {
                    let own = group.iter().find(|(path, _)| *path == first).map(|(_, fill)| *fill);
                    let value = match own {
                        Some(Fill::Constant(text)) => constant(text, &Type::Any),
                        Some(Fill::Null) => Value::null(),
                        Some(Fill::Unknown) => self.unknown(&full, Type::Any),
                        _ => continue,
                    };
                    values.insert(first.into(), value);
                }
            }
        }
    }

    /// All attributes and blocks of the schema.
    pub fn whole(
        &self,
        values: &BTreeMap<Arc<str>, Value>,
        schema: &'static schema::BlockSchema,
    ) -> BTreeMap<Arc<str>, Value> {
        let lines = match self.id.mode {
            Mode::Managed => provider_defaults::defaults(&self.id.type_name).map(|l| (l.path, l.fill)).collect(),
            _ => BTreeMap::new(),
        };
        let mut whole = values.clone();
        self.fill("", &mut whole, schema, &lines);
        if self.id.mode == Mode::Managed {
            rewrite::apply_to_defaults(&self.id.type_name, &mut whole);
        }
        for attribute in schema.attributes.iter().filter(|a| a.sensitive) {
            if let Some(value) = whole.get_mut(attribute.name) {
                value.marks = value.marks.union(Marks::SENSITIVE);
            }
        }
        whole
    }

    /// Nested blocks: what neither the configuration writes nor the schema has cannot be told.
    fn open(&self, value: &Value) -> Value {
        match &value.data {
            Data::Tuple(items) if items.iter().all(|i| matches!(i.data, Data::Object(_))) && !items.is_empty() => {
                Value::tuple(items.iter().map(|item| self.open(item)).collect()).mark(value.marks)
            }
            Data::Object(entries) => {
                let inner = entries.iter().map(|(k, v)| (k.clone(), self.open_below(v))).collect();
                Value::whole_object_of(inner, self.reasons("")).mark(value.marks)
            }
            _ => value.clone(),
        }
    }

    fn open_below(&self, value: &Value) -> Value {
        match &value.data {
            Data::Tuple(_) => self.open(value),
            _ => value.clone(),
        }
    }

    fn reasons(&self, attribute: &str) -> Reasons {
        let kind = match self.id.mode {
            Mode::Data => ReasonKind::DataSource(self.address.clone()),
            _ => ReasonKind::Computed(self.address.clone(), Arc::from(attribute)),
        };
        Reasons::one(kind, None)
    }

    /// A value that only `apply` (or the cloud) knows.
    pub fn unknown(&self, attribute: &str, ty: Type) -> Value {
        Value::unknown(ty, self.reasons(attribute))
    }

    /// A data source whose values stay as they are written.
    fn asks_nobody(&self) -> bool {
        self.id.mode == Mode::Data && data_sources::asks_nobody(&self.id.type_name)
    }

    /// The provider asks the cloud during the plan, and may then set arguments that nobody wrote.
    fn is_read(&self) -> bool {
        self.id.mode == Mode::Data && !self.deferred && !self.asks_nobody()
    }

    /// What an attribute is that is not written.
    fn unwritten(&self, full: &str, attribute: &schema::AttributeSchema, line: Option<&Fill>) -> Value {
        match line {
            Some(Fill::Constant(text)) => constant(text, &attribute.ty),
            Some(Fill::Null) => Value::null_of(attribute.ty.clone()),
            Some(Fill::ProviderDeletionPolicy(text)) => match self.provider.values.get("deletion_policy") {
                Some(own) if !own.is_null() => own.clone(),
                _ => Value::string(text),
            },
            None if !attribute.computed && !self.is_read() => Value::null_of(attribute.ty.clone()),
            _ => self.unknown(full, attribute.ty.clone()),
        }
        .mark(if attribute.sensitive { Marks::SENSITIVE } else { Marks::NONE })
    }

    /// One attribute as [`KnownResource::seen`] would have it, without making the whole object; `None` for blocks, and for what
    /// the schema does not have.
    pub fn attribute(
        &self,
        values: &BTreeMap<Arc<str>, Value>,
        schema: &'static schema::BlockSchema,
        name: &str,
    ) -> Option<Value> {
        let attribute = schema.attribute(name)?;
        if let Some(written) = values.get(name).filter(|v| !v.is_null()) {
            let plain = !matches!(written.data, Data::Tuple(_) | Data::Object(_));
            let marks = if attribute.sensitive { Marks::SENSITIVE } else { Marks::NONE };
            return plain.then(|| written.clone().mark(marks));
        }
        let line = match self.id.mode {
            Mode::Managed => provider_defaults::defaults(&self.id.type_name).find(|l| l.path == name).map(|l| l.fill),
            _ => None,
        };
        Some(self.unwritten(name, attribute, line.as_ref()))
    }

    fn fill(
        &self,
        path: &str,
        values: &mut BTreeMap<Arc<str>, Value>,
        schema: &schema::BlockSchema,
        lines: &FillByPath,
    ) {
        for attribute in &schema.attributes {
            if !absent(values, attribute.name) {
                continue;
            }
            let full = join(path, attribute.name);
            let value = self.unwritten(&full, attribute, lines.get(full.as_str()));
            values.insert(attribute.name.into(), value);
        }
        for nested in &schema.blocks {
            let full = join(path, nested.name);
            let value = match (values.get(nested.name), lines.get(full.as_str())) {
                (Some(written), _) => self.fill_nested(&full, written, &nested.block, lines),
                (None, Some(Fill::Unknown)) => self.unknown(&full, Type::Any),
                (None, Some(Fill::Constant(text))) => constant(text, &Type::Any),
                (None, _) if self.id.mode == Mode::Data && !self.asks_nobody() => self.unknown(&full, Type::Any),
                (None, _) if matches!(nested.nesting, Nesting::Single | Nesting::Group) => Value::null(),
                (None, _) => Value::tuple(Vec::new()),
            };
            values.insert(nested.name.into(), value);
        }
    }

    fn fill_nested(&self, path: &str, value: &Value, schema: &schema::BlockSchema, lines: &FillByPath) -> Value {
        if let Some(entries) = value.entries() {
            let mut entries = entries.clone();
            self.fill(path, &mut entries, schema, lines);
            return Value::object(entries).mark(value.marks);
        }
        match &value.data {
            Data::Tuple(items) => {
                Value::tuple(items.iter().map(|item| self.fill_nested(path, item, schema, lines)).collect())
                    .mark(value.marks)
            }
            _ => value.clone(),
        }
    }
}

/// A resource type's lines by path.
type FillByPath = BTreeMap<&'static str, Fill>;

fn constant(json: &str, ty: &Type) -> Value {
    let value = crate::cty::value::json::decode(json).unwrap_or_else(|_| Value::null());
    crate::cty::value::convert(&value, ty).unwrap_or(value)
}

/// A path with one more name.
pub fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

/// Whether an argument is not written, or written as null.
pub fn absent(values: &BTreeMap<Arc<str>, Value>, name: &str) -> bool {
    values.get(name).is_none_or(Value::is_null)
}

/// Whether an argument is not written, null or empty text: the provider's own default then stands in for it.
pub fn unset(values: &BTreeMap<Arc<str>, Value>, name: &str) -> bool {
    absent(values, name) || values.get(name).and_then(Value::as_str) == Some("")
}
