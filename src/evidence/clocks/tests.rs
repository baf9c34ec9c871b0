//! Offsets from elections, Leases and log ends, and evidence moved by them.

use serde_json::json;

use super::*;
use crate::bundle::Program;
use crate::finding::build::{at, cause, database, evidence, log, node, with_fact, with_object};
use crate::signature::Kind;

fn elections() -> Database {
    let mut noise = cause("etcd/member-sees-election");
    noise.kind = Kind::Noise;
    let mut drift = cause("etcd/clock-difference");
    drift.kind = Kind::Noise;
    database(vec![noise, drift])
}

/// etcd on a node that sees terms 3, 4 and 5 begin at these minutes.
fn etcd(database: &Database, node: &str, minutes: [i64; 3]) -> crate::finding::build::Log {
    let mut log = log(node, Program::Etcd);
    for (term, minute) in ["3", "4", "5"].iter().zip(minutes) {
        let seen = [("leader", "8e9e05c52164694d"), ("term", *term)];
        log = log.hit(database, "etcd/member-sees-election", 0, &seen, &[minute]);
    }
    log
}

#[test]
fn elections_that_all_members_log_tell_whose_clock_is_off() {
    let db = elections();
    let mut e = evidence(vec![
        etcd(&db, "n1", [100, 200, 300]),
        etcd(&db, "n2", [130, 230, 330]),
        etcd(&db, "n3", [100, 200, 300]),
    ]);
    e.align_clocks(&db);
    assert_eq!(off(&e.clocks), ["n2"].into());
    let n2 = &e.clocks["n2"];
    assert_eq!(n2.ahead, SignedDuration::from_mins(30));
    let of_n2 = &e.entries[1];
    assert_eq!(of_n2.entry.origin.node.as_deref(), Some("n2"));
    assert_eq!(of_n2.hits.coverage.span, Some((at(-30), at(570))));
    let series = &of_n2.hits.series[0];
    assert_eq!(series.first[0].time, Some(at(100)));
    assert_eq!(series.span, Some((at(100), at(100))));
    let minute = at(100).as_second() / 60;
    assert_eq!(series.minutes.keys().copied().collect::<Vec<_>>(), [minute]);
    assert_eq!(e.clock_error(Some("n2")), SignedDuration::from_secs(1));
    assert_eq!(e.clock_error(Some("n1")), SignedDuration::ZERO);
}

#[test]
fn a_member_that_rejoins_later_does_not_look_slow() {
    let db = elections();
    let mut e = evidence(vec![
        etcd(&db, "n1", [100, 200, 300]),
        etcd(&db, "n2", [100, 200, 420]),
        etcd(&db, "n3", [100, 200, 300]),
    ]);
    e.align_clocks(&db);
    assert_eq!(off(&e.clocks), BTreeSet::new());
}

#[test]
fn etcd_names_the_difference_itself() {
    let db = elections();
    let drift = [("peer", "fd422379fda50e48"), ("drift", "1m47.5s")];
    let log = log("n1", Program::Etcd).hit(&db, "etcd/clock-difference", 0, &drift, &[30]);
    let member = json!({"id": "fd422379fda50e48", "name": "n2-0123abcd", "status": "started"});
    let mut e = with_fact(evidence(vec![log]), "n1", "etcd.member", member);
    let sync = json!({"synchronized": true, "offset": -0.01});
    e = with_fact(e, "n1", "time-sync", sync);
    e.align_clocks(&db);
    // n1 is right, by its time service; so n2 is behind
    assert_eq!(off(&e.clocks), ["n2"].into());
    assert_eq!(e.clocks["n2"].ahead, SignedDuration::from_millis(-107_510));
}

#[test]
fn leases_of_ready_nodes_lie_close_together() {
    let lease = |name: &str, renewed: &str| json!({"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": name, "namespace": "kube-node-lease"}, "spec": {"renewTime": renewed}});
    let mut e = evidence(Vec::new());
    for (name, renewed, ready) in [
        ("n1", "2025-01-25T10:00:04.100000Z", "True"),
        ("n2", "2025-01-25T10:00:09.500000Z", "True"),
        ("n3", "2025-01-25T10:04:06.000000Z", "True"),
        ("n4", "2025-01-25T08:00:00.000000Z", "Unknown"),
    ] {
        e = with_object(e, node(name, ready, 0));
        e = with_object(e, lease(name, renewed));
    }
    e.align_clocks(&Database::default());
    assert_eq!(off(&e.clocks), ["n3"].into());
    assert_eq!(e.clocks["n3"].from, "the nodes' Leases");
}

