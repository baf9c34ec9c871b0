//! How often the first answer is right: labelled incidents, built into bundles with distractors, diagnosed and scored.
//!
//! `cargo test --release --test accuracy -- --nocapture` prints the table. The collection is not part of the
//! repository (`BUNDLEVET_SHARED`, or `../shared` beside it); without it the project's own cases are scored alone.
//! `BUNDLEVET_MISSES=1` prints every miss.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    unreachable_pub,
    reason = "a broken fixture fails the test"
)]

mod build;
mod incident;
mod noise;
mod score;
mod stamp;

use std::path::{Path, PathBuf};

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::Diagnosis;
use bundlevet::signature::Database;
use incident::{Expected, Incident};
use score::{Outcome, Table};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn shared() -> Option<PathBuf> {
    let folder =
        std::env::var_os("BUNDLEVET_SHARED").map_or_else(|| project("../shared"), PathBuf::from);
    let folder = folder.join("incidents");
    folder.is_dir().then_some(folder)
}

/// The bundle of an incident, written as a folder (packed and extracted give the same diagnosis), and its diagnosis.
fn diagnose(incident: &Incident) -> Diagnosis {
    let bundle = build::build(incident);
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
    pipeline::scan(&[dir.path().to_path_buf()], Database::shipped(), &options)
        .expect("a diagnosis")
        .diagnosis
}

fn score(incidents: &[Incident]) -> Table {
    let expected = incident::expectations(&project("fixtures/incidents/keys"));
    let mut table = Table::default();
    for one in incidents {
        let outcome = match expected.get(&one.root_cause_key) {
            None => Outcome::Unmapped,
            Some(Expected::NotVisible) => Outcome::NotVisible,
            Some(Expected::Signatures(_)) if !one.has_material() => Outcome::NotVisible,
            Some(Expected::Signatures(ids)) => Outcome::of(&diagnose(one), ids, one),
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
