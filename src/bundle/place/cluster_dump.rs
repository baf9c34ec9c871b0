//! `kubectl cluster-info dump --output-directory`: `nodes.json`, `<ns>/<plural>.json`, `<ns>/<pod>/logs.txt`.

use super::names::Split;
use super::{EntryKind, Placement};

/// The lists it writes per namespace.
pub(super) const LISTS: &[&str] = &[
    "daemonsets.json",
    "deployments.json",
    "events.json",
    "pods.json",
    "replicasets.json",
    "replication-controllers.json",
    "services.json",
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    match split.parts.as_slice() {
        // All containers of the pod, init containers first, in one file.
        [.., namespace, pod, "logs.txt"] => Some(Placement::whole_pod(namespace, pod)),
        [.., namespace, file] if LISTS.contains(file) => {
            Some(Placement::of(EntryKind::Objects).within(namespace))
        }
        ["nodes.json"] | [_, "nodes.json"] => Some(Placement::of(EntryKind::Objects)),
        _ => None,
    }
}
