//! Every signature over the evidence: which subjects it is true of, as findings.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::account::{Account, PartAccount, Status};
use super::general;
use super::index::Index;
use super::join::{Combination, combinations};
use super::observe::{Answer, observe};
use super::state::{self, State};
use super::subject::about;
use super::sureness::{Judgement, Subjected, Told, describe};
use super::timing::{self, Timed};
use super::{Context, Observation, Subject};
use crate::detect::Captures;
use crate::error::Problem;
use crate::evidence::Evidence;
use crate::signature::{Database, Kind, Signature, Source, Sureness};

/// How much one signature may find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingLimits {
    /// Subjects of one signature that are judged; more would be no diagnosis.
    pub subjects: usize,
}

impl Default for FindingLimits {
    fn default() -> Self {
        Self { subjects: 500 }
    }
}

/// So many observations per subject are kept to be quoted.
const KEPT: usize = 64;

/// A signature that is true of at least one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Index in the database.
    pub signature: usize,
    /// One per subject, ordered by subject.
    pub cases: Vec<Case>,
    /// The surest of its cases.
    pub sure: Sureness,
    /// Independent sources behind the surest case, beyond the first.
    pub sources: usize,
    /// The most alive of its cases.
    pub state: State,
    /// Hits in all.
    pub count: u64,
    /// First and last time.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// A signature that is true of one subject.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What it is about.
    pub subject: Subject,
    /// How sure.
    pub sure: Sureness,
    /// Independent sources, beyond the first.
    pub sources: usize,
    /// Why: one phrase per thing that made it surer or less sure.
    pub reasons: Vec<String>,
    /// Those of the reasons that the signature's translations say, by the tag of their language.
    pub told: Told,
    /// Whether it still holds.
    pub state: State,
    /// Where it ended: when it was over at the latest, that is after what its log may stay silent.
    pub over: Option<Timestamp>,
    /// Distinct values of the placeholders, completed with what the place knows. Bounded.
    pub captures: Vec<Captures>,
    /// What shows it, decisive first. Bounded.
    pub seen: Vec<Observation>,
    /// Hits in all.
    pub count: u64,
    /// First and last time.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl Finding {
    /// The case that speaks for the finding: the surest, then the most alive, then the first.
    pub fn lead(&self) -> Option<&Case> {
        self.cases
            .iter()
            .rev()
            .max_by_key(|case| (case.sure, case.state))
    }
}

/// Judges every signature but noise. Findings are in the order of the database.
pub fn evaluate(database: &Database, evidence: &Evidence, context: &Context) -> Vec<Finding> {
    evaluate_within(database, evidence, context, &FindingLimits::default()).0
}

/// As [`evaluate`], under other limits, and with what these cost.
pub fn evaluate_within(
    database: &Database,
    evidence: &Evidence,
    context: &Context,
    limits: &FindingLimits,
) -> (Vec<Finding>, Vec<Problem>) {
    let index = Index::new(evidence, context);
    let mut problems = Vec::new();
    let found = database
        .signatures
        .iter()
        .enumerate()
        .filter(|(at, signature)| signature.kind != Kind::Noise && can_hold(&index, *at, signature))
        .filter_map(|(at, signature)| {
            let answers = answers(&index, context, at, signature);
            let (cases, beyond) = cases(&index, context, signature, &answers, limits);
            if beyond > 0 {
                problems.push(Problem::new(
                    signature.id.clone(),
                    format!(
                        "{beyond} of the subjects that it may be true of were not judged (limit subjects)"
                    ),
                ));
            }
            finding(at, cases)
        })
        .collect();
    (found, problems)
}

