//! What an expression can see: the module instance, and the values of `each`, `count` and `for` variables.

/// A module instance's names and values.
#[derive(Debug, Default)]
pub struct Scope {}
