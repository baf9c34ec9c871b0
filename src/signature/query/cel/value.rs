//! Values of expressions: what stands in an object, read in place, and what is put together.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};

use super::{Machine, Result, Stop};
use crate::packed::{Shape, View};

/// A value. Signed and unsigned numbers are one kind, wide enough for both.
#[derive(Debug, Clone)]
pub(super) enum Value<'e> {
    Null,
    Bool(bool),
    Int(i128),
    Double(f64),
    Text(Cow<'e, str>),
    Time(Timestamp),
    Span(SignedDuration),
    /// A list or map of the object.
    Stands(View<'e>),
    List(Rc<Vec<Value<'e>>>),
    Map(Rc<Vec<(Value<'e>, Value<'e>)>>),
}

impl<'e> Value<'e> {
    /// The value that stands in an object.
    pub(super) fn of(view: View<'e>) -> Self {
        match view.shape() {
            Shape::Null => Self::Null,
            Shape::Bool(truth) => Self::Bool(truth),
            Shape::Text(text) => Self::Text(text.into()),
            Shape::Number(number) => match (number.as_i64(), number.as_u64()) {
                (Some(number), _) => Self::Int(number.into()),
                (None, Some(number)) => Self::Int(number.into()),
                (None, None) => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            Shape::List(_) | Shape::Map(_) => Self::Stands(view),
        }
    }

    pub(super) fn is_map(&self) -> bool {
        match self {
            Self::Map(_) => true,
            Self::Stands(view) => view.is_object(),
            _ => false,
        }
    }

    /// The value of a key of a map.
    pub(super) fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::Stands(view) => view.get(name).map(Self::of),
            Self::Map(entries) => {
                let named = |key: &Value<'_>| matches!(key, Value::Text(key) if key == name);
                let entry = entries.iter().rev().find(|(key, _)| named(key));
                entry.map(|(_, value)| value.clone())
            }
            _ => None,
        }
    }

    /// An item of a list.
    pub(super) fn item(&self, at: usize) -> Result<Option<Self>> {
        match self {
            Self::Stands(view) if self.is_list() => Ok(view.item(at).map(Self::of)),
            Self::List(list) => Ok(list.get(at).cloned()),
            _ => Err(Stop::Wrong),
        }
    }

    /// What `in` and loops go through: the items of a list, the keys of a map as a list.
    pub(super) fn listed(&self) -> Result<Self> {
        let keys = match self {
            Self::List(_) => return Ok(self.clone()),
            // Packed lists are found from their start: going through one by its positions would take for ever.
            Self::Stands(view) => match view.shape() {
                Shape::Map(map) => map.map(|(key, _)| Self::Text(key.into())).collect(),
                Shape::List(list) => list.map(Self::of).collect(),
                _ => return Err(Stop::Wrong),
            },
            Self::Map(entries) => entries.iter().map(|(key, _)| key.clone()).collect(),
            _ => return Err(Stop::Wrong),
        };
        Ok(Self::List(Rc::new(keys)))
    }

    /// Items of a list, entries of a map, characters of a text.
    pub(super) fn size(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.chars().count()),
            Self::Stands(view) => Some(match view.as_array() {
                Some(list) => list.count(),
                None => view.as_object()?.count(),
            }),
            Self::List(list) => Some(list.len()),
            Self::Map(entries) => Some(entries.len()),
            _ => None,
        }
    }

    fn is_list(&self) -> bool {
        match self {
            Self::List(_) => true,
            Self::Stands(view) => view.as_array().is_some(),
            _ => false,
        }
    }
}

