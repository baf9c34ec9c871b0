//! The suspects: where no cause is known, what a reader should see first.

use maud::{Markup, html};

use super::{Page, cause, quote};
use crate::rank::Suspect;
use crate::report::text::{resemblance, seen};

/// Suspects named at the top.
const FIRST: usize = 3;

/// The first few by number, linked to what is said of them below.
pub(super) fn first(page: &Page) -> Markup {
    let list = &page.diagnosis.suspects;
    html! {
        @if !list.is_empty() {
            p.label { (page.say("Suspicious lines (not a diagnosis: read these first)")) }
            ol.named {
                @for (number, one) in (1..).zip(list).take(FIRST) {
                    li value=(number) { a href={ "#suspect-" (number) } { (page.spoken.suspect(one)) } }
                }
            }
        }
    }
}

/// All of them, whole.
pub(super) fn suspects(page: &Page) -> Option<Markup> {
    let list = &page.diagnosis.suspects;
    (!list.is_empty()).then(|| {
        html! {
            p.faint { (page.say("Not a diagnosis: where to look.")) }
            @for (number, one) in (1..).zip(list) { (suspect(page, number, one)) }
        }
    })
}

fn suspect(page: &Page, number: usize, one: &Suspect) -> Markup {
    html! {
        article.card.suspect.item id={ "suspect-" (number) } {
            h3 { span.number { (number) } " " (page.spoken.suspect(one)) }
            div.inside {
                dl.facts {
                    dt { (page.say("Seen")) } dd { (page.say(&seen(one))) }
                    @if !one.reasons.is_empty() { dt { (page.say("Why listed")) } dd { (phrases(page, &one.reasons)) } }
                    @if !one.depends.is_empty() { dt { (page.say("Affected")) } dd { (phrases(page, &one.depends)) } }
                    @if !one.resembles.is_empty() {
                        dt { (page.say("Resembles")) }
                        dd { @for like in &one.resembles { p { (resemblance(like)) } } }
                    }
                }
                (quote::evidence(page, std::slice::from_ref(&one.evidence)))
                @if !one.next.is_empty() {
                    div.fix {
                        h4 { (page.say("Next")) }
                        ol.steps { @for step in &one.next { li { (cause::step(page, step)) } } }
                    }
                }
            }
        }
    }
}

fn phrases(page: &Page, list: &[String]) -> Markup {
    html! {
        @for (at, phrase) in list.iter().enumerate() {
            @if at > 0 { "; " }
            (page.say(phrase))
        }
    }
}
