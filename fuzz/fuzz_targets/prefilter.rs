//! `bundlevet::fuzz`, target `prefilter`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("prefilter").body)(bytes));
