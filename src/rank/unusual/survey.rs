//! The lines of an implicated entry into templates with their counts and times, and what it repeats at its end.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::suspect;
use super::Implicated;
use super::template::{complains, template};
use crate::bundle::{Entry, ProgramSet, Visit};
use crate::decode::{Around, Clock, Level, Line, Stamp, decode};
use crate::error::Problem;

/// Bytes of one entry that are surveyed, bytes of one line, distinct templates of one entry.
const BYTES: u64 = 256 << 20;
const LINE: u64 = 16 << 10;
const TEMPLATES: usize = 4096;
/// Lines kept to tell the zone and year of the others.
const SAMPLES: usize = 32;
/// Characters of a sample.
const SAMPLE: usize = 400;
/// Characters of a line that is kept as it stands.
const RAW: usize = 700;
/// Seconds of one bucket of a template's histogram.
pub(super) const BUCKET: i64 = 600;

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

/// One kind of line.
#[derive(Debug, Clone, Default)]
pub(in crate::rank) struct Template {
    pub(in crate::rank) text: String,
    pub(in crate::rank) sample: String,
    /// Its first line as it stands, where it complains; else empty.
    pub(in crate::rank) raw: String,
    /// The error that a structured line holds in a field of its own; else empty.
    pub(in crate::rank) error: String,
    pub(in crate::rank) count: u64,
    pub(in crate::rank) level: Option<Level>,
    /// Whom the line itself names.
    pub(in crate::rank) programs: Option<ProgramSet>,
    /// Claims to be a warning or worse, or says so in words.
    pub(super) complains: bool,
    /// Claims to be an error or worse.
    pub(super) severe: bool,
    /// Claims to be the last thing that its program says.
    pub(super) fatal: bool,
    pub(in crate::rank) first: Option<Timestamp>,
    pub(in crate::rank) last: Option<Timestamp>,
    /// Numbers of its first and its last line.
    pub(in crate::rank) first_line: u64,
    pub(in crate::rank) line: u64,
    /// Lines per ten minutes.
    pub(super) buckets: BTreeMap<i64, u64>,
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
            self.found
                .push(survey(&entry, self.wanted.collected_at, bytes));
        }
    }

    fn skip(&mut self, _entry: Entry) {}

    fn problem(&mut self, _problem: Problem) {
        // the first pass has reported it
    }
}

/// One kind of line while the entry is read; stamps are resolved at its end.
#[derive(Default)]
struct Growing {
    template: Template,
    first: Option<Stamp>,
    last: Option<Stamp>,
}

fn survey(entry: &Entry, collected_at: Option<Timestamp>, bytes: &mut dyn Read) -> EntrySurvey {
    let mut lines = BufReader::with_capacity(64 << 10, bytes.take(BYTES));
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut growing: Vec<Growing> = Vec::new();
    let (mut head, mut tail): (Vec<Line>, std::collections::VecDeque<Line>) = Default::default();
    let mut run = Run::default();
    let mut raw = Vec::new();
    let mut number = 0u64;
    while next_line(&mut lines, &mut raw) {
        number += 1;
        let line = decode(&raw, &entry.origin);
        if line.text.trim().is_empty() {
            continue;
        }
        let masked = template(&line.text);
        run.take(&masked, &line, number);
        let at = match known.get(&masked) {
            Some(at) => *at,
            None if growing.len() < TEMPLATES => {
                known.insert(masked.clone(), growing.len());
                growing.push(fresh(masked, &line, &raw, number));
                growing.len() - 1
            }
            None => continue,
        };
        if let Some(one) = growing.get_mut(at) {
            one.template.count += 1;
            one.template.line = number;
            one.first = one.first.or(line.stamp);
            one.last = line.stamp.or(one.last);
            if let Some(second) = line.stamp.and_then(order) {
                *one.template
                    .buckets
                    .entry(second.div_euclid(BUCKET))
                    .or_default() += 1;
            }
        }
        if head.len() < SAMPLES {
            head.push(line);
        } else {
            if tail.len() >= SAMPLES {
                tail.pop_front();
            }
            tail.push_back(line);
        }
    }
    let tail: Vec<Line> = tail.into();
    let clock = Clock::from_samples(&head, &tail, &Around::of(entry, collected_at));
    let resolve = |stamp: Option<Stamp>| stamp.and_then(|stamp| clock.resolve(stamp));
    EntrySurvey {
        input: entry.input,
        path: entry.path.clone(),
        templates: growing
            .into_iter()
            .map(|one| Template {
                first: resolve(one.first),
                last: resolve(one.last),
                ..one.template
            })
            .collect(),
        tail: run.end(resolve),
        lines: number,
    }
}

