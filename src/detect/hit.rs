//! A pattern of a signature proven at a location, and the bounded series of such hits in one entry.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::error::Problem;

/// Values of the placeholders of a pattern, by name.
pub type Captures = BTreeMap<String, String>;

/// One proven pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Line number from 1 (the first physical line of a joined one).
    pub location: Location,
    /// When, in UTC; `None` where the line and its envelope carry no usable time.
    pub time: Option<Timestamp>,
    /// The raw line as it stands in the entry, lossily decoded and cut to a bounded length; of a panic its decoded
    /// lines, joined with newlines.
    pub raw: String,
}

/// Where a text stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Location {
    /// A line of a log, counted from 1.
    Line(u64),
    /// A field of a Kubernetes object.
    Object {
        /// `v1/Node n1`, `harvesterhci.io/v1beta1/Upgrade harvester-system/hvst-upgrade-x`.
        object: String,
        /// Field path, `status.conditions[2].message`.
        path: String,
    },
}

/// What a text in an object is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// The node.
    pub node: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The pod.
    pub pod: Option<String>,
}

/// All hits of one part of one signature with one set of captures in one entry. Memory is bounded:
/// counts, minute buckets, the first and the last few hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitSeries {
    /// Index of the signature in the database.
    pub signature: u32,
    /// Index of the part in the signature.
    pub part: u16,
    /// Values of the placeholders; empty for hits beyond the limit of distinct captures.
    pub captures: Captures,
    /// What an object's text is about, where it is not what its entry is about: an Event names a node, its file does not.
    pub about: Option<About>,
    /// Exact number of hits, each line once; for a signature of kind `noise` no more than its part's first 64 in the
    /// entry are proven and counted.
    pub count: u64,
    /// The first few, in file order.
    pub first: Vec<Hit>,
    /// The last few after those, in file order.
    pub last: Vec<Hit>,
    /// Hits per minute (minutes since the epoch), bounded; hits without a time are not in it.
    pub minutes: BTreeMap<i64, u32>,
    /// Earliest and latest time.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// What is known of an entry once it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Bytes read.
    pub bytes: u64,
    /// Lines read.
    pub lines: u64,
    /// Earliest and latest time among the sampled head and tail lines.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Times at which the program in it (re)started, where a start marker is known. Bounded.
    pub starts: Vec<Timestamp>,
    /// Those of them at which the whole machine started: the kernel's first line, journalctl's boot markers. Bounded.
    pub boots: Vec<Timestamp>,
    /// Whether the times descend (Longhorn's `journalctl -r`).
    pub descending: bool,
}

/// The result of scanning one entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntryHits {
    /// Series, ordered by (signature, part, captures).
    pub series: Vec<HitSeries>,
    /// What the entry covers.
    pub coverage: Coverage,
    /// What went wrong in it.
    pub problems: Vec<Problem>,
}
