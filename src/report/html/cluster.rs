//! What was collected: inputs, products, nodes and what their logs cover, how much was read.

use jiff::Timestamp;
use maud::{Markup, html};

use super::{Page, views};
use crate::rank::{InputSummary, NodeSummary};
use crate::report::text::words;
use crate::report::words::input_kind;

/// Nodes that are shown.
const NODES: usize = 200;

pub(super) fn cluster(page: &Page) -> Markup {
    let diagnosis = page.diagnosis;
    html! {
        @for input in &diagnosis.inputs { (about(page, input)) }
        (nodes(page, &diagnosis.inputs))
        (scanned(page))
    }
}

fn about(page: &Page, input: &InputSummary) -> Markup {
    html! {
        dl.facts.item {
            dt { (page.say("Input")) } dd { span.path { (input.path) } " (" (page.say(input_kind(input.kind))) ")" }
            @if let Some(time) = input.collected_at { dt { (page.say("Collected")) } dd { (words::second(time)) } }
            @if let Some((from, to)) = input.time_range {
                dt { (page.say("Logs")) } dd { (words::minute(from)) " – " (words::minute(to)) " (" (words::duration(from, to)) ")" }
            }
            @if !input.products.is_empty() {
                dt { (page.say("Products")) }
                dd { @for (name, version) in &input.products { span.chip.plain { (name) " " b { (version) } } " " } }
            }
        }
    }
}

fn nodes(page: &Page, inputs: &[InputSummary]) -> Markup {
    let all: Vec<(&NodeSummary, Option<Timestamp>)> = inputs
        .iter()
        .flat_map(|input| input.nodes.iter().map(|node| (node, input.collected_at)))
        .collect();
    let has_upgrade = all.iter().any(|(node, _)| node.upgrade_state.is_some());
    let heads = ["Node", "Roles", "Ready", "kubelet", "OS"];
    html! {
        @if !all.is_empty() {
            div.scroll tabindex="0" {
                table {
                    thead {
                        tr {
                            @for head in heads { th scope="col" { (page.say(head)) } }
                            @if has_upgrade { th scope="col" { (page.say("Upgrade")) } }
                            th scope="col" { (page.say("Logs")) }
                        }
                    }
                    tbody {
                        @for (node, collected) in all.iter().take(NODES) {
                            tr.item {
                                th scope="row" { (node.name) }
                                td { (node.roles.join(", ")) }
                                td { (views::ready(node.ready.as_deref())) }
                                td { (views::or_dash(node.kubelet_version.as_deref())) }
                                td { (views::or_dash(node.os_image.as_deref())) }
                                @if has_upgrade { td { (views::or_dash(node.upgrade_state.as_deref())) } }
                                td { (coverage(page, node, *collected)) }
                            }
                        }
                    }
                }
            }
            @if all.len() > NODES { p.faint { (page.spoken.and_more(all.len() - NODES)) } }
        }
    }
}

/// From when to when this node's logs go, and how long before the collection they end.
fn coverage(page: &Page, node: &NodeSummary, collected: Option<Timestamp>) -> Markup {
    let Some((from, to)) = node.coverage else {
        return html! { b.bad { (page.say("none")) } };
    };
    let late = collected.filter(|collected| collected.as_second() - to.as_second() > 3600);
    html! {
        (words::short_minute(from)) " – " (words::short_minute(to)) " (" (words::duration(from, to)) ")"
        @if let Some(collected) = late {
            ", " b.bad { (page.spoken.fill("ends {time} early", &[("time", &words::duration(to, collected))])) }
        }
    }
}

fn scanned(page: &Page) -> Markup {
    let scanned = &page.diagnosis.scanned;
    let read = match scanned.entries {
        1 => "1 entry, {bytes}, {lines} lines were read.",
        _ => "{entries} entries, {bytes}, {lines} lines were read.",
    };
    html! {
        p {
            (page.spoken.fill(read, &[
                ("entries", &words::count(scanned.entries)),
                ("bytes", &words::bytes(scanned.bytes)),
                ("lines", &words::count(scanned.lines)),
            ]))
            @if !scanned.skipped.is_empty() {
                " " (page.say("Skipped")) ": "
                @for (at, (why, count)) in scanned.skipped.iter().enumerate() {
                    @if at > 0 { ", " }
                    (words::count(*count)) " " (page.say(why))
                }
                "."
            }
        }
    }
}
