//! A preflight into text: what fails first, then what is not known, then what is fine.

use std::io::{self, Write};

use super::TextOptions;
use super::page::{Page, Paint, span};
use crate::preflight::{Check, Outcome, Preflight};
use crate::signature::Severity;

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
    let of_word = |word: &'static str| {
        let checks = preflight.checks.iter();
        checks.filter(move |check| check.outcome.word() == word)
    };
    for check in of_word("failed") {
        page.blank();
        one(&mut page, check);
    }
    for group in unknown_alike(of_word("unknown")) {
        page.blank();
        unmade(&mut page, &group);
    }
    for (place, check) in of_word("passed").enumerate() {
        if place == 0 {
            page.heading("Passed");
        }
        one(&mut page, check);
    }
    out.write_all(page.into_text().as_bytes())
}

/// Checks that could not be made, those for one reason together.
fn unknown_alike<'p>(checks: impl Iterator<Item = &'p Check>) -> Vec<Vec<&'p Check>> {
    let mut groups: Vec<Vec<&Check>> = Vec::new();
    for check in checks {
        let alike = |group: &&mut Vec<&Check>| {
            group
                .first()
                .is_some_and(|first| first.outcome == check.outcome)
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    groups
}

/// Checks that one reason keeps from being made.
fn unmade(page: &mut Page, checks: &[&Check]) {
    let Some((first, rest)) = checks.split_first() else {
        return;
    };
    let about = |check: &Check| {
        let place = check.node.as_deref().unwrap_or("cluster");
        [
            span(Paint::Strong, check.title),
            span(Paint::Plain, format!(" ({}, {place})", check.id)),
        ]
    };
    let head = [span(Paint::Yellow, "NOT CHECKED"), span(Paint::Plain, ": ")];
    if rest.is_empty() {
        page.paragraph(0, 2, &[head, about(first)].concat());
    } else {
        page.paragraph(0, 2, &head);
        for check in checks {
            let mut item = vec![span(Paint::Plain, "- ")];
            item.extend(about(check));
            page.paragraph(2, 4, &item);
        }
    }
    if let Outcome::Unknown { because, would_let } = &first.outcome {
        page.labelled(2, "Because", &[span(Paint::Plain, because)]);
        page.labelled(2, "Do", &[span(Paint::Plain, would_let)]);
    }
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
            let head = [
                span(Paint::Red, failed(check.severity)),
                span(Paint::Plain, ": "),
                title(),
                about,
            ];
            page.paragraph(0, 2, &head);
            page.labelled(2, "Seen", &[span(Paint::Plain, text)]);
            page.labelled(2, "Do", &[span(Paint::Plain, fix)]);
        }
        Outcome::Unknown { .. } => unmade(page, &[check]),
    }
}

fn failed(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "FAILED CRITICAL",
        Severity::High => "FAILED HIGH",
        Severity::Medium => "FAILED MEDIUM",
        Severity::Low => "FAILED LOW",
        Severity::Info => "FAILED INFO",
    }
}
