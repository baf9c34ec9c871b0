//! The upgrade as steps and nodes, the etcd cluster as votes and members.

use maud::{Markup, html};

use super::{Page, parts, shape};
use crate::rank::{EtcdMember, EtcdView, UpgradeNode, UpgradeView};
use crate::report::masked;
use crate::report::text::words;

/// Lines, jobs and restarts that are named.
const NAMED: usize = 10;

pub(super) fn upgrade(page: &Page) -> Option<Markup> {
    let view = page.diagnosis.upgrade.as_ref()?;
    Some(html! {
        p {
            code { (view.name) }
            @if let Some(from) = &view.from { " " (page.spoken.fill("from {version}", &[("version", from)])) }
            @if let Some(to) = &view.to { " " (page.spoken.fill("to {version}", &[("version", to)])) }
            @if let Some(state) = &view.state { ": " b { (state) } }
        }
        (phases(page, view))
        (upgrade_nodes(page, view))
        @if view.blocking.len() > 1 {
            p.warning { (page.say("Under way at once, each in the other's way")) ": " b { (view.blocking.join(", ")) } }
        }
        (named(page, "Did not complete before", &view.restarts))
        (named(page, "Jobs that have not succeeded", &view.jobs))
        @for line in view.waiting_for.iter().take(NAMED) {
            figure.quote.item {
                figcaption {
                    span.path { (line.entry) ":" (line.line) }
                    span.faint { (page.spoken.fill("{times} at its end", &[("times", &page.spoken.times(line.count))])) }
                }
                div.log { div.hit { span.no { (line.line) } span.text { (masked(&line.text)) } } }
            }
        }
        @if let Some(next) = &view.next { p { (page.say(next)) } }
    })
}

/// One step per phase: done, where it waits, what is still to come.
fn phases(page: &Page, view: &UpgradeView) -> Markup {
    html! {
        ol.phases {
            @for one in &view.conditions {
                @let says: Vec<&str> = [one.reason.as_deref(), one.message.as_deref()].into_iter().flatten().filter(|text| !text.is_empty()).collect();
                li.here[view.phase.as_deref() == Some(&one.name)] {
                    (shape::step(one.status.as_deref()))
                    div {
                        b { (one.name) } " "
                        span.faint {
                            @match one.status.as_deref() {
                                Some("True") => { (page.say("done")) }
                                Some(status) => { (status) }
                                None => { (page.say("not reached")) }
                            }
                            @if let Some(since) = one.since { " · " (words::minute(since)) }
                        }
                        @if !says.is_empty() { p { (masked(&says.join(", "))) } }
                    }
                }
            }
        }
    }
}

fn upgrade_nodes(page: &Page, view: &UpgradeView) -> Markup {
    let heads = ["Node", "State", "Ready", "kubelet", "OS", "Waits for"];
    html! {
        @if !view.nodes.is_empty() {
            div.scroll tabindex="0" {
                table {
                    thead { tr { @for head in heads { th scope="col" { (page.say(head)) } } } }
                    tbody { @for node in &view.nodes { (upgrade_row(page, node)) } }
                }
            }
        }
    }
}

fn upgrade_row(page: &Page, node: &UpgradeNode) -> Markup {
    html! {
        tr.item {
            th scope="row" { (node.name) }
            td { (or_dash(node.state.as_deref())) }
            td { (ready(node.ready.as_deref())) }
            td { (or_dash(node.kubelet_version.as_deref())) }
            td { (or_dash(node.os_image.as_deref())) }
            td { (waits_for(page, node)) }
        }
    }
}

fn waits_for(page: &Page, node: &UpgradeNode) -> String {
    let mut waits: Vec<String> = Vec::new();
    for hook in &node.hooks_waiting {
        waits.push(page.spoken.fill("an answer to {hook}", &[("hook", hook)]));
    }
    if let Some(os) = &node.pending_os {
        waits.push(page.spoken.fill("a reboot into {os}", &[("os", os)]));
    }
    waits.extend(node.says.as_deref().map(|says| masked(says).into_owned()));
    if node.cordoned {
        waits.push(page.say("cordoned"));
    }
    if waits.is_empty() {
        "–".to_owned()
    } else {
        waits.join("; ")
    }
}

