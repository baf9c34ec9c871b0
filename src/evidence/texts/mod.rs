//! Objects into the texts that patterns match: Events, conditions, container states, plan output, error fields.
//!
//! A text is one message with the reason before it (`FailedScheduling: 0/3 nodes are available`), because programs put
//! the telling word in either. It knows where it stands, when it was said, and which node it is about.

mod plan;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::objects::ObjectLimits;
use super::{Object, ObjectKey};
use crate::packed::{Shape, View};

/// What kind of text it is; `text-in:` of a signature chooses among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextKind {
    /// The message of an Event.
    Event,
    /// A condition, state, reason or message in an object.
    Object,
    /// A line that a program printed, kept in an object: machine-plan output, a termination message.
    Output,
}

/// One text of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// What kind of text.
    pub kind: TextKind,
    /// The text, escapes undone, bounded.
    pub text: String,
    /// The object, as reports show it: `v1/Node n1`.
    pub object: String,
    /// Field path in it: `status.conditions[2].message`; with a line number where it holds lines. No two texts of an
    /// object share one.
    pub path: String,
    /// Index of the entry it was read from.
    pub entry: u32,
    /// When it was said (last, for an Event), if the object says so.
    pub time: Option<Timestamp>,
    /// When it was first said, for an Event that repeats.
    pub first: Option<Timestamp>,
    /// How often, for an Event; otherwise 1.
    pub count: u64,
    /// The node it is about.
    pub node: Option<String>,
    /// The namespace it is about.
    pub namespace: Option<String>,
    /// The pod it is about.
    pub pod: Option<String>,
    /// `metadata.uid` of an Event: the same one is collected under two API groups.
    pub uid: Option<String>,
}

impl Object {
    /// The object as reports show it: `v1/Node n1`, `harvesterhci.io/v1beta1/Upgrade harvester-system/hvst-upgrade-x`.
    pub fn label(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!(
                "{}/{} {namespace}/{}",
                self.api_version, self.key.kind, self.name
            ),
            None => format!("{}/{} {}", self.api_version, self.key.kind, self.name),
        }
    }

    /// The node this object is about: a Node itself, what runs on one, what lies on one. `None` where it says none.
    pub fn node(&self) -> Option<&str> {
        let at = |path: &[&str]| {
            path.iter()
                .try_fold(self.value.view(), |value, key| value.get(key))?
                .as_str()
        };
        let label = |name: &str| at(&["metadata", "labels", name]);
        match (self.key.kind.as_str(), self.key.group.as_str()) {
            ("Node", "" | "longhorn.io") => Some(&self.name),
            ("Node", _) => at(&["status", "nodeName"]),
            ("Event", _) => match at(&["involvedObject", "kind"]) {
                Some("Node") => at(&["involvedObject", "name"]),
                _ => at(&["source", "host"]).or_else(|| at(&["deprecatedSource", "host"])),
            },
            ("Machine", _) => at(&["status", "nodeRef", "name"]),
            ("VirtualMachineInstance", _) => at(&["status", "nodeName"]),
            ("Volume", "longhorn.io") => {
                at(&["status", "currentNodeID"]).or_else(|| at(&["spec", "nodeID"]))
            }
            (_, "longhorn.io") => at(&["spec", "nodeID"]),
            ("Job", _) => label("upgrade.cattle.io/node").or_else(|| label("harvesterhci.io/node")),
            _ => at(&["spec", "nodeName"]),
        }
    }
}

/// Fields whose text is worth matching wherever they stand in a status.
const MESSAGES: &[&str] = &[
    "message",
    "failureMessage",
    "error",
    "errorMessage",
    "errorMsg",
    "lastError",
    "lastExpansionError",
    "failedReason",
    "failureReason",
    "snapshotsError",
    "lastErrorMessage",
    "statusMessage",
    "problems",
    "errors",
];
/// Fields that say when, beside a message, best first.
const TIMES: &[&str] = &[
    "lastTransitionTime",
    "lastUpdateTime",
    "finishedAt",
    "lastUpdateTimestamp",
    "lastFailedTime",
    "time",
    "lastTimestamp",
    "startedAt",
    "lastProbeTime",
    "lastHeartbeatTime",
];
/// Annotations that hold a message of a controller.
const ANNOTATIONS: &[&str] = &["rke.cattle.io/drain-error", "rke.cattle.io/uncordon-error"];
/// Lines kept of one output.
const LINES: usize = 4000;
/// Reasons that say nothing by themselves.
const EMPTY_REASONS: &[&str] = &[
    "Completed",
    "Error",
    "ContainerCreating",
    "PodInitializing",
    "PodCompleted",
];

