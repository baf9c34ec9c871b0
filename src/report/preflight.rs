//! A preflight into JSON and OpenMetrics: for programs, and for monitoring that runs it as a probe.

use std::io::{self, Write};

use serde::Serialize;

use super::inert;
use crate::preflight::{Outcome, Preflight, Purpose};

/// JSON Schema (draft 2020-12) of what [`write_preflight_json`] writes.
pub const PREFLIGHT_SCHEMA: &str = include_str!("../../docs/schema/preflight.v1.json");

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    tool: Tool,
    purpose: Purpose,
    node: Option<&'a str>,
    at: String,
    passed: usize,
    failed: usize,
    unknown: usize,
    checks: Vec<One<'a>>,
}

#[derive(Serialize)]
struct Tool {
    version: &'static str,
}

#[derive(Serialize)]
struct One<'a> {
    check: &'a str,
    title: &'a str,
    severity: &'a str,
    node: Option<&'a str>,
    result: &'static str,
    text: &'a str,
    fix: Option<&'a str>,
    would_let: Option<&'a str>,
}

/// Writes `bundlevet.preflight/v1`, indented by two, with a line feed at the end.
pub fn write_preflight_json(preflight: &Preflight, out: &mut dyn Write) -> io::Result<()> {
    let (passed, failed, unknown) = preflight.counts();
    let checks = preflight.checks.iter().map(|check| {
        let (text, fix, would_let) = match &check.outcome {
            Outcome::Passed(text) => (text, None, None),
            Outcome::Failed { text, fix } => (text, Some(fix.as_str()), None),
            Outcome::Unknown { because, would_let } => (because, None, Some(would_let.as_str())),
        };
        One {
            check: check.id,
            title: check.title,
            severity: check.severity.word(),
            node: check.node.as_deref(),
            result: check.outcome.word(),
            text,
            fix,
            would_let,
        }
    });
    let report = Report {
        schema: "bundlevet.preflight/v1",
        tool: Tool {
            version: env!("CARGO_PKG_VERSION"),
        },
        purpose: preflight.purpose,
        node: preflight.node.as_deref(),
        at: preflight.at.to_string(),
        passed,
        failed,
        unknown,
        checks: checks.collect(),
    };
    inert::write_pretty(out, &report)
}

/// Writes OpenMetrics text: one sample per check, 1 passed, 0 failed, -1 not checked; and when.
pub fn write_preflight_openmetrics(preflight: &Preflight, out: &mut dyn Write) -> io::Result<()> {
    let name = "bundlevet_preflight_check";
    writeln!(out, "# TYPE {name} gauge")?;
    writeln!(
        out,
        "# HELP {name} 1: passed, 0: failed, -1: could not be checked."
    )?;
    for check in &preflight.checks {
        let value = match check.outcome {
            Outcome::Passed(_) => 1,
            Outcome::Failed { .. } => 0,
            Outcome::Unknown { .. } => -1,
        };
        writeln!(
            out,
            "{name}{{check=\"{}\",node=\"{}\",purpose=\"{}\",severity=\"{}\"}} {value}",
            check.id,
            label(check.node.as_deref().unwrap_or("")),
            preflight.purpose.word(),
            check.severity.word(),
        )?;
    }
    let name = "bundlevet_preflight_timestamp_seconds";
    writeln!(out, "# TYPE {name} gauge")?;
    writeln!(out, "# UNIT {name} seconds")?;
    writeln!(out, "# HELP {name} When the checks were made.")?;
    writeln!(out, "{name} {}", preflight.at.as_second())?;
    writeln!(out, "# EOF")
}

/// A label's value, escaped as OpenMetrics asks.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
