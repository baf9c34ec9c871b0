//! The gate before an upgrade or an installation, and what is asked of a live server.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::node::put;
use crate::program::{bundlevet, plain_node, text};

#[test]
fn a_preflight_is_a_gate_and_its_json_keeps_its_contract() {
    let root = plain_node();
    put(
        root.path(),
        "etc/rancher/rke2/config.yaml",
        b"profile: cis\n",
    );
    for (key, value) in [
        ("vm/overcommit_memory", "0"),
        ("vm/panic_on_oom", "0"),
        ("kernel/panic", "10"),
        ("kernel/panic_on_oops", "1"),
        ("kernel/keys/root_maxkeys", "1000000"),
        ("kernel/keys/root_maxbytes", "25000000"),
    ] {
        put(
            root.path(),
            &format!("proc/sys/{key}"),
            format!("{value}\n").as_bytes(),
        );
    }
    let args = |more: &[&'static str]| -> Vec<String> {
        let head = ["local", "--root", text(root.path()), "--preflight"];
        head.iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    };
    let run = |more: &[&'static str]| {
        let args = args(more);
        bundlevet(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let (code, out, err) = run(&["upgrade", "--format", "json"]);
    assert_eq!(code, 1, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let schema: Value = serde_json::from_str(bundlevet::report::PREFLIGHT_SCHEMA).unwrap();
    jsonschema::validate(&schema, &report).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let of = |id: &str| checks.iter().find(|one| one["check"] == id).unwrap();
    assert_eq!(of("kernel-flags")["result"], "failed");
    assert_eq!(of("certificates")["result"], "failed");
    assert_eq!(of("disk")["result"], "unknown");
    assert!(of("disk")["would_let"].is_string());
    // The same with another bar, and as a probe.
    put(root.path(), "proc/sys/vm/overcommit_memory", b"1\n");
    let (code, out, _) = run(&["upgrade", "--fail-on", "critical"]);
    assert_eq!(code, 0, "{out}");
    let (code, _, _) = run(&["upgrade", "--fail-on", "critical", "--strict"]);
    assert_eq!(code, 1);
    let (_, out, _) = run(&["--format", "openmetrics"]);
    assert!(out.contains("bundlevet_preflight_check{check=\"kernel-flags\",node=\"n1\",purpose=\"any\",severity=\"critical\"} 1\n"));
    assert!(out.ends_with("# EOF\n"), "{out}");
    let (_, out, _) = run(&["install"]);
    assert!(out.contains("/var/lib/rancher/rke2"), "{out}");
}

/// What the program says on a made-up machine: `/` is this one's with a script's things put on it, in namespaces of
/// their own. Nothing where that cannot be had.
fn on_a_machine(script: &str, args: &str) -> Option<(Value, String)> {
    let may = Command::new("unshare").args(["-mn", "true"]).status();
    let python = Command::new("python3").arg("--version").output();
    if !may.is_ok_and(|status| status.success()) || python.is_err() {
        println!("skipped: {script} needs root, unshare and python3");
        return None;
    }
    let place = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["-mn", "bash"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
        .arg(place.path())
        .arg(env!("CARGO_BIN_EXE_bundlevet"))
        .args(args.split(' '))
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_str(&out);
    Some((report.unwrap_or_else(|_| panic!("{out} {err}")), out))
}

/// What a check of the preflight came to.
fn result(report: &Value, id: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|one| one["check"] == id);
    found
        .map(|one| one["result"].as_str().unwrap().to_owned())
        .unwrap()
}

#[test]
fn an_rke1_node_is_asked_through_its_containers() {
    const SCRIPT: &str = "tests/node/rke1.sh";
    let Some((report, out)) = on_a_machine(SCRIPT, "local --preflight upgrade --format json")
    else {
        return;
    };
    assert_eq!(result(&report, "etcd-health"), "failed", "{out}");
    assert_eq!(result(&report, "nodes-ready"), "failed", "{out}");
    assert!(
        out.contains("alarm:NOSPACE") || out.contains("unhealthy"),
        "{out}"
    );
    let (report, out) = on_a_machine(SCRIPT, "local --format json").unwrap();
    assert!(
        out.contains("systeminfo/dmesg") && out.contains("Killed process 4242"),
        "no journal, so the kernel is asked: {out}"
    );
    assert!(!report["input"]["nodes"].as_array().unwrap().is_empty());
}

#[test]
fn a_server_that_answers_is_asked() {
    const SCRIPT: &str = "tests/node/server.sh";
    let Some((report, out)) = on_a_machine(SCRIPT, "local --preflight upgrade --format json")
    else {
        return;
    };
    let result = |id: &str| result(&report, id);
    for failed in [
        "etcd-quorum",
        "etcd-space",
        "versions",
        "nodes-ready",
        "volumes",
        "disruption-budgets",
        "node-names",
    ] {
        assert_eq!(result(failed), "failed", "{failed}: {out}");
    }
    for passed in [
        "etcd-health",
        "etcd-snapshot",
        "server-arguments",
        "upgrade-running",
    ] {
        assert_eq!(result(passed), "passed", "{passed}: {out}");
    }
    let begun = std::time::Instant::now();
    let (report, _) = on_a_machine(SCRIPT, "local --format json").unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_secs(40));
    assert!(
        report["problems"].to_string().contains("events.yaml"),
        "its question hangs: {report:#}"
    );
    let nodes = report["input"]["nodes"].as_array().unwrap();
    assert!(
        nodes
            .iter()
            .any(|node| node["name"] == "n2" && node["ready"] == "False")
    );
}
