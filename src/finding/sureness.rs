//! How sure a signature is of one subject, and a phrase for every reason that made it more or less so.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Index;
use super::join::Combination;
use super::observe::Answer;
use super::{Context, Observation, Proof, Subject, timing};
use crate::bundle::EntryKind;
use crate::detect::Captures;
use crate::signature::{
    Affected, Kind, Signature, Source, Sureness, Template, VersionRange, Weight, affected,
};

/// By the tag of a language: what it says for an English phrase.
pub type Told = BTreeMap<String, BTreeMap<String, String>>;

/// Hits this soon after the start of a program belong to its start.
const START_UP: jiff::SignedDuration = jiff::SignedDuration::from_mins(3);

/// The class, why, and how many independent sources stand behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) sure: Sureness,
    /// Independent sources, more than the one that any finding has.
    pub(super) sources: usize,
    pub(super) reasons: Vec<String>,
    /// Reasons in other languages, by their English.
    pub(super) told: Told,
}

/// A reason, and what the signature's translations say for it.
struct Reason {
    english: String,
    told: Vec<(String, String)>,
}

impl Judgement {
    /// Takes a reason, set into the words that hold for all.
    fn because(&mut self, reason: Reason, set: impl Fn(&str) -> String) {
        let english = set(&reason.english);
        for (tag, told) in reason.told {
            let known = self.told.entry(tag).or_default();
            known.insert(english.clone(), set(&told));
        }
        self.reasons.push(english);
    }
}

/// What is judged: one subject of one signature.
pub(super) struct Subjected<'a, 'e> {
    pub(super) index: &'a Index<'e>,
    pub(super) context: &'a Context,
    pub(super) signature: &'a Signature,
    pub(super) subject: &'a Subject,
    /// What became of each part, anywhere.
    pub(super) answers: &'a [Answer],
    /// Observations of each part that belong to the subject and satisfy its time and order.
    pub(super) parts: &'a [Vec<&'a Observation>],
    /// Time and order could not be decided for a demanded part.
    pub(super) undecided: bool,
}

impl Subjected<'_, '_> {
    /// The class for one combination. Never surer with a source less: what would be a rival and was not
    /// collected counts like a rival.
    pub(super) fn judge(&self, combination: &Combination<'_>) -> Judgement {
        let mut judgement = Judgement {
            sure: self.base(combination),
            sources: 0,
            reasons: Vec::new(),
            told: Told::new(),
        };
        self.more(combination, &mut judgement);
        self.less(combination, &mut judgement);
        self.without(combination, &mut judgement);
        self.missing(&mut judgement);
        self.version(&mut judgement);
        self.start_up(combination, &mut judgement);
        judgement
    }

    /// The signature's own class, or the lower one that a part says it is worth.
    fn base(&self, combination: &Combination<'_>) -> Sureness {
        let parts = combination.chosen.iter();
        parts
            .filter_map(|one| self.signature.parts.get(one.part)?.sure)
            .fold(self.signature.sure, Sureness::min)
    }

    fn more(&self, combination: &Combination<'_>, judgement: &mut Judgement) {
        let mut used: BTreeSet<u32> = combination.chosen.iter().map(|one| one.source).collect();
        judgement.sources = used.len().saturating_sub(1);
        for weight in &self.signature.condition.more {
            let agreeing = self.agreeing(weight.part, combination);
            if agreeing.is_empty() {
                continue;
            }
            let reason = self.reason(weight, combination, &agreeing);
            match agreeing.iter().find(|one| !used.contains(&one.source)) {
                Some(independent) => {
                    used.insert(independent.source);
                    judgement.sources += 1;
                    judgement.sure = judgement.sure.raised();
                    judgement.because(reason, str::to_owned);
                }
                None => judgement.because(reason, |reason| {
                    format!("{reason} (same source, so no surer)")
                }),
            }
        }
    }

    fn less(&self, combination: &Combination<'_>, judgement: &mut Judgement) {
        for weight in &self.signature.condition.less {
            let agreeing = self.agreeing(weight.part, combination);
            if !agreeing.is_empty() {
                judgement.sure = judgement.sure.lowered();
                let reason = self.reason(weight, combination, &agreeing);
                judgement.because(reason, |reason| format!("less sure: {reason}"));
            } else if let Some(what) = self.unknown(weight.part, combination) {
                judgement.sure = judgement.sure.lowered();
                let reason = match &weight.reason {
                    Some(reason) => self.filled(weight.part, reason, &combination.captures()),
                    None => Reason {
                        english: self.name(weight.part),
                        told: Vec::new(),
                    },
                };
                judgement.because(reason, |reason| {
                    format!("less sure: {what} not collected, so not ruled out that {reason}")
                });
            }
        }
    }

