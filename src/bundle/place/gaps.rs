//! Entries and the cluster's nodes into what was not collected: nodes without data of their own.

use std::collections::{BTreeMap, BTreeSet};

use super::names::archive_stem;
use crate::bundle::{Entry, EntryKind};

/// A node of which the input holds no logs, facts or configuration of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeGap {
    /// Name of the node.
    pub node: String,
    /// What there is instead.
    pub found: NodeData,
}

/// What the input holds of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeData {
    /// Nothing at all: the node was not ready, or its collector never reported.
    Missing,
    /// An archive or folder with nothing to read in it: the collector found no script for the node's system.
    Empty,
}

/// The nodes, among those named by the cluster's objects (`nodes`) and those with a node zip (seen in paths of entries
/// and in `archives`, the paths of nested archives), that have no data of their own; ordered by name. Logs of pods that
/// ran on a node are not its own.
pub fn nodes_without_data<'a>(
    entries: &'a [Entry],
    archives: impl IntoIterator<Item = &'a str>,
    nodes: &'a BTreeSet<String>,
) -> Vec<NodeGap> {
    let mut found: BTreeMap<&str, Option<bool>> =
        nodes.iter().map(|n| (n.as_str(), None)).collect();
    let paths = entries.iter().map(|e| e.path.as_str());
    for node in paths.chain(archives).filter_map(zipped_node) {
        found.entry(node).or_default().get_or_insert(false);
    }
    for entry in entries {
        let own = entry.origin.pod.is_none()
            && matches!(
                entry.kind,
                EntryKind::Log | EntryKind::Fact | EntryKind::Config
            );
        if own
            && let Some(node) = entry.origin.node.as_deref()
            && let Some(state) = found.get_mut(node)
        {
            *state = Some(true);
        }
    }
    found
        .into_iter()
        .filter_map(|(node, state)| {
            let found = match state {
                Some(true) => return None,
                Some(false) => NodeData::Empty,
                None => NodeData::Missing,
            };
            Some(NodeGap {
                node: node.to_owned(),
                found,
            })
        })
        .collect()
}

/// `nodes/<n>.zip` anywhere in the path.
fn zipped_node(path: &str) -> Option<&str> {
    let mut parts = path.split('/').skip_while(|s| *s != "nodes").skip(1);
    let name = parts.next()?;
    let node = archive_stem(name);
    (node.len() < name.len() && !node.is_empty()).then_some(node)
}
