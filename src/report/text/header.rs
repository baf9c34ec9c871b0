//! The top of the first screen: the verdict, the causes, what to do first.

use std::collections::BTreeMap;

use super::page::{Page, Paint, Span, quoted, span};
use super::{DatabaseAge, TextOptions, words};
use crate::rank::{Diagnosis, InputSummary, RankedFinding, Step, Verdict};
use crate::signature::Sureness;

/// Causes named on the first screen.
const NAMED: usize = 3;
/// Lines of the first step on the first screen.
const FIRST_STEP: usize = 3;
/// Failures named on the first screen.
const FAILING: usize = 8;

/// The verdict, the headline, the first causes, and what to do first.
pub(super) fn answer(page: &mut Page, diagnosis: &Diagnosis, options: &TextOptions) {
    page.paragraph(
        0,
        0,
        &[span(
            Paint::Faint,
            tool_line(diagnosis.signatures, &options.database),
        )],
    );
    page.blank();
    let (paint, word) = words::verdict(diagnosis.verdict);
    page.paragraph(
        0,
        0,
        &[
            span(paint, word),
            span(Paint::Plain, ": "),
            span(Paint::Strong, headline(diagnosis)),
        ],
    );
    named(page, diagnosis);
    if let Some(cause) = diagnosis.causes.first()
        && diagnosis.verdict == Verdict::KnownCause
    {
        first_step(page, cause);
    }
    if diagnosis.verdict == Verdict::SymptomsOnly {
        page.paragraph(2, 2, &[span(Paint::Plain, unproven(diagnosis))]);
    }
    for warning in newer(&diagnosis.inputs, &options.database.knows) {
        page.paragraph(
            0,
            2,
            &[span(Paint::Yellow, "note: "), span(Paint::Plain, warning)],
        );
    }
}

/// What holds where no cause is proven: that something was seen for sure, or not even that; and what may be asked for.
pub(in crate::report) fn unproven(diagnosis: &Diagnosis) -> &'static str {
    let mut symptoms = diagnosis.symptoms.iter();
    let seen = symptoms.any(|one| one.sure >= Sureness::Likely);
    match (seen, diagnosis.not_examined.is_empty()) {
        (true, false) => {
            "The symptoms below are real; what to collect to find their cause stands at the end."
        }
        (true, true) => "The symptoms below are real; their cause is not in what was collected.",
        (false, false) => {
            "What is named below is possible and not proven; what to collect to tell stands at the end."
        }
        (false, true) => "What is named below is possible and not proven.",
    }
}

/// What fails at the time of collection, unless that is all that the headline says.
pub(in crate::report) fn failing_besides(diagnosis: &Diagnosis) -> &[String] {
    match diagnosis.failing.as_slice() {
        [one] if headline(diagnosis) == one => &[],
        failing => failing,
    }
}

/// What fails at the time of collection, whether explained or not.
pub(super) fn failing(page: &mut Page, diagnosis: &Diagnosis) {
    let failing = failing_besides(diagnosis);
    if failing.is_empty() {
        return;
    }
    page.blank();
    page.paragraph(
        0,
        0,
        &[span(Paint::Faint, "Failing at the time of collection")],
    );
    for clause in failing.iter().take(FAILING) {
        page.paragraph(2, 4, &[span(Paint::Plain, format!("- {clause}"))]);
    }
    if failing.len() > FAILING {
        let text = format!("and {} more", failing.len() - FAILING);
        page.paragraph(2, 2, &[span(Paint::Faint, text)]);
    }
}

/// The headline without what stands beside or below it anyway.
pub(in crate::report) fn headline(diagnosis: &Diagnosis) -> &str {
    let text = headline_alone(diagnosis);
    if diagnosis.verdict != Verdict::SymptomsOnly {
        return text;
    }
    // The causes are listed below it.
    match text.split_once("; possible causes, none proven: ") {
        Some((symptoms, _)) => symptoms,
        None if text.starts_with(POSSIBLE) && diagnosis.causes.len() > 1 => {
            "possible causes, none proven"
        }
        None => text,
    }
}

/// What the headline says of a single cause that is not proven, before its title.
const POSSIBLE: &str = "possible, not proven: ";

/// Whether the headline is the title of the first cause, so that it need not be said again.
pub(in crate::report) fn headline_is_first(diagnosis: &Diagnosis) -> bool {
    let said = headline(diagnosis);
    let said = said.strip_prefix(POSSIBLE).unwrap_or(said);
    diagnosis
        .causes
        .first()
        .is_some_and(|first| first.title == said)
}

/// From which cause on, by place, a list below the headline holds what was found besides: behind the one that is the
/// headline, or behind those that are proven.
pub(in crate::report) fn besides_from(diagnosis: &Diagnosis) -> Option<usize> {
    if diagnosis.verdict != Verdict::KnownCause {
        return None;
    }
    let causes = &diagnosis.causes;
    let from = match headline_is_first(diagnosis) {
        true => 1,
        false => causes
            .iter()
            .take_while(|cause| cause.problem.is_some())
            .count(),
    };
    (1..causes.len()).contains(&from).then_some(from)
}

/// Where the headline counts problems: the number, from 1, of an earlier cause that a cause is one problem with.
pub(in crate::report) fn same_problem(diagnosis: &Diagnosis, number: usize) -> Option<usize> {
    let causes = &diagnosis.causes;
    let problem = causes.get(number.checked_sub(1)?)?.problem?;
    let mut earlier = causes.iter().take(number - 1);
    let at = earlier.position(|cause| cause.problem == Some(problem))?;
    (!headline_is_first(diagnosis)).then_some(at + 1)
}