    /// What would have to be collected to rule out a part that was not seen: its source is missing at all, or at the
    /// place and time of the combination.
    fn unknown(&self, part: usize, combination: &Combination<'_>) -> Option<String> {
        if let Some(Answer::NotCollected(what)) = self.answers.get(part) {
            return Some(what.clone());
        }
        let chosen = || combination.chosen.iter();
        let of_subject = self.subject.get("node");
        let node = of_subject.or_else(|| chosen().find_map(|one| one.place.node.as_deref()));
        let node = node.filter(|_| !self.subject.is_cluster());
        let part = self.signature.parts.get(part)?;
        let logs = matches!(part.source, Source::Log { .. });
        let when = chosen().filter(|_| logs).filter_map(|one| one.span).max();
        let when = when.map(|(first, _)| first);
        let seen = matches!(part.source, Source::Object(_))
            || self.index.examined.rules_out(part, node, when);
        let place = node.map(|node| format!(" of {node}")).unwrap_or_default();
        (!seen).then(|| format!("{}{place}", super::observe::missing(part)))
    }

    fn without(&self, combination: &Combination<'_>, judgement: &mut Judgement) {
        for &part in &self.signature.condition.without {
            if let Some(what) = self.unknown(part, combination) {
                judgement.sure = judgement.sure.lowered();
                let name = self.name(part);
                judgement.reasons.push(format!(
                    "less sure: {what} not collected, so {name} is not ruled out"
                ));
            }
        }
    }

    fn missing(&self, judgement: &mut Judgement) {
        for &(part, cap) in &self.signature.condition.if_missing {
            if let Some(Answer::NotCollected(what)) = self.answers.get(part)
                && judgement.sure >= cap
            {
                judgement.sure = cap;
                let word = cap.word();
                judgement
                    .reasons
                    .push(format!("at most {word}: {what} not collected"));
            }
        }
    }

    fn version(&self, judgement: &mut Judgement) {
        let signature = self.signature;
        let products = self.context.products_on(self.subject.get("node"));
        if affected(&signature.affects, &signature.fixed_in, &products) != Affected::No {
            return;
        }
        judgement.sure = Sureness::Possible;
        let ranges = signature.affects.iter().chain(&signature.fixed_in);
        let found: BTreeSet<String> = ranges
            .filter_map(|range| {
                let word = range.product.word();
                products
                    .get(word)
                    .map(|version| format!("{word} {version}"))
            })
            .collect();
        let found: Vec<String> = found.into_iter().collect();
        let expected = expected(&signature.affects, &signature.fixed_in);
        judgement.reasons.push(format!(
            "at most possible: {} is found here, {expected}",
            found.join(", ")
        ));
    }

    /// A message that is normal while programs start proves nothing until it outlives the start.
    fn start_up(&self, combination: &Combination<'_>, judgement: &mut Judgement) {
        let lines_only = combination.chosen.iter().all(|one| self.is_log_line(one));
        if self.undecided {
            judgement.sure = Sureness::Possible;
            let reason = "at most possible: it has no time to judge by what came first, or whether it still holds";
            judgement.reasons.push(reason.to_owned());
        } else if self.signature.kind == Kind::Symptom && lines_only {
            let untimed = combination.chosen.iter().all(|one| one.span.is_none());
            let starting = combination.chosen.iter().all(|one| self.only_at_start(one));
            let because = match (untimed, starting) {
                (true, _) => "the lines have no time, so start-up noise is not ruled out",
                (false, true) => "seen only right after a start",
                (false, false) => return,
            };
            judgement.sure = Sureness::Possible;
            judgement
                .reasons
                .push(format!("at most possible: {because}"));
        }
    }

    fn is_log_line(&self, one: &Observation) -> bool {
        let read = self.index.evidence.entries.get(one.entry as usize);
        matches!(one.proof, Proof::Series(_))
            && read.is_none_or(|read| read.entry.kind != EntryKind::Objects)
    }

    /// Whether every hit belongs to a start of the program.
    pub(super) fn only_start_up(&self, seen: &[&Observation]) -> bool {
        seen.iter()
            .all(|one| self.is_log_line(one) && self.only_at_start(one))
    }

