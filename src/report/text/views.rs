//! The upgrade, the etcd cluster and the timeline, for people.

use std::io::{self, Write};

use super::page::{Page, Paint, Span, joined, span};
use super::{TextOptions, words};
use crate::rank::{Diagnosis, EtcdMember, EtcdView, Moment, MomentKind, UpgradeNode, UpgradeView};
use crate::report::{masked, neutral};

/// Lines, jobs and restarts that are named.
const NAMED: usize = 5;

fn plain(text: impl AsRef<str>) -> Span {
    span(Paint::Plain, text)
}

fn or_dash(text: Option<&str>) -> Span {
    text.map_or_else(|| span(Paint::Faint, "-"), plain)
}

/// How far the upgrade is and what it waits for.
pub(super) fn upgrade(page: &mut Page, view: Option<&UpgradeView>) {
    let Some(view) = view else { return };
    let versions = match (&view.from, &view.to) {
        (Some(from), Some(to)) => format!(" from {from} to {to}"),
        (None, Some(to)) => format!(" to {to}"),
        _ => String::new(),
    };
    page.heading(&format!("Upgrade {}{versions}", view.name));
    let mut said = vec![view.state.clone().unwrap_or_else(|| "no state".to_owned())];
    if let Some(phase) = &view.phase {
        said.push(format!("the first phase that is not done is {phase}"));
    }
    page.paragraph(2, 2, &joined(Paint::Plain, &said, "; "));
    let not_true = view
        .conditions
        .iter()
        .filter(|one| one.status.as_deref().is_some_and(|status| status != "True"));
    for one in not_true {
        let parts = [
            one.status.as_deref(),
            one.reason.as_deref(),
            one.message.as_deref(),
        ];
        let said: Vec<&str> = parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        page.paragraph(
            2,
            4,
            &[plain(format!("{}: {}", one.name, masked(&said.join(", "))))],
        );
    }
    let rows: Vec<Vec<Span>> = view.nodes.iter().map(upgrade_row).collect();
    if !rows.is_empty() {
        page.table(
            &["  NODE", "STATE", "READY", "OS", "KUBELET", "WAITS FOR"],
            &rows,
            &["  NODE", "READY"],
        );
    }
    if view.blocking.len() > 1 {
        let text = format!(
            "under way at once, each in the other's way: {}",
            view.blocking.join(", ")
        );
        page.paragraph(2, 4, &[span(Paint::Yellow, text)]);
    }
    named(page, "did not complete before", &view.restarts);
    named(page, "jobs that have not succeeded", &view.jobs);
    for line in view.waiting_for.iter().take(NAMED) {
        let number = line.line.to_string();
        let entry = words::shorten(
            &neutral(&line.entry),
            page.width().saturating_sub(3 + number.len()),
        );
        page.paragraph(2, 4, &[span(Paint::Cyan, format!("{entry}:{number}"))]);
        let often = format!(
            " ({} at its end)",
            words::plural(
                usize::try_from(line.count).unwrap_or(usize::MAX),
                "time",
                "times"
            )
        );
        page.bounded(
            4,
            4,
            3,
            &[plain(masked(&line.text)), span(Paint::Faint, often)],
        );
    }
    if let Some(next) = &view.next {
        page.paragraph(2, 4, &[plain(next)]);
    }
}

fn upgrade_row(node: &UpgradeNode) -> Vec<Span> {
    let mut waits: Vec<String> = node
        .hooks_waiting
        .iter()
        .map(|hook| format!("an answer to {hook}"))
        .collect();
    waits.extend(
        node.pending_os
            .iter()
            .map(|os| format!("a reboot into {os}")),
    );
    waits.extend(node.says.iter().map(|says| masked(says).into_owned()));
    if node.cordoned {
        waits.push("cordoned".to_owned());
    }
    let ready = match node.ready.as_deref() {
        Some("True") => span(Paint::Green, "True"),
        Some(other) => span(Paint::Red, other),
        None => or_dash(None),
    };
    vec![
        plain(format!("  {}", words::shorten(&neutral(&node.name), 24))),
        or_dash(node.state.as_deref()),
        ready,
        or_dash(node.os_image.as_deref()),
        or_dash(node.kubelet_version.as_deref()),
        or_dash(Some(waits.join("; ").as_str()).filter(|text| !text.is_empty())),
    ]
}

fn named(page: &mut Page, what: &str, list: &[String]) {
    if list.is_empty() {
        return;
    }
    let mut said: Vec<String> = list.iter().take(NAMED).cloned().collect();
    if list.len() > NAMED {
        said.push(format!("and {} more", list.len() - NAMED));
    }
    let mut spans = vec![span(Paint::Faint, what), span(Paint::Faint, ": ")];
    spans.extend(joined(Paint::Plain, &said, "; "));
    page.paragraph(2, 4, &spans);
}

