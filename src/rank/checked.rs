//! What was looked at and is fine, one phrase each.

use super::InputSummary;
use super::anchor::{condition, list, text};
use crate::evidence::Evidence;

/// Phrases such as `3 of 3 nodes are Ready`.
pub(super) fn checked(evidence: &Evidence, _inputs: &[InputSummary]) -> Vec<String> {
    let mut phrases = Vec::new();
    let ready: Vec<bool> = list(evidence, "Node", "")
        .filter_map(|node| condition(node, "Ready"))
        .map(|ready| text(ready, "status") == Some("True"))
        .collect();
    if !ready.is_empty() && ready.iter().all(|ready| *ready) {
        phrases.push(format!("{0} of {0} nodes are Ready", ready.len()));
    }
    let volumes: Vec<&str> = list(evidence, "Volume", "longhorn.io")
        .filter_map(|volume| text(volume.value.get("status")?, "robustness"))
        .collect();
    let bad = |robustness: &&str| matches!(*robustness, "faulted" | "degraded");
    if !volumes.is_empty() && !volumes.iter().any(bad) {
        phrases.push(format!(
            "{} Longhorn volumes, none degraded or faulted",
            volumes.len()
        ));
    }
    phrases
}
