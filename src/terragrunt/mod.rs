//! Terragrunt: units, each a folder with a `terragrunt.hcl` that names a source module and gives its inputs. A unit is
//! evaluated as its source with these inputs. What only a run of Terragrunt knows (commands, states) stays unknown.

mod config;
mod discover;
mod functions;
mod generated;
mod inputs;
mod merge;
mod stack;
mod terraform;
mod unit;

pub use discover::complete;
pub use unit::{EvaluatedUnit, Units};
