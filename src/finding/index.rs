//! Evidence into look-up tables: series by signature and part, streams of one program, pods to nodes.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Clusters, Context, Examined, Place};
use crate::bundle::{Entry, EntryKind, Instance, Origin, ProgramSet};
use crate::detect::{HitSeries, Location};
use crate::evidence::select::Selector;
use crate::evidence::{Evidence, Object, ObjectKey, ReadEntry};
use crate::packed::View;

/// The evidence, indexed.
pub(super) struct Index<'e> {
    pub(super) evidence: &'e Evidence,
    pub(super) selector: Selector<'e>,
    pub(super) examined: Examined<'e>,
    /// Where the case holds several.
    clusters: Option<Clusters>,
    /// (signature, part) to entry and position of the series in it.
    series: BTreeMap<(u32, u16), Vec<(u32, u32)>>,
    /// For each entry, the first entry of the same stream: rotated files and earlier instances of one program.
    streams: Vec<u32>,
    /// Newest and oldest time of each stream, by its first entry.
    spans: BTreeMap<u32, (Timestamp, Timestamp)>,
    node_of_pod: BTreeMap<(String, String), String>,
    /// Who speaks in the logs that were read; where anybody may, nobody in particular does.
    programs: ProgramSet,
    /// Whether any log was read.
    logs: bool,
}

