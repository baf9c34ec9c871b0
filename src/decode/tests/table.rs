//! The table of lines: raw, and what must come out of it.

use crate::bundle::Origin;
use crate::decode::{Level, Line, Stamp, decode};

/// One row. `fields` lists some of them; `stamp` as `2022-03-06T22:51:41Z` (instant), `local 2025-..`,
/// `yearless 03-22T23:47:29`, `boot 1.5`, or empty for none.
struct Row {
    raw: &'static str,
    text: &'static str,
    level: Option<Level>,
    stamp: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

fn show(stamp: Option<Stamp>) -> String {
    match stamp {
        None => String::new(),
        Some(Stamp::Utc(instant)) => instant.to_string(),
        Some(Stamp::Local(civil)) => format!("local {civil}"),
        Some(Stamp::Yearless(civil)) => format!("yearless {}", civil.to_string().split_off(5)),
        Some(Stamp::SinceBoot(micros)) => format!("boot {}", micros as f64 / 1e6),
    }
}

fn check(rows: &[Row]) {
    for row in rows {
        let line: Line = decode(row.raw.as_bytes(), &Origin::default());
        assert_eq!(line.text, row.text, "text of {}", row.raw);
        assert_eq!(line.level, row.level, "level of {}", row.raw);
        assert_eq!(show(line.stamp), row.stamp, "stamp of {}", row.raw);
        for (key, value) in row.fields {
            let found = line
                .fields
                .iter()
                .find(|(k, _)| k == key)
                .map(|(_, v)| v.as_str());
            assert_eq!(found, Some(*value), "{key} of {}", row.raw);
        }
    }
}

/// Every raw line of the table, for tests that mutate them.
pub(super) fn raw_lines() -> Vec<&'static str> {
    ALL.iter()
        .flat_map(|rows| rows.iter())
        .map(|row| row.raw)
        .collect()
}

const ALL: &[&[Row]] = &[KLOG];

const KLOG: &[Row] = &[Row {
    raw: r#"E0222 00:55:29.557737 10917 kubelet.go:1479] "Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0""#,
    text: "Failed to start ContainerManager err=invalid kernel flag: kernel/panic, expected value: 10, actual value: 0",
    level: Some(Level::Error),
    stamp: "yearless 02-22T00:55:29.557737",
    fields: &[
        ("msg", "Failed to start ContainerManager"),
        ("caller", "kubelet.go:1479"),
    ],
}];

#[test]
fn klog() {
    check(KLOG);
}
