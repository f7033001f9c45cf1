//! The engine: a session finds root modules, plans and checks them. It reads no command line and writes to no terminal.

mod error;
mod inputs;
mod session;
mod settings;

pub use error::SessionError;
pub use inputs::{check_names, declared, environment_named, options, within};
pub use session::{Console, Session};
pub use settings::{Given, Inputs, Scope, Settings};
