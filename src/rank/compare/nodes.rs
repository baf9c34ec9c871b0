//! Nodes of two diagnoses into those that came, went or changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::Evidence;
use crate::packed::View;
use crate::rank::{Diagnosis, NodeSummary};

/// What became of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeChange {
    /// In the second bundle alone.
    Added,
    /// In the first bundle alone.
    Removed,
    /// In both, and different.
    Changed,
}

/// A node that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedNode {
    /// Name.
    pub name: String,
    /// What became of it.
    pub change: NodeChange,
    /// What is different.
    pub fields: Vec<ChangedField>,
}

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedField {
    /// `ready`, `cordoned`, `os image`, `kubelet`, `roles`, `upgrade state`.
    pub field: &'static str,
    /// Before; nothing where it was not known.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// Compares the nodes of two scans.
pub(super) fn compare(
    before: (&Diagnosis, &Evidence),
    after: (&Diagnosis, &Evidence),
) -> Vec<ChangedNode> {
    let (first, second) = (described(before), described(after));
    // where no node is known nothing came or went
    if first.is_empty() || second.is_empty() {
        return Vec::new();
    }
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let changed = names.into_iter().filter_map(|name| {
        let (change, fields) = match (first.get(name), second.get(name)) {
            (None, Some(new)) => (NodeChange::Added, differing(&Fields::new(), new)),
            (Some(old), None) => (NodeChange::Removed, differing(old, &Fields::new())),
            (Some(old), Some(new)) => (NodeChange::Changed, differing(old, new)),
            (None, None) => return None,
        };
        let is_news = change != NodeChange::Changed || !fields.is_empty();
        is_news.then(|| ChangedNode {
            name: name.clone(),
            change,
            fields,
        })
    });
    changed.collect()
}

type Fields = Vec<(&'static str, String)>;

fn described((diagnosis, evidence): (&Diagnosis, &Evidence)) -> BTreeMap<String, Fields> {
    let cordoned = cordoned(evidence);
    let nodes = diagnosis.inputs.iter().flat_map(|input| &input.nodes);
    nodes
        .map(|node| {
            (
                node.name.clone(),
                fields(node, cordoned.get(&node.name).copied()),
            )
        })
        .collect()
}

fn fields(node: &NodeSummary, cordoned: Option<bool>) -> Fields {
    let roles = (!node.roles.is_empty()).then(|| node.roles.join(", "));
    let cordoned = cordoned.map(|cordoned| if cordoned { "yes" } else { "no" }.to_owned());
    let all = [
        ("ready", node.ready.clone()),
        ("cordoned", cordoned),
        ("os image", node.os_image.clone()),
        ("kubelet", node.kubelet_version.clone()),
        ("roles", roles),
        ("upgrade state", node.upgrade_state.clone()),
    ];
    all.into_iter()
        .filter_map(|(field, value)| Some((field, value?)))
        .collect()
}

/// Whether each Node object says that nothing is to be scheduled on it.
fn cordoned(evidence: &Evidence) -> BTreeMap<String, bool> {
    let nodes = evidence
        .objects
        .iter()
        .filter(|(key, _)| key.is_node())
        .flat_map(|(_, objects)| objects);
    nodes
        .map(|node| {
            let value = node.value.pointer("/spec/unschedulable");
            (
                node.name.clone(),
                value.and_then(View::as_bool) == Some(true),
            )
        })
        .collect()
}

fn differing(old: &Fields, new: &Fields) -> Vec<ChangedField> {
    const ORDER: [&str; 6] = [
        "ready",
        "cordoned",
        "os image",
        "kubelet",
        "roles",
        "upgrade state",
    ];
    let of = |fields: &Fields, field: &str| {
        let found = fields.iter().find(|(name, _)| *name == field);
        found.map(|(_, value)| value.clone())
    };
    let fields = ORDER.into_iter().map(|field| ChangedField {
        field,
        before: of(old, field),
        after: of(new, field),
    });
    fields.filter(|field| field.before != field.after).collect()
}
