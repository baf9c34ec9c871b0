//! The summary as tables for a terminal or a mail.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Count, Summary};
use crate::report::neutral;

/// Rows of each table; the rest is counted. The JSON form has all.
const ROWS: usize = 20;

/// Writes the summary for people, `width` columns wide.
pub fn write_table(summary: &Summary, width: usize, out: &mut dyn Write) -> io::Result<()> {
    head(summary, out)?;
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    let causes = summary.causes.iter().map(|cause| {
        vec![
            cause.bundles.to_string(),
            cause.severity.clone(),
            if cause.new {
                "new".to_owned()
            } else {
                String::new()
            },
            cause.signature.clone(),
            cause.title.clone(),
        ]
    });
    section(
        "Causes",
        &["bundles", "severity", "", "signature", "for example"],
        causes,
        width,
        out,
    )?;
    let symptoms = summary.symptoms.iter();
    let symptoms = symptoms.map(|count| vec![count.bundles.to_string(), count.signature.clone()]);
    section(
        "Symptoms that no cause explains",
        &["bundles", "signature"],
        symptoms,
        width,
        out,
    )?;
    let versions = summary.versions.iter().map(|version| {
        vec![
            version.bundles.to_string(),
            format!("{} {}", version.product, version.version),
            named(&version.causes),
        ]
    });
    section(
        "By product version",
        &["bundles", "version", "most frequent causes"],
        versions,
        width,
        out,
    )?;
    let directories = summary.directories.iter().map(|directory| {
        vec![
            directory.bundles.to_string(),
            directory.failed.to_string(),
            directory.directory.clone(),
            named(&directory.causes),
        ]
    });
    let columns = ["bundles", "failed", "directory", "most frequent causes"];
    section("By directory", &columns, directories, width, out)?;
    let failed = summary.failed.iter().map(|failed| {
        vec![
            failed.status.word().to_owned(),
            failed.path.clone(),
            failed.error.clone().unwrap_or_default(),
        ]
    });
    section(
        "Without a diagnosis",
        &["status", "bundle", "because"],
        failed,
        width,
        out,
    )
}

fn head(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let diagnosed = summary.bundles - summary.failed.len();
    writeln!(
        out,
        "{} bundles: {diagnosed} diagnosed, {} failed; {} read in this run",
        summary.bundles,
        summary.failed.len(),
        summary.read
    )?;
    let verdicts = summary.verdicts.iter();
    let verdicts: Vec<String> = verdicts
        .map(|(verdict, n)| format!("{n} {verdict}"))
        .collect();
    if !verdicts.is_empty() {
        writeln!(out, "verdicts: {}", verdicts.join(", "))?;
    }
    for (what, ids) in [("new", &summary.new), ("no longer seen", &summary.gone)] {
        if !ids.is_empty() {
            writeln!(out, "{what} since the last run: {}", ids.join(", "))?;
        }
    }
    Ok(())
}

fn named(causes: &[Count]) -> String {
    let named = causes
        .iter()
        .map(|count| format!("{} ({})", count.signature, count.bundles));
    named.collect::<Vec<_>>().join(", ")
}

fn section(
    title: &str,
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
    width: u16,
    out: &mut dyn Write,
) -> io::Result<()> {
    let count = rows.len();
    if count == 0 {
        return Ok(());
    }
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width)
        .set_header(columns);
    for row in rows.take(ROWS) {
        table.add_row(row.iter().map(|cell| neutral(cell).into_owned()));
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(shown) = table
            .column_mut(index)
            .filter(|_| matches!(*column, "bundles" | "failed"))
        {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "\n{title}")?;
    for line in table.lines() {
        writeln!(out, " {}", line.trim_end())?;
    }
    if count > ROWS {
        writeln!(out, "   and {} more, in summary.json", count - ROWS)?;
    }
    Ok(())
}
