//! A node that is examined where it stands: the same answer as from a bundle, nothing written, limits kept.
//!
//! `answers` compares with bundles, `reading` says what is read and what is not, `preflight` is the gate before a change.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a broken fixture fails the test"
)]

mod answers;
#[path = "../node/mod.rs"]
mod node;
mod preflight;
mod program;
mod reading;
#[path = "../strace/mod.rs"]
mod strace;