/// Members, quorum arithmetic, alarms.
pub(super) fn etcd(page: &mut Page, view: &EtcdView) {
    match &view.cluster {
        Some(cluster) => page.heading(&format!("etcd ({cluster})")),
        None => page.heading("etcd"),
    }
    let paint = if view.voters.saturating_sub(view.lost) < view.quorum {
        Paint::Red
    } else {
        Paint::Plain
    };
    page.paragraph(2, 4, &[span(paint, &view.text)]);
    if let Some(caution) = &view.caution {
        page.paragraph(2, 4, &[span(Paint::Yellow, caution)]);
    }
    named(page, "alarms", &view.alarms);
    named(page, "slow", &view.slow);
    if let Some(snapshots) = &view.snapshots {
        page.paragraph(2, 4, &[span(Paint::Faint, "snapshots: "), plain(snapshots)]);
    }
    let telling = |member: &EtcdMember| {
        member.db_size.is_some()
            || member.healthy == Some(false)
            || member.learner
            || member.errors.is_some()
    };
    if view.members.iter().any(telling) {
        if view.members.iter().any(|member| member.db_size.is_some()) {
            let quota = words::bytes(view.quota);
            page.paragraph(2, 4, &[span(Paint::Faint, "quota: "), plain(quota)]);
        }
        let rows = view.members.iter();
        let mut rows: Vec<Vec<Span>> = rows.map(|one| member_row(one, view.quota)).collect();
        let mut header = vec![
            "  MEMBER", "NODE", "ROLE", "HEALTHY", "SIZE", "IN USE", "SAYS",
        ];
        // Nothing is said of most members.
        if view.members.iter().all(|member| member.errors.is_none()) {
            header.truncate(header.len() - 1);
            rows.iter_mut().for_each(|row| row.truncate(header.len()));
        }
        page.table(&header, &rows, &["  MEMBER", "ROLE", "HEALTHY", "SIZE"]);
    }
}

fn member_row(member: &EtcdMember, quota: u64) -> Vec<Span> {
    let role = words::etcd_role(member);
    let healthy = match member.healthy {
        Some(true) => span(Paint::Green, "yes"),
        Some(false) => span(Paint::Red, "no"),
        None => or_dash(None),
    };
    let size = match member.db_size {
        // As etcd's own documentation advises to act before the quota is reached.
        Some(size) if size > quota / 5 * 4 => span(Paint::Red, words::bytes(size)),
        Some(size) => plain(words::bytes(size)),
        None => or_dash(None),
    };
    let in_use = member.db_in_use.map(words::bytes);
    vec![
        plain(format!("  {}", words::shorten(&neutral(&member.name), 28))),
        or_dash(member.node.as_deref()),
        plain(role),
        healthy,
        size,
        in_use.map_or_else(|| or_dash(None), plain),
        or_dash(member.errors.as_deref()),
    ]
}

/// Writes what mattered, oldest first: time, place, what happened, where it stands.
pub fn write_timeline(
    diagnosis: &Diagnosis,
    options: &TextOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(options.width, options.color).in_language(options.language);
    if diagnosis.timeline.is_empty() {
        page.paragraph(0, 0, &[plain("Nothing with a time was found.")]);
    }
    super::rest::clocks(&mut page, &diagnosis.clocks);
    let mut day = String::new();
    for run in runs(&diagnosis.timeline) {
        let Some(moment) = run.first() else { continue };
        let time = words::second(moment.time);
        let (date, clock) = time.split_once(' ').unwrap_or((&time, ""));
        if day != date {
            page.heading(date);
            date.clone_into(&mut day);
        }
        self::moment(&mut page, clock, moment, run);
    }
    out.write_all(page.into_text().as_bytes())
}

/// Moments that say the same one after the other: a restart every few seconds is one thing.
fn runs(moments: &[Moment]) -> impl Iterator<Item = &[Moment]> {
    moments.chunk_by(|one, next| {
        (one.kind, &one.place, &one.text) == (next.kind, &next.place, &next.text)
    })
}

fn moment(page: &mut Page, clock: &str, moment: &Moment, run: &[Moment]) {
    let (paint, word) = match moment.kind {
        MomentKind::Start => (Paint::Plain, "start"),
        MomentKind::Cause => (Paint::Red, "CAUSE"),
        MomentKind::Change => (Paint::Yellow, "change"),
        MomentKind::Symptom => (Paint::Yellow, "symptom"),
        MomentKind::LastSeen => (Paint::Faint, "last"),
        MomentKind::Collected => (Paint::Plain, "bundle"),
    };
    let mut spans = vec![
        span(Paint::Faint, format!("{clock:<9} ")),
        span(paint, format!("{word:<7} ")),
        plain(&moment.place),
        plain(": "),
        plain(masked(&moment.text)),
    ];
    if let Some(signature) = &moment.signature {
        spans.push(span(Paint::Faint, format!(" ({signature})")));
    }
    if let (true, Some(last)) = (run.len() > 1, run.last()) {
        spans.push(plain(format!(
            ", {} times until {}",
            run.len(),
            words::second(last.time)
        )));
    }
    if let Some(ahead) = moment.clock_ahead {
        let way = if ahead.is_negative() {
            "behind"
        } else {
            "ahead"
        };
        let text = format!(" (its clock is {:#} {way})", ahead.abs());
        spans.push(span(Paint::Faint, text));
    }
    page.paragraph(0, 18, &spans);
    if let Some(entry) = &moment.entry {
        let line = moment
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let entry = words::shorten(
            &neutral(entry),
            page.width().saturating_sub(18 + line.len()),
        );
        page.paragraph(18, 20, &[span(Paint::Cyan, format!("{entry}{line}"))]);
    }
}
