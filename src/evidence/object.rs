//! One Kubernetes object, cleaned of what the bundle's writer did to it.

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
    /// The whole object.
    pub value: serde_json::Value,
}

/// Group and kind; versions do not matter: `Node` (core group), `Volume.longhorn.io`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// `Node`, `Upgrade`.
    pub kind: String,
    /// `harvesterhci.io`; empty for the core group.
    pub group: String,
}
