//! Reads a resource or one of its nested blocks: evaluated values beside what the configuration writes.

use super::fact::{Fact, Interval};
use super::text::Text;
use crate::base::source::Span;
use crate::cty::value::{Data, Marks, OpenText, ReasonKind, Reasons, Value};
use crate::plan::{ConfigAttribute, ConfigBody, ResolvedReference, Resource};
use crate::resolve::provenance::Step;

/// A resource, or a nested block of it.
#[derive(Clone, Debug)]
pub struct View<'p> {
    /// The resource.
    pub resource: &'p Resource,
    /// The block's path in it, such as `node_pool.node_config`; "" for the resource itself.
    pub path: String,
    /// Why it is not certain that the block is there; it may then be there several times.
    pub uncertain: Option<Reasons>,
    /// The block's header; the resource's, where the block itself has no place.
    pub header: Option<Span>,
    /// All of the block; `None` where it is not written as one.
    pub span: Option<Span>,
    /// The marks of all that the block is in: its arguments have them too.
    marks: Marks,
    values: Option<&'p Value>,
    config: Option<&'p ConfigBody>,
}

/// Where something stands, and the way by which its value came there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttributePlace {
    /// The expression; the header of the block that lacks the attribute, where it is not written.
    pub span: Option<Span>,
    /// The attribute's path in its resource.
    pub attribute: String,
    /// Whether the attribute is written.
    pub written: bool,
    /// The places that the value came through.
    pub trace: Vec<Step>,
}

/// A command that Terraform runs when it makes a resource.
#[derive(Clone, Debug)]
pub struct RunCommand {
    /// Where it stands.
    pub place: AttributePlace,
    /// What is known of it.
    pub text: String,
    /// The resources that it refers to.
    pub references: Vec<ResolvedReference>,
}

impl<'p> View<'p> {
    /// A whole resource.
    pub fn of(resource: &'p Resource) -> View<'p> {
        View {
            resource,
            path: String::new(),
            uncertain: resource.uncertain.clone(),
            header: resource.header,
            span: resource.span,
            marks: resource.values.marks,
            values: Some(&resource.values),
            config: Some(&resource.config),
        }
    }

    /// The argument as it is written.
    pub fn written(&self, name: &str) -> Option<&'p ConfigAttribute> {
        self.config?.attribute(name)
    }

    /// The resources that an argument's expression refers to; none where it is not written.
    pub fn references(&self, name: &str) -> Vec<ResolvedReference> {
        self.written(name).map(ConfigAttribute::references).unwrap_or_default()
    }

