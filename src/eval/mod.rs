//! Evaluation: from syntax trees to the static plan.

pub mod functions;
pub mod plan;
pub mod scope;
pub mod trace;
pub mod value;
