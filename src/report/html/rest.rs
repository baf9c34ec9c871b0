//! What stands below: what stands out, what was checked, what is missing, what was broken.

use maud::{Markup, html};

use super::{Page, parts};
use crate::report::masked;

/// Items of a list that is long only in hostile or hopeless bundles.
const LISTED: usize = 100;
/// Signatures named beside something that was not examined.
const SIGNATURES: usize = 6;

pub(super) fn unusual(page: &Page) -> Option<Markup> {
    let list = &page.diagnosis.unusual;
    (!list.is_empty()).then(|| {
        html! {
            p.faint { (page.say("Not a diagnosis: where to look.")) }
            @for one in list.iter().take(LISTED) {
                figure.quote.item {
                    figcaption {
                        span.path { (one.entry) }
                        span {
                            (page.spoken.stands_out(one))
                        }
                    }
                    div.log { div.hit { span.text { (masked(&one.sample)) } } }
                }
            }
            (more(page, list.len()))
        }
    })
}

pub(super) fn checked(page: &Page) -> Option<Markup> {
    let list = &page.diagnosis.checked;
    (!list.is_empty()).then(|| {
        html! {
            ul.ticks { @for one in list { li.item { (super::shape::step(Some("True"))) span { (page.say(one)) } } } }
        }
    })
}

pub(super) fn missing(page: &Page) -> Option<Markup> {
    let list = &page.diagnosis.not_examined;
    let asks: Vec<String> = list
        .iter()
        .filter_map(|one| one.collect.as_deref().map(|collect| page.say(collect)))
        .collect();
    (!list.is_empty()).then(|| {
        html! {
            ul.rows {
                @for one in list.iter().take(LISTED) {
                    li.item {
                        p { b { (page.say(&one.what)) } ": " (page.say(&one.because)) }
                        @if !one.signatures.is_empty() {
                            p.faint {
                                (page.say("could not be looked for")) ": "
                                (one.signatures.iter().take(SIGNATURES).cloned().collect::<Vec<_>>().join(", "))
                                @if one.signatures.len() > SIGNATURES { ", " (page.spoken.and_more(one.signatures.len() - SIGNATURES)) }
                            }
                        }
                        @if let Some(collect) = &one.collect { (parts::ask(page, &page.say(collect))) }
                    }
                }
            }
            (more(page, list.len()))
            @if asks.len() > 1 {
                h4 { (page.say("All of it at once")) }
                (parts::ask(page, &asks.join("\n")))
            }
        }
    })
}

pub(super) fn problems(page: &Page) -> Option<Markup> {
    let list = &page.diagnosis.problems;
    (!list.is_empty()).then(|| {
        html! {
            p.faint { (page.say("Wrong with the files, not with the cluster.")) }
            ul.rows {
                @for one in list.iter().take(LISTED) {
                    li.item { p { span.path { (one.entry) } ": " (page.say(&one.error)) } }
                }
            }
            (more(page, list.len()))
        }
    })
}

fn more(page: &Page, all: usize) -> Markup {
    html! { @if all > LISTED { p.faint { (page.spoken.and_more(all - LISTED)) } } }
}
