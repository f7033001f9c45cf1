//! Findings, and what the check of a root module gives, before any output format.

mod finding;
mod fix;
mod location;
mod root;
pub mod words;

pub use finding::{ALWAYS, Finding, Label, Level, Suppressed};
pub use fix::{Edit, Fix, Safety};
pub use location::{Location, Pointer};
pub use root::{
    ClusterReport, Coverage, FoldedRequirement, MissingModule, PoolReport, Requirement, RootReport, Status, Verdict,
};
