//! Queries over objects and facts: paths, tests, captures, three-valued answers.

use serde_json::{Value, json};

use super::*;
use crate::evidence::ObjectKey;
use crate::evidence::objects::{ObjectLimits, Wanted};

fn evidence(objects: Value) -> Evidence {
    let entry = crate::bundle::Entry {
        input: 0,
        path: "objects.json".to_owned(),
        size: None,
        modified: None,
        kind: crate::bundle::EntryKind::Objects,
        origin: crate::bundle::Origin::default(),
    };
    let text = objects.to_string();
    let read = crate::evidence::objects::read(
        0,
        &entry,
        &mut text.as_bytes(),
        &Wanted::default(),
        &ObjectLimits::default(),
    );
    assert_eq!(read.problems, []);
    let mut evidence = Evidence::default();
    for object in read.objects {
        evidence.collected.insert(object.key.clone());
        evidence
            .objects
            .entry(object.key.clone())
            .or_default()
            .push(object);
    }
    evidence
}

fn ask(evidence: &Evidence, query: Value) -> Selection<Selected<'_>> {
    let query = Query::parse(&query).unwrap_or_else(|problems| panic!("{problems:?}"));
    select(&query, evidence, "2025-01-02T12:00:00Z".parse().ok())
}

fn holds(evidence: &Evidence, query: Value) -> bool {
    matches!(ask(evidence, query), Selection::Holds(_))
}

fn captures(selected: &Selected<'_>) -> String {
    let shown: Vec<String> = selected
        .captures
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect();
    shown.join(" ")
}

fn upgrade() -> Evidence {
    evidence(json!([{
        "apiVersion": "harvesterhci.io/v1beta1", "kind": "Upgrade",
        "metadata": {"name": "hvst-upgrade-x", "namespace": "harvester-system",
            "labels": {"harvesterhci.io/upgradeState": "UpgradingNodes"}, "creationTimestamp": "2025-01-02T10:00:00Z"},
        "status": {
            "conditions": [{"type": "Completed", "status": "Unknown"},
                {"type": "NodesUpgraded", "status": "False", "reason": "node n2 failed", "lastUpdateTime": "2025-01-02T11:55:00Z"}],
            "nodeStatuses": {"n1": {"state": "Succeeded"}, "n2": {"state": "Pre-draining", "reason": "x"},
                "n3": {"state": "Pre-draining"}},
            "previousVersion": "v1.3.1", "size": "10Gi",
        },
    }]))
}

#[test]
fn a_placeholder_in_a_path_selects_once_per_key() {
    let evidence = upgrade();
    let query = json!({"object": "Upgrade.harvesterhci.io",
        "where": {"status.nodeStatuses.<stuck>.state": "Pre-draining"}});
    let found = ask(&evidence, query).found();
    let shown: Vec<String> = found.iter().map(captures).collect();
    assert_eq!(
        shown,
        [
            "name=hvst-upgrade-x namespace=harvester-system stuck=n2",
            "name=hvst-upgrade-x namespace=harvester-system stuck=n3"
        ]
    );
    let quoted = found
        .first()
        .and_then(|selected| selected.quoted.first().cloned());
    let path = "status.nodeStatuses.n2.state".to_owned();
    assert_eq!(
        quoted,
        Some(Quoted {
            path,
            text: "Pre-draining".to_owned()
        })
    );
}

#[test]
fn the_same_placeholder_means_the_same_key() {
    let evidence = upgrade();
    let query = json!({"object": "Upgrade.harvesterhci.io", "where": {
        "status.nodeStatuses.<stuck>.state": "Pre-draining",
        "status.nodeStatuses.<stuck>.reason": {"exists": false}}});
    let found = ask(&evidence, query).found();
    assert_eq!(found.len(), 1);
    assert!(
        found
            .first()
            .is_some_and(|selected| captures(selected).ends_with("stuck=n3"))
    );
}

