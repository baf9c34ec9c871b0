//! A preflight into text: what fails first, then what is not known, then what is fine.

use std::io::{self, Write};

use super::TextOptions;
use super::page::{Page, Paint, span};
use crate::preflight::{Check, Outcome, Preflight};

/// Writes every check: failures with what to do, unknowns with what would let them be made.
pub fn write_preflight_text(
    preflight: &Preflight,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    let (passed, failed, unknown) = preflight.counts();
    let paint = match (failed, unknown) {
        (0, 0) => Paint::Green,
        (0, _) => Paint::Yellow,
        _ => Paint::Red,
    };
    let of = preflight.node.as_deref().unwrap_or("this machine");
    let what = match preflight.purpose {
        crate::preflight::Purpose::Any => String::new(),
        purpose => format!(" for {}", purpose.word()),
    };
    let counts = format!("{failed} failed, {unknown} could not be checked, {passed} passed");
    page.paragraph(
        0,
        0,
        &[span(paint, format!("Preflight{what} on {of}: {counts}"))],
    );
    for word in ["failed", "unknown", "passed"] {
        let of_word = preflight
            .checks
            .iter()
            .filter(|check| check.outcome.word() == word);
        for check in of_word {
            if word != "passed" {
                page.blank();
            } else if check_is_first(preflight, check) {
                page.heading("Passed");
            }
            one(&mut page, check);
        }
    }
    out.write_all(page.into_text().as_bytes())
}

fn check_is_first(preflight: &Preflight, check: &Check) -> bool {
    let mut passed = preflight
        .checks
        .iter()
        .filter(|check| matches!(check.outcome, Outcome::Passed(_)));
    passed.next().is_some_and(|first| first.id == check.id)
}

fn one(page: &mut Page, check: &Check) {
    let place = check.node.as_deref().unwrap_or("cluster");
    let title = || span(Paint::Strong, check.title);
    let about = span(Paint::Plain, format!(" ({}, {place})", check.id));
    match &check.outcome {
        Outcome::Passed(text) => {
            page.paragraph(
                2,
                4,
                &[
                    span(Paint::Green, "ok "),
                    span(Paint::Plain, check.title),
                    about,
                    span(Paint::Plain, ": "),
                    span(Paint::Plain, text),
                ],
            );
        }
        Outcome::Failed { text, fix } => {
            let severity = check.severity.word().to_ascii_uppercase();
            let head = [
                span(Paint::Red, format!("FAILED {severity} ")),
                title(),
                about,
            ];
            page.paragraph(0, 2, &head);
            page.labelled(2, "Seen", &[span(Paint::Plain, text)]);
            page.labelled(2, "Do", &[span(Paint::Plain, fix)]);
        }
        Outcome::Unknown { because, would_let } => {
            let head = [span(Paint::Yellow, "NOT CHECKED "), title(), about];
            page.paragraph(0, 2, &head);
            page.labelled(2, "Because", &[span(Paint::Plain, because)]);
            page.labelled(2, "Do", &[span(Paint::Plain, would_let)]);
        }
    }
}
