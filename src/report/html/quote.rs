//! Quoted evidence with its surroundings, and what the placeholders caught marked in it.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{Page, parts};
use crate::detect::Captures;
use crate::rank::{EvidenceItem, Surroundings};
use crate::report::masked;
use crate::report::text::words;

/// Pieces of evidence that are shown.
const QUOTED: usize = 8;

pub(super) fn evidence(page: &Page, list: &[EvidenceItem]) -> Markup {
    let mut places = BTreeSet::new();
    // One line may stand for several sets of captures.
    let distinct = list.iter().filter(|item| match item {
        EvidenceItem::Line { entry, line, .. } => places.insert((entry, line)),
        EvidenceItem::Object { .. } | EvidenceItem::Fact { .. } => true,
    });
    let distinct: Vec<&EvidenceItem> = distinct.collect();
    html! {
        @if !distinct.is_empty() {
            h4 { (page.say("Evidence")) }
            @for (at, item) in distinct.iter().enumerate().take(QUOTED) { (quote(page, item, at == 0)) }
            @if distinct.len() > QUOTED { p.faint { (page.spoken.and_more(distinct.len() - QUOTED)) } }
        }
    }
}

fn quote(page: &Page, item: &EvidenceItem, unfolded: bool) -> Markup {
    match item {
        EvidenceItem::Line {
            entry,
            line,
            time,
            text,
            captures,
        } => {
            let places = &page.diagnosis.surroundings;
            let around = places
                .iter()
                .find(|place| place.entry == *entry && place.line == *line);
            html! {
                figure.quote .folded[!unfolded] {
                    figcaption {
                        span.path { (entry) ":" (line) }
                        @if let Some(time) = time { time { (words::second(*time)) } }
                        @if around.is_some() {
                            button.quiet type="button" data-act="around" aria-expanded=(unfolded) { (page.say("Lines around it")) }
                        }
                    }
                    (lines(*line, text, captures, around))
                    (read_on(page, entry, *line))
                }
            }
        }
        EvidenceItem::Object {
            object,
            path,
            text,
            entry,
            captures,
        } => other(page, &format!("{object} {path}"), entry, text, captures),
        EvidenceItem::Fact {
            fact,
            node,
            text,
            entry,
        } => {
            let on = |node: &String| {
                format!(
                    "{fact} {}",
                    page.spoken.fill("on {node}", &[("node", node)])
                )
            };
            let place = node.as_ref().map_or_else(|| fact.clone(), on);
            let text = page.spoken.fact(fact, text);
            other(page, &place, entry, &text, &Captures::new())
        }
    }
}

fn other(page: &Page, place: &str, entry: &str, text: &str, captures: &Captures) -> Markup {
    html! {
        figure.quote {
            figcaption {
                span.path { (place) }
                @if !entry.is_empty() { span.faint { (page.spoken.fill("in {entry}", &[("entry", &entry)])) } }
            }
            div.log { div.hit { span.text { (marked(text, captures)) } } }
        }
    }
}

/// The line with its number, between those around it.
fn lines(number: u64, text: &str, captures: &Captures, around: Option<&Surroundings>) -> Markup {
    let before = around
        .map(|place| place.before.as_slice())
        .unwrap_or_default();
    let after = around
        .map(|place| place.after.as_slice())
        .unwrap_or_default();
    let from = number.saturating_sub(before.len() as u64);
    let next = number.saturating_add(text.lines().count().max(1) as u64);
    html! {
        div.log {
            @for (n, line) in (from..).zip(before) { (one_line(n, line)) }
            div.hit { span.no { (number) } span.text { (marked(text, captures)) } }
            @for (n, line) in (next..).zip(after) { (one_line(n, line)) }
        }
    }
}

fn one_line(number: u64, line: &str) -> Markup {
    html! { div.ctx { span.no { (number) } span.text { (masked(line)) } } }
}

/// The text with what the placeholders caught marked, where it still stands in it.
fn marked(text: &str, captures: &Captures) -> Markup {
    let text = masked(text);
    let values = captures.values().filter(|value| value.len() > 1);
    let mut spans: Vec<(usize, usize)> = values
        .filter_map(|value| Some((whole_word(&text, value)?, value.len())))
        .collect();
    spans.sort_unstable();
    let mut at = 0;
    let mut pieces: Vec<(bool, &str)> = Vec::new();
    for (from, length) in spans {
        if from >= at {
            pieces.push((false, text.get(at..from).unwrap_or_default()));
            pieces.push((true, text.get(from..from + length).unwrap_or_default()));
            at = from + length;
        }
    }
    pieces.push((false, text.get(at..).unwrap_or_default()));
    html! {
        @for (is_caught, piece) in pieces { @if is_caught { mark { (piece) } } @else { (piece) } }
    }
}

/// Where a value stands as a word of its own, else where it stands at all; what was caught mostly stands at the end.
fn whole_word(text: &str, value: &str) -> Option<usize> {
    let part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let alone = |at: &usize| {
        let (before, after) = (text.get(..*at), text.get(at + value.len()..));
        !part(before.and_then(|text| text.chars().next_back()))
            && !part(after.and_then(|text| text.chars().next()))
    };
    let places = || text.rmatch_indices(value).map(|(at, _)| at);
    places().find(alone).or_else(|| places().next())
}

/// How to read further, where one input was given by a path that a shell can take.
fn read_on(page: &Page, entry: &str, line: u64) -> Markup {
    let command = match page.diagnosis.inputs.as_slice() {
        [one] => words::quoted(&one.path).zip(words::quoted(&format!("{entry}:{line}"))),
        _ => None,
    };
    html! {
        @if let Some((input, place)) = command {
            div.ctx.on { (parts::command(page, &format!("bundlevet show {input} {place} -C 20"))) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_caught_is_marked() {
        let captures: Captures = [("a", "n1"), ("b", "n1"), ("c", "absent"), ("d", "<b>")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let shown = marked("node n1 says <b>", &captures).into_string();
        assert_eq!(shown, "node <mark>n1</mark> says <mark>&lt;b&gt;</mark>");
        let captures = [("api".to_owned(), "x/v1".to_owned())].into();
        let shown = marked("x/v1: no, x/v1alpha3: no", &captures).into_string();
        assert_eq!(shown, "<mark>x/v1</mark>: no, x/v1alpha3: no");
    }
}
