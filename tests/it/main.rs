//! Tests of what a user sees, in one binary: kfplint is linked once, and all cores are busy to the end.
//!
//! `tests/work.rs` is a binary of its own, because it replaces the allocator.

mod any_input;
mod baseline;
mod canary;
mod catalog;
mod cli;
mod commits;
mod config;
mod console;
mod data_sources;
mod decides;
mod documents;
mod fix;
mod fixtures;
mod folded;
mod formats;
mod git;
mod help;
mod hidden;
mod hold;
mod hostile;
mod language;
mod layers;
mod linked;
mod marks;
mod nodes;
mod plan;
mod planned;
#[path = "../properties/mod.rs"]
mod properties;
mod provenance;
mod provider_versions;
mod references;
mod refused;
mod refused_values;
mod report;
mod roots;
mod rules;
mod second_opinion;
mod session;
mod setup;
mod shard;
mod since;
mod snapshot;
mod stand_ins;
mod strict;
mod suppress;
mod syntax;
mod terragrunt;
mod threats;
mod tree;
mod unknown;
mod values;
mod words;
mod writes;