#[test]
fn every_test_of_a_value() {
    let evidence = upgrade();
    for (path, test, expected) in [
        ("condition.Completed", json!({"not": "True"}), true),
        ("condition.NodesUpgraded", json!("False"), true),
        ("condition.NodesUpgraded", json!(false), true),
        (
            "condition.NodesUpgraded.reason",
            json!({"matches": "node <failed> failed"}),
            true,
        ),
        (
            "condition.NodesUpgraded.reason",
            json!({"regex": "^node (?P<failed>n[0-9]+)"}),
            true,
        ),
        (
            "condition.NodesUpgraded.reason",
            json!({"regex": "^n1"}),
            false,
        ),
        ("condition.Missing", json!({"not": "True"}), true),
        ("condition.Missing", json!({"exists": false}), true),
        ("condition.Missing", json!("True"), false),
        (
            "condition.Missing",
            json!({"not": {"exists": false}}),
            false,
        ),
        (
            "status.conditions[type=Completed].status",
            json!(["True", "Unknown"]),
            true,
        ),
        ("status.conditions.*.status", json!("False"), true),
        ("status.conditions[0].type", json!("Completed"), true),
        ("status.conditions[9].type", json!({"exists": true}), false),
        (
            "metadata.labels",
            json!({"has": "harvesterhci.io/upgradeState"}),
            true,
        ),
        (
            "metadata.labels[\"harvesterhci.io/upgradeState\"]",
            json!({"not": ["Succeeded", "Failed"]}),
            true,
        ),
        ("status.size", json!({"gt": "9Gi", "lt": "11Gi"}), true),
        ("status.size", json!({"ge": 1e12}), false),
        ("status.previousVersion", json!({"as": "from"}), true),
        (
            "status.previousVersion",
            json!({"same-as": "status.previousVersion"}),
            true,
        ),
        (
            "status.previousVersion",
            json!({"not-same-as": "status.size"}),
            true,
        ),
        (
            "status.previousVersion",
            json!({"not-same-as": "status.absent"}),
            true,
        ),
        (
            "status.absent",
            json!({"not-same-as": "status.size"}),
            false,
        ),
        (
            "metadata.creationTimestamp",
            json!({"older-than": "1h30m"}),
            true,
        ),
        (
            "metadata.creationTimestamp",
            json!({"newer-than": "1d"}),
            true,
        ),
        (
            "condition.NodesUpgraded.lastUpdateTime",
            json!({"older-than": "10m"}),
            false,
        ),
        ("status.absent.<x>.y", json!({"not": "z"}), false),
        ("status.absent.*", json!({"exists": false}), true),
    ] {
        let query = json!({"object": "Upgrade.harvesterhci.io", "where": {path: test.clone()}});
        assert_eq!(holds(&evidence, query), expected, "{path}: {test}");
    }
}

#[test]
fn what_was_not_collected_is_neither_true_nor_false() {
    let mut evidence = upgrade();
    assert_eq!(
        ask(&evidence, json!({"object": "Node"})),
        Selection::NotCollected
    );
    evidence.collected.insert(ObjectKey {
        kind: "Node".into(),
        group: String::new(),
    });
    assert_eq!(ask(&evidence, json!({"object": "Node"})), Selection::Fails);
    assert!(holds(
        &evidence,
        json!({"object": "Upgrade.harvesterhci.io"})
    ));
    assert!(!holds(
        &evidence,
        json!({"object": "Upgrade.harvesterhci.io", "at-least": 2})
    ));
}

#[test]
fn a_row_of_a_table_proves_no_absence() {
    let mut evidence = evidence(
        json!([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "bundlevet/from-table": true, "spec": {"nodeName": "n1"}}]),
    );
    evidence.collected.clear();
    let absent =
        json!({"object": "Pod", "where": {"metadata.deletionTimestamp": {"exists": false}}});
    assert_eq!(ask(&evidence, absent), Selection::NotCollected);
    assert!(holds(
        &evidence,
        json!({"object": "Pod", "where": {"spec.nodeName": "n1"}})
    ));
}

#[test]
fn objects_know_their_node() {
    let evidence = evidence(json!([
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "a"}, "spec": {"nodeName": "n1"}},
        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n2"}},
        {"apiVersion": "longhorn.io/v1beta2", "kind": "Replica", "metadata": {"name": "r"}, "spec": {"nodeID": "n3"}},
    ]));
    for (kind, node) in [("Pod", "n1"), ("Node", "n2"), ("Replica.longhorn.io", "n3")] {
        let found = ask(&evidence, json!({"object": kind})).found();
        let captured = found
            .first()
            .and_then(|selected| selected.captures.get("node").cloned());
        assert_eq!(captured.as_deref(), Some(node));
    }
}

