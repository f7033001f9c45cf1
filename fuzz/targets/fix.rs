#![no_main]
//! See `tests/properties/fix.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::fix::check(bytes));
