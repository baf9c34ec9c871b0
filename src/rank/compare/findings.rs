//! Findings of two diagnoses, paired by signature and subjects, into what became of each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::unseen;
use crate::evidence::Evidence;
use crate::rank::{Diagnosis, RankedFinding, State, Subject};

/// What became of a finding; in the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// In the second bundle alone.
    New,
    /// In both, and worse in the second.
    Worse,
    /// In the first alone, and the second has nothing to tell by.
    Unknown,
    /// In both, and better in the second.
    Better,
    /// In the first alone.
    Gone,
    /// In both, and the same.
    Unchanged,
}

impl Change {
    /// All, in the order of reports.
    pub const ALL: [Change; 6] = [
        Change::New,
        Change::Worse,
        Change::Unknown,
        Change::Better,
        Change::Gone,
        Change::Unchanged,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Worse => "worse",
            Change::Unknown => "unknown",
            Change::Better => "better",
            Change::Gone => "gone",
            Change::Unchanged => "unchanged",
        }
    }
}

/// A finding of either bundle or both.
#[derive(Debug, Clone)]
pub struct ChangedFinding<'a> {
    /// What became of it.
    pub change: Change,
    /// As the first bundle has it.
    pub before: Option<&'a RankedFinding>,
    /// As the second has it.
    pub after: Option<&'a RankedFinding>,
    /// What changed, one clause each.
    pub because: Vec<String>,
}

impl ChangedFinding<'_> {
    /// As it is now, or was last.
    pub fn shown(&self) -> Option<&RankedFinding> {
        self.after.or(self.before)
    }
}

/// Pairs and judges the findings of two diagnoses.
pub(super) fn compare<'a>(
    (before, seen_before): (&'a Diagnosis, &Evidence),
    (after, seen_after): (&'a Diagnosis, &Evidence),
) -> Vec<ChangedFinding<'a>> {
    let mut later: BTreeMap<&str, Vec<&RankedFinding>> = BTreeMap::new();
    for finding in all(after) {
        later.entry(&finding.signature).or_default().push(finding);
    }
    let mut out = Vec::new();
    for old in all(before) {
        let candidates = later.entry(&old.signature).or_default();
        // the one that is about the most of the same
        let best = (0..candidates.len()).max_by_key(|ix| {
            let new = candidates.get(*ix);
            let likeness = new.map(|new| (shared(old, new), new.title == old.title));
            (likeness, Reverse(*ix))
        });
        out.push(match best.map(|ix| candidates.remove(ix)) {
            Some(new) => judged(old, new),
            None => missing(old, after, unseen::lacks(old, seen_before, seen_after)),
        });
    }
    out.extend(later.into_values().flatten().map(|new| ChangedFinding {
        change: Change::New,
        before: None,
        after: Some(new),
        because: Vec::new(),
    }));
    out.sort_by_key(|finding| {
        let shown = finding.shown();
        (
            finding.change,
            Reverse(shown.map(|shown| shown.severity)),
            shown.map(|shown| (shown.signature.clone(), shown.title.clone())),
        )
    });
    out
}

fn all(diagnosis: &Diagnosis) -> impl Iterator<Item = &RankedFinding> {
    diagnosis.causes.iter().chain(&diagnosis.symptoms)
}

fn subjects(finding: &RankedFinding) -> BTreeSet<&Subject> {
    finding.subjects.iter().collect()
}

fn shared(old: &RankedFinding, new: &RankedFinding) -> usize {
    subjects(old).intersection(&subjects(new)).count()
}

/// A finding of both.
fn judged<'a>(old: &'a RankedFinding, new: &'a RankedFinding) -> ChangedFinding<'a> {
    let (mut worse, mut better) = (Vec::new(), Vec::new());
    let step = |from: &str, to: &str| format!("{from} became {to}");
    if new.severity > old.severity {
        worse.push(step(old.severity.word(), new.severity.word()));
    } else if new.severity < old.severity {
        better.push(step(old.severity.word(), new.severity.word()));
    }
    match (old.state, new.state) {
        (State::Ended, State::Ongoing) => worse.push("it had ended and goes on again".to_owned()),
        (old, State::Ended) if old != State::Ended => better.push("it has ended".to_owned()),
        _ => {}
    }
    let (before, after) = (subjects(old), subjects(new));
    let list = |subjects: Vec<&&Subject>| {
        let names: Vec<String> = subjects.iter().take(5).map(ToString::to_string).collect();
        let more = subjects.len().saturating_sub(names.len());
        if more > 0 {
            format!("{} and {more} more", names.join(", "))
        } else {
            names.join(", ")
        }
    };
    let more: Vec<&&Subject> = after.difference(&before).collect();
    let fewer: Vec<&&Subject> = before.difference(&after).collect();
    if !more.is_empty() {
        worse.push(format!("now also {}", list(more)));
    }
    if !fewer.is_empty() {
        better.push(format!("no longer {}", list(fewer)));
    }
    let change = match (worse.is_empty(), better.is_empty()) {
        (false, _) => Change::Worse,
        (true, false) => Change::Better,
        (true, true) => Change::Unchanged,
    };
    worse.extend(better);
    ChangedFinding {
        change,
        before: Some(old),
        after: Some(new),
        because: worse,
    }
}

/// A finding that the second bundle does not have: gone, or not to be seen there.
fn missing<'a>(
    old: &'a RankedFinding,
    after: &Diagnosis,
    lacking: Option<String>,
) -> ChangedFinding<'a> {
    let unseen = after
        .not_examined
        .iter()
        .find(|item| item.signatures.contains(&old.signature));
    let cannot_tell = |what: &str, why: &str| {
        let clause = format!("the second bundle cannot tell: {what}: {why}");
        (Change::Unknown, vec![clause])
    };
    let (change, because) = match (unseen, lacking) {
        (Some(item), _) => cannot_tell(&item.what, &item.because),
        (None, Some(what)) => cannot_tell(&what, "nothing of the kind was collected"),
        (None, None) => (Change::Gone, Vec::new()),
    };
    ChangedFinding {
        change,
        before: Some(old),
        after: None,
        because,
    }
}
