//! What stands below the causes: symptoms, upgrade, etcd, nodes, what stands out, what is missing, what was broken.

use super::Section;
use super::escape::{block, cell_code, code, inline};
use super::finding::{badge, details, list};
use super::suspects::suspects;
use crate::rank::{Diagnosis, EtcdView, NotExamined, RankedFinding, Unusual, UpgradeView};
use crate::report::spoken::Spoken;
use crate::report::text::words;

/// Items of a list that is long only in hostile or hopeless bundles.
const LISTED: usize = 20;
/// Signatures named beside something that was not examined.
const SIGNATURES: usize = 4;

pub(super) fn sections(spoken: Spoken, diagnosis: &Diagnosis) -> Vec<Section> {
    let mut all = Vec::new();
    all.push(Section::new(
        spoken.say("Suspicious lines"),
        suspects(spoken, &diagnosis.suspects),
    ));
    let (open, explained): (Vec<_>, Vec<_>) = diagnosis
        .symptoms
        .iter()
        .partition(|one| one.explained_by.is_empty());
    for symptom in open {
        let title = format!(
            "{}: {}",
            spoken.say("Symptom that no known cause explains"),
            symptom.title
        );
        all.push(Section::new(title, details(spoken, symptom)));
    }
    all.push(Section::new(
        spoken.say("Symptoms that the causes above explain"),
        explained_list(spoken, &explained),
    ));
    if let Some(view) = &diagnosis.upgrade {
        all.push(Section::new(
            format!("{} {}", spoken.say("Upgrade"), view.name),
            upgrade(spoken, view),
        ));
    }
    for view in &diagnosis.etcd {
        let title = match &view.cluster {
            Some(cluster) => format!("etcd ({cluster})"),
            None => "etcd".to_owned(),
        };
        all.push(Section::new(title, etcd(spoken, view)));
    }
    all.push(Section::new(spoken.say("Nodes"), nodes(spoken, diagnosis)));
    all.push(Section::new(
        spoken.say("Unusual (not a diagnosis: what stands out)"),
        unusual(spoken, &diagnosis.unusual),
    ));
    let checked: Vec<String> = diagnosis
        .checked
        .iter()
        .map(|one| format!("- {}\n", inline(&spoken.say(one))))
        .collect();
    all.push(Section::new(
        spoken.say("Checked and fine"),
        checked.concat(),
    ));
    all.push(Section::new(
        spoken.say("Not examined, and what to ask for"),
        missing(spoken, &diagnosis.not_examined),
    ));
    let problems = diagnosis.problems.iter().take(LISTED);
    let mut problems: String = problems
        .map(|one| {
            format!(
                "- {}: {}\n",
                code(&one.entry),
                inline(&spoken.say(&one.error))
            )
        })
        .collect();
    more(spoken, diagnosis.problems.len(), &mut problems);
    all.push(Section::new(
        spoken.say("Problems with the input (not with the cluster)"),
        problems,
    ));
    all
}

fn more(spoken: Spoken, all: usize, out: &mut String) {
    if all > LISTED {
        out.push_str(&format!("- {}\n", spoken.and_more(all - LISTED)));
    }
}

fn explained_list(spoken: Spoken, list: &[&RankedFinding]) -> String {
    let mut out = String::new();
    for symptom in list.iter().take(LISTED) {
        let by: Vec<String> = symptom.explained_by.iter().map(|id| code(id)).collect();
        let by = spoken.fill("explained by {ids}", &[("ids", &by.join(", "))]);
        out.push_str(&format!(
            "- {}: {}, {by}\n",
            inline(&symptom.title),
            badge(spoken, symptom)
        ));
    }
    more(spoken, list.len(), &mut out);
    out
}

/// Rows of cells that are Markdown already; a cell holds no line breaks because everything foreign is neutral.
fn table(header: &[String], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let rule: Vec<String> = header.iter().map(|_| "---".to_owned()).collect();
    let mut out = line(header) + &line(&rule);
    rows.iter().for_each(|row| out += &line(row));
    out + "\n"
}

