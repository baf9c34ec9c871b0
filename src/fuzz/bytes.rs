//! Archives, compressed streams and the readers below them.

use std::collections::BTreeSet;
use std::io::Read;

use super::{Drip, chosen};
use crate::bundle::fuzzed::{self, Narrow, Order, Peek};
use crate::bundle::{Entry, Limits, OpenOptions, Visit};
use crate::error::Problem;

/// Small enough that every limit is met.
fn limits() -> Limits {
    Limits {
        member_bytes: 256 << 10,
        total_bytes: 2 << 20,
        members: 200,
        nested_memory: 256 << 10,
        ratio_after: 64 << 10,
        dictionary: 1 << 20,
        ..Limits::default()
    }
}

/// Reads everything and remembers how much that was.
#[derive(Default)]
struct Seen {
    entries: BTreeSet<String>,
    twice: Vec<String>,
    bytes: u64,
    largest: u64,
}

impl Visit for Seen {
    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        let mut data = Vec::new();
        let _ = bytes.read_to_end(&mut data);
        self.bytes += data.len() as u64;
        self.largest = self.largest.max(data.len() as u64);
        if !self.entries.insert(entry.path.clone()) {
            self.twice.push(entry.path);
        }
    }

    fn wants(&mut self, _: &Entry) -> bool {
        true
    }

    fn skip(&mut self, _: Entry) {}

    fn problem(&mut self, problem: Problem) {
        assert!(!problem.error.is_empty());
    }
}

/// Any bytes as an input: it ends, within its limits, and no entry comes twice.
pub(super) fn archive(bytes: &[u8]) {
    let options = OpenOptions {
        limits: limits(),
        ..OpenOptions::default()
    };
    let Ok(case) = fuzzed::case("b.bin", bytes.to_vec(), &options) else {
        return;
    };
    let mut seen = Seen::default();
    let mut jobs = case.jobs();
    let through = bytes.len().is_multiple_of(2);
    while let Some(job) = jobs.pop() {
        if through {
            job.run_through(&mut seen);
        } else {
            jobs.extend(job.run(&mut seen));
        }
    }
    let limits = limits();
    assert!(seen.twice.is_empty(), "twice: {:?}", seen.twice);
    assert!(seen.largest <= limits.member_bytes, "{}", seen.largest);
    assert!(seen.bytes <= limits.total_bytes, "{}", seen.bytes);
    assert!(seen.entries.len() as u64 <= limits.members);
}

/// The readers below: what they give does not depend on how the bytes arrive.
pub(super) fn streams(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    let piece = a % 9 + 1;
    for order in [Order::Little, Order::Big] {
        let narrow = |piece| {
            let mut out = Vec::new();
            let bytes = rest;
            let read = Narrow::new(Drip { bytes, piece }, order).read_to_end(&mut out);
            assert!(read.is_ok());
            out
        };
        let whole = narrow(usize::MAX);
        assert!(std::str::from_utf8(&whole).is_ok());
        assert_eq!(narrow(piece), whole);
    }
    let mut peek = Peek::new(Drip { bytes: rest, piece }, 64);
    let mut at = 0;
    for step in bytes.iter().map(|&step| usize::from(step)) {
        let left = rest.get(at..).unwrap_or_default();
        let want = left.get(..step.min(left.len())).unwrap_or_default();
        assert_eq!(peek.peek(step), want);
        let mut out = vec![0; (step + b) % 130];
        let read = peek.read(&mut out).unwrap_or_default();
        assert_eq!(out.get(..read), left.get(..read));
        at += read;
        assert_eq!(peek.consumed(), at as u64);
    }
}
