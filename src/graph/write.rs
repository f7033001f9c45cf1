//! What to write so that nodes are as they should be: as text for people, and as an edit.

use super::Graph;
use super::pool::Pool;
use super::view::View;
use crate::base::source::Span;
use crate::diagnostic::Edit;
use crate::plan::{InstanceKey, Resource};

/// Something to write.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advice {
    /// The argument or block, in the syntax of its file.
    pub code: String,
    /// Where, in words that follow on the code: ` in …`; "" where the finding stands there.
    pub place: String,
    /// The edit; `None` where there is no one place for it.
    pub edit: Option<Edit>,
}

impl Advice {
    /// The sentence of help. Only with a place for it does it say to write the code.
    pub fn help(&self, more: &str) -> String {
        let verb = if self.edit.is_some() { "write" } else { "use" };
        format!("{verb} `{}`{more}{}", self.code, self.place)
    }
}

impl Graph<'_> {
    /// An argument of a resource's block or of a block in it.
    pub fn advise(&self, view: &View, name: &str, value: &str) -> Advice {
        if view.is_of_stand_in() {
            return self.advise_call(view, name, value);
        }
        let code = format!("{name} = {value}");
        let edit = match view.written(name) {
            Some(_) => view.replace(name, value),
            None => view.span.and_then(|block| self.add_line(block, &code)),
        };
        Advice { code: self.in_syntax(view, &code), place: String::new(), edit }
    }

    /// An argument of the nodes' configuration of a pool, with the block that it takes where there is none.
    pub fn advise_nodes(&self, pool: &Pool, name: &str, value: &str) -> Advice {
        match &pool.config {
            Some(config) if !pool.auto() || config.path.ends_with(DEFAULTS) => self.advise(config, name, value),
            _ if pool.auto() => self.advise_block(&pool.view, DEFAULTS, name, value),
            _ => self.advise_block(&pool.view, "node_config", name, value),
        }
    }

    /// The count of a pool's nodes.
    pub fn advise_count(&self, pool: &Pool, value: &str) -> Advice {
        match pool.nodes.decided_by {
            ("", name) => self.advise(&pool.view, name, value),
            (block, name) => match pool.view.block(block) {
                Some(scaling) => self.advise(&scaling, name, value),
                None => self.advise_block(&pool.view, block, name, value),
            },
        }
    }

    /// A block with one argument.
    pub fn advise_block(&self, view: &View, block: &str, name: &str, value: &str) -> Advice {
        if view.is_of_stand_in() {
            return self.advise_call(view, name, value);
        }
        let lines = format!("{block} {{\n  {name} = {value}\n}}");
        let edit = view.span.and_then(|around| self.add_line(around, &lines));
        let code = self.in_syntax(view, &lines);
        let code = if code == lines { format!("{block} {{ {name} = {value} }}") } else { code };
        Advice { code, place: String::new(), edit }
    }

    /// An input of a module that is not on disk.
    fn advise_call(&self, view: &View, name: &str, value: &str) -> Advice {
        let module = &view.resource.module;
        let written = view.written(name);
        let Some(input) = written.and_then(|w| w.origin.as_ref()?.input()) else {
            return Advice { code: format!("{name} = {value}"), place: format!(" in {module}"), edit: None };
        };
        let edit = view.replace(name, value).or_else(|| {
            let key = input.key.as_ref()?;
            self.plan.add_line(input.object?, &format!("{key} = {value}"))
        });
        let (code, place) = match input.key {
            Some(key) => (format!("{key} = {value}"), format!(" in `{}` of {module}", input.variable)),
            None => (format!("{} = {value}", input.variable), format!(" in {module}")),
        };
        Advice { code: self.in_syntax(view, &code), place, edit }
    }

    /// A further resource after this one; after the call, for one of a module that is not on disk.
    pub fn advise_after(&self, resource: &Resource, text: &str) -> Advice {
        let code = self.plan.in_syntax_of(resource.header, text);
        Advice { code, place: String::new(), edit: self.plan.add_after(resource, text) }
    }

    fn in_syntax(&self, view: &View, code: &str) -> String {
        self.plan.in_syntax_of(view.header, code)
    }

    /// The edit that adds a line to a block; see [`crate::plan::StaticPlan::add_line`].
    pub fn add_line(&self, block: Span, line: &str) -> Option<Edit> {
        self.plan.add_line(block, line)
    }
}

/// The block for nodes that auto-provisioning makes.
pub const DEFAULTS: &str = "auto_provisioning_defaults";

impl View<'_> {
    /// The edit that writes another value for an argument that is written; `None` where only a part of what is written
    /// there is its value.
    pub fn replace(&self, name: &str, value: &str) -> Option<Edit> {
        let written = self.written(name)?;
        let span = written.span.filter(|_| !self.is_of_stand_in() || written.is_entry())?;
        Some(Edit { span, text: value.to_string() })
    }

    /// Whether the resource is of a module that is not on disk: its arguments are inputs of the call.
    pub fn is_of_stand_in(&self) -> bool {
        self.resource.span.is_none() && self.resource.header.is_some()
    }
}

/// What refers to a resource in its own module; `None` where its key may not be written.
pub fn reference(resource: &Resource) -> Option<String> {
    let key = match &resource.key {
        InstanceKey::None => String::new(),
        InstanceKey::Index(i) => format!("[{i}]"),
        InstanceKey::Name(name) => format!("[{name:?}]"),
        InstanceKey::Hidden(_) | InstanceKey::Unknown => return None,
    };
    Some(format!("{}.{}{key}", resource.type_name, resource.name))
}
