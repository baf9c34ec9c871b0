//! One cause, whole: why we think so, the evidence, what to do, how to see that it worked.

use std::collections::BTreeSet;

use super::header::{badge, step_head};
use super::page::{Page, Paint, Span, columns, joined, quoted, span};
use super::words;
use crate::rank::{Check, EvidenceItem, RankedFinding, Remediation, Step};
use crate::report::{masked, neutral};

/// Pieces of evidence that are quoted.
const QUOTED: usize = 6;
/// Columns that one quoted text may fill, and lines at least.
const QUOTE: usize = 640;
const QUOTE_LINES: usize = 4;
/// Subjects that are named.
const SUBJECTS: usize = 8;
/// Consequences that are named.
const CONSEQUENCES: usize = 8;

/// A cause under its number.
pub(super) fn cause(page: &mut Page, number: usize, finding: &RankedFinding, input: Option<&str>) {
    page.blank();
    page.paragraph(
        0,
        0,
        &[span(Paint::Faint, "─".repeat(page.width().min(80)))],
    );
    page.paragraph(
        0,
        3,
        &[span(Paint::Strong, format!("{number}. {}", finding.title))],
    );
    page.paragraph(3, 3, &badge(finding));
    details(page, finding, input);
}

/// Everything below the title of a finding; `input` is the one file or directory that was scanned.
pub(super) fn details(page: &mut Page, finding: &RankedFinding, input: Option<&str>) {
    page.labelled(3, "Signature", &[span(Paint::Plain, &finding.signature)]);
    if !finding.subjects.is_empty() {
        page.labelled(
            3,
            "About",
            &joined(
                Paint::Plain,
                &words::subjects(&finding.subjects, SUBJECTS),
                ", ",
            ),
        );
    }
    if let (Some(first), Some(last)) = (finding.first_seen, finding.last_seen) {
        let times = words::plural(
            usize::try_from(finding.count).unwrap_or(usize::MAX),
            "time",
            "times",
        );
        let text = if first == last {
            format!("{times}, {}", words::second(first))
        } else {
            format!(
                "{times}, {} to {} ({})",
                words::second(first),
                words::second(last),
                words::duration(first, last)
            )
        };
        page.labelled(3, "Seen", &[span(Paint::Plain, text)]);
    }
    if !finding.explanation.is_empty() {
        page.blank();
        page.lines(3, 12, Paint::Plain, &finding.explanation);
    }
    section(page, "Why we think so", !finding.reasons.is_empty());
    for reason in &finding.reasons {
        page.paragraph(3, 5, &[span(Paint::Plain, format!("- {reason}"))]);
    }
    evidence(page, &finding.evidence, input);
    consequences(page, finding);
    remediation(page, &finding.remediation);
    section(page, "How to prevent it", finding.prevention.is_some());
    if let Some(prevention) = &finding.prevention {
        page.lines(3, 12, Paint::Plain, prevention);
    }
    section(page, "References", !finding.references.is_empty());
    for reference in &finding.references {
        page.command(3, reference);
    }
}

fn section(page: &mut Page, title: &str, wanted: bool) {
    if wanted {
        page.blank();
        page.paragraph(3, 3, &[span(Paint::Strong, title)]);
    }
}

/// Quotes, the decisive first, and how to read on around the first.
fn evidence(page: &mut Page, list: &[EvidenceItem], input: Option<&str>) {
    section(page, "Evidence", !list.is_empty());
    let mut places = BTreeSet::new();
    let (mut shown, mut left_out) = (0, 0);
    for item in list {
        // One line may stand for several sets of captures.
        let again =
            matches!(item, EvidenceItem::Line { entry, line, .. } if !places.insert((entry, line)));
        if again {
            continue;
        }
        if shown < QUOTED {
            quote(page, 3, item);
        } else {
            left_out += 1;
        }
        shown += 1;
    }
    if left_out > 0 {
        let text = format!("and {left_out} more, in the JSON report");
        page.paragraph(3, 3, &[span(Paint::Faint, text)]);
    }
    if let (Some(EvidenceItem::Line { entry, line, .. }), Some(input)) = (list.first(), input) {
        let place = format!("{entry}:{line}");
        if let (Some(input), Some(place)) = (words::quoted(input), words::quoted(&place)) {
            page.paragraph(3, 3, &[span(Paint::Faint, "Read on around the first:")]);
            page.command(5, &format!("bundlevet show {input} {place} -C 20"));
        }
    }
}

/// `entry:line time text`; the text on lines of its own where it does not fit beside.
pub(super) fn quote(page: &mut Page, indent: usize, item: &EvidenceItem) {
    let room = page.width().saturating_sub(indent);
    let (place, beside, text, needle) = match item {
        EvidenceItem::Line {
            entry,
            line,
            time,
            text,
            captures,
        } => {
            let line = line.to_string();
            let time = time.map_or_else(String::new, |time| format!(" {}", words::second(time)));
            let most = room
                .saturating_sub(columns(&line) + 1 + columns(&time))
                .max(20);
            let needle = captures
                .values()
                .map(String::as_str)
                .find(|value| !value.is_empty());
            (
                format!("{}:{line}", words::shorten(&neutral(entry), most)),
                time,
                text,
                needle,
            )
        }
        EvidenceItem::Object {
            object,
            path,
            text,
            entry,
            ..
        } => (
            format!("{} {}:", neutral(object), neutral(path)),
            origin(entry, room),
            text,
            None,
        ),
        EvidenceItem::Fact {
            fact,
            node,
            text,
            entry,
        } => {
            let node = node
                .as_ref()
                .map_or_else(String::new, |node| format!(" ({node})"));
            (format!("{fact}{node}:"), origin(entry, room), text, None)
        }
    };
    let text = match item {
        EvidenceItem::Fact { fact, .. } => page.spoken().fact(fact, text),
        EvidenceItem::Line { .. } | EvidenceItem::Object { .. } => text.into(),
    };
    let text = around(
        &neutral(&masked(&text)),
        needle,
        room.saturating_sub(4) * quote_lines(room),
    );
    let mut head = vec![quoted(Paint::Cyan, &place)];
    let log = matches!(item, EvidenceItem::Line { .. });
    let beside = span(Paint::Faint, &beside);
    if log {
        head.push(beside.clone());
    }
    let fits = head.iter().map(Span::columns).sum::<usize>() + 1 + columns(&text) <= room;
    if fits {
        head.push(quoted(Paint::Plain, format!(" {text}")));
    }
    if !log && fits {
        head.push(beside.clone());
    }
    page.paragraph(indent, indent + 2, &head);
    if !fits {
        let text = quoted(Paint::Plain, text);
        page.bounded(indent + 2, indent + 2, quote_lines(room), &[text]);
        if !log {
            page.paragraph(indent + 2, indent + 4, &[beside]);
        }
    }
}

