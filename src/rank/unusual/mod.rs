//! A second, bounded pass over the entries that a failure implicates: what stands out where no cause is known.
//!
//! The first pass knows only what signatures ask for. Where it finds no cause that is at least likely, the logs of
//! the nodes and pods that fail are read once more: lines become templates, and what is reported is what is new
//! around the failure, what comes in a burst, what an entry repeats at its end, logs that stop early, and objects
//! that are stuck. Nothing here is a cause; it is where to look.

mod ended;
mod kinds;
mod lines;
mod outstanding;
mod skeleton;
mod survey;
mod template;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::anchor::{Anchor, From, anchors};
use super::{Diagnosis, EvidenceItem, RankedFinding, Verdict, suspect};
use crate::bundle::{Entry, EntryKind, Program};
use crate::evidence::{Evidence, ReadEntry};
use crate::signature::{Database, Severity, Sureness};

pub(super) use ended::OUTLIVED;
pub(super) use kinds::Template;
pub use outstanding::complete;
pub use survey::{EntrySurvey, Surveyor};
pub(super) use template::template;

/// Entries and bytes that are read a second time.
const ENTRIES: usize = 60;
const BYTES: u64 = 512 << 20;
/// The same of logs that nothing implicates; of these, so many bytes and such a share of all that was read.
const OTHERS: usize = 400;
const OTHER_BYTES: u64 = 32 << 20;
const OTHER_SHARE: u64 = 16;

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
    /// Bytes that the kinds of lines of one entry may take.
    room: usize,
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

/// Bytes that the kinds of lines of all entries together may take, and of one: the same whatever the number of threads.
const ROOM: usize = 64 << 20;
const LEAST_ROOM: usize = 128 << 10;
const MOST_ROOM: usize = 2 << 20;

/// The entries that deserve a second look. Upgrade jobs, while an upgrade is not complete; and where something is
/// wrong and no cause is at least likely, the logs of what fails, and of the others what fits: a cause does not always
/// stand where it shows.
pub fn implicated(evidence: &Evidence, diagnosis: &Diagnosis) -> Implicated {
    let mut first: Vec<&ReadEntry> = Vec::new();
    let mut others: Vec<&ReadEntry> = Vec::new();
    let unfinished = diagnosis
        .upgrade
        .as_ref()
        .is_some_and(|upgrade| upgrade.phase.is_some());
    if unfinished {
        first.extend(logs(evidence).filter(|read| is_upgrade_job(read)));
    }
    if suspect::is_picked(evidence, diagnosis) && diagnosis.verdict != Verdict::KnownCause {
        first.extend(logs(evidence));
    } else if is_unexplained(diagnosis) {
        first.extend(nearest(evidence, diagnosis));
        others.extend(logs(evidence));
        others.sort_by_key(|read| (!is_central(read), read.hits.coverage.bytes));
    } else if ended::is_unproven(evidence, diagnosis) {
        first.extend(logs(evidence));
    }
    let all: u64 = logs(evidence).map(|read| read.hits.coverage.bytes).sum();
    let mut entries = BTreeSet::new();
    take(&mut entries, first, ENTRIES, BYTES);
    take(
        &mut entries,
        others,
        OTHERS,
        OTHER_BYTES + all / OTHER_SHARE,
    );
    Implicated {
        room: (ROOM / entries.len().max(1)).clamp(LEAST_ROOM, MOST_ROOM),
        entries,
        collected_at: diagnosis
            .inputs
            .iter()
            .filter_map(|input| input.collected_at)
            .max(),
    }
}

/// Adds what fits of these entries.
fn take(to: &mut BTreeSet<(usize, String)>, entries: Vec<&ReadEntry>, most: usize, bytes: u64) {
    let (mut count, mut left) = (0, bytes);
    for read in entries {
        let size = read.hits.coverage.bytes;
        if count >= most || size > left {
            continue;
        }
        if to.insert((read.entry.input, read.entry.path.clone())) {
            count += 1;
            left -= size;
        }
    }
}

/// The logs of the nodes and pods that fail, and those that living symptoms quote; where there are none, those of the
/// central programs; where there are none, all.
fn nearest<'e>(evidence: &'e Evidence, diagnosis: &Diagnosis) -> Vec<&'e ReadEntry> {
    let anchors = object_anchors(evidence, diagnosis);
    let (nodes, pods) = pods_by_node(diagnosis, &anchors);
    let quoted = quoted(diagnosis);
    let near = |read: &&ReadEntry| {
        let origin = &read.entry.origin;
        let node = origin.node.as_deref();
        let pod = origin.pod.as_deref();
        quoted.contains(read.entry.path.as_str())
            || pod.is_some_and(|pod| pods.contains(pod))
            || (pod.is_none() && node.is_some_and(|node| nodes.contains(node)))
    };
    let mut found: Vec<&ReadEntry> = logs(evidence).filter(near).collect();
    if found.is_empty() {
        found = logs(evidence).filter(|read| is_central(read)).collect();
    }
    if found.is_empty() {
        found = logs(evidence).collect();
    }
    found
}

fn is_central(read: &ReadEntry) -> bool {
    let programs = read.entry.origin.programs;
    !programs.is_all() && CENTRAL.iter().any(|program| programs.contains(*program))
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
    use Verdict::{NoKnownCause, SymptomsOnly};
    let likely = |cause: &RankedFinding| {
        // what is only worth knowing explains no failure
        cause.sure >= Sureness::Likely
            && cause.state.is_alive()
            && cause.severity >= Severity::Medium
    };
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
