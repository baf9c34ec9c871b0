//! The line of one bundle in `results.ndjson`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::bundle::{as_url, shown_url};
use crate::rank::{Diagnosis, RankedFinding, Verdict};
use crate::report::neutral;
use crate::signature::Severity;

/// What became of a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It is diagnosed.
    Done,
    /// Nothing of it could be read.
    Unreadable,
    /// Its process needed more time than it may take.
    Timeout,
    /// Its process needed more memory than it may take.
    Memory,
    /// Its process ended in any other way.
    Crashed,
}

impl Status {
    /// Every status, best first.
    pub const ALL: [Status; 5] = [
        Status::Done,
        Status::Unreadable,
        Status::Timeout,
        Status::Memory,
        Status::Crashed,
    ];

    /// The word for it in `results.ndjson`.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Done => "done",
            Status::Unreadable => "unreadable",
            Status::Timeout => "timeout",
            Status::Memory => "memory",
            Status::Crashed => "crashed",
        }
    }
}

/// What the child process of one bundle came to; the part of a [`Record`] that is about the bundle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What became of it.
    pub status: Status,
    /// Why it is not [`Status::Done`], one sentence.
    pub error: Option<String>,
    /// `known_cause`, `symptoms_only`, `no_known_cause`, `healthy`, `not_examinable`.
    pub verdict: Option<String>,
    /// The verdict in one sentence.
    pub headline: Option<String>,
    /// The worst severity of all findings, causes and symptoms.
    pub severity: Option<String>,
    /// Causes, best first.
    pub causes: Vec<Cause>,
    /// Symptoms that no cause explains: ids of signatures, ordered.
    pub symptoms: Vec<String>,
    /// What the input is: `harvester`, `longhorn`, ...
    pub kind: Option<String>,
    /// Product to version.
    pub products: BTreeMap<String, String>,
    /// When the bundle was collected.
    pub collected_at: Option<Timestamp>,
    /// Entries, bytes (uncompressed) and lines that were read.
    pub entries: u64,
    /// See `entries`.
    pub read_bytes: u64,
    /// See `entries`.
    pub lines: u64,
    /// Entries that could not be read whole.
    pub problems: u64,
    /// The most memory the child process had at once, in bytes.
    pub peak_memory: Option<u64>,
}

/// A cause in short; the whole of it stands in the diagnosis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Id of the signature.
    pub signature: String,
    /// With its captures filled in.
    pub title: String,
    /// How bad.
    pub severity: String,
    /// How sure.
    pub sure: String,
    /// Probability that the finding is right.
    pub confidence: f64,
    /// `ongoing`, `once`, `unknown`, `ended`.
    pub state: String,
}

/// One line of `results.ndjson`. The last line of a path is the one that counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `bundlevet.batch/v1`.
    pub schema: String,
    /// The bundle: an absolute path, or a URL. The first piece of a split one.
    pub path: String,
    /// What its files are called, before the first dot of their extensions.
    pub name: String,
    /// The diagnosis, relative to the output directory; none where there is none.
    pub result: Option<String>,
    /// What was found in it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Bytes as stored.
    pub bytes: u64,
    /// Identity of the bytes ([`crate::bundle::Identity::digest`]), of the signatures and of the program: a bundle
    /// with equal ones is not read again.
    pub digest: String,
    /// Digest of the signatures.
    pub database: String,
    /// Version of bundlevet.
    pub tool: String,
    /// Forms the reports were written in, ordered.
    pub formats: Vec<String>,
    /// The run that read it, from 1.
    pub run: u64,
    /// When it was finished.
    pub finished_at: Timestamp,
    /// How long its process ran.
    pub seconds: f64,
}

/// The value of [`Record::schema`].
pub(super) const SCHEMA: &str = "bundlevet.batch/v1";

impl Record {
    /// The folder that the bundle lies in, with forward slashes; empty at the root.
    pub fn directory(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The worst severity, as a value.
    pub fn severity(&self) -> Option<Severity> {
        Severity::from_word(self.outcome.severity.as_deref()?)
    }
}

/// How a path is written in records: as it is, or with escapes where it is no UTF-8.
pub(super) fn spelled(path: &Path) -> Cow<'_, str> {
    if let Some(url) = as_url(path) {
        return shown_url(url).into();
    }
    let bytes = path.as_os_str().as_encoded_bytes();
    match path.to_str() {
        Some(text) => text.into(),
        None => bytes.escape_ascii().to_string().into(),
    }
}

impl Outcome {
    /// A bundle without a diagnosis.
    pub(super) fn failed(status: Status, error: impl Into<String>) -> Outcome {
        Outcome {
            status,
            error: Some(error.into()),
            verdict: None,
            headline: None,
            severity: None,
            causes: Vec::new(),
            symptoms: Vec::new(),
            kind: None,
            products: BTreeMap::new(),
            collected_at: None,
            entries: 0,
            read_bytes: 0,
            lines: 0,
            problems: 0,
            peak_memory: None,
        }
    }
}

impl From<&Diagnosis> for Outcome {
    fn from(diagnosis: &Diagnosis) -> Outcome {
        let status = match diagnosis.verdict {
            Verdict::NotExaminable => Status::Unreadable,
            _ => Status::Done,
        };
        let input = diagnosis.inputs.first();
        let all = diagnosis.causes.iter().chain(&diagnosis.symptoms);
        let worst = all.map(|finding| finding.severity).max();
        let symptoms = diagnosis.symptoms.iter();
        let mut symptoms: Vec<String> = symptoms
            .filter(|symptom| symptom.explained_by.is_empty())
            .map(|symptom| symptom.signature.clone())
            .collect();
        symptoms.sort();
        symptoms.dedup();
        let headline = neutral(&diagnosis.headline).into_owned();
        Outcome {
            status,
            error: (status != Status::Done).then(|| headline.clone()),
            verdict: word(&diagnosis.verdict),
            headline: Some(headline),
            severity: worst.map(|worst| worst.word().to_owned()),
            causes: diagnosis.causes.iter().map(Cause::from).collect(),
            symptoms,
            kind: input.and_then(|input| word(&input.kind)),
            products: input
                .map(|input| input.products.clone())
                .unwrap_or_default(),
            collected_at: input.and_then(|input| input.collected_at),
            entries: diagnosis.scanned.entries,
            read_bytes: diagnosis.scanned.bytes,
            lines: diagnosis.scanned.lines,
            problems: diagnosis.problems.len() as u64,
            peak_memory: None,
        }
    }
}

impl From<&RankedFinding> for Cause {
    fn from(finding: &RankedFinding) -> Cause {
        Cause {
            signature: finding.signature.clone(),
            title: neutral(&finding.title).into_owned(),
            severity: finding.severity.word().to_owned(),
            sure: finding.sure.word().to_owned(),
            confidence: (finding.confidence * 1000.0).round() / 1000.0,
            state: word(&finding.state).unwrap_or_default(),
        }
    }
}

/// The word that the JSON report has for a value.
fn word(value: &impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Some(word),
        _ => None,
    }
}
