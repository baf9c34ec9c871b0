//! One finding, whole: why we think so, the evidence, what to do, how to see that it worked.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::escape::{block, code, inline, prose};
use crate::rank::{Check, EvidenceItem, RankedFinding, Remediation, Step};
use crate::report::spoken::{Spoken, is_link};
use crate::report::text::words;

/// Pieces of evidence, subjects and consequences that are shown.
const QUOTED: usize = 6;
const SUBJECTS: usize = 8;
const CONSEQUENCES: usize = 8;
/// Characters of one quoted text.
const QUOTE: usize = 2_000;

/// `**critical**, certain (97 %), ongoing since 2025-01-25 09:12Z`.
pub(super) fn badge(spoken: Spoken, finding: &RankedFinding) -> String {
    format!(
        "**{}**, {}, {}",
        spoken.severity(finding.severity),
        spoken.sure(finding.sure, finding.confidence),
        spoken.state(finding)
    )
}

/// Everything below the title.
pub(super) fn details(spoken: Spoken, finding: &RankedFinding) -> String {
    let mut out = format!("{}, {}", badge(spoken, finding), code(&finding.signature));
    if !finding.subjects.is_empty() {
        out += &format!(
            ", {}",
            inline(&spoken.subjects(&finding.subjects, SUBJECTS))
        );
    }
    out.push_str("\n\n");
    if let Some(seen) = spoken.seen(finding) {
        out += &format!("{}: {seen}\n\n", spoken.say("Seen"));
    }
    paragraphs(&finding.explanation, &mut out);
    let reasons: Vec<String> = finding
        .reasons
        .iter()
        .map(|reason| inline(&spoken.say(reason)))
        .collect();
    list(&spoken.say("Why we think so"), &reasons, &mut out);
    evidence(spoken, &finding.evidence, &mut out);
    consequences(spoken, finding, &mut out);
    remediation(spoken, &finding.remediation, &mut out);
    if let Some(prevention) = &finding.prevention {
        heading(&spoken.say("How to prevent it"), &mut out);
        paragraphs(prevention, &mut out);
    }
    let links: Vec<String> = finding
        .references
        .iter()
        .map(|one| {
            if is_link(one) {
                format!("<{one}>")
            } else {
                code(one)
            }
        })
        .collect();
    list(&spoken.say("References"), &links, &mut out);
    out
}

fn heading(title: &str, out: &mut String) {
    out.push_str(&format!("**{title}**\n\n"));
}

/// Items that are Markdown already.
pub(super) fn list(title: &str, items: &[String], out: &mut String) {
    if items.is_empty() {
        return;
    }
    heading(title, out);
    for item in items {
        out.push_str(&format!("- {item}\n"));
    }
    out.push('\n');
}

fn paragraphs(text: &str, out: &mut String) {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        out.push_str(&format!("{}\n\n", prose(line.trim())));
    }
}

fn evidence(spoken: Spoken, list: &[EvidenceItem], out: &mut String) {
    if list.is_empty() {
        return;
    }
    heading(&spoken.say("Evidence"), out);
    let mut places = BTreeSet::new();
    // One line may stand for several sets of captures.
    let distinct = list.iter().filter(|item| match item {
        EvidenceItem::Line { entry, line, .. } => places.insert((entry, line)),
        EvidenceItem::Object { .. } | EvidenceItem::Fact { .. } => true,
    });
    let distinct: Vec<&EvidenceItem> = distinct.collect();
    for item in distinct.iter().take(QUOTED) {
        out.push_str(&evidence_block(spoken, item));
        out.push('\n');
    }
    if distinct.len() > QUOTED {
        out.push_str(&format!("{}\n\n", spoken.and_more(distinct.len() - QUOTED)));
    }
}

