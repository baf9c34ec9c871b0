//! What was looked at and is fine, one phrase each. What is not fine is for findings to say.

use jiff::Timestamp;
use serde_json::Value;

use super::anchor::{Anchor, condition, list, text};
use super::{EtcdView, InputSummary, certificates as both_times};
use crate::evidence::{Evidence, Fact};

/// Certificates that expire sooner are not called fine.
const DAYS_LEFT: i64 = 30;
/// Disks that are fuller are not called fine: the kubelet evicts at 85 % and more.
const FULL: u64 = 80;

/// Phrases such as `3 of 3 nodes are Ready`.
pub(super) fn checked(
    evidence: &Evidence,
    inputs: &[InputSummary],
    anchors: &[Anchor],
    etcd: &[EtcdView],
) -> Vec<String> {
    let collected_at = inputs.iter().filter_map(|input| input.collected_at).max();
    [
        nodes(evidence),
        quorum(etcd),
        volumes(evidence),
        collected_at.and_then(|now| certificates(evidence, now, anchors)),
        disks(evidence),
        clocks(evidence),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn nodes(evidence: &Evidence) -> Option<String> {
    let ready: Vec<bool> = list(evidence, "Node", "")
        .filter_map(|node| condition(node, "Ready"))
        .map(|ready| text(ready, "status") == Some("True"))
        .collect();
    let fine = !ready.is_empty() && ready.iter().all(|ready| *ready);
    fine.then(|| match ready.len() {
        1 => "the only node is Ready".to_owned(),
        n => format!("{n} of {n} nodes are Ready"),
    })
}

fn quorum(etcd: &[EtcdView]) -> Option<String> {
    let fine = |view: &EtcdView| {
        let known = view.members.iter().all(|member| member.healthy.is_some());
        known && view.lost == 0 && view.alarms.is_empty()
    };
    if !etcd.iter().all(fine) {
        return None;
    }
    match etcd {
        [] => None,
        [view] => Some(format!(
            "etcd quorum {0} of {0}, no alarms known",
            view.voters
        )),
        views => Some(format!(
            "etcd quorum of all members in each of {} clusters, no alarms known",
            views.len()
        )),
    }
}

fn volumes(evidence: &Evidence) -> Option<String> {
    let volumes: Vec<&str> = list(evidence, "Volume", "longhorn.io")
        .filter_map(|volume| text(volume.value.get("status")?, "robustness"))
        .collect();
    let bad = volumes
        .iter()
        .any(|robustness| matches!(*robustness, "faulted" | "degraded"));
    (!volumes.is_empty() && !bad).then(|| match volumes.len() {
        1 => "1 Longhorn volume, neither degraded nor faulted".to_owned(),
        n => format!("{n} Longhorn volumes, none degraded or faulted"),
    })
}

fn facts<'e>(evidence: &'e Evidence, key: &'e str) -> impl Iterator<Item = &'e Fact> {
    evidence.facts.iter().filter(move |fact| fact.key == key)
}

fn certificates(evidence: &Evidence, now: Timestamp, anchors: &[Anchor]) -> Option<String> {
    let mut ends: Vec<(Timestamp, &str)> = facts(evidence, "certificate")
        .filter_map(|fact| {
            let end = text(&fact.value, "not_after")?.parse().ok()?;
            Some((end, text(&fact.value, "file").unwrap_or_default()))
        })
        .collect();
    ends.sort_unstable();
    let (first, file) = ends.first()?;
    let days = first.duration_since(now).as_hours() / 24;
    let certificates = if ends.len() == 1 {
        "certificate"
    } else {
        "certificates"
    };
    (days >= DAYS_LEFT).then(|| {
        format!(
            "{} {certificates}, the first expires in {days} days ({file}){}",
            ends.len(),
            both_times::then(evidence, anchors)
        )
    })
}

fn clocks(evidence: &Evidence) -> Option<String> {
    let clocks = evidence.clocks.len();
    let fine = clocks > 1 && evidence.clocks.values().all(|clock| !clock.corrected);
    fine.then(|| format!("the clocks of {clocks} nodes agree"))
}

fn disks(evidence: &Evidence) -> Option<String> {
    let fullest = facts(evidence, "disk")
        .filter_map(|fact| {
            let used = fact.value.get("use_percent").and_then(Value::as_u64)?;
            let mount = text(&fact.value, "mount").unwrap_or_default();
            let read_only = mount.starts_with("/snap") || mount.starts_with("/run/initramfs");
            (!read_only).then(|| (used, mount, fact.node.as_deref().unwrap_or("the node")))
        })
        .max()?;
    let (used, mount, node) = fullest;
    (used <= FULL).then(|| format!("disks at most {used} % full ({mount} on {node})"))
}