#[test]
fn two_servers_that_disagree_leave_the_workers_alone() {
    // nothing says which of the two is right: the middle of two is the first, and workers are not moved by Events
    let db = elections();
    let mut e = evidence(vec![
        etcd(&db, "n1", [100, 200, 300]),
        etcd(&db, "n2", [110, 210, 310]),
    ]);
    let mut server = node("n1", "True", 0);
    server["metadata"]["labels"] = json!({"node-role.kubernetes.io/control-plane": "true"});
    e = with_object(e, server);
    for n in 0..9 {
        let event = json!({"apiVersion": "v1", "kind": "Event",
            "metadata": {"name": format!("e{n}"), "namespace": "default", "creationTimestamp": at(n).to_string()},
            "source": {"component": "kubelet", "host": "w1"}, "firstTimestamp": at(n + 10).to_string()});
        e = with_object(e, event);
    }
    e.align_clocks(&db);
    assert_eq!(off(&e.clocks), ["n2"].into());
}

#[test]
fn events_of_a_worker_tell_its_clock() {
    let mut server = node("n1", "True", 0);
    server["metadata"]["labels"] = json!({"node-role.kubernetes.io/control-plane": "true"});
    let mut e = with_object(evidence(Vec::new()), server);
    for n in 0..9 {
        // one in three was stored late
        let late = if n % 3 == 0 { 4 } else { 0 };
        let event = json!({"apiVersion": "v1", "kind": "Event",
            "metadata": {"name": format!("e{n}"), "namespace": "default", "creationTimestamp": at(n + late).to_string()},
            "source": {"component": "kubelet", "host": "w1"}, "firstTimestamp": at(n + 3).to_string()});
        e = with_object(e, event);
    }
    e.align_clocks(&Database::default());
    assert_eq!(e.clocks["w1"].ahead, SignedDuration::from_mins(3));
    assert!(e.clocks["w1"].corrected);
}

#[test]
fn what_follows_on_a_node_whose_clock_is_off_follows() {
    let mut joined = cause("a/joined").with_part("after", Program::Kubelet);
    joined.scope = Some(crate::signature::Scope::Cluster);
    joined.condition.all = vec![0, 1];
    joined.condition.window = Some(SignedDuration::from_mins(5));
    let mut noise = cause("etcd/member-sees-election");
    noise.kind = Kind::Noise;
    let db = database(vec![noise, joined]);
    let mut e = evidence(vec![
        etcd(&db, "n1", [100, 200, 300]),
        etcd(&db, "n2", [130, 230, 330]),
        etcd(&db, "n3", [100, 200, 300]),
        log("n1", Program::Rke2).hit(&db, "a/joined", 0, &[], &[50]),
        log("n2", Program::Kubelet).hit(&db, "a/joined", 1, &[], &[81]),
    ]);
    let context = crate::finding::Context::default();
    assert!(crate::finding::evaluate(&db, &e, &context).is_empty());
    e.align_clocks(&db);
    let found = crate::finding::evaluate(&db, &e, &context);
    assert_eq!(found[0].span, Some((at(50), at(51))));
    let says = e.clocks["n2"].says("n2");
    assert!(
        says.starts_with("the clock of n2 is 30m ahead (3 elections"),
        "{says}"
    );
}

#[test]
fn logs_in_the_future_are_of_a_clock_that_is_ahead_logs_that_stopped_are_not() {
    let ends = |minutes: [i64; 3], created: i64| {
        let logs = (1..)
            .zip(minutes)
            .map(|(n, end)| log(&format!("n{n}"), Program::Kubelet).covers(0, end));
        let e = evidence(logs.collect());
        let mut e = with_fact(e, "n1", "bundle.created", json!(at(created).to_string()));
        e.align_clocks(&Database::default());
        e.clocks
    };
    assert_eq!(off(&ends([600, 600, 660], 600)), ["n3"].into());
    assert_eq!(off(&ends([600, 480, 480], 600)), BTreeSet::new());
    assert_eq!(off(&ends([600, 600, 480], 600)), BTreeSet::new());
}
