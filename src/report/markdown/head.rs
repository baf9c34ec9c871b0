//! The first lines: the verdict, what to do first, the decisive line, what fails, what was read.

use super::escape::{block, cell_code, code, inline, prose};
use super::finding::{badge, evidence_block};
use crate::rank::{Diagnosis, EvidenceItem, InputSummary, NodeSummary, RankedFinding, Verdict};
use crate::report::spoken::Spoken;
use crate::report::text::{besides_from, failing_besides, headline, same_problem, unproven, words};
use crate::report::words::input_kind;

/// Causes, failures and inputs that are named, and lines of the first command.
const CAUSES: usize = 3;
const FAILING: usize = 3;
const INPUTS: usize = 1;
const COMMAND: usize = 4;
/// Characters of a sentence; of one log line.
const SENTENCE: usize = 400;

/// The first lines, of which there are at most 40.
pub(super) fn head(spoken: Spoken, diagnosis: &Diagnosis) -> String {
    let mut out = format!(
        "## {}: {}\n\n",
        spoken.verdict(diagnosis.verdict),
        inline(&cut(&spoken.say(headline(diagnosis))))
    );
    causes(spoken, diagnosis, &mut out);
    if diagnosis.verdict == Verdict::SymptomsOnly {
        let text = spoken.say(unproven(diagnosis));
        out.push_str(&format!("{text}\n\n"));
    }
    if let Some(first) = diagnosis.causes.first()
        && diagnosis.verdict == Verdict::KnownCause
    {
        first_step(spoken, first, &mut out);
        decisive(spoken, first, &mut out);
    }
    if diagnosis.verdict != Verdict::KnownCause {
        out.push_str(&super::suspects::first(spoken, &diagnosis.suspects));
    }
    failing(spoken, failing_besides(diagnosis), &mut out);
    facts(spoken, diagnosis, &mut out);
    out
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SENTENCE {
        return text.to_owned();
    }
    text.chars().take(SENTENCE).chain(['…']).collect()
}

fn causes(spoken: Spoken, diagnosis: &Diagnosis, out: &mut String) {
    match diagnosis.causes.as_slice() {
        [] => {}
        [one] => out.push_str(&format!("{}\n\n", badge(spoken, one))),
        several => {
            let besides = besides_from(diagnosis);
            for (number, cause) in (1..).zip(several.iter().take(CAUSES)) {
                let title = inline(&cut(&cause.title));
                let same = same_problem(diagnosis, number)
                    .map(|same| spoken.fill("same problem as {n}", &[("n", &same)]))
                    .map_or_else(String::new, |same| format!(", {same}"));
                if besides == Some(number - 1) {
                    out.push_str(&format!("\n{}\n\n", spoken.say("Also found")));
                }
                out.push_str(&format!(
                    "{number}. {title}: {}{same}\n",
                    badge(spoken, cause)
                ));
            }
            if several.len() > CAUSES {
                out.push_str(&format!("\n{}\n", spoken.and_more(several.len() - CAUSES)));
            }
            out.push('\n');
        }
    }
}

fn first_step(spoken: Spoken, cause: &RankedFinding, out: &mut String) {
    let Some(step) = cause.remediation.steps.first() else {
        return;
    };
    let place = spoken
        .place(step)
        .map_or_else(String::new, |place| format!(" {}:", inline(&place)));
    out.push_str(&format!(
        "**{}** ({}){place} {}\n\n",
        spoken.say("Do first"),
        spoken.risk(step.risk),
        prose(&cut(&step.text))
    ));
    if let Some(run) = &step.run {
        let lines: Vec<&str> = run.trim_end().lines().take(COMMAND).collect();
        out.push_str(&block("sh", &lines.join("\n")));
        if run.trim_end().lines().count() > COMMAND {
            out.push_str(&format!(
                "{}\n",
                spoken.say("The rest of the command stands below.")
            ));
        }
        out.push('\n');
    }
}

fn decisive(spoken: Spoken, cause: &RankedFinding, out: &mut String) {
    let Some(item) = cause.evidence.first() else {
        return;
    };
    let mut item = item.clone();
    // one line here, whatever a panic brings; the whole stands below
    let (EvidenceItem::Line { text, .. }
    | EvidenceItem::Object { text, .. }
    | EvidenceItem::Fact { text, .. }) = &mut item;
    *text = cut(text.lines().next().unwrap_or_default());
    out.push_str(&format!("**{}** ", spoken.say("Evidence")));
    out.push_str(&evidence_block(spoken, &item));
    out.push('\n');
}

