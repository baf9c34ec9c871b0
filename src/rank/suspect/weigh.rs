//! How telling a complaint is: what its program claims, whether it names its reason, when and where it stands.
//!
//! The numbers are ranks that were set on incidents of which the signature was switched off (docs/accuracy.md); they are
//! compared with one another and mean nothing else.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::super::{Diagnosis, EvidenceItem};
use super::candidate::{Candidate, Source};
use crate::decode::Level;
use crate::decode::claim::{Clause, accuses, explains, follows, innermost, is_last_word};

/// A line without a level that weighs this much claims to be an error.
const UNSAID: i32 = 38;

/// A candidate with its weight.
pub(super) struct Weighed {
    pub(super) candidate: Candidate,
    pub(super) clause: Clause,
    pub(super) weight: i32,
    pub(super) outlived: bool,
    pub(super) reasons: Vec<&'static str>,
}

impl Weighed {
    /// Whether its program itself calls it an error; what has no level says so in words and names its reason.
    pub(super) fn claims(&self) -> bool {
        match self.candidate.level {
            Some(level) => level >= Level::Error || is_last_word(&self.candidate.text),
            None => self.weight >= UNSAID,
        }
    }

    /// The most telling first; among equals what was said first, then by place.
    pub(super) fn order(
        &self,
    ) -> (
        std::cmp::Reverse<i32>,
        bool,
        Option<Timestamp>,
        &str,
        u64,
        &str,
    ) {
        let first = self.candidate.span.map(|(first, _)| first);
        let line = match &self.candidate.evidence {
            EvidenceItem::Line { line, .. } => *line,
            _ => 0,
        };
        (
            std::cmp::Reverse(self.weight),
            first.is_none(),
            first,
            &self.candidate.entry,
            line,
            &self.candidate.template,
        )
    }
}

/// What fails, by name, and which lines are read already.
struct Known<'d> {
    nodes: BTreeSet<&'d str>,
    pods: BTreeSet<&'d str>,
    /// Words of the clauses that say what objects show to fail.
    failing: BTreeSet<&'d str>,
    /// Lines and fields that living symptoms quote.
    symptoms: BTreeSet<(&'d str, u64)>,
}

impl<'d> Known<'d> {
    fn of(diagnosis: &'d Diagnosis) -> Self {
        let alive = diagnosis.symptoms.iter().filter(|one| one.state.is_alive());
        let mut known = Known {
            nodes: BTreeSet::new(),
            pods: BTreeSet::new(),
            failing: diagnosis
                .failing
                .iter()
                .flat_map(|clause| clause.split([' ', '/', ':']))
                .collect(),
            symptoms: BTreeSet::new(),
        };
        for symptom in alive {
            for subject in &symptom.subjects {
                known.nodes.extend(subject.get("node"));
                known.pods.extend(subject.get("pod"));
            }
            for item in &symptom.evidence {
                if let EvidenceItem::Line { entry, line, .. } = item {
                    known.symptoms.insert((entry, *line));
                }
            }
        }
        known
    }

    fn is_symptom(&self, candidate: &Candidate) -> bool {
        match &candidate.evidence {
            EvidenceItem::Line { entry, line, .. } => {
                self.symptoms.contains(&(entry.as_str(), *line))
            }
            _ => false,
        }
    }

    fn says(&self, name: &str) -> bool {
        self.failing.contains(name)
    }

    fn fails(&self, candidate: &Candidate) -> bool {
        let place = &candidate.place;
        match (place.pod.as_deref(), place.node.as_deref()) {
            (Some(pod), _) => self.pods.contains(pod) || self.says(pod),
            (None, Some(node)) => self.nodes.contains(node) || self.says(node),
            (None, None) => false,
        }
    }
}

/// Weighs every candidate.
pub(super) fn weigh(
    candidates: Vec<Candidate>,
    diagnosis: &Diagnosis,
    picked: bool,
) -> Vec<Weighed> {
    let known = Known::of(diagnosis);
    let weigh = |candidate| weigh_one(candidate, &known, picked);
    candidates.into_iter().map(weigh).collect()
}

fn weigh_one(candidate: Candidate, known: &Known<'_>, picked: bool) -> Weighed {
    let clause = innermost(&candidate.text, &candidate.error);
    let mut reasons = Vec::new();
    let mut weight = claim(&candidate, &mut reasons);
    weight += meaning(&candidate, &clause, &mut reasons);
    let course = course(&candidate, picked, &mut reasons);
    // that something else does not answer is said more often the less it says
    weight += if clause.general {
        course.min(0)
    } else {
        course
    };
    if known.is_symptom(&candidate) {
        weight -= 6;
    }
    let fails = known.fails(&candidate);
    // the instance after it runs
    let recovered = candidate.previous && !fails && !picked;
    if recovered {
        weight -= 20;
    }
    if fails && !clause.general {
        weight += 4;
        reasons.push("it stands where something fails");
    }
    Weighed {
        outlived: candidate.outlived || recovered,
        candidate,
        clause,
        weight,
        reasons,
    }
}

/// What its program claims that it is.
fn claim(candidate: &Candidate, reasons: &mut Vec<&'static str>) -> i32 {
    let level = match candidate.level {
        None | Some(Level::Info | Level::Warn) if is_last_word(&candidate.text) => {
            Some(Level::Fatal)
        }
        level => level,
    };
    let accused = accuses(&candidate.text);
    match (candidate.source, level) {
        (Source::Event { .. }, Some(Level::Error)) => reasons.push("an Event of type Warning"),
        (Source::Condition, _) => reasons.push("a condition that is not as it should be"),
        (Source::Message, _) => reasons.push("a message in an object"),
        (_, Some(Level::Fatal)) => reasons.push("its program calls it fatal"),
        (_, Some(Level::Error)) => reasons.push("its program calls it an error"),
        _ => {}
    }
    match level {
        Some(Level::Fatal) => 50,
        Some(Level::Error) => 34,
        Some(Level::Warn) if accused => 24,
        Some(Level::Warn) => 16,
        Some(Level::Info) if accused => 18,
        None if accused => 30,
        _ => 0,
    }
}

/// Whether it names its reason, or passes on that something else failed.
fn meaning(candidate: &Candidate, clause: &Clause, reasons: &mut Vec<&'static str>) -> i32 {
    let mut weight = 0;
    if clause.general {
        // what it was that failed stands before it
        weight -= if clause.depth > 0 { 14 } else { 18 };
    } else {
        if explains(&clause.says) {
            weight += 8;
        }
        weight += match clause.depth {
            0 => 0,
            1 => 8,
            _ => 10,
        };
        if clause.depth > 0 {
            reasons.push("it names its reason itself");
        }
    }
    if follows(&clause.says) {
        weight -= 12;
    }
    if matches!(candidate.source, Source::Event { weak: true }) {
        weight -= 10;
    }
    weight
}

/// When it was said: until the end, as the last thing, or all along.
fn course(candidate: &Candidate, picked: bool, reasons: &mut Vec<&'static str>) -> i32 {
    let mut weight = match candidate.count {
        0 | 1 => 0,
        2 => 2,
        _ => 4,
    };
    let log = candidate.source == Source::Log;
    if log && candidate.after <= 1 {
        weight += 4;
        reasons.push("the log ends with it");
    } else if log && candidate.to_the_end {
        weight += 4;
        reasons.push("it is said until the log ends");
    }
    if candidate.outlived {
        weight -= if picked { 4 } else { 14 };
    }
    if candidate.steady {
        weight -= if picked { 8 } else { 20 };
    }
    weight
}
