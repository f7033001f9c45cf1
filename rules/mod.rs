//! The rules, one folder each, and what several of them need.

mod support;

pub mod kfp001_node_count;
pub mod kfp002_node_capacity;
pub mod kfp003_unusable_nodes;
pub mod kfp006_leftover_default_pool;
pub mod kfp101_access_scope;
pub mod kfp102_scope_too_narrow;
pub mod kfp201_required_roles;
pub mod tf001_syntax_error;
pub mod tf002_undeclared_reference;
pub mod tf004_missing_module;

use crate::rule::Rule;

/// All rules, in the order of their codes.
pub fn all() -> &'static [&'static dyn Rule] {
    &[
        &kfp001_node_count::NodeCount,
        &kfp002_node_capacity::NodeCapacity,
        &kfp003_unusable_nodes::UnusableNodes,
        &kfp006_leftover_default_pool::LeftoverDefaultPool,
        &kfp101_access_scope::AccessScope,
        &kfp102_scope_too_narrow::ScopeTooNarrow,
        &kfp201_required_roles::RequiredRoles,
        &tf001_syntax_error::SyntaxError,
        &tf002_undeclared_reference::UndeclaredReference,
        &tf004_missing_module::MissingModule,
    ]
}

/// The rule of this code or name, letters of either case.
pub fn find(code_or_name: &str) -> Option<&'static dyn Rule> {
    let is = |text: &str| text.eq_ignore_ascii_case(code_or_name);
    all().iter().copied().find(|rule| is(rule.meta().code) || is(rule.meta().name))
}