    /// The commands that Terraform runs here when it makes the resource.
    pub fn commands(&self) -> Vec<RunCommand> {
        let provisioners = self.resource.provisioners.iter().filter(|provisioner| &*provisioner.kind == "local-exec");
        let command = |provisioner: &'p crate::plan::ConfigBlock| {
            let at_end = provisioner.body.attribute("when").is_some_and(|when| when.value.as_str() == Some("destroy"));
            let command = provisioner.body.attribute("command").filter(|_| !at_end)?;
            let span = command.span.or(provisioner.header);
            let place = AttributePlace { span, attribute: "command".into(), written: true, trace: command.trace() };
            let text = OpenText::of(&command.value).map(|open| open.text).unwrap_or_default();
            Some(RunCommand { place, text, references: command.references() })
        };
        provisioners.filter_map(command).collect()
    }

    /// An argument's value; `None` where it is absent: not written, null, or left to the provider.
    pub fn get(&self, name: &str) -> Option<&'p Value> {
        let converted = self.values.and_then(|v| v.get(name));
        let written = self.written(name);
        let value = converted.or(written.map(|w| &w.value))?;
        let given = written.is_some_and(|w| !blank(&w.value));
        let left_out = value.is_null() || (!given && self.is_own(value));
        (!left_out).then_some(value)
    }

    /// A value that only the resource itself computes.
    fn is_own(&self, value: &Value) -> bool {
        let own =
            |kind: &ReasonKind| matches!(kind, ReasonKind::Computed(address, _) if *address == self.resource.address);
        value.reasons().is_some_and(|reasons| reasons.all(own))
    }

    /// An argument's value with the marks of all that it is in.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.get(name).map(|value| value.clone().mark(self.marks))
    }

    /// The places of the arguments, here and in nested blocks, whose values as written are so.
    pub fn arguments_with(&self, wanted: impl Fn(&Value) -> bool) -> Vec<AttributePlace> {
        let mut found = Vec::new();
        self.config.into_iter().for_each(|body| search(body, &wanted, &mut found));
        let place = |attribute: &ConfigAttribute| AttributePlace {
            span: attribute.span.or(self.header),
            attribute: attribute.name.to_string(),
            written: true,
            trace: Vec::new(),
        };
        found.into_iter().map(place).collect()
    }

    /// A string argument.
    pub fn text(&self, name: &str) -> Option<Fact<Text>> {
        self.get(name).map(|value| text_within(value, self.marks))
    }

    /// A boolean argument; `default` where it is absent.
    pub fn flag(&self, name: &str, default: bool) -> Fact<bool> {
        let Some(value) = self.get(name) else { return Fact::Known(default) };
        possibilities(value, |v| match &v.data {
            Data::Bool(b) => Some(*b),
            Data::String(s) => Some(&**s == "true"),
            Data::Null(_) => Some(default),
            _ => None,
        })
    }

    /// A count; `default` where it is absent.
    pub fn number(&self, name: &str, default: u64) -> Interval {
        let number = self.get(name).map_or_else(|| Interval::exact(default), Interval::of_value);
        number.hide(self.marks.is_hidden())
    }

    /// The elements of a list or set of strings; `None` where it is absent.
    pub fn texts(&self, name: &str) -> Option<Fact<Vec<Fact<Text>>>> {
        let value = self.get(name)?;
        let marks = self.marks.union(value.marks);
        let text = |value: &Value| text_within(value, marks);
        Some(match (value.elements(), value.reasons()) {
            (Some(elements), _) => Fact::Known(elements.iter().filter(|e| !e.is_null()).map(text).collect()),
            (None, reasons) => Fact::Unknown(reasons.cloned().unwrap_or_default()),
        })
    }

    /// The number of elements of a collection; `None` where it is absent.
    pub fn length(&self, name: &str) -> Option<Interval> {
        let value = self.get(name)?;
        let hidden = value.marks.union(self.marks).is_hidden();
        if let Some(elements) = value.elements() {
            return Some(Interval::exact(elements.len() as u64).hide(hidden));
        }
        let Data::Unknown(unknown) = &value.data else { return None };
        // As it is written, before it is made a set: a list of places has each of them once.
        let written = self.written(name).map(|w| &w.value.data);
        let unknown = match written {
            Some(Data::Unknown(list)) if list.refinement.min_len == list.refinement.max_len => list,
            _ => unknown,
        };
        let min = unknown.refinement.min_len.unwrap_or(0) as u64;
        let max = unknown.refinement.max_len.map(|n| n as u64);
        Some(Interval { min, max, reasons: unknown.reasons.clone(), hidden })
    }

    /// The nested blocks of a type, in order.
    pub fn blocks(&self, kind: &str) -> Vec<View<'p>> {
        let config: Vec<_> =
            self.config.map(|c| c.blocks.iter().filter(|b| &*b.kind == kind).collect()).unwrap_or_default();
        let value = self.get(kind);
        if value.is_none() && config.is_empty() {
            return Vec::new();
        }
        let path = join(&self.path, kind);
        let marks = value.map_or(self.marks, |value| value.marks.union(self.marks));
        let elements = match value.map(|v| &v.data) {
            Some(Data::List(_, v) | Data::Set(_, v) | Data::Tuple(v)) => v.as_slice(),
            Some(Data::Object(_) | Data::Map(..)) => value.map(std::slice::from_ref).unwrap_or_default(),
            _ => &[],
        };
        if elements.is_empty() {
            let lone = |block: &&'p crate::plan::ConfigBlock| View {
                resource: self.resource,
                path: path.clone(),
                uncertain: block.uncertain.clone(),
                header: block.header.or(self.header),
                span: block.span,
                marks,
                values: None,
                config: Some(&block.body),
            };
            let mut views: Vec<_> = config.iter().map(lone).collect();
            if let (true, Some(reasons)) = (views.is_empty(), value.and_then(Value::reasons)) {
                views.push(self.opaque(path, reasons));
            }
            return views;
        }
        let paired = config.len() == elements.len();
        let one = |(i, values): (usize, &'p Value)| {
            let block = if paired { config.get(i) } else { None };
            View {
                resource: self.resource,
                path: path.clone(),
                uncertain: values.reasons().cloned(),
                header: block.and_then(|b| b.header).or(self.header),
                span: block.and_then(|b| b.span),
                marks: marks.union(values.marks),
                values: Some(values),
                config: block.map(|b| &b.body),
            }
        };
        elements.iter().enumerate().map(one).collect()
    }

    /// Whether only is known that there may be such blocks: not how many, nor anything of them.
    pub fn is_opaque(&self) -> bool {
        self.values.is_none() && self.config.is_none()
    }

    /// A block of which only is known that it may be there.
    fn opaque(&self, path: String, reasons: &Reasons) -> View<'p> {
        View {
            resource: self.resource,
            path,
            uncertain: Some(reasons.clone()),
            header: self.header,
            span: None,
            marks: self.marks,
            values: None,
            config: None,
        }
    }

    /// The first nested block of a type.
    pub fn block(&self, kind: &str) -> Option<View<'p>> {
        self.blocks(kind).into_iter().next()
    }

    /// Where an argument stands, or the block that lacks it.
    pub fn place(&self, name: &str) -> AttributePlace {
        let attribute = join(&self.path, name);
        match self.written(name) {
            Some(written) => {
                AttributePlace { span: written.span.or(self.header), attribute, written: true, trace: written.trace() }
            }
            None => {
                AttributePlace { span: self.header, attribute, written: self.get(name).is_some(), trace: Vec::new() }
            }
        }
    }

    /// The block's own header.
    pub fn own_place(&self) -> AttributePlace {
        AttributePlace { span: self.header, attribute: self.path.clone(), written: true, trace: Vec::new() }
    }
}

