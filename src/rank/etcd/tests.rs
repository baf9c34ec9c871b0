//! Members as objects, etcdctl and metrics show them, into what the view says of the quorum.

use serde_json::json;

use super::*;
use crate::bundle::Program::Etcd;
use crate::finding::build::{database, evidence, log, node, symptom, with_fact, with_object};
use crate::finding::{Context, evaluate};
use crate::signature::Signature;

fn etcd_node(name: &str, ready: &str) -> Value {
    let mut value = node(name, ready, 0);
    value["metadata"]["labels"] = json!({"node-role.kubernetes.io/etcd": "true"});
    value
}

fn of(evidence: &Evidence) -> EtcdView {
    views(&Database::default(), evidence, &[], None).remove(0)
}

/// Members by health, as etcd itself says it.
fn asked(healthy: &[bool]) -> Evidence {
    let mut e = evidence(Vec::new());
    for (n, healthy) in healthy.iter().enumerate() {
        let (name, client) = (format!("n{n}"), format!("https://n{n}:2379"));
        let member = json!({"id": name, "status": "started", "name": name, "client": client, "learner": false});
        e = with_fact(e, "n0", "etcd.member", member);
        let health = json!({"endpoint": client, "healthy": healthy});
        e = with_fact(e, "n0", "etcd.health", health);
    }
    e
}

#[test]
fn the_arithmetic_of_quorum() {
    for (healthy, text, may_lose) in [
        (
            [true; 3],
            "3 of 3 voting members, 2 are needed: 1 more may be lost",
            1,
        ),
        (
            [true, true, false],
            "2 of 3 voting members, 2 are needed: none more may be lost",
            0,
        ),
        (
            [true, false, false],
            "1 of 3 voting members is left, 2 are needed: quorum is lost",
            0,
        ),
    ] {
        let view = of(&asked(&healthy));
        assert_eq!((view.text.as_str(), view.may_lose), (text, may_lose));
    }
}

#[test]
fn the_last_good_copy_is_guarded() {
    assert_eq!(of(&asked(&[true])).caution, None);
    let caution = of(&asked(&[true, false])).caution.unwrap();
    assert!(
        caution.starts_with("Do not reset, wipe or reinstall n0 "),
        "{caution}"
    );
}

/// The kubelet or the network may be away, and etcd answer.
#[test]
fn a_node_that_is_not_ready_is_no_lost_member() {
    let of_nodes = |ready: &[&str]| {
        let mut e = evidence(Vec::new());
        for (n, ready) in ready.iter().enumerate() {
            e = with_object(e, etcd_node(&format!("n{n}"), ready));
        }
        of(&e)
    };
    let only = of_nodes(&["False"]);
    assert_eq!((only.lost, only.doubtful), (0, 1));
    assert_eq!(only.members[0].healthy, None);
    assert_eq!(
        only.text,
        "one voting member, so its loss stops the cluster"
    );
    let one = of_nodes(&["True", "True", "Unknown"]);
    assert_eq!(
        one.text,
        "at most 1 of 3 voting members may be down, 2 are needed: a node that is not Ready may still run its etcd"
    );
    assert_eq!(one.may_lose, 0);
    assert!(one.caution.unwrap().starts_with("Do not restart, drain"));
    let two = of_nodes(&["True", "Unknown", "False"]);
    assert_eq!((two.lost, two.doubtful), (0, 2));
    assert_eq!(
        two.caution.as_deref(),
        Some(
            "Do not reset, wipe or reinstall a server before it is known whether etcd runs on n1, n2: if it does not, quorum is lost."
        )
    );
}

#[test]
fn etcd_that_says_that_it_has_no_majority_leaves_no_doubt() {
    let sure = |sure| {
        let own = symptom("etcd/no-quorum", Class::EtcdNoQuorum);
        database(vec![Signature { sure, ..own }])
    };
    let view = |db: &Database, minutes: &[i64]| {
        let logs = vec![log("n0", Etcd).hit(db, "etcd/no-quorum", 0, &[], minutes)];
        let mut e = evidence(logs);
        for (n, ready) in ["True", "Unknown", "Unknown"].iter().enumerate() {
            e = with_object(e, etcd_node(&format!("n{n}"), ready));
        }
        let findings = evaluate(db, &e, &Context::default());
        views(db, &e, &findings, None).remove(0)
    };
    let lost = view(&sure(Sureness::Likely), &[300, 599]);
    assert_eq!((lost.lost, lost.doubtful), (2, 0));
    assert!(lost.text.ends_with("quorum is lost"), "{}", lost.text);
    // said long ago, or by a line that may mean something else
    assert_eq!(view(&sure(Sureness::Likely), &[1]).doubtful, 2);
    assert_eq!(view(&sure(Sureness::Possible), &[300, 599]).doubtful, 2);
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
