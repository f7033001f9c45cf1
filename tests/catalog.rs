//! The compact catalog says what the source facts say.

#[path = "catalog/facts.rs"]
mod facts;
#[path = "catalog/machine.rs"]
mod machine;
#[path = "catalog/schema.rs"]
mod schema;
