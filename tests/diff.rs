//! Two packed bundles of one cluster, compared by the command as a user would: a day on which a node failed.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a broken fixture fails the test"
)]

mod trees;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const FLAG: &str = r#"E0602 07:59:30.700000    8869 kubelet.go:1479] "Failed to start ContainerManager" err="[invalid kernel flag: kernel/panic, expected value: 10, actual value: 0]""#;

/// The quiet bundle, and the same after an update that the node's kubelet does not survive.
fn bundles(dir: &Path) -> [PathBuf; 2] {
    let quiet = trees::case("quiet-harvester");
    let failed = dir.join("tree");
    for (name, bytes) in trees::files(&quiet, false) {
        let path = failed.join(&name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, fail(&name, bytes)).unwrap();
    }
    let paths = ["monday", "tuesday"].map(|day| dir.join(format!("{day}.zip")));
    std::fs::write(&paths[0], trees::zip(&quiet)).unwrap();
    std::fs::write(&paths[1], trees::zip(&failed)).unwrap();
    paths
}

fn fail(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8(bytes).unwrap();
    let text = match name {
        _ if name.ends_with("nodes.yaml") => text
            .replace("v1.31.7+rke2r1", "v1.32.3+rke2r1")
            .replace(
                "kubelet is posting ready status",
                "Kubelet stopped posting node status.",
            )
            .replace(
                "KubeletReady\n      status: \"True\"",
                "NodeStatusUnknown\n      status: \"Unknown\"",
            ),
        _ if name.ends_with("kubelet.log") => format!("{text}{FLAG}\n"),
        _ => text,
    };
    text.into_bytes()
}

fn diff(paths: &[PathBuf; 2], more: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_bundlevet"))
        .args(["diff", "--no-config"])
        .args(paths)
        .args(more)
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (text, output.status.code().unwrap())
}

#[test]
fn what_broke_over_night_is_new() {
    let dir = tempfile::tempdir().unwrap();
    let paths = bundles(dir.path());
    let (text, code) = diff(&paths, &["--fail-on", "high"]);
    assert_eq!(code, 1, "{text}");
    let new = text.find("\nNew\n").expect("a part that says what is new");
    let said = &text[new..];
    assert!(said.contains("kubelet/invalid-kernel-flag"), "{text}");
    assert!(said.contains("node/not-ready"), "{text}");
    assert!(!text.contains("\nGone\n"), "{text}");
    // versions and the states of nodes
    assert!(
        text.contains("v1.31.7") && text.contains("v1.32.3"),
        "{text}"
    );
    assert!(text.contains("Unknown"), "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn what_was_mended_is_gone_and_fails_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let [before, after] = bundles(dir.path());
    let (text, code) = diff(&[after, before], &["--fail-on", "low"]);
    assert_eq!(code, 0, "{text}");
    let gone = text
        .find("\nGone\n")
        .expect("a part that says what is gone");
    assert!(
        text[gone..].contains("kubelet/invalid-kernel-flag"),
        "{text}"
    );
    assert!(!text.contains("\nNew\n"), "{text}");
}

#[test]
fn json_keeps_to_its_schema_and_says_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let paths = bundles(dir.path());
    let (json, code) = diff(&paths, &["--format", "json"]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let schema = Command::new(env!("CARGO_BIN_EXE_bundlevet"))
        .args(["schema", "diff"])
        .output()
        .unwrap();
    let schema: Value = serde_json::from_slice(&schema.stdout).unwrap();
    jsonschema::validate(&schema, &report).unwrap();
    assert_eq!(
        (code, report["schema"].as_str()),
        (0, Some("bundlevet.diff/v1"))
    );
    let kinds: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["signature"] == "kubelet/invalid-kernel-flag")
        .filter_map(|one| one["change"].as_str())
        .collect();
    assert_eq!(kinds, ["new"]);
}

#[test]
fn a_bundle_does_not_differ_from_itself() {
    let dir = tempfile::tempdir().unwrap();
    let [before, _] = bundles(dir.path());
    let (text, code) = diff(&[before.clone(), before], &["--fail-on", "info"]);
    assert_eq!(code, 0);
    assert!(
        !text.contains("\nNew\n") && !text.contains("\nGone\n"),
        "{text}"
    );
}

#[test]
fn chinese_readers_get_a_page_and_a_text_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let paths = bundles(dir.path());
    let (text, _) = diff(&paths, &["--lang", "zh-CN"]);
    let (page, _) = diff(&paths, &["--lang", "zh-CN", "--format", "html"]);
    for said in [&text, &page] {
        assert!(
            said.contains("kubelet") && !said.contains("What was read"),
            "{said}"
        );
    }
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
}
