#![no_main]
//! See `tests/properties/since_tree.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::since_tree::check(bytes));
