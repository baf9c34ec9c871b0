//! What changed, for programs: `bundlevet.diff/v1`.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{shown, title};
use crate::rank::{ChangedFinding, Cluster, Comparison, Diagnosis, RankedFinding};
use crate::report::inert;

/// JSON Schema (draft 2020-12) of what [`diff_json`] gives.
pub const DIFF_SCHEMA: &str = include_str!("../../../docs/schema/diff.v1.json");

/// The comparison as `bundlevet.diff/v1`. Equal inputs give equal bytes.
pub fn diff_json(comparison: &Comparison<'_>) -> Value {
    let (cluster, because) = match &comparison.cluster {
        Cluster::Same(because) => ("same", because),
        Cluster::Different(because) => ("different", because),
        Cluster::Unknown(because) => ("unknown", because),
    };
    let versions = comparison.versions.iter().map(|(product, (before, after))| {
        json!({"product": shown(product), "before": text(before), "after": text(after)})
    });
    let nodes = comparison.nodes.iter().map(|node| {
        let fields = node.fields.iter().map(|field| {
            json!({"field": field.field, "before": text(&field.before), "after": text(&field.after)})
        });
        json!({"name": shown(&node.name), "change": node.change, "fields": fields.collect::<Vec<_>>()})
    });
    let coverage = &comparison.coverage;
    let nodes_read = coverage.nodes.iter().map(
        |(node, (before, after))| json!({"node": shown(node), "before": before, "after": after}),
    );
    let texts = |list: &[String]| list.iter().map(|item| shown(item)).collect::<Vec<_>>();
    json!({
        "schema": "bundlevet.diff/v1",
        "tool": {"version": env!("CARGO_PKG_VERSION"), "signatures": comparison.after.signatures},
        "before": side(comparison.before),
        "after": side(comparison.after),
        "cluster": {"is": cluster, "because": shown(because)},
        "reversed": comparison.reversed,
        "findings": comparison.findings.iter().map(changed).collect::<Vec<_>>(),
        "versions": versions.collect::<Vec<_>>(),
        "nodes": nodes.collect::<Vec<_>>(),
        "coverage": {
            "nodes": nodes_read.collect::<Vec<_>>(),
            "lost": texts(&coverage.lost),
            "gained": texts(&coverage.gained),
        },
    })
}

/// Writes [`diff_json`] indented by two, with a line feed at the end.
pub fn write_diff_json(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    inert::write_pretty(out, &diff_json(comparison))
}

fn text(value: &Option<String>) -> Value {
    value
        .as_ref()
        .map_or(Value::Null, |value| Value::String(shown(value)))
}

fn side(diagnosis: &Diagnosis) -> Value {
    let inputs = diagnosis.inputs.iter().map(|input| {
        json!({
            "path": shown(&input.path),
            "kind": input.kind,
            "collected_at": input.collected_at.map(|time| time.to_string()),
        })
    });
    json!({
        "inputs": inputs.collect::<Vec<_>>(),
        "verdict": diagnosis.verdict,
        "headline": shown(&diagnosis.headline),
        "entries": diagnosis.scanned.entries,
        "bytes": diagnosis.scanned.bytes,
        "lines": diagnosis.scanned.lines,
        "problems": diagnosis.problems.len(),
    })
}

fn changed(changed: &ChangedFinding<'_>) -> Value {
    let because: Vec<String> = changed
        .because
        .iter()
        .map(|because| shown(because))
        .collect();
    json!({
        "change": changed.change,
        "signature": changed.shown().map(|finding| finding.signature.as_str()),
        "kind": changed.shown().map(|finding| finding.kind.word()),
        "severity": changed.shown().map(|finding| finding.severity.word()),
        "title": title(changed),
        "because": because,
        "before": changed.before.map(finding),
        "after": changed.after.map(finding),
    })
}

fn finding(finding: &RankedFinding) -> Value {
    let subjects = finding.subjects.iter().map(|subject| {
        let names = subject
            .0
            .iter()
            .map(|(key, name)| (key.clone(), Value::String(shown(name))));
        Value::Object(names.collect())
    });
    json!({
        "severity": finding.severity.word(),
        "sure": finding.sure.word(),
        "state": finding.state,
        "subjects": subjects.collect::<Vec<_>>(),
        "count": finding.count,
        "first_seen": finding.first_seen.map(|time| time.to_string()),
        "last_seen": finding.last_seen.map(|time| time.to_string()),
    })
}
