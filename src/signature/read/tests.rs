//! Signature files into the model, and every problem of a broken one with its line.

use proptest::prelude::*;

use super::*;
use crate::signature::{Given, Join, Source, node};

fn read(yaml: &str) -> Read {
    signature(
        "kubelet/sample",
        "signatures/kubelet/sample.yaml",
        &node::parse(yaml).unwrap(),
        false,
    )
}

fn good(yaml: &str) -> Signature {
    let read = read(yaml);
    assert!(read.problems.is_empty(), "{:#?}", read.problems);
    read.signature.unwrap()
}

const SHORT: &str = r#"
title: 'kubelet will not start on <node>: <key> is <have>'
kind: cause
severity: critical
sure: certain
programs: [kubelet, rke2]
affects: harvester >=1.4.0 <1.4.3
match:
  - 'invalid kernel flag: <key>, expected value: <want>, actual value: <have>'
  - {regex: 'kernel (?P<key>[a-z]+) is bad'}
not: ['"Invalid kernel flag" flag=']
at-least: 3
within: 10m
then: {log: 'Stopped kubelet process', within: 5m}
leads-to: [kubelet-down]
fix:
  - safe: Set it now
    run: sysctl -w <key|sysctl>=<want>
    if: not harvester
  - destructive: Start anew
    loses: everything
check: {run: 'sysctl -n <key|sysctl>', expect: <want>}
tests:
  - hit: 'invalid kernel flag: kernel/panic, expected value: 10, actual value: 0'
    expect: {key: kernel/panic, want: "10", have: 0}
  - quiet: all is well
"#;

#[test]
fn the_short_form() {
    let s = good(SHORT);
    assert_eq!(s.parts.len(), 2);
    assert_eq!(
        (s.parts[0].name.as_str(), s.parts[1].name.as_str()),
        ("match", "match.then")
    );
    assert_eq!(s.parts[0].patterns().len(), 2);
    assert_eq!(s.parts[0].not.len(), 1);
    assert_eq!(s.parts[0].time.at_least, Some(3));
    let then = s.parts[0].time.then.as_ref().unwrap();
    assert_eq!(
        (then.part, then.within),
        (1, Some(jiff::SignedDuration::from_mins(5)))
    );
    assert_eq!(s.condition.all, [0]);
    assert!(s.fix[0].only_if[0].negated);
    assert_eq!(s.fix[1].risk.word(), "destructive");
    assert_eq!(s.check.len(), 1);
    assert_eq!(s.tests[0].expect.captures["have"], "0");
    assert!(matches!(&s.tests[1].given, Given::Quiet(lines) if lines == &["all is well"]));
    assert_eq!(s.component(), "kubelet");
}

const LONG: &str = r#"
title: Upgrade waits on <stuck>
kind: symptom
class: upgrade-stuck
severity: high
sure: likely
scope: cluster
subject: {upgrade: <name>}
find:
  waiting: {object: Upgrade.harvesterhci.io, where: {status.nodeStatuses.<stuck>.state: Pre-draining}}
  no_leader: {log: ['etcdserver: no leader', 'lost leader <id> at term'], programs: [etcd], then: down}
  down: {log: 'prober detected unhealthy status'}
  flags: {fact: sysctl.vm.overcommit_memory, where: {not: "1"}}
all: [waiting, no_leader]
more: [{down: "a peer is down"}]
if-missing: {flags: possible}
window: 15m
join: <stuck>
tests:
  - name: joined
    logs: {etcd@n1: "one\ntwo"}
    objects: [{apiVersion: v1, kind: Node, metadata: {name: n1}}]
    facts: [{fact: sysctl.kernel.panic, node: n1, value: "0"}]
    collected: [Node, Volume.longhorn.io]
    products: {harvester: v1.4.1}
    expect: {match: true, sure: likely, subject: {node: n1}}
"#;

