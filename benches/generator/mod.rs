//! Realistic support bundles of any size out of a seed, streamed: what benches and load tests read.
//!
//! Everything is a function of [`Wish`] and its seed: `tree` plans the members, `log` and `object` write what stands in
//! them (through `text`, templates with invented names), `failure` says what goes wrong in them, `pack` puts them into
//! an archive. Only one member is under way at a time, so memory does not grow with the size. The sentences are those
//! that Kubernetes components print; hosts, addresses and identities are invented.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each binary that includes the generator uses its part"
)]

pub mod failure;
pub mod freeze;
mod log;
mod object;
pub mod pack;
mod random;
mod text;
pub mod tree;
mod voice;

pub use pack::Shape;

/// What a bundle is to be like.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Expanded bytes.
    pub size: u64,
    /// Nodes, each with logs of its own.
    pub nodes: usize,
    /// Share of the bytes that are YAML under real kinds, 0 to 1.
    pub yaml: f64,
    /// Share of log lines that are a line some signature of the frozen sets asks for, 0 to 1.
    pub hits: f64,
    /// Share of log lines made of the same words that no signature asks for.
    pub near: f64,
    /// Causes are among the hits; else only symptoms, and a node is down for no reason that a signature knows.
    pub cause: bool,
    /// Same seed, same bytes.
    pub seed: u64,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            size: 64 << 20,
            nodes: 3,
            yaml: 0.0,
            hits: 0.001,
            near: 0.015,
            cause: true,
            seed: 1,
        }
    }
}
