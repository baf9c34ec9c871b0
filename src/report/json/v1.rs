//! The wire types of `bundlevet.diagnosis/v1`. Their names are the contract: fields are added, never renamed.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use super::{suspects, views};

use crate::bundle::InputKind;
use crate::detect::Captures;
use crate::error::Problem as EntryProblem;
use crate::rank::{self, Diagnosis, EvidenceItem, RankedFinding, State, Verdict};
use crate::report::neutral::{neutral, neutral_lines};
use crate::report::secret::masked;
use crate::signature::{Kind, Risk, Severity, Sureness};

pub(super) type Text<'a> = Cow<'a, str>;

/// RFC 3339 in UTC, as many digits of a second as there are.
#[derive(Clone, Copy)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
pub(super) struct Report<'a> {
    schema: &'static str,
    tool: Tool,
    verdict: Verdict,
    headline: Text<'a>,
    input: Option<Input<'a>>,
    /// Only where several were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<Input<'a>>,
    failing: Vec<Text<'a>>,
    scanned: Scanned<'a>,
    diagnosis: Vec<Finding<'a>>,
    symptoms: Vec<Finding<'a>>,
    suspects: Vec<suspects::Suspect<'a>>,
    unusual: Vec<Unusual<'a>>,
    checked: Vec<Text<'a>>,
    /// Only where something tells how far clocks are apart.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clocks: Vec<views::Clock<'a>>,
    upgrade: Option<views::Upgrade<'a>>,
    etcd: Option<views::Etcd<'a>>,
    /// Only where the case holds several clusters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    etcds: Vec<views::Etcd<'a>>,
    timeline: Vec<views::Moment<'a>>,
    not_examined: Vec<NotExamined<'a>>,
    problems: Vec<Problem<'a>>,
}

#[derive(Serialize)]
pub(super) struct Tool {
    version: &'static str,
    signatures: usize,
}

#[derive(Serialize)]
pub(super) struct Input<'a> {
    path: &'a str,
    kind: InputKind,
    collected_at: Option<Time>,
    time_range: Option<(Time, Time)>,
    description: Option<Text<'a>>,
    products: &'a BTreeMap<String, String>,
    nodes: Vec<Node<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    name: &'a str,
    roles: &'a [String],
    os_image: Option<&'a str>,
    kubelet_version: Option<&'a str>,
    ready: Option<&'a str>,
    upgrade_state: Option<&'a str>,
    time_range: Option<(Time, Time)>,
}

#[derive(Serialize)]
pub(super) struct Scanned<'a> {
    entries: u64,
    bytes: u64,
    lines: u64,
    skipped: &'a BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    rank: usize,
    signature: &'a str,
    title: Text<'a>,
    kind: Kind,
    severity: Severity,
    sure: Sureness,
    confidence: f64,
    state: State,
    onset: Option<Time>,
    subjects: Vec<&'a BTreeMap<String, String>>,
    reasons: Vec<Text<'a>>,
    explanation: Text<'a>,
    count: u64,
    first_seen: Option<Time>,
    last_seen: Option<Time>,
    evidence: Vec<Evidence<'a>>,
    consequences: Vec<Consequence<'a>>,
    explained_by: &'a [String],
    remediation: Remediation<'a>,
    prevention: Option<Text<'a>>,
    references: &'a [String],
    /// The same texts in other languages.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    translations: BTreeMap<&'a str, Told<'a>>,
}

#[derive(Serialize)]
struct Told<'a> {
    title: Text<'a>,
    explanation: Text<'a>,
    remediation: Remediation<'a>,
    prevention: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Evidence<'a> {
    Line {
        entry: &'a str,
        line: u64,
        time: Option<Time>,
        text: Text<'a>,
        captures: BTreeMap<&'a str, Text<'a>>,
    },
    Object {
        object: &'a str,
        path: &'a str,
        text: Text<'a>,
        captures: BTreeMap<&'a str, Text<'a>>,
        entry: &'a str,
    },
    Fact {
        fact: &'a str,
        node: Option<&'a str>,
        text: Text<'a>,
        entry: &'a str,
    },
}

#[derive(Serialize)]
struct Consequence<'a> {
    signature: &'a str,
    title: Text<'a>,
    subjects: Vec<&'a BTreeMap<String, String>>,
    assumed: bool,
}

#[derive(Serialize)]
struct Remediation<'a> {
    summary: Text<'a>,
    steps: Vec<Step<'a>>,
    verify: Vec<Check<'a>>,
}

#[derive(Serialize)]
pub(super) struct Step<'a> {
    risk: Risk,
    #[serde(rename = "where")]
    place: Option<Text<'a>>,
    text: Text<'a>,
    run: Option<Text<'a>>,
    takes: Option<Text<'a>>,
    loses: Option<Text<'a>>,
    check: Option<Check<'a>>,
}

