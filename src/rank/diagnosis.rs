//! The ordered result of a scan, as reports take it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Chart, EtcdView, Moment, Surroundings, Suspect, Told, UpgradeView};
use crate::bundle::InputKind;
use crate::detect::Captures;
use crate::error::Problem;
use crate::evidence::NodeClock;
pub use crate::finding::{State, Subject};
use crate::signature::{Kind, Risk, Severity, Sureness};

/// The answer: what broke first, how we know, what to do now.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    /// The verdict in one word.
    pub verdict: Verdict,
    /// The verdict in one sentence.
    pub headline: String,
    /// One per input, in the order given.
    pub inputs: Vec<InputSummary>,
    /// What fails at the time of collection, one clause each: `node n1 is not Ready`.
    pub failing: Vec<String>,
    /// How much was read.
    pub scanned: Scanned,
    /// Causes, best first.
    pub causes: Vec<RankedFinding>,
    /// Symptoms, with the causes that explain them.
    pub symptoms: Vec<RankedFinding>,
    /// The lines that may say what is wrong where no cause is known, the most telling first.
    pub suspects: Vec<Suspect>,
    /// What stands out where no cause is known.
    pub unusual: Vec<Unusual>,
    /// What mattered, in order of time.
    pub timeline: Vec<Moment>,
    /// The nodes' clocks as far as something tells, by node.
    pub clocks: BTreeMap<String, NodeClock>,
    /// The same and every hit, by node and component: what a picture shows.
    pub chart: Chart,
    /// The lines around quoted ones, by entry and line; empty unless they were asked for.
    pub surroundings: Vec<Surroundings>,
    /// The latest Harvester upgrade.
    pub upgrade: Option<UpgradeView>,
    /// The etcd of each cluster that anything is known of; lost quorums first.
    pub etcd: Vec<EtcdView>,
    /// What was checked and is fine, one phrase each.
    pub checked: Vec<String>,
    /// What could not be examined.
    pub not_examined: Vec<NotExamined>,
    /// Entries that could not be read whole.
    pub problems: Vec<Problem>,
    /// Number of signatures in the database.
    pub signatures: usize,
}

/// The answer in one word; names as in the JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// A cause is known and holds.
    KnownCause,
    /// Failures are recognised, their cause is not.
    SymptomsOnly,
    /// Something is wrong (or was reported) and nothing known explains it.
    NoKnownCause,
    /// Nothing is wrong at the time of collection.
    Healthy,
    /// There was nothing that could be examined.
    NotExaminable,
}

impl Verdict {
    /// Its name in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Verdict::KnownCause => "known_cause",
            Verdict::SymptomsOnly => "symptoms_only",
            Verdict::NoKnownCause => "no_known_cause",
            Verdict::Healthy => "healthy",
            Verdict::NotExaminable => "not_examinable",
        }
    }
}

/// One input as the report's header shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSummary {
    /// As the user gave it.
    pub path: String,
    /// What it is.
    pub kind: InputKind,
    /// When it was collected.
    pub collected_at: Option<Timestamp>,
    /// Earliest and latest time of its logs.
    pub time_range: Option<(Timestamp, Timestamp)>,
    /// The reporter's own words.
    pub description: Option<String>,
    /// Product name to version.
    pub products: BTreeMap<String, String>,
    /// Nodes by name.
    pub nodes: Vec<NodeSummary>,
}

/// A node of the cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NodeSummary {
    /// Name.
    pub name: String,
    /// `control-plane`, `etcd`, `worker`.
    pub roles: Vec<String>,
    /// OS image.
    pub os_image: Option<String>,
    /// kubelet version.
    pub kubelet_version: Option<String>,
    /// Ready condition: `True`, `False`, `Unknown`.
    pub ready: Option<String>,
    /// State in the latest Harvester Upgrade.
    pub upgrade_state: Option<String>,
    /// Earliest and latest time of this node's own logs.
    pub coverage: Option<(Timestamp, Timestamp)>,
}

/// How much was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Entries read.
    pub entries: u64,
    /// Entries skipped, by reason.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Bytes read, uncompressed.
    pub bytes: u64,
    /// Lines of logs.
    pub lines: u64,
}

