//! The HTML report in the program that opens it: headless Chromium, driven by playwright-core.
//!
//! `.ci/tools` installs both. `BUNDLEVET_PICTURES` names a directory that keeps the screenshots for those who want to
//! look at them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

#[path = "../trees/mod.rs"]
mod trees;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{self, Chart, Diagnosis, EvidenceItem, Lane, Mark, MarkKind};
use bundlevet::report::{self, Format, TextOptions};
use bundlevet::signature::Database;
use serde_json::Value;

const CHROMIUM: &str = "/usr/bin/chromium";

/// The directory with the `node_modules` of playwright-core, if a browser can be driven here.
fn driver() -> Option<PathBuf> {
    let tools = std::env::var_os("BUNDLEVET_TOOLS").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let npm = tools
        .unwrap_or_else(|| root.join("target/tools"))
        .join("npm");
    if npm.join("node_modules/playwright-core").is_dir() && Path::new(CHROMIUM).exists() {
        return Some(npm);
    }
    let required = std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_some();
    assert!(
        !required,
        "{CHROMIUM} or playwright-core is not installed; run .ci/tools"
    );
    println!("skipped: {CHROMIUM} or playwright-core is not installed; run .ci/tools");
    None
}

fn diagnose(case: &str) -> Diagnosis {
    let dir = tempfile::tempdir().unwrap();
    let options = ScanOptions {
        surroundings: true,
        ..ScanOptions::default()
    };
    let bundle = trees::pack(case, dir.path());
    pipeline::scan(&[bundle], Database::shipped(), &options)
        .unwrap()
        .diagnosis
}

/// Opens the report of a diagnosis and does what a reader does; what came of it.
fn open(name: &str, diagnosis: &Diagnosis) -> Option<Value> {
    let mut page = Vec::new();
    report::write(Format::Html, diagnosis, &TextOptions::default(), &mut page).unwrap();
    run("page.mjs", name, &page)
}

/// What a script says of a page.
fn run(script: &str, name: &str, page: &[u8]) -> Option<Value> {
    let modules = driver()?;
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("report.html");
    fs::write(&path, page).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/browser")
        .join(script);
    let output = Command::new("node")
        .arg(script)
        .arg(modules)
        .arg(CHROMIUM)
        .arg(&path)
        .arg(scratch.path())
        .output()
        .expect("node runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    if let Some(pictures) = std::env::var_os("BUNDLEVET_PICTURES").map(PathBuf::from) {
        for file in [
            "wide.png",
            "searched.png",
            "picture.png",
            "dark.png",
            "dark-wide.png",
            "dark-narrow.png",
            "narrow.png",
            "page.pdf",
            "report.html",
        ] {
            let _ = fs::copy(
                scratch.path().join(file),
                pictures.join(format!("{name}-{file}")),
            );
        }
    }
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    println!("{name}: {said}");
    Some(said)
}

/// What holds for every report.
fn sound(said: &Value) {
    assert_eq!(
        said["problems"],
        serde_json::json!([]),
        "errors in the console"
    );
    assert_eq!(
        said["violations"],
        serde_json::json!([]),
        "violations of the policy"
    );
    let requests = said["requests"].as_array().unwrap();
    assert!(
        requests.len() == 1 && requests[0].as_str().unwrap().starts_with("file://"),
        "{requests:?}"
    );
    assert_eq!(
        (&said["scripts"], &said["foreign"]),
        (&Value::from(2), &Value::from(0)),
        "foreign elements"
    );
    assert_eq!(said["nothing"], 0);
    assert_eq!(
        said["items"], said["again"],
        "an empty search shows all again"
    );
    assert_eq!(said["overflow"], 0, "wider than a phone");
    assert_ne!(said["dark"], said["light"]);
    assert_eq!(said["dark"], said["toggled"]);
    assert!(said["pdf"].as_u64().unwrap() > 10_000);
}

#[test]
#[ignore = "drives a browser; .ci/run installs one and runs it"]
fn a_report_is_opened_searched_and_printed() {
    for case in [
        "rke2-kernel-flags",
        "harvester-upgrade-pre-draining",
        "quiet-rke2",
    ] {
        let Some(said) = open(case, &diagnose(case)) else {
            return;
        };
        sound(&said);
        if case != "quiet-rke2" {
            assert_eq!(said["expanded"], true);
            assert_eq!(said["copied"], true);
            let around = said["around"].as_array().unwrap();
            assert_ne!(around[0], around[1], "the lines around a quote fold");
            assert!(said["some"].as_u64().unwrap() > 0 && said["tips"].as_u64().unwrap() > 0);
        }
    }
}

