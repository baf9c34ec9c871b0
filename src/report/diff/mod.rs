//! What changed between two bundles, in text, JSON and HTML.

mod html;
mod json;
mod text;

#[cfg(test)]
mod tests;

pub use html::write_diff_html;
pub use json::{DIFF_SCHEMA, diff_json, write_diff_json};
pub use text::write_diff_text;

use jiff::Timestamp;

use crate::rank::{ChangedFinding, Cluster, Comparison, InputSummary};
use crate::report::{masked, neutral};

/// Foreign text as every form shows it.
fn shown(text: &str) -> String {
    masked(&neutral(text)).into_owned()
}

fn title(finding: &ChangedFinding<'_>) -> String {
    finding
        .shown()
        .map_or_else(String::new, |finding| shown(&finding.title))
}

fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%MZ").to_string()
}

fn input(inputs: &[InputSummary]) -> String {
    let paths: Vec<String> = inputs.iter().map(|input| shown(&input.path)).collect();
    let collected = inputs.iter().filter_map(|input| input.collected_at).max();
    match collected {
        Some(at) => format!("{}, collected {}", paths.join(", "), time(at)),
        None => paths.join(", "),
    }
}

/// What the reader must know before the rest, one sentence each.
fn warnings(comparison: &Comparison<'_>) -> Vec<String> {
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

fn or_unknown(value: Option<&String>) -> String {
    value.map_or_else(|| "not known".to_owned(), |value| shown(value))
}
