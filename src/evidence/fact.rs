//! One thing known about a node or the cluster that is not a Kubernetes object.

use std::sync::Arc;

/// A fact. Its key is dotted and lower-case: `sysctl.vm.overcommit_memory`, `disk`, `certificate`, `etcd.member`.
/// Several facts may share a key (one `disk` per mount, one `certificate` per file).
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// What it is about.
    pub key: String,
    /// The node it holds for; `None`: the cluster.
    pub node: Option<Arc<str>>,
    /// A scalar, or an object of named values (`{"mount": "/", "use_percent": 91}`).
    pub value: serde_json::Value,
    /// Index of the entry it was read from, in [`Evidence::entries`](super::Evidence).
    pub entry: u32,
    /// Line in that entry, from 1; 0 where the fact is the whole entry.
    pub line: u64,
    /// The text it was read from, bounded.
    pub text: String,
}
