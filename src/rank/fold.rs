//! Which findings follow from a cause, and which failure states it reaches, through the classes of symptoms.
//!
//! A cause names classes; symptom signatures carry classes and lead to further ones. A walk over classes goes on
//! through a class of which nothing was seen where nobody could have seen it: that link is then assumed. It ends at a
//! class that was looked for, where and when the cause was, and not seen. Place: a class that is seen where its
//! cause sits must agree with the cause's subjects, until the walk has passed a class that is seen everywhere.
//! What is known to be of different clusters never explains each other.
//! Time: what was over before the cause began, or began well before it, does not follow from it, unless the
//! cause's own log begins too late to tell; what began after the cause was over, and after everything on the way to
//! it, does not either. What has no time is held together by place alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::anchor::{Anchor, From};
use super::class;
use crate::evidence::Evidence;
use crate::finding::{Case, Clusters, Examined, Finding, Subject};
use crate::signature::{Class, Database, Kind};

/// A consequence may be logged this long before its cause is: programs retry before they name the reason.
const LEAD: SignedDuration = SignedDuration::from_mins(5);
/// A cause first seen this soon after its log begins may be older than the log.
const LOG_BEGINS: SignedDuration = SignedDuration::from_mins(10);

/// What follows from one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// Symptoms by their position among the findings, with the positions of the cases that follow.
    pub(super) symptoms: BTreeMap<usize, Followed>,
    /// Anchors by position.
    pub(super) anchors: BTreeSet<usize>,
    /// Every class that was reached.
    pub(super) classes: BTreeSet<Class>,
}

/// The cases of a symptom that follow from a cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Followed {
    pub(super) cases: Vec<usize>,
    /// A link between was not seen.
    pub(super) assumed: bool,
}

/// Everything a walk needs.
pub(super) struct Walk<'a> {
    pub(super) database: &'a Database,
    pub(super) evidence: &'a Evidence,
    pub(super) findings: &'a [Finding],
    pub(super) anchors: &'a [Anchor],
    pub(super) examined: &'a Examined<'a>,
    /// Where the case holds several.
    pub(super) clusters: Option<&'a Clusters>,
}

/// A class on the way, whether the places must still agree, and whether a link was assumed.
type Step = (Class, bool, bool);

impl Walk<'_> {
    /// What follows from the finding at this position.
    pub(super) fn reach(&self, cause: usize) -> Reach {
        let mut reach = Reach::default();
        let Some(finding) = self.findings.get(cause) else {
            return reach;
        };
        let Some(signature) = self.database.signatures.get(finding.signature) else {
            return reach;
        };
        let onset = Onset::of(self.evidence, finding);
        // each step with the latest end of what led there; a later one is walked again
        let mut seen: BTreeMap<Step, End> = BTreeMap::new();
        let mut queue: Vec<(Step, End)> = signature
            .leads_to
            .iter()
            .map(|class| ((*class, class::is_local(*class), false), End::LONG_AGO))
            .collect();
        queue.sort_unstable_by(|a, b| b.cmp(a));
        while let Some((step, led)) = queue.pop() {
            if seen.get(&step).is_some_and(|known| *known >= led) {
                continue;
            }
            seen.insert(step, led);
            let (class, local, assumed) = step;
            reach.classes.insert(class);
            let followed = self.follow(finding, &onset, (step, led), cause, &mut reach);
            let anchored = self.reach_anchors(finding, &onset, (step, led), &mut reach);
            let found = followed.is_some() || anchored;
            if !found && self.looked_for(finding, class, local) {
                continue;
            }
            let state = if anchored { End::NONE } else { End::LONG_AGO };
            let led = led.max(state).max(followed.unwrap_or(End::LONG_AGO));
            for symptom in self.database.symptoms(class) {
                for next in &symptom.leads_to {
                    let stays = local && class::is_local(*next);
                    queue.push(((*next, stays, assumed || !found), led));
                }
            }
            // paths without assumptions first, so that a link is called assumed only where no better path exists
            queue.sort_unstable_by_key(|((class, local, assumed), led)| {
                std::cmp::Reverse((*assumed, *local, *class, *led))
            });
        }
        reach
    }

    /// Notes the symptoms of a class that follow; when the last of them ended, if there are any.
    fn follow(
        &self,
        cause: &Finding,
        onset: &Onset,
        ((class, local, assumed), led): (Step, End),
        own: usize,
        reach: &mut Reach,
    ) -> Option<End> {
        let mut found = None;
        for (at, finding) in self.findings.iter().enumerate() {
            let carries = self
                .database
                .signatures
                .get(finding.signature)
                .is_some_and(|s| s.kind == Kind::Symptom && s.class == Some(class));
            if at == own || !carries {
                continue;
            }
            for (position, case) in finding.cases.iter().enumerate() {
                let began = case.span.map(|(from, _)| from);
                let theirs = self.clusters.map(|all| all.of_case(self.evidence, case));
                let Some(end) = self.end(cause, &case.subject, local, theirs.as_ref()) else {
                    continue;
                };
                if !onset.allows(case.span) || !end.max(led).allows(began) {
                    continue;
                }
                found = found.max(Some(End::of(case)));
                let followed = reach.symptoms.entry(at).or_insert_with(|| Followed {
                    cases: Vec::new(),
                    assumed,
                });
                followed.assumed &= assumed;
                if !followed.cases.contains(&position) {
                    followed.cases.push(position);
                }
            }
        }
        found
    }

    fn reach_anchors(
        &self,
        cause: &Finding,
        onset: &Onset,
        ((class, local, _), led): (Step, End),
        reach: &mut Reach,
    ) -> bool {
        let mut found = false;
        for (at, anchor) in self.anchors.iter().enumerate() {
            let same = anchor.class == class || stands_for(anchor.class, class);
            if !same {
                continue;
            }
            let theirs = self.clusters.map(|all| all.of_inputs(&anchor.inputs));
            let Some(end) = self.end(cause, &anchor.subject, local, theirs.as_ref()) else {
                continue;
            };
            if onset.allows_since(anchor.since) && end.max(led).allows(anchor.since) {
                reach.anchors.insert(at);
                found |= anchor.from != From::Words;
            }
        }
        found
    }

    /// When a cause ended where it can have brought something about: the last of its cases in the same cluster, and at
    /// the same place where places must agree. `None`: it was not there.
    fn end(
        &self,
        cause: &Finding,
        subject: &Subject,
        local: bool,
        theirs: Option<&BTreeSet<&str>>,
    ) -> Option<End> {
        let here = |case: &&Case| {
            let own = self.clusters.map(|all| all.of_case(self.evidence, case));
            let apart = own.as_ref().zip(theirs).is_some_and(|(own, theirs)| {
                !own.is_empty() && !theirs.is_empty() && own.is_disjoint(theirs)
            });
            !apart && (!local || case.subject.agrees(subject))
        };
        cause.cases.iter().filter(here).map(End::of).max()
    }

    /// Whether symptoms of a class would have been seen: on every node of the cause where the class sits there, else
    /// anywhere, at the time of the cause.
    fn looked_for(&self, cause: &Finding, class: Class, local: bool) -> bool {
        let nodes: BTreeSet<Option<&str>> = match local {
            true => cause
                .cases
                .iter()
                .map(|case| case.subject.get("node"))
                .collect(),
            false => BTreeSet::from([None]),
        };
        let when = cause.span.map(|(first, _)| first);
        nodes.iter().all(|node| {
            let mut signatures = self.database.symptoms(class);
            signatures.any(|signature| self.examined.signature(signature, *node, when))
        })
    }
}

