//! `bundlevet::fuzz`, target `facts`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("facts").body)(bytes));