impl Object {
    /// The texts in it that programs wrote, within the default limits.
    pub(crate) fn texts(&self) -> Vec<Text> {
        of(self, &ObjectLimits::default()).0
    }
}

/// What was left out of texts, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Left {
    /// Texts whose end was cut.
    pub(super) cut: u64,
    /// Outputs of machine plans that were not read.
    pub(super) outputs: u64,
}

/// The texts of `object`, in the order of its fields, and what the limits cost.
pub(super) fn of(object: &Object, limits: &ObjectLimits) -> (Vec<Text>, Left) {
    let mut walk = Walk::new(object, limits);
    match (object.key.kind.as_str(), object.key.group.as_str()) {
        ("Event", "") => walk.event(),
        ("Secret", "") => plan::read(&mut walk),
        _ => {
            if let Some(annotations) = object.value.pointer("/metadata/annotations") {
                for name in ANNOTATIONS {
                    if let Some(text) = annotations.get(name).and_then(View::as_str) {
                        walk.text(
                            TextKind::Object,
                            text,
                            format!("metadata.annotations[{name:?}]"),
                        );
                    }
                }
            }
            if let Some(status) = object.value.get("status") {
                walk.value(status, &mut "status".to_owned(), 0);
            }
        }
    }
    (walk.texts, walk.left)
}

/// One of each Event: the same one is collected under two API groups, and in every bundle of a cluster.
/// The text that sorts first is kept, so the order of entries does not show.
pub fn distinct(mut texts: Vec<Text>) -> Vec<Text> {
    let order = |text: &Text| (text.entry, text.object.clone(), text.path.clone());
    texts.sort_by_cached_key(order);
    let mut seen = BTreeSet::new();
    texts.retain(|text| match &text.uid {
        Some(uid) => seen.insert((uid.clone(), text.time, text.text.clone())),
        None => true,
    });
    texts
}

/// One of each object, ordered by (namespace, name, entry). An Event that two API groups serve is one object; so is
/// an object that two entries of a case hold unchanged.
pub fn distinct_objects(objects: Vec<Object>) -> BTreeMap<ObjectKey, Vec<Object>> {
    let mut by_key: BTreeMap<ObjectKey, Vec<Object>> = BTreeMap::new();
    for object in objects {
        by_key.entry(object.key.clone()).or_default().push(object);
    }
    for objects in by_key.values_mut() {
        let order = |a: &Object, b: &Object| {
            let key = |object: &Object| (object.entry, object.api_version.clone());
            (&a.namespace, &a.name)
                .cmp(&(&b.namespace, &b.name))
                .then_with(|| key(a).cmp(&key(b)))
        };
        objects.sort_by(order);
        objects.dedup_by(|later, first| {
            let version = |object: &Object| {
                object
                    .value
                    .pointer("/metadata/resourceVersion")
                    .map(View::to_json)
            };
            let uid = |object: &Object| object.value.pointer("/metadata/uid").map(View::to_json);
            uid(first).is_some() && uid(first) == uid(later) && version(first) == version(later)
        });
    }
    by_key
}

/// A walk through one object.
struct Walk<'o> {
    object: &'o Object,
    limits: &'o ObjectLimits,
    label: String,
    node: Option<String>,
    time: Option<Timestamp>,
    texts: Vec<Text>,
    left: Left,
}

impl<'o> Walk<'o> {
    fn new(object: &'o Object, limits: &'o ObjectLimits) -> Self {
        Self {
            object,
            limits,
            label: object.label(),
            node: object.node().map(str::to_owned),
            time: None,
            texts: Vec::new(),
            left: Left::default(),
        }
    }

    fn event(&mut self) {
        let event = &self.object.value;
        let at = |pointer: &str| event.pointer(pointer).and_then(View::as_str);
        let Some(text) = with_reason(at("/reason"), at("/message")) else {
            return;
        };
        let time = |pointers: &[&str]| {
            pointers
                .iter()
                .find_map(|pointer| at(pointer)?.parse::<Timestamp>().ok())
        };
        let count = event
            .get("count")
            .or_else(|| event.pointer("/series/count"))
            .and_then(View::as_u64);
        self.time = time(&[
            "/series/lastObservedTime",
            "/lastTimestamp",
            "/eventTime",
            "/firstTimestamp",
            "/metadata/creationTimestamp",
        ]);
        self.text(TextKind::Event, &text, "message".to_owned());
        let first = time(&["/firstTimestamp", "/eventTime"]);
        let pod = at("/involvedObject/kind")
            .filter(|kind| *kind == "Pod")
            .and(at("/involvedObject/name"));
        if let Some(text) = self.texts.last_mut() {
            text.first = first;
            text.count = count.unwrap_or(1).max(1);
            text.uid = at("/metadata/uid").map(str::to_owned);
            text.pod = pod.map(str::to_owned);
            text.namespace = at("/involvedObject/namespace")
                .map(str::to_owned)
                .or(text.namespace.take());
        }
    }

