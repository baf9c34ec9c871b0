//! Reading a value where it stands, packed or as a tree, with the same calls.

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::{FALSE, FLOAT, LIST, MAP, NEGATIVE, POSITIVE, TEXT, TRUE, keys};

/// A JSON value, wherever it stands: objects are packed, facts are trees.
#[derive(Debug, Clone, Copy)]
pub struct View<'v>(Form<'v>);

#[derive(Debug, Clone, Copy)]
enum Form<'v> {
    Tree(&'v Value),
    /// From its tag to its last byte.
    Packed(&'v [u8]),
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Shape<'v> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(&'v str),
    /// A list.
    List(Items<'v>),
    /// A map.
    Map(Entries<'v>),
}

impl<'v> From<&'v Value> for View<'v> {
    fn from(value: &'v Value) -> Self {
        Self(Form::Tree(value))
    }
}

impl<'v> View<'v> {
    pub(super) fn packed(bytes: &'v [u8]) -> Self {
        Self(Form::Packed(bytes))
    }

    /// What it is, and what it holds.
    pub fn shape(self) -> Shape<'v> {
        match self.0 {
            Form::Tree(value) => match value {
                Value::Null => Shape::Null,
                Value::Bool(truth) => Shape::Bool(*truth),
                Value::Number(number) => Shape::Number(number.clone()),
                Value::String(text) => Shape::Text(text),
                Value::Array(list) => Shape::List(Items(ItemsForm::Tree(list.iter()))),
                Value::Object(map) => Shape::Map(Entries(EntriesForm::Tree(map.iter()))),
            },
            Form::Packed(bytes) => packed_shape(bytes),
        }
    }

    /// The text that it is.
    pub fn as_str(self) -> Option<&'v str> {
        match self.0 {
            Form::Tree(value) => value.as_str(),
            Form::Packed(_) => match self.shape() {
                Shape::Text(text) => Some(text),
                _ => None,
            },
        }
    }

    /// The truth value that it is.
    pub fn as_bool(self) -> Option<bool> {
        match self.shape() {
            Shape::Bool(truth) => Some(truth),
            _ => None,
        }
    }

    /// The whole number that it is, where it is not negative.
    pub fn as_u64(self) -> Option<u64> {
        self.number()?.as_u64()
    }

    /// The whole number that it is.
    pub fn as_i64(self) -> Option<i64> {
        self.number()?.as_i64()
    }

    /// The number that it is.
    pub fn as_f64(self) -> Option<f64> {
        self.number()?.as_f64()
    }

    fn number(self) -> Option<Number> {
        match self.shape() {
            Shape::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The items of the list that it is.
    pub fn as_array(self) -> Option<Items<'v>> {
        match self.shape() {
            Shape::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of the map that it is.
    pub fn as_object(self) -> Option<Entries<'v>> {
        match self.shape() {
            Shape::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether it is a map.
    pub fn is_object(self) -> bool {
        self.as_object().is_some()
    }

    /// The value of a key of a map.
    pub fn get(self, key: &str) -> Option<Self> {
        match self.0 {
            Form::Tree(value) => value.get(key).map(Self::from),
            Form::Packed(bytes) => packed_get(bytes, key),
        }
    }

    /// An item of a list, counted from 0.
    pub fn item(self, at: usize) -> Option<Self> {
        self.as_array()?.nth(at)
    }

    /// What a JSON pointer (`/status/phase`) leads to: [RFC 6901](https://www.rfc-editor.org/rfc/rfc6901).
    pub fn pointer(self, pointer: &str) -> Option<Self> {
        if pointer.is_empty() {
            return Some(self);
        }
        let steps = pointer.strip_prefix('/')?.split('/');
        steps
            .map(unescaped)
            .try_fold(self, |value, step| match value.get(&step) {
                Some(below) => Some(below),
                None => value.item(step.parse().ok()?),
            })
    }

    /// The value as a tree of its own.
    pub fn to_json(self) -> Value {
        match self.shape() {
            Shape::Null => Value::Null,
            Shape::Bool(truth) => Value::Bool(truth),
            Shape::Number(number) => Value::Number(number),
            Shape::Text(text) => Value::String(text.to_owned()),
            Shape::List(items) => items.map(View::to_json).collect(),
            Shape::Map(entries) => {
                let entry = |(key, value): (&str, View<'_>)| (key.to_owned(), value.to_json());
                Value::Object(entries.map(entry).collect())
            }
        }
    }
}

impl PartialEq for View<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.0, other.0) {
            (Form::Tree(a), Form::Tree(b)) => a == b,
            (Form::Packed(a), Form::Packed(b)) => a == b,
            _ => self.to_json() == other.to_json(),
        }
    }
}

/// `~1` is a slash, `~0` a tilde.
fn unescaped(step: &str) -> Cow<'_, str> {
    match step.contains('~') {
        true => step.replace("~1", "/").replace("~0", "~").into(),
        false => step.into(),
    }
}

