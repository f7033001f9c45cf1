#![no_main]
//! See `tests/properties/syntax.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::syntax::check(bytes));
