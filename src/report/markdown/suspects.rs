//! The suspects: where no cause is known, what a reader should see first.

use super::escape::{block, inline};
use super::finding::evidence_block;
use crate::rank::{EvidenceItem, Suspect};
use crate::report::spoken::Spoken;
use crate::report::text::{resemblance, seen};

/// Suspects in the first lines, and characters of what they quote there.
const FIRST: usize = 3;
const QUOTE: usize = 400;

/// The first few, for the top of the ticket: at most six lines each.
pub(super) fn first(spoken: Spoken, list: &[Suspect]) -> String {
    if list.is_empty() {
        return String::new();
    }
    let mut out = format!(
        "**{}**\n\n",
        spoken.say("Suspicious lines (not a diagnosis: read these first)")
    );
    for (number, one) in (1..).zip(list.iter().take(FIRST)) {
        out += &format!("{number}. {}\n", inline(&spoken.suspect(one)));
    }
    out.push('\n');
    if let Some(one) = list.first() {
        out += &evidence_block(spoken, &cut(&one.evidence));
        out.push('\n');
    }
    out
}

/// All of them, whole.
pub(super) fn suspects(spoken: Spoken, list: &[Suspect]) -> String {
    let mut out = String::new();
    for (number, one) in (1..).zip(list) {
        out += &format!("**{number}.** {}\n\n", inline(&spoken.suspect(one)));
        out += &evidence_block(spoken, &one.evidence);
        let mut said = vec![spoken.say(&seen(one))];
        said.extend(one.reasons.iter().map(|reason| inline(&spoken.say(reason))));
        out += &format!("\n{}\n\n", said.join("; "));
        if !one.depends.is_empty() {
            let depends: Vec<String> = one
                .depends
                .iter()
                .map(|clause| inline(&spoken.say(clause)))
                .collect();
            out += &format!("{}: {}\n\n", spoken.say("Affected"), depends.join("; "));
        }
        if !one.resembles.is_empty() {
            let like: Vec<String> = one.resembles.iter().map(resemblance).collect();
            let like: Vec<String> = like.iter().map(|one| inline(one)).collect();
            out += &format!("{}: {}\n\n", spoken.say("Resembles"), like.join("; "));
        }
        for step in &one.next {
            out += &format!("- {}\n", inline(&spoken.say(&step.text)));
            if let Some(run) = &step.run {
                out += &format!("\n{}\n", block("sh", run));
            }
        }
        out.push('\n');
    }
    out
}

fn cut(item: &EvidenceItem) -> EvidenceItem {
    let mut item = item.clone();
    let (EvidenceItem::Line { text, .. }
    | EvidenceItem::Object { text, .. }
    | EvidenceItem::Fact { text, .. }) = &mut item;
    *text = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(QUOTE)
        .collect();
    item
}
