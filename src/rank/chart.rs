//! Hits, starts, reboots, states and coverage into lanes per node and component: what a picture of the failure shows.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::anchor::{Anchor, From};
use super::{InputSummary, RankedFinding, UpgradeView};
use crate::bundle::{EntryKind, Origin, Program};
use crate::detect::HitSeries;
use crate::evidence::{Evidence, ReadEntry};
use crate::signature::{Database, Kind};

/// Marks in all lanes together; more are gathered into longer spans of time.
const MARKS: usize = 10_000;
/// Lanes; the ones that say least are left out.
const LANES: usize = 60;
/// Seconds that one mark may stand for, shortest first.
const BUCKETS: [i64; 6] = [60, 300, 900, 3_600, 21_600, 86_400];
/// Seconds without a line that are no gap: files of one program follow each other.
const GAP: i64 = 900;
/// Starts of one component before only the spans count.
const STARTS: usize = 500;

/// Lanes of marks over one axis of time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chart {
    /// The cluster's lanes first, then by node and component; the lane of a node as a whole before its components.
    pub lanes: Vec<Lane>,
    /// Seconds that one mark stands for.
    pub bucket: i64,
    /// Lanes that were left out.
    pub left_out: usize,
}

/// What happened in one component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lane {
    /// The node; `None`: no node's, or not known.
    pub node: Option<String>,
    /// Container, unit or program; empty: the node as a whole.
    pub component: String,
    /// Spans of which logs were collected, in order.
    pub covered: Vec<(Timestamp, Timestamp)>,
    /// In order of time.
    pub marks: Vec<Mark>,
}

/// Something that happened at a time, or several times within one bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// When, or the beginning of the bucket.
    pub time: Timestamp,
    /// What it is.
    pub kind: MarkKind,
    /// The signature of a hit, else the words for it.
    pub what: String,
    /// How often.
    pub count: u64,
}

/// What a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// Hits of a cause.
    Cause,
    /// Hits of a symptom.
    Symptom,
    /// A program started.
    Start,
    /// A node booted.
    Boot,
    /// An object changed its state.
    Change,
}

type Key = (Option<String>, String);

#[derive(Default)]
struct Drawing {
    covered: BTreeMap<Key, Vec<(Timestamp, Timestamp)>>,
    /// Marks with the seconds of their bucket's beginning.
    marks: BTreeMap<(Key, MarkKind, String), BTreeMap<i64, u64>>,
}

/// The chart of a case.
pub(super) fn chart(
    database: &Database,
    evidence: &Evidence,
    ranked: &[&RankedFinding],
    anchors: &[Anchor],
    inputs: &[InputSummary],
    upgrade: Option<&UpgradeView>,
) -> Chart {
    let mut drawing = Drawing::default();
    let shown: BTreeSet<&str> = ranked.iter().map(|one| one.signature.as_str()).collect();
    for node in inputs.iter().flat_map(|input| &input.nodes) {
        let key = (Some(node.name.clone()), String::new());
        drawing.covered.entry(key).or_default();
    }
    for read in &evidence.entries {
        drawing.entry(database, &shown, read);
    }
    drawing.boots(evidence);
    drawing.changes(anchors, upgrade);
    drawing.finish()
}

impl Drawing {
    fn mark(&mut self, key: &Key, kind: MarkKind, what: &str, second: i64, count: u64) {
        self.marks(key.clone(), kind, what, [(second, count)]);
    }

