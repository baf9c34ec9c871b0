//! The top of the page: what broke, how sure, what to do now, what fails.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{Page, cause, parts, shape, suspects};
use crate::rank::{RankedFinding, Verdict};
use crate::report::text::{
    besides_from, failing_besides, headline, headline_is_first, newer, same_problem, unproven,
    words,
};

/// Causes and failures named at the top.
const CAUSES: usize = 4;
const FAILING: usize = 8;
/// Products named beside the figures.
const PRODUCTS: usize = 8;

pub(super) fn verdict(page: &Page) -> Markup {
    let diagnosis = page.diagnosis;
    let class = match diagnosis.verdict {
        Verdict::KnownCause => "bad",
        Verdict::SymptomsOnly | Verdict::NoKnownCause | Verdict::NotExaminable => "unsure",
        Verdict::Healthy => "good",
    };
    let first = diagnosis
        .causes
        .first()
        .filter(|_| diagnosis.verdict == Verdict::KnownCause);
    let said = headline(diagnosis);
    let alone = headline_is_first(diagnosis);
    html! {
        section #verdict .(class) {
            p.verdict-word { (shape::verdict(diagnosis.verdict)) (page.spoken.verdict(diagnosis.verdict)) }
            h1 { (page.say(said)) }
            @if let (Some(first), true) = (diagnosis.causes.first(), alone) { (parts::badges(page, first)) }
            @if !alone { (named(page, false)) }
            @if diagnosis.verdict == Verdict::SymptomsOnly {
                p { (page.say(unproven(diagnosis))) }
            }
            @for warning in newer(&diagnosis.inputs, &page.options.database.knows) { p.note { (page.say(&warning)) } }
            @if diagnosis.verdict != Verdict::KnownCause { (suspects::first(page)) }
            div.now {
                @if let Some(first) = first { (do_first(page, first)) }
                (failing(page))
            }
            @if alone { (named(page, true)) }
            (reported(page))
            (glance(page))
        }
    }
}

/// The causes by number, linked to their cards; the one that is the headline is not said again.
fn named(page: &Page, skip_first: bool) -> Markup {
    let causes = &page.diagnosis.causes;
    let shown = causes.len().min(CAUSES);
    let besides = besides_from(page.diagnosis).unwrap_or(shown).min(shown);
    html! {
        (numbered(page, usize::from(skip_first)..besides))
        @if besides < shown { p.label { (page.say("Also found")) } }
        (numbered(page, besides..shown))
        @if causes.len() > CAUSES { p { a href="#causes" { (page.spoken.and_more(causes.len() - CAUSES)) } } }
    }
}

/// The causes of a range, by place.
fn numbered(page: &Page, range: std::ops::Range<usize>) -> Markup {
    let causes = page.diagnosis.causes.iter().enumerate();
    let some: Vec<_> = causes
        .take(range.end)
        .skip(range.start)
        .map(|(at, cause)| (at + 1, cause, same_problem(page.diagnosis, at + 1)))
        .collect();
    html! {
        @if !some.is_empty() {
            ol.named {
                @for (number, cause, same) in some {
                    li value=(number) {
                        a href={ "#cause-" (number) } { (cause.title) }
                        (parts::badges(page, cause))
                        @if let Some(same) = same { " " span.faint { (page.spoken.fill("same problem as {n}", &[("n", &same)])) } }
                    }
                }
            }
        }
    }
}

fn do_first(page: &Page, cause: &RankedFinding) -> Markup {
    let steps = &cause.remediation.steps;
    html! {
        @if let Some(step) = steps.first() {
            div.first {
                h2 { (page.say("Do first")) }
                p {
                    (cause::risk(page, step.risk)) " "
                    @if let Some(place) = page.spoken.place(step) { b { (place) ":" } " " }
                    (parts::prose(&step.text))
                }
                @if let Some(run) = &step.run { (parts::command(page, run)) }
                @if steps.len() > 1 { p.all { a href="#cause-1-fix" { (page.spoken.fill("All {n} steps", &[("n", &steps.len())])) } } }
            }
        }
    }
}

fn failing(page: &Page) -> Markup {
    let failing = failing_besides(page.diagnosis);
    html! {
        @if !failing.is_empty() {
            div.failing {
                h2 { (page.say("Failing at the time of collection")) }
                ul { @for clause in failing.iter().take(FAILING) { li { (page.say(clause)) } } }
                @if failing.len() > FAILING { p { (page.spoken.and_more(failing.len() - FAILING)) } }
            }
        }
    }
}

/// The reporter's own words.
fn reported(page: &Page) -> Markup {
    let descriptions = page
        .diagnosis
        .inputs
        .iter()
        .filter_map(|input| input.description.as_deref());
    html! {
        @for text in descriptions.filter(|text| !text.trim().is_empty()) {
            blockquote { p.label { (page.say("Reported")) } (parts::paragraphs(text)) }
        }
    }
}

/// The case in a row of figures.
fn glance(page: &Page) -> Markup {
    let diagnosis = page.diagnosis;
    let nodes: Vec<_> = diagnosis
        .inputs
        .iter()
        .flat_map(|input| &input.nodes)
        .collect();
    // A node without an object has logs here and nothing that says whether it is ready.
    let known: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node.ready.as_deref())
        .collect();
    let ready = known.iter().filter(|ready| **ready == "True").count();
    let products = diagnosis.inputs.iter().flat_map(|input| &input.products);
    let products: Vec<String> = products
        .map(|(name, version)| format!("{name} {version}"))
        .collect::<BTreeSet<String>>()
        .into_iter()
        .take(PRODUCTS)
        .collect();
    let scanned = &diagnosis.scanned;
    let collected = diagnosis
        .inputs
        .iter()
        .filter_map(|input| input.collected_at)
        .max();
    let read = match scanned.entries {
        1 => "1 entry, {bytes}",
        _ => "{entries} entries, {bytes}",
    };
    let read = page.spoken.fill(
        read,
        &[
            ("entries", &words::count(scanned.entries)),
            ("bytes", &words::bytes(scanned.bytes)),
        ],
    );
    html! {
        dl.glance {
            @if let Some(time) = collected { div { dt { (page.say("Collected")) } dd { (words::minute(time)) } } }
            @if !products.is_empty() { div { dt { (page.say("Products")) } dd { (products.join(", ")) } } }
            @if !known.is_empty() {
                div { dt { (page.say("Nodes Ready")) } dd { (page.spoken.fill("{n} of {all}", &[("n", &ready), ("all", &known.len())])) } }
            }
            div { dt { (page.say("Read")) } dd { (read) } }
            @if !diagnosis.not_examined.is_empty() {
                div { dt { (page.say("Not examined")) } dd { a href="#missing" { (page.spoken.counted(diagnosis.not_examined.len(), "1 thing", "{n} things")) } } }
            }
        }
    }
}
