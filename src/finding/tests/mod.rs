//! One signature at a time over evidence made by hand.

mod properties;
mod sources;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::build::*;
use super::*;
use crate::bundle::Program::{self, Etcd, Kubelet, Rancher};
use crate::evidence::Evidence;
use crate::signature::{
    Class, Database, Join, Kind, Scope, Severity, Signature, Sureness, Then, TimeConstraints,
    VersionRange,
};

fn run(database: &Database, evidence: &Evidence) -> Vec<Finding> {
    evaluate(database, evidence, &Context::default())
}

fn only(database: &Database, evidence: &Evidence) -> Finding {
    let mut findings = run(database, evidence);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    findings.remove(0)
}

#[test]
fn a_match_on_two_nodes_is_one_finding_with_two_subjects() {
    let db = database(vec![cause("a/x")]);
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/x", 0, &[("key", "a")], &[590, 598]),
        log("n2", Kubelet).hit(&db, "a/x", 0, &[("key", "b")], &[599]),
        log("n3", Kubelet),
    ]);
    let found = only(&db, &e);
    let subjects: Vec<_> = found.cases.iter().map(|c| c.subject.clone()).collect();
    assert_eq!(subjects, [Subject::node("n1"), Subject::node("n2")]);
    assert_eq!(found.count, 3);
    assert_eq!(found.span, Some((at(590), at(599))));
    assert_eq!(found.state, State::Ongoing);
    assert_eq!(
        found.cases[0].captures,
        [captures(&[("key", "a"), ("node", "n1")])]
    );
}

#[test]
fn noise_is_never_a_finding() {
    let mut noise = cause("a/noise");
    noise.kind = Kind::Noise;
    let db = database(vec![noise]);
    let e = evidence(vec![log("n1", Kubelet).hit(&db, "a/noise", 0, &[], &[1])]);
    assert_eq!(run(&db, &e), []);
}

#[test]
fn at_least_counts_inside_the_window() {
    let time = TimeConstraints {
        at_least: Some(3),
        within: Some(SignedDuration::from_mins(10)),
        ..TimeConstraints::default()
    };
    let db = database(vec![cause("a/x").time(0, time)]);
    let hits = |minutes: &[i64]| evidence(vec![log("n1", Etcd).hit(&db, "a/x", 0, &[], minutes)]);
    assert_eq!(run(&db, &hits(&[0, 9, 20, 29])), []);
    assert_eq!(run(&db, &hits(&[0, 20, 25, 29])).len(), 1);
    assert_eq!(run(&db, &hits(&[20, 25])), []);
}

#[test]
fn then_wants_the_order() {
    let time = TimeConstraints {
        then: Some(Then {
            part: 1,
            within: Some(SignedDuration::from_mins(5)),
        }),
        ..TimeConstraints::default()
    };
    let db = database(vec![
        cause("a/x").with_part("match.then", Etcd).time(0, time),
    ]);
    let hits = |first: &[i64], second: &[i64]| {
        let log = log("n1", Etcd).hit(&db, "a/x", 0, &[], first);
        evidence(vec![log.hit(&db, "a/x", 1, &[], second)])
    };
    assert_eq!(run(&db, &hits(&[10], &[12])).len(), 1);
    assert_eq!(run(&db, &hits(&[10], &[16])), []);
    assert_eq!(run(&db, &hits(&[10], &[5])), []);
}

#[test]
fn without_times_the_lines_of_one_file_give_the_order() {
    let then = Then {
        part: 1,
        within: None,
    };
    let time = TimeConstraints {
        then: Some(then),
        ..TimeConstraints::default()
    };
    let db = database(vec![
        cause("a/x").with_part("match.then", Etcd).time(0, time),
    ]);
    let hits = |first: u64, second: u64| {
        let log = log("n1", Etcd).untimed();
        let log = log.hit_line(&db, "a/x", 0, &[], &[], first);
        evidence(vec![log.hit_line(&db, "a/x", 1, &[], &[], second)])
    };
    assert_eq!(run(&db, &hits(3, 8)).len(), 1);
    assert_eq!(run(&db, &hits(8, 3)), []);
}

