#![no_main]
//! See `tests/properties/tf_json.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::tf_json::check(bytes));
