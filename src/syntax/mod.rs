//! Reads Terraform files into a syntax tree with spans; recovers after an error.

pub mod ast;
