//! What is in the inputs, for people: versions, nodes, coverage, what was read and what is missing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::page::{Page, Paint, Span, span};
use super::{TextOptions, inputs, rest, words};
use crate::bundle::{Entry, EntryKind};
use crate::evidence::{Evidence, ReadEntry};
use crate::rank::Diagnosis;
use crate::report::words::{entry_kind, object_kind, skip};

/// Places (nodes, namespaces) that get a row.
const PLACES: usize = 60;

/// Writes the inventory as text; with `entries`, every entry with its whole path.
pub fn write_inventory(
    evidence: &Evidence,
    diagnosis: &Diagnosis,
    entries: bool,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    inputs::inputs(&mut page, diagnosis, options);
    kinds(&mut page, evidence);
    places(&mut page, evidence);
    objects(&mut page, evidence);
    if entries {
        list(&mut page, evidence);
    }
    rest::not_examined(&mut page, &diagnosis.not_examined);
    rest::problems(&mut page, &diagnosis.problems);
    out.write_all(page.into_text().as_bytes())
}

/// Sums over some entries.
#[derive(Default)]
struct Sum {
    entries: usize,
    bytes: u64,
    lines: u64,
    span: Option<(Timestamp, Timestamp)>,
}

impl Sum {
    fn add(&mut self, read: &ReadEntry) {
        let coverage = &read.hits.coverage;
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(size(read));
        self.lines = self.lines.saturating_add(coverage.lines);
        self.span = match (self.span, coverage.span) {
            (Some((from, to)), Some((first, last))) => Some((from.min(first), to.max(last))),
            (one, other) => one.or(other),
        };
    }
}

/// What was read of it, or what the archive says where nothing was.
fn size(read: &ReadEntry) -> u64 {
    read.hits.coverage.bytes.max(read.entry.size.unwrap_or(0))
}

fn plain(text: impl AsRef<str>) -> Span {
    span(Paint::Plain, text)
}

fn kinds(page: &mut Page, evidence: &Evidence) {
    let mut sums: BTreeMap<(EntryKind, &str), Sum> = BTreeMap::new();
    for read in &evidence.entries {
        let why = match read.entry.kind {
            EntryKind::Skipped(why) => skip(why),
            _ => "",
        };
        sums.entry((read.entry.kind, why)).or_default().add(read);
    }
    let rows: Vec<Vec<Span>> = sums
        .iter()
        .map(|((kind, why), sum)| {
            let name = if why.is_empty() {
                entry_kind(*kind).to_owned()
            } else {
                format!("skipped: {why}")
            };
            vec![
                plain(name),
                plain(words::count(sum.entries as u64)),
                plain(words::bytes(sum.bytes)),
                plain(words::count(sum.lines)),
            ]
        })
        .collect();
    if !rows.is_empty() {
        page.heading("Entries");
        page.table(&["KIND", "ENTRIES", "SIZE", "LINES"], &rows, &[]);
    }
}

/// Logs by node or namespace.
fn places(page: &mut Page, evidence: &Evidence) {
    let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
    let logs = evidence
        .entries
        .iter()
        .filter(|read| read.entry.kind == EntryKind::Log);
    for read in logs {
        sums.entry(place(&read.entry)).or_default().add(read);
    }
    if sums.is_empty() {
        return;
    }
    page.heading("Logs");
    let rows: Vec<Vec<Span>> = sums
        .iter()
        .take(PLACES)
        .map(|(place, sum)| {
            let time =
                |time: Option<Timestamp>| plain(time.map_or_else(|| "-".to_owned(), words::minute));
            vec![
                plain(words::shorten(
                    &crate::report::neutral(place),
                    page.width() / 2,
                )),
                plain(words::count(sum.entries as u64)),
                plain(words::count(sum.lines)),
                time(sum.span.map(|(from, _)| from)),
                time(sum.span.map(|(_, to)| to)),
            ]
        })
        .collect();
    page.table(&["OF", "ENTRIES", "LINES", "FROM", "TO"], &rows, &[]);
    if sums.len() > PLACES {
        page.paragraph(
            0,
            0,
            &[span(
                Paint::Faint,
                format!("and {} more", sums.len() - PLACES),
            )],
        );
    }
}

fn place(entry: &Entry) -> String {
    let origin = &entry.origin;
    match (&origin.namespace, &origin.node) {
        (Some(namespace), _) => format!("namespace {namespace}"),
        (None, Some(node)) => format!("node {node}"),
        (None, None) => "no known origin".to_owned(),
    }
}

fn objects(page: &mut Page, evidence: &Evidence) {
    let list: Vec<String> = evidence
        .objects
        .iter()
        .map(|(key, list)| format!("{} {}", object_kind(key), list.len()))
        .collect();
    if !list.is_empty() {
        page.heading("Kubernetes objects");
        page.paragraph(0, 0, &[plain(list.join(", "))]);
    }
}

/// Kind, size and the whole path, which may be wider than the page: it is there to be copied.
fn list(page: &mut Page, evidence: &Evidence) {
    page.heading("All entries");
    for read in &evidence.entries {
        let kind = entry_kind(read.entry.kind);
        let line = format!(
            "{kind:<8}{:>10}  {}",
            words::bytes(size(read)),
            crate::report::neutral(&read.entry.path)
        );
        page.command(0, &line);
    }
}
