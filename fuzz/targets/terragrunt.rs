#![no_main]
//! See `tests/properties/terragrunt.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::terragrunt::check(bytes));
