//! Observations into quoted evidence: decisive first, few per source, bounded.
//!
//! Control characters and secrets are still in it: whoever shows it neutralises and masks.

use std::collections::BTreeMap;

use super::EvidenceItem;
use crate::detect::{Hit, Location};
use crate::evidence::Evidence;
use crate::finding::{Finding, Observation, Proof};

/// Quoted texts are cut here, in characters.
const LONGEST: usize = 600;
/// Items per source (all files of one program in one place).
const PER_SOURCE: usize = 2;
/// Items per finding.
const PER_FINDING: usize = 12;

/// The evidence of a finding, the surest subject first.
pub(super) fn quote(evidence: &Evidence, finding: &Finding) -> Vec<EvidenceItem> {
    let mut cases: Vec<_> = finding.cases.iter().collect();
    cases.sort_by_key(|case| std::cmp::Reverse((case.sure, case.state)));
    let mut used: BTreeMap<u32, usize> = BTreeMap::new();
    let mut items: Vec<EvidenceItem> = Vec::new();
    let mut take = |one: &Observation, hit: Option<&Hit>| {
        let slot = used.entry(one.source).or_default();
        if items.len() >= PER_FINDING || *slot >= PER_SOURCE {
            return;
        }
        if let Some(item) = item(evidence, one, hit)
            && !items.contains(&item)
        {
            *slot += 1;
            items.push(item);
        }
    };
    // round by round over the subjects, so that the first node does not use up the room
    let rounds = cases.iter().map(|case| case.seen.len()).max().unwrap_or(0);
    for round in 0..rounds {
        for case in &cases {
            if let Some(one) = case.seen.get(round) {
                take(one, one.hits(evidence).next());
            }
        }
    }
    // where there is room: the last time it was seen
    for one in cases.iter().filter_map(|case| case.seen.first()) {
        take(one, one.hits(evidence).last());
    }
    items
}

fn item(evidence: &Evidence, one: &Observation, hit: Option<&Hit>) -> Option<EvidenceItem> {
    let entry = evidence.entries.get(one.entry as usize);
    let entry = entry
        .map(|read| read.entry.path.clone())
        .unwrap_or_default();
    Some(match &one.proof {
        Proof::Series(_) => {
            let hit = hit?;
            match &hit.location {
                Location::Line(line) => EvidenceItem::Line {
                    entry,
                    line: *line,
                    time: hit.time,
                    text: shown(&hit.raw),
                    captures: one.captures.clone(),
                },
                Location::Object { object, path } => EvidenceItem::Object {
                    object: object.clone(),
                    path: path.clone(),
                    text: shown(&hit.raw),
                    entry,
                    captures: one.captures.clone(),
                },
            }
        }
        Proof::Object { object, path, text } => EvidenceItem::Object {
            object: object.clone(),
            path: path.clone(),
            text: shown(text),
            entry,
            captures: one.captures.clone(),
        },
        Proof::Fact { key, text, .. } => EvidenceItem::Fact {
            fact: key.clone(),
            node: one.place.node.clone(),
            text: shown(text),
            entry,
        },
    })
}

/// Cut to a bounded length.
pub(super) fn shown(text: &str) -> String {
    let text = text.trim_end();
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}...", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}
