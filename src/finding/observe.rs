//! One part of a signature into observations, or the reason why it could not be looked for.

use jiff::Timestamp;

use super::index::Index;
use super::{Context, Place};
use crate::bundle::Instance;
use crate::detect::{Captures, Hit, HitSeries, Location};
use crate::evidence::Evidence;
use crate::signature::{Part, Source, TextIn};

/// Something that was seen and satisfies a part: a series of hits, an object, or a fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// Index of the part in the signature.
    pub part: usize,
    /// Index of the entry in [`Evidence::entries`].
    pub entry: u32,
    /// Index of the first entry of the same stream: observations with the same source are one source.
    pub source: u32,
    /// The cluster, where the case holds several and the input says which.
    pub cluster: Option<String>,
    /// Where it was seen.
    pub place: Place,
    /// Values of the placeholders.
    pub captures: Captures,
    /// How often.
    pub count: u64,
    /// First and last time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What shows it.
    pub proof: Proof,
}

/// What shows an observation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The series at this position of the entry's hits.
    Series(u32),
    /// A field of an object.
    Object {
        /// `v1/Node n1`.
        object: String,
        /// Field path.
        path: String,
        /// Its value.
        text: String,
    },
    /// A fact.
    Fact {
        /// Its key.
        key: String,
        /// Line in the entry, from 1; 0 where the fact is the whole entry.
        line: u64,
        /// The text it was read from.
        text: String,
    },
}

impl Observation {
    /// The series of hits, where there is one.
    pub fn series<'e>(&self, evidence: &'e Evidence) -> Option<&'e HitSeries> {
        let Proof::Series(at) = self.proof else {
            return None;
        };
        let read = evidence.entries.get(self.entry as usize)?;
        read.hits.series.get(at as usize)
    }

    /// The kept hits, first ones first.
    pub fn hits<'e>(&self, evidence: &'e Evidence) -> impl Iterator<Item = &'e Hit> {
        self.series(evidence)
            .into_iter()
            .flat_map(|series| series.first.iter().chain(&series.last))
    }

    /// Whether it is a state that holds at the time of collection: an object or a fact, not a message.
    pub fn is_state(&self) -> bool {
        !matches!(self.proof, Proof::Series(_))
    }
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    /// Seen; at least one observation.
    Held(Vec<Observation>),
    /// Looked for and not seen.
    Failed,
    /// Its source is not in the bundle: what is missing, as a noun phrase.
    NotCollected(String),
}

impl Answer {
    pub(super) fn observations(&self) -> &[Observation] {
        match self {
            Self::Held(seen) => seen,
            Self::Failed | Self::NotCollected(_) => &[],
        }
    }
}

/// Looks for a part of the signature with this index.
pub(super) fn observe(
    index: &Index<'_>,
    context: &Context,
    signature: usize,
    at: usize,
    part: &Part,
) -> Answer {
    match &part.source {
        Source::Log { .. } => log(index, signature, at, part),
        Source::Object(query) => super::select::objects(index, context, at, query),
        Source::Fact(query) => super::select::facts(index, context, at, query),
    }
}

fn log(index: &Index<'_>, signature: usize, at: usize, part: &Part) -> Answer {
    let mut seen = Vec::new();
    for (entry, position, read, series) in index.series(signature, at) {
        let origin = &read.entry.origin;
        if part.time.previous && origin.instance != Instance::Previous {
            continue;
        }
        if series.count == 0 || !is_in(part.text_in, series) {
            continue;
        }
        seen.push(Observation {
            part: at,
            entry,
            source: index.stream(entry),
            cluster: index.cluster(entry),
            place: index.place(origin, series),
            captures: series.captures.clone(),
            count: series.count,
            span: series.span,
            proof: Proof::Series(position),
        });
    }
    if !seen.is_empty() {
        return Answer::Held(seen);
    }
    let logs = part.text_in.log && index.heard(part.programs);
    let events = part.text_in.events && index.collected_kind("Event") && !part.text_in.log;
    let objects = part.text_in.objects && !part.text_in.log && !part.text_in.events;
    if logs || events || objects {
        return Answer::Failed;
    }
    Answer::NotCollected(missing(part))
}

fn is_in(text_in: TextIn, series: &HitSeries) -> bool {
    match series
        .first
        .first()
        .or(series.last.first())
        .map(|h| &h.location)
    {
        Some(Location::Object { object, .. }) if is_event(object) => text_in.events,
        Some(Location::Object { .. }) => text_in.objects,
        Some(Location::Line(_)) | None => text_in.log,
    }
}

/// Whether a reference (`v1/Event ns/name`) names an Event.
pub(super) fn is_event(reference: &str) -> bool {
    let typed = reference.split(' ').next().unwrap_or_default();
    typed.rsplit('/').next() == Some("Event")
}

/// What would have to be collected for a part, as a noun phrase.
pub(super) fn missing(part: &Part) -> String {
    match &part.source {
        Source::Log { .. } => {}
        Source::Object(query) => return format!("{} objects", query.kind().kind),
        Source::Fact(query) => return format!("{} of nodes", query.key().source()),
    }
    if !part.text_in.log {
        return "Events".to_owned();
    }
    if part.programs.is_all() {
        return "logs".to_owned();
    }
    let names: Vec<_> = part.programs.iter().map(|p| p.name()).take(3).collect();
    format!("logs of {}", names.join(", "))
}
