//! Each check on the facts that make it pass, fail, and impossible.

use serde_json::{Value, json};

use super::*;
use crate::evidence::{Fact, Object};

/// Facts and objects of node n1.
#[derive(Default)]
struct Made(Evidence);

impl Made {
    fn fact(mut self, key: &str, value: Value) -> Self {
        self.0.facts.push(Fact {
            key: key.to_owned(),
            node: Some("n1".into()),
            text: value.to_string(),
            value,
            entry: 0,
            line: 1,
        });
        self
    }

    fn list(mut self, kind: &str, group: &str, objects: Vec<Value>) -> Self {
        let key = ObjectKey {
            kind: kind.to_owned(),
            group: group.to_owned(),
        };
        let text = |value: &Value, pointer: &str| {
            value
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let objects = objects.into_iter().map(|value| Object {
            key: key.clone(),
            api_version: String::new(),
            name: text(&value, "/metadata/name").unwrap_or_default(),
            namespace: text(&value, "/metadata/namespace"),
            entry: 0,
            value: value.into(),
        });
        let objects: Vec<Object> = objects.collect();
        self.0.collected.insert(key.clone());
        if !objects.is_empty() {
            self.0.objects.insert(key, objects);
        }
        self
    }

    fn nodes(self, ready: &[(&str, bool)]) -> Self {
        let node = |(name, ready): &(&str, bool)| {
            json!({"metadata": {"name": name, "labels": {"node-role.kubernetes.io/etcd": "true"},
                "annotations": {"rke2.io/node-args": "[\"server\",\"--cni\",\"canal\"]"}},
                "status": {"conditions": [{"type": "Ready", "status": if *ready { "True" } else { "Unknown" }}],
                "nodeInfo": {"kubeletVersion": "v1.30.9+rke2r1", "osImage": "SLES 15"}}})
        };
        self.list("Node", "", ready.iter().map(node).collect())
    }

    fn check(&self, id: &str, purpose: Purpose) -> Outcome {
        let at = "2025-01-25T10:00:00Z".parse().unwrap();
        let made = check(&self.0, purpose, Some("n1"), at);
        let found = made.checks.into_iter().find(|check| check.id == id);
        found.unwrap().outcome
    }

    fn word(&self, id: &str) -> &'static str {
        self.check(id, Purpose::Any).word()
    }
}

fn text(outcome: &Outcome) -> String {
    format!("{outcome:?}")
}

#[test]
fn without_anything_nothing_is_called_fine() {
    for purpose in Purpose::ALL {
        let made = check(&Evidence::default(), *purpose, None, Timestamp::UNIX_EPOCH);
        for one in made.checks.iter().filter(|one| one.id != "leftovers") {
            assert_eq!(one.outcome.word(), "unknown", "{}", one.id);
        }
        assert_eq!(made.worst(), None);
    }
}

fn kernel(overcommit: &str) -> Made {
    let mut made = Made::default();
    for (key, want) in threshold::KERNEL {
        made = made.fact(&format!("sysctl.{key}"), json!(want.to_string()));
    }
    made.0.facts[0].value = json!(overcommit);
    made
}

#[test]
fn kernel_flags_fail_only_where_the_kubelet_will_exit() {
    assert_eq!(kernel("1").word("kernel-flags"), "passed");
    let lax = kernel("0");
    assert_eq!(lax.word("kernel-flags"), "passed");
    let strict = kernel("0").fact("config.rke2.profile", json!("cis"));
    let failed = strict.check("kernel-flags", Purpose::Install);
    assert!(
        text(&failed).contains("vm.overcommit_memory is 0, required 1"),
        "{failed:?}"
    );
    assert!(text(&failed).contains("sysctl -w vm.overcommit_memory=1"));
    let harvester = kernel("0")
        .fact("config.rke2.protect-kernel-defaults", json!("true"))
        .fact("release.harvester", json!("v1.4.1"));
    assert!(text(&harvester.check("kernel-flags", Purpose::Any)).contains("/oem"));
}

/// Packed values are not changed in place.
fn change(object: &mut Object, how: impl FnOnce(&mut Value)) {
    let mut value = object.value.view().to_json();
    how(&mut value);
    object.value = value.into();
}

