//! Cards of causes and symptoms: reasons, what to do, what follows.

use maud::{Markup, html};

use super::{Page, parts, quote, shape};
use crate::rank::{Check, RankedFinding, Step};
use crate::report::masked;
use crate::report::spoken::is_link;
use crate::signature::Risk;

/// Subjects and consequences that are shown.
const SUBJECTS: usize = 12;
const CONSEQUENCES: usize = 12;

pub(super) fn causes(page: &Page) -> Option<Markup> {
    let causes = &page.diagnosis.causes;
    (!causes.is_empty()).then(|| {
        html! {
            @for (number, cause) in (1..).zip(causes) { (card(page, &format!("cause-{number}"), Some(number), cause)) }
        }
    })
}

pub(super) fn symptoms(page: &Page, open: &[&RankedFinding]) -> Option<Markup> {
    (!open.is_empty()).then(|| {
        html! {
            @for symptom in open { (card(page, &symptom_id(page, symptom), None, symptom)) }
        }
    })
}

/// A line or two each: their causes have the word.
pub(super) fn explained(page: &Page, list: &[&RankedFinding]) -> Option<Markup> {
    (!list.is_empty()).then(|| {
        html! {
            ul.rows { @for symptom in list { (row(page, symptom)) } }
        }
    })
}

fn row(page: &Page, symptom: &RankedFinding) -> Markup {
    html! {
        li.item id=(symptom_id(page, symptom)) data-severity=(parts::severity_word(symptom.severity)) data-state=(parts::state_word(symptom.state)) {
            p { b { (symptom.title) } }
            (parts::badges(page, symptom))
            p.faint {
                (page.say("explained by")) " "
                @for (at, id) in symptom.explained_by.iter().enumerate() {
                    @if at > 0 { ", " }
                    (cause_link(page, id))
                }
                @if let Some(seen) = page.spoken.seen(symptom) { " · " (seen) }
            }
        }
    }
}

/// The address of a symptom on the page.
pub(super) fn symptom_id(page: &Page, symptom: &RankedFinding) -> String {
    let at = page
        .diagnosis
        .symptoms
        .iter()
        .position(|one| std::ptr::eq(one, symptom));
    format!("symptom-{}", at.unwrap_or(0) + 1)
}

fn cause_link(page: &Page, id: &str) -> Markup {
    let at = page
        .diagnosis
        .causes
        .iter()
        .position(|cause| cause.signature == id);
    html! {
        @match at {
            Some(at) => { a href={ "#cause-" (at + 1) } { (id) } }
            None => { (id) }
        }
    }
}

fn card(page: &Page, id: &str, number: Option<usize>, finding: &RankedFinding) -> Markup {
    html! {
        details.card.item.(parts::severity_class(finding.severity)) id=(id) open[number == Some(1)]
            data-severity=(parts::severity_word(finding.severity)) data-state=(parts::state_word(finding.state)) {
            summary {
                h3 {
                    @if let Some(number) = number { span.number { (number) } " " }
                    (finding.title)
                }
                (parts::badges(page, finding))
            }
            div.inside {
                (facts(page, finding))
                (parts::paragraphs(&finding.explanation))
                (fix(page, id, finding))
                (list(&page.say("Why we think so"), finding.reasons.iter().map(|reason| html! { (page.say(&masked(reason))) })))
                (quote::evidence(page, &finding.evidence))
                (list(&page.say("What follows from it"), consequences(page, finding)))
                @if let Some(prevention) = &finding.prevention {
                    h4 { (page.say("How to prevent it")) }
                    (parts::paragraphs(prevention))
                }
                (list(&page.say("References"), finding.references.iter().map(|one| reference(one))))
            }
        }
    }
}

fn reference(one: &str) -> Markup {
    html! {
        @if is_link(one) { a.long href=(one) rel="noreferrer noopener" { (one) } } @else { (one) }
    }
}

fn list(title: &str, items: impl Iterator<Item = Markup>) -> Markup {
    let items: Vec<Markup> = items.collect();
    html! {
        @if !items.is_empty() {
            h4 { (title) }
            ul { @for item in items { li { (item) } } }
        }
    }
}

fn facts(page: &Page, finding: &RankedFinding) -> Markup {
    html! {
        dl.facts {
            dt { (page.say("Signature")) } dd { code { (finding.signature) } }
            @if !finding.subjects.is_empty() {
                dt { (page.say("About")) } dd { (page.spoken.subjects(&finding.subjects, SUBJECTS)) }
            }
            @if let Some(seen) = page.spoken.seen(finding) { dt { (page.say("Seen")) } dd { (seen) } }
        }
    }
}

fn consequences(page: &Page, finding: &RankedFinding) -> impl Iterator<Item = Markup> {
    let more = finding.consequences.len().saturating_sub(CONSEQUENCES);
    let shown = finding.consequences.iter().take(CONSEQUENCES).map(move |one| {
        let about = page.spoken.subjects(&one.subjects, SUBJECTS);
        html! {
            (one.title) " " span.faint {
                "(" (one.signature)
                @if !about.is_empty() { ", " (about) }
                @if one.assumed { "; " (page.say("the link between was not collected and is assumed")) }
                ")"
            }
        }
    });
    shown.chain((more > 0).then(|| html! { (page.spoken.and_more(more)) }))
}

fn fix(page: &Page, id: &str, finding: &RankedFinding) -> Markup {
    let fix = &finding.remediation;
    let first = fix.steps.first().map(|step| step.text.as_str());
    html! {
        @if !fix.steps.is_empty() || !fix.summary.is_empty() {
            div.fix id={ (id) "-fix" } {
                h4 { (page.say("What to do, in this order")) }
                @if !fix.summary.is_empty() && first != Some(&fix.summary) { p { (parts::prose(&fix.summary)) } }
                ol.steps { @for one in &fix.steps { li { (step(page, one)) } } }
                @if !fix.verify.is_empty() {
                    h4 { (page.say("How to see that it worked")) }
                    @for one in &fix.verify { (check(page, one)) }
                }
            }
        }
    }
}

/// A risk by shape, word and colour.
pub(super) fn risk(page: &Page, risk: Risk) -> Markup {
    html! { span.risk.(risk.word()) { (shape::risk(risk)) (page.spoken.risk(risk)) } }
}

pub(super) fn step(page: &Page, step: &Step) -> Markup {
    html! {
        p {
            (risk(page, step.risk)) " "
            @if let Some(place) = page.spoken.place(step) { b { (place) ":" } " " }
            (parts::prose(&page.say(&step.text)))
            @if let Some(takes) = &step.takes { span.faint { " (" (page.spoken.fill("takes {time}", &[("time", takes)])) ")" } }
        }
        @if let Some(loses) = &step.loses { p.loses { b { (page.say("Loses:")) } " " (parts::prose(loses)) } }
        @if let Some(run) = &step.run { (parts::command(page, run)) }
        @if let Some(one) = &step.check { p.faint { (page.say("then check:")) } (check(page, one)) }
    }
}

fn check(page: &Page, check: &Check) -> Markup {
    html! {
        (parts::command(page, &check.run))
        @if let Some(expect) = &check.expect { p.expect { (page.say("shows")) " " (parts::prose(expect)) } }
    }
}