#[test]
fn persists_lasts_and_at_end() {
    let min = SignedDuration::from_mins(10);
    let with = |time: TimeConstraints| database(vec![cause("a/x").time(0, time)]);
    let persists = with(TimeConstraints {
        persists: Some(min),
        ..TimeConstraints::default()
    });
    let hits = |db: &Database, minutes: &[i64]| {
        evidence(vec![log("n1", Etcd).starts(&[0, 100]).hit(
            db,
            "a/x",
            0,
            &[],
            minutes,
        )])
    };
    assert_eq!(run(&persists, &hits(&persists, &[101, 105])), []);
    assert_eq!(run(&persists, &hits(&persists, &[101, 110])).len(), 1);
    let lasts = with(TimeConstraints {
        lasts: Some(min),
        ..TimeConstraints::default()
    });
    assert_eq!(run(&lasts, &hits(&lasts, &[101, 105])), []);
    assert_eq!(run(&lasts, &hits(&lasts, &[101, 111])).len(), 1);
    let at_end = with(TimeConstraints {
        at_end: true,
        ..TimeConstraints::default()
    });
    assert_eq!(run(&at_end, &hits(&at_end, &[101])), []);
    assert_eq!(run(&at_end, &hits(&at_end, &[595])).len(), 1);
}

#[test]
fn the_last_lines_of_a_log_without_times_are_its_end() {
    let at_end = TimeConstraints {
        at_end: true,
        ..TimeConstraints::default()
    };
    let db = database(vec![cause("a/x").time(0, at_end)]);
    let sure = |line: u64| {
        let log = log("n1", Etcd).untimed();
        let evidence = evidence(vec![log.hit_line(&db, "a/x", 0, &[], &[], line)]);
        only(&db, &evidence).sure
    };
    assert_eq!(sure(990), Sureness::Certain);
    assert_eq!(
        sure(500),
        Sureness::Possible,
        "nobody knows what came of it"
    );
    let log = log("n1", Etcd).untimed().previous();
    let gone = evidence(vec![log.hit_line(&db, "a/x", 0, &[], &[], 990)]);
    assert_eq!(only(&db, &gone).sure, Sureness::Possible, "it went on");
}

#[test]
fn previous_only_reads_previous_instances() {
    let time = TimeConstraints {
        previous: true,
        ..TimeConstraints::default()
    };
    let db = database(vec![cause("a/x").time(0, time)]);
    let current = log("n1", Rancher).pod("cattle-system", "rancher-0", "rancher");
    let e = evidence(vec![current.hit(&db, "a/x", 0, &[], &[5])]);
    assert_eq!(run(&db, &e), []);
    let previous = log("n1", Rancher)
        .pod("cattle-system", "rancher-0", "rancher")
        .previous();
    let e = evidence(vec![
        previous.covers(0, 100).hit(&db, "a/x", 0, &[], &[100]),
        log("n1", Rancher)
            .pod("cattle-system", "rancher-0", "rancher")
            .covers(100, 600),
    ]);
    let found = only(&db, &e);
    assert_eq!(found.state, State::Unknown, "it may crash again");
}

fn joined(join: Join) -> Signature {
    let mut signature = cause("a/x")
        .sure(Sureness::Likely)
        .with_part("second", Etcd);
    signature.scope = Some(Scope::Cluster);
    signature.condition.all = vec![0, 1];
    signature.condition.join = join;
    signature
}

#[test]
fn captures_of_one_name_must_agree() {
    let db = database(vec![joined(Join::Captures)]);
    let e = |peer: &str| {
        evidence(vec![
            log("n1", Kubelet).hit(&db, "a/x", 0, &[("peer", "p1")], &[5]),
            log("n2", Etcd).hit(&db, "a/x", 1, &[("peer", peer)], &[6]),
        ])
    };
    assert_eq!(run(&db, &e("p1")).len(), 1);
    assert_eq!(run(&db, &e("p2")), []);
}

/// A line of one cluster and a line of another are no combination.
#[test]
fn what_is_of_two_clusters_is_not_joined() {
    let db = database(vec![joined(Join::Captures)]);
    let e = |second: &str| {
        let mut e = evidence(vec![
            log("n1", Kubelet).hit(&db, "a/x", 0, &[("peer", "p1")], &[5]),
            log("w1", Etcd).hit(&db, "a/x", 1, &[("peer", "p1")], &[6]),
        ]);
        e.entries[1].entry.input = 1;
        e = with_object(e, node("n1", "True", 0));
        for read in &mut e.entries[2..] {
            read.entry.path = "a/nodes.yaml".to_owned();
        }
        e = with_object(e, node(second, "True", 0));
        for read in &mut e.entries[3..] {
            read.entry.input = 1;
        }
        e.inputs = vec!["a.zip".to_owned(), "b.zip".to_owned()];
        e
    };
    assert_eq!(run(&db, &e("n1")).len(), 1);
    assert_eq!(run(&db, &e("w1")), []);
}

