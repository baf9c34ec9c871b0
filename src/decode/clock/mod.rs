//! Stamps without a year or a zone into instants, by what the entry as a whole says about time.
//!
//! A [`Clock`] is made once per entry from its first and last lines and what is known around it; after that
//! [`Clock::resolve`] is a pure function of the stamp, so lines can be resolved in any order and on any thread.
//!
//! - **Year.** The latest time of the entry is found first: from stamps with a year near it, else from the journal's
//!   header, else from the reference (file date, modification or collection time). A yearless stamp is then the
//!   latest one that is not more than a day after that. So a log over New Year resolves right in either direction,
//!   as long as it covers less than a year.
//! - **Zone.** Containers write UTC. For a host it is the difference between a journal stamp and an RFC 3339 stamp
//!   on the same line, rounded to a quarter of an hour; the most frequent one counts. A change of daylight saving
//!   inside one entry is not seen.
//! - **Direction.** By majority of neighbouring pairs: `journalctl -r` writes the newest line first.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{Line, Stamp, journal_header, stamp};
use crate::bundle::Entry;

/// How far clocks of nodes and files may be apart before a time counts as a year earlier.
const SLACK: SignedDuration = SignedDuration::from_hours(24);

/// 2015-01-01: older modification times are defaults of archive formats (1970, 1980), not times.
const EARLIEST_MODIFIED: Timestamp = Timestamp::constant(1_420_070_400, 0);

/// Earliest and latest time of an entry, as far as they are known.
type Bounds = (Option<Timestamp>, Option<Timestamp>);

/// What is known of an entry's times apart from its lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Around {
    /// No line is (much) later: the date in the file's name, its modification time, or the time of collection; the
    /// most specific one that is known.
    pub reference: Option<Timestamp>,
    /// The zone of stamps without one, where it is known: UTC for containers and Harvester, or what another entry
    /// of the same node showed. Pairs in the entry itself win over it.
    pub offset: Option<Offset>,
    /// When the node booted, for seconds since boot.
    pub boot: Option<Timestamp>,
}

impl Around {
    /// What an entry says of itself: the date in its file's name, else its modification time where that can be one, else
    /// the time of collection. Containers write UTC.
    pub fn of(entry: &Entry, collected: Option<Timestamp>) -> Around {
        let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
        // Archives made without times carry the epoch of their format.
        let modified = entry.modified.filter(|time| *time >= EARLIEST_MODIFIED);
        let container = entry.origin.pod.is_some() || entry.origin.container.is_some();
        Around {
            reference: reference_from_name(name).or(modified).or(collected),
            offset: container.then_some(Offset::UTC),
            boot: None,
        }
    }
}

/// Turns the stamps of one entry into instants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    offset: Option<Offset>,
    earliest: Option<Timestamp>,
    latest: Option<Timestamp>,
    boot: Option<Timestamp>,
    descending: bool,
    offset_seen: bool,
}

impl Clock {
    /// From the first and the last lines of an entry, each in file order. `tail` may be empty where the end was not
    /// seen (yet) or the head is all there is.
    pub fn from_samples(head: &[Line], tail: &[Line], around: &Around) -> Clock {
        let seen = offset_of_pairs(head.iter().chain(tail));
        let offset = seen.or(around.offset).unwrap_or(Offset::UTC);
        let descending = descends(head, tail);
        let mut clock = Clock {
            offset: Some(offset),
            boot: around.boot,
            descending,
            offset_seen: seen.is_some(),
            ..Clock::default()
        };
        let order: Vec<&Line> = if descending {
            head.iter().chain(tail).rev().collect()
        } else {
            head.iter().chain(tail).collect()
        };
        let open = tail.is_empty() && !descending;
        (clock.earliest, clock.latest) = clock.bounds(&order, open, around.reference);
        clock
    }

    /// The instant of a stamp; `None` where what it lacks is not known.
    pub fn resolve(&self, stamp: Stamp) -> Option<Timestamp> {
        match stamp {
            Stamp::Utc(instant) => Some(instant),
            Stamp::Local(civil) => self.at(civil),
            Stamp::Yearless(civil) => self.with_year(civil),
            Stamp::SinceBoot(micros) => self
                .boot?
                .checked_add(SignedDuration::from_micros(micros))
                .ok(),
        }
    }

    /// The instant of a line's stamp.
    pub fn time(&self, line: &Line) -> Option<Timestamp> {
        self.resolve(line.stamp?)
    }

