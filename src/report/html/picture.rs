//! The timeline: lanes of marks as data for the drawing, and the moments in words for those who do not see it.

use std::collections::BTreeMap;
use std::io;

use maud::{Markup, html};
use serde_json::{Value, json};

use super::{Page, cause, shape};
use crate::rank::{Mark, MarkKind, Moment, MomentKind};
use crate::report::neutral;
use crate::report::text::words;

/// Every kind, in the order of its number in the data.
const KINDS: [(MarkKind, &str); 5] = [
    (MarkKind::Cause, "cause"),
    (MarkKind::Symptom, "symptom"),
    (MarkKind::Start, "start"),
    (MarkKind::Boot, "boot"),
    (MarkKind::Change, "change"),
];

pub(super) fn picture(page: &Page) -> Option<Markup> {
    let diagnosis = page.diagnosis;
    let chart = &diagnosis.chart;
    let marks = || chart.lanes.iter().flat_map(|lane| &lane.marks);
    if marks().next().is_none() && diagnosis.timeline.is_empty() {
        return None;
    }
    Some(html! {
        @if marks().next().is_some() {
            div.picture {
                div.tools {
                    div.legend role="group" aria-label=(page.say("Show in the picture")) {
                        @for (kind, word) in KINDS {
                            @if marks().any(|mark| mark.kind == kind) {
                                button.(format!("mark-{word}")) type="button" aria-pressed="true" data-kind=(word) { (shape::kind(kind)) (page.say(word)) }
                            }
                        }
                    }
                    div.zoom {
                        button type="button" data-zoom="in" aria-label=(page.say("Zoom in")) { "+" }
                        button type="button" data-zoom="out" aria-label=(page.say("Zoom out")) { "−" }
                        button type="button" data-zoom="all" { (page.say("All")) }
                    }
                }
                div.canvas {
                    canvas #picture tabindex="0" role="img" aria-label=(page.say("Hits, starts, boots and changes by node and component; the table below says the same in words")) {}
                    div #tip hidden {}
                }
                p.faint.hint {
                    (page.say("Drag to move; Ctrl and wheel, or + and −, to zoom. Hatched: nothing was collected."))
                    @if chart.bucket > 60 {
                        " " (page.spoken.fill("One mark stands for {minutes} minutes.", &[("minutes", &(chart.bucket / 60))]))
                    }
                    @if chart.left_out > 0 {
                        " " (page.spoken.fill("{n} lanes that say less are left out.", &[("n", &chart.left_out)]))
                    }
                }
            }
        }
        (moments(page, &diagnosis.timeline))
    })
}

fn moments(page: &Page, moments: &[Moment]) -> Markup {
    // A restart every few seconds is one thing.
    let runs = moments.chunk_by(|one, next| {
        (one.kind, &one.place, &one.text) == (next.kind, &next.place, &next.text)
    });
    html! {
        @if !moments.is_empty() {
            details.moments open[moments.len() <= 12] {
                summary { (page.spoken.counted(moments.len(), "1 moment in words", "{n} moments in words")) }
                div.scroll tabindex="0" {
                    table {
                        thead { tr { @for head in ["Time", "What", "Where", ""] { th scope="col" { (page.say(head)) } } } }
                        tbody { @for run in runs { (moment(page, run)) } }
                    }
                }
            }
        }
    }
}

fn moment(page: &Page, run: &[Moment]) -> Markup {
    let Some(first) = run.first() else {
        return html! {};
    };
    let (kind, word) = match first.kind {
        MomentKind::Start => (Some(MarkKind::Start), "start"),
        MomentKind::Cause => (Some(MarkKind::Cause), "cause"),
        MomentKind::Change => (Some(MarkKind::Change), "change"),
        MomentKind::Symptom => (Some(MarkKind::Symptom), "symptom"),
        MomentKind::LastSeen => (None, "last seen"),
        MomentKind::Collected => (None, "collected"),
    };
    let href = first.signature.as_deref().and_then(|id| anchor(page, id));
    html! {
        tr.item {
            td.time { (words::second(first.time)) }
            td { span.kind { @if let Some(kind) = kind { (shape::kind(kind)) } (page.say(word)) } }
            td { (page.say(&first.place)) }
            td {
                @if first.kind != MomentKind::Collected {
                @match href { Some(href) => { a href=(href) { (page.say(&first.text)) } } None => { (page.say(&first.text)) } }
                }
                @if run.len() > 1 { " " span.faint { "× " (run.len()) } }
            }
        }
    }
}

/// Where on the page a signature is told of.
fn anchor(page: &Page, id: &str) -> Option<String> {
    let diagnosis = page.diagnosis;
    if let Some(at) = diagnosis
        .causes
        .iter()
        .position(|cause| cause.signature == id)
    {
        return Some(format!("#cause-{}", at + 1));
    }
    let symptom = diagnosis
        .symptoms
        .iter()
        .find(|symptom| symptom.signature == id)?;
    Some(format!("#{}", cause::symptom_id(page, symptom)))
}

/// What the drawing draws, as JSON that cannot end its element: every `<` is escaped.
pub(super) fn data(page: &Page) -> io::Result<String> {
    let chart = &page.diagnosis.chart;
    let mut what: Vec<Value> = Vec::new();
    let mut known: BTreeMap<(MarkKind, &str), usize> = BTreeMap::new();
    let mut lanes = Vec::new();
    for lane in &chart.lanes {
        let mut marks = Vec::with_capacity(lane.marks.len());
        for mark in &lane.marks {
            let next = what.len();
            let at = *known.entry((mark.kind, &mark.what)).or_insert(next);
            if at == next {
                what.push(said(page, mark));
            }
            marks.push(json!([
                mark.time.as_second(),
                number(mark.kind),
                at,
                mark.count
            ]));
        }
        let covered: Vec<Value> = lane
            .covered
            .iter()
            .map(|(from, to)| json!([from.as_second(), to.as_second()]))
            .collect();
        lanes.push(json!({
            "node": lane.node.as_deref().map(neutral),
            "name": if lane.component.is_empty() { page.say("all logs") } else { neutral(&lane.component).into_owned() },
            "whole": lane.component.is_empty(),
            "covered": covered,
            "marks": marks,
        }));
    }
    let collected: Vec<i64> = page
        .diagnosis
        .inputs
        .iter()
        .filter_map(|input| Some(input.collected_at?.as_second()))
        .collect();
    let data = json!({
        "lanes": lanes,
        "what": what,
        "kinds": KINDS.map(|(_, word)| word),
        "bucket": chart.bucket,
        "collected": collected,
        "words": {
            "cluster": page.say("cluster"),
            "nothing": page.say("nothing was collected here"),
            "collected": page.say("collected"),
            "more": page.say("and {n} more"),
        },
    });
    Ok(serde_json::to_string(&data)?
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026"))
}

fn number(kind: MarkKind) -> usize {
    KINDS.iter().position(|(one, _)| *one == kind).unwrap_or(0)
}

/// What a mark says, and where more of it stands.
fn said(page: &Page, mark: &Mark) -> Value {
    let diagnosis = page.diagnosis;
    match mark.kind {
        MarkKind::Cause | MarkKind::Symptom => {
            let mut findings = diagnosis.causes.iter().chain(&diagnosis.symptoms);
            let title = findings
                .find(|one| one.signature == mark.what)
                .map_or(mark.what.as_str(), |one| &one.title);
            json!({"text": neutral(title), "href": anchor(page, &mark.what)})
        }
        MarkKind::Start | MarkKind::Boot | MarkKind::Change => {
            json!({"text": page.say(&neutral(&mark.what))})
        }
    }
}
