//! The first and last lines of an entry, and the lines at which its program started, into what the entry covers.

use std::collections::VecDeque;

use jiff::Timestamp;

use super::Coverage;
use crate::bundle::Origin;
use crate::decode::{self, Around, Clock, Line, Stamp};

/// Lines sampled at each end.
const ENDS: usize = 32;
/// Bytes of a sampled line that are kept.
const LONGEST: usize = 8 * 1024;
/// Starts kept.
const STARTS: usize = 256;
/// Lines after a start marker without a time that are asked for one.
const PATIENCE: u32 = 64;

/// Samples of one entry.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    head: Vec<Line>,
    tail: VecDeque<Vec<u8>>,
    starts: Vec<Stamp>,
    /// Those of them that are boots.
    boots: Vec<Stamp>,
    /// The start that waits for its time is a boot.
    booting: bool,
    /// Lines that are still asked for the time of a start.
    waiting: u32,
}

impl Samples {
    /// Looks at the lines of a block of whole lines.
    pub(crate) fn block(&mut self, block: &[u8], origin: &Origin) {
        let mut rest = block;
        while self.head.len() < ENDS && !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            self.head.push(decode::decode(cut(line), origin));
            rest = after.get(1..).unwrap_or_default();
        }
        let body = block.strip_suffix(b"\n").unwrap_or(block);
        if block.is_empty() {
            return;
        }
        let mut starts: Vec<usize> = memchr::memrchr_iter(b'\n', body)
            .take(ENDS)
            .map(|at| at + 1)
            .collect();
        if starts.len() < ENDS {
            starts.push(0);
        }
        for &start in starts.iter().rev() {
            let rest = body.get(start..).unwrap_or_default();
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            self.last(rest.get(..end).unwrap_or(rest));
        }
    }

    /// Notes a line that may be the last.
    fn last(&mut self, line: &[u8]) {
        let mut kept = if self.tail.len() < ENDS {
            Vec::new()
        } else {
            self.tail.pop_front().unwrap_or_default()
        };
        kept.clear();
        kept.extend_from_slice(cut(line));
        self.tail.push_back(kept);
    }

    /// Whether the lines at the head have times at all.
    pub(crate) fn timed(&self) -> bool {
        self.head.iter().any(|line| line.stamp.is_some())
    }

    /// Notes a start of the program, or of the machine; without a time, that of the next line that has one.
    pub(crate) fn start(&mut self, stamp: Option<Stamp>, boot: bool) {
        self.booting = boot;
        let Some(stamp) = stamp else {
            self.waiting = PATIENCE;
            return;
        };
        if boot && self.boots.len() < STARTS {
            self.boots.push(stamp);
        }
        if self.starts.len() < STARTS {
            self.starts.push(stamp);
        }
    }

    /// Whether a start still waits for its time.
    pub(crate) fn waiting(&self) -> bool {
        self.waiting > 0
    }

    /// Shows the next line to a start that waits for its time.
    pub(crate) fn next(&mut self, stamp: Option<Stamp>) {
        if self.waiting == 0 {
            return;
        }
        self.waiting -= 1;
        if stamp.is_some() {
            self.waiting = 0;
            self.start(stamp, self.booting);
        }
    }

    /// The clock of an entry of so many lines, and what it covers as far as samples tell; forgets them.
    pub(crate) fn finish(
        &mut self,
        lines: u64,
        origin: &Origin,
        around: Around,
    ) -> (Clock, Coverage) {
        let head = std::mem::take(&mut self.head);
        // The last lines of a short entry are among its first.
        let behind = usize::try_from(lines)
            .unwrap_or(usize::MAX)
            .saturating_sub(head.len());
        let shared = self.tail.len().saturating_sub(behind);
        self.tail.drain(..shared);
        let tail: Vec<Line> = std::mem::take(&mut self.tail)
            .iter()
            .map(|raw| decode::decode(raw, origin))
            .collect();
        let clock = Clock::from_samples(&head, &tail, &around);
        let resolved = |stamps: &mut Vec<Stamp>| {
            let mut times: Vec<Timestamp> = std::mem::take(stamps)
                .into_iter()
                .filter_map(|stamp| clock.resolve(stamp))
                .collect();
            times.sort_unstable();
            times.dedup();
            times
        };
        let starts = resolved(&mut self.starts);
        let boots = resolved(&mut self.boots);
        self.booting = false;
        self.waiting = 0;
        let coverage = Coverage {
            span: clock.span(head.iter().chain(&tail)),
            starts,
            boots,
            descending: clock.descending(),
            ..Coverage::default()
        };
        (clock, coverage)
    }
}

fn cut(line: &[u8]) -> &[u8] {
    line.get(..LONGEST).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_the_same_whatever_the_blocks() {
        let text: String = (0..100).map(|n| format!("line {n}\n")).collect();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        for block in [1, 3, 31, 32, 33, 100] {
            let mut samples = Samples::default();
            for lines in lines.chunks(block) {
                samples.block(lines.concat().as_bytes(), &Origin::default());
            }
            let tail: Vec<_> = samples.tail.iter().map(|line| line.as_slice()).collect();
            let last: Vec<_> = lines
                .iter()
                .skip(100 - ENDS)
                .map(|line| line.trim_end().as_bytes())
                .collect();
            assert_eq!(tail, last, "{block} lines at once");
        }
    }
}
