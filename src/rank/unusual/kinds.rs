//! The lines of one entry into kinds, with their counts and times: a line is decoded where its kind is new, or where
//! somebody will ask when it was said.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem::{Discriminant, discriminant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::suspect;
use super::skeleton::skeleton;
use super::template::{complains, template};
use crate::bundle::{Origin, ProgramSet};
use crate::decode::{Level, Line, Stamp, decode, stamp_of};

/// Kinds of lines of one entry that are told apart.
const KINDS: usize = 1 << 16;
/// Skeletons that are remembered at a time, a power of two.
const REMEMBERED: usize = 1 << 11;
/// Bytes at the beginning of a line that may say when it was said.
const BEGINNINGS: [usize; 2] = [48, 112];
/// Characters of a sample.
pub(super) const SAMPLE: usize = 400;
/// Characters of a line that is kept as it stands.
const RAW: usize = 700;
/// Seconds that lines of a burst stand in.
pub(super) const BUCKET: i64 = 600;
/// Buckets that are counted at a time: lines of a log are out of order by little.
const OPEN: usize = 4;

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
    pub(super) fn size(&self) -> usize {
        let texts = [&self.text, &self.sample, &self.raw, &self.error];
        size_of::<Self>() + texts.iter().map(|text| text.len()).sum::<usize>()
    }

    /// Whether anybody will ask for it.
    fn tells(&self) -> bool {
        self.complains || self.severe || self.fatal || !self.raw.is_empty()
    }
}

/// One kind of line while the entry is read; stamps are resolved at its end.
#[derive(Default)]
struct Growing {
    template: Template,
    first: Option<Stamp>,
    last: Option<Stamp>,
}

impl Growing {
    fn count(&mut self, stamp: Option<Stamp>, number: u64) {
        self.template.count += 1;
        self.template.line = number;
        self.first = self.first.or(stamp);
        self.last = stamp.or(self.last);
        if let Some(second) = stamp.and_then(order) {
            self.template.counts(second.div_euclid(BUCKET));
        }
    }
}

/// The kinds of lines of one entry so far.
pub(super) struct Kinds {
    /// What the lines of a skeleton are, each at one of the two places that its number gives: lines made to share
    /// places cost a decoding, no search.
    seen: Vec<Option<(u64, Kind)>>,
    /// By the hash of a template: its place among those that grow, or that it tells nothing.
    known: HashMap<u64, Option<usize>>,
    growing: Vec<Growing>,
    /// Bytes that templates may still take.
    room: usize,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Without a text.
    Blank,
    /// Of this template; at this place, if somebody will ask for it.
    Told { template: u64, at: Option<At> },
}

/// Where a kind stands, and how much of a line says when it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    place: usize,
    bytes: usize,
    /// What the first of them says when it was said with.
    form: Option<Discriminant<Stamp>>,
}

impl At {
    /// When a line of this kind was said. Longer words may have moved its time out of the beginning, or in part.
    fn stamp(self, raw: &[u8]) -> Option<Stamp> {
        let stamp = stamp_of(raw.get(..self.bytes).unwrap_or(raw));
        match stamp.as_ref().map(discriminant) == self.form {
            true => stamp,
            false => stamp_of(raw),
        }
    }
}

impl Kinds {
    pub(super) fn within(room: usize) -> Self {
        Self {
            seen: vec![None; REMEMBERED],
            known: HashMap::new(),
            growing: Vec::new(),
            room,
        }
    }

    /// Counts a line.
    pub(super) fn take(&mut self, raw: &[u8], origin: &Origin, number: u64) -> Kind {
        let skeleton = skeleton(raw);
        let places = [skeleton, skeleton >> 32].map(|half| half as usize & (REMEMBERED - 1));
        let known = places.iter().find_map(|place| match self.seen.get(*place) {
            Some(Some((of, kind))) if *of == skeleton => Some(*kind),
            _ => None,
        });
        if let Some(kind @ (Kind::Blank | Kind::Told { at: None, .. })) = known {
            return kind;
        }
        if let Some(Kind::Told { at: Some(at), .. }) = known {
            self.count(at, at.stamp(raw), number);
        }
        known.unwrap_or_else(|| {
            let kind = self.read(raw, origin, number);
            let free = |place: &usize| matches!(self.seen.get(*place), Some(None));
            let place = places.into_iter().find(free).unwrap_or(places[0]);
            if let Some(slot) = self.seen.get_mut(place) {
                *slot = Some((skeleton, kind));
            }
            kind
        })
    }

    fn count(&mut self, at: At, stamp: Option<Stamp>, number: u64) {
        if let Some(one) = self.growing.get_mut(at.place) {
            one.count(stamp, number);
        }
    }

    /// Reads a line whose skeleton is not remembered, and counts it.
    fn read(&mut self, raw: &[u8], origin: &Origin, number: u64) -> Kind {
        let line = decode(raw, origin);
        if line.text.trim().is_empty() {
            return Kind::Blank;
        }
        let (template, place) = self.place(&line, raw, number);
        let at = place.map(|place| {
            let says = |bytes: &usize| {
                let some = raw.get(..*bytes);
                some.is_some_and(|some| stamp_of(some) == line.stamp)
            };
            let bytes = BEGINNINGS.into_iter().find(says).unwrap_or(usize::MAX);
            let form = line.stamp.as_ref().map(discriminant);
            At { place, bytes, form }
        });
        if let Some(at) = at {
            self.count(at, line.stamp, number);
        }
        Kind::Told { template, at }
    }

    /// The hash of a line's template, and where it grows.
    fn place(&mut self, line: &Line, raw: &[u8], number: u64) -> (u64, Option<usize>) {
        let masked = template(&line.text);
        let mut hasher = DefaultHasher::new();
        (&masked, line.level).hash(&mut hasher);
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
        (hash, at)
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

    /// The kinds that tell something, ordered by first line.
    pub(super) fn end(self, resolve: impl Fn(Option<Stamp>) -> Option<Timestamp>) -> Vec<Template> {
        let ended = self.growing.into_iter().map(|one| Template {
            first: resolve(one.first),
            last: resolve(one.last),
            ..one.template
        });
        ended.collect()
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
