//! A signature for people: what it means, what it looks for, what to do.

use std::io::{self, Write};

use super::cause::step_body;
use super::page::{Page, Paint, span};
use super::{TextOptions, words};
use crate::rank::{Check, Step};
use crate::report::words::object_kind;
use crate::signature::query::Clause;
use crate::signature::{self, Part, Signature, Source, Template};

/// Writes everything a reader wants to know of a signature; placeholders stand as `<name>`.
pub fn write_signature(
    signature: &Signature,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    page.paragraph(0, 0, &[span(Paint::Strong, signature.title.unfilled())]);
    let (paint, severity) = words::severity(signature.severity);
    let rest = format!(
        " {}, {} at one match",
        signature.kind.word(),
        signature.sure.word()
    );
    page.paragraph(0, 0, &[span(paint, severity), span(Paint::Plain, rest)]);
    about(&mut page, signature);
    if let Some(explanation) = &signature.explanation {
        page.blank();
        page.lines(0, 40, Paint::Plain, &explanation.unfilled());
    }
    page.heading("What it looks for");
    for part in &signature.parts {
        looked_for(&mut page, part, signature.parts.len() > 1);
    }
    if let Some(needs) = &signature.needs {
        page.paragraph(
            2,
            2,
            &[span(Paint::Faint, "needs: "), span(Paint::Plain, needs)],
        );
    }
    what_to_do(&mut page, signature);
    if !signature.refs.is_empty() {
        page.heading("References");
        for reference in &signature.refs {
            page.command(2, reference);
        }
    }
    out.write_all(page.into_text().as_bytes())
}

fn about(page: &mut Page, signature: &Signature) {
    page.labelled(0, "Signature", &[span(Paint::Plain, &signature.id)]);
    page.labelled(0, "File", &[span(Paint::Plain, &signature.file)]);
    if let Some(class) = signature.class {
        page.labelled(0, "Class", &[span(Paint::Plain, class.word())]);
    }
    let programs: Vec<&str> = signature
        .programs
        .iter()
        .map(|program| program.name())
        .collect();
    let programs = if signature.programs.is_all() {
        "every program".to_owned()
    } else {
        programs.join(", ")
    };
    page.labelled(0, "Spoken by", &[span(Paint::Plain, programs)]);
    let classes: Vec<&str> = signature
        .leads_to
        .iter()
        .map(|class| class.word())
        .collect();
    if !classes.is_empty() {
        page.labelled(0, "Leads to", &[span(Paint::Plain, classes.join(", "))]);
    }
}

fn looked_for(page: &mut Page, part: &Part, named: bool) {
    if named {
        page.paragraph(2, 4, &[span(Paint::Faint, format!("{}:", part.name))]);
    }
    match &part.source {
        Source::Log { patterns } => {
            for pattern in patterns {
                page.paragraph(4, 6, &[span(Paint::Cyan, pattern.source())]);
            }
        }
        Source::Object(query) => {
            let text = asked(&object_kind(query.kind()), query.clauses());
            page.paragraph(4, 6, &[span(Paint::Cyan, format!("object {text}"))]);
        }
        Source::Fact(query) => {
            let text = asked(query.key().source(), query.clauses());
            page.paragraph(4, 6, &[span(Paint::Cyan, format!("fact {text}"))]);
        }
    }
    for pattern in &part.not {
        page.paragraph(
            4,
            6,
            &[
                span(Paint::Faint, "but not "),
                span(Paint::Cyan, pattern.source()),
            ],
        );
    }
}

/// What is asked of, and the fields that are looked at.
pub(in crate::report) fn asked(of: &str, clauses: &[Clause]) -> String {
    let paths: Vec<String> = clauses
        .iter()
        .map(|clause| clause.path.to_string())
        .filter(|path| !path.is_empty())
        .collect();
    if paths.is_empty() {
        of.to_owned()
    } else {
        format!("{of}, by {}", paths.join(", "))
    }
}

fn what_to_do(page: &mut Page, signature: &Signature) {
    if !signature.fix.is_empty() {
        page.heading("What to do, in this order");
    }
    for (number, step) in (1..).zip(&signature.fix) {
        let only: Vec<String> = step.only_if.iter().map(requirement).collect();
        if !only.is_empty() {
            page.paragraph(
                3,
                6,
                &[span(Paint::Faint, format!("if {}:", only.join(" or ")))],
            );
        }
        step_body(page, number, &unfilled(step));
    }
    if !signature.check.is_empty() {
        page.heading("How to see that it worked");
    }
    for check in &signature.check {
        super::cause::check(page, 3, &unfilled_check(check));
    }
    if let Some(prevent) = &signature.prevent {
        page.heading("How to prevent it");
        page.lines(2, 40, Paint::Plain, &prevent.unfilled());
    }
}

pub(in crate::report) fn requirement(requirement: &signature::Requirement) -> String {
    let not = if requirement.negated { "not " } else { "" };
    format!("{not}{}", requirement.range)
}

/// A step as the file has it, its places unfilled.
fn unfilled(step: &signature::Step) -> Step {
    let source = |template: &Option<Template>| template.as_ref().map(Template::unfilled);
    let mut text = step.text.unfilled();
    if let Some(detail) = &step.detail {
        text.push_str(": ");
        text.push_str(&detail.unfilled());
    }
    Step {
        risk: step.risk,
        place: source(&step.on),
        text,
        run: source(&step.run),
        takes: step.takes.clone(),
        loses: source(&step.loses),
        check: step.check.as_ref().map(unfilled_check),
    }
}

fn unfilled_check(check: &signature::Check) -> Check {
    Check {
        run: check.run.unfilled(),
        expect: check.expect.as_ref().map(Template::unfilled),
    }
}
