//! Hand-made evidence and databases for tests of findings and ranking.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::bundle::{Entry, EntryKind, Instance, Origin, Program, ProgramSet};
use crate::detect::{Captures, Coverage, EntryHits, Hit, HitSeries, Location};
use crate::evidence::{Evidence, Fact, Object, ObjectKey, ReadEntry};
use crate::signature::{
    Class, Condition, Database, FactQuery, Kind, Later, Part, Query, Risk, Severity, Signature,
    Source, Step, Sureness, Template, TextIn, TimeConstraints, Weight,
};

/// Minutes after the beginning of the test's time.
pub(crate) fn at(minute: i64) -> Timestamp {
    let start: Timestamp = "2025-01-25T10:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minute)
}

pub(crate) fn captures(pairs: &[(&str, &str)]) -> Captures {
    pairs
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect()
}

pub(crate) fn template(text: &str) -> Template {
    Template::parse(text).unwrap()
}

fn log_part(name: &str, programs: ProgramSet) -> Part {
    Part {
        name: name.to_owned(),
        source: Source::Log {
            patterns: Vec::new(),
        },
        not: Vec::new(),
        programs,
        text_in: TextIn::default(),
        captures: Default::default(),
        sure: None,
        time: TimeConstraints::default(),
    }
}

/// A certain, critical cause with one log part.
pub(crate) fn cause(id: &str) -> Signature {
    Signature {
        id: id.to_owned(),
        file: format!("{id}.yaml"),
        shipped: true,
        title: template(&format!("{id} on <node>")),
        kind: Kind::Cause,
        class: None,
        severity: Severity::Critical,
        sure: Sureness::Certain,
        programs: ProgramSet::ALL,
        affects: Vec::new(),
        fixed_in: Vec::new(),
        scope: None,
        subject: BTreeMap::new(),
        parts: vec![log_part("match", ProgramSet::ALL)],
        condition: Condition {
            all: vec![0],
            ..Condition::default()
        },
        leads_to: Vec::new(),
        explanation: None,
        fix: Later::default(),
        check: Later::default(),
        prevent: None,
        needs: None,
        refs: Later::default(),
        tests: Vec::new(),
        translations: BTreeMap::new(),
    }
}

/// A likely symptom of high severity with one log part.
pub(crate) fn symptom(id: &str, class: Class) -> Signature {
    Signature {
        kind: Kind::Symptom,
        class: Some(class),
        severity: Severity::High,
        sure: Sureness::Likely,
        ..cause(id)
    }
}

impl Signature {
    pub(crate) fn sure(mut self, sure: Sureness) -> Self {
        self.sure = sure;
        self
    }

    pub(crate) fn leads_to(mut self, classes: &[Class]) -> Self {
        self.leads_to = classes.to_vec();
        self
    }

    /// Adds a log part of one program; the caller puts it into the condition.
    pub(crate) fn with_part(mut self, name: &str, program: Program) -> Self {
        self.parts.push(log_part(name, program.into()));
        self
    }

    /// Adds an object part; the caller puts it into the condition.
    pub(crate) fn with_query(mut self, name: &str, raw: Value) -> Self {
        let query = Query::parse(&raw).unwrap();
        self.parts.push(Part {
            source: Source::Object(query),
            ..log_part(name, ProgramSet::ALL)
        });
        self
    }

    /// Adds a fact part; the caller puts it into the condition.
    pub(crate) fn with_fact(mut self, name: &str, raw: Value) -> Self {
        let query = FactQuery::parse(&raw).unwrap();
        self.parts.push(Part {
            source: Source::Fact(query),
            ..log_part(name, ProgramSet::ALL)
        });
        self
    }

    pub(crate) fn time(mut self, part: usize, time: TimeConstraints) -> Self {
        self.parts[part].time = time;
        self
    }

    pub(crate) fn step(mut self, risk: Risk, text: &str, run: Option<&str>) -> Self {
        let step = Step {
            risk,
            text: template(text),
            detail: None,
            run: run.map(template),
            on: None,
            only_if: Vec::new(),
            takes: None,
            loses: None,
            check: None,
        };
        self.fix.change(|fix| fix.push(step));
        self
    }
}

pub(crate) fn weight(part: usize) -> Weight {
    Weight { part, reason: None }
}

pub(crate) fn database(signatures: Vec<Signature>) -> Database {
    let mut signatures: Vec<Arc<Signature>> = signatures.into_iter().map(Arc::new).collect();
    signatures.sort_by(|a, b| a.id.cmp(&b.id));
    Database {
        signatures,
        ..Database::default()
    }
}

/// A log that covers minutes 0 to 600 of a node.
pub(crate) struct Log {
    read: ReadEntry,
}

pub(crate) fn log(node: &str, program: Program) -> Log {
    let name = program.name();
    Log {
        read: ReadEntry {
            entry: Entry {
                input: 0,
                path: format!("nodes/{node}/{name}.log"),
                size: None,
                modified: None,
                kind: EntryKind::Log,
                origin: Origin {
                    node: Some(node.into()),
                    programs: program.into(),
                    ..Origin::default()
                },
            },
            hits: EntryHits {
                series: Vec::new(),
                coverage: Coverage {
                    bytes: 10_000,
                    lines: 1000,
                    span: Some((at(0), at(600))),
                    ..Coverage::default()
                },
                problems: Vec::new(),
            },
        },
    }
}