    /// Marks of one kind in one lane: seconds, and how often.
    fn marks(
        &mut self,
        key: Key,
        kind: MarkKind,
        what: &str,
        marks: impl IntoIterator<Item = (i64, u64)>,
    ) {
        let of_kind = self.marks.entry((key, kind, what.to_owned())).or_default();
        for (second, count) in marks {
            let sum = of_kind.entry(second).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    fn entry(&mut self, database: &Database, shown: &BTreeSet<&str>, read: &ReadEntry) {
        let origin = &read.entry.origin;
        let node = origin.node.as_deref().map(str::to_owned);
        let is_log = read.entry.kind == EntryKind::Log;
        let key = (
            node,
            if is_log {
                component(&read.entry.path, origin)
            } else {
                "objects".to_owned()
            },
        );
        if let (Some(span), true) = (read.hits.coverage.span, is_log) {
            self.covered.entry(key.clone()).or_default().push(span);
            if key.0.is_some() {
                self.covered
                    .entry((key.0.clone(), String::new()))
                    .or_default()
                    .push(span);
            }
        }
        for series in &read.hits.series {
            let signature = database.signatures.get(series.signature as usize);
            let kind = match signature.map(|signature| signature.kind) {
                Some(Kind::Cause) => MarkKind::Cause,
                Some(Kind::Symptom) => MarkKind::Symptom,
                Some(Kind::Noise) | None => continue,
            };
            if let Some(signature) =
                signature.filter(|signature| shown.contains(signature.id.as_str()))
            {
                self.series(&key, kind, &signature.id, series);
            }
        }
        self.starts(&key, origin, &read.hits.coverage.starts);
    }

    fn series(&mut self, key: &Key, kind: MarkKind, id: &str, series: &HitSeries) {
        let about = series.about.as_ref().and_then(|about| about.node.clone());
        if series.minutes.is_empty() {
            return;
        }
        let key = (about.or_else(|| key.0.clone()), key.1.clone());
        let minutes = series.minutes.iter();
        let marks = minutes.map(|(minute, count)| (minute.saturating_mul(60), u64::from(*count)));
        self.marks(key, kind, id, marks);
    }

    /// What starts in a file that several programs write is not known.
    fn starts(&mut self, key: &Key, origin: &Origin, starts: &[Timestamp]) {
        if origin.programs.is_all() {
            return;
        }
        let own = |program| matches!(program, Program::Kernel | Program::Systemd);
        let kernel = origin.programs.contains(Program::Kernel) && origin.programs.iter().all(own);
        for time in starts.iter().take(STARTS) {
            let second = time.as_second();
            if kernel {
                self.mark(
                    &(key.0.clone(), String::new()),
                    MarkKind::Boot,
                    "boot",
                    second,
                    1,
                );
            } else {
                self.mark(key, MarkKind::Start, "start", second, 1);
            }
        }
    }

    /// Boots that only the uptime tells of.
    fn boots(&mut self, evidence: &Evidence) {
        let of = |key: &'static str| evidence.facts.iter().filter(move |fact| fact.key == key);
        for uptime in of("uptime") {
            let (Some(node), Some(minutes)) = (
                &uptime.node,
                uptime
                    .value
                    .as_u64()
                    .or_else(|| uptime.value.get("minutes")?.as_u64()),
            ) else {
                continue;
            };
            let date = of("collected-at").find(|fact| fact.node.as_ref() == Some(node));
            let time = date.and_then(|fact| fact.value.as_str()?.parse::<Timestamp>().ok());
            let Some(second) = time.and_then(|time| {
                time.as_second()
                    .checked_sub(i64::try_from(minutes).ok()?.checked_mul(60)?)
            }) else {
                continue;
            };
            let key = (Some(node.to_string()), String::new());
            let known = self
                .marks
                .get(&(key.clone(), MarkKind::Boot, "boot".to_owned()));
            let near = known.and_then(|known| known.range(second - 300..second + 300).next());
            if near.is_none() {
                self.mark(&key, MarkKind::Boot, "boot", second, 1);
            }
        }
    }

    fn changes(&mut self, anchors: &[Anchor], upgrade: Option<&UpgradeView>) {
        for anchor in anchors.iter().filter(|anchor| anchor.from == From::Object) {
            let node = anchor.subject.get("node").map(str::to_owned);
            let component = match (&node, anchor.subject.get("upgrade")) {
                (Some(_), _) => "",
                (None, Some(_)) => "upgrade",
                (None, None) => "objects",
            };
            if let Some(since) = anchor.since {
                self.mark(
                    &(node, component.to_owned()),
                    MarkKind::Change,
                    &anchor.text,
                    since.as_second(),
                    1,
                );
            }
        }
        for condition in upgrade.into_iter().flat_map(|view| &view.conditions) {
            if let (Some(since), Some(status)) = (condition.since, &condition.status) {
                let text = format!("{}: {status}", condition.name);
                self.mark(
                    &(None, "upgrade".to_owned()),
                    MarkKind::Change,
                    &text,
                    since.as_second(),
                    1,
                );
            }
        }
    }

    /// Gathers marks until they are few enough, and keeps the lanes that say most.
    fn finish(self) -> Chart {
        let gathered = BUCKETS
            .iter()
            .map(|bucket| (*bucket, self.gathered(*bucket)));
        let size = |lanes: &BTreeMap<Key, Vec<Mark>>| lanes.values().map(Vec::len).sum::<usize>();
        let mut last = None;
        for (bucket, lanes) in gathered {
            let fits = size(&lanes) <= MARKS;
            last = Some((bucket, lanes));
            if fits {
                break;
            }
        }
        let (bucket, mut marks) = last.unwrap_or_default();
        let mut keys: Vec<Key> = marks.keys().cloned().collect();
        keys.extend(
            self.covered
                .keys()
                .filter(|key| key.1.is_empty() && !marks.contains_key(*key))
                .cloned(),
        );
        let weight = |key: &Key| {
            let marks = marks.get(key).map(Vec::as_slice).unwrap_or_default();
            let first = marks.iter().map(|mark| mark.kind).min();
            // the least kind weighs most: causes; then the lanes of whole nodes, then symptoms
            (
                first.is_none_or(|kind| kind != MarkKind::Cause),
                !key.1.is_empty(),
                first.is_none(),
                first,
                std::cmp::Reverse(marks.len()),
            )
        };
        keys.sort_by_cached_key(|key| (weight(key), key.clone()));
        let left_out = keys.len().saturating_sub(LANES);
        keys.truncate(LANES);
        keys.sort();
        let mut room = MARKS;
        let lanes = keys.into_iter().map(|key| {
            let mut own = marks.remove(&key).unwrap_or_default();
            own.truncate(room);
            room -= own.len();
            Lane {
                covered: merged(self.covered.get(&key).cloned().unwrap_or_default()),
                marks: own,
                node: key.0,
                component: key.1,
            }
        });
        Chart {
            lanes: lanes.collect(),
            bucket,
            left_out,
        }
    }

    fn gathered(&self, bucket: i64) -> BTreeMap<Key, Vec<Mark>> {
        let mut lanes: BTreeMap<Key, Vec<Mark>> = BTreeMap::new();
        for ((key, kind, what), seconds) in &self.marks {
            let mut own: BTreeMap<i64, u64> = BTreeMap::new();
            // a boot or a change stands where it happened
            let bucket = if matches!(kind, MarkKind::Boot | MarkKind::Change) {
                1
            } else {
                bucket
            };
            for (second, count) in seconds {
                let sum = own.entry(second.div_euclid(bucket) * bucket).or_default();
                *sum = sum.saturating_add(*count);
            }
            let lane = lanes.entry(key.clone()).or_default();
            lane.extend(own.into_iter().filter_map(|(second, count)| {
                let time = Timestamp::from_second(second).ok()?;
                Some(Mark {
                    time,
                    kind: *kind,
                    what: what.clone(),
                    count,
                })
            }));
        }
        lanes.values_mut().for_each(|marks| marks.sort());
        lanes
    }
}

/// Who speaks in a log.
fn component(path: &str, origin: &Origin) -> String {
    let mut programs = origin.programs.iter();
    let only = programs.next().filter(|_| programs.next().is_none());
    let named = origin.container.as_deref().or(origin.unit.as_deref());
    let named = named
        .or_else(|| only.map(Program::name))
        .or(origin.pod.as_deref());
    let file = || path.rsplit('/').next().unwrap_or(path);
    named.unwrap_or_else(file).to_owned()
}

/// Spans in order, joined where they meet or nearly do.
fn merged(mut spans: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    spans.sort();
    let mut out: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (from, to) in spans {
        match out.last_mut() {
            Some(last) if from.as_second() - last.1.as_second() <= GAP => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn spans_that_meet_are_one() {
        let spans = vec![
            (at(5_000), at(6_000)),
            (at(0), at(100)),
            (at(200), at(300)),
            (at(50), at(90)),
        ];
        assert_eq!(merged(spans), [(at(0), at(300)), (at(5_000), at(6_000))]);
    }

    #[test]
    fn many_marks_are_gathered_and_none_is_lost() {
        let mut drawing = Drawing::default();
        let key = (Some("n1".to_owned()), "kubelet".to_owned());
        for minute in 0..30_000 {
            drawing.mark(&key, MarkKind::Symptom, "a/b", minute * 60, 2);
        }
        drawing.mark(&key, MarkKind::Change, "changed", 61, 1);
        let chart = drawing.finish();
        let lane = &chart.lanes[0];
        assert_eq!((chart.bucket, chart.lanes.len()), (300, 1));
        assert!(lane.marks.len() <= MARKS && lane.marks.is_sorted());
        assert_eq!(
            lane.marks.iter().map(|mark| mark.count).sum::<u64>(),
            60_001
        );
        assert!(lane.marks.iter().any(|mark| mark.time == at(61)));
    }

    #[test]
    fn lanes_with_causes_stay() {
        let mut drawing = Drawing::default();
        for lane in 0..100 {
            let kind = if lane == 99 {
                MarkKind::Cause
            } else {
                MarkKind::Start
            };
            drawing.mark(&(None, format!("c{lane:02}")), kind, "x", 0, 1);
        }
        let chart = drawing.finish();
        assert_eq!((chart.lanes.len(), chart.left_out), (LANES, 40));
        assert!(chart.lanes.iter().any(|lane| lane.component == "c99"));
    }
}
