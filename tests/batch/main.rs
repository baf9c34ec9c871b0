//! `bundlevet batch` as a pipeline meets it: resumed, killed, limited, shared out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

#[path = "../pack/mod.rs"]
mod pack;
#[path = "../trees/mod.rs"]
mod trees;

mod child;
mod deployed;
mod killed;
mod many;
mod metrics;
#[cfg(feature = "remote")]
mod remote;
mod resume;
mod scene;
#[cfg(feature = "parquet")]
mod tables;
mod watched;
