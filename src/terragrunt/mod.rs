//! Terragrunt: units, each a folder with a `terragrunt.hcl` that names a source module and gives its inputs. A unit is
//! evaluated as its source with these inputs. What only a run of Terragrunt knows (commands, states) stays unknown.

mod config;
mod functions;
mod unit;

pub use unit::{EvaluatedUnit, Units};
