#![no_main]
//! See `tests/properties/tfvars.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::tfvars::check(bytes));
