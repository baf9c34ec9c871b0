//! What complains, in surveyed logs and in objects, as one kind of thing.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::super::EvidenceItem;
use super::super::anchor::text;
use super::super::quote::shown;
use super::super::unusual::{EntrySurvey, OUTLIVED, template};
use crate::bundle::{Instance, Program, ProgramSet};
use crate::decode::Level;
use crate::decode::claim::{accuses, follows, is_last_word};
use crate::detect::Location;
use crate::evidence::{Evidence, Object, ReadEntry};
use crate::finding::Place;
use crate::signature::{Database, Kind};

/// Texts of objects that are looked at.
const TEXTS: usize = 100_000;
/// Of objects in this many words of trouble.
const SHORTEST: usize = 8;
/// An Event this much older than the newest of the case is over.
const EVENT_OVER: SignedDuration = SignedDuration::from_hours(2);
/// Lines after which a log without times has outlived what it said.
const LINES: u64 = 20;
/// A log shorter than this has no everyday noise that can be told.
const HISTORY: SignedDuration = SignedDuration::from_hours(2);

/// One thing that complains.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The canonical text.
    pub(super) text: String,
    /// The error in it that has a field of its own; else empty.
    pub(super) error: String,
    /// Its variable parts masked.
    pub(super) template: String,
    pub(super) source: Source,
    pub(super) level: Option<Level>,
    pub(super) count: u64,
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// Said again until the log ends, or still true in an object.
    pub(super) to_the_end: bool,
    /// The log goes on for long without it.
    pub(super) outlived: bool,
    /// Lines between its last one and the end of the log.
    pub(super) after: u64,
    /// A long log says it from its beginning: it was so before anything failed.
    pub(super) steady: bool,
    pub(super) place: Place,
    pub(super) program: Option<String>,
    pub(super) programs: ProgramSet,
    pub(super) unit: Option<String>,
    pub(super) previous: bool,
    /// Where it stands, for the order.
    pub(super) entry: String,
    pub(super) evidence: EvidenceItem,
}

/// What kind of source says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Log,
    /// An Event, by whether it repeats what a restart says anyway.
    Event {
        weak: bool,
    },
    /// A condition that is not met.
    Condition,
    /// Another message of an object.
    Message,
}

/// Reasons of Events that only say that something waits, or is tried again.
const WEAK: [&str; 6] = [
    "BackOff",
    "Unhealthy",
    "Killing",
    "FailedScheduling",
    "NodeNotReady",
    "ProbeWarning",
];

/// Kinds of lines of the surveyed entries.
pub(super) fn of_logs(
    database: &Database,
    evidence: &Evidence,
    surveys: &[EntrySurvey],
) -> Vec<Candidate> {
    let mut found = Vec::new();
    for survey in surveys {
        let same =
            |read: &&ReadEntry| read.entry.input == survey.input && read.entry.path == survey.path;
        let Some(read) = evidence.entries.iter().find(same) else {
            continue;
        };
        let noise = noise(database, read);
        for one in &survey.templates {
            if one.raw.is_empty() || noise.contains(&one.first_line) {
                continue;
            }
            found.push(of_line(read, survey, one));
        }
    }
    found
}

/// Lines that a signature knows as noise.
fn noise(database: &Database, read: &ReadEntry) -> BTreeSet<u64> {
    let is_noise = |index: u32| {
        let signature = database.signatures.get(index as usize);
        signature.is_some_and(|signature| signature.kind == Kind::Noise)
    };
    let series = read
        .hits
        .series
        .iter()
        .filter(|series| is_noise(series.signature));
    series
        .flat_map(|series| series.first.iter().chain(&series.last))
        .filter_map(|hit| match hit.location {
            Location::Line(line) => Some(line),
            Location::Object { .. } => None,
        })
        .collect()
}

fn of_line(
    read: &ReadEntry,
    survey: &EntrySurvey,
    one: &super::super::unusual::Template,
) -> Candidate {
    let origin = &read.entry.origin;
    let after = survey.lines.saturating_sub(one.line);
    let coverage = read.hits.coverage.span;
    let end = coverage.map(|(_, end)| end).zip(one.last);
    let outlived = match end {
        Some((end, last)) => end.duration_since(last) > OUTLIVED,
        None => after > LINES,
    };
    let steady = coverage.zip(one.first).is_some_and(|((from, to), first)| {
        let long = to.duration_since(from);
        long >= HISTORY && first.duration_since(from).as_secs() * 10 <= long.as_secs()
    });
    let own = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
    let programs = one.programs.unwrap_or(origin.programs);
    Candidate {
        text: one.sample.clone(),
        error: one.error.clone(),
        template: one.text.clone(),
        source: Source::Log,
        level: one.level,
        count: one.count,
        span: one.first.zip(one.last),
        to_the_end: !outlived && one.count > 1,
        outlived,
        after,
        steady: steady && one.count > 1,
        place: Place {
            node: own(&origin.node),
            namespace: own(&origin.namespace),
            pod: own(&origin.pod),
            container: own(&origin.container),
            object: None,
        },
        program: program(programs, origin),
        programs,
        unit: own(&origin.unit),
        previous: origin.instance == Instance::Previous,
        entry: survey.path.clone(),
        evidence: EvidenceItem::Line {
            entry: survey.path.clone(),
            line: one.first_line,
            time: one.first,
            text: shown(&one.raw),
            captures: Default::default(),
        },
    }
}