/// Where it stands, and below it the text in a block.
pub(super) fn evidence_block(spoken: Spoken, item: &EvidenceItem) -> String {
    let (place, text): (String, Cow<'_, str>) = match item {
        EvidenceItem::Line {
            entry,
            line,
            time,
            text,
            ..
        } => {
            let time = time.map_or_else(String::new, |time| format!(" {}", words::second(time)));
            let place = format!("{}{time}", code(&format!("{entry}:{line}")));
            (place, text.into())
        }
        EvidenceItem::Object {
            object,
            path,
            text,
            entry,
            ..
        } => (
            format!(
                "{}{}",
                code(&format!("{object} {path}")),
                within(spoken, entry)
            ),
            text.into(),
        ),
        EvidenceItem::Fact {
            fact,
            node,
            text,
            entry,
        } => {
            let node = node.as_deref().map_or_else(String::new, |node| {
                format!(" {}", spoken.fill("on {node}", &[("node", &code(node))]))
            });
            (
                format!("{}{node}{}", code(fact), within(spoken, entry)),
                spoken.fact(fact, text),
            )
        }
    };
    let text: String = text.chars().take(QUOTE).collect();
    format!("{place}\n\n{}", block("text", &text))
}

fn within(spoken: Spoken, entry: &str) -> String {
    if entry.is_empty() {
        return String::new();
    }
    format!(" {}", spoken.fill("in {entry}", &[("entry", &code(entry))]))
}

fn consequences(spoken: Spoken, finding: &RankedFinding, out: &mut String) {
    let mut items: Vec<String> = Vec::new();
    for one in finding.consequences.iter().take(CONSEQUENCES) {
        let mut text = format!("{} ({}", inline(&one.title), code(&one.signature));
        if !one.subjects.is_empty() {
            text += &format!(", {}", inline(&spoken.subjects(&one.subjects, SUBJECTS)));
        }
        if one.assumed {
            text += &format!(
                "; {}",
                spoken.say("the link between was not collected and is assumed")
            );
        }
        items.push(text + ")");
    }
    if finding.consequences.len() > CONSEQUENCES {
        items.push(spoken.and_more(finding.consequences.len() - CONSEQUENCES));
    }
    list(&spoken.say("What follows from it"), &items, out);
}

fn remediation(spoken: Spoken, fix: &Remediation, out: &mut String) {
    if !fix.steps.is_empty() || !fix.summary.is_empty() {
        heading(&spoken.say("What to do, in this order"), out);
    }
    let first = fix.steps.first().map(|step| step.text.as_str());
    if !fix.summary.is_empty() && first != Some(&fix.summary) {
        paragraphs(&fix.summary, out);
    }
    for (number, one) in (1..).zip(&fix.steps) {
        step(spoken, number, one, out);
    }
    if !fix.verify.is_empty() {
        heading(&spoken.say("How to see that it worked"), out);
    }
    for one in &fix.verify {
        check(spoken, one, out);
    }
}

/// No list: a command inside one would have to be indented, which pasting destroys.
fn step(spoken: Spoken, number: usize, step: &Step, out: &mut String) {
    let risk = spoken.risk(step.risk).to_uppercase();
    let place = spoken
        .place(step)
        .map_or_else(String::new, |place| format!(" {}:", inline(&place)));
    let takes = step.takes.as_deref().map_or_else(String::new, |takes| {
        format!(
            " ({})",
            spoken.fill("takes {time}", &[("time", &inline(takes))])
        )
    });
    out.push_str(&format!(
        "**{number}. [{risk}]**{place} {}{takes}\n\n",
        prose(&step.text)
    ));
    if let Some(loses) = &step.loses {
        out.push_str(&format!(
            "**{}** {}\n\n",
            spoken.say("Loses:"),
            prose(loses)
        ));
    }
    if let Some(run) = &step.run {
        out.push_str(&block("sh", run));
        out.push('\n');
    }
    if let Some(one) = &step.check {
        out.push_str(&format!("{}\n\n", spoken.say("then check:")));
        check(spoken, one, out);
    }
}

fn check(spoken: Spoken, check: &Check, out: &mut String) {
    out.push_str(&block("sh", &check.run));
    out.push('\n');
    if let Some(expect) = &check.expect {
        out.push_str(&format!(
            "{}\n\n",
            spoken.fill("shows {what}", &[("what", &code(expect))])
        ));
    }
}