    /// Whether the newest line comes first.
    pub fn descending(&self) -> bool {
        self.descending
    }

    /// The zone that lines of the entry itself showed: good for other entries of the node.
    pub fn observed_offset(&self) -> Option<Offset> {
        self.offset.filter(|_| self.offset_seen)
    }

    /// Earliest and latest resolved time among lines.
    pub fn span<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a Line>,
    ) -> Option<(Timestamp, Timestamp)> {
        lines
            .into_iter()
            .filter_map(|line| self.time(line))
            .fold(None, |span, time| {
                Some(match span {
                    None => (time, time),
                    Some((first, last)) => (time.min(first), time.max(last)),
                })
            })
    }

    /// Earliest and latest time that lines in ascending order allow; `open`: later lines were not seen.
    fn bounds(&self, order: &[&Line], open: bool, reference: Option<Timestamp>) -> Bounds {
        let dated = |line: &&Line| match line.stamp {
            Some(Stamp::Utc(instant)) => Some(instant),
            Some(Stamp::Local(civil)) => self.at(civil),
            _ => None,
        };
        let header = order.iter().find_map(|line| journal_header(&line.text));
        let header_begin = header.and_then(|(begin, _)| self.at(begin));
        let header_end = header.and_then(|(_, end)| self.at(end?));
        let earliest = order.iter().find_map(dated).or(header_begin);
        let Some(last) = order.iter().filter_map(&dated).max() else {
            return (earliest, header_end.or(reference));
        };
        if open {
            return (earliest, None);
        }
        // Yearless lines behind the last dated one are later than it.
        let behind = order.iter().rev().take_while(|line| dated(line).is_none());
        let ahead = behind.filter_map(|line| match line.stamp {
            Some(Stamp::Yearless(civil)) => self.first_after(civil, last),
            _ => None,
        });
        let possible = |time: &Timestamp| {
            reference.is_none_or(|r| *time <= r.saturating_add(SLACK).unwrap_or(r))
        };
        (
            earliest,
            Some(ahead.max().filter(possible).unwrap_or(last).max(last)),
        )
    }

    /// A civil time of this entry's zone as an instant.
    fn at(&self, civil: DateTime) -> Option<Timestamp> {
        stamp::at_offset(civil, self.offset.unwrap_or(Offset::UTC))
    }

    /// The latest year in which this is not more than a day after the latest time; without one, the first year in
    /// which it is not more than a day before the earliest.
    fn with_year(&self, civil: DateTime) -> Option<Timestamp> {
        match (self.latest, self.earliest) {
            (Some(latest), _) => {
                let limit = latest.checked_add(SLACK).ok()?;
                let year = Offset::UTC.to_datetime(limit).year().saturating_add(1);
                // Nine: 29 February may be eight years away.
                (0..=9).find_map(|back| {
                    self.in_year(civil, year - back)
                        .filter(|time| *time <= limit)
                })
            }
            (None, Some(earliest)) => self.first_after(civil, earliest),
            (None, None) => None,
        }
    }

    /// The first occurrence of a yearless time that is not more than a day before `floor`.
    fn first_after(&self, civil: DateTime, floor: Timestamp) -> Option<Timestamp> {
        let limit = floor.checked_sub(SLACK).ok()?;
        let year = Offset::UTC.to_datetime(limit).year().saturating_sub(1);
        (0..=10).find_map(|on| {
            self.in_year(civil, year.checked_add(on)?)
                .filter(|time| *time >= limit)
        })
    }

    fn in_year(&self, civil: DateTime, year: i16) -> Option<Timestamp> {
        let date = Date::new(year, civil.month(), civil.day()).ok()?;
        self.at(date.to_datetime(civil.time()))
    }
}

/// The most frequent difference between a zoneless stamp and an instant on the same line.
fn offset_of_pairs<'a>(lines: impl Iterator<Item = &'a Line>) -> Option<Offset> {
    let mut votes: BTreeMap<i64, u32> = BTreeMap::new();
    for line in lines {
        let (Some(Stamp::Utc(instant)), Some(second)) = (line.stamp, line.second_stamp) else {
            continue;
        };
        if let Some(quarters) = quarters_apart(instant, second) {
            *votes.entry(quarters).or_default() += 1;
        }
    }
    let (quarters, _) = votes
        .into_iter()
        .max_by_key(|(quarters, count)| (*count, -quarters.abs()))?;
    Offset::from_seconds(i32::try_from(quarters * 900).ok()?).ok()
}

