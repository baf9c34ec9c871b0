use serde_json::json;

use super::*;
use crate::finding::build::{evidence, node, with_fact, with_object};

fn etcd_node(name: &str, ready: &str) -> Value {
    let mut value = node(name, ready, 0);
    value["metadata"]["labels"] = json!({"node-role.kubernetes.io/etcd": "true"});
    value
}

fn of(evidence: &Evidence) -> EtcdView {
    views(&Database::default(), evidence, &[], None).remove(0)
}

#[test]
fn the_arithmetic_of_quorum() {
    for (ready, text, may_lose) in [
        (
            vec!["True"; 3],
            "3 of 3 voting members, 2 are needed: 1 more may be lost",
            1,
        ),
        (
            vec!["True", "True", "Unknown"],
            "2 of 3 voting members, 2 are needed: none more may be lost",
            0,
        ),
        (
            vec!["True", "Unknown", "False"],
            "1 of 3 voting members is left, 2 are needed: quorum is lost",
            0,
        ),
    ] {
        let mut e = evidence(Vec::new());
        for (n, ready) in ready.into_iter().enumerate() {
            e = with_object(e, etcd_node(&format!("n{n}"), ready));
        }
        let view = of(&e);
        assert_eq!((view.text.as_str(), view.may_lose), (text, may_lose));
    }
}

#[test]
fn the_last_good_copy_is_guarded() {
    let e = with_object(evidence(Vec::new()), etcd_node("n0", "True"));
    assert_eq!(of(&e).caution, None);
    let e = with_object(e, etcd_node("n1", "Unknown"));
    let caution = of(&e).caution.unwrap();
    assert!(
        caution.starts_with("Do not reset, wipe or reinstall n0 "),
        "{caution}"
    );
}

#[test]
fn etcdctl_output_says_more_than_nodes() {
    let member = |id: &str, name: &str, learner: bool| json!({"id": id, "status": "started", "name": name, "client": format!("https://{name}:2379"), "learner": learner});
    let mut e = evidence(Vec::new());
    for from in ["n1", "n2"] {
        e = with_fact(e, from, "etcd.member", member("8e9e", "n1-0123abcd", false));
        e = with_fact(e, from, "etcd.member", member("fd42", "n2-0123abcd", true));
    }
    let endpoint = json!({"endpoint": "https://n1-0123abcd:2379", "id": "8e9e", "version": "3.5.13", "db_size": 2_000_000_000u64, "is_leader": true, "errors": ""});
    e = with_fact(e, "n1", "etcd.endpoint", endpoint);
    e = with_fact(
        e,
        "n1",
        "etcd.alarm",
        json!({"member": "8e9e", "alarm": "NOSPACE"}),
    );
    e = with_object(e, etcd_node("n1", "True"));
    let metrics =
        json!({"endpoint": "n1-0123abcd:2381", "db_in_use": 9e8, "quota": 8e9, "has_leader": 1.0});
    e = with_fact(e, "n1", "etcd.metrics", metrics);
    let taken = json!({"path": "/s/etcd-snapshot-n1-1737712800", "taken": "2025-01-24T10:00:00Z"});
    e = with_fact(e, "n1", "etcd.snapshot", taken);
    e = with_fact(e, "n1", "collected-at", json!("2025-01-25T10:00:00Z"));
    e.derive_facts();
    let view = of(&e);
    assert_eq!(
        (view.quota, view.members[0].db_in_use),
        (8_000_000_000, Some(900_000_000))
    );
    assert_eq!(
        view.snapshots.as_deref(),
        Some(
            "1 on disk, newest /s/etcd-snapshot-n1-1737712800 (2025-01-24T10:00:00Z, 24 hours before collection)"
        )
    );
    assert_eq!((view.members.len(), view.voters, view.quorum), (2, 1, 1));
    let first = &view.members[0];
    assert_eq!(first.node.as_deref(), Some("n1"));
    assert_eq!(
        (first.leader, first.db_size),
        (Some(true), Some(2_000_000_000))
    );
    assert_eq!(view.alarms, ["NOSPACE (8e9e)"]);
}

#[test]
fn each_cluster_has_its_own_quorum() {
    let mut e = evidence(Vec::new());
    e.inputs = vec!["in/a.zip".to_owned(), "in/b.zip".to_owned()];
    for (input, cluster, ready) in [(0, "a", ["True"; 3]), (1, "b", ["True", "False", "False"])] {
        let listed = e.entries.len();
        for (n, ready) in (1..).zip(ready) {
            let name = format!("{cluster}{n}");
            e = with_object(e, etcd_node(&name, ready));
            let member = json!({"id": name, "status": "started", "name": name, "client": format!("https://{name}:2379"), "learner": false});
            e = with_fact(e, &name, "etcd.member", member);
            let health =
                json!({"endpoint": format!("https://{name}:2379"), "healthy": ready == "True"});
            e = with_fact(e, &name, "etcd.health", health);
        }
        let id = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": cluster}});
        e = with_object(e, id);
        // every entry of its own input
        for read in e.entries.iter_mut().skip(listed) {
            read.entry.input = input;
            read.entry.path = format!("{cluster}/{}", read.entry.path);
        }
    }
    let clusters = Clusters::of(&e);
    let views = views(&Database::default(), &e, &[], clusters.as_ref());
    let said: Vec<_> = views
        .iter()
        .map(|view| (view.cluster.as_deref(), view.text.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (
                Some("b"),
                "1 of 3 voting members is left, 2 are needed: quorum is lost"
            ),
            (
                Some("a"),
                "3 of 3 voting members, 2 are needed: 1 more may be lost"
            ),
        ]
    );
    let caution = views[0].caution.as_deref().unwrap_or_default();
    assert!(
        caution.starts_with("Do not reset, wipe or reinstall b1 "),
        "{caution}"
    );
}