/// Who speaks: the one program that may, else the container or the unit.
fn program(programs: ProgramSet, origin: &crate::bundle::Origin) -> Option<String> {
    let mut names = programs.iter();
    let first = names.next().filter(|_| !programs.is_all());
    let single = first.filter(|_| names.next().is_none());
    single
        .map(Program::name)
        .or(origin.container.as_deref())
        .or(origin.unit.as_deref())
        .map(str::to_owned)
}

/// Whether a line of a log is worth keeping as it stands: it, or its level, says that something went wrong.
pub(in crate::rank) fn complains(level: Option<Level>, text: &str) -> bool {
    let said = match level {
        Some(Level::Fatal) => return true,
        Some(Level::Error | Level::Warn) => true,
        Some(Level::Info) | None => accuses(text) || is_last_word(text),
        Some(Level::Debug) => false,
    };
    said && !follows(text)
}

/// Events of type Warning, conditions that are not met, and messages that complain.
pub(super) fn of_objects(evidence: &Evidence) -> Vec<Candidate> {
    let objects = evidence.objects.values().flatten();
    let mut found: Vec<Candidate> = Vec::new();
    for (object, said) in objects
        .flat_map(|object| object.texts().into_iter().map(move |said| (object, said)))
        .take(TEXTS)
    {
        let Some((source, level)) = source(object, &said) else {
            continue;
        };
        if said.text.len() < SHORTEST {
            continue;
        }
        let read = evidence.entries.get(said.entry as usize);
        let entry = read.map(|read| read.entry.path.clone()).unwrap_or_default();
        found.push(Candidate {
            error: String::new(),
            template: template(&said.text),
            source,
            level: Some(level),
            count: said.count,
            span: said.time.map(|last| (said.first.unwrap_or(last), last)),
            to_the_end: true,
            outlived: false,
            after: 0,
            steady: false,
            place: Place {
                node: said.node.clone(),
                namespace: said.namespace.clone(),
                pod: said.pod.clone(),
                container: None,
                object: Some((object.key.kind.clone(), object.name.clone())),
            },
            program: speaker(object),
            programs: ProgramSet::NONE,
            unit: None,
            previous: false,
            entry: entry.clone(),
            evidence: EvidenceItem::Object {
                object: said.object,
                path: said.path,
                text: shown(&said.text),
                entry,
                captures: Default::default(),
            },
            text: said.text,
        });
    }
    let events = |one: &Candidate| matches!(one.source, Source::Event { .. });
    let last = |one: &Candidate| one.span.map(|(_, last)| last);
    let newest = found
        .iter()
        .filter(|one| events(one))
        .filter_map(last)
        .max();
    for one in &mut found {
        if let (true, Some(newest), Some(last)) = (events(one), newest, last(one)) {
            one.outlived = newest.duration_since(last) > EVENT_OVER;
        }
    }
    found
}

/// The component that reported an Event.
fn speaker(object: &Object) -> Option<String> {
    let said = [
        "/source/component",
        "/reportingComponent",
        "/reportingController",
    ];
    let mut said = said
        .iter()
        .filter_map(|pointer| object.value.pointer(pointer)?.as_str());
    said.find(|name| !name.is_empty()).map(str::to_owned)
}

/// What kind of source a text is, with the level that goes with it; `None` where it does not complain.
fn source(object: &Object, said: &crate::evidence::texts::Text) -> Option<(Source, Level)> {
    if object.key.kind == "Event" {
        let warns = text(object.value.view(), "type") == Some("Warning");
        let reason = text(object.value.view(), "reason").unwrap_or_default();
        let weak = WEAK.contains(&reason);
        return match warns {
            true => Some((Source::Event { weak }, Level::Error)),
            // what went as it should is told by the reason
            false => (accuses(reason) && !follows(&said.text))
                .then_some((Source::Event { weak }, Level::Info)),
        };
    }
    let condition = said
        .path
        .strip_prefix("status.conditions[")
        .and_then(|rest| rest.split_once(']'))
        .and_then(|(at, _)| object.value.pointer(&format!("/status/conditions/{at}")));
    if let Some(condition) = condition {
        let kind = text(condition, "type").unwrap_or_default();
        let negative = is_negative(kind);
        let bad = match text(condition, "status") {
            Some("True") => negative,
            Some("False") => !negative,
            _ => accuses(&said.text),
        };
        return (bad && !follows(&said.text)).then_some((Source::Condition, Level::Error));
    }
    let waits = said.path.contains(".state.waiting.") || said.path.contains(".lastState.");
    let complains = waits || accuses(&said.text);
    (complains && !follows(&said.text)).then_some((Source::Message, Level::Error))
}

/// Whether a condition is bad where it is met.
fn is_negative(kind: &str) -> bool {
    let words = [
        "Pressure",
        "Fail",
        "Error",
        "Stalled",
        "Degraded",
        "Unavailable",
        "Problem",
    ];
    words.iter().any(|word| kind.contains(word))
}
