//! `bundlevet::fuzz`, target `cel`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("cel").body)(bytes));
