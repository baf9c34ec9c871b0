//! Values into objects: who they are, whether they are wanted, and what they say.

use serde_json::{Map, Value};

use super::limits::{ObjectLimits, ObjectsRead};
use super::place::Place;
use super::prune::Prune;
use super::wanted::Wanted;
use super::{secret, structs};
use crate::bundle::Entry;
use crate::error::Problem;
use crate::evidence::texts::{self, Left, Text, TextKind};
use crate::evidence::{Object, ObjectKey};
use crate::packed::{Packed, View};

/// Problems of one kind kept apart per entry; the rest are counted.
const PROBLEMS: usize = 8;
/// Bytes that an object takes besides its value: its names, and what allocating each of them costs.
const OBJECT: usize = 320;
/// So much of a table's row is matched, in characters.
const ROW_TEXT: usize = 1 << 10;

/// Takes the values of one entry.
pub(super) struct Sink<'a> {
    pub(super) wanted: &'a Wanted,
    pub(super) limits: &'a ObjectLimits,
    pub(super) read: ObjectsRead,
    /// The kind that the path names.
    pub(super) placed: Option<ObjectKey>,
    place: Place,
    entry: &'a Entry,
    index: u32,
    /// Items whose kind only the end of their list can tell.
    waiting: Vec<Packed>,
    memory: usize,
    full: bool,
    texts_full: bool,
    left: Left,
    more_problems: usize,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        index: u32,
        entry: &'a Entry,
        wanted: &'a Wanted,
        limits: &'a ObjectLimits,
    ) -> Self {
        let place = Place::of(&entry.path);
        let placed = place.key(wanted.keys()).map(core_event);
        Self {
            wanted,
            limits,
            read: ObjectsRead::default(),
            placed,
            place,
            entry,
            index,
            waiting: Vec::new(),
            memory: 0,
            full: false,
            texts_full: false,
            left: Left::default(),
            more_problems: 0,
        }
    }

    /// The entry being read.
    pub(super) fn entry(&self) -> &'a Entry {
        self.entry
    }

    /// Reports something wrong.
    pub(super) fn problem(&mut self, error: impl Into<String>) {
        if self.read.problems.len() < PROBLEMS {
            self.read
                .problems
                .push(Problem::new(self.entry.path.clone(), error));
        } else {
            self.more_problems += 1;
        }
    }

    /// Whether items that say they are `api_version` and `kind` are read.
    pub(super) fn wants(&self, api_version: &str, kind: &str) -> bool {
        self.wanted.contains(&core_event(key_of(api_version, kind)))
    }

    /// The fields to drop of an item that says it is `api_version` and `kind`.
    pub(super) fn prune(&self, kind: Option<(&str, &str)>) -> &'a Prune {
        let key = match kind {
            Some((api_version, kind)) => Some(key_of(api_version, kind)),
            None => self.placed.clone(),
        };
        self.wanted.prune(key.as_ref())
    }

    /// Whether no more objects are kept.
    pub(super) fn full(&self) -> bool {
        self.full
    }

    /// Takes one item of a list, or one object.
    pub(super) fn item(&mut self, value: Value) {
        let Value::Object(map) = value else {
            return;
        };
        let map = structs::unwrapped(map);
        match named(&map).or_else(|| self.placed_for(&map)) {
            Some(key) => self.keep(key, map),
            None if map.contains_key("metadata") => {
                let value = Packed::from(Value::Object(map));
                if self.fits(value.bytes()) {
                    self.waiting.push(value);
                }
            }
            None => {}
        }
    }

    /// Takes the words of one row of a table, as a text of its own.
    pub(super) fn row(&mut self, number: u64, line: &str) {
        if self.read.texts.len() >= self.limits.texts {
            return self.too_many_texts();
        }
        let table = self.entry.path.rsplit('/').next().unwrap_or_default();
        self.read.texts.push(Text {
            kind: TextKind::Object,
            text: line.chars().take(ROW_TEXT).collect(),
            object: format!("table {table}"),
            path: format!("rows[{number}]"),
            entry: self.index,
            time: None,
            first: None,
            count: 1,
            node: None,
            namespace: None,
            pod: None,
            uid: None,
        });
    }

    /// Ends a list: `head` is the list without its items. The kind of the list decides for items that say none.
    pub(super) fn end_list(&mut self, head: &Map<String, Value>, complete: bool) {
        let list_kind = field(head, "kind")
            .and_then(|kind| kind.strip_suffix("List"))
            .filter(|kind| !kind.is_empty());
        let listed = list_kind
            .map(|kind| core_event(key_of(field(head, "apiVersion").unwrap_or_default(), kind)));
        for value in std::mem::take(&mut self.waiting) {
            self.memory = self.memory.saturating_sub(value.bytes());
            if let (Some(key), Value::Object(map)) = (&listed, value.view().to_json()) {
                self.keep(key.clone(), map);
            }
        }
        if complete && !self.full && self.place.whole {
            self.collected(listed);
        }
    }

    /// The entry is the whole list of its kind, as far as its layout goes.
    pub(super) fn collected(&mut self, listed: Option<ObjectKey>) {
        let keys = [listed, self.placed.clone()];
        self.read.collected.extend(keys.into_iter().flatten());
    }

    /// Ends the entry.
    pub(super) fn finish(mut self) -> ObjectsRead {
        let count = self.waiting.len();
        if count > 0 {
            self.problem(format!("{count} objects without a kind were not used"));
        }
        let Left { cut, outputs } = self.left;
        if cut > 0 {
            let most = self.limits.text_bytes;
            self.problem(format!(
                "{cut} texts are longer than {most} bytes (limit text-bytes); patterns were tried on their beginnings"
            ));
        }
        if outputs > 0 {
            let most = self.limits.output_bytes;
            self.problem(format!(
                "{outputs} outputs of machine plans are larger than {most} bytes (limit plan-bytes) and were not read"
            ));
        }
        if self.more_problems > 0 {
            let error = format!("{} more items could not be read", self.more_problems);
            self.read
                .problems
                .push(Problem::new(self.entry.path.clone(), error));
        }
        self.read
    }

    /// The path's kind, for an item of a typed list, which says none.
    fn placed_for(&self, map: &Map<String, Value>) -> Option<ObjectKey> {
        map.contains_key("metadata")
            .then(|| self.placed.clone())
            .flatten()
    }

    fn keep(&mut self, key: ObjectKey, mut map: Map<String, Value>) {
        let from_events = key.group == "events.k8s.io";
        let key = core_event(key);
        if !self.wanted.contains(&key) {
            return;
        }
        if from_events {
            new_event_as_core(&mut map);
        }
        if key.kind == "Secret" && key.group.is_empty() {
            secret::open(&mut map);
        }
        let value = Packed::from(Value::Object(map));
        if !self.fits(value.bytes() + OBJECT) {
            return;
        }
        let object = Object {
            api_version: api_version(&value, &key),
            name: text_at(&value, "name").unwrap_or_default().to_owned(),
            namespace: text_at(&value, "namespace").map(str::to_owned),
            key,
            entry: self.index,
            value,
        };
        let room = self.limits.texts.saturating_sub(self.read.texts.len());
        let (texts, left) = texts::of(&object, self.limits);
        self.left.cut += left.cut;
        self.left.outputs += left.outputs;
        if texts.len() > room {
            self.too_many_texts();
        }
        self.read.texts.extend(texts.into_iter().take(room));
        self.read.objects.push(object);
    }

    fn too_many_texts(&mut self) {
        if !std::mem::replace(&mut self.texts_full, true) {
            let most = self.limits.texts;
            self.problem(format!(
                "holds more than {most} texts (limit texts); patterns were tried on the first"
            ));
        }
    }

    /// Whether one more object fits; says so once when not.
    fn fits(&mut self, bytes: usize) -> bool {
        if self.full {
            return false;
        }
        self.memory = self.memory.saturating_add(bytes);
        self.read.weight = self.memory;
        if self.memory > self.limits.memory || self.read.objects.len() >= self.limits.items {
            self.full = true;
            let kept = self.read.objects.len();
            let limit = match self.memory > self.limits.memory {
                true => "list-memory",
                false => "list-items",
            };
            self.problem(format!(
                "holds more objects than may be kept (limit {limit}); the first {kept} were used"
            ));
        }
        !self.full
    }
}

