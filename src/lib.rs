//! kfplint: says whether a GKE cluster that Terraform describes will be ready for Kubeflow Pipelines, before it exists.
//!
//! Data flows one way: `cli → run → discover → source → syntax → eval → graph → rules → findings → report`.

pub mod address;
pub mod baseline;
pub mod budget;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod discover;
pub mod eval;
pub mod finding;
pub mod fix;
pub mod graph;
pub mod manifests;
pub mod merge;
pub mod parallel;
pub mod plan_json;
pub mod profile;
pub mod report;
pub mod resolve;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod run;
pub mod selector;
pub mod shard;
pub mod since;
pub mod source;
pub mod suppress;
pub mod syntax;
pub mod terragrunt;
pub mod tree;
pub mod ty;
pub mod write;