/// What became of each part of one signature.
pub fn why(
    database: &Database,
    evidence: &Evidence,
    context: &Context,
    id: &str,
) -> Option<Account> {
    let at = database.position(id)?;
    let signature = database.signatures.get(at)?;
    let index = Index::new(evidence, context);
    let answers = answers(&index, context, at, signature);
    let cases = if signature.kind == Kind::Noise {
        Vec::new()
    } else {
        cases(
            &index,
            context,
            signature,
            &answers,
            &FindingLimits::default(),
        )
        .0
    };
    let parts = signature
        .parts
        .iter()
        .zip(&answers)
        .enumerate()
        .map(|(at, (part, answer))| part_account(&index, signature, at, &part.name, answer))
        .collect();
    Some(Account {
        signature: signature.id.clone(),
        outcome: outcome(signature, &answers, &cases),
        parts,
        cases,
        base: signature.sure,
    })
}

/// Spares the object queries of a signature that demands a line nobody wrote.
fn can_hold(index: &Index<'_>, at: usize, signature: &Signature) -> bool {
    let is_log = |part: &usize| {
        let part = signature.parts.get(*part);
        part.is_some_and(|part| matches!(part.source, Source::Log { .. }))
    };
    let condition = &signature.condition;
    let needs_lines = condition.all.iter().any(is_log)
        || (!condition.any.is_empty() && condition.any.iter().all(is_log));
    !needs_lines || index.hit(at)
}

fn answers(index: &Index<'_>, context: &Context, at: usize, signature: &Signature) -> Vec<Answer> {
    let parts = signature.parts.iter().enumerate();
    parts
        .map(|(part_at, part)| observe(index, context, at, part_at, part))
        .collect()
}

fn cases(
    index: &Index<'_>,
    context: &Context,
    signature: &Signature,
    answers: &[Answer],
    limits: &FindingLimits,
) -> (Vec<Case>, usize) {
    let condition = &signature.condition;
    let demanded: BTreeSet<usize> = condition
        .all
        .iter()
        .chain(&condition.any)
        .copied()
        .collect();
    let mut subjects: BTreeSet<Subject> = BTreeSet::new();
    let about = |one: &Observation| about(index, signature, one);
    let abouts: Vec<Vec<Option<Subject>>> = answers
        .iter()
        .map(|answer| answer.observations().iter().map(about).collect())
        .collect();
    for &part in &demanded {
        let own = abouts.get(part).into_iter().flatten();
        subjects.extend(own.flatten().cloned());
    }
    if subjects.is_empty() {
        subjects.insert(Subject::cluster());
    }
    let mut cases: Vec<Case> = subjects
        .iter()
        .take(limits.subjects)
        .filter_map(|subject| {
            let parts: Vec<Vec<&Observation>> = answers
                .iter()
                .zip(&abouts)
                .map(|(answer, abouts)| {
                    let seen = answer.observations().iter().zip(abouts);
                    seen.filter(|(_, about)| about.as_ref().is_none_or(|about| about == subject))
                        .map(|(one, _)| one)
                        .collect()
                })
                .collect();
            case(index, context, signature, answers, subject, parts)
        })
        .collect();
    general::cap(index, signature, answers, &mut cases);
    (cases, subjects.len().saturating_sub(limits.subjects))
}

