//! kfplint: says whether a GKE cluster that Terraform describes will be ready for Kubeflow Pipelines, before it exists.
//!
//! Data flows one way: `cli → commands → engine → load → syntax → eval → graph → rules → diagnostic → report`.

pub mod address;
pub mod base;
pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod config;
pub mod cty;
pub mod diagnostic;
pub mod engine;
pub mod eval;
pub mod fix;
pub mod graph;
pub mod judge;
pub mod load;
pub mod manifests;
pub mod merge;
pub mod module;
pub mod plan;
pub mod plan_json;
pub mod profile;
pub mod report;
pub mod resolve;
pub mod rule;
#[path = "../rules/mod.rs"]
pub mod rules;
pub mod selector;
pub mod settings;
pub mod shard;
pub mod since;
pub mod suppress;
pub mod syntax;
pub mod terragrunt;
pub mod tree;
pub mod write;
