//! The rules, one folder each.
