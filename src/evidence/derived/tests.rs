//! Facts that only several sources give.

use serde_json::json;

use super::*;
use crate::bundle::Program;
use crate::finding::build::{at, evidence, log, node, with_fact, with_object};

fn derived(mut evidence: Evidence, key: &str) -> Vec<(String, Value)> {
    evidence.derive_facts();
    let of_key = evidence.facts.into_iter().filter(|f| f.key == key);
    of_key.map(|f| (f.text, f.value)).collect()
}

#[test]
fn boots_of_two_logs_are_one_reboot_and_say_the_uptime() {
    let mut e = evidence(vec![log("n1", Program::Kernel), log("n1", Program::Rke2)]);
    e.entries[0].hits.coverage.boots = vec![at(100), at(500)];
    e.entries[1].hits.coverage.boots = vec![at(501)];
    let texts = derived(e.clone(), "reboot");
    assert_eq!(texts.len(), 2);
    assert_eq!(texts[1].1, json!({"time": at(500).to_string()}));
    assert_eq!(derived(e, "uptime")[0].1["minutes"], 100);
}

#[test]
fn a_log_that_stops_before_its_nodes_newest() {
    let e = evidence(vec![
        log("n1", Program::Kubelet).covers(0, 480),
        log("n1", Program::Rke2),
        log("n2", Program::Kubelet).covers(0, 300),
        log("n1", Program::Etcd).covers(0, 100).previous(),
    ]);
    let stopped = derived(e, "log-stopped");
    assert_eq!(stopped.len(), 1);
    assert_eq!(stopped[0].1["program"], "kubelet");
    assert_eq!(stopped[0].1["minutes"], 120);
}

#[test]
fn servers_that_differ() {
    let mut e = evidence(Vec::new());
    for (name, server, panic) in [
        ("n1", true, "10"),
        ("n2", true, "0"),
        ("n3", true, "10"),
        ("n4", false, "0"),
    ] {
        let mut object = node(name, "True", 0);
        if server {
            object["metadata"]["labels"] = json!({"node-role.kubernetes.io/etcd": "true"});
        }
        e = with_object(e, object);
        e = with_fact(e, name, "sysctl.kernel.panic", json!(panic));
        e = with_fact(e, name, "sysctl.kernel.hostname", json!(name));
        e = with_fact(
            e,
            name,
            "interface",
            json!({"name": "eth0", "mtu": if name == "n3" { 1450 } else { 1500 }}),
        );
    }
    let differ = derived(e.clone(), "differs.sysctl.kernel.panic");
    assert_eq!(differ.len(), 1);
    assert_eq!(
        differ[0].0,
        "sysctl.kernel.panic is 0 on n2; n1, n3 have 10"
    );
    assert_eq!(differ[0].1["key"], "sysctl.kernel.panic");
    assert_eq!(derived(e.clone(), "differs.mtu.eth0")[0].1["value"], "1450");
    assert_eq!(derived(e, "differs.sysctl.kernel.hostname"), []);
}

#[test]
fn containers_that_ended_have_their_exit_code() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "etcd-n1", "namespace": "kube-system"},
        "spec": {"nodeName": "n1"}, "status": {"containerStatuses": [
            {"name": "etcd", "restartCount": 7, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
             "lastState": {"terminated": {"exitCode": 255, "reason": "Error", "finishedAt": "2025-01-25T10:00:00Z"}}},
            {"name": "fine", "state": {"running": {}}}]}});
    let found = derived(with_object(evidence(Vec::new()), pod), "container");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1["exit_code"], 255);
    assert_eq!(found[0].1["restarts"], 7);
}

#[test]
fn the_newest_snapshot_has_an_age() {
    let mut e = with_fact(
        evidence(Vec::new()),
        "n1",
        "collected-at",
        json!("2025-01-25T10:00:00Z"),
    );
    for taken in ["2025-01-24T12:00:00Z", "2025-01-23T12:00:00Z"] {
        e = with_fact(
            e,
            "n1",
            "etcd.snapshot",
            json!({"path": format!("/s/{taken}"), "taken": taken}),
        );
    }
    let found = derived(e, "etcd.snapshots");
    assert_eq!(
        (&found[0].1["count"], &found[0].1["age_hours"]),
        (&json!(2), &json!(22))
    );
}