fn case(
    index: &Index<'_>,
    context: &Context,
    signature: &Signature,
    answers: &[Answer],
    subject: &Subject,
    seen: Vec<Vec<&Observation>>,
) -> Option<Case> {
    let condition = &signature.condition;
    let none: &[&Observation] = &[];
    let mut undecided = false;
    let mut parts: Vec<Vec<&Observation>> = Vec::with_capacity(seen.len());
    for (at, (part, own)) in signature.parts.iter().zip(&seen).enumerate() {
        let follow = part.time.then.as_ref().and_then(|then| seen.get(then.part));
        let verdict = timing::judge(index, &part.time, own, follow.map_or(none, Vec::as_slice));
        let demanded = condition.all.contains(&at) || condition.any.contains(&at);
        undecided |= demanded && !own.is_empty() && verdict == Timed::Undecided;
        let holds = verdict != Timed::Fails;
        parts.push(if holds { own.clone() } else { Vec::new() });
    }
    let of = |wanted: &[usize]| -> Vec<Vec<&Observation>> {
        let list = wanted.iter().map(|part| parts.get(*part).cloned());
        list.map(Option::unwrap_or_default).collect()
    };
    let (all, any) = (of(&condition.all), of(&condition.any));
    let mut ways = combinations(index, condition, &all, &any, !condition.any.is_empty());
    ways.retain(|way| {
        !of(&condition.without)
            .iter()
            .flatten()
            .any(|rival| way.accepts(&condition.join, rival))
    });
    if ways.is_empty() {
        return None;
    }
    let subjected = Subjected {
        index,
        context,
        signature,
        subject,
        answers,
        parts: &parts,
        undecided,
    };
    let (best, judgement) = surest(&subjected, &ways)?;
    let counted = counted(&ways, &all, &any);
    let once = counted.iter().any(|one| {
        signature
            .parts
            .get(one.part)
            .is_some_and(|part| part.time.once)
    });
    let state = state::state(index, context, once, &counted);
    if signature.kind == Kind::Symptom && subjected.only_start_up(&counted) && state == State::Ended
    {
        return None;
    }
    let reasons = reasons(&subjected, best, &judgement);
    Some(Case {
        subject: subject.clone(),
        sure: judgement.sure,
        sources: judgement.sources,
        reasons,
        told: judgement.told,
        state,
        over: (state == State::Ended)
            .then(|| state::over(index, &counted))
            .flatten(),
        captures: distinct_captures(&ways, &counted, all.len() + usize::from(!any.is_empty())),
        seen: kept(best, &counted, &parts, signature),
        count: counted
            .iter()
            .fold(0, |sum, one| sum.saturating_add(one.count)),
        span: timing::span(&counted),
    })
}

/// The surest combination; among equals the first, so that order is stable.
fn surest<'c, 'o>(
    subjected: &Subjected<'_, '_>,
    ways: &'c [Combination<'o>],
) -> Option<(&'c Combination<'o>, Judgement)> {
    let mut best: Option<(&Combination<'o>, Judgement)> = None;
    for way in ways {
        let judgement = subjected.judge(way);
        let better = best.as_ref().is_none_or(|(_, so_far)| {
            (judgement.sure, judgement.sources) > (so_far.sure, so_far.sources)
        });
        if better {
            best = Some((way, judgement));
        }
    }
    best
}

/// The observations that count: with one part all of them, with several those of some combination.
fn counted<'o>(
    ways: &[Combination<'o>],
    all: &[Vec<&'o Observation>],
    any: &[Vec<&'o Observation>],
) -> Vec<&'o Observation> {
    match (all, any) {
        ([only], []) => only.clone(),
        ([], any) => any.iter().flatten().copied().collect(),
        _ => {
            let mut list: Vec<&Observation> = Vec::new();
            for one in ways.iter().flat_map(|way| &way.chosen) {
                if !list.iter().any(|known| std::ptr::eq(*known, *one)) {
                    list.push(one);
                }
            }
            list
        }
    }
}

fn distinct_captures(
    ways: &[Combination<'_>],
    counted: &[&Observation],
    parts: usize,
) -> Vec<Captures> {
    let single = counted
        .iter()
        .filter(|_| parts <= 1)
        .map(|one| one.place.complete(&one.captures));
    let joined = ways.iter().filter(|_| parts > 1).map(|way| {
        let places = way.chosen.iter().map(|one| &one.place);
        places.fold(way.captures(), |all, place| place.complete(&all))
    });
    let mut distinct: Vec<Captures> = Vec::new();
    // Lazily: a line that every pod prints has thousands of places, and the first few are kept.
    for captures in single.chain(joined) {
        if distinct.len() >= KEPT {
            break;
        }
        if !distinct.contains(&captures) {
            distinct.push(captures);
        }
    }
    distinct
}

/// What is kept to be quoted: the best combination, what made it surer, then the rest.
fn kept(
    best: &Combination<'_>,
    counted: &[&Observation],
    parts: &[Vec<&Observation>],
    signature: &Signature,
) -> Vec<Observation> {
    let weights = &signature.condition;
    let more = weights.more.iter().chain(&weights.less);
    let supporting = more.filter_map(|weight| parts.get(weight.part)).flatten();
    let mut kept: Vec<Observation> = Vec::new();
    for one in best.chosen.iter().chain(supporting).chain(counted) {
        if kept.len() >= KEPT {
            break;
        }
        if !kept.contains(one) {
            kept.push((*one).clone());
        }
    }
    kept
}

fn reasons(
    subjected: &Subjected<'_, '_>,
    best: &Combination<'_>,
    judgement: &Judgement,
) -> Vec<String> {
    let mut by_part: BTreeMap<usize, Vec<&Observation>> = BTreeMap::new();
    for one in &best.chosen {
        let seen = subjected.parts.get(one.part).map(Vec::as_slice);
        by_part.insert(one.part, seen.unwrap_or_default().to_vec());
    }
    let mut reasons: Vec<String> = by_part
        .values()
        .map(|seen| describe(subjected.index, seen))
        .collect();
    reasons.extend(judgement.reasons.iter().cloned());
    reasons
}

fn finding(signature: usize, cases: Vec<Case>) -> Option<Finding> {
    let lead = cases.iter().map(|case| (case.sure, case.sources)).max()?;
    Some(Finding {
        signature,
        sure: lead.0,
        sources: lead.1,
        state: cases.iter().map(|case| case.state).max()?,
        count: cases
            .iter()
            .fold(0, |sum, case| sum.saturating_add(case.count)),
        span: cases
            .iter()
            .filter_map(|case| case.span)
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))),
        cases,
    })
}

