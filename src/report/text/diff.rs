//! A comparison into text: what is new and worse first, then what is better, then versions, nodes and coverage.

use std::io::{self, Write};

use super::page::{Page, Paint, Span, quoted, span};
use super::{TextOptions, headline_alone, words};
use crate::rank::{Change, ChangedFinding, Comparison, Diagnosis, NodeChange};
use crate::report::diff::{collected, heading, paths, shown, title, warnings};

/// Writes what changed; unchanged findings only where `all` asks for them.
pub fn write_diff_text(
    comparison: &Comparison<'_>,
    all: bool,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    side(&mut page, "Before", comparison.before);
    side(&mut page, "After", comparison.after);
    for warning in warnings(comparison) {
        page.blank();
        let text = [span(Paint::Yellow, "ATTENTION"), span(Paint::Plain, ": ")];
        page.paragraph(0, 2, &[&text[..], &[span(Paint::Plain, warning)]].concat());
    }
    page.blank();
    page.paragraph(0, 2, &counts(comparison));
    for change in Change::ALL {
        let hidden = change == Change::Unchanged && !all;
        let of = |finding: &&ChangedFinding<'_>| finding.change == change && !hidden;
        let mut findings = comparison.findings.iter().filter(of).peekable();
        if findings.peek().is_some() {
            page.heading(heading(change));
        }
        findings.for_each(|one| finding(&mut page, one));
    }
    versions(&mut page, comparison);
    nodes(&mut page, comparison);
    coverage(&mut page, comparison);
    out.write_all(page.into_text().as_bytes())
}

fn side(page: &mut Page, label: &str, diagnosis: &Diagnosis) {
    let mut spans = vec![quoted(Paint::Plain, paths(&diagnosis.inputs))];
    if let Some(time) = collected(&diagnosis.inputs) {
        spans.push(span(Paint::Plain, ", "));
        spans.push(span(Paint::Plain, format!("collected {time}")));
    }
    page.labelled(0, label, &spans);
    let (paint, verdict) = words::verdict(diagnosis.verdict);
    let said = [
        span(paint, verdict),
        span(Paint::Plain, ": "),
        span(Paint::Plain, shown(headline_alone(diagnosis))),
    ];
    page.paragraph(10, 10, &said);
}

/// `Findings: 1 new, 2 gone`.
fn counts(comparison: &Comparison<'_>) -> Vec<Span> {
    let mut spans = vec![span(Paint::Strong, "Findings"), span(Paint::Plain, ": ")];
    let begin = spans.len();
    for change in Change::ALL {
        let number = comparison.count(change);
        let (paint, word) = match change {
            Change::New | Change::Worse => (Paint::Red, change.word()),
            Change::Unknown => (Paint::Yellow, "that cannot be told"),
            Change::Better | Change::Gone => (Paint::Green, change.word()),
            Change::Unchanged => (Paint::Plain, change.word()),
        };
        if number > 0 {
            if spans.len() > begin {
                spans.push(span(Paint::Plain, ", "));
            }
            spans.push(span(paint, format!("{number} {word}")));
        }
    }
    if spans.len() == begin {
        spans.push(span(Paint::Plain, "none in either"));
    }
    spans
}

fn finding(page: &mut Page, changed: &ChangedFinding<'_>) {
    let Some(finding) = changed.shown() else {
        return;
    };
    let (paint, severity) = words::severity(finding.severity);
    let head = [
        span(paint, severity),
        span(Paint::Plain, " "),
        span(Paint::Plain, finding.kind.word()),
        span(Paint::Plain, ": "),
        quoted(Paint::Strong, title(changed)),
    ];
    page.paragraph(2, 6, &head);
    let told = [
        span(Paint::Cyan, &finding.signature),
        span(Paint::Faint, ", "),
        span(Paint::Faint, words::state(finding)),
    ];
    page.paragraph(6, 6, &told);
    for because in &changed.because {
        page.paragraph(6, 8, &[span(Paint::Plain, format!("- {}", shown(because)))]);
    }
}

fn versions(page: &mut Page, comparison: &Comparison<'_>) {
    let row = |(product, (before, after)): (&String, &(Option<String>, Option<String>))| {
        vec![
            quoted(Paint::Plain, shown(product)),
            value(before.as_ref()),
            value(after.as_ref()),
        ]
    };
    let rows: Vec<Vec<Span>> = comparison.versions.iter().map(row).collect();
    if !rows.is_empty() {
        page.heading("Versions");
        page.table(&["Product", "Before", "After"], &rows, &["Product"]);
    }
}

fn nodes(page: &mut Page, comparison: &Comparison<'_>) {
    let mut rows = Vec::new();
    for node in &comparison.nodes {
        let name = quoted(Paint::Plain, shown(&node.name));
        let plain = |text: &str| span(Paint::Plain, text);
        match node.change {
            NodeChange::Added => rows.push(vec![name, plain(""), plain(""), plain("added")]),
            NodeChange::Removed => {
                rows.push(vec![
                    name,
                    plain(""),
                    plain(""),
                    span(Paint::Red, "removed"),
                ]);
            }
            NodeChange::Changed => rows.extend(node.fields.iter().map(|field| {
                let (before, after) = (field.before.as_ref(), field.after.as_ref());
                vec![
                    name.clone(),
                    plain(field.field),
                    value(before),
                    value(after),
                ]
            })),
        }
    }
    if !rows.is_empty() {
        page.heading("Nodes");
        page.table(
            &["Node", "What", "Before", "After"],
            &rows,
            &["Node", "What"],
        );
    }
}

/// A value of the bundle, or that there is none.
fn value(value: Option<&String>) -> Span {
    match value {
        Some(value) => quoted(Paint::Plain, shown(value)),
        None => span(Paint::Faint, "not known"),
    }
}

fn coverage(page: &mut Page, comparison: &Comparison<'_>) {
    page.heading("What was read");
    for (label, diagnosis) in [("Before", comparison.before), ("After", comparison.after)] {
        let (entries, lines) = (diagnosis.scanned.entries, diagnosis.scanned.lines);
        let (entries, lines) = (words::count(entries), words::count(lines));
        let read = format!("{entries} entries, {lines} lines");
        page.labelled(2, label, &[span(Paint::Plain, read)]);
    }
    for (node, (_, after)) in &comparison.coverage.nodes {
        let node = shown(node);
        let text = if *after == 0 {
            format!("{node}: nothing in the second bundle; what happened there since is not known")
        } else {
            format!("{node}: nothing in the first bundle")
        };
        page.paragraph(2, 4, &[span(Paint::Plain, text)]);
    }
    let lists = [
        ("No longer examined", &comparison.coverage.lost),
        ("Examined now", &comparison.coverage.gained),
    ];
    for (what, list) in lists {
        for item in list {
            let text = [
                span(Paint::Plain, what),
                span(Paint::Plain, ": "),
                span(Paint::Plain, shown(item)),
            ];
            page.paragraph(2, 4, &text);
        }
    }
}
