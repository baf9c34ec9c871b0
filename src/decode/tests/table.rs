//! How rows of the table are checked: raw line, canonical text, level, stamp, some of the fields.

use super::{envelopes, pasted, payloads};
use crate::bundle::Origin;
use crate::decode::{Level, Line, Stamp, decode};

/// Raw line; text; level (`""` for none); stamp as [`show`] writes it; some of the fields.
pub(super) type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

/// `2022-03-06T22:51:41Z` (an instant), `local 2025-11-27T09:18:15`, `yearless 03-22T23:47:29`, `boot 1.5`, or nothing.
fn show(stamp: Option<Stamp>) -> String {
    match stamp {
        None => String::new(),
        Some(Stamp::Utc(instant)) => instant.to_string(),
        Some(Stamp::Local(civil)) => format!("local {civil}"),
        Some(Stamp::Yearless(civil)) => format!("yearless {}", civil.to_string().split_off(5)),
        Some(Stamp::SinceBoot(micros)) => format!("boot {}", micros as f64 / 1e6),
    }
}

fn level(level: Option<Level>) -> &'static str {
    match level {
        None => "",
        Some(Level::Debug) => "debug",
        Some(Level::Info) => "info",
        Some(Level::Warn) => "warn",
        Some(Level::Error) => "error",
        Some(Level::Fatal) => "fatal",
    }
}

/// What is wrong with the rows, one paragraph each.
fn faults(rows: &[Row]) -> Vec<String> {
    let mut faults = Vec::new();
    for (raw, text, claimed, stamp, fields) in rows {
        let line: Line = decode(raw.as_bytes(), &Origin::default());
        let found = (line.text.as_str(), level(line.level), show(line.stamp));
        if found != (text, claimed, stamp.to_string()) {
            faults.push(format!(
                "{raw}\n   is {found:?}\n  not {:?}",
                (text, claimed, stamp)
            ));
        }
        for (key, value) in *fields {
            if !line.fields.iter().any(|(k, v)| k == key && v == value) {
                faults.push(format!(
                    "{raw}\n  has no {key}={value} in {:?}",
                    line.fields
                ));
            }
        }
    }
    faults
}

/// All tables by name.
fn all() -> impl Iterator<Item = &'static (&'static str, &'static [Row])> {
    envelopes::ALL
        .iter()
        .chain(payloads::ALL)
        .chain(pasted::ALL)
}

/// Every raw line of the table, for tests that mutate them.
pub(super) fn raw_lines() -> Vec<&'static str> {
    let tables = all();
    tables
        .flat_map(|(_, rows)| rows.iter())
        .map(|row| row.0)
        .collect()
}

#[test]
fn at_least_three_rows_per_format_come_out_right() {
    let mut wrong = Vec::new();
    for (name, rows) in all() {
        assert!(rows.len() >= 3, "{name} has {}", rows.len());
        wrong.extend(faults(rows));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