/// The items of a list, in their order.
#[derive(Debug, Clone)]
pub struct Items<'v>(ItemsForm<'v>);

#[derive(Debug, Clone)]
enum ItemsForm<'v> {
    Tree(std::slice::Iter<'v, Value>),
    Packed(&'v [u8]),
}

impl<'v> Iterator for Items<'v> {
    type Item = View<'v>;

    fn next(&mut self) -> Option<View<'v>> {
        match &mut self.0 {
            ItemsForm::Tree(items) => items.next().map(View::from),
            ItemsForm::Packed(rest) => take_value(rest),
        }
    }
}

/// The entries of a map, sorted by their keys.
#[derive(Debug, Clone)]
pub struct Entries<'v>(EntriesForm<'v>);

#[derive(Debug, Clone)]
enum EntriesForm<'v> {
    Tree(serde_json::map::Iter<'v>),
    Packed(&'v [u8]),
}

impl<'v> Iterator for Entries<'v> {
    type Item = (&'v str, View<'v>);

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            EntriesForm::Tree(entries) => {
                let (key, value) = entries.next()?;
                Some((key, value.into()))
            }
            EntriesForm::Packed(rest) => Some((take_key(rest)?, take_value(rest)?)),
        }
    }
}

// The bytes were packed here, so what cannot be read does not occur; if it did, the value would end there.

fn packed_shape(bytes: &[u8]) -> Shape<'_> {
    let Some((tag, mut rest)) = bytes.split_first() else {
        return Shape::Null;
    };
    match *tag {
        FALSE => Shape::Bool(false),
        TRUE => Shape::Bool(true),
        POSITIVE => take_length(&mut rest).map_or(Shape::Null, |n| Shape::Number(n.into())),
        NEGATIVE => {
            take_length(&mut rest).map_or(Shape::Null, |n| Shape::Number((!n as i64).into()))
        }
        FLOAT => {
            let number = rest.first_chunk().copied().map(f64::from_le_bytes);
            let number = number.and_then(Number::from_f64);
            number.map_or(Shape::Null, Shape::Number)
        }
        TEXT => take_text(&mut rest).map_or(Shape::Null, Shape::Text),
        LIST => {
            take_length(&mut rest);
            Shape::List(Items(ItemsForm::Packed(rest)))
        }
        MAP => {
            take_length(&mut rest);
            Shape::Map(Entries(EntriesForm::Packed(rest)))
        }
        _ => Shape::Null,
    }
}

/// The value of a key of a map. Keys are compared as they are packed, and of values only the length is read.
fn packed_get<'v>(bytes: &'v [u8], key: &str) -> Option<View<'v>> {
    let mut rest = bytes.strip_prefix(&[MAP])?;
    take_length(&mut rest)?;
    let known = keys::number(key).map(|number| number as u64 * 2);
    loop {
        let length = take_length(&mut rest)?;
        let found = if length % 2 == 0 {
            known == Some(length)
        } else {
            let (name, behind) = rest.split_at_checked(usize::try_from(length / 2).ok()?)?;
            rest = behind;
            known.is_none() && name == key.as_bytes()
        };
        let value = take_value(&mut rest)?;
        if found {
            return Some(value);
        }
    }
}

/// Takes one value off the front.
#[inline]
fn take_value<'v>(rest: &mut &'v [u8]) -> Option<View<'v>> {
    let all = *rest;
    let (tag, mut behind) = all.split_first()?;
    match *tag {
        POSITIVE | NEGATIVE => {
            take_length(&mut behind)?;
        }
        FLOAT => behind = behind.get(8..)?,
        TEXT | LIST | MAP => {
            let length = take_length(&mut behind)?;
            behind = behind.get(usize::try_from(length).ok()?..)?;
        }
        _ => {}
    }
    *rest = behind;
    let value = all.get(..all.len() - behind.len())?;
    Some(View(Form::Packed(value)))
}

fn take_key<'v>(rest: &mut &'v [u8]) -> Option<&'v str> {
    let length = take_length(rest)?;
    match length % 2 {
        0 => keys::name(length / 2),
        _ => take_bytes(rest, length / 2),
    }
}

fn take_text<'v>(rest: &mut &'v [u8]) -> Option<&'v str> {
    let length = take_length(rest)?;
    take_bytes(rest, length)
}

fn take_bytes<'v>(rest: &mut &'v [u8], length: u64) -> Option<&'v str> {
    let (text, behind) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = behind;
    std::str::from_utf8(text).ok()
}

#[inline]
fn take_length(rest: &mut &[u8]) -> Option<u64> {
    // Nearly all take one byte.
    match rest.split_first()? {
        (&byte, behind) if byte < 0x80 => {
            *rest = behind;
            Some(byte.into())
        }
        _ => take_long_length(rest),
    }
}

fn take_long_length(rest: &mut &[u8]) -> Option<u64> {
    let (mut length, mut shift) = (0, 0);
    loop {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        length |= u64::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(length);
        }
        shift += 7;
    }
}
