//! The compact catalog says what the source facts say.

#[path = "catalog/allocatable.rs"]
mod allocatable;
#[path = "catalog/defaults.rs"]
mod defaults;
#[path = "catalog/facts.rs"]
mod facts;
#[path = "catalog/iam.rs"]
mod iam;
#[path = "catalog/kfp.rs"]
mod kfp;
#[path = "catalog/machine.rs"]
mod machine;
#[path = "catalog/schema.rs"]
mod schema;
#[path = "catalog/scope.rs"]
mod scope;
