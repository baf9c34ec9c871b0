//! What paths leave open, settled by the bundle's own lists: joined pod names, nodes of pods, lives of restarted containers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::is_digits;
use super::{Placement, pods};
use crate::bundle::{Entry, EntryKind, Instance, Origin};

/// Settles the collector's `podlogs/<ns>-<pod>` names: by a pod of the list, else by the longest namespace of the list.
/// Of a container's numbered logs (`0.log`, `1.log`) all but the last become those of earlier instances.
pub fn refine(
    entries: &mut [Entry],
    namespaces: &BTreeSet<String>,
    pods: &BTreeSet<(String, String)>,
) {
    let joined: BTreeMap<String, &(String, String)> = pods
        .iter()
        .map(|pod| (format!("{}-{}", pod.0, pod.1), pod))
        .collect();
    for entry in entries.iter_mut() {
        let Some(name) = joined_name(&entry.path) else {
            continue;
        };
        if let Some(placement) = resolve(name, &joined, namespaces) {
            let node = placement
                .origin
                .node
                .clone()
                .or_else(|| entry.origin.node.take());
            entry.origin = Origin {
                node,
                ..placement.origin
            };
        }
    }
    earlier_instances(entries);
}

/// Gives pods' logs the node they ran on, by `(namespace, pod)`.
pub fn refine_nodes(entries: &mut [Entry], nodes: &BTreeMap<(String, String), String>) {
    for entry in entries {
        let origin = &mut entry.origin;
        let (Some(namespace), Some(pod)) = (&origin.namespace, &origin.pod) else {
            continue;
        };
        if let Some(node) = nodes
            .get(&(namespace.to_string(), pod.to_string()))
            .filter(|n| !n.is_empty())
        {
            origin.node = Some(Arc::from(node.as_str()));
        }
    }
}

/// `podlogs/<name>`, where the name is kubectl's joined one.
fn joined_name(path: &str) -> Option<&str> {
    let (head, name) = path.rsplit_once('/')?;
    let folder = head.rsplit_once('/').map_or(head, |(_, folder)| folder);
    (folder == "podlogs" && !name.starts_with("k8s_")).then_some(name)
}

fn resolve(
    name: &str,
    joined: &BTreeMap<String, &(String, String)>,
    namespaces: &BTreeSet<String>,
) -> Option<Placement> {
    if let Some((namespace, pod)) = joined.get(name) {
        return Some(Placement::whole_pod(namespace, pod));
    }
    let (base, instance) = match name.strip_suffix("-previous") {
        Some(base) => (base, Instance::Previous),
        None => (name, Instance::Current),
    };
    let (namespace, pod) = match joined.get(base) {
        Some((namespace, pod)) => (namespace.as_str(), pod.as_str()),
        None => pods::split_joined(base, namespaces)?,
    };
    Some(Placement::whole_pod(namespace, pod).instance(instance))
}

fn earlier_instances(entries: &mut [Entry]) {
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for entry in entries.iter() {
        if let Some((folder, number)) = numbered(entry) {
            let highest = last.entry(folder).or_default();
            *highest = number.max(*highest);
        }
    }
    for entry in entries.iter_mut() {
        if let Some((folder, number)) = numbered(entry)
            && last.get(&folder).is_some_and(|highest| number < *highest)
        {
            entry.origin.instance = Instance::Previous;
        }
    }
}

/// (input and folder, restart count) of `<...>/<container>/<N>.log`.
fn numbered(entry: &Entry) -> Option<(String, u64)> {
    let (folder, file) = entry.path.rsplit_once('/')?;
    let (number, _) = file.split_once(".log")?;
    if entry.kind != EntryKind::Log || entry.origin.container.is_none() || !is_digits(number) {
        return None;
    }
    Some((format!("{}:{folder}", entry.input), number.parse().ok()?))
}