pub(super) fn or_dash(text: Option<&str>) -> Markup {
    html! { @match text { Some(text) => { (text) } None => { span.faint { "–" } } } }
}

/// A Ready condition by shape and word.
pub(super) fn ready(status: Option<&str>) -> Markup {
    html! {
        @match status {
            None => { span.faint { "–" } }
            Some(status) => { span.state { (shape::step(Some(if status == "True" { status } else { "False" }))) (status) } }
        }
    }
}

fn named(page: &Page, title: &str, names: &[String]) -> Markup {
    html! {
        @if !names.is_empty() {
            h4 { (page.say(title)) }
            ul { @for name in names.iter().take(NAMED) { li { (page.say(name)) } } }
            @if names.len() > NAMED { p.faint { (page.spoken.and_more(names.len() - NAMED)) } }
        }
    }
}

pub(super) fn etcd(page: &Page) -> Option<Markup> {
    let views = &page.diagnosis.etcd;
    (!views.is_empty()).then(|| html! { @for view in views { (one_etcd(page, view)) } })
}

fn one_etcd(page: &Page, view: &EtcdView) -> Markup {
    let there = view.voters.saturating_sub(view.lost);
    html! {
        @if let Some(cluster) = &view.cluster { h4 { (cluster) } }
        div.quorum .lost[there < view.quorum] {
            (votes(view))
            p { b { (page.say(&view.text)) } }
        }
        @if let Some(caution) = &view.caution { p.warning { (page.say(caution)) } }
        (named(page, "Alarms", &view.alarms))
        (named(page, "Slow", &view.slow))
        (members(page, view))
        @if let Some(snapshots) = &view.snapshots { p { b { (page.say("Snapshots")) ": " } (snapshots) } }
    }
}

/// A disc per vote: full for one that is there, a ring with a cross for one that is lost; a line after the quorum.
fn votes(view: &EtcdView) -> Markup {
    let shown = view.voters.min(15);
    let there = view.voters.saturating_sub(view.lost);
    html! {
        svg.votes viewBox={ "0 0 " (shown * 34 + 8) " 40" } width=(shown * 34 + 8) height="40" aria-hidden="true" {
            @for at in 0..shown {
                @let x = 20 + at * 34;
                @if at < there {
                    circle.there cx=(x) cy="20" r="12" {}
                } @else {
                    circle.gone cx=(x) cy="20" r="11" {}
                    path.gone d={ "M" (x - 5) " 15l10 10m0-10l-10 10" } {}
                }
            }
            path.need d={ "M" (20 + view.quorum * 34 - 17) " 2v36" } {}
        }
    }
}

fn members(page: &Page, view: &EtcdView) -> Markup {
    let heads = [
        "Member", "Node", "Role", "Healthy", "Version", "Size", "Says",
    ];
    html! {
        @if !view.members.is_empty() {
            div.scroll tabindex="0" {
                table {
                    thead { tr { @for head in heads { th scope="col" { (page.say(head)) } } } }
                    tbody { @for member in &view.members { (member_row(page, member, view.quota)) } }
                }
            }
        }
    }
}

fn member_row(page: &Page, member: &EtcdMember, quota: u64) -> Markup {
    let role = words::etcd_role(member);
    let healthy = member
        .healthy
        .map(|healthy| if healthy { "True" } else { "False" });
    html! {
        tr.item {
            th scope="row" { (member.name) }
            td { (or_dash(member.node.as_deref())) }
            td { (page.say(role)) }
            td {
                @match healthy {
                    Some(status) => { span.state { (shape::step(Some(status))) (page.say(if status == "True" { "yes" } else { "no" })) } }
                    None => { span.faint { "–" } }
                }
            }
            td { (or_dash(member.version.as_deref())) }
            td {
                @match member.db_size {
                    // As etcd's own documentation advises to act before the quota is reached.
                    Some(size) if size > quota / 5 * 4 => { b.bad { (words::bytes(size)) } }
                    Some(size) => { (words::bytes(size)) }
                    None => { span.faint { "–" } }
                }
            }
            td { @match &member.errors { Some(errors) => { (parts::prose(errors)) } None => { span.faint { "–" } } } }
        }
    }
}
