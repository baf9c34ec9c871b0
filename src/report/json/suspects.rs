//! Suspects in `bundlevet.diagnosis/v1`: lines that may say what is wrong where no cause is known.

use std::collections::BTreeMap;

use serde::Serialize;

use super::v1::{Evidence, Step, Text, Time, evidence, quoted, step, texts};
use crate::rank::{self, State};
use crate::signature::Sureness;

#[derive(Serialize)]
pub(super) struct Suspect<'a> {
    rank: usize,
    title: Text<'a>,
    says: Text<'a>,
    program: Option<Text<'a>>,
    subject: &'a BTreeMap<String, String>,
    /// A suspect is never more than this.
    sure: Sureness,
    state: State,
    count: u64,
    first_seen: Option<Time>,
    last_seen: Option<Time>,
    evidence: [Evidence<'a>; 1],
    reasons: Vec<Text<'a>>,
    depends: Vec<Text<'a>>,
    next: Vec<Step<'a>>,
    resembles: Vec<Resemblance<'a>>,
}

#[derive(Serialize)]
struct Resemblance<'a> {
    signature: &'a str,
    title: Text<'a>,
}

/// Suspects with their ranks, from 1.
pub(super) fn suspects(list: &[rank::Suspect]) -> Vec<Suspect<'_>> {
    let one = |(one, rank)| suspect(one, rank);
    list.iter().zip(1..).map(one).collect()
}

fn suspect(one: &rank::Suspect, rank: usize) -> Suspect<'_> {
    Suspect {
        rank,
        title: quoted(&one.title),
        says: quoted(&one.says),
        program: one.program.as_deref().map(quoted),
        subject: &one.subject.0,
        sure: Sureness::Possible,
        state: one.state,
        count: one.count,
        first_seen: one.first_seen.map(Time),
        last_seen: one.last_seen.map(Time),
        evidence: [evidence(&one.evidence)],
        reasons: texts(&one.reasons),
        depends: texts(&one.depends),
        next: one.next.iter().map(step).collect(),
        resembles: one.resembles.iter().map(resemblance).collect(),
    }
}

fn resemblance(one: &rank::Resemblance) -> Resemblance<'_> {
    Resemblance {
        signature: &one.signature,
        title: quoted(&one.title),
    }
}
