//! The situations that ranking has to get right, each as a small bundle: verdict, order, sureness and words.
//!
//! `rows`, `verdicts`, `guesses` and `shared` hold one test per situation, `properties` what holds for every fixture bundle.
#![allow(
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a broken fixture fails the test"
)]

mod bundle;
mod guesses;
mod lines;
mod properties;
mod rows;
mod shared;
#[path = "../trees/mod.rs"]
mod trees;
mod verdicts;