#[test]
fn the_long_form() {
    let read = read(LONG);
    let codes: Vec<_> = read.problems.iter().map(|p| p.code).collect();
    assert_eq!(codes, [Code::UnusedPart], "{:#?}", read.problems);
    let s = read.signature.unwrap();
    assert_eq!(s.class, Some(Class::UpgradeStuck));
    assert_eq!(s.condition.all, [0, 1]);
    assert_eq!(s.condition.more[0].part, 2);
    assert_eq!(s.condition.if_missing, [(3, Sureness::Possible)]);
    assert_eq!(s.condition.join, Join::Capture("stuck".to_owned()));
    assert_eq!(s.parts[1].time.then.as_ref().unwrap().part, 2);
    assert!(s.parts[1].programs.contains(Program::Etcd) && !s.parts[1].programs.is_all());
    assert!(matches!(s.parts[3].source, Source::Fact(_)));
    let Given::Case(case) = &s.tests[0].given else {
        panic!()
    };
    assert_eq!(case.logs[0].lines, ["one", "two"]);
    assert_eq!(case.collected[1].group, "longhorn.io");
    assert_eq!(s.tests[0].expect.matches, Some(true));
}

#[test]
fn every_problem_is_said_with_its_line() {
    let yaml = "\
titel: x
kind: caus
severity: critical
sure: certain
programs: [kublet]
match: ['<node>', 'fine words here']
class: x
leads-to: [kubelet-dwn]
within: 5
fix:
  - destructive: now
  - safe: a
    destructive: b
tests:
  - hit: x
    part: nowhere
";
    let said: Vec<_> = read(yaml)
        .problems
        .iter()
        .map(|p| (p.line, p.code))
        .collect();
    for want in [
        (1, Code::UnknownKey),
        (0, Code::MissingKey),
        (2, Code::UnknownWord),
        (5, Code::UnknownProgram),
        (6, Code::BadPattern),
        (7, Code::KeyOrder),
        (8, Code::UnknownClass),
        (9, Code::BadDuration),
        (11, Code::NoLoss),
        (12, Code::MissingKey),
        (16, Code::DeadReference),
    ] {
        assert!(said.contains(&want), "{want:?} not in {said:#?}");
    }
}

#[test]
fn ids_are_component_and_slug() {
    assert!(is_id("kubelet/invalid-kernel-flag"));
    for bad in ["kubelet", "Kubelet/x", "a/b/c", "a/", "/b", "a/-b", "../x"] {
        assert!(!is_id(bad), "{bad}");
    }
}

proptest! {
    /// Values of any type at any known key: problems, never a panic.
    #[test]
    fn any_tree_is_read(keys in prop::collection::vec((prop::sample::select(KEYS), value()), 0..12)) {
        let mut seen = Vec::new();
        let yaml: String = keys
            .iter()
            .filter(|(key, _)| !seen.contains(key) && { seen.push(key); true })
            .map(|(key, value)| format!("{key}: {value}\n"))
            .collect();
        if let Ok(tree) = node::parse(&yaml) {
            signature("a/b", "f", &tree, false);
            translation("f", &tree);
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("10m".to_owned()),
        Just("certain".to_owned()),
        Just("3".to_owned()),
        Just("true".to_owned()),
        Just("~".to_owned()),
        Just("'lost leader <id> at'".to_owned()),
        Just("'<'".to_owned()),
    ];
    let names = prop::sample::select(vec![
        "log", "object", "fact", "where", "then", "within", "a", "b", "safe", "run", "hit",
        "quiet", "logs", "expect", "regex", "fields", "block", "has", "part",
    ]);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(", "))),
            prop::collection::btree_map(names.clone(), inner, 0..4).prop_map(|map| {
                let entries: Vec<_> = map.iter().map(|(k, v)| format!("{k}: {v}")).collect();
                format!("{{{}}}", entries.join(", "))
            }),
        ]
    })
}
