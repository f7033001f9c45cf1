#![no_main]
//! See `tests/properties/baseline.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::baseline::check(bytes));
