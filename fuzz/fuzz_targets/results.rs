//! `bundlevet::fuzz`, target `results`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("results").body)(bytes));
