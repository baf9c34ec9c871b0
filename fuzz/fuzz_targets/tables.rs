//! `bundlevet::fuzz`, target `tables`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("tables").body)(bytes));
