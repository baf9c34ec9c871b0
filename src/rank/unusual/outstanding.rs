//! Surveys of entries into what stands out, with the reason why.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::super::anchor::{list, text, time};
use super::super::quote::shown;
use super::super::{Diagnosis, Unusual, WaitingLine, suspect};
use super::kinds::{BUCKET, Template};
use super::survey::EntrySurvey;
use super::{ended, failure, is_unexplained, is_upgrade_job};
use crate::bundle::Instance;
use crate::decode::Period;
use crate::evidence::{Evidence, ReadEntry};
use crate::signature::Database;

/// So much is reported in all, and of one entry.
pub(super) const REPORTED: usize = 15;
const PER_ENTRY: usize = 3;
/// What is new this long before a failure, or this soon after it, may have to do with it.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);
const AFTER: SignedDuration = SignedDuration::from_mins(5);
/// A log must reach back this much further for something in it to be new.
const HISTORY: SignedDuration = SignedDuration::from_hours(1);
/// A burst: so many lines, nine of ten of them in ten minutes of a log of at least two hours.
const BURST: u64 = 20;
const BURST_LOG: SignedDuration = SignedDuration::from_hours(2);
/// What comes this soon after a log begins belongs to a start.
const AT_START: SignedDuration = SignedDuration::from_mins(15);
/// So many equal lines at the end are a repetition.
const REPEATED: u64 = 20;
/// A log that ends this much before its node's newest one has stopped.
const STOPPED: SignedDuration = SignedDuration::from_mins(10);
/// It must have been silent so many times longer than between two of its lines, of which there are so many.
const QUIET: i64 = 20;
const LINES: u64 = 20;
/// An object that is being deleted, or waits, for longer is stuck.
const STUCK: SignedDuration = SignedDuration::from_mins(10);

/// Adds what the second pass found, inside the time that was asked for, to a diagnosis.
pub fn complete(
    diagnosis: &mut Diagnosis,
    database: &Database,
    evidence: &Evidence,
    mut surveys: Vec<EntrySurvey>,
    period: &Period,
) {
    // workers finish in any order
    surveys.sort_by(|a, b| (a.input, &a.path).cmp(&(b.input, &b.path)));
    let entries: BTreeMap<(usize, &str), &ReadEntry> = evidence
        .entries
        .iter()
        .map(|read| ((read.entry.input, read.entry.path.as_str()), read))
        .collect();
    let read = |survey: &EntrySurvey| entries.get(&(survey.input, survey.path.as_str())).copied();
    for survey in &mut surveys {
        if let Some(ahead) = read(survey).and_then(|read| ahead(evidence, read)) {
            correct(survey, ahead);
        }
        survey.keep(period);
    }
    let waiting: Vec<WaitingLine> = surveys
        .iter()
        .filter(|survey| read(survey).is_some_and(is_upgrade_job))
        .filter_map(waiting)
        .collect();
    if let Some(upgrade) = &mut diagnosis.upgrade {
        upgrade.waiting_for = waiting;
    }
    if ended::is_unproven(evidence, diagnosis) {
        let fatal = |survey: &EntrySurvey| read(survey).and_then(|read| ended::fatal(read, survey));
        let again =
            |survey: &EntrySurvey| read(survey).and_then(|read| ended::repeated(read, survey));
        let repeated = surveys.iter().filter_map(again).collect();
        let fatal = surveys.iter().filter_map(fatal).collect();
        ended::tell(diagnosis, fatal, repeated);
        suspect::name(diagnosis, database, evidence, &surveys);
        return;
    }
    if !is_unexplained(diagnosis) {
        return;
    }
    suspect::name(diagnosis, database, evidence, &surveys);
    let failure = failure(evidence, diagnosis);
    let mut found: Vec<(u8, Option<Timestamp>, Unusual)> = Vec::new();
    for survey in &surveys {
        if let Some(read) = read(survey) {
            found.extend(of_entry(evidence, read, survey, failure.as_ref()));
        }
    }
    let collected_at = diagnosis
        .inputs
        .iter()
        .filter_map(|input| input.collected_at)
        .max();
    found.extend(stuck(evidence, collected_at));
    found.sort_by(|a, b| {
        let key = |one: &(u8, Option<Timestamp>, Unusual)| (one.0, one.1.is_none(), one.1);
        key(a)
            .cmp(&key(b))
            .then_with(|| (&a.2.entry, &a.2.template).cmp(&(&b.2.entry, &b.2.template)))
    });
    let list = found.into_iter().map(|(_, _, unusual)| unusual);
    diagnosis.unusual = list.take(REPORTED).collect();
}

