//! `bundlevet::fuzz`, target `settings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bundlevet::fuzz::named("settings").body)(bytes));