impl Log {
    pub(crate) fn covers(mut self, from: i64, to: i64) -> Self {
        self.read.hits.coverage.span = Some((at(from), at(to)));
        self
    }

    pub(crate) fn untimed(mut self) -> Self {
        self.read.hits.coverage.span = None;
        self
    }

    pub(crate) fn starts(mut self, minutes: &[i64]) -> Self {
        self.read.hits.coverage.starts = minutes.iter().map(|m| at(*m)).collect();
        self
    }

    pub(crate) fn pod(mut self, namespace: &str, pod: &str, container: &str) -> Self {
        let origin = &mut self.read.entry.origin;
        origin.node = None;
        origin.namespace = Some(namespace.into());
        origin.pod = Some(pod.into());
        origin.container = Some(container.into());
        self.read.entry.path = format!("logs/{namespace}/{pod}/{container}.log");
        self
    }

    pub(crate) fn previous(mut self) -> Self {
        self.read.entry.origin.instance = Instance::Previous;
        self.read.entry.path.push_str(".1");
        self
    }

    /// Hits of a part at these minutes (line numbers follow), or one hit without a time.
    pub(crate) fn hit(
        self,
        database: &Database,
        id: &str,
        part: u16,
        own: &[(&str, &str)],
        minutes: &[i64],
    ) -> Self {
        self.hit_line(database, id, part, own, minutes, 1)
    }

    pub(crate) fn hit_line(
        mut self,
        database: &Database,
        id: &str,
        part: u16,
        own: &[(&str, &str)],
        minutes: &[i64],
        line: u64,
    ) -> Self {
        let hits: Vec<Hit> = if minutes.is_empty() {
            vec![(line, None)]
        } else {
            (line..)
                .zip(minutes.iter().map(|minute| Some(at(*minute))))
                .collect()
        }
        .into_iter()
        .map(|(line, time)| Hit {
            location: Location::Line(line),
            time,
            raw: format!("line {line} of {id}"),
        })
        .collect();
        let mut buckets = BTreeMap::new();
        for time in hits.iter().filter_map(|hit| hit.time) {
            *buckets.entry(time.as_second().div_euclid(60)).or_default() += 1;
        }
        let times = hits.iter().filter_map(|hit| hit.time);
        let span = times.clone().min().zip(times.max());
        self.read.hits.series.push(HitSeries {
            signature: u32::try_from(database.position(id).unwrap()).unwrap(),
            part,
            captures: captures(own),
            about: None,
            count: hits.len() as u64,
            first: hits,
            last: Vec::new(),
            minutes: buckets,
            span,
        });
        self
    }
}

pub(crate) fn evidence(logs: Vec<Log>) -> Evidence {
    let mut entries: Vec<ReadEntry> = logs.into_iter().map(|log| log.read).collect();
    entries.sort_by(|a, b| a.entry.path.cmp(&b.entry.path));
    Evidence {
        entries,
        ..Evidence::default()
    }
}

/// Adds an object; its kind counts as collected.
pub(crate) fn with_object(mut evidence: Evidence, value: Value) -> Evidence {
    let text = |path: &str| {
        value
            .pointer(path)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let api_version = text("/apiVersion").unwrap();
    let key = ObjectKey {
        kind: text("/kind").unwrap(),
        group: api_version
            .split_once('/')
            .map(|(group, _)| group.to_owned())
            .unwrap_or_default(),
    };
    evidence.collected.insert(key.clone());
    let object = Object {
        key: key.clone(),
        api_version,
        name: text("/metadata/name").unwrap(),
        namespace: text("/metadata/namespace"),
        entry: list(&mut evidence, &key.kind),
        value: value.into(),
    };
    evidence.objects.entry(key).or_default().push(object);
    evidence
}

/// The entry that lists objects of a kind, behind all logs; it is made where there is none.
fn list(evidence: &mut Evidence, kind: &str) -> u32 {
    let path = format!("yamls/{kind}.yaml");
    let known = evidence.entries.iter().position(|r| r.entry.path == path);
    let at = known.unwrap_or_else(|| {
        let mut read = log("none", Program::Harvester).read;
        read.entry.path = path;
        read.entry.kind = EntryKind::Objects;
        read.entry.origin = Origin::default();
        read.hits = EntryHits::default();
        evidence.entries.push(read);
        evidence.entries.len() - 1
    });
    u32::try_from(at).unwrap()
}

/// Adds a fact of a node.
pub(crate) fn with_fact(mut evidence: Evidence, node: &str, key: &str, value: Value) -> Evidence {
    let entry = list(&mut evidence, "facts");
    evidence.facts.push(Fact {
        key: key.to_owned(),
        node: Some(node.into()),
        text: format!("{key} = {value}"),
        value,
        entry,
        line: 1,
    });
    evidence
}

/// A Node with this Ready status.
pub(crate) fn node(name: &str, ready: &str, since: i64) -> Value {
    serde_json::json!({
        "apiVersion": "v1", "kind": "Node", "metadata": {"name": name},
        "status": {"conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": at(since).to_string()}]}
    })
}
