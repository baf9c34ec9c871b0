//! Rows written as Parquet and read back: values, nulls, more than one row group, and every column documented.

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::json;

use super::*;

#[test]
fn values_nulls_and_rows_beyond_one_group_survive() {
    let table = Table {
        name: "t",
        columns: &[
            Column {
                name: "a",
                kind: Kind::Text,
            },
            Column {
                name: "n",
                kind: Kind::Integer,
            },
            Column {
                name: "r",
                kind: Kind::Real,
            },
            Column {
                name: "f",
                kind: Kind::Flag,
            },
            Column {
                name: "t",
                kind: Kind::Time,
            },
        ],
    };
    let row = |n: u64| {
        if n.is_multiple_of(2) {
            json!({"a": ["x", n], "n": n, "r": 0.5, "f": true, "t": "2025-01-25T10:00:00.000001Z"})
        } else {
            json!({"a": null, "other": 1, "t": "no time"})
        }
    };
    let bytes = column::write(&table, (0..20_000).map(row)).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("t.parquet");
    std::fs::write(&path, bytes).unwrap();
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 20_000);
    assert_eq!(reader.num_row_groups(), 3);
    let rows: Vec<String> = reader
        .get_row_iter(None)
        .unwrap()
        .take(2)
        .map(|row| row.unwrap().to_string())
        .collect();
    assert_eq!(
        rows,
        [
            "{a: \"[\"x\",0]\", n: 0, r: 0.5, f: true, t: 2025-01-25 10:00:00.000001 +00:00}",
            "{a: null, n: null, r: null, f: null, t: null}"
        ]
    );
}

#[test]
fn the_documentation_names_every_column() {
    let docs = include_str!("../../../docs/batch.md");
    for table in &TABLES {
        let heading = format!("### `{}`", table.name);
        let section = docs.split_once(&heading).expect(&heading).1;
        let section = section.split("\n### ").next().unwrap();
        for column in table.columns {
            let kind = match column.kind {
                Kind::Text => "text",
                Kind::Integer => "integer",
                Kind::Real => "real",
                Kind::Flag => "flag",
                Kind::Time => "time",
            };
            let row = format!("| `{}` | {kind} |", column.name);
            assert!(section.contains(&row), "{}: {row}", table.name);
        }
    }
}
