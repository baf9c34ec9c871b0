//! Objects and facts beside log lines.

use super::*;

/// Pre-draining because etcd has no leader: logs, objects of three kinds, across nodes.
fn pre_draining() -> Database {
    let json = |text: &str| serde_json::from_str(text).unwrap();
    let mut signature = cause("upgrade/quorum")
        .sure(Sureness::Possible)
        .with_query(
            "waiting",
            json(r#"{"object": "Upgrade.harvesterhci.io", "where": {"status.nodeStatuses.<stuck>.state": "Pre-draining"}}"#),
        )
        .with_query(
            "down",
            json(r#"{"object": "Node", "where": {"condition.Ready": {"not": "True"}}, "at-least": 2}"#),
        )
        .with_query(
            "degraded",
            json(r#"{"object": "Volume.longhorn.io", "where": {"status.robustness": "degraded"}}"#),
        );
    signature.title = template("Upgrade waits in Pre-draining on <stuck>");
    signature.scope = Some(Scope::Cluster);
    signature.condition.all = vec![0, 1];
    signature.condition.more = vec![weight(2)];
    signature.condition.without = vec![3];
    signature.condition.if_missing = vec![(2, Sureness::Possible)];
    database(vec![signature])
}

fn stuck_upgrade() -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "harvesterhci.io/v1beta1", "kind": "Upgrade",
        "metadata": {"name": "hvst-upgrade-x", "namespace": "harvester-system"},
        "status": {"nodeStatuses": {"n1": {"state": "Pre-draining"}, "n2": {"state": "Images preloaded"}}}
    })
}

fn volume(robustness: &str) -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "longhorn.io/v1beta2", "kind": "Volume",
        "metadata": {"name": "pvc-1", "namespace": "longhorn-system"}, "status": {"robustness": robustness}
    })
}

#[test]
fn logs_and_objects_together() {
    let db = pre_draining();
    let logs = evidence(vec![log("n1", Etcd).hit(
        &db,
        "upgrade/quorum",
        0,
        &[],
        &[590],
    )]);
    assert_eq!(run(&db, &logs), [], "no Upgrade was collected");
    let mut whole = with_object(logs.clone(), stuck_upgrade());
    let logs_and_upgrade = whole.clone();
    for (name, ready) in [("n1", "True"), ("n2", "Unknown"), ("n3", "Unknown")] {
        whole = with_object(whole, node(name, ready, 580));
    }
    whole = with_object(whole, volume("healthy"));
    let found = only(&db, &whole);
    assert_eq!(found.sure, Sureness::Likely);
    assert_eq!(found.cases[0].captures[0]["stuck"], "n1");
    assert_eq!(
        found.cases[0].reasons,
        [
            "1 line in nodes/n1/etcd.log",
            "harvesterhci.io/v1beta1/Upgrade harvester-system/hvst-upgrade-x: status.nodeStatuses.n1.state Pre-draining",
            "2 of 3 Node objects: status.conditions[0].status Unknown",
        ]
    );
    // less was collected: less sure, and it says why
    let found = only(&db, &logs_and_upgrade);
    assert_eq!(found.sure, Sureness::Possible);
    let reasons = found.cases[0].reasons.join("\n");
    assert!(
        reasons.contains("Volume objects not collected, so `degraded` is not ruled out"),
        "{reasons}"
    );
    // the rival is there
    assert_eq!(run(&db, &with_object(whole, volume("degraded"))), []);
}

#[test]
fn facts_are_of_their_node() {
    let json = |text: &str| serde_json::from_str(text).unwrap();
    let mut signature = cause("a/x").with_fact(
        "flags",
        json(r#"{"fact": "sysctl.vm.overcommit_memory", "where": {"not": "1"}}"#),
    );
    signature.condition.all = vec![1];
    let db = database(vec![signature]);
    let e = evidence(vec![log("n1", Kubelet)]);
    let e = with_fact(e, "n1", "sysctl.vm.overcommit_memory", "0".into());
    let e = with_fact(e, "n2", "sysctl.vm.overcommit_memory", "1".into());
    let found = only(&db, &e);
    assert_eq!(found.cases[0].subject, Subject::node("n1"));
    assert_eq!(found.state, State::Ongoing);
    assert_eq!(
        found.cases[0].reasons,
        ["sysctl.vm.overcommit_memory (n1): sysctl.vm.overcommit_memory = \"0\""]
    );
}

#[test]
fn an_object_that_says_since_when_has_an_onset() {
    let json = |text: &str| serde_json::from_str(text).unwrap();
    let mut signature = symptom("node/down", Class::NodeNotReady).with_query(
        "down",
        json(r#"{"object": "Node", "where": {"condition.Ready": {"not": "True"}}}"#),
    );
    signature.condition.all = vec![1];
    let db = database(vec![signature]);
    let e = with_object(evidence(Vec::new()), node("n2", "False", 300));
    let found = only(&db, &e);
    assert_eq!(found.cases[0].subject, Subject::node("n2"));
    assert_eq!(found.span.map(|(first, _)| first), Some(at(300)));
}

#[test]
fn a_rival_is_ruled_out_only_where_and_when_it_was_looked_for() {
    let mut signature = cause("a/x").with_part("rival", Kubelet);
    signature.condition.less = vec![weight(1)];
    let db = database(vec![signature]);
    let at_500 = || log("n1", Etcd).hit(&db, "a/x", 0, &[], &[500]);
    let sure = |logs: Vec<build::Log>| only(&db, &evidence(logs)).sure;
    let looked = sure(vec![at_500(), log("n1", Kubelet)]);
    assert_eq!(looked, Sureness::Certain);
    let seen = log("n1", Kubelet).hit(&db, "a/x", 1, &[], &[500]);
    assert_eq!(sure(vec![at_500(), seen]), Sureness::Likely);
    // without the log that named it: no surer, whatever other logs there are
    assert_eq!(sure(vec![at_500()]), Sureness::Likely);
    assert_eq!(sure(vec![at_500(), log("n2", Kubelet)]), Sureness::Likely);
    let earlier = log("n1", Kubelet).covers(0, 300);
    let found = only(&db, &evidence(vec![at_500(), earlier]));
    assert_eq!(found.sure, Sureness::Likely);
    assert_eq!(
        found.cases[0].reasons[1],
        "less sure: logs of kubelet of n1 not collected, so not ruled out that `rival`"
    );
}