    fn only_at_start(&self, one: &Observation) -> bool {
        let Some(series) = one.series(self.index.evidence) else {
            return false;
        };
        let starts = timing::starts(self.index, one);
        let near = |second: i64| {
            starts.iter().any(|start| {
                let since = second.saturating_sub(start.as_second());
                (-60..START_UP.as_secs()).contains(&since)
            })
        };
        !series.minutes.is_empty() && series.minutes.keys().all(|m| near(m.saturating_mul(60)))
    }

    /// Observations of a part that agree with the combination.
    fn agreeing(&self, part: usize, combination: &Combination<'_>) -> Vec<&Observation> {
        let join = &self.signature.condition.join;
        let seen = self.parts.get(part).map(Vec::as_slice).unwrap_or_default();
        seen.iter()
            .copied()
            .filter(|one| combination.accepts(join, one))
            .collect()
    }

    fn reason(
        &self,
        weight: &Weight,
        combination: &Combination<'_>,
        agreeing: &[&Observation],
    ) -> Reason {
        if let Some(reason) = &weight.reason {
            let mut captures = combination.captures();
            if let Some(first) = agreeing.first() {
                let own = first.place.complete(&first.captures);
                captures.extend(own);
            }
            return self.filled(weight.part, reason, &captures);
        }
        Reason {
            english: describe(self.index, agreeing),
            told: Vec::new(),
        }
    }

    fn filled(&self, part: usize, reason: &Template, captures: &Captures) -> Reason {
        let told = self.signature.told_reasons(part);
        Reason {
            english: reason.fill(captures),
            told: told
                .map(|(tag, reason)| (tag.to_owned(), reason.fill(captures)))
                .collect(),
        }
    }

    fn name(&self, part: usize) -> String {
        let part = self.signature.parts.get(part);
        part.map(|part| format!("`{}`", part.name.replace('_', " ")))
            .unwrap_or_default()
    }
}

fn expected(affects: &[VersionRange], fixed_in: &[VersionRange]) -> String {
    let list = |ranges: &[VersionRange]| {
        let texts: Vec<String> = ranges.iter().map(ToString::to_string).collect();
        texts.join(", ")
    };
    match (affects.is_empty(), fixed_in.is_empty()) {
        (false, true) => format!("this is known of {}", list(affects)),
        (true, _) => format!("this is repaired in {}", list(fixed_in)),
        (false, false) => format!(
            "this is known of {} and repaired in {}",
            list(affects),
            list(fixed_in)
        ),
    }
}

/// What was seen of one part, as a phrase: `2 of 3 Node objects: status.conditions...`, `12 lines in <entry>`.
pub(super) fn describe(index: &Index<'_>, seen: &[&Observation]) -> String {
    let Some(first) = seen.first() else {
        return String::new();
    };
    match &first.proof {
        Proof::Object { object, path, text } => {
            let objects: BTreeSet<&str> = seen
                .iter()
                .filter_map(|one| match &one.proof {
                    Proof::Object { object, .. } => Some(object.as_str()),
                    Proof::Series(_) | Proof::Fact { .. } => None,
                })
                .collect();
            let shown = format!("{path} {text}");
            let shown = shown.trim();
            if objects.len() < 2 {
                return format!("{object}: {shown}");
            }
            let kind = first.place.object.as_ref().map(|(kind, _)| kind.as_str());
            let kind = kind.unwrap_or("object");
            let total = index.count_of(kind).max(objects.len());
            format!("{} of {total} {kind} objects: {shown}", objects.len())
        }
        Proof::Fact { key, text, .. } => match &first.place.node {
            Some(node) => format!("{key} ({node}): {text}"),
            None => format!("{key}: {text}"),
        },
        Proof::Series(_) => {
            let count = seen
                .iter()
                .fold(0u64, |sum, one| sum.saturating_add(one.count));
            let entries: BTreeSet<u32> = seen.iter().map(|one| one.entry).collect();
            let path = index
                .evidence
                .entries
                .get(first.entry as usize)
                .map(|read| read.entry.path.as_str())
                .unwrap_or_default();
            // What an Event or a condition says is no line of the file it stands in.
            let said = seen.iter().all(|one| {
                let read = index.evidence.entries.get(one.entry as usize);
                read.is_some_and(|read| read.entry.kind == EntryKind::Objects)
            });
            let lines = match (said, count) {
                (false, 1) => "line",
                (false, _) => "lines",
                (true, 1) => "message",
                (true, _) => "messages",
            };
            let count = super::said::count(count);
            match entries.len() {
                0 | 1 => format!("{count} {lines} in {path}"),
                n => format!("{count} {lines} in {n} entries, first in {path}"),
            }
        }
    }
}