#[test]
fn joined_by_node_and_inside_one_window() {
    let db = database(vec![joined(Join::Node)]);
    let e = |node: &str, minute: i64| {
        evidence(vec![
            log("n1", Kubelet).hit(&db, "a/x", 0, &[("id", "1")], &[5]),
            log(node, Etcd).hit(&db, "a/x", 1, &[("id", "2")], &[minute]),
        ])
    };
    // captures differ, but only the node has to agree
    assert_eq!(run(&db, &e("n1", 6)).len(), 1);
    assert_eq!(run(&db, &e("n2", 6)), []);
    assert_eq!(run(&db, &e("n1", 66)), [], "the default window is one hour");
}

fn weighed() -> Signature {
    let mut signature = cause("a/x")
        .sure(Sureness::Possible)
        .with_part("peer", Etcd)
        .with_part("rival", Rancher);
    signature.scope = Some(Scope::Cluster);
    signature.condition.more = vec![weight(1)];
    signature
}

#[test]
fn only_independent_sources_make_surer() {
    let db = database(vec![weighed()]);
    let same = evidence(vec![log("n1", Etcd).hit(&db, "a/x", 0, &[], &[5]).hit(
        &db,
        "a/x",
        1,
        &[],
        &[5, 6, 7, 8],
    )]);
    let found = only(&db, &same);
    assert_eq!(found.sure, Sureness::Possible);
    let other = evidence(vec![
        log("n1", Etcd).hit(&db, "a/x", 0, &[], &[5]),
        log("n2", Etcd).hit(&db, "a/x", 1, &[], &[5]),
    ]);
    let found = only(&db, &other);
    assert_eq!(found.sure, Sureness::Likely);
    let reasons = &found.cases[0].reasons;
    assert!(
        reasons.iter().any(|r| r == "1 line in nodes/n2/etcd.log"),
        "{reasons:?}"
    );
}

#[test]
fn a_part_can_be_worth_less_than_the_signature() {
    let mut signature = cause("a/x").with_part("vague", Etcd);
    signature.parts[1].sure = Some(Sureness::Possible);
    signature.condition.all = Vec::new();
    signature.condition.any = vec![0, 1];
    let db = database(vec![signature]);
    let seen = |parts: &[u16]| {
        let one = |log: Log, part: &u16| log.hit(&db, "a/x", *part, &[], &[598]);
        evidence(vec![parts.iter().fold(log("n1", Etcd), one)])
    };
    assert_eq!(only(&db, &seen(&[1])).sure, Sureness::Possible);
    assert_eq!(only(&db, &seen(&[0])).sure, Sureness::Certain);
    assert_eq!(only(&db, &seen(&[0, 1])).sure, Sureness::Certain);
}

#[test]
fn rivals_make_less_sure_present_or_not_collected() {
    let mut signature = weighed().sure(Sureness::Certain);
    signature.condition.less = vec![weight(2)];
    let db = database(vec![signature]);
    let base = || log("n1", Etcd).hit(&db, "a/x", 0, &[], &[5]);
    let ruled_out = evidence(vec![base(), log("n2", Rancher)]);
    assert_eq!(only(&db, &ruled_out).sure, Sureness::Certain);
    let present = evidence(vec![
        base(),
        log("n2", Rancher).hit(&db, "a/x", 2, &[], &[5]),
    ]);
    assert_eq!(only(&db, &present).sure, Sureness::Likely);
    let absent = evidence(vec![base()]);
    assert_eq!(only(&db, &absent).sure, Sureness::Likely);
}

#[test]
fn without_forbids_and_if_missing_caps() {
    let mut signature = weighed().sure(Sureness::Certain);
    signature.condition.more = Vec::new();
    signature.condition.without = vec![2];
    signature.condition.if_missing = vec![(1, Sureness::Possible)];
    let db = database(vec![signature]);
    let base = || log("n1", Kubelet).hit(&db, "a/x", 0, &[], &[5]);
    let rival = log("n2", Rancher).hit(&db, "a/x", 2, &[], &[5]);
    assert_eq!(run(&db, &evidence(vec![base(), rival])), []);
    let whole = evidence(vec![base(), log("n2", Rancher), log("n2", Etcd)]);
    assert_eq!(only(&db, &whole).sure, Sureness::Certain);
    let no_etcd = evidence(vec![base(), log("n2", Rancher)]);
    let found = only(&db, &no_etcd);
    assert_eq!(found.sure, Sureness::Possible);
    let reasons = found.cases[0].reasons.join("\n");
    assert!(
        reasons.contains("at most possible: logs of etcd not collected"),
        "{reasons}"
    );
}

