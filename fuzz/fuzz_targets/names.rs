//! `bundlevet::fuzz`, target `names`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("names").body)(bytes));
