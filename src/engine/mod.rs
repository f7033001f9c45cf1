//! The engine: a session finds what is to be checked, plans and checks it. It reads no command line and writes to no
//! terminal.

mod arguments;
mod called;
mod error;
mod inputs;
mod kept;
mod links;
mod outcome;
mod project;
mod reach;
mod recorded;
mod rounds;
mod session;
mod settings;
mod shorten;
mod stages;
mod workspace;

pub use error::SessionError;
pub use inputs::{check_names, environment_named};
pub use outcome::Outcome;
pub use project::{Project, evaluate, limited, read};
pub use reach::{Unreached, late};
pub use recorded::check as check_document;
pub use rounds::Watch;
pub use session::{Console, Session};
pub use settings::{Given, Inputs, PathScope, Settings};
pub use shorten::{shorten_drawings, shorten_plan};
pub use stages::names;
pub use workspace::Change;
