//! The lines of an implicated entry into templates with their counts and times, and what it repeats at its end.
//!
//! Only lines that complain become templates; of the others it is enough to know that they are none.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::suspect;
use super::Implicated;
use super::template::{complains, template};
use crate::bundle::{Entry, ProgramSet, Visit};
use crate::decode::{Around, Clock, Level, Line, Period, Stamp, decode};
use crate::error::Problem;

/// Bytes of one entry that are surveyed, bytes of one line.
const BYTES: u64 = 256 << 20;
const LINE: u64 = 16 << 10;
/// Kinds of lines of one entry that are told apart.
const KINDS: usize = 1 << 16;
/// Lines kept to tell the zone and year of the others.
const SAMPLES: usize = 32;
/// Characters of a sample.
const SAMPLE: usize = 400;
/// Characters of a line that is kept as it stands.
const RAW: usize = 700;
/// Seconds that lines of a burst stand in.
pub(super) const BUCKET: i64 = 600;
/// Buckets that are counted at a time: lines of a log are out of order by little.
const OPEN: usize = 4;

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
    /// Most lines in ten minutes.
    pub(super) densest: u64,
    /// Lines per ten minutes, of the last ones.
    pub(super) buckets: BTreeMap<i64, u64>,
}

impl Template {
    fn counts(&mut self, bucket: i64) {
        let lines = self.buckets.entry(bucket).or_default();
        *lines += 1;
        self.densest = self.densest.max(*lines);
        if self.buckets.len() > OPEN {
            self.buckets.pop_first();
        }
    }

    /// Bytes that it takes, roughly.
    fn size(&self) -> usize {
        let texts = [&self.text, &self.sample, &self.raw, &self.error];
        size_of::<Self>() + texts.iter().map(|text| text.len()).sum::<usize>()
    }

    /// Whether anybody will ask for it.
    fn tells(&self) -> bool {
        self.complains || self.severe || self.fatal || !self.raw.is_empty()
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

/// One kind of line while the entry is read; stamps are resolved at its end.
#[derive(Default)]
struct Growing {
    template: Template,
    first: Option<Stamp>,
    last: Option<Stamp>,
}

fn survey(entry: &Entry, wanted: &Implicated, bytes: &mut dyn Read) -> EntrySurvey {
    let mut lines = BufReader::with_capacity(64 << 10, bytes.take(BYTES));
    let mut kinds = Kinds::within(wanted.room);
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
        kinds.take(masked, &line, &raw, number);
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
    let clock = Clock::from_samples(&head, &tail, &Around::of(entry, wanted.collected_at));
    let resolve = |stamp: Option<Stamp>| stamp.and_then(|stamp| clock.resolve(stamp));
    EntrySurvey {
        input: entry.input,
        path: entry.path.clone(),
        templates: kinds
            .growing
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

/// The kinds of lines of one entry so far.
struct Kinds {
    /// By the hash of a template: its place among those that grow, or that it tells nothing.
    known: HashMap<u64, Option<usize>>,
    growing: Vec<Growing>,
    /// Bytes that templates may still take.
    room: usize,
}

impl Kinds {
    fn within(room: usize) -> Self {
        Self {
            known: HashMap::new(),
            growing: Vec::new(),
            room,
        }
    }

    fn take(&mut self, masked: String, line: &Line, raw: &[u8], number: u64) {
        let mut hasher = DefaultHasher::new();
        masked.hash(&mut hasher);
        let hash = hasher.finish();
        let at = match self.known.get(&hash) {
            Some(at) => *at,
            None if self.known.len() < KINDS => {
                let at = self.add(fresh(masked, line, raw, number));
                self.known.insert(hash, at);
                at
            }
            None => None,
        };
        let Some(one) = at.and_then(|at| self.growing.get_mut(at)) else {
            return;
        };
        one.template.count += 1;
        one.template.line = number;
        one.first = one.first.or(line.stamp);
        one.last = line.stamp.or(one.last);
        if let Some(second) = line.stamp.and_then(order) {
            one.template.counts(second.div_euclid(BUCKET));
        }
    }

    fn add(&mut self, one: Growing) -> Option<usize> {
        let size = one.template.size();
        if !one.template.tells() || size > self.room {
            return None;
        }
        self.room -= size;
        self.growing.push(one);
        Some(self.growing.len() - 1)
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
            text: masked.chars().take(RAW).collect(),
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
