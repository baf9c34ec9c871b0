//! What was looked at: the reporter's words, inputs, products, nodes and what their logs cover.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::page::{Page, Paint, Span, joined, quoted, span};
use super::{TextOptions, words};
use crate::rank::{Diagnosis, InputSummary, NodeSummary};
use crate::report::words::input_kind;

/// Nodes that are shown whatever their state.
const NODES: usize = 12;
/// Columns between columns of a table.
const GAP: usize = 2;

/// The reporter's words, products, nodes, coverage.
pub(super) fn inputs(page: &mut Page, diagnosis: &Diagnosis, options: &TextOptions) {
    page.blank();
    let several = diagnosis.inputs.len() > 1;
    for input in &diagnosis.inputs {
        if let Some(description) = input
            .description
            .as_deref()
            .filter(|text| !text.trim().is_empty())
        {
            page.paragraph(0, 0, &[span(Paint::Faint, "Reported")]);
            page.lines(2, 6, Paint::Plain, description);
        }
    }
    for input in &diagnosis.inputs {
        about(page, input);
    }
    if several {
        products(page, &diagnosis.inputs);
    }
    scanned(page, diagnosis);
    nodes(page, &diagnosis.inputs, options);
}

fn about(page: &mut Page, input: &InputSummary) {
    let kind = input_kind(input.kind);
    let mut text = words::shorten(&input.path, page.width().saturating_sub(30).max(30));
    text += &format!(" ({kind})");
    let mut said = vec![quoted(Paint::Plain, text)];
    if let Some(time) = input.collected_at {
        let collected = format!("collected {}", words::minute(time));
        said.extend([span(Paint::Plain, ", "), span(Paint::Plain, collected)]);
    }
    page.labelled(0, "Input", &said);
    if !input.products.is_empty() {
        page.labelled(
            0,
            "Products",
            &[span(Paint::Plain, product_list(&input.products))],
        );
    }
    if let Some((from, to)) = input.time_range {
        let text = format!(
            "{} to {} ({})",
            words::minute(from),
            words::minute(to),
            words::duration(from, to)
        );
        page.labelled(0, "Logs", &[span(Paint::Plain, text)]);
    }
}

fn products(page: &mut Page, inputs: &[InputSummary]) {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (product, version) in inputs.iter().flat_map(|input| &input.products) {
        let seen = versions.entry(product).or_default();
        if !seen.contains(&version.as_str()) {
            seen.push(version);
        }
    }
    for (product, seen) in versions.into_iter().filter(|(_, seen)| seen.len() > 1) {
        let text = format!("{product} differs between the inputs: {}", seen.join(", "));
        page.paragraph(
            0,
            2,
            &[span(Paint::Yellow, "note: "), span(Paint::Plain, text)],
        );
    }
}

fn product_list(products: &BTreeMap<String, String>) -> String {
    let list: Vec<String> = products
        .iter()
        .map(|(name, version)| format!("{name} {version}"))
        .collect();
    list.join(", ")
}

fn scanned(page: &mut Page, diagnosis: &Diagnosis) {
    let scanned = &diagnosis.scanned;
    let entries = usize::try_from(scanned.entries).unwrap_or(usize::MAX);
    let mut said = vec![format!(
        "{}, {}, {} lines",
        words::plural(entries, "entry", "entries"),
        words::bytes(scanned.bytes),
        words::count(scanned.lines)
    )];
    let skipped: u64 = scanned
        .skipped
        .values()
        .fold(0, |sum, count| sum.saturating_add(*count));
    if skipped > 0 {
        said.push(format!("{} skipped", words::count(skipped)));
    }
    let problems = diagnosis.problems.len();
    if problems > 0 {
        said.push(words::plural(problems, "problem", "problems"));
    }
    let missing = diagnosis.not_examined.len();
    if missing > 0 {
        said.push(format!("{missing} not examined (see below)"));
    }
    page.labelled(0, "Read", &joined(Paint::Plain, &said, "; "));
}

