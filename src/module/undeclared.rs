//! Errors of references to what a module does not declare: the same where a name is checked and where it is evaluated.

use super::ModuleConfig;
use super::error::EvalError;
use super::report::UNDECLARED_REFERENCE;
use crate::address::{Mode, ReferenceRoot, ResourceAddr};
use crate::base::source::Span;
use crate::syntax::ast::Ident;

impl ModuleConfig {
    /// There is no such variable.
    pub fn undeclared_variable(&self, name: &str, span: Span) -> Box<EvalError> {
        EvalError::undeclared(span, "variable", name, self.variables.keys().map(|k| &**k))
            .help(format!("declare it: variable \"{name}\" {{}}"))
    }

    /// There is no such local value.
    pub fn undeclared_local(&self, name: &str, span: Span) -> Box<EvalError> {
        EvalError::undeclared(span, "local value", name, self.locals.keys().map(|k| &**k))
    }

    /// There is no such module call; `span` is all of `module.name`.
    pub fn undeclared_call(&self, name: &str, span: Span) -> Box<EvalError> {
        let mut e = EvalError::undeclared(span, "module", name, self.calls.keys().map(|k| &**k));
        e.meant = e.meant.map(|near| format!("module.{near}"));
        e
    }

    /// There is no such resource.
    pub fn undeclared_resource(&self, address: &ResourceAddr, span: Span) -> Box<EvalError> {
        let what = match address.mode {
            Mode::Managed => "resource",
            Mode::Data => "data source",
            Mode::Ephemeral => "ephemeral resource",
        };
        let same_mode = self.resources.keys().filter(|k| k.mode == address.mode);
        let names: Vec<String> = same_mode.map(ResourceAddr::address).collect();
        EvalError::undeclared(span, what, &address.address(), names.iter().map(String::as_str))
    }
}

/// The names after `path`.
pub const PATHS: [&str; 3] = ["module", "root", "cwd"];
/// The names after `terraform`.
pub const TERRAFORM: [&str; 2] = ["workspace", "applying"];

/// There is no such `path.name`.
pub fn path(name: &Ident) -> Box<EvalError> {
    EvalError::undeclared(name.span, "path", &name.name, PATHS)
}

/// There is no such `terraform.name`.
pub fn terraform(name: &Ident) -> Box<EvalError> {
    EvalError::undeclared(name.span, "terraform attribute", &name.name, TERRAFORM)
}

/// A name that stands alone, where nothing around gives it a value.
pub fn root(name: &str, span: Span) -> Box<EvalError> {
    match ReferenceRoot::of(name) {
        ReferenceRoot::Var
        | ReferenceRoot::Local
        | ReferenceRoot::Module
        | ReferenceRoot::Mode(_)
        | ReferenceRoot::Path
        | ReferenceRoot::Terraform => {
            EvalError::new(span, format!("`{name}` must be followed by a name, as in `{name}.example`"))
        }
        ReferenceRoot::Each => out_of_place(span, "each", "`for_each`"),
        ReferenceRoot::Count => out_of_place(span, "count", "`count`"),
        ReferenceRoot::Own => out_of_place(span, "self", "`provisioner`, `connection` or `postcondition`"),
        ReferenceRoot::Other => {
            let mut e = EvalError::undeclared(span, "name", name, std::iter::empty());
            e.message = format!("`{name}` is not a reference that Terraform knows");
            e.help("write text in quotes, or name a resource by its type and its name")
        }
    }
}

fn out_of_place(span: Span, name: &str, needs: &str) -> Box<EvalError> {
    let mut e = EvalError::new(span, format!("`{name}` can be used only where {needs} is set"));
    e.rule = UNDECLARED_REFERENCE;
    e.fixed = true;
    e
}
