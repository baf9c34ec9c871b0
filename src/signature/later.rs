//! A list that stays in the bytes it is embedded as until somebody looks at it: most remedies of a database are shown to
//! nobody.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use super::embedded;
use super::node::Node;
use super::read::Reader;

/// A value that is there, or is read when it is first looked at.
#[derive(Clone)]
pub struct Later<T> {
    value: OnceLock<T>,
    /// Where it stands and what reads it, if it is not there from the beginning.
    put_off: Option<PutOff<T>>,
}

/// An embedded tree, and what reads it.
type PutOff<T> = (&'static [u8], fn(&mut Reader, &Node) -> T);

impl<T> Later<T> {
    /// What `read` makes of the tree that is embedded as these bytes. It was checked when it was shipped.
    pub(super) fn of(bytes: &'static [u8], read: fn(&mut Reader, &Node) -> T) -> Self {
        Self {
            value: OnceLock::new(),
            put_off: Some((bytes, read)),
        }
    }
}

impl<T: Default> Later<T> {
    fn read(&self) -> Option<T> {
        let (bytes, read) = self.put_off?;
        let tree = embedded::later(bytes)?;
        Some(read(&mut Reader::of_known(""), &tree))
    }
}

impl<T: Default> Later<T> {
    /// Makes it another value.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut T)) {
        let there = self.value.take().or_else(|| self.read());
        let mut value = there.unwrap_or_default();
        change(&mut value);
        *self = value.into();
    }
}

impl<T> From<T> for Later<T> {
    fn from(value: T) -> Self {
        Self {
            value: value.into(),
            put_off: None,
        }
    }
}

impl<T: Default> Default for Later<T> {
    fn default() -> Self {
        T::default().into()
    }
}

impl<T: Default> Deref for Later<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(|| self.read().unwrap_or_default())
    }
}

impl<'a, T> IntoIterator for &'a Later<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: Default + fmt::Debug> fmt::Debug for Later<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.deref().fmt(f)
    }
}
