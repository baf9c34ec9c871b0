//! What nodes say of the same moments into how far their clocks are off, and into evidence in one time.
//!
//! `measure` finds pairs of clocks that were read at one moment; here the surest pairs are joined into one offset per
//! node, and everything that a node's own logs say is moved into the common time. From then on every comparison
//! across nodes (order, windows, onsets, the timeline) is one of corrected times. A clock is only corrected where it is
//! off by more than the measurement may be wrong; a node of which nothing tells keeps its own time.

mod correct;
mod measure;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
#[cfg(test)]
use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::Evidence;
use crate::signature::Database;

/// Clocks of a healthy cluster differ by less; nothing is corrected below.
pub const HEALTHY: SignedDuration = SignedDuration::from_secs(2);

/// A node's clock, as far as something in the case tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeClock {
    /// How far it is ahead of the common time; negative: behind.
    pub ahead: SignedDuration,
    /// How far the measurement may be wrong.
    pub within: SignedDuration,
    /// What tells, as a phrase.
    pub from: String,
    /// Whether the node's times were moved.
    pub corrected: bool,
}

impl NodeClock {
    /// As a sentence: `the clock of n2 is 30m ahead (...); its times are corrected`.
    pub fn says(&self, node: &str) -> String {
        let far = Self::far(self.ahead.abs());
        let way = if self.ahead.is_negative() {
            "behind"
        } else {
            "ahead"
        };
        let moved = if self.corrected {
            "; its times are corrected"
        } else {
            ""
        };
        format!("the clock of {node} is {far} {way} ({}){moved}", self.from)
    }

    /// `1h 30m`, `47s`, `0.4s`.
    fn far(time: SignedDuration) -> String {
        let seconds = time.as_secs();
        match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
            (0, 0, 0..10) => format!("{:.1}s", time.as_secs_f64()),
            (0, 0, seconds) => format!("{seconds}s"),
            (0, minutes, 0) => format!("{minutes}m"),
            (0, minutes, seconds) => format!("{minutes}m {seconds}s"),
            (hours, 0, _) => format!("{hours}h"),
            (hours, minutes, _) => format!("{hours}h {minutes}m"),
        }
    }
}

/// A clock that can be compared with others. The order is that in which one is taken for the common time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Clock {
    /// The source that a node synchronises with.
    Source,
    /// The API server, or what most nodes agree on.
    Cluster,
    /// A node's own.
    Node(String),
}

/// Two clocks read at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Measured {
    one: Clock,
    other: Clock,
    /// Milliseconds by which `one` is ahead of `other`.
    ahead: i64,
    /// Milliseconds by which that may be wrong.
    within: i64,
    from: String,
}

impl Evidence {
    /// Estimates the nodes' clocks and moves all times of nodes whose clock is off into the common time.
    pub fn align_clocks(&mut self, database: &Database) {
        self.clocks = estimate(measure::all(self, database));
        for (node, clock) in self.clocks.clone() {
            if clock.corrected {
                correct::node(self, &node, clock.ahead);
            }
        }
    }

    /// How far times of this node may still be wrong: nothing but the tolerance of a healthy cluster, or more where
    /// its clock was corrected.
    pub fn clock_error(&self, node: Option<&str>) -> SignedDuration {
        node.and_then(|node| self.clocks.get(node))
            .filter(|clock| clock.corrected)
            .map_or(SignedDuration::ZERO, |clock| clock.within)
    }
}

/// One offset per node: the surest measurements that connect the clocks, and the first clock of each group (or the
/// middle of its nodes) as the common time.
fn estimate(mut measured: Vec<Measured>) -> BTreeMap<String, NodeClock> {
    measured.sort_by(|a, b| {
        (a.within, &a.one, &a.other, a.ahead).cmp(&(b.within, &b.one, &b.other, b.ahead))
    });
    let mut groups: Vec<BTreeMap<Clock, Placed>> = Vec::new();
    for one in measured {
        join(&mut groups, one);
    }
    let mut clocks = BTreeMap::new();
    for group in groups {
        let zero = zero(&group);
        for (clock, placed) in group {
            let Clock::Node(node) = clock else {
                continue;
            };
            let ahead = SignedDuration::from_millis(placed.at.saturating_sub(zero));
            let within = SignedDuration::from_millis(placed.within);
            let corrected = ahead.abs() > HEALTHY.max(within);
            clocks.insert(
                node,
                NodeClock {
                    ahead,
                    within,
                    from: placed.from,
                    corrected,
                },
            );
        }
    }
    clocks
}

/// Where a clock stands in its group, in milliseconds.
#[derive(Debug, Clone)]
struct Placed {
    at: i64,
    within: i64,
    from: String,
}

/// Adds a measurement unless its clocks are connected already, then by something surer.
fn join(groups: &mut Vec<BTreeMap<Clock, Placed>>, measured: Measured) {
    let group_of = |groups: &[BTreeMap<Clock, Placed>], clock: &Clock| {
        groups.iter().position(|group| group.contains_key(clock))
    };
    for clock in [&measured.one, &measured.other] {
        if group_of(groups, clock).is_none() {
            let placed = Placed {
                at: 0,
                within: 0,
                from: measured.from.clone(),
            };
            groups.push(BTreeMap::from([(clock.clone(), placed)]));
        }
    }
    let (Some(one), Some(other)) = (
        group_of(groups, &measured.one),
        group_of(groups, &measured.other),
    ) else {
        return;
    };
    if one == other {
        return;
    }
    let at = |group: usize, clock: &Clock| groups.get(group)?.get(clock).map(|placed| placed.at);
    let (Some(at_one), Some(at_other)) = (at(one, &measured.one), at(other, &measured.other))
    else {
        return;
    };
    // the second group moves so that the measurement holds
    let shift = at_one
        .saturating_sub(measured.ahead)
        .saturating_sub(at_other);
    let moved = groups.remove(other);
    let kept = if other < one { one - 1 } else { one };
    if let Some(group) = groups.get_mut(kept) {
        for placed in group.values_mut() {
            placed.within = placed.within.max(measured.within);
        }
        group.extend(moved.into_iter().map(|(clock, placed)| {
            let placed = Placed {
                at: placed.at.saturating_add(shift),
                within: placed.within.max(measured.within),
                ..placed
            };
            (clock, placed)
        }));
    }
}

/// The common time of a group: the source of time, the cluster, or the middle of its nodes.
fn zero(group: &BTreeMap<Clock, Placed>) -> i64 {
    let stated = [Clock::Source, Clock::Cluster];
    if let Some(placed) = stated.iter().find_map(|clock| group.get(clock)) {
        return placed.at;
    }
    let mut all: Vec<i64> = group.values().map(|placed| placed.at).collect();
    middle(&mut all).unwrap_or(0)
}

/// The lower median.
fn middle(values: &mut [i64]) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

/// The names of nodes that have an offset, for phrases.
#[cfg(test)]
fn off(clocks: &BTreeMap<String, NodeClock>) -> BTreeSet<&str> {
    let off = clocks.iter().filter(|(_, clock)| clock.corrected);
    off.map(|(node, _)| node.as_str()).collect()
}