/// The headline without the verdict, which stands beside it; for where no list of causes follows.
pub(in crate::report) fn headline_alone(diagnosis: &Diagnosis) -> &str {
    let text = diagnosis.headline.as_str();
    let beside = match diagnosis.verdict {
        Verdict::NoKnownCause => "no known cause: ",
        Verdict::SymptomsOnly if text.starts_with("symptoms: ") => "symptoms: ",
        Verdict::SymptomsOnly => "symptoms without a known cause: ",
        Verdict::KnownCause => return known(text, &diagnosis.causes),
        Verdict::Healthy | Verdict::NotExaminable => return text,
    };
    text.strip_prefix(beside).unwrap_or(text)
}

/// `2 independent problems`, or the title of the first cause.
fn known<'a>(text: &'a str, causes: &'a [RankedFinding]) -> &'a str {
    const SEVERAL: &str = " independent problems";
    if let Some((number, _)) = text.split_once(SEVERAL) {
        return text.get(..number.len() + SEVERAL.len()).unwrap_or(text);
    }
    match causes.first() {
        Some(first) if text.starts_with(&first.title) => &first.title,
        _ => text,
    }
}

/// The first causes; the title of one that is the headline is not said again.
fn named(page: &mut Page, diagnosis: &Diagnosis) {
    let causes = &diagnosis.causes;
    let besides = besides_from(diagnosis);
    for (number, cause) in (1..).zip(causes.iter().take(NAMED)) {
        if number == 1 && headline_is_first(diagnosis) {
            page.paragraph(2, 2, &badge(cause));
            continue;
        }
        if besides == Some(number - 1) {
            page.paragraph(2, 2, &[span(Paint::Faint, "Also found")]);
        }
        let head = [
            span(Paint::Strong, format!("{number}. ")),
            span(Paint::Plain, &cause.title),
        ];
        page.paragraph(2, 5, &head);
        let mut badge = badge(cause);
        if let Some(same) = same_problem(diagnosis, number) {
            badge.push(span(Paint::Plain, ", "));
            badge.push(span(Paint::Plain, format!("same problem as {same}")));
        }
        page.paragraph(5, 5, &badge);
    }
    if causes.len() > NAMED {
        let more = words::plural(causes.len() - NAMED, "more cause", "more causes");
        page.paragraph(2, 2, &[span(Paint::Plain, format!("and {more} below"))]);
    }
}

/// How bad, how sure, since when.
pub(super) fn badge(finding: &RankedFinding) -> Vec<Span> {
    let (paint, severity) = words::severity(finding.severity);
    let plain = |text: &str| span(Paint::Plain, text);
    // In pieces, so that each can be said in the reader's language.
    let percent = words::percent(finding.confidence);
    vec![
        span(paint, severity),
        plain(", "),
        plain(finding.sure.word()),
        plain(&percent.map_or_else(String::new, |percent| format!(" ({percent} %)"))),
        plain(", "),
        plain(&words::state(finding)),
    ]
}

fn first_step(page: &mut Page, cause: &RankedFinding) {
    let Some(step) = cause.remediation.steps.first() else {
        return;
    };
    page.blank();
    let mut spans = vec![span(Paint::Strong, "Do first ")];
    spans.extend(step_head(step));
    // The whole text stands below; here it must leave room for the rest of the screen.
    page.bounded(0, 9, FIRST_STEP, &spans);
    if let Some(run) = &step.run {
        page.command(9, run);
    }
}

/// `[SAFE] node n1: what it does`.
pub(super) fn step_head(step: &Step) -> Vec<Span> {
    let (paint, risk) = words::risk(step.risk);
    let place = step
        .place
        .as_ref()
        .map(|place| format!(" {place}:"))
        .unwrap_or_default();
    vec![
        span(paint, format!("[{risk}]")),
        span(Paint::Strong, place),
        // A signature's words, translated with it or not at all: a phrase found in them turns their sense around.
        quoted(Paint::Plain, format!(" {}", step.text)),
    ]
}

fn tool_line(signatures: usize, database: &DatabaseAge) -> String {
    let mut line = format!(
        "bundlevet {}, {}",
        env!("CARGO_PKG_VERSION"),
        words::plural(signatures, "signature", "signatures")
    );
    if let Some(date) = &database.date {
        line += &format!(" of {date}");
    }
    match database.days {
        Some(days) if days > 0 => {
            line += &format!(
                " ({} old)",
                words::plural(usize::try_from(days).unwrap_or(0), "day", "days")
            )
        }
        _ => {}
    }
    line
}

/// Products of the bundle that are newer than any the signatures were written for.
pub(in crate::report) fn newer(
    inputs: &[InputSummary],
    knows: &BTreeMap<String, String>,
) -> Vec<String> {
    let mut out = Vec::new();
    for (product, version) in inputs.iter().flat_map(|input| &input.products) {
        let Some(known) = knows.get(product) else {
            continue;
        };
        if release(version) > release(known) {
            out.push(format!("{product} {version} is newer than the newest release these signatures were written for ({known}); what is new in it is not known here"));
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The first two numbers of a version: patch releases seldom bring new failures.
fn release(version: &str) -> Option<(u64, u64)> {
    let mut numbers = version.trim_start_matches('v').split(['.', '-', '+']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}
