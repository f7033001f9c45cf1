#![no_main]
//! See `tests/properties/manifests.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::manifests::check(bytes));