fn part_account(
    index: &Index<'_>,
    signature: &Signature,
    at: usize,
    name: &str,
    answer: &Answer,
) -> PartAccount {
    let seen: Vec<&Observation> = answer.observations().iter().collect();
    let (status, text) = match answer {
        Answer::Held(_) => (Status::Held, describe(index, &seen)),
        Answer::Failed => (Status::Failed, "looked for, not seen".to_owned()),
        Answer::NotCollected(what) => (Status::NotCollected, format!("{what} not collected")),
    };
    PartAccount {
        name: name.to_owned(),
        role: role(signature, at),
        status,
        seen: seen.into_iter().take(KEPT).cloned().collect(),
        text,
    }
}

fn role(signature: &Signature, at: usize) -> &'static str {
    let condition = &signature.condition;
    let weighs = |list: &[crate::signature::Weight]| list.iter().any(|weight| weight.part == at);
    match () {
        () if condition.all.contains(&at) => "all",
        () if condition.any.contains(&at) => "any",
        () if weighs(&condition.more) => "more",
        () if weighs(&condition.less) => "less",
        () if condition.without.contains(&at) => "without",
        () => "then",
    }
}

fn outcome(signature: &Signature, answers: &[Answer], cases: &[Case]) -> String {
    if signature.kind == Kind::Noise {
        return "noise: known to mean nothing, never a finding".to_owned();
    }
    if let Some(best) = cases.iter().map(|case| case.sure).max() {
        let subjects: Vec<String> = cases.iter().map(|case| case.subject.to_string()).collect();
        return format!("found, {}, for {}", best.word(), subjects.join(", "));
    }
    let condition = &signature.condition;
    let named = |wanted: fn(&Answer) -> bool| -> Vec<&str> {
        let demanded = condition.all.iter().chain(&condition.any);
        demanded
            .filter(|part| answers.get(**part).is_some_and(wanted))
            .filter_map(|part| signature.parts.get(*part))
            .map(|part| part.name.as_str())
            .collect()
    };
    let absent = named(|answer| matches!(answer, Answer::NotCollected(_)));
    let failed = named(|answer| matches!(answer, Answer::Failed));
    match (failed.is_empty(), absent.is_empty()) {
        (false, _) => format!("not found: {} not seen", failed.join(", ")),
        (true, false) => format!("could not be examined: {} not collected", absent.join(", ")),
        (true, true) => {
            "not found: its parts do not agree in place, captures, time or order, or a rival is present".to_owned()
        }
    }
}
