//! How often the first answer is right: labelled incidents, built into bundles with distractors, diagnosed and scored.
//!
//! `cargo test --test accuracy -- --nocapture` prints the tables. The collection is not part of the repository
//! (`BUNDLEVET_SHARED`, or `../shared` beside it); without it the project's own cases are scored alone: they decide
//! whether the build passes. `BUNDLEVET_MISSES=1` prints every miss, and the causes that a bundle cannot show.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    dead_code,
    unreachable_pub,
    reason = "a broken fixture fails the test"
)]

mod build;
mod incident;
#[path = "../../src/signature/node.rs"]
mod node;
mod noise;
mod own;
mod score;
mod stamp;

use std::path::{Path, PathBuf};

use build::Bundle;
use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::Diagnosis;
use bundlevet::signature::Database;
use incident::{Expected, Incident};
use score::{Outcome, Table};

/// What the own cases have to reach: slightly under what they reach now.
const AT_1: f64 = 0.97;
const AT_3: f64 = 0.98;
const GROUNDED: f64 = 0.97;
const WRONG_AT_CERTAIN: f64 = 0.01;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn shared() -> Option<PathBuf> {
    let folder =
        std::env::var_os("BUNDLEVET_SHARED").map_or_else(|| project("../shared"), PathBuf::from);
    let folder = folder.join("incidents");
    folder.is_dir().then_some(folder)
}

/// The diagnosis of a bundle, written as a folder: packed and extracted give the same.
fn diagnose(bundle: &Bundle) -> Diagnosis {
    let dir = tempfile::tempdir().expect("scratch");
    for (path, text) in &bundle.files {
        let path = dir.path().join(&bundle.root).join(path);
        std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
        std::fs::write(path, text).expect("file");
    }
    let options = ScanOptions {
        threads: 2,
        ..ScanOptions::default()
    };
    // a loose file is given by itself
    let input = match (bundle.root.is_empty(), bundle.files.keys().next()) {
        (true, Some(file)) => dir.path().join(file),
        _ => dir.path().to_path_buf(),
    };
    pipeline::scan(&[input], Database::shipped(), &options)
        .expect("a diagnosis")
        .diagnosis
}

fn score(incidents: &[Incident]) -> Table {
    let expected = incident::expectations(&project("fixtures/incidents/keys"));
    let mut table = Table::default();
    for one in incidents {
        let alone = expected.get(&format!("incident:{}", one.id));
        let outcome = match alone.or_else(|| expected.get(&one.root_cause_key)) {
            None => Outcome::Unmapped,
            Some(Expected::NotVisible(why)) => Outcome::NotVisible(why.clone()),
            Some(Expected::Signatures(_)) if !one.has_material() => {
                Outcome::NotVisible("the thread kept no line and no object of it".to_owned())
            }
            Some(Expected::Signatures(ids)) => Outcome::of(&diagnose(&build::build(one)), ids, one),
        };
        table.add(one, outcome);
    }
    table
}

#[test]
fn shared_incidents() {
    let Some(folder) = shared() else {
        println!("skipped: no labelled incidents here (set BUNDLEVET_SHARED)");
        return;
    };
    let incidents = incident::load(&folder);
    let table = score(&incidents);
    println!("{table}");
    if let Ok(path) = std::env::var("BUNDLEVET_TABLE") {
        std::fs::write(path, table.to_string()).expect("table");
    }
    assert!(table.scored() > 0, "no incident has an expected signature");
    // A floor, not the aim: a change that loses this much broke something.
    assert!(table.wrong_at_certain() <= 0.05, "{table}");
}

/// The project's own cases: a drop fails the build and says what was lost.
#[test]
fn own_cases() {
    let cases = own::load(&project("fixtures/incidents"));
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let known = Database::shipped();
    let mut table = Table::default();
    for case in &cases {
        for id in &case.expect {
            let there = known.signatures.iter().any(|s| s.id == *id);
            assert!(there, "{}: no signature {id}", case.id);
        }
        let incident = case.incident();
        let outcome = Outcome::of(&diagnose(&case.build()), &case.expect, &incident);
        table.add(&incident, outcome);
    }
    println!("{table}");
    let lost = table.misses();
    assert!(table.hits(1) >= AT_1, "AC@1 {:.3}:\n{lost}", table.hits(1));
    assert!(table.hits(3) >= AT_3, "AC@3 {:.3}:\n{lost}", table.hits(3));
    let grounded = table.grounded();
    assert!(grounded >= GROUNDED, "grounded {grounded:.3}:\n{lost}");
    assert!(
        table.wrong_at_certain() <= WRONG_AT_CERTAIN,
        "{table}\n{lost}"
    );
}
