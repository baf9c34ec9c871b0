//! Failure states that are true at the end, from symptoms, objects and the reporter's words: what has to be explained.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{InputSummary, class, pods, upgrade};
use crate::evidence::{Evidence, Object, ObjectKey};
use crate::finding::{Finding, Subject};
use crate::packed::View;
use crate::signature::{Class, Database, Kind};

/// One failure that has to be explained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) class: Class,
    /// What fails.
    pub(super) subject: Subject,
    /// As a clause: `node n1 is not Ready`.
    pub(super) text: String,
    /// When it began, where the object says so.
    pub(super) since: Option<Timestamp>,
    pub(super) from: From,
    /// The inputs that show it.
    pub(super) inputs: Vec<usize>,
}

/// Where an anchor comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A symptom that still holds, at this position among the findings.
    Symptom(usize),
    /// The state of an object.
    Object,
    /// The reporter's words.
    Words,
}

/// Every anchor of the case.
pub(super) fn anchors(
    database: &Database,
    evidence: &Evidence,
    findings: &[Finding],
    inputs: &[InputSummary],
) -> Vec<Anchor> {
    let mut anchors = Vec::new();
    nodes(evidence, &mut anchors);
    upgrades(evidence, &mut anchors);
    volumes(evidence, &mut anchors);
    // of several inputs the first: what is Pending for long by that clock is so by any later one
    let collected = inputs.iter().filter_map(|input| input.collected_at).min();
    pods::anchors(evidence, collected, &mut anchors);
    for (at, finding) in findings.iter().enumerate() {
        let Some(signature) = database.signatures.get(finding.signature) else {
            continue;
        };
        let Some(class) = signature.class.filter(|class| class::is_anchor(*class)) else {
            continue;
        };
        if signature.kind != Kind::Symptom {
            continue;
        }
        for case in finding.cases.iter().filter(|case| case.state.is_alive()) {
            anchors.push(Anchor {
                class,
                subject: case.subject.clone(),
                text: format!("{} ({})", class.says(), case.subject),
                since: case.span.map(|(first, _)| first),
                from: From::Symptom(at),
                inputs: shown_by(evidence, case.seen.iter().map(|one| one.entry)),
            });
        }
    }
    for (at, input) in inputs.iter().enumerate() {
        let words = input.description.as_deref().unwrap_or_default();
        for class in class::described(words) {
            anchors.push(Anchor {
                class,
                subject: Subject::cluster(),
                text: format!("the reporter says that {}", class.says()),
                since: None,
                from: From::Words,
                inputs: vec![at],
            });
        }
    }
    anchors
}

/// Objects of a kind, in order.
pub(super) fn list<'e>(
    evidence: &'e Evidence,
    kind: &str,
    group: &str,
) -> impl Iterator<Item = &'e Object> + use<'e> {
    let key = ObjectKey {
        kind: kind.to_owned(),
        group: group.to_owned(),
    };
    evidence.objects.get(&key).into_iter().flatten()
}

/// The condition of this type.
pub(super) fn condition<'e>(object: &'e Object, name: &str) -> Option<View<'e>> {
    let mut conditions = object.value.pointer("/status/conditions")?.as_array()?;
    conditions.find(|one| text(*one, "type") == Some(name))
}

/// A text field.
pub(super) fn text<'v>(value: impl Into<View<'v>>, key: &str) -> Option<&'v str> {
    value.into().get(key)?.as_str()
}

/// A time field.
pub(super) fn time<'v>(value: impl Into<View<'v>>, key: &str) -> Option<Timestamp> {
    text(value, key)?.parse().ok()
}

/// The inputs of entries, each once.
pub(super) fn shown_by(evidence: &Evidence, entries: impl IntoIterator<Item = u32>) -> Vec<usize> {
    let inputs = entries.into_iter().filter_map(|entry| {
        let read = evidence.entries.get(entry as usize)?;
        Some(read.entry.input)
    });
    let inputs: BTreeSet<usize> = inputs.collect();
    inputs.into_iter().collect()
}

fn nodes(evidence: &Evidence, anchors: &mut Vec<Anchor>) {
    for node in list(evidence, "Node", "") {
        let Some(ready) = condition(node, "Ready") else {
            continue;
        };
        let status = text(ready, "status").unwrap_or("Unknown");
        if status != "True" {
            anchors.push(Anchor {
                class: Class::NodeNotReady,
                subject: Subject::node(&node.name),
                text: format!("node {} is not Ready ({status})", node.name),
                since: time(ready, "lastTransitionTime"),
                from: From::Object,
                inputs: shown_by(evidence, [node.entry]),
            });
        }
    }
}

/// The latest upgrade, unless it is complete. Earlier ones are history.
fn upgrades(evidence: &Evidence, anchors: &mut Vec<Anchor>) {
    let Some(latest) = upgrade::latest(evidence) else {
        return;
    };
    let (class, state) = match upgrade::outcome(latest) {
        Some(true) => return,
        Some(false) => (Class::UpgradeFailed, "failed"),
        None => (Class::UpgradeStuck, "is not complete"),
    };
    anchors.push(Anchor {
        class,
        subject: Subject::of([("upgrade", &latest.name)]),
        text: format!("upgrade {} {state}", latest.name),
        since: None,
        from: From::Object,
        inputs: shown_by(evidence, [latest.entry]),
    });
}

fn volumes(evidence: &Evidence, anchors: &mut Vec<Anchor>) {
    for volume in list(evidence, "Volume", "longhorn.io") {
        let robustness = volume
            .value
            .get("status")
            .and_then(|status| text(status, "robustness"));
        if robustness == Some("faulted") {
            anchors.push(Anchor {
                class: Class::VolumeFaulted,
                subject: Subject::of([("volume", &volume.name)]),
                text: format!("volume {} is faulted", volume.name),
                since: None,
                from: From::Object,
                inputs: shown_by(evidence, [volume.entry]),
            });
        }
    }
}
