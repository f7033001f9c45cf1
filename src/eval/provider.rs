//! Provider configurations, and what the google provider knows at plan time.

use crate::catalog::provider_defaults::{self, Fill};
use crate::catalog::schema::{self, Nesting};
use crate::eval::body;
use crate::eval::config::ResourceId;
use crate::eval::instance::Instance;
use crate::eval::plan::{Mode, ProviderInfo};
use crate::eval::value::{Data, ReasonKind, Reasons, Type, Value};
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

/// Reads a provider reference: `google`, `google.alias`, also in quotes.
pub fn reference(expr: &Expr) -> Option<(Arc<str>, Option<Arc<str>>)> {
    match &expr.kind {
        ExprKind::Variable(name) => Some((name.clone(), None)),
        ExprKind::GetAttr(object, alias) => match &object.kind {
            ExprKind::Variable(name) => Some((name.clone(), Some(alias.name.clone()))),
            _ => None,
        },
        ExprKind::Index(object, _) | ExprKind::Paren(object) | ExprKind::Wrap(object) => reference(object),
        ExprKind::String(text) => {
            let (name, alias) = match text.split_once('.') {
                Some((name, alias)) => (name, Some(Arc::from(alias))),
                None => (&**text, None),
            };
            Some((name.into(), alias))
        }
        _ => None,
    }
}

/// A provider configuration with nothing in it.
pub fn empty(name: &Arc<str>, alias: Option<&Arc<str>>) -> Arc<ProviderInfo> {
    Arc::new(ProviderInfo { name: name.clone(), alias: alias.cloned(), values: Value::object(BTreeMap::new()) })
}

/// The configuration of a provider as a module instance sees it: its own block, else what the call passes, else the
/// caller's of the same name.
pub fn configure(instance: &Rc<Instance>, name: &Arc<str>, alias: Option<&Arc<str>>) -> Arc<ProviderInfo> {
    if let Some(block) = own_block(instance, name, alias) {
        return evaluated(instance, name, alias, Some(block));
    }
    match (instance.parent(), passed(instance, name, alias)) {
        (Some(parent), Some((name, alias))) => parent.provider(&name, alias.as_ref()),
        (Some(parent), None) if alias.is_none() => parent.provider(name, None),
        _ => evaluated(instance, name, alias, None),
    }
}

fn own_block<'i>(instance: &'i Instance, name: &str, alias: Option<&Arc<str>>) -> Option<&'i Block> {
    let block = instance.config.providers.iter().find(|p| {
        let own = p.body.attribute("alias").and_then(|a| a.expr.as_str());
        p.label(0) == name && own == alias.map(|a| &**a)
    })?;
    // An empty block in a module below the root only declares that a configuration is passed in.
    let proxy = instance.call.is_some()
        && block.body.blocks.is_empty()
        && block.body.attributes.iter().all(|a| matches!(&*a.name.name, "alias" | "version"));
    (!proxy).then_some(block)
}

/// What the call's `providers` argument passes under this name.
fn passed(instance: &Instance, name: &str, alias: Option<&Arc<str>>) -> Option<(Arc<str>, Option<Arc<str>>)> {
    let (parent, _, site) = instance.call_block()?;
    let block = parent.config.calls.get(&site.name)?;
    let ExprKind::Object(items) = &block.body.attribute("providers")?.expr.kind else { return None };
    let matches = |item: &&ObjectItem| {
        let key = match &item.key {
            ObjectKey::Name(key) => Some((key.name.clone(), None)),
            ObjectKey::Expr(key) => reference(key),
        };
        key.is_some_and(|(n, a)| &*n == name && a.as_ref() == alias)
    };
    items.iter().find(matches).and_then(|item| reference(&item.value))
}

fn evaluated(
    instance: &Rc<Instance>,
    name: &Arc<str>,
    alias: Option<&Arc<str>>,
    block: Option<&Block>,
) -> Arc<ProviderInfo> {
    let google = matches!(&**name, "google" | "google-beta");
    let schema = google.then(schema::provider);
    let mut values = match block {
        Some(block) => body::evaluate(&instance.scope(), &block.body, schema, &["alias", "version", "for_each"]).values,
        None => BTreeMap::new(),
    };
    if google {
        let environment = &instance.world.evaluator.options.environment;
        for (attribute, names) in ENVIRONMENT {
            let written = values.get(attribute).is_some_and(|v| !v.is_null() && v.as_str() != Some(""));
            let set = names.iter().find_map(|n| environment.get(*n).filter(|v| !v.is_empty()));
            if let (false, Some(text)) = (written, set) {
                values.insert(attribute.into(), Value::string(text));
            }
        }
    }
    Arc::new(ProviderInfo { name: name.clone(), alias: alias.cloned(), values: Value::object(values) })
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
pub struct Known<'k> {
    /// Mode, type and name.
    pub id: &'k ResourceId,
    /// The instance's address.
    pub address: &'k Arc<str>,
    /// The provider configuration that it uses.
    pub provider: &'k ProviderInfo,
    /// A data source that Terraform reads only during apply, since it refers to resources that do not exist yet.
    pub deferred: bool,
}

