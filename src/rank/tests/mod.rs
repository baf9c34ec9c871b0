//! The rows of the ranking table, each with evidence made by hand.

mod follows;
mod shown;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::bundle::InputKind;
use crate::bundle::Program::{Etcd, Kubelet, Rancher, Rke2};
use crate::evidence::Evidence;
use crate::finding::build::{self, *};
use crate::finding::evaluate;
use crate::signature::{
    Class, Database, Requirement, Risk, Severity, Signature, Sureness, VersionRange,
};

fn input(description: Option<&str>) -> InputSummary {
    InputSummary {
        path: "bundle.zip".to_owned(),
        kind: InputKind::Harvester,
        collected_at: Some(at(600)),
        time_range: None,
        description: description.map(str::to_owned),
        products: BTreeMap::new(),
        nodes: Vec::new(),
    }
}

fn run(database: &Database, evidence: &Evidence) -> Diagnosis {
    run_with(database, evidence, input(None))
}

fn run_with(database: &Database, evidence: &Evidence, input: InputSummary) -> Diagnosis {
    let inputs = vec![input];
    let findings = evaluate(database, evidence, &context(&inputs));
    diagnose(database, evidence, findings, inputs)
}

fn ids(list: &[RankedFinding]) -> Vec<&str> {
    list.iter().map(|f| f.signature.as_str()).collect()
}

fn kubelet_down() -> Vec<Signature> {
    vec![
        cause("kubelet/flag").leads_to(&[Class::KubeletDown]),
        symptom("kubelet/down", Class::KubeletDown).leads_to(&[Class::NodeNotReady]),
        symptom("node/not-ready", Class::NodeNotReady),
    ]
}

#[test]
fn consequences_are_folded_below_their_cause() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n1", Kubelet)
            .hit(&db, "kubelet/flag", 0, &[], &[500, 599])
            .hit(&db, "kubelet/down", 0, &[], &[501, 598]),
        log("n1", Etcd).hit(&db, "node/not-ready", 0, &[], &[510, 600]),
        log("n2", Etcd).hit(&db, "node/not-ready", 0, &[], &[510, 600]),
    ]);
    let d = run(&db, &e);
    assert_eq!(d.verdict, Verdict::KnownCause);
    assert_eq!(
        d.headline,
        "kubelet/flag on n1 (certain, ongoing since 2025-01-25 18:20 UTC)"
    );
    let folded: Vec<_> = d.causes[0]
        .consequences
        .iter()
        .map(|c| (c.signature.as_str(), c.assumed, c.subjects.len()))
        .collect();
    // n2 is another node: what is seen where its cause sits must agree in place
    assert_eq!(
        folded,
        [("kubelet/down", false, 1), ("node/not-ready", false, 1)]
    );
    assert_eq!(d.symptoms[0].explained_by, ["kubelet/flag"]);
}

#[test]
fn a_missing_link_is_assumed() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "kubelet/flag", 0, &[], &[500, 599]),
        log("n1", Etcd).hit(&db, "node/not-ready", 0, &[], &[510, 600]),
    ]);
    let d = run(&db, &e);
    assert!(d.causes[0].consequences[0].assumed);
}

#[test]
fn a_link_that_was_looked_for_and_not_seen_is_no_link() {
    let mut signatures = kubelet_down();
    let down = signatures.iter_mut().find(|s| s.id == "kubelet/down");
    down.unwrap().parts[0].programs = Rke2.into();
    let db = database(signatures);
    let with = |more: Vec<crate::finding::build::Log>| {
        let mut logs = vec![
            log("n1", Kubelet).hit(&db, "kubelet/flag", 0, &[], &[500, 599]),
            log("n1", Etcd).hit(&db, "node/not-ready", 0, &[], &[510, 600]),
        ];
        logs.extend(more);
        let d = run(&db, &evidence(logs));
        let folded = d.causes[0].consequences.iter().map(|c| c.assumed);
        folded.collect::<Vec<bool>>()
    };
    assert_eq!(with(Vec::new()), [true]);
    // another node's log, and one that does not cover the time, say nothing of it
    assert_eq!(with(vec![log("n2", Rke2)]), [true]);
    assert_eq!(with(vec![log("n1", Rke2).covers(0, 400)]), [true]);
    assert_eq!(with(vec![log("n1", Rke2)]), [false; 0]);
}

