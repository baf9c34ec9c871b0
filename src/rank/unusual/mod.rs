//! A second, bounded pass over the entries that a failure implicates: what stands out where no cause is known.
//!
//! The first pass knows only what signatures ask for. Where it finds no cause that is at least likely, the logs of
//! the nodes and pods that fail are read once more: lines become templates, and what is reported is what is new
//! around the failure, what comes in a burst, what an entry repeats at its end, logs that stop early, and objects
//! that are stuck. Nothing here is a cause; it is where to look.

mod ended;
mod outstanding;
mod survey;
mod template;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::anchor::{Anchor, From, anchors};
use super::{Diagnosis, EvidenceItem, RankedFinding};
use crate::bundle::{Entry, EntryKind, Program};
use crate::evidence::{Evidence, ReadEntry};
use crate::signature::{Database, Sureness};

pub use outstanding::complete;
pub use survey::{EntrySurvey, Surveyor};

/// Entries and bytes that are read a second time.
const ENTRIES: usize = 60;
const BYTES: u64 = 512 << 20;

/// Programs to look at when nothing narrower is implicated.
const CENTRAL: &[Program] = &[
    Program::Kubelet,
    Program::Rke2,
    Program::K3s,
    Program::Etcd,
    Program::KubeApiserver,
    Program::Rancher,
    Program::RancherSystemAgent,
    Program::Harvester,
    Program::LonghornManager,
    Program::CattleClusterAgent,
];

/// What has to be read once more, and when things went wrong.
#[derive(Debug, Default)]
pub struct Implicated {
    entries: BTreeSet<(usize, String)>,
    collected_at: Option<Timestamp>,
}

impl Implicated {
    /// Whether there is nothing to read: no second pass.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry is to be read.
    pub fn contains(&self, entry: &Entry) -> bool {
        self.entries.contains(&(entry.input, entry.path.clone()))
    }
}

/// The entries that deserve a second look. Upgrade jobs, while an upgrade is not complete; and where something is
/// wrong and no cause is at least likely, the logs of what fails.
pub fn implicated(evidence: &Evidence, diagnosis: &Diagnosis) -> Implicated {
    let mut entries: Vec<&ReadEntry> = Vec::new();
    let unfinished = diagnosis
        .upgrade
        .as_ref()
        .is_some_and(|upgrade| upgrade.phase.is_some());
    if unfinished {
        entries.extend(logs(evidence).filter(|read| is_upgrade_job(read)));
    }
    if is_unexplained(diagnosis) {
        let anchors = object_anchors(evidence, diagnosis);
        let pods = pods_by_node(diagnosis, &anchors);
        let quoted = quoted(diagnosis);
        let near = |read: &&ReadEntry| {
            let origin = &read.entry.origin;
            let node = origin.node.as_deref();
            let pod = origin.pod.as_deref();
            quoted.contains(read.entry.path.as_str())
                || pod.is_some_and(|pod| pods.1.contains(pod))
                || (pod.is_none() && node.is_some_and(|node| pods.0.contains(node)))
        };
        let mut found: Vec<&ReadEntry> = logs(evidence).filter(near).collect();
        if found.is_empty() {
            let central = |read: &&ReadEntry| {
                let programs = read.entry.origin.programs;
                !programs.is_all() && CENTRAL.iter().any(|program| programs.contains(*program))
            };
            found = logs(evidence).filter(central).collect();
        }
        if found.is_empty() {
            found = logs(evidence).collect();
        }
        entries.extend(found);
    } else if ended::is_unproven(evidence, diagnosis) {
        entries.extend(logs(evidence));
    }
    let mut left = BYTES;
    let bounded = entries.into_iter().filter(|read| {
        let size = read.hits.coverage.bytes;
        let fits = size <= left;
        if fits {
            left -= size;
        }
        fits
    });
    Implicated {
        entries: bounded
            .take(ENTRIES)
            .map(|read| (read.entry.input, read.entry.path.clone()))
            .collect(),
        collected_at: diagnosis
            .inputs
            .iter()
            .filter_map(|input| input.collected_at)
            .max(),
    }
}

fn logs(evidence: &Evidence) -> impl Iterator<Item = &ReadEntry> {
    let read = evidence.entries.iter();
    read.filter(|read| read.entry.kind == EntryKind::Log && read.hits.coverage.lines > 0)
}

fn is_upgrade_job(read: &ReadEntry) -> bool {
    let programs = read.entry.origin.programs;
    !programs.is_all() && programs.contains(Program::UpgradeJob)
}

/// Something is wrong, and no cause is at least likely.
fn is_unexplained(diagnosis: &Diagnosis) -> bool {
    use super::Verdict::{NoKnownCause, SymptomsOnly};
    let likely = |cause: &RankedFinding| cause.sure >= Sureness::Likely && cause.state.is_alive();
    matches!(diagnosis.verdict, NoKnownCause | SymptomsOnly) && !diagnosis.causes.iter().any(likely)
}

fn object_anchors(evidence: &Evidence, diagnosis: &Diagnosis) -> Vec<Anchor> {
    let mut list = anchors(&Database::default(), evidence, &[], &diagnosis.inputs);
    list.retain(|anchor| anchor.from == From::Object);
    list
}

/// Nodes and pods that fail, by anchors and symptoms.
fn pods_by_node(diagnosis: &Diagnosis, anchors: &[Anchor]) -> (BTreeSet<String>, BTreeSet<String>) {
    let alive = diagnosis.symptoms.iter().filter(|s| s.state.is_alive());
    let subjects = alive
        .flat_map(|symptom| &symptom.subjects)
        .chain(anchors.iter().map(|anchor| &anchor.subject));
    let mut found = (BTreeSet::new(), BTreeSet::new());
    for subject in subjects {
        found.0.extend(subject.get("node").map(str::to_owned));
        found.1.extend(subject.get("pod").map(str::to_owned));
    }
    found
}

/// Entries that living symptoms and possible causes quote.
fn quoted(diagnosis: &Diagnosis) -> BTreeSet<&str> {
    let findings = diagnosis.causes.iter().chain(&diagnosis.symptoms);
    findings
        .filter(|finding| finding.state.is_alive())
        .flat_map(|finding| &finding.evidence)
        .filter_map(|item| match item {
            EvidenceItem::Line { entry, .. } => Some(entry.as_str()),
            EvidenceItem::Object { .. } | EvidenceItem::Fact { .. } => None,
        })
        .collect()
}

/// When things went wrong: the earliest anchor that says so, else the earliest living symptom.
fn failure(evidence: &Evidence, diagnosis: &Diagnosis) -> Option<(Timestamp, String)> {
    let anchors = object_anchors(evidence, diagnosis);
    let by_object = anchors
        .into_iter()
        .filter_map(|anchor| Some((anchor.since?, anchor.text)));
    let by_symptom = || {
        let alive = diagnosis.symptoms.iter().filter(|s| s.state.is_alive());
        alive.filter_map(|symptom| Some((symptom.onset?, symptom.title.clone())))
    };
    by_object.min().or_else(|| by_symptom().min())
}
