//! Findings of causes into ranked causes: what follows from each, which share a line, which are one problem.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::State;
use super::anchor::Anchor;
use super::fold::{Followed, Reach, Walk};
use super::score::{self, Score};
use crate::detect::Location;
use crate::evidence::Evidence;
use crate::finding::{CLOCK_TOLERANCE, Case, Clusters, Examined, Finding};
use crate::signature::{Database, Kind, Signature, Sureness};

/// A cause or symptom on its way into the diagnosis.
pub(super) struct Judged<'a> {
    /// Its position among the findings.
    pub(super) at: usize,
    pub(super) finding: &'a Finding,
    pub(super) signature: &'a Signature,
    pub(super) reach: Reach,
    /// As alive as the newest thing it explains.
    pub(super) state: State,
    /// Ids of causes that stand on the same line.
    pub(super) rivals: Vec<String>,
    /// Positions of the causes that it brings about: what follows from it stands on their lines.
    pub(super) feeds: BTreeSet<usize>,
    pub(super) score: Score,
    /// How far its times may be wrong, where the clock of its node had to be corrected.
    pub(super) clock: SignedDuration,
    /// What ordering found out, one phrase each.
    pub(super) notes: Vec<String>,
}

/// Every cause, with what follows from it; in the order of the findings.
pub(super) fn causes<'a>(
    database: &'a Database,
    evidence: &Evidence,
    findings: &'a [Finding],
    anchors: &[Anchor],
    clusters: Option<&Clusters>,
) -> Vec<Judged<'a>> {
    let examined = Examined::new(evidence);
    let walk = Walk {
        examined: &examined,
        database,
        evidence,
        findings,
        anchors,
        clusters,
    };
    let is_cause = |finding: &Finding| {
        let signature = database.signatures.get(finding.signature);
        signature.is_some_and(|signature| signature.kind == Kind::Cause)
    };
    let lines: Vec<Lines<'_>> = findings
        .iter()
        .map(|finding| Lines::of(evidence, finding.cases.iter()))
        .collect();
    let mut causes = Vec::new();
    for (at, finding) in findings.iter().enumerate().filter(|(_, f)| is_cause(f)) {
        let Some(signature) = database.signatures.get(finding.signature) else {
            continue;
        };
        let reach = walk.reach(at);
        let newest = reach.symptoms.iter().flat_map(|(at, followed)| {
            let cases = findings.get(*at).map(|symptom| &symptom.cases);
            let followed = followed.cases.iter();
            followed.filter_map(move |case| Some(cases?.get(*case)?.state))
        });
        let newest = newest.max();
        let mut state = finding.state;
        if state == State::Ended
            && (newest.is_some_and(State::is_alive) || !reach.anchors.is_empty())
        {
            state = State::Ongoing;
        }
        let rivals = findings
            .iter()
            .zip(&lines)
            .enumerate()
            .filter(|(other, (rival, theirs))| {
                *other != at
                    && is_cause(rival)
                    && lines.get(at).is_some_and(|own| own.same_as(theirs))
                    && (rival.sure, rival.sources) >= (finding.sure, finding.sources)
            })
            .filter_map(|(_, (rival, _))| database.signatures.get(rival.signature))
            .map(|rival| rival.id.clone())
            .collect::<Vec<_>>();
        let feeds = fed(evidence, findings, &lines, &reach, at, &is_cause);
        let reaches = !reach.anchors.is_empty();
        let told_apart = finding.sure == Sureness::Certain || rivals.is_empty();
        let score = Score {
            alive: state.is_alive(),
            proven: finding.sure >= Sureness::Likely && told_apart,
            reach: reaches,
            minor: score::is_minor(signature.severity, reaches),
            sure: finding.sure,
            rivalled: !rivals.is_empty(),
            onset: finding.span.map(|(first, _)| first),
            id: signature.id.clone(),
        };
        causes.push(Judged {
            at,
            finding,
            signature,
            reach,
            state,
            rivals,
            feeds,
            score,
            clock: clock_error(evidence, finding),
            notes: Vec::new(),
        });
    }
    causes
}

fn clock_error(evidence: &Evidence, finding: &Finding) -> SignedDuration {
    let seen = finding.cases.iter().flat_map(|case| &case.seen);
    let errors = seen.map(|one| evidence.clock_error(one.place.node.as_deref()));
    errors.max().unwrap_or(SignedDuration::ZERO)
}

/// The causes whose lines are those of a symptom that follows.
fn fed(
    evidence: &Evidence,
    findings: &[Finding],
    lines: &[Lines<'_>],
    reach: &Reach,
    own: usize,
    is_cause: &dyn Fn(&Finding) -> bool,
) -> BTreeSet<usize> {
    let followed = reach.symptoms.iter().filter_map(|(at, followed)| {
        let (all, lines) = (&findings.get(*at)?.cases, lines.get(*at)?);
        if followed.cases.len() == all.len() {
            return Some(Cow::Borrowed(lines));
        }
        let own = followed.cases.iter().filter_map(|case| all.get(*case));
        Some(Cow::Owned(Lines::of(evidence, own)))
    });
    let followed: Vec<Cow<'_, Lines<'_>>> = followed.collect();
    let stands_on = |cause: usize| {
        let cause = lines.get(cause);
        cause.is_some_and(|cause| followed.iter().any(|symptom| symptom.same_as(cause)))
    };
    findings
        .iter()
        .enumerate()
        .filter(|(at, finding)| *at != own && is_cause(finding) && stands_on(*at))
        .map(|(at, _)| at)
        .collect()
}

/// The lines that a finding stands on, in order.
#[derive(Clone)]
struct Lines<'e>(Vec<(u32, &'e Location)>);

