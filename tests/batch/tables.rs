//! The Parquet tables in a real engine: the queries of docs/batch.md, run by DuckDB.

use std::path::Path;
use std::process::Command;

use crate::scene::Scene;

const DOCS: &str = include_str!("../../docs/batch.md");

/// Runs every query (a JSON list on standard input), prints its rows; an empty answer is a failure.
const RUNNER: &str = r#"
import duckdb, json, sys
for query in json.load(sys.stdin):
    rows = duckdb.sql(query)
    rows = rows.fetchall() if rows is not None else [("done",)]
    print(query.strip().splitlines()[0], "->", len(rows), rows[:3])
    if not rows:
        sys.exit("no rows: " + query)
"#;

fn queries() -> Vec<String> {
    let blocks = DOCS.split("```sql\n").skip(1);
    blocks
        .map(|block| block.split("\n```").next().unwrap().to_owned())
        .collect()
}

/// A Python with DuckDB: the one that `.ci/run` installs, or whatever there is.
fn python() -> Option<String> {
    let python = crate::scene::tools().join("python/bin/python");
    let python = if python.is_file() {
        python.display().to_string()
    } else {
        "python3".to_owned()
    };
    let there = Command::new(&python).args(["-c", "import duckdb"]).output();
    there
        .is_ok_and(|output| output.status.success())
        .then_some(python)
}

fn ask(python: &str, directory: &Path, queries: &[String]) {
    use std::io::Write;
    let mut child = Command::new(python)
        .args(["-c", RUNNER])
        .current_dir(directory)
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin
        .write_all(serde_json::to_string(queries).unwrap().as_bytes())
        .unwrap();
    drop(stdin);
    assert!(
        child.wait().unwrap().success(),
        "a query failed; its message stands above"
    );
}

#[test]
fn the_documented_queries_run_in_duckdb() {
    let Some(python) = python() else {
        assert!(
            std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_none(),
            "DuckDB is not installed"
        );
        println!("skipped: no Python with duckdb");
        return;
    };
    let scene = Scene::new(&[
        "rke2-kernel-flags",
        "harvester-upgrade-pre-draining",
        "quiet-rke2",
    ]);
    scene.put("empty.zip", b"");
    assert_eq!(scene.run(&["--parquet", "--failed-ok"]).0, 0);
    let asked = queries();
    assert!(asked.len() >= 5, "{}", asked.len());
    ask(&python, &scene.output(), &asked);
    // A bundle that became unreadable leaves no rows.
    let broken = scene.input().join("rke2-kernel-flags.tar.gz");
    std::fs::write(broken, b"").unwrap();
    scene.run(&["--parquet"]);
    let left = "SELECT CASE WHEN count(*) = 2 THEN 1 ELSE error('rows are left') END FROM 'parquet/bundles/*.parquet'";
    ask(&python, &scene.output(), &[left.to_owned()]);
}