fn failing(spoken: Spoken, failing: &[String], out: &mut String) {
    if failing.is_empty() {
        return;
    }
    out.push_str(&format!(
        "**{}**\n\n",
        spoken.say("Failing at the time of collection")
    ));
    for clause in failing.iter().take(FAILING) {
        out.push_str(&format!("- {}\n", inline(&cut(&spoken.say(clause)))));
    }
    if failing.len() > FAILING {
        out.push_str(&format!("- {}\n", spoken.and_more(failing.len() - FAILING)));
    }
    out.push('\n');
}

/// What was read, as a table of two columns.
fn facts(spoken: Spoken, diagnosis: &Diagnosis, out: &mut String) {
    let mut rows: Vec<(String, String)> = Vec::new();
    for input in diagnosis.inputs.iter().take(INPUTS) {
        rows.push((spoken.say("Input"), about(spoken, input)));
        if !input.products.is_empty() {
            let list: Vec<String> = input
                .products
                .iter()
                .map(|(name, version)| format!("{name} {version}"))
                .collect();
            rows.push((spoken.say("Products"), inline(&cut(&list.join(", ")))));
        }
    }
    if diagnosis.inputs.len() > INPUTS {
        rows.push((
            spoken.say("Inputs"),
            spoken.and_more(diagnosis.inputs.len() - INPUTS),
        ));
    }
    let nodes: Vec<&NodeSummary> = diagnosis
        .inputs
        .iter()
        .flat_map(|input| &input.nodes)
        .collect();
    if !nodes.is_empty() {
        rows.push((spoken.say("Nodes"), node_names(spoken, &nodes)));
    }
    let scanned = &diagnosis.scanned;
    let read = spoken.fill(
        "{entries} entries, {bytes}, {lines} lines; {problems} problems, {missing} not examined",
        &[
            ("entries", &words::count(scanned.entries)),
            ("bytes", &words::bytes(scanned.bytes)),
            ("lines", &words::count(scanned.lines)),
            ("problems", &diagnosis.problems.len()),
            ("missing", &diagnosis.not_examined.len()),
        ],
    );
    rows.push((spoken.say("Read"), read));
    let tool = spoken.fill(
        "bundlevet {version}, {n} signatures",
        &[
            ("version", &env!("CARGO_PKG_VERSION")),
            ("n", &diagnosis.signatures),
        ],
    );
    rows.push((spoken.say("Tool"), tool));
    let mut rows = rows.into_iter();
    if let Some((head, value)) = rows.next() {
        out.push_str(&format!("| {head} | {value} |\n| --- | --- |\n"));
    }
    for (name, value) in rows {
        out.push_str(&format!("| {name} | {value} |\n"));
    }
}

fn about(spoken: Spoken, input: &InputSummary) -> String {
    let mut text = format!(
        "{} ({})",
        cell_code(&cut(&input.path)),
        spoken.say(input_kind(input.kind))
    );
    if let Some(time) = input.collected_at {
        text += &format!(
            ", {}",
            spoken.fill("collected {time}", &[("time", &words::minute(time))])
        );
    }
    if let Some((from, to)) = input.time_range {
        let (from, to) = (words::minute(from), words::minute(to));
        text += &format!(
            ", {}",
            spoken.fill("logs from {from} to {to}", &[("from", &from), ("to", &to)])
        );
    }
    text
}

/// How many nodes, and those that are not Ready.
fn node_names(spoken: Spoken, nodes: &[&NodeSummary]) -> String {
    let bad = nodes
        .iter()
        .filter(|node| node.ready.as_deref().is_some_and(|ready| ready != "True"));
    let bad: Vec<String> = bad
        .map(|node| code(&node.name).replace('|', "\\|"))
        .collect();
    let count = spoken.counted(nodes.len(), "1 node", "{n} nodes");
    if bad.is_empty() {
        return count;
    }
    let mut names = bad.iter().take(8).cloned().collect::<Vec<_>>().join(", ");
    if bad.len() > 8 {
        names += &format!(", {}", spoken.and_more(bad.len() - 8));
    }
    format!(
        "{count}; {}",
        spoken.fill("not Ready: {names}", &[("names", &names)])
    )
}
