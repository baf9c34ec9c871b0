//! JSON object lists, streamed: kubectl `-o json`, troubleshoot, `cluster-info dump`. One item in memory at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::prune::{Field, Prune, field};
use super::scalar;
use super::sink::Sink;

/// Bytes asked of the reader at once.
const CHUNK: usize = 128 << 10;

/// Reads every document of `bytes`. An error ends the entry; what was read stays.
pub(super) fn read(bytes: &mut dyn Read, sink: &mut Sink<'_>) {
    let allowance = Cell::new(sink.limits.item_bytes);
    let limited = Limited {
        bytes,
        buf: vec![0; CHUNK],
        at: 0,
        len: 0,
        left: &allowance,
    };
    let mut json = serde_json::Deserializer::from_reader(limited);
    loop {
        allowance.set(sink.limits.item_bytes);
        match json.end() {
            Ok(()) => return,
            Err(error) if error.is_io() => {
                return sink.problem(format!("stopped reading: {error}"));
            }
            Err(_) => {}
        }
        let document = Document {
            sink,
            allowance: &allowance,
        };
        if let Err(error) = document.deserialize(&mut json) {
            let error = match error.is_eof() {
                true => "ends in the middle of an object; what came before was used".to_owned(),
                false => format!("no valid JSON, the rest was not used: {error}"),
            };
            return sink.problem(error);
        }
    }
}

/// Bounds the bytes between two items, so that one endless string cannot fill the memory. Counts what is taken, one
/// byte at a time as the parser does, and not what was read ahead: the pieces of the bytes must change nothing.
struct Limited<'a> {
    bytes: &'a mut dyn Read,
    buf: Vec<u8>,
    at: usize,
    len: usize,
    left: &'a Cell<usize>,
}

impl Read for Limited<'_> {
    #[inline]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let Some(into) = into.first_mut() else {
            return Ok(0);
        };
        if self.at == self.len {
            self.len = self.bytes.read(&mut self.buf)?;
            self.at = 0;
        }
        let Some(&byte) = self.buf.get(..self.len).and_then(|buf| buf.get(self.at)) else {
            return Ok(0);
        };
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(io::Error::other(
                "an object over the size limit (limit object-bytes)",
            ));
        };
        self.left.set(left);
        self.at += 1;
        *into = byte;
        Ok(1)
    }
}

/// A list with `items`, a bare array, or one object.
struct Document<'s, 'a> {
    sink: &'s mut Sink<'a>,
    allowance: &'s Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Kubernetes object or a list of them")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut head = Map::new();
        let mut list = false;
        let mut state = State::new(self.sink);
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                list = true;
                map.next_value_seed(Items {
                    sink: self.sink,
                    allowance: self.allowance,
                    head: &head,
                })?;
                continue;
            }
            let prune = self.sink.prune(kind_of(&head));
            state.member(&mut map, &mut head, key, Some(prune), 1)?;
        }
        match (list, state.failed) {
            (true, _) => self.sink.end_list(&head, true),
            (false, None) => self.sink.item(Value::Object(head)),
            (false, Some(error)) => self
                .sink
                .problem(format!("an object was not used: {error}")),
        }
        self.allowance.set(self.sink.limits.item_bytes);
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, seq: S) -> Result<(), S::Error> {
        let head = Map::new();
        Items {
            sink: self.sink,
            allowance: self.allowance,
            head: &head,
        }
        .visit_seq(seq)?;
        self.sink.end_list(&head, true);
        Ok(())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }
    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }
    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }
    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The items of a list.
struct Items<'s, 'a> {
    sink: &'s mut Sink<'a>,
    allowance: &'s Cell<usize>,
    /// The list so far; Go writes its kind first.
    head: &'s Map<String, Value>,
}

