//! The values of a resource, and what its configuration writes: from `after`, `after_unknown`, `after_sensitive` and the
//! resource's `expressions`, side by side.

use super::references::{FoundReferences, PlanConfiguration, Site};
use crate::catalog::provider_defaults::{Fill, default_at};
use crate::catalog::schema::{self, Nesting};
use crate::cty::value::{Data, Marks, ReasonKind, Reasons, Type, Value, json};
use crate::eval::secrets;
use crate::plan::{ConfigAttribute, ConfigBlock, ConfigBody, Mode, ResolvedReference};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What would tell more than a plan does.
const NO_SOURCE: &str = "the configuration (--source DIR)";

/// The resource that values belong to.
#[derive(Clone, Copy)]
pub struct Owner<'a> {
    /// The plan's configuration.
    pub configuration: &'a PlanConfiguration<'a>,
    /// Where its expressions stand.
    pub site: Site<'a>,
    /// Its address.
    pub address: &'a str,
    /// Its type.
    pub type_name: &'a str,
    /// Managed or data.
    pub mode: Mode,
    /// Its schema, where the provider is google.
    pub schema: Option<&'static schema::BlockSchema>,
}

/// The same place in each of a resource's trees.
#[derive(Clone, Copy)]
pub struct Trees<'j> {
    /// `after`, or `values`.
    pub known: &'j Json,
    /// `after_unknown`.
    pub unknown: &'j Json,
    /// `after_sensitive` or `sensitive_values`, and `before_sensitive`: a value that was sensitive may be the same still.
    pub sensitive: [&'j Json; 2],
}

impl<'j> Trees<'j> {
    fn member(&self, name: &str) -> Trees<'j> {
        // What is sensitive as a whole is so in every part.
        let sensitive = self.sensitive.map(|tree| if *tree == Json::Bool(true) { tree } else { &tree[name] });
        Trees { known: &self.known[name], unknown: &self.unknown[name], sensitive }
    }

    fn element(&self, at: usize) -> Trees<'j> {
        let of = |tree: &'j Json| match tree.as_array() {
            // Elements of sets move: where the numbers differ, which of them is sensitive cannot be told.
            Some(all) if all.len() == self.len() => &tree[at],
            Some(all) if all.iter().any(has_true) => &TRUE,
            _ if *tree == Json::Bool(true) => tree,
            _ => &Json::Null,
        };
        Trees { known: &self.known[at], unknown: &self.unknown[at], sensitive: self.sensitive.map(of) }
    }

    fn names(&self) -> BTreeSet<&'j str> {
        let all = [self.known, self.unknown].into_iter().filter_map(Json::as_object).flat_map(Map::keys);
        all.map(String::as_str).collect()
    }

    fn len(&self) -> usize {
        [self.known, self.unknown].into_iter().filter_map(Json::as_array).map(Vec::len).max().unwrap_or(0)
    }

    fn is_list(&self) -> bool {
        self.known.is_array() || self.unknown.is_array()
    }

    fn is_object(&self) -> bool {
        self.known.is_object() || self.unknown.is_object()
    }
}

/// What a document says of the expressions of a body.
#[derive(Clone, Copy)]
pub enum Expressions<'j> {
    /// The body's own.
    Own(&'j Map<String, Json>),
    /// The body has none: a `dynamic` block, whose expressions a plan does not keep.
    Lost,
    /// The document has none at all: a state.
    None,
}

impl<'a> Owner<'a> {
    /// The resource's values, and what its configuration writes.
    pub fn read(&self, trees: Trees<'a>, expressions: Expressions) -> (Value, ConfigBody) {
        self.body(trees, expressions, self.schema, "")
    }

    fn body(
        &self,
        trees: Trees<'a>,
        expressions: Expressions,
        schema: Option<&'static schema::BlockSchema>,
        path: &str,
    ) -> (Value, ConfigBody) {
        let mut values = BTreeMap::new();
        let mut config = ConfigBody::default();
        for name in trees.names() {
            let inner = trees.member(name);
            let full = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
            let written = match expressions {
                Expressions::Own(all) => all.get(name),
                _ => None,
            };
            let nested = schema.and_then(|s| s.block(name));
            let value = match written {
                Some(blocks) if blocks.is_array() || nested.is_some() => {
                    let (value, blocks) = self.blocks(inner, Some(blocks), expressions, nested, (name, &full));
                    config.blocks.extend(blocks);
                    value
                }
                Some(expression) => {
                    let found = self.configuration.resolve(self.site, expression);
                    let value = self.value(inner, &|| self.because(&found, &full));
                    config.attributes.push(attribute(name, &value, &found));
                    value
                }
                None if inner.is_list() && nested.is_some() => {
                    let (value, blocks) = self.blocks(inner, None, expressions, nested, (name, &full));
                    config.blocks.extend(blocks);
                    value
                }
                None if nested.is_some() && self.is_dynamic(inner, &full) => self.value(inner, &lost),
                None => {
                    let value = self.value(inner, &|| self.unwritten(expressions, &full));
                    if matches!(expressions, Expressions::Lost) && !value.is_known() {
                        config.attributes.push(attribute(name, &value, &FoundReferences::default()));
                    }
                    value
                }
            };
            if self.is_sensitive(schema, path, name) {
                mark(name, &mut values, &mut config, value.mark_leaves(Marks::SENSITIVE));
            } else if let Some(marked) = secrets::secret_in(&value) {
                mark(name, &mut values, &mut config, marked);
            } else {
                values.insert(Arc::from(name), value);
            }
        }
        (Value::object(values).mark(marks(trees)), config)
    }

