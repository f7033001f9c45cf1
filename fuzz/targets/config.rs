#![no_main]
//! See `tests/properties/config.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::config::check(bytes));