#[test]
fn a_cause_that_reaches_a_failure_outranks_a_surer_one_that_reaches_none() {
    let db = database(vec![
        cause("a/certain"),
        cause("b/likely")
            .sure(Sureness::Likely)
            .leads_to(&[Class::NodeNotReady]),
    ]);
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/certain", 0, &[], &[1, 599]),
        log("n1", Etcd).hit(&db, "b/likely", 0, &[], &[500, 599]),
    ]);
    assert_eq!(ids(&run(&db, &e).causes), ["a/certain", "b/likely"]);
    let e = with_object(e, node("n1", "False", 510));
    let d = run(&db, &e);
    assert_eq!(ids(&d.causes), ["b/likely", "a/certain"]);
    // the other node is not what b explains
    let elsewhere = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/certain", 0, &[], &[1, 599]),
        log("n1", Etcd).hit(&db, "b/likely", 0, &[], &[500, 599]),
    ]);
    let elsewhere = with_object(elsewhere, node("n9", "False", 510));
    assert_eq!(ids(&run(&db, &elsewhere).causes), ["a/certain", "b/likely"]);
}

#[test]
fn the_reporters_words_are_an_anchor() {
    let db = database(vec![
        cause("a/other"),
        cause("b/upgrade").leads_to(&[Class::UpgradeStuck]),
    ]);
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/other", 0, &[], &[1, 599]),
        log("n1", Etcd).hit(&db, "b/upgrade", 0, &[], &[500, 599]),
    ]);
    let words = input(Some("Upgrade is stuck"));
    assert_eq!(
        ids(&run_with(&db, &e, words).causes),
        ["b/upgrade", "a/other"]
    );
}

#[test]
fn sureness_then_onset_then_id() {
    let db = database(vec![
        cause("a/late"),
        cause("b/early"),
        cause("c/likely").sure(Sureness::Likely),
        cause("d/untimed"),
    ]);
    let e = evidence(vec![
        log("n1", Kubelet)
            .hit(&db, "a/late", 0, &[], &[50, 599])
            .hit_line(&db, "b/early", 0, &[], &[40, 599], 10)
            .hit_line(&db, "c/likely", 0, &[], &[1, 599], 20),
        log("n2", Kubelet)
            .untimed()
            .hit(&db, "d/untimed", 0, &[], &[]),
    ]);
    let d = run(&db, &e);
    assert_eq!(
        ids(&d.causes),
        ["b/early", "a/late", "d/untimed", "c/likely"]
    );
    assert!(
        d.headline
            .starts_with("4 independent problems: b/early on n1 ")
    );
}

#[test]
fn ended_causes_come_below_ongoing_ones_and_alone_they_are_the_past() {
    let db = database(vec![
        cause("a/ended"),
        cause("b/ongoing").sure(Sureness::Likely),
    ]);
    let ended = || log("n1", Kubelet).hit(&db, "a/ended", 0, &[], &[10, 20]);
    let e = evidence(vec![
        ended(),
        log("n1", Etcd).hit(&db, "b/ongoing", 0, &[], &[500, 599]),
    ]);
    let d = run(&db, &e);
    assert_eq!(ids(&d.causes), ["b/ongoing", "a/ended"]);
    let d = run(&db, &evidence(vec![ended()]));
    assert_eq!(d.verdict, Verdict::Healthy);
    assert_eq!(
        d.headline,
        "nothing is wrong now; past problem: a/ended on n1 (certain, ended, last seen 2025-01-25 10:20 UTC)"
    );
}

#[test]
fn a_cause_is_as_alive_as_what_follows_from_it() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n1", Etcd).hit(&db, "kubelet/flag", 0, &[], &[100]),
        log("n1", Kubelet).hit(&db, "kubelet/down", 0, &[], &[101, 599]),
    ]);
    let d = run(&db, &e);
    assert_eq!(d.causes[0].state, State::Ongoing);
    assert_eq!(d.verdict, Verdict::KnownCause);
}

