//! Time and order of observations: how many inside a window, what follows what, how long something lasts.
//!
//! Hits are exact to the second where all of a series were kept, to the minute beyond. Comparisons between
//! nodes allow for [`CLOCK_TOLERANCE`], and for what the correction of a clock may be wrong; what has no time never
//! satisfies an order across files.

use jiff::{SignedDuration, Timestamp};

use super::Observation;
use super::index::Index;
use crate::bundle::Instance;
use crate::detect::Location;
use crate::evidence::clocks;
use crate::signature::TimeConstraints;

/// How far the clocks of two nodes of a healthy cluster may differ.
pub const CLOCK_TOLERANCE: SignedDuration = clocks::HEALTHY;
/// A hit belongs to the last part of a coverage when it is at most this long before its end, or within the
/// last tenth of it.
const TAIL: SignedDuration = SignedDuration::from_mins(10);
/// The last tenth of a long coverage is not allowed to be longer than this.
const LONGEST_TAIL: SignedDuration = SignedDuration::from_hours(2);
/// Where a log has no times, so many lines are its last part, or the last tenth of them.
const LAST_LINES: u64 = 20;
/// A tenth of a long log is not its end.
const MOST_LAST_LINES: u64 = 1000;

/// A number of hits at a second (or in the minute that begins there).
type Tick = (i64, u64);

/// What time has to say about the observations of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timed {
    Holds,
    Fails,
    /// There are no times to decide by: holds, but nobody should be sure of it.
    Undecided,
}

/// Applies the constraints of a part to all observations of one subject; `follow` are those of its `then` part.
pub(super) fn judge(
    index: &Index<'_>,
    time: &TimeConstraints,
    seen: &[&Observation],
    follow: &[&Observation],
) -> Timed {
    let mut verdict = Timed::Holds;
    let mut demand = |held: Option<bool>| match held {
        Some(true) => {}
        Some(false) => verdict = Timed::Fails,
        None if verdict == Timed::Holds => verdict = Timed::Undecided,
        None => {}
    };
    if time.at_least.is_some() || time.within.is_some() {
        demand(often(index, seen, time));
    }
    if let Some(then) = &time.then {
        demand(Some(followed(index, seen, follow, then.within)));
    }
    if let Some(least) = time.lasts {
        demand(span(seen).map(|(from, to)| to.duration_since(from) >= least));
    }
    if let Some(least) = time.persists {
        demand(any(seen, |one| persists(index, one, least)));
    }
    if time.at_end {
        demand(any(seen, |one| {
            at_end(index, one).or_else(|| in_last_lines(index, one))
        }));
    }
    verdict
}

/// `Some(true)` if it holds for one, `None` if it is undecided for one and holds for none.
fn any(seen: &[&Observation], mut holds: impl FnMut(&Observation) -> Option<bool>) -> Option<bool> {
    let mut undecided = false;
    for one in seen {
        match holds(one) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => undecided = true,
        }
    }
    if undecided { None } else { Some(false) }
}

fn often(index: &Index<'_>, seen: &[&Observation], time: &TimeConstraints) -> Option<bool> {
    let least = u64::from(time.at_least.unwrap_or(1));
    let total = seen
        .iter()
        .fold(0u64, |sum, one| sum.saturating_add(one.count));
    if total < least {
        return Some(false);
    }
    let Some(within) = time.within else {
        return Some(true);
    };
    let ticks = ticks(index, seen);
    if ticks.is_empty() {
        return None;
    }
    Some(densest(&ticks, within.as_secs()) >= least)
}

/// The largest number of hits inside a window of `width` seconds.
fn densest(ticks: &[Tick], width: i64) -> u64 {
    let mut best = 0u64;
    let mut sum = 0u64;
    let mut oldest = ticks.iter().peekable();
    for &(now, count) in ticks {
        sum = sum.saturating_add(count);
        while let Some(&&(then, gone)) = oldest.peek() {
            if now.saturating_sub(then) <= width {
                break;
            }
            sum = sum.saturating_sub(gone);
            oldest.next();
        }
        best = best.max(sum);
    }
    best
}

/// Hits in order of time.
fn ticks(index: &Index<'_>, seen: &[&Observation]) -> Vec<Tick> {
    let mut ticks = Vec::new();
    for one in seen {
        match one.series(index.evidence) {
            Some(series) => {
                let kept = series.first.len().saturating_add(series.last.len());
                if u64::try_from(kept).is_ok_and(|kept| kept >= series.count) {
                    let times = one.hits(index.evidence).filter_map(|hit| hit.time);
                    ticks.extend(times.map(|time| (time.as_second(), 1)));
                } else {
                    let minutes = series.minutes.iter();
                    ticks.extend(minutes.map(|(m, n)| (m.saturating_mul(60), u64::from(*n))));
                }
            }
            None => ticks.extend(one.span.map(|(_, last)| (last.as_second(), one.count))),
        }
    }
    ticks.sort_unstable();
    ticks
}

