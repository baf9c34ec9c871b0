//! The diagnosis into JSON: the contract that programs rely on, with its published schema.

mod inventory;
mod suspects;
mod v1;
mod views;

#[cfg(test)]
mod tests;

#[cfg(feature = "parquet")]
pub(crate) use inventory::inventory_entries;
pub use inventory::write_inventory_json;

use std::io::{self, Write};

use serde::Serialize;

use super::inert;
use crate::rank::Diagnosis;
use v1::{Text, quoted, texts};

/// JSON Schema (draft 2020-12) of what [`json`] gives.
pub const SCHEMA: &str = include_str!("../../../docs/schema/diagnosis.v1.json");

/// The diagnosis as `bundlevet.diagnosis/v1`. Holds no timings: equal inputs give equal bytes.
pub fn json(diagnosis: &Diagnosis) -> serde_json::Value {
    // Maps with text keys, numbers and text only: this cannot fail.
    serde_json::to_value(v1::Report::from(diagnosis)).unwrap_or_default()
}

/// Writes [`json`] indented by two, with a line feed at the end. Keys stand in the order of the contract.
pub fn write_json(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    let report = v1::Report::from(diagnosis);
    inert::write_pretty(out, &report)
}

/// Writes `bundlevet.timeline/v1`: the moments, and how far the clocks of nodes were apart, as the elements of the same
/// name in the diagnosis.
pub fn write_timeline_json(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Timeline<'a> {
        schema: &'static str,
        clocks: Vec<views::Clock<'a>>,
        timeline: Vec<views::Moment<'a>>,
    }
    let timeline = Timeline {
        schema: "bundlevet.timeline/v1",
        clocks: diagnosis.clocks.iter().map(views::clock).collect(),
        timeline: diagnosis.timeline.iter().map(views::moment).collect(),
    };
    inert::write_pretty(out, &timeline)
}

/// Writes one finding per line: causes, then symptoms, each an element of `diagnosis` or `symptoms` with the
/// name of its input beside it; then suspects, under a schema of their own. A bundle without a finding gives one line
/// more that holds the verdict alone, so that a log store knows that the bundle was read.
pub fn write_ndjson(diagnosis: &Diagnosis, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'a, T> {
        schema: &'static str,
        input: Option<&'a str>,
        verdict: crate::rank::Verdict,
        #[serde(flatten)]
        what: T,
    }
    #[derive(Serialize)]
    struct Nothing<'a> {
        headline: Text<'a>,
        failing: Vec<Text<'a>>,
    }
    fn of<'a, T>(schema: &'static str, diagnosis: &'a Diagnosis, what: T) -> Line<'a, T> {
        Line {
            schema,
            input: diagnosis.inputs.first().map(|input| input.path.as_str()),
            verdict: diagnosis.verdict,
            what,
        }
    }
    let lists = [&diagnosis.causes, &diagnosis.symptoms];
    for finding in lists.iter().flat_map(|list| v1::findings(list)) {
        inert::write_line(out, &of("bundlevet.finding/v1", diagnosis, finding))?;
    }
    for suspect in suspects::suspects(&diagnosis.suspects) {
        inert::write_line(out, &of("bundlevet.suspect/v1", diagnosis, suspect))?;
    }
    if lists.iter().all(|list| list.is_empty()) {
        let nothing = Nothing {
            headline: quoted(&diagnosis.headline),
            failing: texts(&diagnosis.failing),
        };
        inert::write_line(out, &of("bundlevet.verdict/v1", diagnosis, nothing))?;
    }
    Ok(())
}
