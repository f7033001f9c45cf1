#![no_main]
//! See `tests/properties/second_opinion.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::second_opinion::check(bytes));