    /// Whether an argument is sensitive whatever the document says.
    fn is_sensitive(&self, schema: Option<&schema::BlockSchema>, path: &str, name: &str) -> bool {
        let top = if path.is_empty() { self.type_name } else { "" };
        secrets::is_sensitive(top, schema, name)
    }

    /// Nested blocks of one type, with what they write.
    fn blocks(
        &self,
        trees: Trees<'a>,
        written: Option<&Json>,
        around: Expressions,
        nested: Option<&'static schema::NestedBlock>,
        (name, path): (&str, &str),
    ) -> (Value, Vec<ConfigBlock>) {
        let single = written.filter(|w| w.is_object()).map(std::slice::from_ref);
        let written = written.and_then(Json::as_array).map(Vec::as_slice).or(single);
        let is_set = nested.is_some_and(|n| n.nesting == Nesting::Set);
        let merged = written.filter(|all| is_set && all.len() > 1).map(merge);
        let schema = nested.map(|n| &n.block);
        let one = |trees: Trees<'a>, at: usize, of: usize| {
            let own = match (written, &merged) {
                (_, Some(merged)) => Some(merged),
                // Beside `dynamic` blocks of the same type, which block a written one is cannot be told.
                (Some(all), None) if all.len() == of => all.get(at).and_then(Json::as_object),
                _ => None,
            };
            let expressions = match (own, around) {
                (_, Expressions::None) => Expressions::None,
                (Some(own), _) => Expressions::Own(own),
                (None, _) => Expressions::Lost,
            };
            let (value, body) = self.body(trees, expressions, schema, path);
            (value, ConfigBlock { kind: name.into(), header: None, span: None, body, uncertain: None })
        };
        if trees.is_list() {
            let len = trees.len();
            let all = (0..len).map(|at| one(trees.element(at), at, len));
            let (values, blocks): (Vec<_>, Vec<_>) = all.unzip();
            return (Value::tuple(values).mark(marks(trees)), blocks);
        }
        if trees.is_object() {
            let (value, block) = one(trees, 0, 1);
            return (value, vec![block]);
        }
        // Null, or not known as a whole.
        (self.value(trees, &|| self.unwritten(around, path)), Vec::new())
    }

    /// A value without blocks in it.
    fn value(&self, trees: Trees, reasons: &dyn Fn() -> Reasons) -> Value {
        let value = if *trees.unknown == Json::Bool(true) {
            Value::unknown(Type::Any, reasons())
        } else if trees.is_list() {
            Value::tuple((0..trees.len()).map(|at| self.value(trees.element(at), reasons)).collect())
        } else if trees.is_object() {
            let entry = |name: &str| (Arc::from(name), self.value(trees.member(name), reasons));
            Value::object(trees.names().into_iter().map(entry).collect())
        } else {
            // A number beyond what Terraform can hold stands in no document of Terraform's.
            json::from_json(trees.known).unwrap_or_else(|_| Value::null())
        };
        value.mark(marks(trees))
    }

    /// Why what an expression gives is not known: what it refers to that only apply knows.
    fn because(&self, found: &FoundReferences, path: &str) -> Reasons {
        let mut reasons = Reasons::default();
        for target in &found.targets {
            for known in self.configuration.known(&target.reference) {
                let kind = match (&target.attribute, known.deferred) {
                    (_, true) => ReasonKind::DataSource(known.address.into()),
                    (Some(name), _) if has_true(&known.unknown[name.as_str()]) => {
                        ReasonKind::Computed(known.address.into(), name.as_str().into())
                    }
                    (None, _) if has_true(known.unknown) => ReasonKind::Computed(known.address.into(), "".into()),
                    _ => continue,
                };
                reasons = reasons.union(&Reasons::one(kind, None));
            }
        }
        let open = found.open.iter().map(|name| Reasons::one(ReasonKind::Untold(name.as_str().into()), None));
        match reasons.is_empty() {
            true => open.reduce(|a, b| a.union(&b)).unwrap_or_else(|| self.own(path)),
            false => reasons,
        }
    }

    fn unwritten(&self, expressions: Expressions, path: &str) -> Reasons {
        match expressions {
            Expressions::Lost => lost(),
            _ => self.own(path),
        }
    }

    /// Blocks of which not even the number is known, and which the provider leaves alone where none are written: only
    /// `dynamic` ones can be so.
    fn is_dynamic(&self, trees: Trees, path: &str) -> bool {
        let left_alone = || default_at(self.type_name, path) != Some(Fill::Unknown);
        *trees.unknown == Json::Bool(true) && self.mode == Mode::Managed && left_alone()
    }

    fn own(&self, path: &str) -> Reasons {
        let kind = match self.mode {
            Mode::Managed => ReasonKind::Computed(self.address.into(), path.into()),
            _ => ReasonKind::DataSource(self.address.into()),
        };
        Reasons::one(kind, None)
    }
}

