//! `bundlevet::fuzz`, target `lines`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("lines").body)(bytes));
