//! A place and a signature's scope into the subject that a finding is about.

use std::collections::BTreeMap;

use super::Observation;
use super::index::Index;
use crate::detect::Captures;
use crate::signature::{Scope, Signature};

/// What a finding is about: `node`, `namespace`, `pod`, `volume`, `upgrade`, `cluster` ... to a name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject(pub BTreeMap<String, String>);

impl Subject {
    /// The cluster as a whole.
    pub fn cluster() -> Self {
        Self::of([("cluster", "whole")])
    }

    /// A node.
    pub fn node(name: &str) -> Self {
        Self::of([("node", name)])
    }

    /// A subject of these names.
    pub fn of<const N: usize>(names: [(&str, &str); N]) -> Self {
        Self(
            names
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
        )
    }

    /// The name under `key`.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether it is about nothing narrower than the cluster.
    pub fn is_cluster(&self) -> bool {
        self.0.keys().all(|key| key == "cluster")
    }

    /// Whether nothing in the two contradicts: every name that both have is the same.
    pub fn agrees(&self, other: &Subject) -> bool {
        self.0
            .iter()
            .filter(|(key, _)| key.as_str() != "cluster")
            .all(|(key, value)| other.0.get(key).is_none_or(|theirs| theirs == value))
    }
}

impl std::fmt::Display for Subject {
    /// `node n1`, `pod cattle-system/rancher-x`, `the cluster`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_cluster() {
            return match self.get("cluster") {
                Some(name) if name != "whole" => write!(f, "cluster {name}"),
                _ => f.write_str("the cluster"),
            };
        }
        let namespace = self.get("namespace").filter(|_| self.0.len() > 1);
        let mut first = true;
        for (key, value) in &self.0 {
            if key == "namespace" && namespace.is_some() {
                continue;
            }
            let gap = if first { "" } else { ", " };
            first = false;
            match namespace {
                Some(ns) if key != "node" => write!(f, "{gap}{key} {ns}/{value}")?,
                _ => write!(f, "{gap}{key} {value}")?,
            }
        }
        Ok(())
    }
}

/// Where an observation was made. Unknown parts are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Host name.
    pub node: Option<String>,
    /// Kubernetes namespace.
    pub namespace: Option<String>,
    /// Pod.
    pub pod: Option<String>,
    /// Container.
    pub container: Option<String>,
    /// Kind and name of the Kubernetes object it was seen in.
    pub object: Option<(String, String)>,
}

impl Place {
    /// Adds what the place knows to captures that do not say it.
    pub fn complete(&self, captures: &Captures) -> Captures {
        let mut all = captures.clone();
        let known = [
            ("node", &self.node),
            ("namespace", &self.namespace),
            ("pod", &self.pod),
            ("container", &self.container),
            ("name", &self.object.as_ref().map(|(_, name)| name.clone())),
        ];
        for (name, value) in known {
            if let Some(value) = value {
                all.entry(name.to_owned()).or_insert_with(|| value.clone());
            }
        }
        all
    }
}

/// What an observation at `place` is about, by the signature's `subject` or `scope`; `None`: it does not say,
/// and the observation goes with any subject.
pub(super) fn subject(
    signature: &Signature,
    place: &Place,
    captures: &Captures,
) -> Option<Subject> {
    if !signature.subject.is_empty() {
        let all = place.complete(captures);
        let mut names = BTreeMap::new();
        for (key, template) in &signature.subject {
            if !template.names().all(|name| all.contains_key(name)) {
                return None;
            }
            names.insert(key.clone(), template.fill(&all));
        }
        return Some(Subject(names));
    }
    let node = || {
        let captured = captures.get("node").or_else(|| captures.get("host"));
        place.node.as_ref().or(captured)
    };
    match signature.scope {
        Some(Scope::Cluster) => Some(Subject::cluster()),
        Some(Scope::Node) => node().map(|name| Subject::node(name)),
        Some(Scope::Namespace) => place
            .namespace
            .as_ref()
            .or_else(|| captures.get("namespace"))
            .map(|name| Subject::of([("namespace", name)])),
        Some(Scope::Object) => object(place),
        None => place.node.as_deref().map(Subject::node),
    }
}

fn object(place: &Place) -> Option<Subject> {
    let (kind, name) = match (&place.object, &place.pod) {
        (Some((kind, name)), _) => (kind.to_lowercase(), name),
        (None, Some(pod)) => ("pod".to_owned(), pod),
        (None, None) => return None,
    };
    let mut names = BTreeMap::from([(kind, name.clone())]);
    if let Some(namespace) = &place.namespace {
        names.insert("namespace".to_owned(), namespace.clone());
    }
    Some(Subject(names))
}

/// What an observation is about, with its cluster where the case holds several.
pub(super) fn about(
    index: &Index<'_>,
    signature: &Signature,
    one: &Observation,
) -> Option<Subject> {
    let mut subject = subject(signature, &one.place, &one.captures)?;
    if subject.get("cluster").is_some_and(|name| name != "whole") {
        return Some(subject);
    }
    match &one.cluster {
        Some(cluster) => {
            subject.0.insert("cluster".to_owned(), cluster.clone());
            Some(subject)
        }
        None if index.has_clusters() && subject.is_cluster() => None,
        None => Some(subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_read_as_people_say_them() {
        let pod = Subject::of([("pod", "rancher-0"), ("namespace", "cattle-system")]);
        assert_eq!(pod.to_string(), "pod cattle-system/rancher-0");
        assert_eq!(Subject::node("n1").to_string(), "node n1");
        assert_eq!(Subject::cluster().to_string(), "the cluster");
    }

    #[test]
    fn only_names_that_both_have_can_disagree() {
        let volume = Subject::of([("volume", "pvc-1")]);
        assert!(Subject::node("n1").agrees(&volume));
        assert!(!Subject::node("n1").agrees(&Subject::node("n2")));
        assert!(Subject::cluster().agrees(&Subject::node("n2")));
    }
}
