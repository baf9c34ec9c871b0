//! The generator of bundles that benches and load tests read, and the signature sets that they are scanned with.
#![allow(clippy::unwrap_used, reason = "a broken fixture fails the test")]

#[path = "../benches/generator/mod.rs"]
mod generator;

use std::path::{Path, PathBuf};

use bundlevet::pipeline::{ScanOptions, scan};
use bundlevet::signature::Database;
use generator::failure::Failure;
use generator::{Shape, Wish, freeze, pack};

fn set(count: usize) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("benches/signatures-{count}"))
}

#[test]
fn the_frozen_sets_are_those_that_the_bundles_hit() {
    let failures = Failure::first(1000);
    for count in [100, 300, 1000] {
        for (index, failure) in failures.iter().take(count).enumerate() {
            let path = set(count).join(format!("{}/f{index:03}.yaml", failure.program));
            let frozen = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(frozen, freeze::file(index, failure), "{}", path.display());
        }
    }
    let (database, problems) = Database::load(&[set(1000)], &["*".to_owned()]);
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!(database.signatures.len(), 1000);
    assert_eq!(database.queries().count(), 100);
}

#[test]
fn every_shape_holds_the_same_lines_and_is_the_same_again() {
    let dir = tempfile::tempdir().unwrap();
    let wish = Wish {
        size: 3 << 20,
        nodes: 2,
        yaml: 0.3,
        hits: 0.02,
        ..Wish::default()
    };
    let (database, _) = Database::load(&[set(100)], &["*".to_owned()]);
    let database = database.into();
    let mut counts = Vec::new();
    for (shape, name) in [
        (Shape::Nested, "nested.zip"),
        (Shape::Nested, "again.zip"),
        (Shape::Flat, "flat.zip"),
        (Shape::TarGz, "bundle.tar.gz"),
        (Shape::Tree, "tree"),
    ] {
        let path = dir.path().join(name);
        let bytes = pack::write(&wish, shape, 1, &path).unwrap();
        let scan = scan(&[path], &database, &ScanOptions::default()).unwrap();
        let read = &scan.evidence.entries;
        let lines: u64 = read.iter().map(|read| read.hits.coverage.lines).sum();
        let hits = read.iter().flat_map(|read| &read.hits.series);
        let hits: u64 = hits.map(|series| series.count).sum();
        counts.push((bytes, lines, hits, scan.evidence.objects.len()));
    }
    assert!(
        counts.windows(2).all(|pair| pair[0] == pair[1]),
        "{counts:?}"
    );
    let (bytes, lines, hits, objects) = counts[0];
    assert!(
        bytes > 3 << 20 && lines > 5000 && hits > 10 && objects > 0,
        "{counts:?}"
    );
    let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
    assert!(read("nested.zip") == read("again.zip"));
}
