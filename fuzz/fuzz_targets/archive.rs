//! `bundlevet::fuzz`, target `archive`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("archive").body)(bytes));
