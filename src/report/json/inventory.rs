//! What is in the inputs, as `bundlevet.inventory/v1`: header fields as in the diagnosis, and every entry.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::v1::{self, Time};
use crate::bundle::{EntryKind, Instance, ProgramSet};
use crate::evidence::{Evidence, ReadEntry};
use crate::rank::Diagnosis;
use crate::report::{inert, words};

#[derive(Serialize)]
struct Inventory<'a> {
    schema: &'static str,
    tool: v1::Tool,
    inputs: Vec<v1::Input<'a>>,
    scanned: v1::Scanned<'a>,
    objects: BTreeMap<String, usize>,
    entries: Vec<Entry<'a>>,
    not_examined: Vec<v1::NotExamined<'a>>,
    problems: Vec<v1::Problem<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    input: usize,
    path: &'a str,
    /// `log`, `objects`, `fact`, `config`, `skipped`.
    kind: &'static str,
    /// Why it was skipped.
    skipped: Option<&'static str>,
    size: Option<u64>,
    modified: Option<Time>,
    node: Option<&'a str>,
    namespace: Option<&'a str>,
    pod: Option<&'a str>,
    container: Option<&'a str>,
    unit: Option<&'a str>,
    /// Null: not known, every program is looked for.
    programs: Option<Vec<&'static str>>,
    /// `current`, `previous`, `rotated`.
    instance: &'static str,
    bytes: u64,
    lines: u64,
    time_range: Option<(Time, Time)>,
}

/// Writes the inventory, indented by two.
pub fn write_inventory_json(
    evidence: &Evidence,
    diagnosis: &Diagnosis,
    out: &mut dyn Write,
) -> io::Result<()> {
    let inventory = Inventory {
        schema: "bundlevet.inventory/v1",
        tool: v1::tool(diagnosis),
        inputs: diagnosis.inputs.iter().map(v1::input).collect(),
        scanned: v1::scanned(&diagnosis.scanned),
        objects: evidence
            .objects
            .iter()
            .map(|(key, list)| (words::object_kind(key), list.len()))
            .collect(),
        entries: evidence.entries.iter().map(entry).collect(),
        not_examined: diagnosis
            .not_examined
            .iter()
            .map(v1::not_examined)
            .collect(),
        problems: diagnosis.problems.iter().map(v1::problem).collect(),
    };
    inert::write_pretty(out, &inventory)
}

/// The entries of the inventory, one by one.
#[cfg(feature = "parquet")]
pub(crate) fn inventory_entries(evidence: &Evidence) -> impl Iterator<Item = serde_json::Value> {
    let entries = evidence.entries.iter();
    entries.map(|read| serde_json::to_value(entry(read)).unwrap_or_default())
}

fn entry(read: &ReadEntry) -> Entry<'_> {
    let ReadEntry { entry, hits } = read;
    let origin = &entry.origin;
    Entry {
        input: entry.input,
        path: &entry.path,
        kind: words::entry_kind(entry.kind),
        skipped: match entry.kind {
            EntryKind::Skipped(why) => Some(words::skip(why)),
            _ => None,
        },
        size: entry.size,
        modified: entry.modified.map(Time),
        node: origin.node.as_deref(),
        namespace: origin.namespace.as_deref(),
        pod: origin.pod.as_deref(),
        container: origin.container.as_deref(),
        unit: origin.unit.as_deref(),
        programs: programs(origin.programs),
        instance: match origin.instance {
            Instance::Current => "current",
            Instance::Previous => "previous",
            Instance::Rotated => "rotated",
        },
        bytes: hits.coverage.bytes,
        lines: hits.coverage.lines,
        time_range: v1::range(hits.coverage.span),
    }
}

fn programs(set: ProgramSet) -> Option<Vec<&'static str>> {
    (!set.is_all()).then(|| set.iter().map(|program| program.name()).collect())
}
