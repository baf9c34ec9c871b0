//! JSON values into few bytes that are read in place: what tens of thousands of Kubernetes objects are kept as.
//!
//! As a tree of maps a list of pods takes four times its YAML; packed it takes less than half of it. A packed value is
//! one run of bytes, in the order of the value: a tag, then for texts, lists and maps their length, then what they hold,
//! so that what is not asked for is skipped without being looked at.

mod keys;
mod view;

use serde_json::{Number, Value};

pub use view::{Entries, Items, Shape, View};

const NULL: u8 = 0;
const FALSE: u8 = 1;
const TRUE: u8 = 2;
/// A number that is not negative.
const POSITIVE: u8 = 3;
/// A negative number: its complement.
const NEGATIVE: u8 = 4;
const FLOAT: u8 = 5;
const TEXT: u8 = 6;
const LIST: u8 = 7;
const MAP: u8 = 8;

/// A JSON value that is kept, not changed.
#[derive(Clone, PartialEq)]
pub struct Packed(Box<[u8]>);

impl Packed {
    /// The value, to be read.
    pub fn view(&self) -> View<'_> {
        View::packed(&self.0)
    }

    /// The value of a key of a map.
    pub fn get(&self, key: &str) -> Option<View<'_>> {
        self.view().get(key)
    }

    /// What a JSON pointer (`/status/phase`) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<View<'_>> {
        self.view().pointer(pointer)
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        self.0.len()
    }
}

impl From<&Value> for Packed {
    fn from(value: &Value) -> Self {
        let mut out = Vec::new();
        pack(value, &mut out);
        Self(out.into())
    }
}

impl From<Value> for Packed {
    fn from(value: Value) -> Self {
        Self::from(&value)
    }
}

impl<'v> From<&'v Packed> for View<'v> {
    fn from(packed: &'v Packed) -> Self {
        packed.view()
    }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.view().to_json().fmt(f)
    }
}

fn pack(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.push(NULL),
        Value::Bool(false) => out.push(FALSE),
        Value::Bool(true) => out.push(TRUE),
        Value::Number(number) => pack_number(number, out),
        Value::String(text) => {
            out.push(TEXT);
            pack_text(text, out);
        }
        Value::Array(list) => sized(LIST, out, |out| {
            list.iter().for_each(|value| pack(value, out));
        }),
        Value::Object(map) => sized(MAP, out, |out| {
            for (key, value) in map {
                pack_key(key, out);
                pack(value, out);
            }
        }),
    }
}

fn pack_number(number: &Number, out: &mut Vec<u8>) {
    if let Some(number) = number.as_u64() {
        out.push(POSITIVE);
        pack_length(number, out);
    } else if let Some(number) = number.as_i64() {
        out.push(NEGATIVE);
        pack_length(!number as u64, out);
    } else {
        out.push(FLOAT);
        out.extend(number.as_f64().unwrap_or(f64::NAN).to_le_bytes());
    }
}

/// A key that is known takes one byte; another its length and its bytes. The lowest bit tells them apart.
fn pack_key(key: &str, out: &mut Vec<u8>) {
    match keys::number(key) {
        Some(number) => pack_length(number as u64 * 2, out),
        None => {
            pack_length(key.len() as u64 * 2 + 1, out);
            out.extend(key.as_bytes());
        }
    }
}

fn pack_text(text: &str, out: &mut Vec<u8>) {
    pack_length(text.len() as u64, out);
    out.extend(text.as_bytes());
}

/// Seven bits a byte, lowest first; the highest bit says that more follow.
fn pack_length(mut length: u64, out: &mut Vec<u8>) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

/// A tag, the length of what `fill` writes, and that. Most lengths take one byte: what was written is moved only where
/// its length takes more.
fn sized(tag: u8, out: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>)) {
    out.push(tag);
    let start = out.len();
    out.push(0);
    fill(out);
    let end = out.len();
    let mut length = end - start - 1;
    let more = length.max(1).ilog2() as usize / 7;
    if more > 0 {
        out.resize(end + more, 0);
        out.copy_within(start + 1..end, start + 1 + more);
    }
    for place in out.iter_mut().skip(start).take(more) {
        *place = length as u8 | 0x80;
        length >>= 7;
    }
    if let Some(place) = out.get_mut(start + more) {
        *place = length as u8;
    }
}

#[cfg(test)]
mod tests;
