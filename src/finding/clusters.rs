//! Inputs into clusters, where a case holds several, so that subjects say which one they are of.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, Subject};
use crate::evidence::{Evidence, Object, ObjectKey};
use crate::packed::View;

/// The cluster of each input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clusters {
    /// By input; `None`: it does not say.
    names: BTreeMap<usize, String>,
}

/// What tells one cluster from another: the id of its `kube-system`, else the names of its nodes.
#[derive(Debug, Default)]
struct Told<'e> {
    id: Option<&'e str>,
    nodes: BTreeSet<&'e str>,
    inputs: Vec<usize>,
}

impl Told<'_> {
    fn is(&self, other: &Told<'_>) -> bool {
        match (self.id, other.id) {
            (Some(one), Some(two)) => one == two,
            _ => !self.nodes.is_disjoint(&other.nodes),
        }
    }
}

impl Clusters {
    /// `None` unless the inputs show at least two.
    pub(crate) fn of(evidence: &Evidence) -> Option<Self> {
        if evidence.inputs.len() < 2 {
            return None;
        }
        let mut clusters: Vec<Told<'_>> = Vec::new();
        for (input, told) in told(evidence) {
            let known = clusters.iter_mut().find(|cluster| cluster.is(&told));
            match known {
                Some(cluster) => {
                    cluster.id = cluster.id.or(told.id);
                    cluster.nodes.extend(told.nodes);
                    cluster.inputs.push(input);
                }
                None => clusters.push(Told {
                    inputs: vec![input],
                    ..told
                }),
            }
        }
        if clusters.len() < 2 {
            return None;
        }
        // a node's own archive holds no list of objects, but its name
        for read in &evidence.entries {
            let (input, node) = (read.entry.input, read.entry.origin.node.as_deref());
            if clusters.iter().any(|one| one.inputs.contains(&input)) {
                continue;
            }
            let mut own = clusters
                .iter_mut()
                .filter(|one| node.is_some_and(|node| one.nodes.contains(node)));
            if let (Some(cluster), None) = (own.next(), own.next()) {
                cluster.inputs.push(input);
            }
        }
        Some(Self {
            names: names(evidence, &clusters),
        })
    }

    /// What the clusters are called, in order.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        self.names.values().map(String::as_str).collect()
    }

    /// The cluster that an entry is of, where its input says so.
    pub(crate) fn name(&self, evidence: &Evidence, entry: u32) -> Option<&str> {
        let read = evidence.entries.get(entry as usize)?;
        self.names.get(&read.entry.input).map(String::as_str)
    }

    /// The clusters in which a case was seen, as far as its inputs say.
    pub(crate) fn of_case(&self, evidence: &Evidence, case: &Case) -> BTreeSet<&str> {
        let entries = case.seen.iter();
        entries
            .filter_map(|one| self.name(evidence, one.entry))
            .collect()
    }

    /// The clusters of inputs.
    pub(crate) fn of_inputs(&self, inputs: &[usize]) -> BTreeSet<&str> {
        let names = inputs.iter().filter_map(|input| self.names.get(input));
        names.map(String::as_str).collect()
    }

    /// A case's subject with the cluster in which everything was seen; the subject alone where that is not one.
    pub(crate) fn subject(&self, evidence: &Evidence, case: &Case) -> Subject {
        let mut subject = case.subject.clone();
        let inputs = case.seen.iter().map(|one| {
            let read = evidence.entries.get(one.entry as usize)?;
            self.names.get(&read.entry.input)
        });
        let inputs: BTreeSet<Option<&String>> = inputs.collect();
        let named = subject.get("cluster").is_some_and(|name| name != "whole");
        if let (1, Some(Some(name)), false) = (inputs.len(), inputs.first(), named) {
            subject.0.insert("cluster".to_owned(), (*name).clone());
        }
        subject
    }
}

fn list<'e>(evidence: &'e Evidence, kind: &str) -> impl Iterator<Item = &'e Object> + use<'e> {
    let key = ObjectKey {
        kind: kind.to_owned(),
        group: String::new(),
    };
    evidence.objects.get(&key).into_iter().flatten()
}

/// What each input that lists objects says of its cluster.
fn told(evidence: &Evidence) -> BTreeMap<usize, Told<'_>> {
    let input = |entry: u32| {
        let read = evidence.entries.get(entry as usize)?;
        Some(read.entry.input)
    };
    let mut told: BTreeMap<usize, Told<'_>> = BTreeMap::new();
    for node in list(evidence, "Node") {
        if let Some(input) = input(node.entry) {
            told.entry(input).or_default().nodes.insert(&node.name);
        }
    }
    for namespace in list(evidence, "Namespace") {
        let id = namespace.value.pointer("/metadata/uid");
        let id = id.and_then(View::as_str);
        if let (Some(input), Some(id), "kube-system") =
            (input(namespace.entry), id, namespace.name.as_str())
        {
            told.entry(input).or_default().id = Some(id);
        }
    }
    told
}

/// A cluster is called as the first input that holds it, without folder and ending.
fn names(evidence: &Evidence, clusters: &[Told<'_>]) -> BTreeMap<usize, String> {
    let mut names = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for cluster in clusters {
        let first = cluster.inputs.iter().min().copied().unwrap_or_default();
        let path = evidence.inputs.get(first).map_or("", String::as_str);
        let file = path.rsplit(['/', '\\']).find(|part| !part.is_empty());
        let stem = [".zip", ".tgz", ".tar.gz", ".tar", ".tar.xz", ".txz"]
            .iter()
            .find_map(|ending| file?.strip_suffix(ending));
        let mut name = stem.or(file).unwrap_or("input").to_owned();
        if !used.insert(name.clone()) {
            name = format!("{name} ({})", first.saturating_add(1));
            used.insert(name.clone());
        }
        for input in &cluster.inputs {
            names.insert(*input, name.clone());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Program;
    use crate::finding::build::{cause, database, evidence, log, node, with_object};
    use crate::finding::{Context, evaluate};

    /// Two inputs with a Node each, and a line of the kubelet of n1 in the first.
    fn case(second: &str) -> (Option<Clusters>, Subject) {
        let db = database(vec![cause("a/one")]);
        let logs = vec![log("n1", Program::Kubelet).hit(&db, "a/one", 0, &[], &[1, 599])];
        let e = with_object(evidence(logs), node("n1", "True", 0));
        let mut e = with_object(e, node(second, "True", 0));
        let mut other = e.entries[1].clone();
        other.entry.input = 1;
        e.entries.push(other);
        e.inputs = vec![
            "in/rancher.zip".to_owned(),
            "in/downstream.tar.gz".to_owned(),
        ];
        let last = u32::try_from(e.entries.len() - 1).unwrap();
        for nodes in e.objects.values_mut() {
            nodes[1].entry = last;
        }
        let clusters = Clusters::of(&e);
        let findings = evaluate(&db, &e, &Context::default());
        let own = &findings[0].cases[0];
        let subject = clusters
            .as_ref()
            .map_or_else(|| own.subject.clone(), |all| all.subject(&e, own));
        (clusters, subject)
    }

    #[test]
    fn two_clusters_are_named() {
        let (clusters, subject) = case("w1");
        assert!(clusters.is_some());
        assert_eq!(subject.get("cluster"), Some("rancher"));
        assert_eq!(subject.get("node"), Some("n1"));
        assert!(!subject.is_cluster());
    }

    #[test]
    fn two_inputs_of_one_cluster_are_not() {
        let (clusters, subject) = case("n1");
        assert_eq!(clusters, None);
        assert_eq!(subject, Subject::node("n1"));
    }
}
