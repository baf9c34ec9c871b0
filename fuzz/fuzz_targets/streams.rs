//! `bundlevet::fuzz`, target `streams`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("streams").body)(bytes));