/// An upgrade that failed was stuck before, and reporters do not tell the two apart.
fn stands_for(anchor: Class, class: Class) -> bool {
    matches!(
        (anchor, class),
        (Class::UpgradeStuck, Class::UpgradeFailed)
            | (Class::UpgradeFailed, Class::UpgradeStuck)
            | (Class::PodCrashLoop, Class::ControlPlaneCrash)
            | (Class::EtcdDown, Class::EtcdNoQuorum)
    )
}

/// When something was over, and could bring about nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct End(Timestamp);

impl End {
    /// It still holds, or nobody knows.
    const NONE: Self = Self(Timestamp::MAX);
    const LONG_AGO: Self = Self(Timestamp::MIN);

    fn of(case: &Case) -> Self {
        case.over.map_or(Self::NONE, Self)
    }

    /// Whether what began then can follow.
    fn allows(self, began: Option<Timestamp>) -> bool {
        began.is_none_or(|began| began <= self.0)
    }
}

/// When a cause began, as far as its own log can say.
pub(super) struct Onset {
    first: Option<Timestamp>,
    /// The log begins right before: the cause may be older.
    late_log: bool,
}

impl Onset {
    pub(super) fn of(evidence: &Evidence, finding: &Finding) -> Self {
        let first = finding.span.map(|(first, _)| first);
        let seen = finding.cases.iter().flat_map(|case: &Case| &case.seen);
        let late_log = seen
            .filter(|one| one.span.map(|(from, _)| from) == first)
            .any(|one| {
                let read = evidence.entries.get(one.entry as usize);
                let begins = read.and_then(|read| read.hits.coverage.span);
                begins
                    .zip(first)
                    .is_some_and(|((begins, _), first)| first.duration_since(begins) <= LOG_BEGINS)
            });
        Self { first, late_log }
    }

    /// Whether something seen in `span` can follow.
    fn allows(&self, span: Option<(Timestamp, Timestamp)>) -> bool {
        let (Some(cause), Some((from, to))) = (self.first, span) else {
            return true;
        };
        let over = cause.duration_since(to) > LEAD;
        let before = cause.duration_since(from) > LEAD;
        !over && (!before || self.late_log)
    }

    /// Whether a state that began then, and still holds, can follow.
    fn allows_since(&self, since: Option<Timestamp>) -> bool {
        let (Some(cause), Some(since)) = (self.first, since) else {
            return true;
        };
        self.late_log || cause.duration_since(since) <= LEAD
    }
}
