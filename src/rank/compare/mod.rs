//! Two diagnoses of one cluster into what changed between them: findings, versions, nodes, what could be read.

mod cluster;
mod findings;
mod nodes;
mod unseen;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::evidence::Evidence;
use crate::rank::{Diagnosis, RankedFinding};
use crate::signature::Severity;

pub use cluster::Cluster;
pub use findings::{Change, ChangedFinding};
pub use nodes::{ChangedField, ChangedNode, NodeChange};

/// What changed from one bundle to a later one.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    /// The earlier diagnosis.
    pub before: &'a Diagnosis,
    /// The later one.
    pub after: &'a Diagnosis,
    /// Whether both are of one cluster.
    pub cluster: Cluster,
    /// The second bundle was collected before the first.
    pub reversed: bool,
    /// Causes and symptoms: worst change first, then by severity.
    pub findings: Vec<ChangedFinding<'a>>,
    /// Versions of products that differ, before and after.
    pub versions: BTreeMap<String, (Option<String>, Option<String>)>,
    /// Nodes that came, went or changed, by name.
    pub nodes: Vec<ChangedNode>,
    /// What differs in what was read.
    pub coverage: Coverage,
}

/// What differs in what was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Nodes with entries of their own in one bundle only: how many before, how many after.
    pub nodes: BTreeMap<String, (u64, u64)>,
    /// What could not be examined in the second alone.
    pub lost: Vec<String>,
    /// What could not be examined in the first alone.
    pub gained: Vec<String>,
}

/// Compares two scans.
pub fn compare<'a>(
    before: (&'a Diagnosis, &Evidence),
    after: (&'a Diagnosis, &Evidence),
) -> Comparison<'a> {
    let cluster = cluster::decide(before, after);
    let collected = |diagnosis: &Diagnosis| {
        diagnosis
            .inputs
            .iter()
            .filter_map(|input| input.collected_at)
            .max()
    };
    let reversed = match (collected(before.0), collected(after.0)) {
        (Some(first), Some(second)) => second < first,
        _ => false,
    };
    Comparison {
        before: before.0,
        after: after.0,
        findings: findings::compare(before, after),
        versions: versions(before.0, after.0),
        nodes: nodes::compare(before, after),
        coverage: coverage(before, after),
        cluster,
        reversed,
    }
}

impl Comparison<'_> {
    /// The worst severity among what is new or became worse.
    pub fn worst(&self) -> Option<Severity> {
        let bad =
            |finding: &&ChangedFinding<'_>| matches!(finding.change, Change::New | Change::Worse);
        let severity = |finding: &ChangedFinding<'_>| {
            finding.shown().map(|shown: &RankedFinding| shown.severity)
        };
        self.findings.iter().filter(bad).filter_map(severity).max()
    }

    /// How many findings changed in this way.
    pub fn count(&self, change: Change) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.change == change)
            .count()
    }
}

fn versions(
    before: &Diagnosis,
    after: &Diagnosis,
) -> BTreeMap<String, (Option<String>, Option<String>)> {
    let all = |diagnosis: &Diagnosis| -> BTreeMap<String, String> {
        let inputs = diagnosis.inputs.iter();
        inputs.flat_map(|input| input.products.clone()).collect()
    };
    let (before, after) = (all(before), all(after));
    let products: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    products
        .into_iter()
        .filter(|product| before.get(*product) != after.get(*product))
        .map(|product| {
            (
                product.clone(),
                (before.get(product).cloned(), after.get(product).cloned()),
            )
        })
        .collect()
}

fn coverage(before: (&Diagnosis, &Evidence), after: (&Diagnosis, &Evidence)) -> Coverage {
    let entries = |evidence: &Evidence| -> BTreeMap<String, u64> {
        let mut nodes = BTreeMap::new();
        for read in &evidence.entries {
            if let Some(node) = &read.entry.origin.node {
                *nodes.entry(node.to_string()).or_insert(0) += 1;
            }
        }
        nodes
    };
    let (first, second) = (entries(before.1), entries(after.1));
    let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
    let of = |nodes: &BTreeMap<String, u64>, name: &str| nodes.get(name).copied().unwrap_or(0);
    let nodes = names
        .into_iter()
        .map(|name| (name.clone(), (of(&first, name), of(&second, name))))
        .filter(|(_, (first, second))| (*first == 0) != (*second == 0))
        .collect();
    let unread = |diagnosis: &Diagnosis| -> BTreeSet<String> {
        let items = diagnosis.not_examined.iter();
        items
            .map(|item| format!("{}: {}", item.what, item.because))
            .collect()
    };
    let (first, second) = (unread(before.0), unread(after.0));
    Coverage {
        nodes,
        lost: second.difference(&first).cloned().collect(),
        gained: first.difference(&second).cloned().collect(),
    }
}