#[derive(Serialize)]
struct Check<'a> {
    run: Text<'a>,
    expect: Option<Text<'a>>,
}

#[derive(Serialize)]
struct Unusual<'a> {
    entry: &'a str,
    template: Text<'a>,
    count: u64,
    first_seen: Option<Time>,
    sample: Text<'a>,
    because: Text<'a>,
}

#[derive(Serialize)]
pub(super) struct NotExamined<'a> {
    what: Text<'a>,
    because: Text<'a>,
    signatures: &'a [String],
    collect: Option<Text<'a>>,
}

#[derive(Serialize)]
pub(super) struct Problem<'a> {
    entry: &'a str,
    error: Text<'a>,
}

impl<'a> From<&'a Diagnosis> for Report<'a> {
    fn from(diagnosis: &'a Diagnosis) -> Self {
        let several = diagnosis.inputs.len() > 1;
        Self {
            schema: "bundlevet.diagnosis/v1",
            tool: tool(diagnosis),
            verdict: diagnosis.verdict,
            headline: neutral(&diagnosis.headline),
            input: diagnosis.inputs.first().map(input),
            inputs: diagnosis
                .inputs
                .iter()
                .filter(|_| several)
                .map(input)
                .collect(),
            failing: texts(&diagnosis.failing),
            scanned: scanned(&diagnosis.scanned),
            diagnosis: findings(&diagnosis.causes).collect(),
            symptoms: findings(&diagnosis.symptoms).collect(),
            suspects: suspects::suspects(&diagnosis.suspects),
            unusual: diagnosis.unusual.iter().map(unusual).collect(),
            checked: texts(&diagnosis.checked),
            clocks: diagnosis.clocks.iter().map(views::clock).collect(),
            upgrade: diagnosis.upgrade.as_ref().map(views::upgrade),
            etcd: diagnosis.etcd.first().map(views::etcd),
            etcds: diagnosis
                .etcd
                .iter()
                .filter(|view| view.cluster.is_some() || diagnosis.etcd.len() > 1)
                .map(views::etcd)
                .collect(),
            timeline: diagnosis.timeline.iter().map(views::moment).collect(),
            not_examined: diagnosis.not_examined.iter().map(not_examined).collect(),
            problems: diagnosis.problems.iter().map(problem).collect(),
        }
    }
}

pub(super) fn tool(diagnosis: &Diagnosis) -> Tool {
    Tool {
        version: env!("CARGO_PKG_VERSION"),
        signatures: diagnosis.signatures,
    }
}

pub(super) fn scanned(scanned: &rank::Scanned) -> Scanned<'_> {
    Scanned {
        entries: scanned.entries,
        bytes: scanned.bytes,
        lines: scanned.lines,
        skipped: &scanned.skipped,
    }
}

/// Findings with their ranks, from 1.
pub(super) fn findings(list: &[RankedFinding]) -> impl Iterator<Item = Finding<'_>> {
    list.iter()
        .zip(1..)
        .map(|(finding, rank)| finding_at(finding, rank))
}

fn finding_at(finding: &RankedFinding, rank: usize) -> Finding<'_> {
    Finding {
        rank,
        signature: &finding.signature,
        title: neutral(&finding.title),
        kind: finding.kind,
        severity: finding.severity,
        sure: finding.sure,
        confidence: rounded(finding.confidence),
        state: finding.state,
        onset: finding.onset.map(Time),
        subjects: subjects(&finding.subjects),
        reasons: texts(&finding.reasons),
        explanation: neutral_lines(&finding.explanation),
        count: finding.count,
        first_seen: finding.first_seen.map(Time),
        last_seen: finding.last_seen.map(Time),
        evidence: finding.evidence.iter().map(evidence).collect(),
        consequences: finding.consequences.iter().map(consequence).collect(),
        explained_by: &finding.explained_by,
        remediation: remediation(&finding.remediation),
        prevention: finding.prevention.as_deref().map(neutral_lines),
        references: &finding.references,
        translations: finding
            .translations
            .iter()
            .map(|(tag, told)| (tag.as_str(), in_language(told)))
            .collect(),
    }
}

fn in_language(told: &rank::Told) -> Told<'_> {
    Told {
        title: neutral(&told.title),
        explanation: neutral_lines(&told.explanation),
        remediation: remediation(&told.remediation),
        prevention: told.prevention.as_deref().map(neutral_lines),
    }
}

fn remediation(fix: &rank::Remediation) -> Remediation<'_> {
    Remediation {
        summary: neutral(&fix.summary),
        steps: fix.steps.iter().map(step).collect(),
        verify: fix.verify.iter().map(check).collect(),
    }
}