#[test]
fn what_was_over_before_the_cause_began_does_not_follow() {
    let db = database(kubelet_down());
    let e = evidence(vec![
        log("n1", Kubelet)
            .hit(&db, "kubelet/flag", 0, &[], &[500, 599])
            .hit_line(&db, "kubelet/down", 0, &[], &[20, 100], 30),
    ]);
    let d = run(&db, &e);
    assert_eq!(d.causes[0].consequences, []);
    // unless the log of the cause begins too late to tell
    let e = evidence(vec![
        log("n1", Kubelet)
            .covers(495, 600)
            .hit(&db, "kubelet/flag", 0, &[], &[500, 599]),
        log("n1", Etcd).hit(&db, "kubelet/down", 0, &[], &[20, 598]),
    ]);
    assert_eq!(run(&db, &e).causes[0].consequences.len(), 1);
}

#[test]
fn without_times_place_alone_holds_an_edge() {
    let db = database(kubelet_down());
    let e = |node: &str| {
        evidence(vec![
            log("n1", Kubelet)
                .untimed()
                .hit(&db, "kubelet/flag", 0, &[], &[]),
            log(node, Etcd)
                .untimed()
                .hit(&db, "kubelet/down", 0, &[], &[]),
        ])
    };
    let d = run(&db, &e("n1"));
    assert_eq!(d.causes[0].consequences.len(), 1);
    assert!(d.headline.contains("no times in the log"), "{}", d.headline);
    assert_eq!(run(&db, &e("n2")).causes[0].consequences, []);
}

#[test]
fn one_line_shared_by_two_possible_causes_is_no_known_cause() {
    let db = database(vec![
        cause("a/one").sure(Sureness::Possible),
        cause("b/two").sure(Sureness::Possible),
    ]);
    let shared =
        log("n1", Kubelet)
            .hit(&db, "a/one", 0, &[], &[599])
            .hit(&db, "b/two", 0, &[], &[599]);
    let d = run(&db, &evidence(vec![shared]));
    assert_eq!(d.verdict, Verdict::SymptomsOnly);
    assert_eq!(
        d.headline,
        "2 causes share the same evidence and cannot be told apart: a/one on n1; b/two on n1"
    );
    assert!(d.causes.iter().all(|cause| cause.confidence < 0.3));
}

#[test]
fn symptoms_without_a_cause() {
    let mut signatures = kubelet_down();
    signatures[0] = cause("kubelet/flag")
        .with_part("more", Rancher)
        .leads_to(&[Class::KubeletDown]);
    let db = database(signatures);
    let e = evidence(vec![log("n1", Etcd).hit(
        &db,
        "kubelet/down",
        0,
        &[],
        &[1, 599],
    )]);
    let d = run(&db, &e);
    assert_eq!(d.verdict, Verdict::SymptomsOnly);
    assert_eq!(
        d.headline,
        "symptoms without a known cause: kubelet/down on n1"
    );
    assert_eq!(d.not_examined[0].what, "logs of rancher");
    assert_eq!(d.not_examined[0].signatures, ["kubelet/flag"]);
}

#[test]
fn nothing_known_nothing_wrong_nothing_there() {
    let db = database(kubelet_down());
    let quiet = evidence(vec![log("n1", Kubelet)]);
    let d = run(&db, &quiet);
    assert_eq!(
        (d.verdict, d.headline.as_str()),
        (Verdict::Healthy, "nothing known is wrong")
    );
    let broken = with_object(quiet, node("n1", "Unknown", 300));
    let d = run(&db, &broken);
    assert_eq!(d.verdict, Verdict::NoKnownCause);
    assert_eq!(d.headline, "no known cause: node n1 is not Ready (Unknown)");
    assert_eq!(
        run(&db, &Evidence::default()).verdict,
        Verdict::NotExaminable
    );
    let minor = database(vec![Signature {
        severity: Severity::Low,
        ..cause("a/low")
    }]);
    let e = evidence(vec![log("n1", Kubelet).hit(
        &minor,
        "a/low",
        0,
        &[],
        &[599],
    )]);
    assert_eq!(run(&minor, &e).verdict, Verdict::Healthy);
}