/// `apiVersion` as collected; of a typed list's item, which says none, what is known.
fn api_version(value: &Packed, key: &ObjectKey) -> String {
    match value.get("apiVersion").and_then(View::as_str) {
        Some(version) => version.to_owned(),
        None if key.group.is_empty() => "v1".to_owned(),
        None => key.group.clone(),
    }
}

fn text_at<'v>(value: &'v Packed, field: &str) -> Option<&'v str> {
    value.get("metadata")?.get(field)?.as_str()
}

fn field<'m>(map: &'m Map<String, Value>, key: &str) -> Option<&'m str> {
    map.get(key).and_then(Value::as_str)
}

fn named(map: &Map<String, Value>) -> Option<ObjectKey> {
    Some(key_of(
        field(map, "apiVersion").unwrap_or("v1"),
        field(map, "kind")?,
    ))
}

/// Group and kind from `apiVersion` and `kind`.
pub(super) fn key_of(api_version: &str, kind: &str) -> ObjectKey {
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    ObjectKey {
        kind: kind.to_owned(),
        group: group.to_owned(),
    }
}

/// The same Events are served by two groups; they are one kind here.
fn core_event(key: ObjectKey) -> ObjectKey {
    match key.kind == "Event" && key.group == "events.k8s.io" {
        true => ObjectKey {
            group: String::new(),
            ..key
        },
        false => key,
    }
}

/// Renames the fields of an `events.k8s.io` Event to those of the core group.
fn new_event_as_core(map: &mut Map<String, Value>) {
    for (new, core) in [
        ("note", "message"),
        ("regarding", "involvedObject"),
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"),
        ("deprecatedSource", "source"),
    ] {
        if let Some(value) = map.remove(new) {
            map.insert(core.to_owned(), value);
        }
    }
}