/// Quarters of an hour that a civil stamp is ahead of an instant; `None` where they are not close to a whole
/// number of quarters, or further apart than zones are: the two are different events.
fn quarters_apart(instant: Timestamp, civil: Stamp) -> Option<i64> {
    let utc = Offset::UTC.to_datetime(instant);
    let candidates = match civil {
        Stamp::Local(civil) => [Some(civil), None, None],
        Stamp::Yearless(civil) => [-1, 0, 1].map(|step| {
            let date = Date::new(utc.year() + step, civil.month(), civil.day()).ok()?;
            Some(date.to_datetime(civil.time()))
        }),
        Stamp::Utc(_) | Stamp::SinceBoot(_) => return None,
    };
    candidates.into_iter().flatten().find_map(|civil| {
        let apart = stamp::at_offset(civil, Offset::UTC)?
            .duration_since(instant)
            .as_secs();
        let quarters = (apart + 450).div_euclid(900);
        let close = (apart - quarters * 900).abs() <= 120;
        (close && quarters.abs() <= 14 * 4).then_some(quarters)
    })
}

/// Whether times fall through the file: more falling than rising neighbours, or the tail before the head.
fn descends(head: &[Line], tail: &[Line]) -> bool {
    let (mut rising, mut falling) = (0_u32, 0_u32);
    for part in [head, tail] {
        let mut before: Option<Stamp> = None;
        for stamp in part.iter().filter_map(|line| line.stamp) {
            match before.and_then(|before| later(before, stamp)) {
                Some(true) => rising += 1,
                Some(false) => falling += 1,
                None => {}
            }
            before = Some(stamp);
        }
    }
    if rising != falling {
        return falling > rising;
    }
    let first = head.iter().find_map(|line| line.stamp);
    let last = tail.iter().rev().find_map(|line| line.stamp);
    first.zip(last).and_then(|(first, last)| later(first, last)) == Some(false)
}

/// Whether `b` is later than `a`; `None` where they are equal or of different kinds. Yearless times half a year or more
/// apart are taken to have New Year between them.
fn later(a: Stamp, b: Stamp) -> Option<bool> {
    match (a, b) {
        (Stamp::Yearless(a), Stamp::Yearless(b)) => {
            let apart = b.duration_since(a).as_hours() / 24;
            let wrapped = apart.abs() > 182;
            (a != b).then_some((b > a) != wrapped)
        }
        _ if std::mem::discriminant(&a) == std::mem::discriminant(&b) => (a != b).then_some(b > a),
        _ => None,
    }
}

/// The latest time that a date in a file's name allows: the end of that day for `..20241009.log.gz`, the instant for
/// `kubelet-2025-12-02T13-58-40.483.log.gz`, `0.log.20240101-010203` and `..-archive-2025-02-05T09-41-12Z.zip`.
pub fn reference_from_name(name: &str) -> Option<Timestamp> {
    let b = name.as_bytes();
    let starts = (0..b.len()).rev().filter(|&at| {
        b.get(at).is_some_and(u8::is_ascii_digit)
            && at
                .checked_sub(1)
                .and_then(|p| b.get(p))
                .is_none_or(|c| !c.is_ascii_digit())
    });
    starts.filter_map(|at| name.get(at..)).find_map(name_date)
}

/// A date at the start of `text`: `2025-12-02T13-58-40`, `20240101-010203`, `20241009`.
fn name_date(text: &str) -> Option<Timestamp> {
    let all: String = text.chars().take(19).filter(char::is_ascii_digit).collect();
    let run = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = |from: usize, to: usize| all.get(from..to).and_then(|n| n.parse::<i16>().ok());
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let separated = run == 4 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    if !(separated || run == 8) || !(2000..2100).contains(&year) {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let clocked = if separated {
        text.get(10..11) == Some("T")
    } else {
        text.get(8..9) == Some("-")
    };
    let clock = clocked
        .then(|| {
            let part = |from: usize, to: usize| i8::try_from(number(from, to)?).ok();
            jiff::civil::Time::new(part(8, 10)?, part(10, 12)?, part(12, 14)?, 0).ok()
        })
        .flatten();
    let time = clock.unwrap_or(jiff::civil::Time::constant(23, 59, 59, 0));
    stamp::at_offset(date.to_datetime(time), Offset::UTC)
}

#[cfg(test)]
mod tests;
