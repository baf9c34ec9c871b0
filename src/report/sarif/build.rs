//! A diagnosis into the types of a SARIF log: findings into results, their signatures into rules.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::other;
use super::wire::*;
use crate::error::Problem;
use crate::rank::{Diagnosis, EvidenceItem, NotExamined, RankedFinding};
use crate::report::markdown::{block, prose};
use crate::report::{masked, neutral, neutral_lines, plain};
use crate::signature::Severity;

/// Quoted evidence per result; the JSON report holds all of it.
const LOCATIONS: usize = 10;
/// Base of every location: the outermost archive or directory.
const BASE: &str = "BUNDLE";

/// The whole log.
pub(super) fn log(diagnosis: &Diagnosis) -> Log {
    let findings: Vec<&RankedFinding> =
        diagnosis.causes.iter().chain(&diagnosis.symptoms).collect();
    let mut rules: Vec<Descriptor> = Vec::new();
    let mut results = Vec::new();
    for finding in findings {
        let known = rules.iter().position(|rule| rule.id == finding.signature);
        let index = known.unwrap_or_else(|| {
            rules.push(descriptor(finding));
            rules.len() - 1
        });
        results.push(result(finding, index));
    }
    for (kind, found) in [
        (other::failing(), other::failures(diagnosis)),
        (other::suspicious(), other::suspects(diagnosis)),
    ] {
        if !found.is_empty() {
            let index = rules.len();
            rules.push(kind);
            results.extend(found.into_iter().map(|one| Finding {
                rule_index: index,
                ..one
            }));
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version,
                    semantic_version: version,
                    rules,
                },
            },
            invocations: [invocation(diagnosis)],
            original_uri_base_ids: BTreeMap::from([(
                BASE,
                Base {
                    description: text("The root of the bundle; nested archives are folders"),
                },
            )]),
            column_kind: "unicodeCodePoints",
            results,
            properties: RunProperties {
                verdict: diagnosis.verdict,
                headline: neutral(&diagnosis.headline).into_owned(),
                inputs: diagnosis
                    .inputs
                    .iter()
                    .map(|input| neutral(&input.path).into_owned())
                    .collect(),
            },
        }],
    }
}

pub(super) fn text(words: impl AsRef<str>) -> Message {
    Message {
        text: neutral_lines(words.as_ref()).into_owned(),
    }
}