#[test]
fn lists_of_named_things_capture_the_name() {
    let evidence = evidence(
        json!([{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "status": {"containerStatuses": [
            {"name": "a", "restartCount": 0}, {"name": "b", "restartCount": 12, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]}}]),
    );
    let query = json!({"object": "Pod", "where": {
        "status.containerStatuses.<container>.restartCount": {"gt": 5},
        "status.containerStatuses.<container>.state.waiting.reason": {"as": "why"}}});
    let found = ask(&evidence, query).found();
    assert_eq!(
        found.iter().map(captures).collect::<Vec<_>>(),
        ["container=b name=p why=CrashLoopBackOff"]
    );
}

#[test]
fn conditions_of_older_longhorn_are_a_map() {
    let evidence = evidence(
        json!([{"apiVersion": "longhorn.io/v1beta1", "kind": "Volume", "metadata": {"name": "v"},
        "status": {"conditions": {"scheduled": {"type": "scheduled", "status": "False", "reason": "ReplicaSchedulingFailure"}}}}]),
    );
    assert!(holds(
        &evidence,
        json!({"object": "Volume.longhorn.io", "where": {"condition.Scheduled": "False"}})
    ));
    let any = json!({"object": "Volume.longhorn.io", "where": {"condition.<which>": "False"}});
    let found = ask(&evidence, any).found();
    assert_eq!(
        found
            .first()
            .and_then(|selected| selected.captures.get("which").cloned())
            .as_deref(),
        Some("scheduled")
    );
}

#[test]
fn expressions_for_the_rest() {
    let evidence = upgrade();
    let cel = |expression: &str| {
        holds(
            &evidence,
            json!({"object": "Upgrade.harvesterhci.io", "cel": expression}),
        )
    };
    assert!(cel(
        "o.status.nodeStatuses.exists(n, o.status.nodeStatuses[n].state == 'Pre-draining')"
    ));
    assert!(cel("size(o.status.nodeStatuses) == 3"));
    assert!(cel("o.status.previousVersion.matches('^v1[.]3')"));
    assert!(!cel("o.status.absent.field == 1"));
    assert!(!cel("this is no expression"));
}

#[test]
fn facts_are_asked_by_key_and_value() {
    let fact = |key: &str, node: &str, value: Value| Fact {
        key: key.to_owned(),
        node: Some(node.into()),
        value,
        entry: 0,
        line: 1,
        text: String::new(),
    };
    let evidence = Evidence {
        facts: vec![
            fact("sysctl.vm.overcommit_memory", "n1", json!("0")),
            fact("sysctl.vm.overcommit_memory", "n2", json!(1)),
            fact("disk", "n1", json!({"mount": "/", "use_percent": 97})),
        ],
        ..Evidence::default()
    };
    let ask = |query: Value| {
        let query = FactQuery::parse(&query).unwrap_or_else(|problems| panic!("{problems:?}"));
        let selector = Selector::new(&evidence, None);
        let nodes = |found: Vec<SelectedFact<'_>>| -> Vec<String> {
            found
                .iter()
                .map(|f| {
                    f.captures
                        .iter()
                        .map(|(k, v)| format!("{k}={v} "))
                        .collect()
                })
                .collect()
        };
        match selector.facts(&query) {
            Selection::Holds(found) => nodes(found),
            Selection::Fails => vec!["fails".to_owned()],
            Selection::NotCollected => vec!["not collected".to_owned()],
        }
    };
    assert_eq!(
        ask(json!({"fact": "sysctl.vm.overcommit_memory", "where": {"not": "1"}})),
        ["node=n1 "]
    );
    assert_eq!(
        ask(json!({"fact": "sysctl.<key>", "where": 1})),
        ["key=vm.overcommit_memory node=n2 "]
    );
    assert_eq!(
        ask(
            json!({"fact": "disk", "where": {"use_percent": {"ge": 95}, "mount": {"as": "mount"}}})
        ),
        ["mount=/ node=n1 "]
    );
    assert_eq!(
        ask(json!({"fact": "disk", "where": {"use_percent": {"ge": 99}}})),
        ["fails"]
    );
    assert_eq!(ask(json!({"fact": "etcd.member"})), ["not collected"]);
    assert_eq!(ask(json!({"fact": "sysctl.*", "at-least": 3})), ["fails"]);
}

#[test]
fn long_expressions_hold_too() {
    let evidence = evidence(
        json!([{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"},
        "status": {"nodeInfo": {"osImage": "Harvester v1.3.1", "kubeletVersion": "v1.28.12+rke2r1"}}}]),
    );
    let cel = r#"(o.status.nodeInfo.osImage + " " + o.status.nodeInfo.kubeletVersion).matches("Harvester v1[.](1[.][0-9]+ v1[.](2[5-9]|3[0-9])|2[.][01] v1[.](2[6-9]|3[0-9])|2[.]2 v1[.](2[7-9]|3[0-9])|3[.][01] v1[.](2[89]|3[0-9])|3[.][2-9] v1[.](29|3[0-9])|4[.][0-9]+ v1[.]3[2-9]|5[.][0-9]+ v1[.]3[3-9]|6[.][0-9]+ v1[.]3[4-9])")"#;
    let query = json!({"object": "Node", "cel": cel,
        "where": {"status.nodeInfo.osImage": {"as": "image"}, "status.nodeInfo.kubeletVersion": {"as": "kubelet"}}});
    let parsed = Query::parse(&query).expect("a query");
    assert_eq!(parsed.check(), Vec::<String>::new());
    let found = ask(&evidence, query).found();
    assert_eq!(
        found.iter().map(captures).collect::<Vec<_>>(),
        ["image=Harvester v1.3.1 kubelet=v1.28.12+rke2r1 name=n1 node=n1"]
    );
}