#[test]
fn versions_cap_and_each_node_has_its_own() {
    let mut signature = cause("a/x");
    signature.affects = vec![VersionRange::parse("rke2 <1.28").unwrap()];
    let db = database(vec![signature]);
    let e = evidence(vec![
        log("n1", Kubelet).hit(&db, "a/x", 0, &[], &[5]),
        log("n2", Kubelet).hit(&db, "a/x", 0, &[], &[5]),
    ]);
    let rke2 =
        |version: &str| std::collections::BTreeMap::from([("rke2".to_owned(), version.to_owned())]);
    let context = Context {
        products: rke2("v1.27.13+rke2r1"),
        node_products: [("n2".to_owned(), rke2("v1.28.12+rke2r1"))].into(),
        ..Context::default()
    };
    let found = evaluate(&db, &e, &context).remove(0);
    assert_eq!(found.cases[0].sure, Sureness::Certain);
    assert_eq!(found.cases[1].sure, Sureness::Possible);
    let reason = found.cases[1].reasons.last().unwrap();
    assert!(
        reason.contains("rke2 v1.28.12+rke2r1 is found here"),
        "{reason}"
    );
}

#[test]
fn start_up_noise_of_symptoms() {
    let db = database(vec![symptom("a/x", Class::ApiDown)]);
    let e = |starts: &[i64], end: i64, minutes: &[i64]| {
        evidence(vec![log("n1", Kubelet).covers(0, end).starts(starts).hit(
            &db,
            "a/x",
            0,
            &[],
            minutes,
        )])
    };
    assert_eq!(run(&db, &e(&[10], 600, &[10, 11])), [], "it recovered");
    assert_eq!(only(&db, &e(&[10], 600, &[11, 300])).sure, Sureness::Likely);
    let crashing = only(&db, &e(&[10, 20, 30], 31, &[11, 21, 31]));
    assert_eq!(crashing.state, State::Ongoing);
    assert_eq!(crashing.sure, Sureness::Possible);
    let untimed = evidence(vec![log("n1", Kubelet).untimed().hit(
        &db,
        "a/x",
        0,
        &[],
        &[],
    )]);
    assert_eq!(only(&db, &untimed).sure, Sureness::Possible);
}

#[test]
fn states() {
    let db = database(vec![cause("a/x")]);
    let state = |log: build::Log| only(&db, &evidence(vec![log])).state;
    let hit = |log: build::Log, minute: i64| log.hit(&db, "a/x", 0, &[], &[minute]);
    assert_eq!(state(hit(log("n1", Etcd), 300)), State::Ended);
    assert_eq!(state(hit(log("n1", Etcd), 595)), State::Ongoing);
    // the program exited: its log just stops
    assert_eq!(
        state(hit(log("n1", Etcd).covers(0, 300), 300)),
        State::Ongoing
    );
    let untimed = log("n1", Etcd).untimed().hit(&db, "a/x", 0, &[], &[]);
    assert_eq!(state(untimed), State::Unknown);
    let once = database(vec![cause("a/x").time(
        0,
        TimeConstraints {
            once: true,
            ..TimeConstraints::default()
        },
    )]);
    let e = evidence(vec![log("n1", Etcd).hit(&once, "a/x", 0, &[], &[10])]);
    assert_eq!(only(&once, &e).state, State::Once);
}

#[test]
fn a_signature_accounts_for_itself() {
    let mut signature = weighed();
    signature.condition.all = vec![0, 1];
    let db = database(vec![signature]);
    let e = evidence(vec![log("n1", Kubelet).hit(&db, "a/x", 0, &[], &[5])]);
    let account = why(&db, &e, &Context::default(), "a/x").unwrap();
    let statuses: Vec<_> = account.parts.iter().map(|part| part.status).collect();
    use Status::{Held, NotCollected};
    assert_eq!(statuses, [Held, NotCollected, NotCollected]);
    assert_eq!(account.outcome, "could not be examined: peer not collected");
    assert_eq!(account.parts[0].text, "1 line in nodes/n1/kubelet.log");
    assert!(why(&db, &e, &Context::default(), "a/y").is_none());
}
