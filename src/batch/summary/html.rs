//! The summary as one HTML page: no script, no request to anywhere.

use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, Write};

use super::{Count, Summary};
use crate::report::neutral;

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:76rem;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #8884}
th{font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;width:4rem}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.critical{color:#c21}.high{color:#c60}.new{font-weight:600;color:#186a3b}
@media(prefers-color-scheme:dark){.critical{color:#f76}.high{color:#fa4}.new{color:#6d9}}";

/// Writes the page.
pub fn write_html(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let failed = summary.failed.len();
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>bundlevet: {} bundles</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n\
         <h1>{} bundles: {} diagnosed, {failed} failed</h1>\n<p>{} read in the last run",
        summary.bundles,
        summary.bundles,
        summary.bundles - failed,
        summary.read
    )?;
    for (verdict, bundles) in &summary.verdicts {
        write!(out, ", {bundles} {}", escaped(verdict))?;
    }
    writeln!(out, "</p>")?;
    for (what, ids) in [("New", &summary.new), ("No longer seen", &summary.gone)] {
        if !ids.is_empty() {
            let ids: Vec<String> = ids.iter().map(code).collect();
            writeln!(out, "<p>{what} since the last run: {}</p>", ids.join(", "))?;
        }
    }
    causes(summary, out)?;
    let symptoms = summary.symptoms.iter();
    let symptoms = symptoms.map(|count| vec![count.bundles.to_string(), code(&count.signature)]);
    section(
        out,
        "Symptoms that no cause explains",
        &["bundles", "signature"],
        symptoms,
    )?;
    let versions = summary.versions.iter().map(|version| {
        let name = format!("{} {}", version.product, version.version);
        vec![
            version.bundles.to_string(),
            escaped(&name).into_owned(),
            named(&version.causes),
        ]
    });
    section(
        out,
        "By product version",
        &["bundles", "version", "most frequent causes"],
        versions,
    )?;
    let directories = summary.directories.iter().map(|directory| {
        vec![
            directory.bundles.to_string(),
            directory.failed.to_string(),
            code(&directory.directory),
            named(&directory.causes),
        ]
    });
    let columns = ["bundles", "failed", "directory", "most frequent causes"];
    section(out, "By directory", &columns, directories)?;
    let failed = summary.failed.iter().map(|failed| {
        let because = failed.error.as_deref().unwrap_or_default();
        vec![
            failed.status.word().to_owned(),
            code(&failed.path),
            escaped(because).into_owned(),
        ]
    });
    section(
        out,
        "Without a diagnosis",
        &["status", "bundle", "because"],
        failed,
    )?;
    writeln!(out, "</body>\n</html>")
}

fn causes(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    let rows = summary.causes.iter().map(|cause| {
        let new = if cause.new {
            "<span class=\"new\">new</span>"
        } else {
            ""
        };
        let examples = cause.examples.iter().map(code);
        vec![
            cause.bundles.to_string(),
            cause.before.to_string(),
            format!(
                "<span class=\"{0}\">{0}</span> {new}",
                escaped(&cause.severity)
            ),
            format!("{}<br>{}", code(&cause.signature), escaped(&cause.title)),
            examples.collect::<Vec<_>>().join("<br>"),
        ]
    });
    section(
        out,
        "Causes",
        &[
            "bundles",
            "before",
            "severity",
            "cause",
            "bundles, some of them",
        ],
        rows,
    )
}

/// A table; cells are HTML already.
fn section(
    out: &mut dyn Write,
    title: &str,
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = Vec<String>>,
) -> io::Result<()> {
    if rows.len() == 0 {
        return Ok(());
    }
    let is_number = |column: usize| {
        matches!(
            columns.get(column),
            Some(&("bundles" | "before" | "failed"))
        )
    };
    let class = |column: usize| {
        if is_number(column) {
            " class=\"n\""
        } else {
            ""
        }
    };
    write!(out, "<h2>{title}</h2>\n<table>\n<thead><tr>")?;
    for (index, column) in columns.iter().enumerate() {
        write!(out, "<th scope=\"col\"{}>{column}</th>", class(index))?;
    }
    writeln!(out, "</tr></thead>\n<tbody>")?;
    for row in rows {
        write!(out, "<tr>")?;
        for (index, cell) in row.iter().enumerate() {
            write!(out, "<td{}>{cell}</td>", class(index))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody>\n</table>")
}

fn named(causes: &[Count]) -> String {
    let named = causes
        .iter()
        .map(|count| format!("{} ({})", code(&count.signature), count.bundles));
    named.collect::<Vec<_>>().join(", ")
}

fn code(text: impl Display) -> String {
    format!("<code>{}</code>", escaped(&text.to_string()))
}

/// Text from a bundle (its name is that already) as HTML text.
fn escaped(text: &str) -> Cow<'_, str> {
    let text = neutral(text);
    if !text.contains(['<', '>', '&', '"', '\'']) {
        return Cow::Owned(text.into_owned());
    }
    let mut html = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    Cow::Owned(html)
}
