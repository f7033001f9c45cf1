//! The rules, one folder each, and what several of them need.

mod support;

pub mod kfp001_node_count;
pub mod kfp002_node_capacity;
pub mod kfp003_unusable_nodes;
pub mod kfp004_allocatable_memory;
pub mod kfp005_autoscaling_floor;
pub mod kfp006_leftover_default_pool;
pub mod kfp007_unknown_machine_type;
pub mod kfp008_workload_fit;
pub mod kfp009_unknown_location;
pub mod kfp010_refused_by_gke;
pub mod kfp101_access_scope;
pub mod kfp102_scope_too_narrow;
pub mod kfp103_broad_access;
pub mod kfp104_unknown_scope;
pub mod kfp105_workload_identity;
pub mod kfp201_required_roles;
pub mod kfp202_unknown_role;
pub mod kfp203_service_account_user;
pub mod kfp204_unknown_member;
pub mod kfp205_authoritative_conflict;
pub mod kfp206_basic_role;
pub mod kfp207_unusable_account;
pub mod kfp301_gcp_secret;
pub mod kfp302_key_on_disk;
pub mod kfp401_already_installed;
pub mod kfp402_artifact_bucket;
pub mod kfp403_disabled_api;
pub mod kfp404_kubernetes_version;
pub mod kfp405_private_egress;
pub mod lint001_unused_suppression;
pub mod tf001_syntax_error;
pub mod tf002_undeclared_reference;
pub mod tf003_invalid_argument;
pub mod tf004_missing_module;
pub mod tf005_evaluation_error;
pub mod tf006_budget_exceeded;

use crate::rule::Rule;

/// All rules, in the order of their codes.
pub fn all() -> &'static [Rule] {
    &[
        kfp001_node_count::RULE,
        kfp002_node_capacity::RULE,
        kfp003_unusable_nodes::RULE,
        kfp004_allocatable_memory::RULE,
        kfp005_autoscaling_floor::RULE,
        kfp006_leftover_default_pool::RULE,
        kfp007_unknown_machine_type::RULE,
        kfp008_workload_fit::RULE,
        kfp009_unknown_location::RULE,
        kfp010_refused_by_gke::RULE,
        kfp101_access_scope::RULE,
        kfp102_scope_too_narrow::RULE,
        kfp103_broad_access::RULE,
        kfp104_unknown_scope::RULE,
        kfp105_workload_identity::RULE,
        kfp201_required_roles::RULE,
        kfp202_unknown_role::RULE,
        kfp203_service_account_user::RULE,
        kfp204_unknown_member::RULE,
        kfp205_authoritative_conflict::RULE,
        kfp206_basic_role::RULE,
        kfp207_unusable_account::RULE,
        kfp301_gcp_secret::RULE,
        kfp302_key_on_disk::RULE,
        kfp401_already_installed::RULE,
        kfp402_artifact_bucket::RULE,
        kfp403_disabled_api::RULE,
        kfp404_kubernetes_version::RULE,
        kfp405_private_egress::RULE,
        lint001_unused_suppression::RULE,
        tf001_syntax_error::RULE,
        tf002_undeclared_reference::RULE,
        tf003_invalid_argument::RULE,
        tf004_missing_module::RULE,
        tf005_evaluation_error::RULE,
        tf006_budget_exceeded::RULE,
    ]
}

/// The rule of this code or name, letters of either case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    let is = |text: &str| text.eq_ignore_ascii_case(code_or_name);
    all().iter().find(|rule| is(rule.code) || is(rule.name))
}
