//! What was said around a failure that no signature explains into suspects: the few lines that a reader should see first.
//!
//! `candidate` collects what complains, in the surveyed logs and in objects; `weigh` says how telling each is and why;
//! `tell` puts the best into words: who says it, what the innermost clause is, what depends on it, where to look next;
//! `alike` finds the known causes that are worded like it, and `guess` makes a possible cause of one that stands out.
//! A suspect is a line that deserves to be read, never a cause: it is `possible` at most.

mod alike;
mod candidate;
mod guess;
mod present;
mod speech;
mod tell;
mod weigh;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::anchor::list;
use super::unusual::EntrySurvey;
use super::{Diagnosis, EvidenceItem, RankedFinding, State, Step, Subject, Verdict};
use crate::bundle::InputKind;
use crate::evidence::Evidence;
use crate::signature::Database;
use alike::Heard;
use candidate::Candidate;
pub(super) use candidate::complains;
use present::Present;
use weigh::Weighed;

/// So many are told.
const TOLD: usize = 5;
/// Less than this is what programs say on any day.
const LEAST: i32 = 16;
/// What was picked is about the trouble: there the best of little is shown, too.
const LEAST_PICKED: i32 = 10;
/// So many known causes are named beside a suspect.
const NAMED: usize = 3;
/// What is this telling, and not outlived, takes back that all is well where only some lines were given.
const TELLING: i32 = 30;
/// Logs of a few lines or files that somebody picked hold no more bytes than this.
const PICKED: u64 = 4 << 20;

/// A line, Event or condition that may say what is wrong, where no signature knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// Who says what: `k3s on n1 says: no IPv6 address was found on node`.
    pub title: String,
    /// The innermost clause that says something.
    pub says: String,
    /// The program, as far as it is known.
    pub program: Option<String>,
    /// Where.
    pub subject: Subject,
    /// Whether it still holds.
    pub state: State,
    /// How often.
    pub count: u64,
    /// When first.
    pub first_seen: Option<Timestamp>,
    /// When last.
    pub last_seen: Option<Timestamp>,
    /// The line or the field, as it stands.
    pub evidence: EvidenceItem,
    /// Why it is suspected, one phrase each.
    pub reasons: Vec<String>,
    /// What fails in the same place, or depends on the program.
    pub depends: Vec<String>,
    /// Where to look next; nothing here changes anything.
    pub next: Vec<Step>,
    /// Known causes that are worded like it, the most alike first. None of them was found.
    pub resembles: Vec<Resemblance>,
}

/// A known cause that a suspect is worded like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resemblance {
    /// Id of the signature.
    pub signature: String,
    /// Its title, without what only a match would tell.
    pub title: String,
}

/// Whether somebody picked what was given: a few lines or files, not a bundle, which tells the states of nodes. All of it
/// is about the trouble then.
pub(super) fn is_picked(evidence: &Evidence, diagnosis: &Diagnosis) -> bool {
    let loose = |kind| matches!(kind, InputKind::File | InputKind::Directory);
    let logs = evidence.entries.iter().map(|read| read.hits.coverage.bytes);
    let states = list(evidence, "Node", "").next().is_some();
    !states && diagnosis.inputs.iter().all(|input| loose(input.kind)) && logs.sum::<u64>() <= PICKED
}

/// Finds the suspects of a case. A verdict that all is well is taken back where what was picked says otherwise.
pub(super) fn name(
    diagnosis: &mut Diagnosis,
    database: &Database,
    evidence: &Evidence,
    surveys: &[EntrySurvey],
) {
    let picked = is_picked(evidence, diagnosis);
    let mut candidates = candidate::of_logs(database, evidence, surveys);
    candidates.extend(candidate::of_objects(evidence));
    let mut weighed = weigh::weigh(candidates, diagnosis, picked);
    let least = if picked { LEAST_PICKED } else { LEAST };
    weighed.retain(|one| one.weight >= least);
    weighed.sort_by(|a, b| a.order().cmp(&b.order()));
    let best = distinct(weighed);
    let telling = best
        .first()
        .is_some_and(|first| first.weight >= TELLING && !first.outlived && first.claims());
    diagnosis.suspects = best
        .iter()
        .take(TOLD)
        .map(|one| tell::tell(one, diagnosis))
        .collect();
    let guess = compare(diagnosis, database, evidence, &best);
    if let Some(first) = diagnosis.suspects.first()
        && diagnosis.verdict == Verdict::Healthy
        && picked
        && (telling || guess.is_some())
    {
        diagnosis.verdict = Verdict::NoKnownCause;
        diagnosis.headline = format!("no known cause: {}", first.title);
    }
    // Where all is well there is nothing to be guessed a cause of.
    if diagnosis.verdict != Verdict::Healthy {
        diagnosis.causes.extend(guess);
    }
}

/// Names the known causes that suspects are worded like, and gives the one that stands out where no cause is even possible.
fn compare(
    diagnosis: &mut Diagnosis,
    database: &Database,
    evidence: &Evidence,
    best: &[Weighed],
) -> Option<RankedFinding> {
    let heard: Vec<Heard<'_>> = best
        .iter()
        .map(|one| Heard {
            says: &one.clause.says,
            text: [&one.candidate.text, &one.candidate.error],
        })
        .collect();
    let found = alike::resemblances(database, &heard, Present::of(evidence));
    let causes = diagnosis.causes.iter();
    let there: BTreeSet<String> = causes.map(|cause| cause.signature.clone()).collect();
    let named = |(index, _): &alike::Alike| {
        let signature = database.signatures.get(*index)?;
        (!there.contains(&signature.id)).then(|| Resemblance {
            signature: signature.id.clone(),
            title: signature.title.unfilled(),
        })
    };
    for (suspect, alike) in diagnosis.suspects.iter_mut().zip(&found.of_each) {
        suspect.resembles = alike.iter().filter_map(named).take(NAMED).collect();
    }
    let (index, suspect) = found.clearest.filter(|_| diagnosis.causes.is_empty())?;
    guess::guess(diagnosis, database.signatures.get(index)?, suspect)
}

/// One of each thing that is said: the same reason in another wrapping is the same thing.
fn distinct(weighed: Vec<Weighed>) -> Vec<Weighed> {
    let mut reasons: BTreeSet<String> = BTreeSet::new();
    let mut wholes: BTreeSet<String> = BTreeSet::new();
    let mut kept: Vec<Weighed> = Vec::new();
    for one in weighed {
        let reason = super::unusual::template(&one.clause.says);
        let whole = one.candidate.template.clone();
        if wholes.insert(whole) && reasons.insert(reason) {
            kept.push(one);
        }
        if kept.len() >= TOLD {
            break;
        }
    }
    kept
}
