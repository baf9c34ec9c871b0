//! `bundlevet::fuzz`, target `signature`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("signature").body)(bytes));
