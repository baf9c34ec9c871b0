//! What changed between two bundles, for programs, and what every form for people says of it.

mod json;

#[cfg(test)]
mod tests;

pub use json::{DIFF_SCHEMA, diff_json, write_diff_json};

use crate::rank::{Change, ChangedFinding, Cluster, Comparison, InputSummary};
use crate::report::text::words::minute;
use crate::report::{masked, neutral};

/// Foreign text as every form shows it.
pub(super) fn shown(text: &str) -> String {
    masked(&neutral(text)).into_owned()
}

pub(super) fn title(finding: &ChangedFinding<'_>) -> String {
    finding
        .shown()
        .map_or_else(String::new, |finding| shown(&finding.title))
}

/// The files of one side.
pub(super) fn paths(inputs: &[InputSummary]) -> String {
    let paths: Vec<String> = inputs.iter().map(|input| shown(&input.path)).collect();
    paths.join(", ")
}

/// When the newest of them was collected.
pub(super) fn collected(inputs: &[InputSummary]) -> Option<String> {
    let newest = inputs.iter().filter_map(|input| input.collected_at).max();
    newest.map(minute)
}

pub(super) fn heading(change: Change) -> &'static str {
    match change {
        Change::New => "New",
        Change::Worse => "Worse",
        Change::Unknown => "Cannot be told: what would show it was not collected the second time",
        Change::Better => "Better",
        Change::Gone => "Gone",
        Change::Unchanged => "Unchanged",
    }
}

/// What the reader must know before the rest, one sentence each.
pub(super) fn warnings(comparison: &Comparison<'_>) -> Vec<String> {
    let mut out = Vec::new();
    match &comparison.cluster {
        Cluster::Different(because) => out.push(format!(
            "These bundles are not of one cluster: {}. What follows compares strangers.",
            shown(because)
        )),
        Cluster::Unknown(because) => {
            out.push(format!(
                "Whether both are of one cluster cannot be told: {}.",
                shown(because)
            ));
        }
        Cluster::Same(_) => {}
    }
    if comparison.reversed {
        out.push("The second bundle was collected before the first: new means gone since, and worse means better.".to_owned());
    }
    out
}
