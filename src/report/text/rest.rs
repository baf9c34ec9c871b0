//! What stands below the causes: symptoms, what was checked, what stands out, what is missing, what was broken.

use std::collections::BTreeMap;

use super::cause;
use super::header::badge;
use super::page::{Page, Paint, joined, span};
use super::words;
use crate::error::Problem;
use crate::evidence::NodeClock;
use crate::rank::{Diagnosis, NotExamined, RankedFinding, Unusual};
use crate::report::{masked, neutral};

/// Items of a list that is long only in hostile or hopeless bundles.
const LISTED: usize = 20;
/// Signatures named beside something that was not examined.
const SIGNATURES: usize = 4;

/// Symptoms: those that nothing explains whole, the others in a line or two.
pub(super) fn symptoms(page: &mut Page, diagnosis: &Diagnosis, top: usize, input: Option<&str>) {
    let (open, explained): (Vec<_>, Vec<_>) = diagnosis
        .symptoms
        .iter()
        .take(top)
        .partition(|symptom| symptom.explained_by.is_empty());
    if !open.is_empty() {
        page.heading("Symptoms that no known cause explains");
        for symptom in open {
            title(page, symptom);
            cause::details(page, symptom, input);
            page.blank();
        }
    }
    if !explained.is_empty() {
        page.heading("Symptoms that the causes above explain");
        for symptom in explained {
            title(page, symptom);
            let by = format!("explained by {}", symptom.explained_by.join(", "));
            page.paragraph(5, 5, &[span(Paint::Faint, by)]);
        }
    }
    if diagnosis.symptoms.len() > top {
        left_out(page, diagnosis.symptoms.len() - top, "symptom", "symptoms");
    }
}

fn title(page: &mut Page, symptom: &RankedFinding) {
    page.paragraph(
        1,
        3,
        &[
            span(Paint::Plain, "- "),
            span(Paint::Strong, &symptom.title),
        ],
    );
    page.paragraph(3, 3, &badge(symptom));
}

/// Says what `--top` left out.
pub(super) fn left_out(page: &mut Page, count: usize, one: &str, many: &str) {
    page.blank();
    let text = format!("{} left out by --top", words::plural(count, one, many));
    page.paragraph(0, 0, &[span(Paint::Faint, text)]);
}

/// Nodes whose clock is off, each with what tells.
pub(super) fn clocks(page: &mut Page, clocks: &BTreeMap<String, NodeClock>) {
    let off: Vec<String> = clocks
        .iter()
        .filter(|(_, clock)| clock.corrected)
        .map(|(node, clock)| neutral(&clock.says(node)).into_owned())
        .collect();
    if !off.is_empty() {
        page.paragraph(2, 2, &joined(Paint::Yellow, &off, "; "));
    }
}

pub(super) fn checked(page: &mut Page, checked: &[String]) {
    if !checked.is_empty() {
        page.heading("Checked and fine");
        page.paragraph(2, 2, &joined(Paint::Plain, checked, "; "));
    }
}

pub(super) fn unusual(page: &mut Page, list: &[Unusual]) {
    if list.is_empty() {
        return;
    }
    page.heading("Unusual (not a diagnosis: what stands out)");
    for one in list.iter().take(LISTED) {
        let room = page.width().saturating_sub(4);
        let entry = words::shorten(&crate::report::neutral(&one.entry), room);
        page.paragraph(2, 4, &[span(Paint::Cyan, entry)]);
        let first = one.first_seen.map(words::second);
        let mut said: Vec<String> = match (one.count, first) {
            // What is there once has no first time.
            (0 | 1, first) => first.into_iter().collect(),
            (n, Some(first)) => vec![format!("{} times, first {first}", words::count(n))],
            (n, None) => vec![format!("{} times", words::count(n))],
        };
        said.extend(Some(one.because.clone()).filter(|because| !because.is_empty()));
        page.paragraph(4, 4, &joined(Paint::Faint, &said, ", "));
        page.bounded(4, 4, 3, &[span(Paint::Plain, masked(&one.sample))]);
    }
    more(page, list.len());
}

pub(super) fn not_examined(page: &mut Page, list: &[NotExamined]) {
    if list.is_empty() {
        return;
    }
    page.heading("Not examined, and what to ask for");
    for one in list.iter().take(LISTED) {
        page.paragraph(
            2,
            4,
            &[
                span(Paint::Yellow, &one.what),
                span(Paint::Plain, ": "),
                span(Paint::Plain, &one.because),
            ],
        );
        if !one.signatures.is_empty() {
            let named = one
                .signatures
                .iter()
                .take(SIGNATURES)
                .cloned()
                .collect::<Vec<_>>()
                .join(", ");
            let more = one.signatures.len().saturating_sub(SIGNATURES);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            page.paragraph(
                4,
                4,
                &[span(
                    Paint::Faint,
                    format!("could not be looked for: {named}{more}"),
                )],
            );
        }
        if let Some(collect) = &one.collect {
            let collect = page.say(collect);
            page.command(6, &collect);
        }
    }
    more(page, list.len());
}

pub(super) fn problems(page: &mut Page, list: &[Problem]) {
    if list.is_empty() {
        return;
    }
    page.heading("Problems with the input (not with the cluster)");
    for one in list.iter().take(LISTED) {
        let room = page.width().saturating_sub(4);
        let entry = words::shorten(&crate::report::neutral(&one.entry), room);
        page.paragraph(
            2,
            4,
            &[
                span(Paint::Cyan, entry),
                span(Paint::Plain, format!(": {}", one.error)),
            ],
        );
    }
    more(page, list.len());
}

fn more(page: &mut Page, all: usize) {
    if all > LISTED {
        let text = format!("and {} more, in the JSON report", all - LISTED);
        page.paragraph(2, 2, &[span(Paint::Faint, text)]);
    }
}