impl<'de> DeserializeSeed<'de> for Items<'_, '_> {
    type Value = ();
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Items<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<(), S::Error> {
        let unwanted = kind_of(self.head).is_some_and(|(version, kind)| {
            kind.strip_suffix("List")
                .is_some_and(|kind| !kind.is_empty() && !self.sink.wants(version, kind))
        });
        if unwanted {
            while seq.next_element::<IgnoredAny>()?.is_some() {
                self.allowance.set(self.sink.limits.item_bytes);
            }
            return Ok(());
        }
        loop {
            self.allowance.set(self.sink.limits.item_bytes);
            let mut state = State::new(self.sink);
            let item = Item {
                sink: self.sink,
                state: &mut state,
            };
            let Some(value) = seq.next_element_seed(item)? else {
                return Ok(());
            };
            match (state.failed, value) {
                (Some(error), _) => self.sink.problem(format!("an item was not used: {error}")),
                (None, Some(value)) => self.sink.item(value),
                (None, None) => {}
            }
        }
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

fn kind_of(map: &Map<String, Value>) -> Option<(&str, &str)> {
    let version = map
        .get("apiVersion")
        .and_then(Value::as_str)
        .unwrap_or_default();
    Some((version, map.get("kind")?.as_str()?))
}

/// One item: read as a map whose `kind` may stop it early.
struct Item<'s, 'a> {
    sink: &'s Sink<'a>,
    state: &'s mut State,
}

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = Option<Value>;
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Item<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Kubernetes object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut item = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let prune = self.sink.prune(kind_of(&item));
            self.state
                .member(&mut map, &mut item, key, Some(prune), 1)?;
            let unwanted = item.contains_key("apiVersion")
                && kind_of(&item).is_some_and(|(version, kind)| !self.sink.wants(version, kind));
            if unwanted || self.sink.full() {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(None);
            }
        }
        Ok(Some(Value::Object(item)))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// What one item has cost so far. A limit never ends the entry: the rest of the item is passed over.
struct State {
    nodes: usize,
    max_nodes: usize,
    max_depth: usize,
    failed: Option<String>,
}

impl State {
    fn new(sink: &Sink<'_>) -> Self {
        Self {
            nodes: 0,
            max_nodes: sink.limits.nodes,
            max_depth: sink.limits.depth,
            failed: None,
        }
    }

    /// Reads the value of `key` into `into`, unless it is dropped or stands for nothing.
    fn member<'de, M: MapAccess<'de>>(
        &mut self,
        map: &mut M,
        into: &mut Map<String, Value>,
        key: String,
        prune: Option<&Prune>,
        depth: usize,
    ) -> Result<(), M::Error> {
        match field(prune, &key) {
            Field::Drop => {
                map.next_value::<IgnoredAny>()?;
            }
            Field::Keep(below) => {
                let value = map.next_value_seed(Cleaned {
                    state: self,
                    prune: below,
                    depth,
                })?;
                if let Some(value) = value {
                    into.insert(scalar::key(key.into()), value);
                }
            }
        }
        Ok(())
    }
}

/// Any value, cleaned and pruned; `None` where it stands for nothing.
struct Cleaned<'s, 'p> {
    state: &'s mut State,
    prune: Option<&'p Prune>,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Cleaned<'_, '_> {
    type Value = Option<Value>;
    fn deserialize<D: serde::Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        self.state.nodes += 1;
        if self.state.nodes > self.state.max_nodes {
            self.state.failed = Some(format!(
                "more than {} values (limit object-values)",
                self.state.max_nodes
            ));
        } else if self.depth > self.state.max_depth {
            self.state.failed = Some(format!(
                "nested deeper than {} (limit object-depth)",
                self.state.max_depth
            ));
        }
        if self.state.failed.is_some() {
            return json.deserialize_ignored_any(IgnoredAny).map(|_| None);
        }
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cleaned<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            self.state
                .member(&mut map, &mut object, key, self.prune, self.depth + 1)?;
        }
        Ok(Some(Value::Object(object)))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<Self::Value, S::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(Cleaned {
            state: self.state,
            prune: self.prune,
            depth: self.depth + 1,
        })? {
            list.extend(value);
        }
        Ok(Some(Value::Array(list)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(scalar::text(text.into()).map(Value::String))
    }
    fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Self::Value, E> {
        Ok(scalar::text(text.into()).map(Value::String))
    }
    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Value::Number(number.into())))
    }
    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Value::Number(number.into())))
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<Self::Value, E> {
        scalar::float(number)
            .map(|number| Some(Value::Number(number)))
            .ok_or_else(|| E::custom("a number that is none"))
    }
    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Some(Value::Bool(value)))
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
