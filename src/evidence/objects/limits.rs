//! What the reader refuses to do for one entry, and what it learned about it.

use std::collections::BTreeSet;

use crate::error::Problem;
use crate::evidence::texts::Text;
use crate::evidence::{Object, ObjectKey};

/// Limits of reading objects from one entry. Each one that is hit gives a [`Problem`]; the rest is still read.
#[derive(Debug, Clone)]
pub struct ObjectLimits {
    /// Bytes of one item of a list, or of one object. etcd refuses objects over 1.5 MiB, written as YAML a few times that.
    pub item_bytes: usize,
    /// Nested maps and lists.
    pub depth: usize,
    /// Values in one item, those that aliases repeat included.
    pub nodes: usize,
    /// Aliases in one item.
    pub aliases: usize,
    /// Items of one list.
    pub items: usize,
    /// Bytes of all objects kept from one entry, estimated.
    pub memory: usize,
    /// Bytes of all objects kept from all entries, estimated: the heaviest lists go first.
    pub total: usize,
    /// Texts kept from one entry.
    pub texts: usize,
    /// Bytes of one text; the rest is cut.
    pub text_bytes: usize,
    /// Bytes of one machine-plan output once inflated.
    pub output_bytes: usize,
}

impl Default for ObjectLimits {
    fn default() -> Self {
        Self {
            item_bytes: 16 << 20,
            depth: 64,
            nodes: 500_000,
            aliases: 10_000,
            items: 500_000,
            memory: 64 << 20,
            total: 96 << 20,
            texts: 500_000,
            text_bytes: 8 << 10,
            output_bytes: 8 << 20,
        }
    }
}

/// What one entry held.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectsRead {
    /// Wanted objects, in the order of the entry.
    pub objects: Vec<Object>,
    /// Kinds of which the entry is a whole list, even an empty one.
    pub collected: BTreeSet<ObjectKey>,
    /// Texts that patterns may match, in the order of the objects.
    pub texts: Vec<Text>,
    /// Bytes of the objects, estimated.
    pub weight: usize,
    /// What went wrong.
    pub problems: Vec<Problem>,
}