impl<'e> Lines<'e> {
    fn of<'c>(evidence: &'e Evidence, cases: impl Iterator<Item = &'c Case>) -> Self {
        let seen = cases.flat_map(|case| &case.seen);
        let mut lines: Vec<(u32, &'e Location)> = seen
            .flat_map(|one| one.hits(evidence).map(|hit| (one.entry, &hit.location)))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        Self(lines)
    }

    /// Whether everything the smaller one stands on, the other does too.
    fn same_as(&self, other: &Lines<'_>) -> bool {
        let (small, large) = if self.0.len() <= other.0.len() {
            (&self.0, &other.0)
        } else {
            (&other.0, &self.0)
        };
        let mut rest = large.iter();
        !small.is_empty()
            && small
                .iter()
                .all(|line| rest.by_ref().find(|one| *one >= line) == Some(line))
    }
}

/// Sorts the causes and numbers the independent problems: causes that explain a common failure, that feed each
/// other or that share a line are one problem. Causes of one problem stand together, the best first, as long as
/// they are proven.
pub(super) fn order(causes: &mut Vec<Judged<'_>>) -> Vec<usize> {
    causes.sort_by_cached_key(|judged| judged.score.key());
    orient(causes);
    let mut group: Vec<usize> = (0..causes.len()).collect();
    for (at, b) in causes.iter().enumerate() {
        for (earlier, a) in causes.iter().enumerate().take(at) {
            if one_problem(a, b) {
                let (from, to) = (group.get(at).copied(), group.get(earlier).copied());
                for slot in &mut group {
                    if Some(*slot) == from {
                        *slot = to.unwrap_or(*slot);
                    }
                }
            }
        }
    }
    let mut numbered: Vec<(Judged<'_>, usize)> = causes.drain(..).zip(group).collect();
    // the sort is stable: inside a problem, and among what is not proven, the order of scores stays
    numbered.sort_by_key(|(judged, group)| {
        let wins = judged.score.wins();
        (!wins, if wins { *group } else { 0 })
    });
    let (sorted, groups): (Vec<_>, Vec<_>) = numbered.into_iter().unzip();
    *causes = sorted;
    groups
}

fn one_problem(a: &Judged<'_>, b: &Judged<'_>) -> bool {
    let mut symptoms = a.reach.symptoms.iter();
    let shared = |(at, one): (&usize, &Followed)| {
        let other = b.reach.symptoms.get(at);
        other.is_some_and(|other| one.cases.iter().any(|case| other.cases.contains(case)))
    };
    !a.reach.anchors.is_disjoint(&b.reach.anchors)
        || symptoms.any(shared)
        || a.rivals.contains(&b.signature.id)
        || b.rivals.contains(&a.signature.id)
        || a.feeds.contains(&b.at)
        || b.feeds.contains(&a.at)
}

/// Puts a cause in front of what it brings about. Causes that bring about each other are oriented by their
/// onsets; where those do not tell, the first by score stays first, and both say so.
fn orient(causes: &mut Vec<Judged<'_>>) {
    let mut at = 0;
    // each cause moves at most once per cause in front of it, so this ends
    let mut moves = causes.len().saturating_mul(causes.len());
    while at < causes.len() {
        let later = (at + 1..causes.len()).find(|later| {
            causes
                .get(at)
                .zip(causes.get(*later))
                .is_some_and(|(first, second)| goes_before(second, first))
        });
        match later {
            Some(later) if moves > 0 => {
                moves -= 1;
                let moved = causes.remove(later);
                causes.insert(at, moved);
            }
            _ => at += 1,
        }
    }
    let ids: Vec<(usize, String)> = causes
        .iter()
        .map(|judged| (judged.at, judged.signature.id.clone()))
        .collect();
    for (position, judged) in causes.iter_mut().enumerate() {
        let fed = ids.iter().skip(position + 1);
        let fed: Vec<&str> = fed
            .filter(|(at, _)| judged.feeds.contains(at))
            .map(|(_, id)| id.as_str())
            .collect();
        if !fed.is_empty() {
            judged
                .notes
                .push(format!("brings about {}", fed.join(", ")));
        }
    }
    circles(causes);
}

/// Whether `a`, alive and proven, brings about `b` and not the other way round.
fn goes_before(a: &Judged<'_>, b: &Judged<'_>) -> bool {
    let able = a.score.wins() || !b.score.wins();
    if !able || !a.feeds.contains(&b.at) {
        return false;
    }
    if !b.feeds.contains(&a.at) {
        return true;
    }
    let (Some(first), Some(second)) = (a.score.onset, b.score.onset) else {
        return false;
    };
    second.duration_since(first) > CLOCK_TOLERANCE + a.clock.max(b.clock)
}

fn circles(causes: &mut [Judged<'_>]) {
    let mut notes: Vec<(usize, String)> = Vec::new();
    for (at, a) in causes.iter().enumerate() {
        for b in causes.iter().skip(at + 1) {
            let circle = a.feeds.contains(&b.at) && b.feeds.contains(&a.at);
            if circle && !goes_before(a, b) {
                notes.push((
                    at,
                    format!(
                        "this and {} feed each other and began together: start here",
                        b.signature.id
                    ),
                ));
            }
        }
    }
    for (at, note) in notes {
        if let Some(judged) = causes.get_mut(at) {
            judged.notes.push(note);
        }
    }
}
