//! `bundlevet::fuzz`, target `objects`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("objects").body)(bytes));
