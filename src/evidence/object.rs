//! One Kubernetes object, cleaned of what the bundle's writer did to it.

use crate::packed::Packed;

/// An object from an object list. Empty strings, nulls and the string `null` are absent from `value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Object {
    /// Group and kind.
    pub key: ObjectKey,
    /// `apiVersion` as collected.
    pub api_version: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// Index of the entry it was read from, in [`Evidence::entries`](super::Evidence).
    pub entry: u32,
    /// The whole object, but for the fields that nothing asks for.
    pub value: Packed,
}

/// Group and kind; versions do not matter: `Node` (core group), `Volume.longhorn.io`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// `Node`, `Upgrade`.
    pub kind: String,
    /// `harvesterhci.io`; empty for the core group.
    pub group: String,
}

/// Set in the `value` of an object that was read from a table and lacks most of its fields.
pub(super) const FROM_TABLE: &str = "bundlevet/from-table";

impl ObjectKey {
    /// Whether it is a node of the cluster.
    pub fn is_node(&self) -> bool {
        self.kind == "Node" && self.group.is_empty()
    }
}

impl Object {
    /// Whether only some of its fields were collected, so that a missing one proves nothing.
    pub fn is_partial(&self) -> bool {
        self.value.get(FROM_TABLE).is_some()
    }
}
