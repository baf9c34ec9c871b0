//! `docs/reliability.md` against the tree: every promise names its tests, and every test that is named exists.
#![allow(clippy::unwrap_used, reason = "a broken document fails the test")]

use std::fs;
use std::path::Path;

/// The cells of every row of the tables, without heads and rules.
fn rows(text: &str) -> Vec<Vec<&str>> {
    let lines = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| promise"));
    let cells = lines.map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect());
    cells.collect()
}

/// What stands in back quotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Whether `tests/a.rs#name` is a test there, or `.ci/supply` a file.
fn exists(root: &Path, named: &str) -> bool {
    let (path, test) = named.split_once('#').unwrap_or((named, ""));
    let Ok(text) = fs::read_to_string(root.join(path)) else {
        return false;
    };
    test.is_empty() || text.contains(&format!("fn {test}("))
}

#[test]
fn every_promise_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let rows = rows(&text);
    assert!(rows.len() > 25, "{} rows", rows.len());
    for row in rows {
        let [promise, tests, figure] = row.as_slice() else {
            unreachable!("not three cells: {row:?}");
        };
        assert!(!promise.is_empty() && !figure.is_empty(), "{row:?}");
        assert!(quoted(tests).next().is_some(), "no test is named: {row:?}");
        for named in quoted(tests) {
            assert!(exists(root, named), "there is no {named}");
        }
    }
}

#[test]
fn ignored_tests_that_hold_a_promise_are_run_before_a_change_lands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/reliability.md")).unwrap();
    let run = fs::read_to_string(root.join(".ci/run")).unwrap();
    for row in rows(&text) {
        for named in quoted(row[1]).filter(|named| named.contains('#')) {
            let (path, test) = named.split_once('#').unwrap();
            let source = fs::read_to_string(root.join(path)).unwrap();
            let (before, _) = source.split_once(&format!("fn {test}(")).unwrap();
            let attributes = before.rsplit("\n\n").next().unwrap();
            let Some(folder) = path
                .strip_prefix("tests/")
                .filter(|_| attributes.contains("#[ignore"))
            else {
                continue;
            };
            let binary = folder.split(['/', '.']).next().unwrap();
            let line = run.lines().find(|line| {
                line.contains(&format!("--test {binary} ")) && line.contains("ignored")
            });
            assert!(line.is_some(), ".ci/run does not run {named}");
        }
    }
}
