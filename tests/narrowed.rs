//! A scan that is asked about a part of a bundle: a node, a time, and what is said where there is no such part.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn scan(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bundlevet"));
    command.args(["scan", "--no-config", "--format", "json"]);
    command.args(args).env_remove("LANG").stdin(Stdio::null());
    command
}

/// Exit code, report, and what was said on standard error.
fn parts(output: Output) -> (i32, Value, String) {
    let report = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let said = String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), report, said)
}

fn run(args: &[&str]) -> (i32, Value, String) {
    parts(scan(args).output().unwrap())
}

/// A bundle with the kernel flag problem: from 00:55 on, collected at 01:10.
fn bundle() -> String {
    let path: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles/rke2-kernel-flags");
    path.to_str().unwrap().to_owned()
}

const FLAG: &str = "kubelet/invalid-kernel-flag";

fn causes(report: &Value) -> Vec<&str> {
    let causes = report["diagnosis"].as_array().unwrap().iter();
    causes
        .map(|cause| cause["signature"].as_str().unwrap())
        .collect()
}

#[test]
fn to_what_has_a_name() {
    for about in ["node/cp1", "cp1", "kubelet"] {
        let (code, report, said) = run(&[&bundle(), "--about", about]);
        assert_eq!(code, 0, "{said}");
        assert!(causes(&report).contains(&FLAG), "{about}");
    }
    // a component that is known, and is fine
    let (code, report, _) = run(&[&bundle(), "--about", "longhorn"]);
    assert!(code == 0 && !causes(&report).contains(&FLAG));
    for (about, hint) in [
        ("nod/cp1", "did you mean node/cp1?"),
        ("node/cp7", "a node"),
    ] {
        let (code, _, said) = run(&[&bundle(), "--about", about]);
        assert!(
            code == 2 && said.contains(about) && said.contains(hint),
            "{said}"
        );
    }
}

#[test]
fn to_a_time() {
    for (args, found) in [
        (["--since", "2025-02-22 00:50"], true),
        (["--since", "30m"], true),
        (["--since", "2025-02-22T01:11:00Z"], false),
        (["--until", "2025-02-22 00:30"], false),
        (["--until", "2025-02-23"], true),
    ] {
        let (code, report, said) = run(&[&[bundle().as_str()], &args[..]].concat());
        // the logs end at 01:10: later there is nothing to be examined
        let nothing = args[1].contains("01:11");
        assert_eq!(code, if nothing { 2 } else { 0 }, "{said}");
        assert_eq!(causes(&report).contains(&FLAG), found, "{args:?}");
    }
    let (code, _, said) = run(&[&bundle(), "--since", "yesterday"]);
    assert!(code == 2 && said.contains("2025-01-25"), "{said}");
}

#[test]
fn a_time_without_lines_shows_nothing_to_be_well() {
    let (code, report, _) = run(&[&bundle(), "--since", "2030-01-01"]);
    assert_eq!(
        (code, report["verdict"].as_str()),
        (2, Some("not_examinable"))
    );
    let headline = report["headline"].as_str().unwrap();
    assert!(
        headline.contains("2025-02-22 00:00Z to 2025-02-22 01:10Z"),
        "{headline}"
    );
    let (code, _, said) = run(&[&bundle(), "--since", "2025-03-01", "--until", "2025-02-01"]);
    assert!(
        code == 2 && said.contains("ends before it begins"),
        "{said}"
    );
}

#[test]
fn what_nobody_knows_is_looked_for_in_that_time_only() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("app.log");
    let lines = "2026-01-25T09:00:00Z INFO started\n2026-01-25T09:30:00Z ERROR sprocket jammed: cogs worn\n\
                 2026-01-25T11:40:00Z FATAL widget refused: no such gear\n";
    std::fs::write(&file, lines).unwrap();
    let (_, report, _) = run(&[file.to_str().unwrap(), "--until", "2026-01-25 10:00"]);
    let all = report.to_string();
    assert!(!all.contains("no such gear"), "{all}");
    let (_, report, _) = run(&[file.to_str().unwrap()]);
    assert!(report.to_string().contains("no such gear"));
}

#[test]
fn a_short_pipe_is_looked_at_twice_like_a_file() {
    let line = "2026-01-25T11:40:00Z FATAL widget refused: no such gear\n";
    let piped = |text: &str| {
        let mut child = scan(&["-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        parts(child.wait_with_output().unwrap()).1
    };
    let report = piped(line);
    assert_eq!(report["verdict"], "no_known_cause", "{report}");
    let headline = report["headline"].as_str().unwrap();
    assert!(headline.contains("standard input ends with"), "{headline}");
    // what is too long to be kept is not said to be well without a word
    let long = "2026-01-25T11:00:00Z INFO the same as ever\n".repeat(120_000) + line;
    let report = piped(&long);
    let missing = report["not_examined"].to_string();
    assert!(missing.contains("standard input"), "{missing}");
}
