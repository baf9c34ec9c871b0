//! What was replaced, by class: numbers, and the mapping where somebody asked for it.

use std::collections::BTreeMap;

use super::class::Class;

/// Entries of a mapping beyond this many are not remembered.
const MOST: usize = 1_000_000;

/// Counts of replaced places by class, in the order of [`Class::ALL`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u64; Class::ALL.len()]);

impl Counts {
    /// How often something of the class was replaced.
    pub fn of(&self, class: Class) -> u64 {
        self.0.get(class.index()).copied().unwrap_or(0)
    }

    /// Classes that occurred, with how often.
    pub fn each(&self) -> impl Iterator<Item = (Class, u64)> {
        Class::ALL
            .into_iter()
            .map(|class| (class, self.of(class)))
            .filter(|(_, n)| *n > 0)
    }

    /// Places of all classes.
    pub fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    pub(crate) fn add(&mut self, other: &Counts) {
        for (mine, other) in self.0.iter_mut().zip(other.0) {
            *mine += other;
        }
    }

    pub(crate) fn count(&mut self, class: Class) {
        if let Some(n) = self.0.get_mut(class.index()) {
            *n += 1;
        }
    }
}

/// What stood there, and what stands there now.
pub type Mapping = BTreeMap<(Class, String), String>;

/// Counts, and the mapping where it is wanted.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) counts: Counts,
    pub(crate) mapping: Option<Mapping>,
}

impl Tally {
    pub(crate) fn note(&mut self, class: Class, was: &[u8], is: &str) {
        self.counts.count(class);
        if let Some(mapping) = self.mapping.as_mut().filter(|_| !class.is_secret())
            && mapping.len() < MOST
        {
            let was = String::from_utf8_lossy(was).to_ascii_lowercase();
            mapping.entry((class, was)).or_insert_with(|| is.to_owned());
        }
    }
}
