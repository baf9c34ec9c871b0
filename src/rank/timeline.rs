//! What mattered, merged over all nodes and ordered by time.
//!
//! Times are in UTC, and of nodes whose clock is off in the common time: a moment says by how much it was moved. Two
//! moments less than the clock tolerance apart have no certain order, so the order of equals is by what they are, not
//! by which file came first.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::anchor::{Anchor, From};
use super::{InputSummary, RankedFinding, State};
use crate::detect::Location;
use crate::evidence::{Evidence, ReadEntry};
use crate::finding::said::count;
use crate::finding::{Case, Finding};
use crate::signature::{Database, Kind, Signature};

/// Moments kept in all, and starts of programs among them.
const MOMENTS: usize = 400;
const STARTS: usize = 100;

/// Something that happened at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When.
    pub time: Timestamp,
    /// What it is.
    pub kind: MomentKind,
    /// What happened, in one phrase.
    pub text: String,
    /// Where: a subject as people read it.
    pub place: String,
    /// The signature, where it is one's first or last hit.
    pub signature: Option<String>,
    /// Entry path, where it was read from one.
    pub entry: Option<String>,
    /// Line in it, from 1.
    pub line: Option<u64>,
    /// How far the clock of its node is ahead: the entry states a time that is so much later.
    pub clock_ahead: Option<SignedDuration>,
    /// The text in other languages, by their tags; English where one is missing.
    pub translations: BTreeMap<String, String>,
}

/// What a moment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MomentKind {
    /// A program started.
    Start,
    /// A cause was first seen.
    Cause,
    /// An object changed its state.
    Change,
    /// A symptom was first seen.
    Symptom,
    /// A finding was last seen.
    LastSeen,
    /// The input was collected.
    Collected,
}

/// The moments of a case, oldest first.
pub(super) fn timeline(
    database: &Database,
    evidence: &Evidence,
    findings: &[Finding],
    ranked: &[&RankedFinding],
    anchors: &[Anchor],
    inputs: &[InputSummary],
) -> Vec<Moment> {
    let mut moments = Vec::new();
    for finding in findings {
        seen(database, evidence, finding, ranked, &mut moments);
    }
    for anchor in anchors.iter().filter(|anchor| anchor.from == From::Object) {
        if let Some(time) = anchor.since {
            moments.push(Moment {
                time,
                kind: MomentKind::Change,
                text: anchor.text.clone(),
                place: anchor.subject.to_string(),
                signature: None,
                entry: None,
                line: None,
                clock_ahead: None,
                translations: BTreeMap::new(),
            });
        }
    }
    for input in inputs {
        if let Some(time) = input.collected_at {
            moments.push(Moment {
                time,
                kind: MomentKind::Collected,
                text: "collected".to_owned(),
                place: input.path.clone(),
                signature: None,
                entry: None,
                line: None,
                clock_ahead: None,
                translations: BTreeMap::new(),
            });
        }
    }
    moments.extend(starts(evidence, &moments));
    moments.sort();
    moments.dedup();
    moments.truncate(MOMENTS);
    moments
}

fn seen(
    database: &Database,
    evidence: &Evidence,
    finding: &Finding,
    ranked: &[&RankedFinding],
    moments: &mut Vec<Moment>,
) {
    let Some(signature) = database.signatures.get(finding.signature) else {
        return;
    };
    if !ranked.iter().any(|one| one.signature == signature.id) {
        return;
    }
    for case in &finding.cases {
        let titles = titles(signature, case);
        let Some((first, last)) = case.span else {
            continue;
        };
        let hits: Vec<_> = case
            .seen
            .iter()
            .flat_map(|one| one.hits(evidence).map(move |hit| (one.entry, hit)))
            .collect();
        let at = |time: Timestamp| {
            let found = hits.iter().find(|(_, hit)| hit.time == Some(time));
            let read = found.and_then(|(entry, _)| evidence.entries.get(*entry as usize));
            let entry = read.map(|read| read.entry.path.clone());
            let line = found.and_then(|(_, hit)| match hit.location {
                Location::Line(line) => Some(line),
                Location::Object { .. } => None,
            });
            (entry, line, read.and_then(|read| moved(evidence, read)))
        };
        let mut push = |time: Timestamp, kind: MomentKind, before: &str| {
            let (entry, line, clock_ahead) = at(time);
            let mut translations = titles.clone();
            translations
                .values_mut()
                .for_each(|title| title.insert_str(0, before));
            let text = translations.remove(ENGLISH).unwrap_or_default();
            moments.push(Moment {
                time,
                kind,
                text,
                place: case.subject.to_string(),
                signature: Some(signature.id.clone()),
                entry,
                line,
                clock_ahead,
                translations,
            });
        };
        let kind = match signature.kind {
            Kind::Cause => MomentKind::Cause,
            Kind::Symptom | Kind::Noise => MomentKind::Symptom,
        };
        push(first, kind, "");
        if case.state == State::Ended && last > first {
            let times = if case.count == 1 { "time" } else { "times" };
            let before = format!("last seen ({} {times}): ", count(case.count));
            push(last, MomentKind::LastSeen, &before);
        }
    }
}

/// Under which the original title stands among the translated ones.
const ENGLISH: &str = "";

/// The title as it is true of one subject, by the tag of its language.
fn titles(signature: &Signature, case: &Case) -> BTreeMap<String, String> {
    let tags = signature.translations.keys();
    let translated = tags.filter_map(|tag| Some((tag.clone(), signature.in_language(tag)?)));
    let mut titles: BTreeMap<String, String> = translated
        .map(|(tag, signature)| (tag, super::diagnose::title_of(&signature, &[case])))
        .collect();
    let english = super::diagnose::title_of(signature, &[case]);
    titles.insert(ENGLISH.to_owned(), english);
    titles
}

/// By how much the times of an entry were moved back.
fn moved(evidence: &Evidence, read: &ReadEntry) -> Option<SignedDuration> {
    let clock = evidence.clocks.get(read.entry.origin.node.as_deref()?)?;
    clock.corrected.then_some(clock.ahead)
}

/// Starts of programs between the first and the last moment.
fn starts(evidence: &Evidence, moments: &[Moment]) -> Vec<Moment> {
    let first = moments.iter().map(|moment| moment.time).min();
    let last = moments.iter().map(|moment| moment.time).max();
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let mut starts = Vec::new();
    for read in &evidence.entries {
        let origin = &read.entry.origin;
        let speaker = origin
            .container
            .as_deref()
            .or(origin.unit.as_deref())
            .or_else(|| origin.programs.iter().next().map(|program| program.name()));
        let place = match (&origin.node, &origin.pod) {
            (Some(node), _) => format!("node {node}"),
            (None, Some(pod)) => format!("pod {pod}"),
            (None, None) => read.entry.path.clone(),
        };
        for time in &read.hits.coverage.starts {
            if (first..=last).contains(time) && !origin.programs.is_all() {
                starts.push(Moment {
                    time: *time,
                    kind: MomentKind::Start,
                    text: format!("{} starts", speaker.unwrap_or("a program")),
                    place: place.clone(),
                    signature: None,
                    entry: Some(read.entry.path.clone()),
                    line: None,
                    clock_ahead: moved(evidence, read),
                    translations: BTreeMap::new(),
                });
            }
        }
    }
    starts.sort();
    starts.truncate(STARTS);
    starts
}
