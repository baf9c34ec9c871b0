//! The summary as tables for a terminal or a mail.

use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::{Count, Summary};
use crate::report::{Language, neutral};

/// Rows of each table; the rest is counted. The JSON form has all.
const ROWS: usize = 20;

/// Writes the summary for people, `width` columns wide.
pub fn write_table(
    summary: &Summary,
    width: usize,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<()> {
    head(summary, language, out)?;
    let width = u16::try_from(width).unwrap_or(u16::MAX);
    let causes = summary.causes.iter().map(|cause| {
        vec![
            cause.bundles.to_string(),
            language.say(&cause.severity).into_owned(),
            if cause.new {
                language.say("new").into_owned()
            } else {
                String::new()
            },
            cause.signature.clone(),
            cause.title.clone(),
        ]
    });
    section(
        "Causes",
        &["Bundles", "Severity", "", "Signature", "For example"],
        causes,
        (width, language),
        out,
    )?;
    let symptoms = summary.symptoms.iter();
    let symptoms = symptoms.map(|count| vec![count.bundles.to_string(), count.signature.clone()]);
    section(
        "Symptoms that no cause explains",
        &["Bundles", "Signature"],
        symptoms,
        (width, language),
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
        &["Bundles", "Version", "Most frequent causes"],
        versions,
        (width, language),
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
    let columns = ["Bundles", "Failed", "Directory", "Most frequent causes"];
    section(
        "By directory",
        &columns,
        directories,
        (width, language),
        out,
    )?;
    let failed = summary.failed.iter().map(|failed| {
        vec![
            language.say(failed.status.word()).into_owned(),
            failed.path.clone(),
            failed.error.clone().unwrap_or_default(),
        ]
    });
    section(
        "Without a diagnosis",
        &["Status", "Bundle", "Because"],
        failed,
        (width, language),
        out,
    )
}

fn head(summary: &Summary, language: Language, out: &mut dyn Write) -> io::Result<()> {
    let (head, read) = (
        super::headline(summary, language),
        super::read(summary, language),
    );
    writeln!(out, "{head}; {read}")?;
    let verdicts = super::verdicts(summary, language);
    if !verdicts.is_empty() {
        writeln!(out, "{}", neutral(&verdicts))?;
    }
    for (what, ids) in [
        ("New since the last run", &summary.new),
        ("No longer seen since the last run", &summary.gone),
    ] {
        if !ids.is_empty() {
            let ids = ids.join(", ");
            writeln!(out, "{}: {}", language.say(what), neutral(&ids))?;
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
    (width, language): (u16, Language),
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
        .set_header(columns.iter().map(|column| language.say(column)));
    for row in rows.take(ROWS) {
        table.add_row(row.iter().map(|cell| neutral(cell).into_owned()));
    }
    for (index, column) in columns.iter().enumerate() {
        if let Some(shown) = table
            .column_mut(index)
            .filter(|_| matches!(*column, "Bundles" | "Failed"))
        {
            shown.set_cell_alignment(CellAlignment::Right);
        }
    }
    writeln!(out, "\n{}", language.say(title))?;
    for line in table.lines() {
        writeln!(out, " {}", line.trim_end())?;
    }
    if count > ROWS {
        let left = count - ROWS;
        let more = language.fill("and {n} more, in summary.json", &[("n", &left)]);
        writeln!(out, "   {more}")?;
    }
    Ok(())
}
