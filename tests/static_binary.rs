//! The released form: one static binary that runs where nothing else is installed.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

mod trees;

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds what is released and returns the binary.
fn build() -> PathBuf {
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/static"))
        .output()
        .expect("deploy/static runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the static build failed: {error}");
    let path = String::from_utf8(output.stdout).expect("a path");
    PathBuf::from(path.trim_end())
}

#[test]
#[ignore = "builds a second release binary and needs root for chroot; .ci/run runs it"]
fn it_runs_in_an_empty_chroot() {
    let root = tempfile::tempdir().expect("scratch");
    std::fs::copy(build(), root.path().join("bundlevet")).expect("copy");
    let bundle = trees::pack("rke2-kernel-flags", root.path());
    let name = bundle
        .file_name()
        .expect("name")
        .to_string_lossy()
        .into_owned();
    let output = Command::new("chroot")
        .arg(root.path())
        .args([
            "/bundlevet",
            "scan",
            "--format",
            "json",
            &format!("/{name}"),
        ])
        .output()
        .expect("chroot runs (as root)");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        json["diagnosis"][0]["signature"], "kubelet/invalid-kernel-flag",
        "{error}"
    );
}