/// Three digits are more than any calibration gives; what is not a number is no confidence.
fn rounded(confidence: f64) -> f64 {
    if confidence.is_finite() {
        (confidence.clamp(0.0, 1.0) * 1000.0).round() / 1000.0
    } else {
        0.0
    }
}

pub(super) fn input(input: &rank::InputSummary) -> Input<'_> {
    Input {
        path: &input.path,
        kind: input.kind,
        collected_at: input.collected_at.map(Time),
        time_range: range(input.time_range),
        description: input.description.as_deref().map(neutral_lines),
        products: &input.products,
        nodes: input.nodes.iter().map(node).collect(),
    }
}

fn node(node: &rank::NodeSummary) -> Node<'_> {
    Node {
        name: &node.name,
        roles: &node.roles,
        os_image: node.os_image.as_deref(),
        kubelet_version: node.kubelet_version.as_deref(),
        // The contract knows three words; what a broken object says instead is no word.
        ready: node
            .ready
            .as_deref()
            .filter(|ready| matches!(*ready, "True" | "False" | "Unknown")),
        upgrade_state: node.upgrade_state.as_deref(),
        time_range: range(node.coverage),
    }
}

pub(super) fn evidence(item: &EvidenceItem) -> Evidence<'_> {
    match item {
        EvidenceItem::Line {
            entry,
            line,
            time,
            text,
            captures,
        } => Evidence::Line {
            entry,
            line: *line,
            time: time.map(Time),
            text: quoted(text),
            captures: values(captures),
        },
        EvidenceItem::Object {
            object,
            path,
            text,
            entry,
            captures,
        } => Evidence::Object {
            object,
            path,
            text: quoted(text),
            captures: values(captures),
            entry,
        },
        EvidenceItem::Fact {
            fact,
            node,
            text,
            entry,
        } => Evidence::Fact {
            fact,
            node: node.as_deref(),
            text: quoted(text),
            entry,
        },
    }
}

/// Text from the bundle as it may leave it.
pub(super) fn quoted(text: &str) -> Text<'_> {
    match masked(text) {
        Cow::Borrowed(text) => neutral(text),
        Cow::Owned(text) => Cow::Owned(neutral(&text).into_owned()),
    }
}

fn values(captures: &Captures) -> BTreeMap<&str, Text<'_>> {
    captures
        .iter()
        .map(|(name, value)| (name.as_str(), quoted(value)))
        .collect()
}

fn consequence(consequence: &rank::Consequence) -> Consequence<'_> {
    Consequence {
        signature: &consequence.signature,
        title: neutral(&consequence.title),
        subjects: subjects(&consequence.subjects),
        assumed: consequence.assumed,
    }
}

pub(super) fn step(step: &rank::Step) -> Step<'_> {
    Step {
        risk: step.risk,
        place: step.place.as_deref().map(neutral),
        text: neutral_lines(&step.text),
        run: step.run.as_deref().map(neutral_lines),
        takes: step.takes.as_deref().map(neutral),
        loses: step.loses.as_deref().map(neutral_lines),
        check: step.check.as_ref().map(check),
    }
}

fn check(check: &rank::Check) -> Check<'_> {
    Check {
        run: neutral_lines(&check.run),
        expect: check.expect.as_deref().map(neutral_lines),
    }
}

fn unusual(unusual: &rank::Unusual) -> Unusual<'_> {
    Unusual {
        entry: &unusual.entry,
        template: quoted(&unusual.template),
        count: unusual.count,
        first_seen: unusual.first_seen.map(Time),
        sample: quoted(&unusual.sample),
        because: neutral(&unusual.because),
    }
}

pub(super) fn not_examined(what: &rank::NotExamined) -> NotExamined<'_> {
    NotExamined {
        what: neutral(&what.what),
        because: neutral(&what.because),
        signatures: &what.signatures,
        collect: what.collect.as_deref().map(neutral_lines),
    }
}

pub(super) fn problem(problem: &EntryProblem) -> Problem<'_> {
    Problem {
        entry: &problem.entry,
        error: neutral(&problem.error),
    }
}

fn subjects(list: &[rank::Subject]) -> Vec<&BTreeMap<String, String>> {
    list.iter().map(|subject| &subject.0).collect()
}

pub(super) fn texts(list: &[String]) -> Vec<Text<'_>> {
    list.iter().map(|text| neutral(text)).collect()
}

pub(super) fn range(range: Option<(Timestamp, Timestamp)>) -> Option<(Time, Time)> {
    range.map(|(from, to)| (Time(from), Time(to)))
}
