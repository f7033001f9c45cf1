#![no_main]
//! See `tests/properties/suppress.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::suppress::check(bytes));