/// As many lines as hold a text of the usual length.
fn quote_lines(room: usize) -> usize {
    (QUOTE / room.max(1)).max(QUOTE_LINES)
}

/// ` (in yamls/cluster/v1/nodes.yaml)`.
fn origin(entry: &str, room: usize) -> String {
    if entry.is_empty() {
        String::new()
    } else {
        format!(
            " (in {})",
            words::shorten(&neutral(entry), room.saturating_sub(6).max(20))
        )
    }
}

/// The part of a long text around what was captured; what decides may stand at its end.
fn around(text: &str, needle: Option<&str>, room: usize) -> String {
    let at = needle.and_then(|needle| text.find(needle)).unwrap_or(0);
    let before = text.get(..at).map_or(0, |head| head.chars().count());
    let all = text.chars().count();
    if all <= room || before < room / 2 {
        return text.to_owned();
    }
    let from = before
        .saturating_sub(room / 3)
        .min(all.saturating_sub(room));
    std::iter::once('…')
        .chain(text.chars().skip(from))
        .collect()
}

fn consequences(page: &mut Page, finding: &RankedFinding) {
    section(
        page,
        "What follows from it",
        !finding.consequences.is_empty(),
    );
    for consequence in finding.consequences.iter().take(CONSEQUENCES) {
        let mut spans = vec![
            span(Paint::Plain, format!("- {}", consequence.title)),
            quoted(Paint::Plain, format!(" ({}", consequence.signature)),
        ];
        let about = words::subjects(&consequence.subjects, SUBJECTS);
        if !about.is_empty() {
            spans.push(span(Paint::Plain, ", "));
            spans.extend(joined(Paint::Plain, &about, ", "));
        }
        if consequence.assumed {
            let text = "the link between was not collected and is assumed";
            spans.extend([span(Paint::Plain, "; "), span(Paint::Plain, text)]);
        }
        spans.push(span(Paint::Plain, ")"));
        page.paragraph(3, 5, &spans);
    }
    if finding.consequences.len() > CONSEQUENCES {
        let text = format!("and {} more", finding.consequences.len() - CONSEQUENCES);
        page.paragraph(3, 3, &[span(Paint::Faint, text)]);
    }
}

fn remediation(page: &mut Page, fix: &Remediation) {
    section(
        page,
        "What to do, in this order",
        !fix.steps.is_empty() || !fix.summary.is_empty(),
    );
    let first = fix.steps.first().map(|step| step.text.as_str());
    if !fix.summary.is_empty() && first != Some(&fix.summary) {
        page.paragraph(3, 3, &[span(Paint::Plain, &fix.summary)]);
    }
    for (number, one) in (1..).zip(&fix.steps) {
        step_body(page, number, one);
    }
    section(page, "How to see that it worked", !fix.verify.is_empty());
    for one in &fix.verify {
        check(page, 3, one);
    }
}

/// A step under its number.
pub(super) fn step_body(page: &mut Page, number: usize, step: &Step) {
    let mut spans = vec![span(Paint::Plain, format!("{number}. "))];
    spans.extend(step_head(step));
    if let Some(takes) = &step.takes {
        spans.push(span(Paint::Faint, format!(" (takes {takes})")));
    }
    page.paragraph(3, 6, &spans);
    if let Some(loses) = &step.loses {
        page.paragraph(
            6,
            6,
            &[span(Paint::Red, "Loses: "), quoted(Paint::Plain, loses)],
        );
    }
    if let Some(run) = &step.run {
        page.command(8, run);
    }
    if let Some(one) = &step.check {
        page.paragraph(6, 6, &[span(Paint::Plain, "then check:")]);
        check(page, 6, one);
    }
}

/// A command, and what it shows when all is well.
pub(super) fn check(page: &mut Page, indent: usize, check: &Check) {
    page.command(indent + 2, &check.run);
    if let Some(expect) = &check.expect {
        page.paragraph(
            indent + 4,
            indent + 4,
            &[span(Paint::Faint, "shows "), quoted(Paint::Plain, expect)],
        );
    }
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn what_was_captured_is_shown() {
        let text = format!("{}needle{}", "a".repeat(1000), "b".repeat(1000));
        let shown = around(&text, Some("needle"), 300);
        assert!(
            shown.starts_with('…')
                && shown
                    .chars()
                    .take(200)
                    .collect::<String>()
                    .contains("needle")
        );
        assert_eq!(around("short needle", Some("needle"), 300), "short needle");
        assert!(
            around(&format!("{}needle", "磁".repeat(1000)), Some("needle"), 300)
                .ends_with("needle")
        );
    }
}