#[test]
fn two_causes_of_one_failure_are_one_problem() {
    let db = database(vec![
        cause("a/one").leads_to(&[Class::NodeNotReady]),
        cause("b/two").leads_to(&[Class::NodeNotReady]),
        cause("c/other"),
    ]);
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/one", 0, &[], &[10, 599]),
        log("n1", Etcd).hit(&db, "b/two", 0, &[], &[30, 599]),
        log("n1", Rancher).hit(&db, "c/other", 0, &[], &[20, 599]),
    ]);
    let d = run(&db, &with_object(e, node("n1", "False", 40)));
    assert_eq!(ids(&d.causes), ["a/one", "b/two", "c/other"]);
    assert!(
        d.headline
            .starts_with("2 independent problems: a/one on n1 ")
    );
    assert!(d.headline.contains("; c/other on n1 "), "{}", d.headline);
}

/// Two causes, each of which stands on the line of a symptom that the other leads to.
fn circle(first: i64, second: i64) -> Diagnosis {
    let db = database(vec![
        cause("a/disk").leads_to(&[Class::EtcdDown]),
        cause("b/etcd").leads_to(&[Class::DiskFull]),
        symptom("c/slow", Class::EtcdDown),
        symptom("d/full", Class::DiskFull),
    ]);
    let e = evidence(vec![
        log("n1", Kubelet)
            .hit(&db, "a/disk", 0, &[], &[first, 599])
            .hit(&db, "d/full", 0, &[], &[first, 599]),
        log("n1", Etcd)
            .hit(&db, "b/etcd", 0, &[], &[second, 599])
            .hit(&db, "c/slow", 0, &[], &[second, 599]),
    ]);
    run(&db, &e)
}

#[test]
fn causes_that_feed_each_other_are_one_problem_and_the_first_leads() {
    let d = circle(500, 497);
    assert_eq!(ids(&d.causes), ["b/etcd", "a/disk"]);
    assert!(!d.headline.contains("independent"), "{}", d.headline);
    let says = |d: &Diagnosis, text: &str| d.causes[0].reasons.iter().any(|r| r == text);
    assert!(says(&d, "brings about a/disk"), "{:?}", d.causes[0].reasons);
    let d = circle(500, 500);
    assert_eq!(ids(&d.causes), ["a/disk", "b/etcd"]);
    let start_here = "this and b/etcd feed each other and began together: start here";
    assert!(says(&d, start_here), "{:?}", d.causes[0].reasons);
}

#[test]
fn an_equally_sure_rival_on_the_same_line_proves_nothing() {
    let db = database(vec![
        cause("a/one").sure(Sureness::Likely),
        cause("b/two").sure(Sureness::Likely),
        cause("c/three"),
    ]);
    let two = || {
        log("n1", Kubelet)
            .hit(&db, "a/one", 0, &[], &[599])
            .hit(&db, "b/two", 0, &[], &[599])
    };
    let d = run(&db, &evidence(vec![two()]));
    assert_eq!(d.verdict, Verdict::SymptomsOnly);
    let d = run(
        &db,
        &evidence(vec![two().hit(&db, "c/three", 0, &[], &[599])]),
    );
    assert_eq!(ids(&d.causes), ["c/three", "a/one", "b/two"]);
    assert_eq!(d.verdict, Verdict::KnownCause);
}

proptest! {
    #[test]
    fn unrelated_noise_never_changes_the_first_cause(
        minutes in proptest::collection::vec(0i64..600, 1..6),
        node in 2u8..5,
    ) {
        let mut signatures = kubelet_down();
        signatures.push(symptom("x/harmless", Class::HelmFailed));
        signatures.push(cause("x/guess").sure(Sureness::Possible));
        let db = database(signatures);
        let base = || vec![
            log("n1", Kubelet).hit(&db, "kubelet/flag", 0, &[], &[500, 599]),
            log("n1", Etcd).hit(&db, "kubelet/down", 0, &[], &[510, 600]),
        ];
        let quiet = run(&db, &evidence(base()));
        let mut noisy = base();
        noisy.push(log(&format!("n{node}"), Rancher)
            .hit(&db, "x/harmless", 0, &[], &minutes)
            .hit(&db, "x/guess", 0, &[], &minutes));
        let noisy = run(&db, &evidence(noisy));
        prop_assert_eq!(&quiet.causes[0], &noisy.causes[0]);
        prop_assert_eq!(quiet.verdict, noisy.verdict);
    }
}
