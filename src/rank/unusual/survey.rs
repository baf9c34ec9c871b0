//! The lines of an implicated entry into templates with their counts and times, and what it repeats at its end.
//!
//! Only lines that complain become templates; of the others it is enough to know that they are none.

use std::io::Read;
use std::sync::Arc;

use jiff::Timestamp;

use super::Implicated;
use super::kinds::{Kind, Kinds, SAMPLE, Template};
use super::lines::Lines;
use crate::bundle::{Entry, Origin, Visit};
use crate::decode::{Around, Clock, Line, Period, Stamp, decode};
use crate::error::Problem;

/// Bytes of one entry that are surveyed.
const BYTES: u64 = 256 << 20;
/// Lines kept to tell the zone and year of the others.
const SAMPLES: usize = 32;

/// What the second pass learned of one entry.
#[derive(Debug, Clone, Default)]
pub struct EntrySurvey {
    pub(in crate::rank) input: usize,
    pub(in crate::rank) path: String,
    /// Ordered by first line.
    pub(in crate::rank) templates: Vec<Template>,
    /// Template and number of the lines at the end that share it.
    pub(super) tail: Option<Tail>,
    /// Number of its last line.
    pub(in crate::rank) lines: u64,
}

impl EntrySurvey {
    /// Forgets what was said outside the time that is asked for.
    pub(super) fn keep(&mut self, period: &Period) {
        let inside = |span: Option<_>| span.is_none_or(|span| period.clip(span).is_some());
        self.templates.retain(|one| inside(one.first.zip(one.last)));
        self.tail = self.tail.take().filter(|tail| inside(tail.span));
    }
}

/// What an entry repeats at its end.
#[derive(Debug, Clone, Default)]
pub(super) struct Tail {
    pub(super) line: u64,
    pub(super) text: String,
    pub(super) count: u64,
    pub(super) span: Option<(Timestamp, Timestamp)>,
}

/// Reads the implicated entries of a case once more.
#[derive(Debug)]
pub struct Surveyor {
    wanted: Arc<Implicated>,
    found: Vec<EntrySurvey>,
}

impl Surveyor {
    /// A surveyor for one worker.
    pub fn new(wanted: Arc<Implicated>) -> Self {
        Self {
            wanted,
            found: Vec::new(),
        }
    }

    /// Everything this worker learned.
    pub fn finish(self) -> Vec<EntrySurvey> {
        self.found
    }
}

impl Visit for Surveyor {
    fn wants(&mut self, entry: &Entry) -> bool {
        self.wanted.contains(entry)
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        if self.wanted.contains(&entry) {
            self.found.push(survey(&entry, &self.wanted, bytes));
        }
    }

    fn skip(&mut self, _entry: Entry) {}

    fn problem(&mut self, _problem: Problem) {
        // the first pass has reported it
    }
}

fn survey(entry: &Entry, wanted: &Implicated, bytes: &mut dyn Read) -> EntrySurvey {
    let mut lines = Lines::of(bytes.take(BYTES));
    let mut kinds = Kinds::within(wanted.room);
    let mut head = Vec::new();
    let mut run = Run::default();
    let mut number = 0u64;
    while let Some(raw) = lines.next() {
        number += 1;
        let Kind::Told { template, .. } = kinds.take(raw, &entry.origin, number) else {
            continue;
        };
        run.take(template, raw, number);
        if head.len() < SAMPLES {
            head.push(decode(raw, &entry.origin));
        }
    }
    let tail = run.last(&entry.origin);
    let apart = tail.len().min(run.lines.saturating_sub(head.len()));
    let samples = tail.get(tail.len() - apart..).unwrap_or_default();
    let clock = Clock::from_samples(&head, samples, &Around::of(entry, wanted.collected_at));
    let resolve = |stamp: Option<Stamp>| stamp.and_then(|stamp| clock.resolve(stamp));
    EntrySurvey {
        input: entry.input,
        path: entry.path.clone(),
        tail: run.end(&tail, &entry.origin, resolve),
        templates: kinds.end(resolve),
        lines: number,
    }
}

/// The run of equal templates that is going on, and the last lines as they stand.
#[derive(Default)]
struct Run {
    template: u64,
    first: Vec<u8>,
    count: usize,
    /// Number of the last line.
    line: u64,
    /// Lines with a text, of all runs.
    lines: usize,
    /// The last of them, in a circle.
    recent: Vec<Vec<u8>>,
}

