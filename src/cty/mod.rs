//! Terraform's values: types, values that may be unknown or marked, conversion, operators and functions.
//! It knows no configuration, provider or file tree of its own, as the library of the same name that Terraform uses.

pub mod functions;
pub mod ty;
pub mod value;
