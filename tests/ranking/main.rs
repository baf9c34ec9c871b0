//! The situations that ranking has to get right, each as a small bundle: verdict, order, sureness and words.
//!
//! `rows` holds one test per row of the table in `docs/ranking.md`, in its order.
#![allow(
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a broken fixture fails the test"
)]

mod bundle;
mod rows;
