//! Test lines into decoded lines, and what a part says of them.

use crate::bundle::{Origin, ProgramSet};
use crate::decode::{Line, decode, is_verbatim};
use crate::detect::Captures;
use crate::signature::{Given, Part, Pattern, Signature, TestCase};

/// A line that a test says must match.
pub(super) struct Sample<'a> {
    pub(super) test: &'a TestCase,
    /// The raw line; for a block all its lines.
    pub(super) raw: String,
    /// Who may have printed it.
    pub(super) programs: ProgramSet,
}

/// An origin of which only the programs are known.
pub(super) fn origin(programs: ProgramSet) -> Origin {
    Origin {
        programs,
        ..Origin::default()
    }
}

/// The decoded forms of test lines: each line by itself, and all of them as one where a block is asked for.
pub(super) fn decoded(lines: &[String], programs: ProgramSet) -> Vec<(String, Line)> {
    let origin = origin(programs);
    let mut all: Vec<(String, Line)> = lines
        .iter()
        .map(|raw| (raw.clone(), decode(raw.as_bytes(), &origin)))
        .collect();
    if lines.len() > 1 {
        let texts: Vec<&str> = all.iter().map(|(_, line)| line.text.as_str()).collect();
        let joined = Line {
            text: texts.join("\n"),
            ..Line::default()
        };
        all.push((lines.join("\n"), joined));
    }
    all
}

/// Who may have printed the lines of a test.
pub(super) fn programs(signature: &Signature, test: &TestCase) -> ProgramSet {
    if let Some(program) = test.program {
        return program.into();
    }
    match test.part.and_then(|at| signature.parts.get(at)) {
        Some(part) => part.programs,
        None => signature.programs,
    }
}

/// The parts that the lines of a test may belong to.
pub(super) fn parts<'a>(signature: &'a Signature, test: &TestCase) -> Vec<&'a Part> {
    match test.part {
        Some(at) => signature.parts.get(at).into_iter().collect(),
        None => signature.parts.iter().collect(),
    }
}

/// What a part finds in a line: the pattern and its captures.
pub(super) fn fires<'a>(part: &'a Part, line: &Line) -> Option<(&'a Pattern, Vec<Captures>)> {
    if part.not.iter().any(|pattern| pattern.matches(line)) {
        return None;
    }
    part.patterns().iter().find_map(|pattern| {
        let captures = pattern.captures(line);
        (!captures.is_empty()).then_some((pattern, captures))
    })
}

/// Every line of the tests that must match.
pub(super) fn hits(signature: &Signature) -> Vec<Sample<'_>> {
    let mut samples = Vec::new();
    for test in &signature.tests {
        let Given::Hit(lines) = &test.given else {
            continue;
        };
        let programs = programs(signature, test);
        let parts = parts(signature, test);
        for (raw, line) in decoded(lines, programs) {
            if parts.iter().any(|part| fires(part, &line).is_some()) {
                samples.push(Sample {
                    test,
                    raw,
                    programs,
                });
                break;
            }
        }
    }
    samples
}

/// Whether a pattern's literals keep their promise on a raw line.
pub(super) fn literal_is_in(pattern: &Pattern, raw: &str) -> bool {
    let lower = raw.to_ascii_lowercase();
    let is_in = |literal: &[u8]| memchr::memmem::find(lower.as_bytes(), literal).is_some();
    (pattern.literals().is_empty() || pattern.literals().iter().any(|literal| is_in(literal)))
        && (!is_verbatim(raw.as_bytes()) || pattern.may_match(lower.as_bytes()))
}

/// A text cut for a message.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(160) {
        Some((at, _)) => format!("{}...", line.get(..at).unwrap_or_default()),
        None => line.to_owned(),
    }
}
