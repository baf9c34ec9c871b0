//! What people see, at both widths, and what must hold at every width.

use unicode_width::UnicodeWidthStr;

use super::{DatabaseAge, TextOptions, write_text};
use crate::rank::{Diagnosis, Verdict};
use crate::report::sample::{evidence, map, quiet, rich};

fn text(diagnosis: &Diagnosis, options: &TextOptions) -> String {
    let mut out = Vec::new();
    write_text(diagnosis, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn options(width: usize) -> TextOptions {
    let knows = map(&[("harvester", "v1.2.9"), ("longhorn", "v1.6.0")]);
    let database = DatabaseAge {
        date: Some("2026-11-20".into()),
        days: Some(3),
        knows,
    };
    TextOptions {
        width,
        database,
        ..TextOptions::default()
    }
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(text(&rich(), &options(80)));
}

#[test]
fn at_200_columns() {
    insta::assert_snapshot!(text(&rich(), &options(200)));
}

#[test]
fn nothing_found() {
    insta::assert_snapshot!(text(&quiet(), &TextOptions::default()));
}

#[test]
fn symptoms_without_a_cause() {
    let mut diagnosis = rich();
    diagnosis.verdict = Verdict::SymptomsOnly;
    diagnosis.headline = "Node n1 is not Ready; its cause is not among what is known".into();
    diagnosis.causes.clear();
    diagnosis
        .symptoms
        .iter_mut()
        .for_each(|symptom| symptom.explained_by.clear());
    insta::assert_snapshot!(text(&diagnosis, &options(80)));
}

#[test]
fn nothing_steers_the_terminal() {
    let out = text(&rich(), &options(80));
    assert!(
        !out.chars().any(|c| c != '\n' && c.is_control()),
        "a control character got through"
    );
    assert!(!out.contains('\u{202e}'));
    let painted = text(
        &rich(),
        &TextOptions {
            color: true,
            ..options(80)
        },
    );
    let codes: Vec<&str> = painted
        .split('\x1b')
        .skip(1)
        .map(|rest| {
            rest.split_inclusive(|c: char| c.is_ascii_alphabetic())
                .next()
                .unwrap_or("")
        })
        .collect();
    assert!(
        codes.iter().all(|code| code.ends_with('m')),
        "only colours may be set: {codes:?}"
    );
}

#[test]
fn colours_change_nothing_else() {
    let plain = text(&rich(), &options(80));
    let painted = text(
        &rich(),
        &TextOptions {
            color: true,
            ..options(80)
        },
    );
    assert!(painted.len() > plain.len());
    let mut bare = String::new();
    let mut rest = painted.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let trimmed = |text: &str| {
        text.lines()
            .map(|line| line.trim_end().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(trimmed(&bare), trimmed(&plain));
}

#[test]
fn only_commands_are_wider_than_the_page() {
    let diagnosis = rich();
    let steps = diagnosis
        .causes
        .iter()
        .flat_map(|cause| &cause.remediation.steps)
        .filter_map(|step| step.run.clone());
    let collects = diagnosis
        .not_examined
        .iter()
        .filter_map(|one| one.collect.clone());
    let looks = diagnosis.suspects.iter().flat_map(|one| &one.next);
    let looks = looks.filter_map(|step| step.run.clone());
    let mut commands: Vec<String> = steps
        .chain(collects)
        .chain(looks)
        .flat_map(|run| run.lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    commands.extend(
        diagnosis
            .causes
            .iter()
            .flat_map(|cause| cause.references.clone()),
    );
    for width in [40, 60, 80, 120, 200] {
        let out = text(&diagnosis, &options(width));
        for line in out.lines().filter(|line| line.width() > width) {
            assert!(
                commands
                    .iter()
                    .any(|command| command == line.trim()
                        || line.trim().starts_with("bundlevet show ")),
                "at {width}: {line}"
            );
        }
        for command in &commands {
            assert!(
                out.lines().any(|line| line.trim() == command),
                "broken at {width}: {command}"
            );
        }
    }
}

#[test]
fn the_answer_is_on_the_first_screen() {
    let out = text(&rich(), &options(80));
    let screen: Vec<&str> = out.lines().take(24).collect();
    let screen = screen.join("\n");
    for expected in [
        "KNOWN CAUSE",
        "kernel/panic is 0",
        "CRITICAL, certain (97 %), ongoing since 2025-01-25 09:12Z",
        "sysctl -w kernel.panic=10",
        "Reported",
    ] {
        assert!(screen.contains(expected), "{expected} not in:\n{screen}");
    }
}

#[test]
fn without_a_cause_the_suspects_are_on_the_first_screen() {
    let mut diagnosis = rich();
    diagnosis.verdict = Verdict::NoKnownCause;
    diagnosis.headline = "no known cause: node n2 is not Ready (Unknown)".into();
    diagnosis.causes.clear();
    let out = text(&diagnosis, &options(80));
    let screen: Vec<&str> = out.lines().take(24).collect();
    let screen = screen.join("\n");
    for expected in [
        "Suspicious lines (not a diagnosis: read these first)",
        "1. k3s (node n2) says: no IPv6 address was found",
        "nodes/n2.zip/n2/logs/k3s.log:77",
        "journalctl -u k3s",
    ] {
        assert!(screen.contains(expected), "{expected} not in:\n{screen}");
    }
}

#[test]
fn top_leaves_out_and_says_so() {
    let out = text(
        &rich(),
        &TextOptions {
            top: Some(1),
            ..options(80)
        },
    );
    assert!(
        out.contains("1 cause left out by --top") && out.contains("1 symptom left out by --top")
    );
    assert!(
        !out.contains("2. A certificate <script>alert(1)</script> of rancher has expired\n   HIGH")
    );
}

#[test]
fn a_node_whose_logs_end_early_says_so() {
    let mut diagnosis = rich();
    diagnosis.inputs[0].nodes[1].coverage = Some((
        "2025-01-18T04:11:00Z".parse().unwrap(),
        "2025-01-22T04:11:00Z".parse().unwrap(),
    ));
    for width in [80, 200] {
        let out = text(&diagnosis, &options(width));
        assert!(out.contains("ends 3d 5h early"), "{out}");
    }
}

#[test]
fn of_many_nodes_the_broken_ones_are_shown() {
    let mut diagnosis = rich();
    let well = diagnosis.inputs[0].nodes[1].clone();
    diagnosis.inputs[0].nodes.splice(
        0..0,
        (0..100).map(|i| crate::rank::NodeSummary {
            name: format!("w{i}"),
            ..well.clone()
        }),
    );
    let out = text(&diagnosis, &options(80));
    assert!(
        out.contains("and 91 more, all Ready") && out.contains("\nn1 ") && out.contains("\nn3.a-"),
        "{out}"
    );
}

#[test]
fn timeline() {
    let mut out = Vec::new();
    super::write_timeline(&rich(), &options(80), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(!out.contains('\u{1b}'));
    insta::assert_snapshot!(out);
}

#[test]
fn inventory() {
    let mut out = Vec::new();
    super::write_inventory(&evidence(), &rich(), true, &options(80), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(!out.contains('\u{1b}'));
    insta::assert_snapshot!(out);
}
