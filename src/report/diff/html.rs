//! What changed, as one page: no script, no request to anywhere.

use std::io::{self, Write};

use super::text::heading;
use super::{input, or_unknown, shown, title, warnings};
use crate::rank::{Change, ChangedFinding, Comparison, NodeChange};

/// Nothing is loaded and nothing runs; the style is the page's own.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = "\
:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #8884;overflow-wrap:anywhere}
code{font:13px ui-monospace,monospace;overflow-wrap:anywhere}
.attention{border:2px solid #c60;padding:.5rem 1rem;border-radius:.4rem}
.severity{font-weight:600;white-space:nowrap}
small{display:block;opacity:.8}
@media print{body{margin:0;max-width:none}}";

/// Writes the page; every finding is on it.
pub fn write_diff_html(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>bundlevet: what changed</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<h1>What changed</h1>\n<table>\n"
    )?;
    for (side, diagnosis) in [("Before", comparison.before), ("After", comparison.after)] {
        writeln!(
            out,
            "<tr><th>{side}</th><td>{}<small>{}</small></td></tr>",
            escaped(&input(&diagnosis.inputs)),
            escaped(&shown(&diagnosis.headline))
        )?;
    }
    writeln!(out, "</table>")?;
    for warning in warnings(comparison) {
        writeln!(out, "<p class=\"attention\">{}</p>", escaped(&warning))?;
    }
    for change in Change::ALL {
        let of: Vec<&ChangedFinding<'_>> = comparison
            .findings
            .iter()
            .filter(|finding| finding.change == change)
            .collect();
        findings(change, &of, out)?;
    }
    if comparison.findings.is_empty() {
        writeln!(out, "<p>Nothing was found in either.</p>")?;
    }
    let versions = comparison
        .versions
        .iter()
        .map(|(product, (before, after))| {
            [
                shown(product),
                or_unknown(before.as_ref()),
                or_unknown(after.as_ref()),
            ]
        });
    table(
        "Versions",
        ["Product", "Before", "After"],
        versions.collect(),
        out,
    )?;
    nodes(comparison, out)?;
    coverage(comparison, out)?;
    writeln!(out, "</body>\n</html>")
}

fn findings(
    change: Change,
    findings: &[&ChangedFinding<'_>],
    out: &mut dyn Write,
) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>{} ({})</h2>\n<table>",
        heading(change),
        findings.len()
    )?;
    for changed in findings {
        let Some(finding) = changed.shown() else {
            continue;
        };
        write!(
            out,
            "<tr><td class=\"severity\">{} {}</td><td>{}<small><code>{}</code></small>",
            finding.severity.word(),
            finding.kind.word(),
            escaped(&title(changed)),
            escaped(&finding.signature)
        )?;
        for because in &changed.because {
            write!(out, "<small>{}</small>", escaped(&shown(because)))?;
        }
        writeln!(out, "</td></tr>")?;
    }
    writeln!(out, "</table>")
}

fn nodes(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Vec::new();
    for node in &comparison.nodes {
        let name = shown(&node.name);
        match node.change {
            NodeChange::Added => rows.push([name, "not there".to_owned(), "added".to_owned()]),
            NodeChange::Removed => rows.push([name, "there".to_owned(), "removed".to_owned()]),
            NodeChange::Changed => rows.extend(node.fields.iter().map(|field| {
                [
                    format!("{name}, {}", field.field),
                    or_unknown(field.before.as_ref()),
                    or_unknown(field.after.as_ref()),
                ]
            })),
        }
    }
    table("Nodes", ["Node", "Before", "After"], rows, out)
}

fn coverage(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (&comparison.before.scanned, &comparison.after.scanned);
    let number = |n: u64| n.to_string();
    let mut rows = vec![
        [
            "entries".to_owned(),
            number(before.entries),
            number(after.entries),
        ],
        [
            "lines".to_owned(),
            number(before.lines),
            number(after.lines),
        ],
    ];
    rows.extend(
        comparison
            .coverage
            .nodes
            .iter()
            .map(|(node, (first, second))| {
                [
                    format!("entries of {}", shown(node)),
                    number(*first),
                    number(*second),
                ]
            }),
    );
    table("What was read", ["", "Before", "After"], rows, out)?;
    for (what, list) in [
        ("No longer examined", &comparison.coverage.lost),
        ("Examined now", &comparison.coverage.gained),
    ] {
        if !list.is_empty() {
            let items: Vec<String> = list
                .iter()
                .map(|item| format!("<li>{}</li>", escaped(&shown(item))))
                .collect();
            writeln!(out, "<h2>{what}</h2>\n<ul>{}</ul>", items.join("\n"))?;
        }
    }
    Ok(())
}

fn table(
    what: &str,
    heads: [&str; 3],
    rows: Vec<[String; 3]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let heads = heads.map(|head| format!("<th>{head}</th>")).join("");
    writeln!(out, "<h2>{what}</h2>\n<table>\n<tr>{heads}</tr>")?;
    for row in rows {
        let cells = row
            .map(|cell| format!("<td>{}</td>", escaped(&cell)))
            .join("");
        writeln!(out, "<tr>{cells}</tr>")?;
    }
    writeln!(out, "</table>")
}

/// Text that can never become markup.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
