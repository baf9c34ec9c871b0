//! The times of one node moved into the common time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::detect::{EntryHits, Hit, Location};
use crate::evidence::Evidence;

/// Moves everything that the node's own logs say back by `ahead`.
pub(super) fn node(evidence: &mut Evidence, node: &str, ahead: SignedDuration) {
    for read in &mut evidence.entries {
        if read.entry.origin.node.as_deref() == Some(node) {
            hits(&mut read.hits, ahead);
        }
    }
    let own = |of: &Option<Arc<str>>| of.as_deref() == Some(node);
    for fact in &mut evidence.facts {
        if fact.key == "collected-at"
            && own(&fact.node)
            && let Some(time) = fact.value.as_str().and_then(|text| text.parse().ok())
        {
            fact.value = back(time, ahead).to_string().into();
        }
    }
}

fn hits(hits: &mut EntryHits, ahead: SignedDuration) {
    let coverage = &mut hits.coverage;
    coverage.span = coverage.span.map(|span| both(span, ahead));
    for start in coverage.starts.iter_mut().chain(&mut coverage.boots) {
        *start = back(*start, ahead);
    }
    // counts are kept by the minute, so they move by whole minutes
    let minutes = (ahead.as_secs() + ahead.as_secs().signum() * 30) / 60;
    for series in &mut hits.series {
        let of_object = |hit: &Hit| matches!(hit.location, Location::Object { .. });
        if series.first.iter().chain(&series.last).any(of_object) {
            continue;
        }
        series.span = series.span.map(|span| both(span, ahead));
        for hit in series.first.iter_mut().chain(&mut series.last) {
            hit.time = hit.time.map(|time| back(time, ahead));
        }
        let counted = std::mem::take(&mut series.minutes);
        let moved = counted
            .into_iter()
            .map(|(minute, count)| (minute.saturating_sub(minutes), count));
        series.minutes = moved.collect::<BTreeMap<_, _>>();
    }
}

fn both((from, to): (Timestamp, Timestamp), ahead: SignedDuration) -> (Timestamp, Timestamp) {
    (back(from, ahead), back(to, ahead))
}

fn back(time: Timestamp, ahead: SignedDuration) -> Timestamp {
    time.checked_sub(ahead).unwrap_or(time)
}
