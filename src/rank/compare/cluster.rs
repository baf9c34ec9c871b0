//! Whether two bundles are of one cluster.

use std::collections::BTreeSet;

use crate::evidence::Evidence;
use crate::rank::Diagnosis;

/// The answer, with its reason as a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cluster {
    /// They are.
    Same(String),
    /// They are not: what is compared says little.
    Different(String),
    /// Nothing tells.
    Unknown(String),
}

impl Cluster {
    /// The reason.
    pub fn because(&self) -> &str {
        match self {
            Cluster::Same(because) | Cluster::Different(because) | Cluster::Unknown(because) => {
                because
            }
        }
    }
}

/// Decides by the identity of the cluster where both have it, else by the names of nodes.
pub(super) fn decide(before: (&Diagnosis, &Evidence), after: (&Diagnosis, &Evidence)) -> Cluster {
    if let (Some(first), Some(second)) = (identity(before.1), identity(after.1)) {
        return if first == second {
            Cluster::Same("the kube-system namespace is the same object".to_owned())
        } else {
            Cluster::Different("their kube-system namespaces are different objects".to_owned())
        };
    }
    let (first, second) = (nodes(before), nodes(after));
    if first.is_empty() || second.is_empty() {
        return Cluster::Unknown("one of them names no node".to_owned());
    }
    let shared = first.intersection(&second).count();
    if shared == 0 {
        let list =
            |nodes: &BTreeSet<String>| nodes.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let because = format!("no node is in both ({}; {})", list(&first), list(&second));
        return Cluster::Different(because);
    }
    let fewer = first.len().min(second.len());
    let because = format!(
        "{shared} of {} and {} nodes have the same name",
        first.len(),
        second.len()
    );
    if shared * 2 >= fewer {
        Cluster::Same(because)
    } else {
        Cluster::Unknown(because)
    }
}

/// The UID of kube-system, which is as good as one of the cluster.
fn identity(evidence: &Evidence) -> Option<&str> {
    let kinds = evidence
        .objects
        .iter()
        .filter(|(key, _)| key.kind == "Namespace" && key.group.is_empty());
    let mut systems = kinds
        .flat_map(|(_, objects)| objects)
        .filter(|object| object.name == "kube-system");
    systems.find_map(|object| object.value.pointer("/metadata/uid")?.as_str())
}

/// Nodes that objects or entries name.
fn nodes((diagnosis, evidence): (&Diagnosis, &Evidence)) -> BTreeSet<String> {
    let named = diagnosis
        .inputs
        .iter()
        .flat_map(|input| &input.nodes)
        .map(|node| node.name.clone());
    let named: BTreeSet<String> = named.collect();
    if !named.is_empty() {
        return named;
    }
    let origins = evidence
        .entries
        .iter()
        .filter_map(|read| read.entry.origin.node.as_deref());
    origins.map(str::to_owned).collect()
}
