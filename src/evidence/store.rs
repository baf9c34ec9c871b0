//! Everything a scan learned, in one deterministic order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fact, NodeClock, Object, ObjectKey};
use crate::bundle::{Archived, Entry, Unread};
use crate::detect::EntryHits;
use crate::error::Problem;

/// An entry and what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadEntry {
    /// The entry.
    pub entry: Entry,
    /// Its hits and coverage; empty for entries that are not logs.
    pub hits: EntryHits,
}

/// Everything a scan learned. Entries are ordered by (input, path), objects by (kind, namespace, name, entry),
/// facts by (key, node, entry, line): thread count and member order never show.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The inputs as the user named them; [`Entry::input`] indexes this.
    pub inputs: Vec<String>,
    /// Every entry of every input.
    pub entries: Vec<ReadEntry>,
    /// Objects by group and kind.
    pub objects: BTreeMap<ObjectKey, Vec<Object>>,
    /// Kinds for which a list was collected, even an empty one: only there is absence evidence.
    pub collected: BTreeSet<ObjectKey>,
    /// Facts.
    pub facts: Vec<Fact>,
    /// Nested archives, ordered by (input, path): one without files (an empty node zip) is noticed here.
    pub archives: Vec<Archived>,
    /// The nodes' clocks, by node, as far as something tells; times of nodes whose clock is off are corrected already.
    pub clocks: BTreeMap<String, NodeClock>,
    /// Problems of all entries, ordered.
    pub problems: Vec<Problem>,
    /// What of a live node was not read.
    pub unread: Vec<Unread>,
}
