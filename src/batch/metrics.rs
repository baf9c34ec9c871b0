//! The state of an output directory as OpenMetrics text, for a textfile collector or a push gateway.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::one::peak_memory;
use super::record::{Record, Status};
use super::summary::Summary;
use crate::report::neutral;

/// Writes one exposition: gauges over all bundles of the directory, and what the run came to, or has come to so far.
pub fn write_metrics(
    summary: &Summary,
    figures: &RunFigures,
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
    run(&mut page, figures, seconds, now)?;
    page.0.write_all(b"# EOF\n")
}

/// What a run came to so far; it is counted as bundles are finished, so that nothing of them is kept.
#[derive(Debug, Clone, Default)]
pub struct RunFigures {
    /// Bundles of the run, read before or not.
    pub bundles: usize,
    /// Whether it was stopped before its end.
    pub stopped: bool,
    /// When it ended; none while it goes on.
    pub ended: Option<Timestamp>,
    read: u64,
    failed: u64,
    bytes: u64,
    peak: u64,
    worst: BTreeMap<String, u64>,
}

impl RunFigures {
    /// Of a run that begins, with so many bundles.
    pub fn new(bundles: usize) -> Self {
        Self {
            bundles,
            ..Self::default()
        }
    }

    /// Counts a bundle that was read.
    pub fn add(&mut self, record: &Record) {
        let outcome = &record.outcome;
        self.read += 1;
        self.failed += u64::from(outcome.status != Status::Done);
        self.bytes = self.bytes.saturating_add(outcome.read_bytes);
        self.peak = self.peak.max(outcome.peak_memory.unwrap_or(0));
        let worst = outcome.severity.as_deref().unwrap_or("none");
        *self.worst.entry(worst.to_owned()).or_default() += 1;
    }
}

fn run(page: &mut Page<'_>, run: &RunFigures, seconds: f64, now: Timestamp) -> io::Result<()> {
    let mut figures: Vec<(&str, &str, String)> = vec![
        (
            "bundlevet_batch_run_running",
            "Whether the run goes on.",
            u8::from(run.ended.is_none()).to_string(),
        ),
        (
            "bundlevet_batch_run_bundles",
            "Bundles of the run, read before or not.",
            run.bundles.to_string(),
        ),
        (
            "bundlevet_batch_run_read",
            "Bundles read in the last run.",
            run.read.to_string(),
        ),
        (
            "bundlevet_batch_run_failed",
            "Bundles of the last run without a diagnosis.",
            run.failed.to_string(),
        ),
        (
            "bundlevet_batch_run_bytes",
            "Bytes read in the last run, uncompressed.",
            run.bytes.to_string(),
        ),
        (
            "bundlevet_batch_run_seconds",
            "Duration of the last run.",
            format!("{seconds:.3}"),
        ),
        (
            "bundlevet_batch_run_peak_memory_bytes",
            "The most memory that a bundle of the last run needed.",
            run.peak.to_string(),
        ),
        (
            "bundlevet_batch_run_parent_memory_bytes",
            "The most memory that the process that starts the others needed.",
            peak_memory().unwrap_or(0).to_string(),
        ),
        (
            "bundlevet_batch_run_stopped",
            "Whether the last run was stopped before its end.",
            u8::from(run.stopped).to_string(),
        ),
        (
            "bundlevet_batch_updated_timestamp_seconds",
            "When these figures were written.",
            now.as_second().to_string(),
        ),
    ];
    if let Some(ended) = run.ended {
        figures.push((
            "bundlevet_batch_run_end_timestamp_seconds",
            "When the last run ended.",
            ended.as_second().to_string(),
        ));
    }
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
    for (severity, n) in &run.worst {
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
            // `results.ndjson` may have been written by anybody; `neutral` leaves no line break to escape.
            let text = neutral(text).replace('\\', "\\\\").replace('"', "\\\"");
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::summary::summary_of;

    #[test]
    fn what_was_read_of_results_cannot_end_a_sample_or_steer_a_terminal() {
        let wild = "a\"b\\c\nd\x1b[31m\u{9b}\u{85}e";
        let (_, mut summary) = summary_of(b"", 0).unwrap();
        summary.verdicts.insert(wild.to_owned(), 3);
        let mut figures = RunFigures::new(1);
        figures.worst.insert(wild.to_owned(), 1);
        let mut out = Vec::new();
        write_metrics(&summary, &figures, 1.0, Timestamp::UNIX_EPOCH, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let label = r#"="a\"b\\c\\nd\\x1b[31m\\x9b\\x85e"} "#;
        assert_eq!(text.matches(label).count(), 2, "{text}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    }
}