/// A value of a resource whose configuration is given: what even that does not tell is known only after apply.
pub fn with_source(value: &Value, address: &str, path: &str) -> Value {
    let inner = |name: &str, value: &Value| {
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        with_source(value, address, &path)
    };
    let each = |all: &[Value]| all.iter().map(|value| with_source(value, address, path)).collect();
    let told = match &value.data {
        Data::Unknown(unknown) if unknown.reasons == lost() => {
            let reasons = Reasons::one(ReasonKind::Computed(address.into(), path.into()), None);
            Value::unknown_refined(unknown.ty.clone(), reasons, unknown.refinement.clone())
        }
        Data::Object(all) => {
            Value::object(all.iter().map(|(name, value)| (name.clone(), inner(name, value))).collect())
        }
        Data::Tuple(all) => Value::tuple(each(all)),
        _ => return value.clone(),
    };
    told.mark(value.marks)
}

/// Whether, or how, a `dynamic` block writes something.
fn lost() -> Reasons {
    Reasons::one(ReasonKind::NotGiven(NO_SOURCE.into(), "--source".into()), None)
}

/// The arguments of a provisioner or provider: constants, and what the others refer to.
pub fn constants(configuration: &PlanConfiguration, site: Site, expressions: &Json) -> ConfigBody {
    let one = |(name, expression): (&String, &Json)| {
        let found = configuration.resolve(site, expression);
        let value = match expression.get("constant_value") {
            Some(constant) => json::from_json(constant).unwrap_or_else(|_| Value::null()),
            None => Value::unknown(Type::Any, lost()),
        };
        attribute(name, &value, &found)
    };
    let attributes = expressions.as_object().into_iter().flatten().filter(|(_, e)| e.is_object()).map(one);
    ConfigBody { attributes: attributes.collect(), blocks: Vec::new() }
}

fn attribute(name: &str, value: &Value, found: &FoundReferences) -> ConfigAttribute {
    let mut refers: Vec<ResolvedReference> = found.targets.iter().map(|t| t.reference.clone()).collect();
    refers.dedup();
    ConfigAttribute { name: name.into(), value: value.clone(), span: None, origin: None, refers }
}

fn marks(trees: Trees) -> Marks {
    let marked = trees.sensitive.iter().any(|tree| **tree == Json::Bool(true));
    if marked { Marks::SENSITIVE } else { Marks::NONE }
}

/// Everything is sensitive.
static TRUE: Json = Json::Bool(true);

/// Takes a value that is sensitive, also as what was written.
fn mark(name: &str, values: &mut BTreeMap<Arc<str>, Value>, config: &mut ConfigBody, value: Value) {
    for attribute in config.attributes.iter_mut().filter(|a| &*a.name == name) {
        attribute.value = value.clone();
    }
    values.insert(Arc::from(name), value);
}

/// Whether something in an `after_unknown` or `after_sensitive` tree is true.
pub fn has_true(tree: &Json) -> bool {
    match tree {
        Json::Bool(unknown) => *unknown,
        Json::Array(items) => items.iter().any(has_true),
        Json::Object(entries) => entries.values().any(has_true),
        _ => false,
    }
}

/// The expressions of all blocks of a set together: which block became which element cannot be told.
fn merge(blocks: &[Json]) -> Map<String, Json> {
    let mut all = Map::new();
    for (name, expression) in blocks.iter().filter_map(Json::as_object).flatten() {
        match all.get_mut(name) {
            None => {
                all.insert(name.clone(), expression.clone());
            }
            Some(Json::Array(earlier)) => {
                if let Some(more) = expression.as_array() {
                    let both = merge(&[earlier.as_slice(), more.as_slice()].concat());
                    *earlier = vec![Json::Object(both)];
                }
            }
            Some(earlier) => {
                let references =
                    [&*earlier, expression].into_iter().filter_map(|e| e["references"].as_array()).flatten();
                let references: Vec<Json> = references.cloned().collect();
                *earlier = json!({ "references": references });
            }
        }
    }
    all
}