#[test]
#[ignore = "drives a browser; .ci/run installs one and runs it"]
fn ten_thousand_marks_stay_fluent() {
    let mut diagnosis = diagnose("rke2-kernel-flags");
    let lane = |at: i64| Lane {
        node: Some(format!("n{}", at / 5)),
        component: format!("program-{at}"),
        covered: Vec::new(),
        marks: (0..500)
            .map(|mark| Mark {
                time: jiff::Timestamp::from_second(1_750_000_000 + mark * 600 + at * 7).unwrap(),
                kind: [MarkKind::Cause, MarkKind::Symptom, MarkKind::Start][(mark % 3) as usize],
                what: format!("what/{at}"),
                count: 3,
            })
            .collect(),
    };
    diagnosis.chart = Chart {
        lanes: (0..20).map(lane).collect(),
        bucket: 60,
        left_out: 0,
    };
    let Some(said) = open("marks", &diagnosis) else {
        return;
    };
    sound(&said);
    let mut frames: Vec<f64> = said["frames"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_f64)
        .collect();
    frames.sort_by(f64::total_cmp);
    assert!(frames.len() > 10, "{frames:?}");
    let middle = frames[frames.len() / 2];
    println!(
        "a frame with 10,000 marks: {middle:.1} ms, at worst {:.1} ms",
        frames[frames.len() - 1]
    );
    assert!(
        middle < 33.0,
        "30 frames in a second, on a machine without a graphics card: {middle} ms"
    );
}

#[test]
#[ignore = "drives a browser; .ci/run installs one and runs it"]
fn a_comparison_is_opened_expanded_and_printed() {
    let dir = tempfile::tempdir().unwrap();
    let bundle = trees::pack("rke2-kernel-flags", dir.path());
    let scan = pipeline::scan(&[bundle], Database::shipped(), &ScanOptions::default()).unwrap();
    let (mut before, mut after) = (scan.diagnosis.clone(), scan.diagnosis);
    before.causes.remove(0);
    before.inputs[0].products.insert(
        "kubernetes".into(),
        format!("v1.30.4-{}", "long".repeat(60)),
    );
    after.symptoms[0].title = HOSTILE.to_owned();
    let comparison = rank::compare((&before, &scan.evidence), (&after, &scan.evidence));
    let mut page = Vec::new();
    report::write_diff_html(&comparison, &TextOptions::default(), &mut page).unwrap();
    let Some(said) = run("alone.mjs", "diff", &page) else {
        return;
    };
    let none = serde_json::json!([]);
    assert_eq!(said["problems"], none, "errors in the console");
    let requests = said["requests"].as_array().unwrap();
    let local = |one: &Value| one.as_str().unwrap().starts_with("file://");
    assert!(
        requests.len() == 2 && requests.iter().all(local),
        "{requests:?}"
    );
    for width in ["wide", "narrow"] {
        assert_eq!(said["overflow"][width], 0, "wider than the window: {width}");
        let [folded, open] = [0, 1].map(|at| said["expanded"][width][at].as_u64().unwrap());
        assert!(
            0 < folded && folded < open,
            "{width}: {folded} rows, then {open}"
        );
    }
    assert_ne!(said["dark"], said["light"]);
    assert_eq!(said["scripts"], 0);
    assert!(said["pdf"].as_u64().unwrap() > 5_000);
}

const HOSTILE: &str = "\"'></script></style><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)> kubelet https://example.com/";

#[test]
#[ignore = "drives a browser; .ci/run installs one and runs it"]
fn hostile_lines_do_nothing() {
    let hostile = HOSTILE;
    let mut diagnosis = diagnose("harvester-upgrade-pre-draining");
    for finding in diagnosis.causes.iter_mut().chain(&mut diagnosis.symptoms) {
        finding.title = hostile.to_owned();
        finding.reasons = vec![hostile.to_owned()];
        finding.references = vec![format!("javascript:alert(4)//{hostile}")];
        for item in &mut finding.evidence {
            let (EvidenceItem::Line { text, .. }
            | EvidenceItem::Object { text, .. }
            | EvidenceItem::Fact { text, .. }) = item;
            *text = hostile.to_owned();
        }
    }
    for lane in &mut diagnosis.chart.lanes {
        lane.component = hostile.to_owned();
    }
    let Some(said) = open("hostile", &diagnosis) else {
        return;
    };
    sound(&said);
}
