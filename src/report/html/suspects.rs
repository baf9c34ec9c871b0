//! The suspects: where no cause is known, what a reader should see first.

use maud::{Markup, html};

use super::{Page, parts, quote};
use crate::rank::Suspect;
use crate::report::text::seen;

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
                    li value=(number) { a href={ "#suspect-" (number) } { (one.title) } }
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
        article.item id={ "suspect-" (number) } {
            h3 { (number) ". " (one.title) }
            (quote::evidence(page, std::slice::from_ref(&one.evidence)))
            p.faint {
                (page.say(&seen(one)))
                @for reason in &one.reasons { "; " (page.say(reason)) }
            }
            @if !one.depends.is_empty() {
                p {
                    b { (page.say("Affected")) ": " }
                    @for (at, clause) in one.depends.iter().enumerate() {
                        @if at > 0 { "; " }
                        (page.say(clause))
                    }
                }
            }
            @for step in &one.next {
                p { (page.say(&step.text)) }
                @if let Some(run) = &step.run { (parts::command(page, run)) }
            }
        }
    }
}