impl Known<'_> {
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
    pub fn seen(&self, values: &BTreeMap<Arc<str>, Value>, schema: Option<&'static schema::Block>) -> Value {
        if &*self.id.type_name == "terraform_data" {
            return Value::object(values.clone());
        }
        let seen = match schema {
            Some(schema) => {
                let mut whole = self.whole(values, schema);
                for nested in &schema.blocks {
                    if let Some(value) = whole.get_mut(nested.name) {
                        *value = self.open(value);
                    }
                }
                whole
            }
            None => values.iter().map(|(name, value)| (name.clone(), self.open(value))).collect(),
        };
        // Another version of the provider, or google-beta, may have attributes that this schema has not.
        Value::open_object(seen, self.reasons("…"))
    }

    /// All attributes and blocks of the schema.
    pub fn whole(
        &self,
        values: &BTreeMap<Arc<str>, Value>,
        schema: &'static schema::Block,
    ) -> BTreeMap<Arc<str>, Value> {
        let lines = match self.id.mode {
            Mode::Managed => provider_defaults::defaults(&self.id.type_name).map(|l| (l.path, l.fill)).collect(),
            _ => BTreeMap::new(),
        };
        let mut whole = values.clone();
        self.fill("", &mut whole, schema, &lines);
        whole
    }

    /// Nested blocks: what neither the configuration writes nor the schema has cannot be told.
    fn open(&self, value: &Value) -> Value {
        match &value.data {
            Data::Tuple(items) if items.iter().all(|i| matches!(i.data, Data::Object(_))) && !items.is_empty() => {
                Value::tuple(items.iter().map(|item| self.open(item)).collect())
            }
            Data::Object(entries) => {
                let inner = entries.iter().map(|(k, v)| (k.clone(), self.open_below(v))).collect();
                Value::open_object(inner, self.reasons("…")).mark(value.marks)
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

    fn fill(&self, path: &str, values: &mut BTreeMap<Arc<str>, Value>, schema: &schema::Block, lines: &Lines) {
        for attribute in &schema.attributes {
            if !absent(values, attribute.name) {
                continue;
            }
            let full = join(path, attribute.name);
            let value = match lines.get(full.as_str()) {
                Some(Fill::Constant(text)) => constant(text, &attribute.ty),
                Some(Fill::Null) => Value::null_of(attribute.ty.clone()),
                Some(Fill::ProviderDeletionPolicy(text)) => match self.provider.values.get("deletion_policy") {
                    Some(own) if !own.is_null() => own.clone(),
                    _ => Value::string(text),
                },
                None if !attribute.computed => Value::null_of(attribute.ty.clone()),
                _ => self.unknown(&full, attribute.ty.clone()),
            };
            values.insert(attribute.name.into(), value);
        }
        for nested in &schema.blocks {
            let full = join(path, nested.name);
            let value = match (values.get(nested.name), lines.get(full.as_str())) {
                (Some(written), _) => self.fill_nested(&full, written, &nested.block, lines),
                (None, Some(Fill::Unknown)) => self.unknown(&full, Type::Any),
                (None, Some(Fill::Constant(text))) => constant(text, &Type::Any),
                (None, _) if self.id.mode == Mode::Data => self.unknown(&full, Type::Any),
                (None, _) if matches!(nested.nesting, Nesting::Single | Nesting::Group) => Value::null(),
                (None, _) => Value::tuple(Vec::new()),
            };
            values.insert(nested.name.into(), value);
        }
    }

    fn fill_nested(&self, path: &str, value: &Value, schema: &schema::Block, lines: &Lines) -> Value {
        if let Some(entries) = value.entries() {
            let mut entries = entries.clone();
            self.fill(path, &mut entries, schema, lines);
            return Value::object(entries);
        }
        match &value.data {
            Data::Tuple(items) => {
                Value::tuple(items.iter().map(|item| self.fill_nested(path, item, schema, lines)).collect())
            }
            _ => value.clone(),
        }
    }
}

/// A resource type's lines by path.
type Lines = BTreeMap<&'static str, Fill>;

fn constant(json: &str, ty: &Type) -> Value {
    let value = crate::eval::value::json::decode(json).unwrap_or_else(|_| Value::null());
    crate::eval::value::convert(&value, ty).unwrap_or(value)
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}

/// Whether an argument is not written, or written as null.
pub fn absent(values: &BTreeMap<Arc<str>, Value>, name: &str) -> bool {
    values.get(name).is_none_or(Value::is_null)
}

/// Whether an argument is not written, null or empty text: the provider's own default then stands in for it.
fn unset(values: &BTreeMap<Arc<str>, Value>, name: &str) -> bool {
    absent(values, name) || values.get(name).and_then(Value::as_str) == Some("")
}
