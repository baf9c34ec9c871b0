//! What changed, for people at a terminal.

use std::io::{self, Write};

use super::{input, or_unknown, shown, title, warnings};
use crate::rank::{Change, ChangedFinding, Comparison, NodeChange};

/// Writes what changed; unchanged findings only where `all` asks for them.
pub fn write_diff_text(
    comparison: &Comparison<'_>,
    all: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "Before  {}", input(&comparison.before.inputs))?;
    writeln!(out, "        {}", shown(&comparison.before.headline))?;
    writeln!(out, "After   {}", input(&comparison.after.inputs))?;
    writeln!(out, "        {}", shown(&comparison.after.headline))?;
    for warning in warnings(comparison) {
        writeln!(out, "\nATTENTION: {warning}")?;
    }
    let counts = Change::ALL.map(|change| (change, comparison.count(change)));
    let counts: Vec<String> = counts
        .iter()
        .filter(|(_, n)| *n > 0)
        .map(|(change, n)| format!("{n} {}", words(*change)))
        .collect();
    let counts = if counts.is_empty() {
        "none in either".to_owned()
    } else {
        counts.join(", ")
    };
    writeln!(out, "\nFindings: {counts}")?;
    for change in Change::ALL {
        if change == Change::Unchanged && !all {
            continue;
        }
        let findings: Vec<&ChangedFinding<'_>> = comparison
            .findings
            .iter()
            .filter(|finding| finding.change == change)
            .collect();
        if findings.is_empty() {
            continue;
        }
        writeln!(out, "\n{}", heading(change))?;
        for changed in findings {
            finding(changed, out)?;
        }
    }
    versions(comparison, out)?;
    nodes(comparison, out)?;
    coverage(comparison, out)
}

fn words(change: Change) -> &'static str {
    match change {
        Change::Unknown => "that cannot be told",
        other => other.word(),
    }
}

pub(super) fn heading(change: Change) -> &'static str {
    match change {
        Change::New => "New",
        Change::Worse => "Worse",
        Change::Unknown => "Cannot be told: what would show it was not collected the second time",
        Change::Better => "Better",
        Change::Gone => "Gone",
        Change::Unchanged => "Unchanged",
    }
}

fn finding(changed: &ChangedFinding<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Some(finding) = changed.shown() else {
        return Ok(());
    };
    writeln!(
        out,
        "  {} {}: {} ({})",
        finding.severity.word().to_uppercase(),
        finding.kind.word(),
        title(changed),
        finding.signature
    )?;
    for because in &changed.because {
        writeln!(out, "    {}", shown(because))?;
    }
    Ok(())
}

fn versions(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    if !comparison.versions.is_empty() {
        writeln!(out, "\nVersions")?;
    }
    for (product, (before, after)) in &comparison.versions {
        writeln!(
            out,
            "  {}: {} -> {}",
            shown(product),
            or_unknown(before.as_ref()),
            or_unknown(after.as_ref())
        )?;
    }
    Ok(())
}

fn nodes(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    if !comparison.nodes.is_empty() {
        writeln!(out, "\nNodes")?;
    }
    for node in &comparison.nodes {
        let name = shown(&node.name);
        match node.change {
            NodeChange::Added => writeln!(out, "  {name}: added")?,
            NodeChange::Removed => writeln!(out, "  {name}: removed")?,
            NodeChange::Changed => {
                let fields: Vec<String> = node
                    .fields
                    .iter()
                    .map(|field| {
                        format!(
                            "{} {} -> {}",
                            field.field,
                            or_unknown(field.before.as_ref()),
                            or_unknown(field.after.as_ref())
                        )
                    })
                    .collect();
                writeln!(out, "  {name}: {}", fields.join(", "))?;
            }
        }
    }
    Ok(())
}

fn coverage(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (before, after) = (&comparison.before.scanned, &comparison.after.scanned);
    writeln!(
        out,
        "\nRead  {} entries, {} lines -> {} entries, {} lines",
        before.entries, before.lines, after.entries, after.lines
    )?;
    for (node, (first, second)) in &comparison.coverage.nodes {
        let node = shown(node);
        if *second == 0 {
            writeln!(
                out,
                "  {node}: {first} entries -> none: what happened there since is not in the second bundle"
            )?;
        } else {
            writeln!(out, "  {node}: none -> {second} entries")?;
        }
    }
    for (what, list) in [
        ("no longer examined", &comparison.coverage.lost),
        ("examined now", &comparison.coverage.gained),
    ] {
        for item in list {
            writeln!(out, "  {what}: {}", shown(item))?;
        }
    }
    Ok(())
}