type StreamKey = (
    usize,
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

impl<'e> Index<'e> {
    pub(super) fn new(evidence: &'e Evidence, context: &Context) -> Self {
        let mut series: BTreeMap<(u32, u16), Vec<(u32, u32)>> = BTreeMap::new();
        let mut leaders: BTreeMap<StreamKey, u32> = BTreeMap::new();
        let mut streams = Vec::with_capacity(evidence.entries.len());
        let mut spans: BTreeMap<u32, (Timestamp, Timestamp)> = BTreeMap::new();
        let mut programs = ProgramSet::NONE;
        let mut logs = false;
        for (at, read) in (0u32..).zip(&evidence.entries) {
            for (position, one) in (0u32..).zip(&read.hits.series) {
                let key = (one.signature, one.part);
                series.entry(key).or_default().push((at, position));
            }
            let leader = match stream_key(&read.entry) {
                Some(key) => *leaders.entry(key).or_insert(at),
                None => at,
            };
            streams.push(leader);
            if let Some((from, to)) = read.hits.coverage.span {
                let span = spans.entry(leader).or_insert((from, to));
                *span = (span.0.min(from), span.1.max(to));
            }
            if is_read_log(read) {
                logs = true;
                if !read.entry.origin.programs.is_all() {
                    programs = programs.union(read.entry.origin.programs);
                }
            }
        }
        Self {
            evidence,
            examined: Examined::new(evidence),
            clusters: Clusters::of(evidence),
            selector: Selector::new(evidence, context.collected_at),
            series,
            streams,
            spans,
            node_of_pod: pods(evidence),
            programs,
            logs,
        }
    }

    /// Every series of a part, with its entry, in the order of entries.
    pub(super) fn series(
        &self,
        signature: usize,
        part: usize,
    ) -> impl Iterator<Item = (u32, u32, &'e ReadEntry, &'e HitSeries)> {
        let key = u32::try_from(signature).ok().zip(u16::try_from(part).ok());
        let found = key.and_then(|key| self.series.get(&key));
        found
            .into_iter()
            .flatten()
            .filter_map(|&(entry, position)| {
                let read = self.evidence.entries.get(entry as usize)?;
                let series = read.hits.series.get(position as usize)?;
                Some((entry, position, read, series))
            })
    }

    /// The signatures that have at least one series.
    pub(super) fn hit(&self, signature: usize) -> bool {
        u32::try_from(signature)
            .is_ok_and(|s| self.series.range((s, 0)..=(s, u16::MAX)).next().is_some())
    }

    /// The first entry of the stream that an entry belongs to: one source, however many files.
    pub(super) fn stream(&self, entry: u32) -> u32 {
        self.streams.get(entry as usize).copied().unwrap_or(entry)
    }

    /// Oldest and newest time of the stream that an entry belongs to.
    pub(super) fn stream_span(&self, entry: u32) -> Option<(Timestamp, Timestamp)> {
        self.spans.get(&self.stream(entry)).copied()
    }

    /// Whether a log in which one of these programs may speak was read.
    pub(super) fn heard(&self, programs: ProgramSet) -> bool {
        match programs.is_all() {
            true => self.logs,
            false => self.programs.intersects(programs),
        }
    }

    /// Whether objects of a kind were collected, whatever the group.
    pub(super) fn collected_kind(&self, kind: &str) -> bool {
        self.evidence.collected.iter().any(|key| key.kind == kind)
            || self.evidence.objects.keys().any(|key| key.kind == kind)
    }

    /// How many objects of a kind there are, whatever the group.
    pub(super) fn count_of(&self, kind: &str) -> usize {
        let lists = self.evidence.objects.iter();
        lists
            .filter(|(key, _)| key.kind == kind)
            .map(|(_, list)| list.len())
            .sum()
    }

    /// Whether the case holds several clusters.
    pub(super) fn has_clusters(&self) -> bool {
        self.clusters.is_some()
    }

    /// The cluster that an entry is of, where the case holds several and its input says which.
    pub(super) fn cluster(&self, entry: u32) -> Option<String> {
        let name = self.clusters.as_ref()?.name(self.evidence, entry)?;
        Some(name.to_owned())
    }

    /// Where a series was seen.
    pub(super) fn place(&self, origin: &Origin, series: &HitSeries) -> Place {
        let hit = series.first.first().or(series.last.first());
        match hit.map(|hit| &hit.location) {
            Some(Location::Object { object, .. }) => match &series.about {
                Some(about) => Place {
                    node: about.node.clone(),
                    namespace: about.namespace.clone(),
                    pod: about.pod.clone(),
                    ..self.place_of_reference(object)
                },
                None => self.place_of_reference(object),
            },
            _ => self.place_of_origin(origin),
        }
    }

    fn place_of_origin(&self, origin: &Origin) -> Place {
        let owned = |part: &Option<std::sync::Arc<str>>| part.as_deref().map(str::to_owned);
        Place {
            node: owned(&origin.node),
            namespace: owned(&origin.namespace),
            pod: owned(&origin.pod),
            container: owned(&origin.container),
            object: None,
        }
    }

    /// The node that a pod runs on, by the list of pods.
    pub(super) fn node_of(&self, namespace: &str, pod: &str) -> Option<&str> {
        let key = (namespace.to_owned(), pod.to_owned());
        self.node_of_pod.get(&key).map(String::as_str)
    }

    /// `v1/Node n1`, `harvesterhci.io/v1beta1/Upgrade harvester-system/x`; an Event is placed at what it is about.
    pub(super) fn place_of_reference(&self, reference: &str) -> Place {
        let (typed, named) = reference.split_once(' ').unwrap_or((reference, ""));
        let kind = typed.rsplit('/').next().unwrap_or(typed);
        let (namespace, name) = match named.split_once('/') {
            Some((namespace, name)) => (Some(namespace), name),
            None => (None, named),
        };
        if kind == "Event"
            && let Some(about) = self.event(namespace, name)
        {
            return about;
        }
        self.place_of(kind, namespace, name)
    }

    /// The place of an object.
    pub(super) fn place_of(&self, kind: &str, namespace: Option<&str>, name: &str) -> Place {
        let pod = (kind == "Pod").then(|| name.to_owned());
        let node = match kind {
            "Node" => Some(name.to_owned()),
            "Pod" => namespace
                .and_then(|namespace| self.node_of(namespace, name))
                .map(str::to_owned),
            _ => None,
        };
        Place {
            node,
            namespace: namespace.map(str::to_owned),
            pod,
            container: None,
            object: Some((kind.to_owned(), name.to_owned())),
        }
    }

    fn event(&self, namespace: Option<&str>, name: &str) -> Option<Place> {
        let event = ["", "events.k8s.io"].iter().find_map(|group| {
            let key = ObjectKey {
                kind: "Event".to_owned(),
                group: (*group).to_owned(),
            };
            let same = |o: &&Object| o.name == name && o.namespace.as_deref() == namespace;
            self.evidence.objects.get(&key)?.iter().find(same)
        })?;
        let about = event
            .value
            .get("involvedObject")
            .or_else(|| event.value.get("regarding"))?;
        let text = |key: &str| about.get(key).and_then(View::as_str);
        Some(self.place_of(text("kind")?, text("namespace"), text("name")?))
    }
}

/// Whether an entry was read as a log and said something.
pub(super) fn is_read_log(read: &ReadEntry) -> bool {
    read.entry.kind == EntryKind::Log && read.hits.coverage.lines > 0
}

fn stream_key(entry: &Entry) -> Option<StreamKey> {
    let origin = &entry.origin;
    let owned = |part: &Option<std::sync::Arc<str>>| part.as_deref().map(str::to_owned);
    let speaker = owned(&origin.container).or_else(|| owned(&origin.unit));
    // A file without pod and unit is one program's only when it says so: its rotated files share its name.
    if origin.pod.is_none() && origin.unit.is_none() {
        if origin.instance == Instance::Current && origin.programs.is_all() {
            return None;
        }
        let stem = stem(&entry.path);
        return Some((entry.input, owned(&origin.node), None, None, Some(stem)));
    }
    let namespace = owned(&origin.namespace);
    Some((
        entry.input,
        owned(&origin.node),
        namespace,
        owned(&origin.pod),
        speaker,
    ))
}

/// The path without rotation suffixes: `kubelet.log.1.gz`, `kubelet-2025-01-25T10-00-00.000.log` are `kubelet.log`'s.
fn stem(path: &str) -> String {
    let mut stem = path;
    while let Some((rest, last)) = stem.rsplit_once('.') {
        let counted = !last.is_empty() && last.chars().all(|c| c.is_ascii_digit());
        if counted || matches!(last, "gz" | "xz" | "bz2" | "zst" | "old") {
            stem = rest;
        } else {
            break;
        }
    }
    let Some(dated) = stem.strip_suffix(".log") else {
        return stem.to_owned();
    };
    let cut = dated
        .char_indices()
        .find(|(at, c)| *c == '-' && dated.get(at + 1..).is_some_and(is_dated))
        .and_then(|(at, _)| dated.get(..at));
    format!("{}.log", cut.unwrap_or(dated))
}

fn is_dated(rest: &str) -> bool {
    let shape = |text: &str| {
        text.bytes()
            .map(|b| if b.is_ascii_digit() { b'9' } else { b })
            .collect::<Vec<_>>()
    };
    rest.get(..10)
        .is_some_and(|day| shape(day) == b"9999-99-99")
}

fn pods(evidence: &Evidence) -> BTreeMap<(String, String), String> {
    let key = ObjectKey {
        kind: "Pod".to_owned(),
        group: String::new(),
    };
    let of = |pod: &Object| {
        let node = pod.value.pointer("/spec/nodeName")?.as_str()?;
        Some(((pod.namespace.clone()?, pod.name.clone()), node.to_owned()))
    };
    evidence
        .objects
        .get(&key)
        .into_iter()
        .flatten()
        .filter_map(of)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotated_files_share_a_stem() {
        for path in [
            "k/kubelet.log",
            "k/kubelet.log.1",
            "k/kubelet.log.2.gz",
            "k/kubelet-2025-01-25T10-00-00.000.log",
            "k/kubelet-2025-01-25T10-00-00.000.log.gz",
        ] {
            assert_eq!(stem(path), "k/kubelet.log", "{path}");
        }
        assert_eq!(stem("journald/rke2-server"), "journald/rke2-server");
        assert_eq!(stem("a-é-2025"), "a-é-2025");
    }
}
