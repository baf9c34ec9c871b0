//! Every kind of input, whole and broken, as the reader sees it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops where it fails"
)]

#[path = "../pack/mod.rs"]
mod pack;
mod seen;
mod shape;

mod broken;
mod damage;
mod limits;
mod real;
mod split;
mod whole;
