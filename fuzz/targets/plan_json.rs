#![no_main]
//! See `tests/properties/plan_json.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::plan_json::check(bytes));