/// A message must say something.
fn sentence(words: &str, otherwise: &str) -> Message {
    text(if words.trim().is_empty() {
        otherwise
    } else {
        words
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn descriptor(finding: &RankedFinding) -> Descriptor {
    let component = finding.signature.split('/').next().unwrap_or_default();
    Descriptor {
        id: finding.signature.clone(),
        short_description: sentence(&finding.title, &finding.signature),
        full_description: sentence(&finding.explanation, &finding.title),
        help: help(finding),
        help_uri: finding.references.first().cloned(),
        default_configuration: Configuration {
            level: level(finding.severity),
        },
        properties: Tags {
            tags: vec![component.to_owned(), finding.kind.word().to_owned()],
        },
    }
}

/// What to do, as plain text and as Markdown. Commands are indented in the text and stand in code blocks in Markdown.
fn help(finding: &RankedFinding) -> Help {
    let mut text = String::new();
    let mut markdown = String::new();
    let _ = writeln!(text, "{}", neutral_lines(&finding.explanation));
    let _ = writeln!(markdown, "{}", prose(&finding.explanation));
    for (number, step) in (1..).zip(&finding.remediation.steps) {
        let _ = writeln!(text, "{number}. {}", plain::step(step));
        let _ = writeln!(markdown, "\n{number}. {}", prose(&plain::step(step)));
        if let Some(run) = &step.run {
            let _ = writeln!(text, "{}", plain::command(run));
            let _ = writeln!(markdown, "\n{}", block("sh", run));
        }
    }
    if let Some(prevention) = &finding.prevention {
        let _ = writeln!(text, "Prevent: {}", neutral_lines(prevention));
        let _ = writeln!(markdown, "\nPrevent: {}", prose(prevention));
    }
    Help {
        text: said(text, &finding.title),
        markdown: said(markdown, &finding.title),
    }
}

fn said(text: String, otherwise: &str) -> String {
    match text.trim() {
        "" => neutral(otherwise).into_owned(),
        text => text.to_owned(),
    }
}

fn result(finding: &RankedFinding, index: usize) -> Finding {
    let explained = !finding.explained_by.is_empty();
    let mut locations: Vec<Location> = finding
        .evidence
        .iter()
        .take(LOCATIONS)
        .map(location)
        .collect();
    // The decisive piece is where it is; the rest is related.
    let related = locations.split_off(locations.len().min(1));
    Finding {
        rule_id: finding.signature.clone(),
        rule_index: index,
        kind: "fail",
        // What follows from a cause is worth knowing, not another error.
        level: if explained {
            "note"
        } else {
            level(finding.severity)
        },
        message: sentence(&finding.title, &finding.signature),
        locations,
        related_locations: related,
        occurrence_count: finding.count.max(1),
        partial_fingerprints: BTreeMap::from([("subjects/v1", fingerprint(finding))]),
        rank: (finding.confidence.clamp(0.0, 1.0) * 1000.0).round() / 10.0,
        properties: Properties::Finding(FindingProperties {
            kind: finding.kind,
            severity: finding.severity,
            sure: finding.sure,
            state: finding.state,
            explained_by: finding.explained_by.clone(),
            subjects: finding
                .subjects
                .iter()
                .map(|subject| subject.0.clone())
                .collect(),
        }),
    }
}

/// The same finding about the same things, in two bundles of one cluster.
fn fingerprint(finding: &RankedFinding) -> String {
    let mut out = finding.signature.clone();
    for subject in &finding.subjects {
        for (kind, name) in &subject.0 {
            let _ = write!(out, ";{kind}={}", neutral(name));
        }
    }
    out
}

pub(super) fn location(item: &EvidenceItem) -> Location {
    match item {
        EvidenceItem::Line {
            entry,
            line,
            text: quoted,
            ..
        } => Location {
            physical_location: Some(Physical {
                artifact_location: artifact(entry),
                region: Some(Region {
                    start_line: (*line).max(1),
                    snippet: Message {
                        text: shown(quoted),
                    },
                }),
            }),
            logical_locations: Vec::new(),
            message: None,
        },
        EvidenceItem::Object {
            object,
            path,
            text: quoted,
            entry,
            ..
        } => of_file(entry, &format!("{object} {path}"), "object", quoted),
        EvidenceItem::Fact {
            fact,
            node,
            text: quoted,
            entry,
        } => {
            let node = node.as_deref().map(|node| format!("{node}: "));
            let name = format!("{}{fact}", node.unwrap_or_default());
            of_file(entry, &name, "property", quoted)
        }
    }
}

fn of_file(entry: &str, name: &str, kind: &'static str, quoted: &str) -> Location {
    Location {
        physical_location: (!entry.is_empty()).then(|| Physical {
            artifact_location: artifact(entry),
            region: None,
        }),
        logical_locations: vec![Logical {
            fully_qualified_name: neutral(name).into_owned(),
            kind,
        }],
        message: Some(Message {
            text: shown(quoted),
        }),
    }
}

fn shown(quoted: &str) -> String {
    neutral(&masked(quoted)).into_owned()
}

fn artifact(entry: &str) -> Artifact {
    Artifact {
        uri: uri(entry),
        uri_base_id: BASE,
    }
}

/// A path as a relative URI reference (RFC 3986): every byte outside the unreserved ones and `/` is percent-encoded, and
/// a first segment cannot look like a scheme.
pub(super) fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The scan went well if something could be examined; what could not is told.
fn invocation(diagnosis: &Diagnosis) -> Invocation {
    let problems = diagnosis.problems.iter().map(problem);
    let missing = diagnosis.not_examined.iter().map(missing);
    Invocation {
        execution_successful: diagnosis.verdict != crate::rank::Verdict::NotExaminable,
        tool_execution_notifications: problems.chain(missing).collect(),
    }
}

fn problem(problem: &Problem) -> Notification {
    Notification {
        level: "warning",
        message: sentence(&problem.error, "could not be read"),
        locations: vec![Location {
            physical_location: Some(Physical {
                artifact_location: artifact(&problem.entry),
                region: None,
            }),
            logical_locations: Vec::new(),
            message: None,
        }],
    }
}

fn missing(what: &NotExamined) -> Notification {
    let collect: Cow<'_, str> = match &what.collect {
        Some(command) => format!("; collect it with: {command}").into(),
        None => "".into(),
    };
    Notification {
        level: "note",
        message: text(format!(
            "Not examined: {}: {}{collect}",
            what.what, what.because
        )),
        locations: Vec::new(),
    }
}
