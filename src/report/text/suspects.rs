//! The suspects on the first screen: where no cause is known, what a reader should see first.

use super::cause::quote;
use super::page::{Page, Paint, joined, quoted, span};
use super::words;
use crate::rank::{Resemblance, Suspect};

/// Suspects that are told whole; of the others the title.
const WHOLE: usize = 3;
/// Lines of a title.
const TITLE: usize = 3;

pub(super) fn suspects(page: &mut Page, list: &[Suspect], top: usize) {
    if list.is_empty() {
        return;
    }
    page.heading("Suspicious lines (not a diagnosis: read these first)");
    for (number, one) in (1..).zip(list.iter().take(top)) {
        let title = format!("{number}. {}", page.spoken().suspect(one));
        page.bounded(2, 5, TITLE, &[quoted(Paint::Strong, title)]);
        if number > WHOLE {
            continue;
        }
        quote(page, 5, &one.evidence);
        let mut said = vec![seen(one)];
        said.extend(one.reasons.iter().cloned());
        page.paragraph(5, 5, &joined(Paint::Faint, &said, "; "));
        if !one.depends.is_empty() {
            page.labelled(5, "Affected", &joined(Paint::Plain, &one.depends, "; "));
        }
        if let Some(like) = one.resembles.first() {
            let like = resemblance(like);
            page.labelled(5, "Resembles", &[quoted(Paint::Plain, like)]);
        }
        if let Some(step) = one.next.last() {
            page.labelled(5, "Next", &[span(Paint::Plain, &step.text)]);
            if let Some(run) = &step.run {
                page.command(7, run);
            }
        }
    }
}

/// A known cause and its id, by which it can be looked up.
pub(in crate::report) fn resemblance(one: &Resemblance) -> String {
    format!("{} ({})", one.title, one.signature)
}

/// `12 times, 2025-01-25 09:12:01Z to 2025-01-25 09:58:30Z`.
pub(in crate::report) fn seen(one: &Suspect) -> String {
    let times = words::plural(
        usize::try_from(one.count).unwrap_or(usize::MAX),
        "time",
        "times",
    );
    match (one.first_seen, one.last_seen) {
        (Some(first), Some(last)) if first != last => format!(
            "{times}, {} to {} ({})",
            words::second(first),
            words::second(last),
            words::duration(first, last)
        ),
        (Some(first), _) => format!("{times}, {}", words::second(first)),
        _ => times,
    }
}