impl Machine<'_> {
    /// Whether two values are the same; every part that is compared costs.
    pub(super) fn same(&mut self, a: &Value<'_>, b: &Value<'_>) -> Result<bool> {
        self.pay(1)?;
        if let Some(order) = number_order(a, b) {
            return Ok(order == Some(Ordering::Equal));
        }
        match (a, b) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
            (Value::Time(a), Value::Time(b)) => Ok(a == b),
            (Value::Span(a), Value::Span(b)) => Ok(a == b),
            (Value::Text(a), Value::Text(b)) => {
                self.pay(a.len().min(b.len()) / 16)?;
                Ok(a == b)
            }
            _ if a.is_list() && b.is_list() => {
                if a.size() != b.size() {
                    return Ok(false);
                }
                let (a, b) = (a.listed()?, b.listed()?);
                self.deeper(|machine| {
                    let mut at = 0;
                    while let (Some(a), Some(b)) = (a.item(at)?, b.item(at)?) {
                        at += 1;
                        if !machine.same(&a, &b)? {
                            return Ok(false);
                        }
                    }
                    Ok(true)
                })
            }
            _ if a.is_map() && b.is_map() => {
                if a.size() != b.size() {
                    return Ok(false);
                }
                self.pay(a.size().unwrap_or(0))?;
                let keys = a.listed()?;
                self.deeper(|machine| {
                    let mut at = 0;
                    while let Some(key) = keys.item(at)? {
                        at += 1;
                        let (one, other) = (machine.at(a, &key), machine.at(b, &key));
                        match (one, other) {
                            (Err(Stop::Spent), _) | (_, Err(Stop::Spent)) => {
                                return Err(Stop::Spent);
                            }
                            (Ok(one), Ok(other)) if machine.same(&one, &other)? => {}
                            _ => return Ok(false),
                        }
                    }
                    Ok(true)
                })
            }
            _ => Ok(false),
        }
    }

    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.depth >= super::DEEPEST {
            return Err(Stop::Spent);
        }
        self.depth += 1;
        let done = inside(self);
        self.depth -= 1;
        done
    }

    /// What stands at an index of a list or a key of a map.
    pub(super) fn at<'v>(&mut self, of: &Value<'v>, key: &Value<'_>) -> Result<Value<'v>> {
        match (of, key) {
            (Value::Stands(view), Value::Text(name)) if view.is_object() => {
                self.pay(name.len() / 16)?;
                of.field(name).ok_or(Stop::Wrong)
            }
            (Value::Map(entries), key) => {
                for (known, value) in entries.iter().rev() {
                    if self.same(known, key)? {
                        return Ok(value.clone());
                    }
                }
                Err(Stop::Wrong)
            }
            (_, Value::Int(at)) if of.is_list() => {
                let at = usize::try_from(*at).map_err(|_| Stop::Wrong)?;
                of.item(at)?.ok_or(Stop::Wrong)
            }
            _ => Err(Stop::Wrong),
        }
    }

    /// How two values compare.
    pub(super) fn order(&mut self, a: &Value<'_>, b: &Value<'_>) -> Result<Ordering> {
        if let Some(order) = number_order(a, b) {
            return order.ok_or(Stop::Wrong);
        }
        match (a, b) {
            (Value::Bool(a), Value::Bool(b)) => Ok(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Ok(a.cmp(b)),
            (Value::Span(a), Value::Span(b)) => Ok(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => {
                self.pay(a.len().min(b.len()) / 16)?;
                Ok(a.cmp(b))
            }
            _ => Err(Stop::Wrong),
        }
    }
}

/// How two numbers compare; `None` where one is none, `Some(None)` where one is not a number by itself.
fn number_order(a: &Value<'_>, b: &Value<'_>) -> Option<Option<Ordering>> {
    #[expect(clippy::cast_precision_loss, reason = "as CEL compares them")]
    let float = |number: i128| number as f64;
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(Some(a.cmp(b))),
        (Value::Double(a), Value::Double(b)) => Some(a.partial_cmp(b)),
        (Value::Int(a), Value::Double(b)) => Some(float(*a).partial_cmp(b)),
        (Value::Double(a), Value::Int(b)) => Some(a.partial_cmp(&float(*b))),
        _ => None,
    }
}
