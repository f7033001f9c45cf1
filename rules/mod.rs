//! The rules, one folder each, and what several of them need.

mod support;

pub mod kfp001_node_count;

use crate::rule::Rule;

/// All rules, in the order of their codes.
pub fn all() -> &'static [&'static dyn Rule] {
    &[&kfp001_node_count::NodeCount]
}

/// The rule of this code or name, letters of either case.
pub fn find(code_or_name: &str) -> Option<&'static dyn Rule> {
    let is = |text: &str| text.eq_ignore_ascii_case(code_or_name);
    all().iter().copied().find(|rule| is(rule.meta().code) || is(rule.meta().name))
}