/// How far the clock of an entry's node is ahead, where its times were corrected for it.
fn ahead(evidence: &Evidence, read: &ReadEntry) -> Option<SignedDuration> {
    let clock = evidence.clocks.get(read.entry.origin.node.as_deref()?)?;
    clock.corrected.then_some(clock.ahead)
}

/// Moves what was read again into the common time, in which all other evidence is. Buckets are only compared with each
/// other, inside one log.
fn correct(survey: &mut EntrySurvey, ahead: SignedDuration) {
    let back = |time: Timestamp| time.checked_sub(ahead).unwrap_or(time);
    for template in &mut survey.templates {
        template.first = template.first.map(back);
        template.last = template.last.map(back);
    }
    if let Some(tail) = &mut survey.tail {
        tail.span = tail.span.map(|(from, to)| (back(from), back(to)));
    }
}

fn waiting(survey: &EntrySurvey) -> Option<WaitingLine> {
    let tail = survey.tail.as_ref()?;
    Some(WaitingLine {
        entry: survey.path.clone(),
        line: tail.line,
        text: shown(&tail.text),
        count: tail.count,
        span: tail.span,
    })
}

type Ranked = (u8, Option<Timestamp>, Unusual);

fn of_entry(
    evidence: &Evidence,
    read: &ReadEntry,
    survey: &EntrySurvey,
    failure: Option<&(Timestamp, String)>,
) -> Vec<Ranked> {
    let mut found: Vec<Ranked> = Vec::new();
    if let Some(because) = stopped(evidence, read)
        && let Some(tail) = &survey.tail
    {
        let last = tail.span.map(|(_, last)| last);
        found.push((
            0,
            last,
            unusual(survey, &tail.text, tail.count, last, because),
        ));
    } else if let Some(tail) = &survey.tail
        && tail.count >= REPEATED
        && read.entry.origin.instance == Instance::Current
    {
        let first = tail.span.map(|(first, _)| first);
        let because = format!("the last {} lines are all of this kind", tail.count);
        found.push((
            2,
            first,
            unusual(survey, &tail.text, tail.count, first, because),
        ));
    }
    let span = read.hits.coverage.span;
    let mut templates: Vec<Ranked> = survey
        .templates
        .iter()
        .filter_map(|template| {
            if failure.is_none() && read.entry.origin.instance != Instance::Current {
                return None;
            }
            let (rank, because) = outstanding(template, span, failure)?;
            let first = template.first;
            let one = Unusual {
                template: template.text.clone(),
                ..unusual(survey, &template.sample, template.count, first, because)
            };
            Some((rank, first, one))
        })
        .collect();
    templates.sort_by_key(|(rank, first, _)| (*rank, first.is_none(), *first));
    found.extend(templates.into_iter().take(PER_ENTRY));
    found
}

pub(super) fn unusual(
    survey: &EntrySurvey,
    sample: &str,
    count: u64,
    first_seen: Option<Timestamp>,
    because: String,
) -> Unusual {
    Unusual {
        entry: survey.path.clone(),
        template: super::template::template(sample),
        count,
        first_seen,
        sample: shown(sample),
        because,
    }
}

/// Why a template stands out, with a rank (smaller is more telling).
fn outstanding(
    template: &Template,
    span: Option<(Timestamp, Timestamp)>,
    failure: Option<&(Timestamp, String)>,
) -> Option<(u8, String)> {
    let (from, to) = span?;
    let first = template.first?;
    let telling = template.severe || (template.complains && failure.is_some());
    if telling
        && first.duration_since(from) >= HISTORY
        && let Some(because) = is_new(first, (from, to), failure)
    {
        return Some((1, because));
    }
    let densest = template.densest;
    let burst = densest >= BURST
        && densest.saturating_mul(10) >= template.count.saturating_mul(9)
        && to.duration_since(from) >= BURST_LOG
        && first.duration_since(from) >= AT_START;
    (template.complains && burst).then(|| {
        let minutes = BUCKET / 60;
        (
            3,
            format!(
                "{densest} of {} lines within {minutes} minutes",
                template.count
            ),
        )
    })
}

fn is_new(
    first: Timestamp,
    (from, to): (Timestamp, Timestamp),
    failure: Option<&(Timestamp, String)>,
) -> Option<String> {
    match failure {
        Some((failed, what)) => {
            let lead = failed.duration_since(first);
            let near = lead <= BEFORE && -lead <= AFTER;
            let minutes = lead.abs().as_mins();
            let side = if lead.is_negative() {
                "after"
            } else {
                "before"
            };
            near.then(|| format!("first seen {minutes} minutes {side} the failure ({what})"))
        }
        None => {
            let tenth = to.duration_since(from).as_secs() / 10;
            let new = to.duration_since(first).as_secs() <= tenth;
            new.then(|| "first seen in the last tenth of the log".to_owned())
        }
    }
}