fn fresh(masked: String, line: &Line, raw: &[u8], number: u64) -> Growing {
    let raw = match suspect::complains(line.level, &line.text) {
        true => String::from_utf8_lossy(raw).chars().take(RAW).collect(),
        false => String::new(),
    };
    Growing {
        template: Template {
            complains: match line.level {
                Some(level) => level >= Level::Warn,
                None => complains(&line.text),
            },
            severe: line.level >= Some(Level::Error),
            fatal: line.level == Some(Level::Fatal),
            error: match raw.is_empty() {
                true => String::new(),
                false => error_of(line),
            },
            raw,
            level: line.level,
            programs: line.programs,
            first_line: number,
            text: masked,
            sample: line.text.chars().take(SAMPLE).collect(),
            ..Template::default()
        },
        first: line.stamp,
        last: line.stamp,
    }
}

/// The value of `err=`, `error=`: what stands behind it in the text is of other fields.
fn error_of(line: &Line) -> String {
    let mut fields = line.fields.iter();
    let value = fields.find(|(key, _)| matches!(key.as_str(), "err" | "error"));
    let text = value.map_or("", |(_, value)| value.as_str());
    text.chars().take(SAMPLE).collect()
}

/// The run of equal templates that is going on.
#[derive(Default)]
struct Run {
    template: String,
    text: String,
    line: u64,
    count: u64,
    first: Option<Stamp>,
    last: Option<Stamp>,
}

impl Run {
    fn take(&mut self, masked: &str, line: &Line, number: u64) {
        if self.template != masked {
            self.template.clear();
            self.template.push_str(masked);
            self.count = 0;
            self.first = line.stamp;
        }
        self.count += 1;
        self.line = number;
        self.last = line.stamp.or(self.last);
        self.text.clear();
        self.text.extend(line.text.chars().take(SAMPLE));
    }

    fn end(self, resolve: impl Fn(Option<Stamp>) -> Option<Timestamp>) -> Option<Tail> {
        (self.count > 0).then(|| Tail {
            line: self.line,
            count: self.count,
            span: resolve(self.first).zip(resolve(self.last)),
            text: self.text,
        })
    }
}

/// A number that grows with time inside one entry; no instant.
fn order(stamp: Stamp) -> Option<i64> {
    match stamp {
        Stamp::Utc(time) => Some(time.as_second()),
        Stamp::Local(civil) | Stamp::Yearless(civil) => {
            let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
            Some(zoned.timestamp().as_second())
        }
        Stamp::SinceBoot(micros) => Some(micros / 1_000_000),
    }
}

/// The next line without its end, cut to [`LINE`] bytes; whether there was one.
fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> bool {
    line.clear();
    // a read error ends the entry: the first pass has reported it
    match reader.take(LINE).read_until(b'\n', line) {
        Ok(0) | Err(_) => return false,
        Ok(_) => {}
    }
    if line.last() == Some(&b'\n') {
        line.pop();
        return true;
    }
    // the rest of a long line says nothing more about its kind
    loop {
        let (used, ended) = match reader.fill_buf() {
            Ok([]) | Err(_) => return true,
            Ok(rest) => match rest.iter().position(|byte| *byte == b'\n') {
                Some(at) => (at + 1, true),
                None => (rest.len(), false),
            },
        };
        reader.consume(used);
        if ended {
            return true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::build::{evidence, log};

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
        let found = survey(&entry, None, &mut whole.as_bytes());
        let counts: Vec<_> = found
            .templates
            .iter()
            .map(|t| (t.count, t.complains))
            .collect();
        assert_eq!(counts, [(1, false), (2, true), (40, false)]);
        let tail = found.tail.unwrap();
        assert_eq!(
            (tail.line, tail.count, tail.text.as_str()),
            (43, 40, "Waiting for VM (39)")
        );
    }
}
