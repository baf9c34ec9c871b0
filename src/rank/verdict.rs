//! Ranked causes and symptoms into the verdict: one word and one sentence.

use std::collections::BTreeSet;

use super::anchor::{Anchor, From};
use super::judge::Judged;
use super::{EvidenceItem, RankedFinding, Scanned, State, Verdict};
use crate::signature::{Database, Severity, Sureness};

/// The verdict and the headline; `unread` where something of the input could not be read.
pub(super) fn verdict(
    database: &Database,
    judged: &[Judged<'_>],
    causes: &[RankedFinding],
    symptoms: &[RankedFinding],
    anchors: &[Anchor],
    (scanned, unread): (&Scanned, bool),
) -> (Verdict, String) {
    if scanned.entries == 0 {
        let headline = "nothing in the input could be examined";
        return (Verdict::NotExaminable, headline.to_owned());
    }
    let winners: Vec<(usize, &RankedFinding)> = causes
        .iter()
        .filter_map(|cause| Some((cause.problem?, cause)))
        .collect();
    if !winners.is_empty() {
        return (Verdict::KnownCause, known(&winners));
    }
    let alive: Vec<&RankedFinding> = symptoms
        .iter()
        .filter(|s| s.state.is_alive() && s.severity >= Severity::Medium)
        .collect();
    let candidates: Vec<&RankedFinding> = judged
        .iter()
        .zip(causes)
        .filter(|(judged, _)| judged.state.is_alive() && !judged.score.minor)
        .map(|(_, cause)| cause)
        .collect();
    let told = alive.iter().any(|s| !restates(database, anchors, s));
    if told || !candidates.is_empty() {
        return symptoms_only(&alive, &candidates, judged);
    }
    let open: Vec<&Anchor> = anchors
        .iter()
        .filter(|anchor| !matches!(anchor.from, From::Symptom(_)))
        .collect();
    if let Some(first) = open.first() {
        let more = match open.len() {
            1 => String::new(),
            n => format!(" (and {} more)", n - 1),
        };
        let headline = format!("no known cause: {}{more}", first.text);
        return (Verdict::NoKnownCause, headline);
    }
    (Verdict::Healthy, healthy(causes, symptoms, unread))
}

/// Whether a symptom is only the state of an object that has failed: it says that something is wrong, as the anchor
/// does, and nothing of what.
fn restates(database: &Database, anchors: &[Anchor], symptom: &RankedFinding) -> bool {
    let state = |item: &EvidenceItem| matches!(item, EvidenceItem::Object { .. });
    let carries = |anchor: &Anchor| {
        let mut same = database.symptoms(anchor.class);
        same.any(|signature| signature.id == symptom.signature)
    };
    symptom.evidence.iter().all(state)
        && anchors
            .iter()
            .any(|anchor| anchor.from == From::Object && carries(anchor))
}

fn known(winners: &[(usize, &RankedFinding)]) -> String {
    let mut seen: BTreeSet<usize> = BTreeSet::new();
    let firsts: Vec<&RankedFinding> = winners
        .iter()
        .filter(|(group, _)| seen.insert(*group))
        .map(|(_, cause)| *cause)
        .collect();
    let texts: Vec<String> = firsts.iter().take(3).map(|cause| sentence(cause)).collect();
    match firsts.len() {
        0 | 1 => texts.join(""),
        n => format!("{n} independent problems: {}", texts.join("; ")),
    }
}

/// `kubelet will not start on n1: ... (certain, ongoing since 2025-01-25 10:00 UTC)`.
fn sentence(finding: &RankedFinding) -> String {
    format!(
        "{} ({}, {})",
        finding.title,
        finding.sure.word(),
        when(finding)
    )
}

fn when(finding: &RankedFinding) -> String {
    let minute = |time: Option<jiff::Timestamp>| {
        time.map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
    };
    match (
        finding.state,
        minute(finding.onset),
        minute(finding.last_seen),
    ) {
        (State::Ongoing, Some(onset), _) => format!("ongoing since {onset}"),
        (State::Ongoing, None, _) => "ongoing".to_owned(),
        (State::Once, Some(onset), _) => format!("happened {onset}"),
        (State::Once, None, _) => "happened once".to_owned(),
        (State::Ended, _, Some(last)) => format!("ended, last seen {last}"),
        (State::Ended, _, None) => "ended".to_owned(),
        (State::Unknown, Some(onset), _) => format!("first seen {onset}"),
        (State::Unknown, None, _) => "no times in the log".to_owned(),
    }
}

fn symptoms_only(
    alive: &[&RankedFinding],
    candidates: &[&RankedFinding],
    judged: &[Judged<'_>],
) -> (Verdict, String) {
    let named = |list: &[&RankedFinding]| -> String {
        let titles: Vec<&str> = list.iter().take(3).map(|f| f.title.as_str()).collect();
        titles.join("; ")
    };
    let shared = candidates.len() > 1 && judged.iter().any(|judged| !judged.rivals.is_empty());
    let headline = match (alive.is_empty(), candidates.is_empty()) {
        (false, true) => format!("symptoms without a known cause: {}", named(alive)),
        (false, false) => format!(
            "symptoms: {}; possible causes, none proven: {}",
            named(alive),
            named(candidates)
        ),
        (true, _) if shared => format!(
            "{} causes share the same evidence and cannot be told apart: {}",
            candidates.len(),
            named(candidates)
        ),
        (true, _) => format!("possible, not proven: {}", named(candidates)),
    };
    (Verdict::SymptomsOnly, headline)
}

fn healthy(causes: &[RankedFinding], symptoms: &[RankedFinding], unread: bool) -> String {
    let past = causes
        .iter()
        .chain(symptoms)
        .filter(|f| f.state == State::Ended && f.severity >= Severity::Medium)
        .filter(|f| f.sure >= Sureness::Likely)
        .min_by_key(|f| {
            (
                std::cmp::Reverse((f.kind == crate::signature::Kind::Cause, f.severity)),
                f.onset,
            )
        });
    let minor = causes.iter().filter(|cause| cause.state.is_alive()).count();
    match (past, minor) {
        (Some(past), _) => format!("nothing is wrong now; past problem: {}", sentence(past)),
        (None, 0) if unread => "nothing known is wrong in what could be read".to_owned(),
        (None, 0) => "nothing known is wrong".to_owned(),
        (None, 1) => "nothing serious is wrong; 1 thing worth knowing".to_owned(),
        (None, n) => format!("nothing serious is wrong; {n} things worth knowing"),
    }
}
