//! `bundlevet::fuzz`, target `redaction`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("redaction").body)(bytes));
