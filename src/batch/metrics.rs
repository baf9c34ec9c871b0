//! The state of an output directory as OpenMetrics text, for a textfile collector or a push gateway.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::record::Status;
use super::run::Done;
use super::summary::Summary;

/// Writes one exposition: gauges over all bundles of the directory, and what the run just ended came to.
pub fn write_metrics(
    summary: &Summary,
    done: &Done,
    seconds: f64,
    now: Timestamp,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page(out);
    page.head(
        "bundlevet_batch_bundles",
        "gauge",
        "Bundles by what became of them.",
    )?;
    for status in Status::ALL {
        let n = summary.status.get(status.word()).copied().unwrap_or(0);
        page.sample("bundlevet_batch_bundles", &[("status", status.word())], n)?;
    }
    page.head("bundlevet_batch_verdicts", "gauge", "Bundles by verdict.")?;
    for (verdict, n) in &summary.verdicts {
        page.sample("bundlevet_batch_verdicts", &[("verdict", verdict)], n)?;
    }
    page.head(
        "bundlevet_batch_causes",
        "gauge",
        "Bundles in which a cause was found.",
    )?;
    for cause in &summary.causes {
        let labels = [
            ("signature", cause.signature.as_str()),
            ("severity", &cause.severity),
        ];
        page.sample("bundlevet_batch_causes", &labels, cause.bundles)?;
    }
    page.head(
        "bundlevet_batch_new_causes",
        "gauge",
        "Causes that no bundle had before the last run.",
    )?;
    page.sample("bundlevet_batch_new_causes", &[], summary.new.len())?;
    run(&mut page, done, seconds, now)?;
    page.0.write_all(b"# EOF\n")
}

fn run(page: &mut Page<'_>, done: &Done, seconds: f64, now: Timestamp) -> io::Result<()> {
    let number = done.records.iter().map(|record| record.run).max();
    let read = done
        .records
        .iter()
        .filter(|record| Some(record.run) == number);
    let (mut failed, mut bytes, mut peak) = (0u64, 0u64, 0u64);
    let mut worst: BTreeMap<&str, u64> = BTreeMap::new();
    for record in read.take(done.read) {
        failed += u64::from(record.outcome.status != Status::Done);
        bytes = bytes.saturating_add(record.outcome.read_bytes);
        peak = peak.max(record.outcome.peak_memory.unwrap_or(0));
        *worst
            .entry(record.outcome.severity.as_deref().unwrap_or("none"))
            .or_default() += 1;
    }
    let figures: [(&str, &str, String); 7] = [
        (
            "bundlevet_batch_run_read",
            "Bundles read in the last run.",
            done.read.to_string(),
        ),
        (
            "bundlevet_batch_run_failed",
            "Bundles of the last run without a diagnosis.",
            failed.to_string(),
        ),
        (
            "bundlevet_batch_run_bytes",
            "Bytes read in the last run, uncompressed.",
            bytes.to_string(),
        ),
        (
            "bundlevet_batch_run_seconds",
            "Duration of the last run.",
            format!("{seconds:.3}"),
        ),
        (
            "bundlevet_batch_run_peak_memory_bytes",
            "The most memory that a bundle of the last run needed.",
            peak.to_string(),
        ),
        (
            "bundlevet_batch_run_stopped",
            "Whether the last run was stopped before its end.",
            u8::from(done.stopped).to_string(),
        ),
        (
            "bundlevet_batch_run_end_timestamp_seconds",
            "When the last run ended.",
            now.as_second().to_string(),
        ),
    ];
    for (name, help, value) in figures {
        page.head(name, "gauge", help)?;
        if let Some(unit) = ["bytes", "seconds"]
            .into_iter()
            .find(|unit| name.ends_with(&format!("_{unit}")))
        {
            writeln!(page.0, "# UNIT {name} {unit}")?;
        }
        page.sample(name, &[], value)?;
    }
    page.head(
        "bundlevet_batch_run_severity",
        "gauge",
        "Bundles of the last run by their worst finding.",
    )?;
    for (severity, n) in worst {
        page.sample("bundlevet_batch_run_severity", &[("severity", severity)], n)?;
    }
    Ok(())
}

struct Page<'a>(&'a mut dyn Write);

impl Page<'_> {
    fn head(&mut self, name: &str, kind: &str, help: &str) -> io::Result<()> {
        writeln!(self.0, "# TYPE {name} {kind}\n# HELP {name} {help}")
    }

    fn sample(
        &mut self,
        name: &str,
        labels: &[(&str, &str)],
        value: impl std::fmt::Display,
    ) -> io::Result<()> {
        write!(self.0, "{name}")?;
        for (index, (label, text)) in labels.iter().enumerate() {
            let text = text
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            write!(
                self.0,
                "{}{label}=\"{text}\"",
                if index == 0 { "{" } else { "," }
            )?;
        }
        writeln!(
            self.0,
            "{} {value}",
            if labels.is_empty() { "" } else { "}" }
        )
    }
}
