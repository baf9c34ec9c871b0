//! Lines that mean nothing into signatures that are too general.

use std::sync::Arc;

use super::crosstalk::Index;
use super::problem;
use super::sample::{origin, shown};
use crate::bundle::{Program, ProgramSet};
use crate::decode::decode;
use crate::signature::{Code, Kind, Severity, Signature, SignatureProblem, Sureness};

/// A line that alarms and means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenignLine {
    /// Who may have printed it.
    pub programs: ProgramSet,
    /// The raw line.
    pub raw: String,
    /// Known to be noise, or from a healthy cluster: nothing of medium severity may come of it. Otherwise it is only
    /// no cause.
    pub healthy: bool,
}

impl BenignLine {
    /// Reads `component TAB line TAB source` lines; a source that begins with `[confirmed]` or `[healthy]` is healthy.
    pub fn parse_all(text: &str) -> Vec<Self> {
        text.lines()
            .filter_map(|line| {
                let mut columns = line.split('\t');
                let (component, raw) = (columns.next()?, columns.next()?);
                let source = columns.next().unwrap_or_default();
                Some(Self {
                    programs: Program::from_name(component.trim())
                        .map_or(ProgramSet::ALL, ProgramSet::from),
                    raw: raw.to_owned(),
                    healthy: source.starts_with("[confirmed]") || source.starts_with("[healthy]"),
                })
            })
            .collect()
    }
}

pub(super) fn check(
    own: &[&Arc<Signature>],
    lines: &[BenignLine],
    problems: &mut Vec<SignatureProblem>,
) {
    if lines.is_empty() {
        return;
    }
    let index = Index::new(own.iter().copied());
    for benign in lines {
        let line = decode(benign.raw.as_bytes(), &origin(benign.programs));
        for (signature, sure) in index.firing(&benign.raw, &line, benign.programs) {
            let why = match signature.kind {
                Kind::Noise => continue,
                _ if patient(signature) => continue,
                Kind::Cause if sure > Sureness::Possible => {
                    "not more than `possible`, or more words"
                }
                _ if benign.healthy && signature.severity >= Severity::Medium => {
                    "not above low, or more words"
                }
                _ => continue,
            };
            let message = format!(
                "fires on a line that means nothing ({why}): `{}`",
                shown(&benign.raw)
            );
            problems.push(problem(signature, 0, Code::TooGeneral, message));
        }
    }
}

/// Whether one line is not enough: it must come again, or go on.
fn patient(signature: &Signature) -> bool {
    let condition = &signature.condition;
    let waits = |at: &usize| {
        signature.parts.get(*at).is_some_and(|part| {
            let time = &part.time;
            time.at_least.is_some_and(|n| n > 1) || time.persists.is_some() || time.lasts.is_some()
        })
    };
    condition.all.iter().any(waits)
        || (!condition.any.is_empty() && condition.any.iter().all(waits))
}