/// A row per node: those that are not Ready always, of the others the first few.
fn nodes(page: &mut Page, inputs: &[InputSummary], options: &TextOptions) {
    let all: Vec<(&NodeSummary, Option<Timestamp>)> = inputs
        .iter()
        .flat_map(|input| input.nodes.iter().map(|node| (node, input.collected_at)))
        .collect();
    if all.is_empty() {
        return;
    }
    let most = options.top.map_or(NODES, |top| top.max(NODES));
    let well = |node: &NodeSummary| node.ready.as_deref() == Some("True");
    let mut room = most.saturating_sub(all.iter().filter(|(node, _)| !well(node)).count());
    let shown: Vec<_> = all
        .iter()
        .filter(|(node, _)| {
            let show = !well(node) || room > 0;
            if show && well(node) {
                room = room.saturating_sub(1);
            }
            show
        })
        .collect();
    let wide = page.width() >= 160;
    let has = Columns {
        wide,
        os: wide && all.iter().any(|(node, _)| node.os_image.is_some()),
        upgrade: all.iter().any(|(node, _)| node.upgrade_state.is_some()),
    };
    let mut header = vec!["ROLES", "READY", "KUBELET"];
    if has.os {
        header.push("OS");
    }
    if has.upgrade {
        header.push("UPGRADE");
    }
    header.push("LOGS");
    let mut rows: Vec<Vec<Span>> = shown
        .iter()
        .map(|(node, collected)| row(node, *collected, &has))
        .collect();
    let others = (0..header.len())
        .map(|at| {
            rows.iter()
                .filter_map(|row| row.get(at))
                .map(Span::columns)
                .max()
                .unwrap_or(0)
                + GAP
        })
        .sum();
    let room = page.width().saturating_sub(others).max(16);
    for ((node, _), row) in shown.iter().zip(&mut rows) {
        let name = words::shorten(&crate::report::neutral(&node.name), room);
        row.insert(0, span(Paint::Strong, name));
    }
    header.insert(0, "NODE");
    page.blank();
    page.table(
        &header,
        &rows,
        &["NODE", "ROLES", "READY", "KUBELET", "LOGS"],
    );
    if shown.len() < all.len() {
        let text = format!("and {} more, all Ready", all.len() - shown.len());
        page.paragraph(0, 0, &[span(Paint::Faint, text)]);
    }
}

struct Columns {
    /// Room for whole names and times.
    wide: bool,
    os: bool,
    upgrade: bool,
}

/// The cells of a node but for its name.
fn row(node: &NodeSummary, collected: Option<Timestamp>, has: &Columns) -> Vec<Span> {
    let unknown = || span(Paint::Faint, "-");
    let text = |value: &Option<String>| {
        value
            .as_deref()
            .map_or_else(unknown, |text| span(Paint::Plain, text))
    };
    let roles: Vec<&str> = node.roles.iter().map(|role| short_role(role)).collect();
    let mut row = vec![
        if roles.is_empty() {
            unknown()
        } else {
            span(Paint::Plain, roles.join(","))
        },
        match node.ready.as_deref() {
            Some("True") => span(Paint::Green, "True"),
            Some(other) => span(Paint::Red, other),
            None => unknown(),
        },
        text(&node.kubelet_version),
    ];
    if has.os {
        row.push(text(&node.os_image));
    }
    if has.upgrade {
        row.push(text(&node.upgrade_state));
    }
    row.push(coverage(node, collected, has.wide));
    row
}

/// kubectl's own short form.
fn short_role(role: &str) -> &str {
    if matches!(role, "control-plane" | "controlplane") {
        "cp"
    } else {
        role
    }
}

/// From when to when this node's logs go, and how long before the collection they end.
fn coverage(node: &NodeSummary, collected: Option<Timestamp>, wide: bool) -> Span {
    let Some((from, to)) = node.coverage else {
        return span(Paint::Yellow, "none");
    };
    let mut text = words::duration(from, to);
    if wide {
        let (from, to) = (words::short_minute(from), words::short_minute(to));
        text = format!("{from} - {to} ({text})");
    }
    let late = collected.filter(|collected| collected.as_second() - to.as_second() > 3600);
    let Some(collected) = late else {
        return span(Paint::Plain, text);
    };
    text += &format!(", ends {} early", words::duration(to, collected));
    span(Paint::Yellow, text)
}
