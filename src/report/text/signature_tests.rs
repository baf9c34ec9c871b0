//! Pages about one signature: what it means, and why it was (not) found.

use jiff::Timestamp;

use super::{TextOptions, write_signature, write_why};
use crate::detect::HitSeries;
use crate::report::sample::{evidence, quiet, rich};
use crate::signature::Database;

const FILE: &str = r#"
title: kubelet will not start on <node>, <key> is wrong
kind: cause
severity: critical
sure: certain
programs: [kubelet, rke2]
match:
  - 'invalid kernel flag: <key>, expected value: <want>'
not:
  - 'Updating kernel flag'
leads-to: [kubelet-down, api-down]
explanation: The kubelet checks, never sets, and exits.
fix:
  - safe: Set it now
    run: sysctl -w <key|sysctl>=<want>
    on: node <node>
    if: not harvester
  - destructive: Remove the node
    run: rke2-uninstall.sh
    loses: everything on it
    takes: 1h
check: {run: 'sysctl -n <key|sysctl>', expect: <want>}
prevent: Set these before a node joins.
needs: the kubelet log
refs: ['https://example.com/hardening']
tests:
  - hit: 'E0222 00:55:29.557737 1 kubelet.go:1] "x" err="invalid kernel flag: kernel/panic, expected value: 10"'
  - quiet: 'nothing'
"#;

/// A database that holds this one signature, `local/flag`, besides the shipped ones.
fn database() -> Database {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("local")).unwrap();
    std::fs::write(dir.path().join("local/flag.yaml"), FILE).unwrap();
    let (database, problems) = Database::load(&[dir.path().to_owned()], &[]);
    assert!(problems.is_empty(), "{problems:?}");
    database
}

fn options() -> TextOptions {
    TextOptions {
        width: 80,
        ..TextOptions::default()
    }
}

#[test]
fn what_a_signature_means() {
    let database = database();
    let mut out = Vec::new();
    write_signature(database.get("local/flag").unwrap(), &options(), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    // The directory is another one in every run.
    let stable: Vec<&str> = out
        .lines()
        .filter(|line| !line.contains("flag.yaml"))
        .collect();
    insta::assert_snapshot!(stable.join("\n"));
}

#[test]
fn why_it_was_not_found() {
    let database = database();
    let signature = database.get("local/flag").unwrap();
    let mut evidence = evidence();
    let series = HitSeries {
        signature: u32::try_from(database.position("local/flag").unwrap()).unwrap(),
        part: 0,
        about: None,
        captures: Default::default(),
        count: 3,
        first: vec![],
        last: vec![],
        minutes: Default::default(),
        span: None::<(Timestamp, Timestamp)>,
    };
    evidence.entries[2].hits.series.push(series);
    let mut diagnosis = quiet();
    diagnosis.not_examined = rich().not_examined;
    diagnosis.not_examined[0]
        .signatures
        .push("local/flag".into());
    let mut out = Vec::new();
    write_why(
        &database,
        &evidence,
        &diagnosis,
        signature,
        &options(),
        &mut out,
    )
    .unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn why_it_was_found() {
    let database = database();
    let mut diagnosis = rich();
    diagnosis.causes[0].signature = "local/flag".into();
    let mut out = Vec::new();
    let signature = database.get("local/flag").unwrap();
    write_why(
        &database,
        &evidence(),
        &diagnosis,
        signature,
        &options(),
        &mut out,
    )
    .unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(
        out.contains("Why we think so")
            && !out.contains("was not found")
            && !out.contains("cert/expired"),
        "{out}"
    );
}
