//! Why a signature was found, or why it was not: what of it was seen, and where.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::page::{Page, Paint, span};
use super::{TextOptions, cause, words};
use crate::evidence::Evidence;
use crate::rank::Diagnosis;
use crate::signature::{Database, Signature, Source};

/// Places named for each part.
const PLACES: usize = 5;

/// Writes the whole finding of `signature`, or what of it was seen and what was missing.
pub fn write_why(
    database: &Database,
    evidence: &Evidence,
    diagnosis: &Diagnosis,
    signature: &Signature,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    let findings = diagnosis.causes.iter().chain(&diagnosis.symptoms);
    let input = match diagnosis.inputs.as_slice() {
        [one] => Some(one.path.as_str()),
        _ => None,
    };
    let mut found = findings
        .filter(|finding| finding.signature == signature.id)
        .peekable();
    if found.peek().is_none() {
        page.paragraph(
            0,
            0,
            &[span(
                Paint::Strong,
                format!("{} was not found.", signature.id),
            )],
        );
    }
    for (number, finding) in (1..).zip(found) {
        cause::cause(&mut page, number, finding, input);
        if !finding.explained_by.is_empty() {
            let by = format!("explained by {}", finding.explained_by.join(", "));
            page.paragraph(3, 3, &[span(Paint::Plain, by)]);
        }
    }
    seen(&mut page, database, evidence, signature);
    not_examined(&mut page, diagnosis, signature);
    out.write_all(page.into_text().as_bytes())
}

/// Hits of each part, by entry.
fn seen(page: &mut Page, database: &Database, evidence: &Evidence, signature: &Signature) {
    let index = database
        .position(&signature.id)
        .and_then(|at| u32::try_from(at).ok());
    page.heading("What of it was seen in logs");
    for (number, part) in signature.parts.iter().enumerate() {
        if !matches!(part.source, Source::Log { .. }) {
            continue;
        }
        let mut places: BTreeMap<&str, u64> = BTreeMap::new();
        for read in &evidence.entries {
            let series = read.hits.series.iter();
            let own = series.filter(|series| {
                Some(series.signature) == index && usize::from(series.part) == number
            });
            let count = own.fold(0u64, |sum, series| sum.saturating_add(series.count));
            if count > 0 {
                *places.entry(&read.entry.path).or_default() += count;
            }
        }
        let hits: u64 = places
            .values()
            .fold(0, |sum, count| sum.saturating_add(*count));
        let name = if signature.parts.len() > 1 {
            format!("{}: ", part.name)
        } else {
            String::new()
        };
        let hits = words::plural(
            usize::try_from(hits).unwrap_or(usize::MAX),
            "match",
            "matches",
        );
        page.paragraph(2, 4, &[span(Paint::Plain, format!("{name}{hits}"))]);
        for (path, count) in places.iter().take(PLACES) {
            let path = words::shorten(
                &crate::report::neutral(path),
                page.width().saturating_sub(16),
            );
            page.paragraph(
                4,
                6,
                &[
                    span(Paint::Cyan, path),
                    span(Paint::Plain, format!(" {}", words::count(*count))),
                ],
            );
        }
        if places.len() > PLACES {
            page.paragraph(
                4,
                4,
                &[span(
                    Paint::Faint,
                    format!("and {} more entries", places.len() - PLACES),
                )],
            );
        }
    }
}

fn not_examined(page: &mut Page, diagnosis: &Diagnosis, signature: &Signature) {
    let missing: Vec<_> = diagnosis
        .not_examined
        .iter()
        .filter(|one| one.signatures.contains(&signature.id))
        .collect();
    if !missing.is_empty() {
        page.heading("What it needs and could not be examined");
    }
    for one in missing {
        page.paragraph(
            2,
            4,
            &[
                span(Paint::Yellow, &one.what),
                span(Paint::Plain, format!(": {}", one.because)),
            ],
        );
        if let Some(collect) = &one.collect {
            page.command(6, collect);
        }
    }
}
