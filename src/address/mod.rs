//! Addresses of what a module declares, and references to it, as Terraform's `addrs` has them.

mod key;
mod reference;
mod text;

pub use key::{HiddenKey, InstanceKey};
pub use reference::{Reference, ReferenceRoot, Subject, TraversalStep, splat_steps};
pub use text::{AddressPart, ModuleStep, module_address, module_steps, parts};

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// A resource's mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `resource`.
    Managed,
    /// `data`.
    Data,
    /// `ephemeral`.
    Ephemeral,
}

/// A resource's address within its module, without an instance key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceAddr {
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The type.
    pub type_name: Arc<str>,
    /// The name.
    pub name: Arc<str>,
}

impl ResourceAddr {
    /// The address as text, as `Display` has it, without the cost of formatting.
    pub fn address(&self) -> String {
        [self.mode.prefix(), &self.type_name, ".", &self.name].concat()
    }
}

impl Display for ResourceAddr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}", self.mode.prefix(), self.type_name, self.name)
    }
}

impl Mode {
    /// The text before the type in an address.
    pub fn prefix(self) -> &'static str {
        match self {
            Mode::Managed => "",
            Mode::Data => "data.",
            Mode::Ephemeral => "ephemeral.",
        }
    }
}