impl Run {
    fn take(&mut self, template: u64, raw: &[u8], number: u64) {
        if self.template != template || self.count == 0 {
            self.template = template;
            self.count = 0;
            copy(&mut self.first, raw);
        }
        self.count += 1;
        self.line = number;
        match self.recent.get_mut(self.lines % SAMPLES) {
            Some(oldest) => copy(oldest, raw),
            None => self.recent.push(raw.to_vec()),
        }
        self.lines += 1;
    }

    /// The last lines, decoded, in their order.
    fn last(&self, origin: &Origin) -> Vec<Line> {
        let (new, old) = match self.recent.len() {
            0 => return Vec::new(),
            count => self.recent.split_at(self.lines % count),
        };
        old.iter()
            .chain(new)
            .map(|raw| decode(raw, origin))
            .collect()
    }

    fn end(
        self,
        last: &[Line],
        origin: &Origin,
        resolve: impl Fn(Option<Stamp>) -> Option<Timestamp>,
    ) -> Option<Tail> {
        let text = last.last()?.text.chars().take(SAMPLE).collect();
        let first = decode(&self.first, origin).stamp;
        let of_run = last.iter().rev().take(self.count);
        let stamp = of_run.filter_map(|line| line.stamp).next().or(first);
        Some(Tail {
            line: self.line,
            count: self.count as u64,
            span: resolve(first).zip(resolve(stamp)),
            text,
        })
    }
}

fn copy(to: &mut Vec<u8>, from: &[u8]) {
    to.clear();
    to.extend_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::build::{evidence, log};

    fn wanted(room: usize) -> Implicated {
        Implicated {
            entries: Default::default(),
            collected_at: None,
            room,
        }
    }

    #[test]
    fn memory_is_bounded_whatever_the_lines() {
        let entry = evidence(vec![log("n1", crate::bundle::Program::UpgradeJob)])
            .entries
            .remove(0)
            .entry;
        let word = |n: u64| -> String {
            let letter = |at: u32| char::from(b'a' + u8::try_from((n >> (4 * at)) & 15).unwrap());
            (0..6).map(letter).collect()
        };
        let text: String = (0..3000)
            .map(|n| format!("error: {} {}\n", word(n), "x y ".repeat(500)))
            .collect();
        let found = survey(&entry, &wanted(100_000), &mut text.as_bytes());
        let size: usize = found.templates.iter().map(Template::size).sum();
        assert!(size <= 100_000, "{size}");
        assert!(found.templates.len() > 20, "{}", found.templates.len());
    }

    #[test]
    fn what_lies_outside_the_time_asked_for_is_not_said() {
        let entry = evidence(vec![log("n1", crate::bundle::Program::UpgradeJob)])
            .entries
            .remove(0)
            .entry;
        let text = "2025-01-25T10:00:00Z error: one\n2025-01-25T11:00:00Z error: two\n2025-01-25T11:00:01Z error: two\n";
        let time = |text: &str| text.parse().ok();
        let mut found = survey(&entry, &wanted(1 << 20), &mut text.as_bytes());
        found.keep(&Period {
            since: None,
            until: time("2025-01-25T10:30:00Z"),
        });
        let samples: Vec<_> = found
            .templates
            .iter()
            .map(|one| one.sample.as_str())
            .collect();
        assert_eq!(samples, ["error: one"]);
        assert!(found.tail.is_none());
    }

    #[test]
    fn lines_become_templates_and_a_tail() {
        let entry = evidence(vec![log("n1", crate::bundle::Program::UpgradeJob)])
            .entries
            .remove(0)
            .entry;
        let mut text = String::from("Error: x 1\nError: x 2\n");
        for n in 0..40 {
            text.push_str(&format!("Waiting for VM ({n})\n"));
        }
        let long = "y".repeat(200_000);
        let whole = format!("{long}\n{text}");
        let found = survey(&entry, &wanted(1 << 20), &mut whole.as_bytes());
        let counts: Vec<_> = found
            .templates
            .iter()
            .map(|t| (t.count, t.complains))
            .collect();
        assert_eq!(counts, [(2, true), (40, false)]);
        let tail = found.tail.unwrap();
        assert_eq!(
            (tail.line, tail.count, tail.text.as_str()),
            (43, 40, "Waiting for VM (39)")
        );
    }
}
