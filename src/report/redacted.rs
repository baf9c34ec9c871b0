//! What redaction did to a bundle, for people and for programs.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{inert, neutral};
use crate::redact::{Counts, Redacted};

/// Entries that the text names when not all are asked for.
const SHOWN: usize = 12;

/// What was replaced, by class and by entry; `all` names every entry.
pub fn write_redacted(done: &Redacted, all: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{} places replaced in {} of {} entries",
        done.total.all(),
        done.entries.len(),
        done.copied
    )?;
    for (class, n) in done.total.each() {
        writeln!(out, "  {:<12}{n:>10}", class.word())?;
    }
    let mut entries: Vec<_> = done.entries.iter().collect();
    if !all {
        entries.sort_by(|a, b| b.1.all().cmp(&a.1.all()).then(a.0.cmp(b.0)));
    }
    let shown = if all { entries.len() } else { SHOWN };
    if !entries.is_empty() {
        writeln!(out, "\nBy entry")?;
    }
    for (path, counts) in entries.iter().take(shown) {
        writeln!(
            out,
            "  {:>8}  {}  ({})",
            counts.all(),
            neutral(path),
            by_class(counts)
        )?;
    }
    if entries.len() > shown {
        writeln!(
            out,
            "  and {} more (--entries names all)",
            entries.len() - shown
        )?;
    }
    if !done.left_out.is_empty() {
        writeln!(out, "\nLeft out")?;
        for (path, why) in &done.left_out {
            writeln!(out, "  {}: {why}", neutral(path))?;
        }
    }
    if !done.kept.is_empty() {
        let kept: Vec<&str> = done
            .kept
            .iter()
            .map(String::as_str)
            .take(SHOWN * 4)
            .collect();
        writeln!(
            out,
            "\nHost names that stay, as they are common words: {}",
            neutral(&kept.join(", "))
        )?;
    }
    if done.overflowed {
        writeln!(
            out,
            "\nThere were more names than can be remembered: some stayed. Do not hand this copy on."
        )?;
    }
    if !done.problems.is_empty() {
        writeln!(
            out,
            "\nCould not be read whole, and is missing from there on"
        )?;
        for problem in &done.problems {
            writeln!(
                out,
                "  {}: {}",
                neutral(&problem.entry),
                neutral(&problem.error)
            )?;
        }
    }
    Ok(())
}

fn by_class(counts: &Counts) -> String {
    let parts: Vec<String> = counts
        .each()
        .map(|(class, n)| format!("{} {n}", class.word()))
        .collect();
    parts.join(", ")
}

/// The same as `bundlevet.redacted/v1`, every entry named.
pub fn write_redacted_json(done: &Redacted, out: &mut dyn Write) -> io::Result<()> {
    let entries: Map<String, Value> = done
        .entries
        .iter()
        .map(|(path, counts)| (path.clone(), numbers(counts)))
        .collect();
    let problems: Vec<Value> = done
        .problems
        .iter()
        .map(|problem| json!({"entry": problem.entry, "error": problem.error}))
        .collect();
    let report = json!({
        "schema": "bundlevet.redacted/v1",
        "copied": done.copied,
        "bytes": done.bytes,
        "replaced": numbers(&done.total),
        "entries": entries,
        "left_out": done.left_out,
        "kept": done.kept,
        "complete": !done.overflowed,
        "problems": problems,
    });
    inert::write_pretty(out, &report)
}

fn numbers(counts: &Counts) -> Value {
    let numbers = counts
        .each()
        .map(|(class, n)| (class.word().to_owned(), Value::from(n)));
    Value::Object(numbers.collect())
}

/// The mapping as tab-separated lines: class, what stood there, what stands there now.
pub fn write_mapping(done: &Redacted, out: &mut dyn Write) -> io::Result<()> {
    for ((class, was), is) in done.mapping.iter().flatten() {
        writeln!(out, "{}\t{}\t{is}", class.word(), neutral(was))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_copy_says_so() {
        let mut out = Vec::new();
        write_redacted(&Redacted::default(), false, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "0 places replaced in 0 of 0 entries\n"
        );
        let mut out = Vec::new();
        write_redacted_json(&Redacted::default(), &mut out).unwrap();
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["schema"], "bundlevet.redacted/v1");
    }
}