#[test]
fn a_server_that_differs_from_the_others_is_named() {
    let mut made = Made::default().nodes(&[("n1", true), ("n2", true), ("n3", true)]);
    assert_eq!(made.word("server-arguments"), "passed");
    let nodes = made.0.objects.values_mut().next().unwrap();
    change(&mut nodes[2], |value| {
        value["metadata"]["annotations"]["rke2.io/node-args"] =
            json!("[\"server\",\"--cni=canal\",\"--profile\",\"cis\"]");
    });
    let failed = made.check("server-arguments", Purpose::Upgrade);
    assert!(
        text(&failed).contains("--profile: (not set) on n1, n2; cis on n3"),
        "{failed:?}"
    );
    let made = Made(made.0);
    let strict = kernel("0");
    let joined = Made(Evidence {
        facts: strict.0.facts,
        ..made.0
    });
    assert!(
        text(&joined.check("kernel-flags", Purpose::Install))
            .contains("server n3 runs with --profile")
    );
}

#[test]
fn quorum_now_and_afterwards() {
    let of = |ready: &[(&str, bool)], purpose| {
        Made::default().nodes(ready).check("etcd-quorum", purpose)
    };
    let three = [("n1", true), ("n2", true), ("n3", true)];
    let two_of_three = [("n1", true), ("n2", true), ("n3", false)];
    let one_of_three = [("n1", true), ("n2", false), ("n3", false)];
    assert_eq!(of(&three, Purpose::Upgrade).word(), "passed");
    assert_eq!(of(&two_of_three, Purpose::Upgrade).word(), "failed");
    assert_eq!(of(&one_of_three, Purpose::Any).word(), "failed");
    // Three healthy members: two are left, and none more may be lost.
    assert!(text(&of(&three, Purpose::RemoveNode)).contains("none more may be lost"));
    assert_eq!(of(&two_of_three, Purpose::RemoveNode).word(), "failed");
    assert_eq!(of(&[("n1", true)], Purpose::RemoveNode).word(), "failed");
    assert_eq!(of(&[("n1", true)], Purpose::Upgrade).word(), "passed");
    // A dead member may go while two of three live.
    assert_eq!(
        of(
            &[("n1", false), ("n2", true), ("n3", true)],
            Purpose::RemoveNode
        )
        .word(),
        "passed"
    );
}

#[test]
fn etcd_itself() {
    let health = |healthy: bool| {
        Made::default().fact("etcd.health", json!({"endpoint": "e", "healthy": healthy}))
    };
    assert_eq!(health(true).word("etcd-health"), "passed");
    assert_eq!(health(false).word("etcd-health"), "failed");
    let leaderless = health(true).fact("etcd.metrics", json!({"has_leader": 0.0}));
    assert!(text(&leaderless.check("etcd-health", Purpose::Any)).contains("no leader"));
    let size = |bytes: f64| {
        Made::default().fact("etcd.metrics", json!({"db_size": bytes, "quota": 1000.0}))
    };
    assert_eq!(size(799.0).word("etcd-space"), "passed");
    assert_eq!(size(800.0).word("etcd-space"), "failed");
}

#[test]
fn snapshots_age() {
    let at =
        |time: &str| Made::default().fact("etcd.snapshot", json!({"path": "/s", "modified": time}));
    assert_eq!(at("2025-01-24T10:00:00Z").word("etcd-snapshot"), "passed");
    assert_eq!(at("2025-01-24T09:59:59Z").word("etcd-snapshot"), "failed");
    let empty = Made::default().fact("etcd.snapshot-folder", json!("/s"));
    let failed = empty.check("etcd-snapshot", Purpose::Upgrade);
    assert!(
        text(&failed).contains("rke2 etcd-snapshot save --name before-upgrade"),
        "{failed:?}"
    );
    let listed = Made::default().list(
        "ETCDSnapshotFile",
        "k3s.cattle.io",
        vec![
            json!({"metadata": {"name": "s3"}, "status": {"creationTime": "2025-01-25T09:00:00Z"}}),
        ],
    );
    assert_eq!(listed.word("etcd-snapshot"), "passed");
}