fn cell(text: Option<&str>) -> String {
    text.filter(|text| !text.is_empty())
        .map_or_else(|| "-".to_owned(), inline)
}

fn upgrade(spoken: Spoken, view: &UpgradeView) -> String {
    let mut out = String::new();
    let say = |word: &str| spoken.say(word);
    if let Some(to) = &view.to {
        let from = view.from.as_deref().unwrap_or("?");
        out += &format!(
            "{}\n\n",
            spoken.fill(
                "From {from} to {to}",
                &[("from", &inline(from)), ("to", &inline(to))]
            )
        );
    }
    let mut said = view
        .state
        .as_deref()
        .map_or_else(|| say("no state"), inline);
    if let Some(phase) = &view.phase {
        said += &format!(
            "; {}",
            spoken.fill(
                "the first phase that is not done is {phase}",
                &[("phase", &inline(phase))]
            )
        );
    }
    out += &format!("{said}\n\n");
    let rows: Vec<Vec<String>> = view
        .conditions
        .iter()
        .map(|one| {
            let said = [one.reason.as_deref(), one.message.as_deref()];
            let said: Vec<&str> = said
                .into_iter()
                .flatten()
                .filter(|part| !part.is_empty())
                .collect();
            let since = one.since.map(words::minute);
            vec![
                inline(&one.name),
                cell(one.status.as_deref()),
                cell(since.as_deref()),
                cell(Some(&said.join(", "))),
            ]
        })
        .collect();
    out += &table(
        &[say("Phase"), say("Status"), say("Since"), say("Says")],
        &rows,
    );
    let rows: Vec<Vec<String>> = view
        .nodes
        .iter()
        .map(|node| {
            let waits = waits_for(spoken, node);
            vec![
                cell_code(&node.name),
                cell(node.state.as_deref()),
                cell(node.ready.as_deref()),
                cell(node.kubelet_version.as_deref()),
                cell(Some(&waits)),
            ]
        })
        .collect();
    if !rows.is_empty() {
        out += &table(
            &[
                say("Node"),
                say("State"),
                say("Ready"),
                "kubelet".to_owned(),
                say("Waits for"),
            ],
            &rows,
        );
    }
    let named: Vec<(&str, &[String])> = vec![
        (
            "Under way at once, each in the other's way",
            if view.blocking.len() > 1 {
                &view.blocking
            } else {
                &[]
            },
        ),
        ("Did not complete before", &view.restarts),
        ("Jobs that have not succeeded", &view.jobs),
    ];
    for (title, names) in named {
        let names: Vec<String> = names.iter().take(LISTED).map(|name| inline(name)).collect();
        list(&spoken.say(title), &names, &mut out);
    }
    for line in &view.waiting_for {
        let place = code(&format!("{}:{}", line.entry, line.line));
        let times = spoken.fill(
            "{times} at its end",
            &[("times", &spoken.times(line.count))],
        );
        out += &format!("{place}, {times}\n\n{}\n", block("text", &line.text));
    }
    if let Some(next) = &view.next {
        out += &format!("{}\n", inline(&spoken.say(next)));
    }
    out
}

/// What an upgrading node waits for, in one line.
fn waits_for(spoken: Spoken, node: &crate::rank::UpgradeNode) -> String {
    let mut waits: Vec<String> = Vec::new();
    for hook in &node.hooks_waiting {
        waits.push(spoken.fill("an answer to {hook}", &[("hook", hook)]));
    }
    if let Some(os) = &node.pending_os {
        waits.push(spoken.fill("a reboot into {os}", &[("os", os)]));
    }
    waits.extend(node.says.clone());
    if node.cordoned {
        waits.push(spoken.say("cordoned"));
    }
    waits.join("; ")
}

