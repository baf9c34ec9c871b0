//! Whether what was observed still holds at the time of collection.

use jiff::{SignedDuration, Timestamp};

use super::index::Index;
use super::observe::is_event;
use super::{Context, Observation, Proof, timing};
use crate::bundle::Instance;
use crate::detect::Location;

/// Whether a finding still holds when the bundle was collected. Ordered from dead to alive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not seen any more, although its source goes on.
    Ended,
    /// The source does not say.
    Unknown,
    /// Happens once and stays true.
    Once,
    /// Still seen in the last part of the coverage.
    Ongoing,
}

impl State {
    /// Whether it may still hold.
    pub const fn is_alive(self) -> bool {
        !matches!(self, Self::Ended)
    }
}

/// An Event counts as fresh this long: the API server keeps Events for an hour by default.
const EVENT_LIFE: SignedDuration = SignedDuration::from_hours(1);
/// A container that has run this long since the instance that failed is taken to have recovered.
const RECOVERED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// The state that a set of observations leaves behind: the most alive of them.
pub(super) fn state(
    index: &Index<'_>,
    context: &Context,
    once: bool,
    seen: &[&Observation],
) -> State {
    let newest = seen
        .iter()
        .map(|one| of_one(index, context, one))
        .max()
        .unwrap_or(State::Unknown);
    if once { State::Once } else { newest }
}

/// When a set of observations that is over was so at the latest: after the last hit, and what its source may stay
/// silent while it goes on.
pub(super) fn over(index: &Index<'_>, seen: &[&Observation]) -> Option<Timestamp> {
    let of_one = |one: &&Observation| {
        let (_, last) = one.span?;
        let hit = one
            .series(index.evidence)
            .and_then(|series| series.last.last().or(series.first.last()));
        let silent = match (hit.map(|hit| &hit.location), &one.proof) {
            (Some(Location::Object { .. }), _) | (_, Proof::Object { .. }) => Some(EVENT_LIFE),
            _ => timing::tail(index, one),
        };
        last.checked_add(silent?).ok()
    };
    seen.iter().filter_map(of_one).max()
}

fn of_one(index: &Index<'_>, context: &Context, one: &Observation) -> State {
    let Some(series) = one.series(index.evidence) else {
        return match &one.proof {
            Proof::Series(_) => State::Unknown,
            Proof::Object { object, .. } if is_event(object) => event(context, one),
            Proof::Object { .. } | Proof::Fact { .. } => State::Ongoing,
        };
    };
    let location = series
        .last
        .last()
        .or(series.first.last())
        .map(|h| &h.location);
    match location {
        Some(Location::Object { object, .. }) if is_event(object) => event(context, one),
        Some(Location::Object { .. }) => State::Ongoing,
        _ => line(index, one),
    }
}

fn event(context: &Context, one: &Observation) -> State {
    match (context.collected_at, one.span) {
        (Some(now), Some((_, last))) if now.duration_since(last) <= EVENT_LIFE => State::Ongoing,
        (Some(_), Some(_)) => State::Ended,
        _ => State::Unknown,
    }
}

fn line(index: &Index<'_>, one: &Observation) -> State {
    let Some(read) = index.evidence.entries.get(one.entry as usize) else {
        return State::Unknown;
    };
    if read.entry.origin.instance == Instance::Previous {
        return previous(index, one);
    }
    match timing::at_end(index, one) {
        Some(true) => State::Ongoing,
        Some(false) => State::Ended,
        None => State::Unknown,
    }
}

/// The last words of an instance that is gone: over once its successor has run long enough, else nobody knows.
fn previous(index: &Index<'_>, one: &Observation) -> State {
    let own = index
        .evidence
        .entries
        .get(one.entry as usize)
        .and_then(|read| read.hits.coverage.span);
    match (own, index.stream_span(one.entry)) {
        (Some((_, own_end)), Some((_, end))) if end > own_end => {
            if end.duration_since(own_end) > RECOVERED_AFTER {
                State::Ended
            } else {
                State::Unknown
            }
        }
        _ => match timing::at_end(index, one) {
            Some(true) => State::Ongoing,
            Some(false) => State::Ended,
            None => State::Unknown,
        },
    }
}