#[test]
fn the_host() {
    let certificate =
        |end: &str| Made::default().fact("certificate", json!({"file": "c.crt", "not_after": end}));
    assert_eq!(
        certificate("2025-02-24T10:00:00Z").word("certificates"),
        "passed"
    );
    assert_eq!(
        certificate("2025-02-24T09:00:00Z").word("certificates"),
        "failed"
    );
    assert!(
        text(&certificate("2025-01-20T10:00:00Z").check("certificates", Purpose::Any))
            .contains("ended 5 days ago")
    );
    let disk =
        |used: u64| Made::default().fact("disk", json!({"mount": "/var", "use_percent": used}));
    assert_eq!(disk(84).word("disk"), "passed");
    assert_eq!(disk(85).word("disk"), "failed");
    let snap = Made::default().fact("disk", json!({"mount": "/snap/x", "use_percent": 100}));
    assert_eq!(snap.word("disk"), "unknown");
    let swap = |total: f64| Made::default().fact("swap", json!({"total": total, "used": 0.0}));
    assert_eq!(
        (swap(0.0).word("swap"), swap(1e9).word("swap")),
        ("passed", "failed")
    );
    let files = |most: &str| Made::default().fact("limit.open-files", json!(most));
    assert_eq!(
        (
            files("1048576").word("file-limits"),
            files("1024").word("file-limits")
        ),
        ("passed", "failed")
    );
    let clock = |value: Value| Made::default().fact("time-sync", value).word("time-sync");
    assert_eq!(clock(json!({"synchronized": true})), "passed");
    assert_eq!(
        clock(json!({"synchronized": true, "offset": -2.5})),
        "failed"
    );
    assert_eq!(clock(json!({"synchronized": false})), "failed");
}

#[test]
fn the_cluster() {
    let three = Made::default().nodes(&[("n1", true), ("n2", true)]);
    assert_eq!(
        (three.word("nodes-ready"), three.word("versions")),
        ("passed", "passed")
    );
    assert_eq!(
        (three.word("volumes"), three.word("upgrade-running")),
        ("passed", "passed")
    );
    let mut mixed = Made::default().nodes(&[("n1", true), ("n2", true)]);
    change(
        &mut mixed.0.objects.values_mut().next().unwrap()[1],
        |value| {
            value["status"]["nodeInfo"]["kubeletVersion"] = json!("v1.29.1");
        },
    );
    assert!(text(&mixed.check("versions", Purpose::Any)).contains("v1.29.1 (n2)"));
    let volume = |state: &str| {
        let volume = json!({"metadata": {"name": "pvc-1"}, "status": {"robustness": state}});
        Made::default()
            .list("Volume", "longhorn.io", vec![volume])
            .word("volumes")
    };
    assert_eq!(
        (volume("healthy"), volume("degraded"), volume("unknown")),
        ("passed", "failed", "passed")
    );
    let budget = |namespace: &str, healthy: u64, allowed: u64| {
        let budget = json!({"metadata": {"name": "b", "namespace": namespace}, "status":
            {"expectedPods": 2, "desiredHealthy": 1, "currentHealthy": healthy, "disruptionsAllowed": allowed}});
        Made::default()
            .list("PodDisruptionBudget", "policy", vec![budget])
            .word("disruption-budgets")
    };
    assert_eq!(
        (budget("shop", 2, 1), budget("shop", 1, 0)),
        ("passed", "failed")
    );
    assert_eq!(budget("longhorn-system", 1, 0), "passed");
    let upgrade = |state: &str| {
        let labels = json!({"harvesterhci.io/upgradeState": state});
        let upgrade = json!({"metadata": {"name": "hvst-upgrade-1", "labels": labels}});
        Made::default()
            .list("Upgrade", "harvesterhci.io", vec![upgrade])
            .word("upgrade-running")
    };
    assert_eq!(
        (upgrade("Succeeded"), upgrade("UpgradingNodes")),
        ("passed", "failed")
    );
}

#[test]
fn leftovers_and_forgotten_passwords() {
    let old = Made::default().fact("leftover", json!({"path": "/var/lib/rancher/rke2"}));
    assert_eq!(old.check("leftovers", Purpose::Install).word(), "failed");
    assert_eq!(
        Made::default().check("leftovers", Purpose::Install).word(),
        "passed"
    );
    let listed = |node: &str| {
        Made::default()
            .nodes(&[("n1", true)])
            .fact("node-passwords-listed", json!(true))
            .fact("node-password", json!({"node": node, "product": "rke2"}))
            .check("node-names", Purpose::Any)
    };
    assert_eq!(listed("n1").word(), "passed");
    assert!(text(&listed("n9")).contains("delete secret n9.node-password.rke2"));
}

#[test]
fn ids_are_written_down() {
    let documented = include_str!("../../docs/preflight.md");
    for listed in CHECKS {
        assert!(
            documented.contains(&format!("| `{}` |", listed.id)),
            "{}",
            listed.id
        );
    }
}