/// Null, empty text or an empty collection, which the provider takes for absent where it can compute the attribute.
fn blank(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("") || value.elements().is_some_and(|e| e.is_empty())
}

fn search<'c>(body: &'c ConfigBody, wanted: &impl Fn(&Value) -> bool, found: &mut Vec<&'c ConfigAttribute>) {
    found.extend(body.attributes.iter().filter(|a| wanted(&a.value)));
    body.blocks.iter().for_each(|b| search(&b.body, wanted, found));
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { [path, ".", name].concat() }
}

/// A string, as far as it is known.
pub fn text_of(value: &Value) -> Fact<Text> {
    text_within(value, Marks::NONE)
}

/// A string in something that has these marks.
fn text_within(value: &Value, marks: Marks) -> Fact<Text> {
    let around = marks.union(value.marks);
    possibilities(value, |v| {
        let hidden = v.marks.union(around).is_hidden();
        match &v.data {
            Data::String(s) => Some(Text::new(s.clone(), hidden)),
            Data::Null(_) => Some(Text::from("")),
            Data::Number(n) => Some(Text::new(n.to_string(), hidden)),
            _ => None,
        }
    })
}

fn possibilities<T>(value: &Value, read: impl Fn(&Value) -> Option<T>) -> Fact<T> {
    let Data::Unknown(unknown) = &value.data else {
        return read(value).map_or_else(|| Fact::Unknown(Reasons::default()), Fact::Known);
    };
    match unknown.refinement.one_of.as_ref().and_then(|all| all.iter().map(&read).collect::<Option<Vec<T>>>()) {
        Some(all) if !all.is_empty() => Fact::OneOf(all, unknown.reasons.clone()),
        _ => Fact::Unknown(unknown.reasons.clone()),
    }
}
