//! The properties that the fuzz targets hold; the tests hold the same on mutated fixtures.

#[path = "../../tests/properties/mod.rs"]
pub mod properties;
