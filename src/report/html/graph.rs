//! Which cause explains what, drawn: causes on the left, what follows from them on the right.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Page, cause, parts};
use crate::rank::RankedFinding;
use crate::report::text::words;

/// Boxes on either side.
const CAUSES: usize = 10;
const SYMPTOMS: usize = 16;
/// Units of the drawing.
const WIDE: usize = 310;
const GAP: usize = 120;
const LINE: usize = 17;
const PAD: usize = 10;
/// Columns of one line of a title, and lines.
const COLUMNS: usize = 40;
const LINES: usize = 3;

struct Boxed {
    top: usize,
    lines: Vec<String>,
    href: String,
    class: &'static str,
}

impl Boxed {
    fn new(title: &str, href: String, class: &'static str) -> Self {
        Self {
            top: 0,
            lines: broken(title),
            href,
            class,
        }
    }

    fn high(&self) -> usize {
        self.lines.len() * LINE + PAD * 2
    }

    fn middle(&self) -> usize {
        self.top + self.high() / 2
    }
}

/// From which box on the left to which on the right, and whether the link is assumed.
type Edge = (usize, usize, bool);

pub(super) fn graph(page: &Page) -> Option<Markup> {
    let causes = (1..)
        .zip(&page.diagnosis.causes)
        .filter(|(_, cause)| !cause.consequences.is_empty());
    let causes: Vec<(usize, &RankedFinding)> = causes.take(CAUSES).collect();
    if causes.is_empty() {
        return None;
    }
    let (mut right, edges) = followers(page, &causes);
    let mut left: Vec<Boxed> = causes
        .iter()
        .map(|(number, cause)| {
            let title = format!("{number}. {}", cause.title);
            Boxed::new(
                &title,
                format!("#cause-{number}"),
                parts::severity_class(cause.severity),
            )
        })
        .collect();
    let high = stack(&mut left).max(stack(&mut right));
    center(&mut left, high);
    center(&mut right, high);
    Some(html! {
        div.scroll tabindex="0" {
            svg.chain viewBox={ "0 0 " (WIDE * 2 + GAP) " " (high) } width=(WIDE * 2 + GAP) height=(high) role="img" aria-label=(alternative(page, &causes)) {
                @for (from, to, assumed) in &edges {
                    @if let (Some(from), Some(to)) = (left.get(*from), right.get(*to)) {
                        (edge(from.middle(), to.middle(), *assumed))
                    }
                }
                @for one in &left { (drawn(one, 0)) }
                @for one in &right { (drawn(one, WIDE + GAP)) }
            }
        }
        @if edges.iter().any(|(_, _, assumed)| *assumed) {
            p.faint { (page.say("Dashed: the link between was not collected and is assumed.")) }
        }
    })
}

/// The boxes on the right, each once, and the lines that lead to them.
fn followers(page: &Page, causes: &[(usize, &RankedFinding)]) -> (Vec<Boxed>, Vec<Edge>) {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    let mut right: Vec<Boxed> = Vec::new();
    let mut edges = Vec::new();
    for (at, (_, cause)) in causes.iter().enumerate() {
        for one in &cause.consequences {
            let next = right.len();
            if !known.contains_key(one.signature.as_str()) && next < SYMPTOMS {
                let mut symptoms = page.diagnosis.symptoms.iter();
                let symptom = symptoms.find(|symptom| symptom.signature == one.signature);
                let href = symptom.map(|symptom| format!("#{}", cause::symptom_id(page, symptom)));
                let class =
                    symptom.map_or("sev-low", |symptom| parts::severity_class(symptom.severity));
                right.push(Boxed::new(&one.title, href.unwrap_or_default(), class));
                known.insert(&one.signature, next);
            }
            if let Some(to) = known.get(one.signature.as_str()) {
                edges.push((at, *to, one.assumed));
            }
        }
    }
    (right, edges)
}

/// What the drawing says, for those who do not see it.
fn alternative(page: &Page, causes: &[(usize, &RankedFinding)]) -> String {
    let one = |(number, cause): &(usize, &RankedFinding)| {
        let what: Vec<&str> = cause
            .consequences
            .iter()
            .map(|one| one.title.as_str())
            .collect();
        page.spoken.fill(
            "Cause {number} explains: {what}",
            &[("number", number), ("what", &what.join("; "))],
        )
    };
    causes.iter().map(one).collect::<Vec<_>>().join(". ")
}

/// A title in a few lines of a width.
fn broken(title: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in title.split_whitespace() {
        let word = words::shorten(word, COLUMNS);
        let full = lines.len() == LINES;
        let Some(last) = lines.last_mut() else { break };
        let used = words::columns(last);
        if used > 0 && used + 1 + words::columns(&word) > COLUMNS {
            if full {
                last.push('…');
                break;
            }
            lines.push(word);
        } else {
            if used > 0 {
                last.push(' ');
            }
            last.push_str(&word);
        }
    }
    lines
}

/// Places boxes below each other; the height of all.
fn stack(boxes: &mut [Boxed]) -> usize {
    let mut top = 1;
    for one in boxes.iter_mut() {
        one.top = top;
        top += one.high() + PAD;
    }
    top.saturating_sub(PAD) + 1
}

fn center(boxes: &mut [Boxed], high: usize) {
    let own = boxes.last().map_or(0, |last| last.top + last.high() + 1);
    boxes
        .iter_mut()
        .for_each(|one| one.top += high.saturating_sub(own) / 2);
}

fn edge(from: usize, to: usize, assumed: bool) -> Markup {
    let (start, end) = (WIDE, WIDE + GAP - 7);
    let path = format!(
        "M{start} {from} C{} {from} {} {to} {end} {to}",
        start + GAP / 2,
        end - GAP / 2
    );
    html! {
        path.edge .assumed[assumed] d=(path) {}
        path.arrow d={ "M" (end) " " (to.saturating_sub(5)) "l8 5l-8 5z" } {}
    }
}

fn drawn(one: &Boxed, x: usize) -> Markup {
    let shown = html! {
        rect.frame-box x=(x + 1) y=(one.top) width=(WIDE - 2) height=(one.high()) rx="7" {}
        rect.stripe x=(x + 1) y=(one.top) width="5" height=(one.high()) rx="2" {}
        @for (line, text) in one.lines.iter().enumerate() {
            text x=(x + 16) y=(one.top + PAD + LINE * line + 13) { (text) }
        }
    };
    html! {
        g.box.(one.class) { @if one.href.is_empty() { (shown) } @else { a href=(one.href) { (shown) } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_break_and_end() {
        let lines = broken(&"word ".repeat(60));
        assert_eq!(lines.len(), LINES);
        assert!(lines.iter().all(|line| words::columns(line) <= COLUMNS + 1));
        assert!(lines[2].ends_with('…'));
        assert_eq!(broken(&"x".repeat(500)).len(), 1);
    }
}
