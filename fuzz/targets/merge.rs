#![no_main]
//! See `tests/properties/merge.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::merge::check(bytes));
