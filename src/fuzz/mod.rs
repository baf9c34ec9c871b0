//! Bytes that nobody meant into every reader, with what must hold whatever they are.
//!
//! One body for each reader that sees foreign bytes. The programs under `fuzz/` run the same bodies under libFuzzer;
//! [`tests`] runs them on the seeds and on mutations of these with the ordinary suite. A body returns, or asserts
//! what was broken.
#![allow(
    clippy::panic,
    clippy::expect_used,
    reason = "a body ends where a promise is broken"
)]

mod bytes;
mod names;
mod objects;
mod pack;
mod redaction;
mod returned;
pub mod seeds;
mod signatures;
#[cfg(test)]
mod tests;
mod text;

/// A reader of foreign bytes under test.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// As its program under `fuzz/` is called.
    pub name: &'static str,
    /// Reads the bytes and asserts what must hold.
    pub body: fn(&[u8]),
    /// Where to begin.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// The longest input that is worth trying, in bytes.
    pub longest: usize,
}

/// Every target, the most exposed first.
pub const TARGETS: &[Target] = &[
    target("archive", bytes::archive, seeds::archives, 16 << 10),
    target("lines", text::lines, seeds::lines, 4 << 10),
    target("objects", objects::objects, seeds::objects, 8 << 10),
    target("tables", objects::tables, seeds::tables, 4 << 10),
    target("facts", text::facts, seeds::facts, 8 << 10),
    target(
        "signature",
        signatures::signature,
        seeds::signatures,
        8 << 10,
    ),
    target("cel", signatures::cel, seeds::expressions, 2 << 10),
    target("redaction", redaction::redaction, seeds::lines, 4 << 10),
    target("prefilter", text::prefilter, seeds::lines, 2 << 10),
    target("names", names::names, seeds::names, 1 << 10),
    target("streams", bytes::streams, seeds::lines, 2 << 10),
    target("results", returned::results, returned::seeds, 8 << 10),
    target(
        "settings",
        returned::settings,
        returned::settings_seeds,
        4 << 10,
    ),
];

const fn target(
    name: &'static str,
    body: fn(&[u8]),
    seeds: fn() -> Vec<Vec<u8>>,
    longest: usize,
) -> Target {
    Target {
        name,
        body,
        seeds,
        longest,
    }
}

/// The target of this name; its program asks for it.
pub fn named(name: &str) -> Target {
    let found = TARGETS.iter().find(|target| target.name == name);
    *found.expect("a target of this name")
}

/// Two numbers that choose variants, and the bytes behind them.
fn chosen(bytes: &[u8]) -> (usize, usize, &[u8]) {
    match bytes {
        [a, b, rest @ ..] => (usize::from(*a), usize::from(*b), rest),
        _ => (0, 0, bytes),
    }
}

/// Gives its bytes in pieces of this many.
struct Drip<'a> {
    bytes: &'a [u8],
    piece: usize,
}

impl std::io::Read for Drip<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let few = buf.len().min(self.piece);
        let buf = buf.get_mut(..few).unwrap_or_default();
        self.bytes.read(buf)
    }
}

/// An entry of this path, as an archive would give it.
fn entry(path: &str, kind: crate::bundle::EntryKind) -> crate::bundle::Entry {
    crate::bundle::Entry {
        input: 0,
        path: path.to_owned(),
        size: None,
        modified: "2025-02-22T00:00:00Z".parse().ok(),
        kind,
        origin: crate::bundle::Origin::default(),
    }
}
