//! Facts compiled into the binary.
//!
//! Nothing is parsed or unpacked when the program starts: a fact is looked up in place, or decoded on first use. Where
//! each fact comes from stands in `facts/README.md`.

pub mod location;
pub mod machine;
pub mod schema;
mod suggest;
mod table;

pub use suggest::suggest;
