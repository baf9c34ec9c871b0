//! Steps of a fix into words without layout, for formats that take plain text.

use super::neutral_lines;
use crate::rank::Step;

/// `[destructive] node n1: what it does Loses: ...`, on one line.
pub(super) fn step(step: &Step) -> String {
    let mut out = format!("[{}] ", step.risk.word());
    if let Some(place) = &step.place {
        out += place;
        out += ": ";
    }
    out += &step.text;
    if let Some(loses) = &step.loses {
        out += " Loses: ";
        out += loses;
    }
    out
}

/// The lines of a command, each indented by five columns.
pub(super) fn command(run: &str) -> String {
    let run = neutral_lines(run);
    let lines: Vec<String> = run.lines().map(|line| format!("     {line}")).collect();
    lines.join("\n")
}
