#![no_main]
//! See `tests/properties/suppress_many.rs`.

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kfplint_fuzz::properties::suppress_many::check(bytes));