/// First and last time of all.
pub(super) fn span(seen: &[&Observation]) -> Option<(Timestamp, Timestamp)> {
    seen.iter()
        .filter_map(|one| one.span)
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

/// Whether one of `follow` comes after one of `seen`. In one file the lines decide where times do not.
fn followed(
    index: &Index<'_>,
    seen: &[&Observation],
    follow: &[&Observation],
    within: Option<SignedDuration>,
) -> bool {
    let after = ticks(index, follow);
    let limit = within.map_or(i64::MAX, |within| within.as_secs());
    let tolerance = tolerance(index, seen.iter().chain(follow)).as_secs();
    let in_time = ticks(index, seen).iter().any(|&(first, _)| {
        let from = first.saturating_sub(tolerance);
        let at = after.partition_point(|&(time, _)| time < from);
        after
            .get(at)
            .is_some_and(|&(time, _)| time.saturating_sub(first) <= limit)
    });
    if in_time {
        return true;
    }
    let line = |one: &Observation, last: bool| {
        let lines = one
            .hits(index.evidence)
            .filter_map(|hit| match hit.location {
                Location::Line(line) if hit.time.is_none() => Some(line),
                _ => None,
            });
        if last { lines.max() } else { lines.min() }
    };
    seen.iter().any(|a| {
        follow.iter().any(|b| {
            a.entry == b.entry
                && line(a, false)
                    .zip(line(b, true))
                    .is_some_and(|(a, b)| a < b)
        })
    })
}

/// How far the times of these may be apart although they are one.
fn tolerance<'o>(
    index: &Index<'_>,
    all: impl IntoIterator<Item = &'o &'o Observation>,
) -> SignedDuration {
    let errors = all
        .into_iter()
        .map(|one| index.evidence.clock_error(one.place.node.as_deref()));
    CLOCK_TOLERANCE + errors.max().unwrap_or(SignedDuration::ZERO)
}

/// Whether hits go on for `least` after the last start of the program that the stream shows.
fn persists(index: &Index<'_>, one: &Observation, least: SignedDuration) -> Option<bool> {
    if one.is_state() {
        return Some(true);
    }
    let (_, last) = one.span?;
    let started = last_start(index, one).or(index.stream_span(one.entry).map(|(from, _)| from))?;
    Some(last.duration_since(started) >= least)
}

/// The last start of the program before the last hit.
fn last_start(index: &Index<'_>, one: &Observation) -> Option<Timestamp> {
    let (_, last) = one.span?;
    let starts = starts(index, one).iter().copied();
    starts.filter(|start| *start <= last).max()
}

/// The starts of the program that the entry shows.
pub(super) fn starts<'e>(index: &Index<'e>, one: &Observation) -> &'e [Timestamp] {
    let read = index.evidence.entries.get(one.entry as usize);
    read.map(|read| read.hits.coverage.starts.as_slice())
        .unwrap_or_default()
}

/// Whether the last hit lies in the last part of what its stream covers.
pub(super) fn at_end(index: &Index<'_>, one: &Observation) -> Option<bool> {
    if one.is_state() {
        return Some(true);
    }
    let (_, last) = one.span?;
    let (_, to) = index.stream_span(one.entry)?;
    Some(to.duration_since(last) <= tail(index, one)?)
}

/// `Some(true)` if a log without times ends with it; that it does not decides nothing. Another instance or a rotated file
/// ends where the log goes on.
fn in_last_lines(index: &Index<'_>, one: &Observation) -> Option<bool> {
    let read = index.evidence.entries.get(one.entry as usize)?;
    let coverage = &read.hits.coverage;
    let current = read.entry.origin.instance == Instance::Current;
    if !current || coverage.span.is_some() || one.span.is_some() {
        return None;
    }
    let lines = one
        .hits(index.evidence)
        .filter_map(|hit| match hit.location {
            Location::Line(line) => Some(line),
            Location::Object { .. } => None,
        });
    let behind = coverage.lines.checked_sub(lines.max()?)?;
    let last = LAST_LINES.max(coverage.lines / 10).min(MOST_LAST_LINES);
    // Of a short log all lines would be the last ones.
    (behind <= last.min(coverage.lines / 2)).then_some(true)
}

/// How long the stream of an observation may go on without it before it is over.
pub(super) fn tail(index: &Index<'_>, one: &Observation) -> Option<SignedDuration> {
    let (from, to) = index.stream_span(one.entry)?;
    let tenth = to.duration_since(from).as_secs() / 10;
    Some(TAIL.max(SignedDuration::from_secs(tenth).min(LONGEST_TAIL)))
}

/// Whether all of these can be seen inside one window. What has no time can be in any.
pub(super) fn share_window(
    index: &Index<'_>,
    all: &[&Observation],
    window: SignedDuration,
) -> bool {
    let timed: Vec<&&Observation> = all
        .iter()
        .filter(|one| one.span.is_some() && !one.is_state())
        .collect();
    let tolerance = tolerance(index, all);
    let overlap = |a: &Observation, b: &Observation| match (a.span, b.span) {
        (Some(a), Some(b)) => {
            let gap = a.0.max(b.0).duration_since(a.1.min(b.1));
            gap <= window + tolerance
        }
        _ => true,
    };
    if timed.len() < 2 {
        return true;
    }
    if !timed.iter().all(|a| timed.iter().all(|b| overlap(a, b))) {
        return false;
    }
    let mut labelled: Vec<(i64, usize)> = Vec::new();
    for (label, one) in timed.iter().enumerate() {
        labelled.extend(ticks(index, &[one]).iter().map(|&(time, _)| (time, label)));
    }
    labelled.sort_unstable();
    let width = (window + tolerance).as_secs();
    let mut latest: Vec<Option<i64>> = vec![None; timed.len()];
    for (time, label) in labelled {
        if let Some(slot) = latest.get_mut(label) {
            *slot = Some(time);
        }
        if latest
            .iter()
            .all(|seen| seen.is_some_and(|seen| time.saturating_sub(seen) <= width))
        {
            return true;
        }
    }
    false
}