/// A cause or symptom with all its subjects.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedFinding {
    /// Id of the signature, `kubelet/invalid-kernel-flag`.
    pub signature: String,
    /// Title with its captures filled in.
    pub title: String,
    /// Cause or symptom.
    pub kind: Kind,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub sure: Sureness,
    /// Probability that the finding is right, between 0 and 1, by class of sureness.
    pub confidence: f64,
    /// Whether it still holds.
    pub state: State,
    /// The number, from 0, of the independent problem that it is a proven cause of; none where it is not proven, has
    /// ended or is only worth knowing.
    pub problem: Option<usize>,
    /// When it began.
    pub onset: Option<Timestamp>,
    /// What it is about.
    pub subjects: Vec<Subject>,
    /// Why we think so, one phrase each.
    pub reasons: Vec<String>,
    /// What it means.
    pub explanation: String,
    /// Hits in all.
    pub count: u64,
    /// First hit.
    pub first_seen: Option<Timestamp>,
    /// Last hit.
    pub last_seen: Option<Timestamp>,
    /// Quoted evidence, bounded, decisive first.
    pub evidence: Vec<EvidenceItem>,
    /// Findings that this one explains.
    pub consequences: Vec<Consequence>,
    /// Ids of the causes that explain this one.
    pub explained_by: Vec<String>,
    /// What to do.
    pub remediation: Remediation,
    /// How to keep it from happening again.
    pub prevention: Option<String>,
    /// Links.
    pub references: Vec<String>,
    /// The texts in other languages, by tag (`zh-CN`).
    pub translations: BTreeMap<String, Told>,
}

/// One quoted piece of evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum EvidenceItem {
    /// A log line.
    Line {
        /// Entry path.
        entry: String,
        /// From 1.
        line: u64,
        /// UTC.
        time: Option<Timestamp>,
        /// Raw text, bounded; whoever shows it neutralises control characters and masks secrets.
        text: String,
        /// Values of the placeholders.
        captures: Captures,
    },
    /// A field of an object.
    Object {
        /// `v1/Node n1`.
        object: String,
        /// Field path.
        path: String,
        /// Its value.
        text: String,
        /// Entry the object came from.
        entry: String,
        /// Values of the placeholders.
        captures: Captures,
    },
    /// A fact.
    Fact {
        /// Key.
        fact: String,
        /// Node.
        node: Option<String>,
        /// Its value or the text it was read from.
        text: String,
        /// Entry it was read from.
        entry: String,
    },
}

/// A folded finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consequence {
    /// Id of its signature.
    pub signature: String,
    /// Its title.
    pub title: String,
    /// Its subjects.
    pub subjects: Vec<Subject>,
    /// The link between was not collected and is assumed.
    pub assumed: bool,
}

/// What to do, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remediation {
    /// In one sentence.
    pub summary: String,
    /// Safe first.
    pub steps: Vec<Step>,
    /// How to see that it worked.
    pub verify: Vec<Check>,
}

/// One step of a fix, with captures filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Safe, disruptive or destructive.
    pub risk: Risk,
    /// Where to run it: `node n1`, `any control-plane node`, `Rancher UI`.
    pub place: Option<String>,
    /// What it does.
    pub text: String,
    /// The command.
    pub run: Option<String>,
    /// Expected duration.
    pub takes: Option<String>,
    /// What is gone afterwards, and what to save first.
    pub loses: Option<String>,
    /// How to see that this step worked.
    pub check: Option<Check>,
}

/// A command and what it should show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The command.
    pub run: String,
    /// What it shows when all is well.
    pub expect: Option<String>,
}

/// A template that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusual {
    /// Entry.
    pub entry: String,
    /// Masked text.
    pub template: String,
    /// How often.
    pub count: u64,
    /// When first.
    pub first_seen: Option<Timestamp>,
    /// One example.
    pub sample: String,
    /// Why it stands out.
    pub because: String,
}

/// Something that could not be examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotExamined {
    /// `node n2`, `the kubelet log of n1`.
    pub what: String,
    /// Why.
    pub because: String,
    /// Signatures that need it.
    pub signatures: Vec<String>,
    /// The command that would collect it.
    pub collect: Option<String>,
}
