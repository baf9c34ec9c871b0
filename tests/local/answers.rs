//! A node and the bundle made from it give the same answer.

use std::path::Path;

use serde_json::Value;

use crate::node::{can_write_journals, fixture, put, put_back};
use crate::program::{report, text};

/// What a report says, without where it read it.
fn answer(report: &Value) -> Value {
    let told = |list: &str| -> Vec<Value> {
        let findings = report[list].as_array().unwrap();
        let tell = |finding: &Value| {
            serde_json::json!({
                "signature": finding["signature"], "title": finding["title"], "sure": finding["sure"],
                "state": finding["state"], "subjects": finding["subjects"], "count": finding["count"],
                "first_seen": seconds(&finding["first_seen"]), "explained_by": finding["explained_by"],
                "steps": finding["remediation"]["steps"],
            })
        };
        findings.iter().map(tell).collect()
    };
    serde_json::json!({"verdict": report["verdict"], "headline": report["headline"],
        "causes": told("diagnosis"), "symptoms": told("symptoms")})
}

/// The journal's short form has whole seconds.
fn seconds(time: &Value) -> Option<&str> {
    time.as_str()?.get(..19)
}

/// A root and the bundle that it gives, made from a fixture.
fn pair(bundle: &Path, collected: &str) -> (tempfile::TempDir, tempfile::TempDir) {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = bundle.file_name().unwrap();
    put_back(bundle, root.path(), &kept.path().join(name), collected);
    (root, kept)
}

fn same(bundle: &Path, collected: &str, cause: &str) {
    let (root, kept) = pair(bundle, collected);
    let from_node = report(&["local", "--root", text(root.path())]);
    let from_bundle = report(&["scan", text(kept.path())]);
    let causes = from_node["diagnosis"].as_array().unwrap();
    assert!(
        causes.iter().any(|one| one["signature"] == cause),
        "{from_node:#}"
    );
    assert_eq!(answer(&from_node), answer(&from_bundle));
    assert_eq!(from_node["input"]["kind"], "node");
}

#[test]
fn an_rke2_server_says_what_its_bundle_says() {
    if can_write_journals("an_rke2_server_says_what_its_bundle_says") {
        same(
            &fixture("rke2-kernel-flags"),
            "2025-02-22T01:10:00Z",
            "kubelet/invalid-kernel-flag",
        );
    }
}

#[test]
fn a_k3s_server_says_what_its_bundle_says() {
    if can_write_journals("a_k3s_server_says_what_its_bundle_says") {
        same(
            &fixture("k3s-first-server-lost"),
            "2025-05-20T09:40:00Z",
            "node/password-rejected",
        );
    }
}

#[test]
fn an_rke1_node_says_what_its_bundle_says() {
    if can_write_journals("an_rke1_node_says_what_its_bundle_says") {
        same(
            &fixture("rancher-node-deleted-no-audit"),
            "2025-03-11T14:30:00Z",
            "rke1/ports-blocked",
        );
    }
}

#[test]
fn a_harvester_node_says_what_its_bundle_says() {
    if can_write_journals("a_harvester_node_says_what_its_bundle_says") {
        let node = fixture("harvester-upgrade-no-objects").join("nodes/n2.zip/n2");
        let (root, kept) = pair(&node, "2025-01-25T10:00:00Z");
        let from_node = report(&["local", "--root", text(root.path())]);
        let from_bundle = report(&["scan", text(kept.path())]);
        assert_eq!(answer(&from_node), answer(&from_bundle));
        assert!(
            from_node["input"]["products"]["harvester"].is_string(),
            "{from_node:#}"
        );
        assert!(from_node["scanned"]["lines"].as_u64() > Some(10));
    }
}

#[test]
fn on_harvester_the_remedy_is_the_one_that_survives_a_reboot() {
    if !can_write_journals("on_harvester_the_remedy_is_the_one_that_survives_a_reboot") {
        return;
    }
    let (root, _kept) = pair(&fixture("rke2-kernel-flags"), "2025-02-22T01:10:00Z");
    let release = "harvester: v1.4.1\nharvesterChart: 1.4.1\nos: Harvester v1.4.1\nkubernetes: v1.30.9+rke2r1\nrancher: v2.10.1\n";
    put(
        root.path(),
        "etc/harvester-release.yaml",
        release.as_bytes(),
    );
    put(root.path(), "oem/99_custom.yaml", b"name: custom\n");
    let report = report(&["local", "--root", text(root.path())]);
    let steps = report["diagnosis"][0]["remediation"]["steps"].to_string();
    assert!(
        steps.contains("/oem") && !steps.contains("If not harvester"),
        "{steps}"
    );
}
