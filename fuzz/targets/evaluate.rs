#![no_main]
//! See `tests/properties/evaluate.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::evaluate::check(bytes));