fn etcd(spoken: Spoken, view: &EtcdView) -> String {
    let mut out = format!("{}\n\n", inline(&spoken.say(&view.text)));
    if let Some(caution) = &view.caution {
        out += &format!("**{}**\n\n", inline(&spoken.say(caution)));
    }
    let alarms: Vec<String> = view.alarms.iter().map(|one| inline(one)).collect();
    list(&spoken.say("Alarms"), &alarms, &mut out);
    let slow: Vec<String> = view.slow.iter().map(|one| inline(one)).collect();
    list(&spoken.say("Slow"), &slow, &mut out);
    if let Some(snapshots) = &view.snapshots {
        out += &format!("{}: {}\n\n", spoken.say("Snapshots"), inline(snapshots));
    }
    let rows: Vec<Vec<String>> = view
        .members
        .iter()
        .map(|member| {
            let role = words::etcd_role(member);
            let healthy = match member.healthy {
                Some(true) => spoken.say("yes"),
                Some(false) => spoken.say("no"),
                None => "-".to_owned(),
            };
            let size = member.db_size.map(words::bytes);
            vec![
                cell_code(&member.name),
                cell(member.node.as_deref()),
                spoken.say(role),
                healthy,
                cell(size.as_deref()),
                cell(member.errors.as_deref()),
            ]
        })
        .collect();
    let head = ["Member", "Node", "Role", "Healthy", "Size", "Says"].map(|word| spoken.say(word));
    if !rows.is_empty() {
        out += &table(&head, &rows);
    }
    out
}

fn nodes(spoken: Spoken, diagnosis: &Diagnosis) -> String {
    let all = diagnosis.inputs.iter().flat_map(|input| &input.nodes);
    let rows: Vec<Vec<String>> = all
        .take(100)
        .map(|node| {
            let logs = node
                .coverage
                .map(|(from, to)| format!("{} – {}", words::minute(from), words::minute(to)));
            vec![
                cell_code(&node.name),
                cell(Some(&node.roles.join(", "))),
                cell(node.ready.as_deref()),
                cell(node.kubelet_version.as_deref()),
                cell(node.os_image.as_deref()),
                logs.unwrap_or_else(|| spoken.say("none")),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let head = [
        spoken.say("Node"),
        spoken.say("Roles"),
        spoken.say("Ready"),
        "kubelet".to_owned(),
        spoken.say("OS"),
        spoken.say("Logs"),
    ];
    table(&head, &rows)
}

fn unusual(spoken: Spoken, list: &[Unusual]) -> String {
    let mut out = String::new();
    for one in list.iter().take(LISTED) {
        let text = format!("{}: {}", code(&one.entry), inline(&spoken.stands_out(one)));
        let sample: String = one.sample.chars().take(400).collect();
        out += &format!("{text}\n\n{}\n", block("text", &sample));
    }
    more(spoken, list.len(), &mut out);
    out
}

fn missing(spoken: Spoken, list: &[NotExamined]) -> String {
    let mut out = String::new();
    for one in list.iter().take(LISTED) {
        out += &format!(
            "**{}**: {}\n\n",
            inline(&spoken.say(&one.what)),
            inline(&spoken.say(&one.because))
        );
        if !one.signatures.is_empty() {
            let mut ids: Vec<String> = one
                .signatures
                .iter()
                .take(SIGNATURES)
                .map(|id| code(id))
                .collect();
            if one.signatures.len() > SIGNATURES {
                ids.push(spoken.and_more(one.signatures.len() - SIGNATURES));
            }
            out += &format!(
                "{}\n\n",
                spoken.fill(
                    "could not be looked for: {ids}",
                    &[("ids", &ids.join(", "))]
                )
            );
        }
        if let Some(collect) = &one.collect {
            out += &block("sh", collect);
            out.push('\n');
        }
    }
    more(spoken, list.len(), &mut out);
    out
}
