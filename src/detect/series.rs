//! Proven lines into bounded series: exact counts, the first and last few hits, counts per minute.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use super::buckets::Buckets;
use super::catalog::{Catalog, SearchLimits};
use super::{Captures, Hit, HitSeries, Location};
use crate::decode::Stamp;

/// A line about to be counted.
pub(crate) struct Proven<'a> {
    /// Its number.
    pub(crate) line: u64,
    /// Its time.
    pub(crate) stamp: Option<Stamp>,
    /// What a report shows of it.
    pub(crate) quote: &'a str,
    /// It is bash's announcement of a command (`+ echo ...`), whose output may follow.
    pub(crate) announced: bool,
}

/// One kept hit, its time unresolved.
#[derive(Debug, Clone, Default)]
struct Kept {
    line: u64,
    stamp: Option<Stamp>,
    quote: String,
}

impl Kept {
    fn set(&mut self, proven: &Proven<'_>) {
        self.line = proven.line;
        self.stamp = proven.stamp;
        self.quote.clear();
        self.quote.push_str(proven.quote);
    }

    fn resolved(self, clock: &dyn Fn(Stamp) -> Option<Timestamp>) -> Hit {
        Hit {
            location: Location::Line(self.line),
            time: self.stamp.and_then(clock),
            raw: self.quote,
        }
    }
}

/// The hits of one part with one set of captures.
#[derive(Debug, Default)]
struct Accumulated {
    count: u64,
    first: Vec<Kept>,
    last: VecDeque<Kept>,
    buckets: Buckets,
    last_line: u64,
    last_announced: bool,
}

impl Accumulated {
    fn add(&mut self, proven: &Proven<'_>, samples: usize) {
        if self.count > 0 && self.last_line == proven.line {
            return; // several matches on one line, or windows of one long line
        }
        let echoed = self.last_announced && self.last_line + 1 == proven.line;
        self.last_line = proven.line;
        self.last_announced = proven.announced;
        if echoed && !proven.announced {
            // `+ echo X` was counted; X itself is the better quote.
            let newest = self.last.back_mut().or(self.first.last_mut());
            if let Some(newest) = newest {
                newest.set(proven);
            }
            return;
        }
        self.count += 1;
        if let Some(stamp) = proven.stamp {
            self.buckets.add(stamp);
        }
        if self.first.len() < samples {
            let mut kept = Kept::default();
            kept.set(proven);
            self.first.push(kept);
            return;
        }
        let mut kept = if self.last.len() < samples {
            Kept::default()
        } else {
            self.last.pop_front().unwrap_or_default()
        };
        kept.set(proven);
        self.last.push_back(kept);
    }
}

/// All series of one entry.
#[derive(Debug, Default)]
pub(crate) struct SeriesSet {
    /// By index of the part in the catalog.
    parts: BTreeMap<u32, PartSeries>,
    /// Parts with more different captures than may be kept.
    beyond: BTreeSet<u32>,
}

/// The series of one part.
#[derive(Debug, Default)]
struct PartSeries {
    sets: BTreeMap<Captures, Accumulated>,
    /// Hits of all of them.
    count: u64,
}

impl SeriesSet {
    /// Counts a line for each distinct set of captures it gave; hits beyond the limit of those in a series with empty
    /// captures.
    pub(crate) fn add(
        &mut self,
        part: u32,
        captures: Vec<Captures>,
        proven: &Proven<'_>,
        limits: &SearchLimits,
    ) {
        let PartSeries { sets, count } = self.parts.entry(part).or_default();
        for captures in captures {
            let room = sets.len() < limits.captures;
            let series = if room || sets.contains_key(&captures) {
                sets.entry(captures).or_default()
            } else {
                self.beyond.insert(part);
                sets.entry(Captures::new()).or_default()
            };
            let before = series.count;
            series.add(proven, limits.samples);
            *count += series.count - before;
        }
    }

    /// How many parts, noise aside, have hits whose captures were not kept.
    pub(crate) fn beyond(&self, catalog: &Catalog) -> usize {
        let parts = self.beyond.iter();
        let parts = parts.filter_map(|part| catalog.parts.get(*part as usize));
        parts.filter(|part| !part.noise).count()
    }

    /// Hits counted for a part so far.
    pub(crate) fn count(&self, part: u32) -> u64 {
        self.parts.get(&part).map_or(0, |part| part.count)
    }

    /// The series, ordered by (signature, part, captures), their times resolved; forgets them.
    pub(crate) fn finish(
        &mut self,
        catalog: &Catalog,
        clock: &dyn Fn(Stamp) -> Option<Timestamp>,
    ) -> Vec<HitSeries> {
        self.beyond.clear();
        let mut all = Vec::new();
        for (part, PartSeries { sets, .. }) in std::mem::take(&mut self.parts) {
            let Some(part) = catalog.parts.get(part as usize) else {
                continue;
            };
            for (captures, series) in sets {
                let (minutes, span) = series.buckets.resolve(clock);
                let mut by_minute = BTreeMap::new();
                for (minute, count) in minutes {
                    let sum: &mut u32 = by_minute.entry(minute).or_default();
                    *sum = sum.saturating_add(count);
                }
                let resolved = |kept: Kept| kept.resolved(clock);
                all.push(HitSeries {
                    signature: part.signature,
                    part: part.part,
                    captures,
                    about: None,
                    count: series.count,
                    first: series.first.into_iter().map(resolved).collect(),
                    last: series.last.into_iter().map(resolved).collect(),
                    minutes: by_minute,
                    span,
                });
            }
        }
        all
    }
}
