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
pub fn all() -> &'static [&'static dyn Rule] {
    &[
        &kfp001_node_count::NodeCount,
        &kfp002_node_capacity::NodeCapacity,
        &kfp003_unusable_nodes::UnusableNodes,
        &kfp004_allocatable_memory::AllocatableMemory,
        &kfp005_autoscaling_floor::AutoscalingFloor,
        &kfp006_leftover_default_pool::LeftoverDefaultPool,
        &kfp007_unknown_machine_type::UnknownMachineType,
        &kfp008_workload_fit::WorkloadFit,
        &kfp101_access_scope::AccessScope,
        &kfp102_scope_too_narrow::ScopeTooNarrow,
        &kfp103_broad_access::BroadAccess,
        &kfp104_unknown_scope::UnknownScope,
        &kfp105_workload_identity::WorkloadIdentity,
        &kfp201_required_roles::RequiredRoles,
        &kfp202_unknown_role::UnknownRole,
        &kfp203_service_account_user::ServiceAccountUser,
        &kfp204_unknown_member::UnknownMember,
        &kfp205_authoritative_conflict::AuthoritativeConflict,
        &kfp206_basic_role::BasicRole,
        &kfp301_gcp_secret::GcpSecret,
        &kfp302_key_on_disk::KeyOnDisk,
        &kfp401_already_installed::AlreadyInstalled,
        &kfp402_artifact_bucket::ArtifactBucket,
        &kfp403_disabled_api::DisabledApi,
        &kfp404_kubernetes_version::KubernetesVersion,
        &kfp405_private_egress::PrivateEgress,
        &lint001_unused_suppression::UnusedSuppression,
        &tf001_syntax_error::SyntaxError,
        &tf002_undeclared_reference::UndeclaredReference,
        &tf003_invalid_argument::InvalidArgument,
        &tf004_missing_module::MissingModule,
        &tf005_evaluation_error::EvaluationError,
        &tf006_budget_exceeded::BudgetExceeded,
    ]
}

/// The rule of this code or name, letters of either case.
pub fn find(code_or_name: &str) -> Option<&'static dyn Rule> {
    let is = |text: &str| text.eq_ignore_ascii_case(code_or_name);
    all().iter().copied().find(|rule| is(rule.meta().code) || is(rule.meta().name))
}
