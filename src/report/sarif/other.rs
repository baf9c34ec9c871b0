//! What no signature explains into results: what objects show to fail, and suspicious lines. A bundle whose cause is not
//! known must not look like one without results.

use std::collections::BTreeMap;

use super::build::{location, text};
use super::wire::*;
use crate::rank::{Diagnosis, Suspect};
use crate::report::{masked, neutral, plain};

/// Ids of the two kinds; no signature lies in this component.
const FAILING: &str = "bundlevet/failing";
const SUSPICIOUS: &str = "bundlevet/suspicious-line";

/// Describes what fails at the time of collection.
pub(super) fn failing() -> Descriptor {
    let says = "The objects of the bundle show that this was failing when it was collected. Where a cause is known, it \
                is a result of its own.";
    descriptor(
        FAILING,
        "Failing at the time of collection",
        says,
        "warning",
    )
}

/// Describes a line that a person should read.
pub(super) fn suspicious() -> Descriptor {
    let says = "No known cause explains what fails. This line is the likeliest to say why; it is not a diagnosis: read \
                what stands around it, and search for its words in the program's documentation and reported problems.";
    descriptor(SUSPICIOUS, "Suspicious line", says, "none")
}

fn descriptor(id: &str, title: &str, says: &str, level: &'static str) -> Descriptor {
    Descriptor {
        id: id.to_owned(),
        short_description: text(title),
        full_description: text(says),
        help: Help {
            text: says.to_owned(),
            markdown: says.to_owned(),
        },
        help_uri: None,
        default_configuration: Configuration { level },
        properties: Tags {
            tags: vec!["bundlevet".to_owned()],
        },
    }
}

/// What fails, one result each.
pub(super) fn failures(diagnosis: &Diagnosis) -> Vec<Finding> {
    let clauses = diagnosis.failing.iter();
    clauses.map(|clause| failure(clause)).collect()
}

fn failure(clause: &str) -> Finding {
    Finding {
        rule_id: FAILING.to_owned(),
        rule_index: 0,
        kind: "fail",
        level: "warning",
        message: text(clause),
        locations: Vec::new(),
        related_locations: Vec::new(),
        occurrence_count: 1,
        partial_fingerprints: fingerprint(FAILING, clause),
        rank: 100.0,
        properties: Properties::Other(OtherProperties {
            reasons: Vec::new(),
        }),
    }
}

/// Suspicious lines, one result each, for a person to review.
pub(super) fn suspects(diagnosis: &Diagnosis) -> Vec<Finding> {
    diagnosis.suspects.iter().map(suspect).collect()
}

fn suspect(one: &Suspect) -> Finding {
    let mut message = masked(&one.title).into_owned();
    for step in &one.next {
        message.push('\n');
        message.push_str(&plain::step(step));
        if let Some(run) = &step.run {
            message.push('\n');
            message.push_str(&plain::command(run));
        }
    }
    Finding {
        rule_id: SUSPICIOUS.to_owned(),
        rule_index: 0,
        kind: "review",
        // anything but a failure has no level
        level: "none",
        message: text(message),
        locations: vec![location(&one.evidence)],
        related_locations: Vec::new(),
        occurrence_count: one.count.max(1),
        partial_fingerprints: fingerprint(SUSPICIOUS, &one.title),
        rank: 1.0,
        properties: Properties::Other(OtherProperties {
            reasons: one
                .reasons
                .iter()
                .map(|reason| neutral(reason).into_owned())
                .collect(),
        }),
    }
}

fn fingerprint(id: &str, of: &str) -> BTreeMap<&'static str, String> {
    let of = masked(of);
    BTreeMap::from([("subjects/v1", format!("{id};{}", neutral(&of)))])
}
