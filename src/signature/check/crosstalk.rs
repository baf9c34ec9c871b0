//! Positive samples of each signature against all others: who else fires, and is as sure?

use std::sync::Arc;

use aho_corasick::AhoCorasick;

use super::problem;
use super::sample::{Sample, fires, hits, origin, shown};
use crate::bundle::ProgramSet;
use crate::decode::{Line, decode};
use crate::signature::{Code, Database, Given, Kind, Signature, SignatureProblem, Sureness};

/// Candidate signatures of a raw line, by literal.
pub(super) struct Index<'a> {
    signatures: Vec<&'a Arc<Signature>>,
    literals: Option<AhoCorasick>,
    /// Signature of each literal.
    owners: Vec<usize>,
    /// Signatures with a pattern that has no literal.
    always: Vec<usize>,
}

impl<'a> Index<'a> {
    pub(super) fn new(signatures: impl Iterator<Item = &'a Arc<Signature>>) -> Self {
        let signatures: Vec<_> = signatures.collect();
        let mut words: Vec<&[u8]> = Vec::new();
        let mut owners = Vec::new();
        let mut always = Vec::new();
        for (at, signature) in signatures.iter().enumerate() {
            for pattern in signature.parts.iter().flat_map(|part| part.patterns()) {
                if pattern.literals().is_empty() {
                    always.push(at);
                }
                for literal in pattern.literals() {
                    words.push(literal);
                    owners.push(at);
                }
            }
        }
        let literals = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(words)
            .ok();
        Self {
            signatures,
            literals,
            owners,
            always,
        }
    }

    /// Signatures that fire on a line by itself, in order of id.
    pub(super) fn firing(
        &self,
        raw: &str,
        line: &Line,
        programs: ProgramSet,
    ) -> Vec<(&'a Arc<Signature>, Sureness)> {
        let mut candidates = self.always.clone();
        if let Some(literals) = &self.literals {
            for found in literals.find_overlapping_iter(raw) {
                candidates.extend(self.owners.get(found.pattern().as_usize()));
            }
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates
            .into_iter()
            .filter_map(|at| self.signatures.get(at).copied())
            .filter_map(|signature| Some((signature, alone(signature, line, programs)?)))
            .collect()
    }
}

/// Whether one line is all that the signature asks for, and this line is it; and how sure it then is. One that asks for
/// several lines counts as firing: samples repeat.
fn alone(signature: &Signature, line: &Line, programs: ProgramSet) -> Option<Sureness> {
    let holds = |at: &usize| {
        let part = signature.parts.get(*at)?;
        let holds = part.time.then.is_none()
            && part.programs.intersects(programs)
            && fires(part, line).is_some();
        holds.then(|| part.sure.unwrap_or(signature.sure))
    };
    let condition = &signature.condition;
    let mut sure = signature.sure;
    for part in &condition.all {
        sure = sure.min(holds(part)?);
    }
    if !condition.any.is_empty() {
        sure = sure.min(condition.any.iter().filter_map(holds).max()?);
    }
    Some(sure)
}

pub(super) fn check(
    database: &Database,
    own: &[&Arc<Signature>],
    problems: &mut Vec<SignatureProblem>,
) {
    let index = Index::new(database.signatures.iter());
    for signature in own
        .iter()
        .filter(|signature| signature.kind != Kind::Symptom)
    {
        for sample in hits(signature) {
            if sample.raw.contains('\n') {
                continue;
            }
            let line = decode(sample.raw.as_bytes(), &origin(sample.programs));
            for (other, sure) in index.firing(&sample.raw, &line, sample.programs) {
                if rivals(signature, other, sure, &sample) {
                    let message = format!(
                        "`{}` ({}) fires on it too: `{}`",
                        other.id,
                        sure.word(),
                        shown(&sample.raw)
                    );
                    problems.push(problem(
                        signature,
                        sample.test.line,
                        Code::CrossTalk,
                        message,
                    ));
                }
            }
        }
    }
}

/// Whether another signature would take the place of this one. Not if it has the same line among its own samples:
/// then both hold.
fn rivals(signature: &Signature, other: &Signature, sure: Sureness, sample: &Sample<'_>) -> bool {
    let both = other
        .tests
        .iter()
        .any(|test| matches!(&test.given, Given::Hit(lines) if lines.contains(&sample.raw)));
    let own = sample
        .test
        .part
        .and_then(|at| signature.parts.get(at)?.sure);
    let own = own.unwrap_or(signature.sure);
    other.id != signature.id && other.kind == Kind::Cause && sure >= own && !both
}