/// Why a log is said to have stopped: it ends well before the newest log of its node.
fn stopped(evidence: &Evidence, read: &ReadEntry) -> Option<String> {
    let origin = &read.entry.origin;
    let (_, end) = read.hits.coverage.span?;
    if origin.instance != Instance::Current {
        return None;
    }
    let node = origin.node.as_deref()?;
    let newest = evidence
        .entries
        .iter()
        .filter(|other| other.entry.origin.node.as_deref() == Some(node))
        .filter_map(|other| other.hits.coverage.span)
        .map(|(_, end)| end)
        .max()?;
    let silent = newest.duration_since(end);
    // a day: the program is simply not there any more
    let recent = silent <= SignedDuration::from_hours(24);
    // quiet programs are silent for long: it must be much longer than this one is between two lines
    let (from, lines) = (read.hits.coverage.span?.0, read.hits.coverage.lines);
    let usual = end.duration_since(from).as_secs() / i64::try_from(lines).ok()?.max(1);
    let unusual = silent.as_secs() >= usual.saturating_mul(QUIET);
    (silent >= STOPPED && recent && unusual && lines >= LINES).then(|| {
        format!(
            "the log stops {} minutes before the newest of {node}; this is its last line",
            silent.as_mins()
        )
    })
}

/// Objects that are being deleted, or pods that wait, for long.
fn stuck(evidence: &Evidence, collected_at: Option<Timestamp>) -> Vec<Ranked> {
    let Some(now) = collected_at else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let kinds = [
        ("Node", ""),
        ("Pod", ""),
        ("Namespace", ""),
        ("PersistentVolumeClaim", ""),
        ("Volume", "longhorn.io"),
        ("Machine", "cluster.x-k8s.io"),
    ];
    for (kind, group) in kinds {
        for object in list(evidence, kind, group) {
            let metadata = object.value.get("metadata");
            let since = |key: &str| metadata.and_then(|metadata| time(metadata, key));
            let phase = object
                .value
                .get("status")
                .and_then(|status| text(status, "phase"));
            let (since, state) = match (since("deletionTimestamp"), phase) {
                (Some(since), _) => (since, "is being deleted"),
                (None, Some("Pending")) => match since("creationTimestamp") {
                    Some(since) => (since, "is Pending"),
                    None => continue,
                },
                _ => continue,
            };
            if now.duration_since(since) < STUCK {
                continue;
            }
            let entry = evidence.entries.get(object.entry as usize);
            let name = match &object.namespace {
                Some(namespace) => format!("{namespace}/{}", object.name),
                None => object.name.clone(),
            };
            found.push((
                4,
                Some(since),
                Unusual {
                    entry: entry
                        .map(|read| read.entry.path.clone())
                        .unwrap_or_default(),
                    template: format!("{kind} {state}"),
                    count: 1,
                    first_seen: Some(since),
                    sample: format!("{kind} {name} {state}"),
                    because: "since then, and still at the time of collection".to_owned(),
                },
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::build::at;

    fn template(first: i64, count: u64, buckets: &[(i64, u64)]) -> Template {
        Template {
            count,
            complains: true,
            severe: true,
            first: Some(at(first)),
            densest: buckets.iter().map(|(_, lines)| *lines).max().unwrap_or(0),
            ..Template::default()
        }
    }

    #[test]
    fn what_is_new_around_the_failure_stands_out() {
        let span = Some((at(0), at(600)));
        let failure = (at(300), "node n1 is not Ready (False)".to_owned());
        let because = |first: i64| outstanding(&template(first, 1, &[]), span, Some(&failure));
        assert_eq!(
            because(290),
            Some((
                1,
                "first seen 10 minutes before the failure (node n1 is not Ready (False))"
                    .to_owned()
            ))
        );
        assert_eq!(because(200), None);
        assert_eq!(because(400), None);
        // a log that begins right before cannot tell what is new
        let late = Some((at(280), at(600)));
        assert_eq!(
            outstanding(&template(290, 1, &[]), late, Some(&failure)),
            None
        );
    }

    #[test]
    fn a_burst_stands_out_and_steady_noise_does_not() {
        let span = Some((at(0), at(600)));
        let steady: Vec<(i64, u64)> = (0..60).map(|n| (n, 4000)).collect();
        assert_eq!(
            outstanding(&template(0, 240_000, &steady), span, None),
            None
        );
        let burst = template(20, 50, &[(3, 49), (9, 1)]);
        assert_eq!(
            outstanding(&burst, span, None),
            Some((3, "49 of 50 lines within 10 minutes".to_owned()))
        );
    }
}