    /// Everything in a status that is a message.
    fn value(&mut self, value: View<'o>, path: &mut String, depth: usize) {
        if depth > self.limits.depth {
            return;
        }
        let length = path.len();
        match value.shape() {
            Shape::Map(map) => {
                self.messages(value, path);
                for (key, value) in map {
                    if !matches!(value.shape(), Shape::Map(_) | Shape::List(_)) {
                        continue;
                    }
                    let node = self.node.clone();
                    if path == "status.nodeStatuses" {
                        self.node = Some(key.to_owned());
                    }
                    push_key(path, key);
                    self.value(value, path, depth + 1);
                    path.truncate(length);
                    self.node = node;
                }
            }
            Shape::List(list) => {
                for (at, value) in list.enumerate() {
                    path.push_str(&format!("[{at}]"));
                    match value.shape() {
                        Shape::Text(text) if is_message(path) => {
                            self.text(TextKind::Object, text, path.clone())
                        }
                        _ => self.value(value, path, depth + 1),
                    }
                    path.truncate(length);
                }
            }
            _ => {}
        }
    }

    /// The messages that stand directly in `map`, with the reason and the time beside them.
    fn messages(&mut self, map: View<'o>, path: &str) {
        let text = |key: &str| map.get(key).and_then(View::as_str);
        let reason = text("reason");
        self.time = TIMES.iter().find_map(|key| text(key)?.parse().ok());
        let terminated = path.ends_with(".terminated");
        for key in MESSAGES {
            let Some(message) = text(key) else { continue };
            let path = format!("{path}.{key}");
            if terminated && message.contains('\n') {
                // The last lines of a container's log, as the kubelet keeps them.
                self.lines(message, &path);
                continue;
            }
            let reason = reason.filter(|_| *key == "message");
            if let Some(text) = with_reason(reason, Some(message)) {
                self.text(TextKind::Object, &text, path);
            }
        }
        if let (Some(reason), None) = (reason, text("message"))
            && !EMPTY_REASONS.contains(&reason)
        {
            self.text(TextKind::Object, reason, format!("{path}.reason"));
        }
        self.time = None;
    }

    /// Lines that a program printed; the last ones, which say why it ended. Each has its number in the path.
    fn lines(&mut self, text: &str, path: &str) {
        let count = text.lines().count();
        for (at, line) in text.lines().enumerate().skip(count.saturating_sub(LINES)) {
            self.text(TextKind::Output, line, format!("{path}:{}", at + 1));
        }
    }

    fn text(&mut self, kind: TextKind, text: &str, path: String) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        let pod = (self.object.key.kind == "Pod").then(|| self.object.name.clone());
        self.left.cut += u64::from(text.len() > self.limits.text_bytes);
        self.texts.push(Text {
            kind,
            text: cut(text, self.limits.text_bytes).to_owned(),
            object: self.label.clone(),
            path,
            entry: self.object.entry,
            time: self.time,
            first: None,
            count: 1,
            node: self.node.clone(),
            namespace: self.object.namespace.clone(),
            pod,
            uid: None,
        });
    }
}

fn is_message(path: &str) -> bool {
    let field = path.rsplit('.').next().unwrap_or_default();
    let field = field.split('[').next().unwrap_or_default();
    MESSAGES.contains(&field)
}

fn with_reason(reason: Option<&str>, message: Option<&str>) -> Option<String> {
    match (reason, message) {
        (Some(reason), Some(message)) if message.starts_with(reason) => Some(message.to_owned()),
        (Some(reason), Some(message)) => Some(format!("{reason}: {message}")),
        (reason, message) => message.or(reason).map(str::to_owned),
    }
}

/// Appends a map key to a field path, quoted where it would not read as one step.
pub(crate) fn push_key(path: &mut String, key: &str) {
    let plain = !key.is_empty()
        && key
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    match plain {
        true if path.is_empty() => path.push_str(key),
        true => {
            path.push('.');
            path.push_str(key);
        }
        false => path.push_str(&format!("[{key:?}]")),
    }
}

/// The first `bytes` of a text, at a character boundary.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}
