//! The fix of a signature into steps for what was found: filtered by product, filled once per distinct captures.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Remediation, Step};
use crate::detect::Captures;
use crate::finding::{Case, Finding};
use crate::signature::{self, Requirement, Signature, Template};

/// So many variants of one step are written out, and so many commands in one of them.
const VARIANTS: usize = 8;
const COMMANDS: usize = 16;

/// What to do about a finding.
pub(super) fn remediation(
    signature: &Signature,
    captures: &[Captures],
    products: &BTreeMap<String, String>,
) -> Remediation {
    let mut steps = Vec::new();
    for step in &signature.fix {
        match suits(&step.only_if, products) {
            Suits::No => {}
            Suits::Yes => steps.extend(fill(step, captures, None)),
            Suits::Unknown => {
                let hint = condition(&step.only_if);
                steps.extend(fill(step, captures, Some(&hint)));
            }
        }
    }
    let summary = steps.first().map(|step: &Step| step.text.clone());
    Remediation {
        summary: summary.unwrap_or_default(),
        verify: checks(&signature.check, captures),
        steps,
    }
}

/// Every distinct set of captures of a finding, completed with the names of the subject.
pub(super) fn all_captures(finding: &Finding) -> Vec<Captures> {
    let cases: Vec<&Case> = finding.cases.iter().collect();
    captures_of(&cases)
}

/// The same of some subjects.
pub(super) fn captures_of(cases: &[&Case]) -> Vec<Captures> {
    named(cases, &|_| true).iter().map(owned).collect()
}

/// A set of captures that outlives its subjects.
pub(super) fn owned(set: &Named<'_>) -> Captures {
    let pairs = set.iter();
    pairs
        .map(|&(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Names with their values, in order of name.
pub(super) type Named<'c> = Vec<(&'c String, &'c String)>;

/// The distinct sets of captures of some subjects with the subject's own names, of which only some are wanted; those of
/// the surest subject first.
pub(super) fn named<'c>(cases: &[&'c Case], wanted: &dyn Fn(&str) -> bool) -> Vec<Named<'c>> {
    static NONE: [Captures; 1] = [Captures::new()];
    let mut cases = cases.to_vec();
    cases.sort_by_key(|case| std::cmp::Reverse((case.sure, case.state)));
    let mut all: Vec<Named<'c>> = Vec::new();
    let mut seen: BTreeSet<Named<'c>> = BTreeSet::new();
    for case in cases {
        let sets: &'c [Captures] = if case.captures.is_empty() {
            &NONE
        } else {
            &case.captures
        };
        for captures in sets {
            let subject = case.subject.0.iter();
            let own = subject.filter(|(name, _)| !captures.contains_key(*name));
            let mut named: Named<'c> = own
                .chain(captures)
                .filter(|(name, _)| wanted(name))
                .collect();
            named.sort_unstable();
            if seen.insert(named.clone()) {
                all.push(named);
            }
        }
    }
    all
}

enum Suits {
    Yes,
    No,
    /// The product, or its version, is not known.
    Unknown,
}

fn suits(only_if: &[Requirement], products: &BTreeMap<String, String>) -> Suits {
    if only_if.is_empty() {
        return Suits::Yes;
    }
    let mut unknown = false;
    for requirement in only_if {
        let held = match requirement.range.holds_for(products) {
            Some(held) => Some(held != requirement.negated),
            // other products were recognised, this one was not: it is not here
            None if !products.is_empty()
                && !products.contains_key(requirement.range.product.word()) =>
            {
                Some(requirement.negated)
            }
            None => None,
        };
        match held {
            Some(true) => return Suits::Yes,
            Some(false) => {}
            None => unknown = true,
        }
    }
    if unknown { Suits::Unknown } else { Suits::No }
}

fn condition(only_if: &[Requirement]) -> String {
    let words: Vec<String> = only_if
        .iter()
        .map(|one| {
            let not = if one.negated { "not " } else { "" };
            format!("{not}{}", one.range)
        })
        .collect();
    words.join(" or ")
}

/// One step per distinct wording and place; the commands of the same wording stand together, one per line.
fn fill(step: &signature::Step, captures: &[Captures], hint: Option<&str>) -> Vec<Step> {
    let none = [Captures::new()];
    let captures = if captures.is_empty() { &none } else { captures };
    let all: Vec<&Captures> = captures.iter().collect();
    let mut steps: Vec<(Step, Vec<String>)> = Vec::new();
    for at in 0..all.len() {
        // This one first, then the others in order.
        let mut others = all.clone();
        others.get_mut(..=at).unwrap_or_default().rotate_right(1);
        let text = |template: &Template| template.fill_first(&others);
        let mut wording = text(&step.text);
        if let Some(detail) = &step.detail {
            wording = format!("{wording}: {}", text(detail));
        }
        if let Some(hint) = hint {
            wording = format!("If {hint}: {wording}");
        }
        let place = step.on.as_ref().map(&text);
        let run = step.run.as_ref().map(|run| run.fill_first_command(&others));
        let known = steps
            .iter_mut()
            .find(|(known, _)| known.text == wording && known.place == place);
        if let Some((_, runs)) = known {
            if let Some(run) = run
                && !runs.contains(&run)
            {
                runs.push(run);
            }
            continue;
        }
        if steps.len() >= VARIANTS {
            break;
        }
        let filled = Step {
            risk: step.risk,
            place,
            text: wording,
            run: None,
            takes: step.takes.clone(),
            loses: step.loses.as_ref().map(&text),
            check: step.check.as_ref().map(|check| fill_check(check, &others)),
        };
        steps.push((filled, run.into_iter().collect()));
    }
    steps
        .into_iter()
        .map(|(step, runs)| Step {
            run: commands(runs),
            ..step
        })
        .collect()
}

fn commands(mut runs: Vec<String>) -> Option<String> {
    let more = runs.len().saturating_sub(COMMANDS);
    runs.truncate(COMMANDS);
    if more > 0 {
        runs.push(format!("# and {more} more of the same kind"));
    }
    (!runs.is_empty()).then(|| runs.join("\n"))
}

fn fill_check(check: &signature::Check, captures: &[&Captures]) -> Check {
    Check {
        run: check.run.fill_first_command(captures),
        expect: check
            .expect
            .as_ref()
            .map(|expect| expect.fill_first(captures)),
    }
}

fn checks(list: &[signature::Check], captures: &[Captures]) -> Vec<Check> {
    let none = [Captures::new()];
    let captures = if captures.is_empty() { &none } else { captures };
    let mut checks: Vec<Check> = Vec::new();
    for check in list {
        for one in captures {
            let filled = fill_check(check, &[one]);
            if checks.len() < COMMANDS && !checks.contains(&filled) {
                checks.push(filled);
            }
        }
    }
    checks
}
