//! What each input is: kind, products, versions, nodes, times, and the reporter's own words.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::diagnosis::{InputSummary, NodeSummary};
use crate::bundle::{self, EntryKind, InputKind, time_in_name};
use crate::evidence::{Evidence, Object, ObjectKey};
use crate::packed::{Packed, View};

/// Collection of a bundle takes at most this long after its creation time (node zips come last).
const COLLECTION_LASTS: SignedDuration = SignedDuration::from_hours(6);

/// One summary per input.
pub fn summarize(evidence: &Evidence) -> Vec<InputSummary> {
    evidence
        .inputs
        .iter()
        .enumerate()
        .map(|(input, path)| one(evidence, input, path))
        .collect()
}

fn one(evidence: &Evidence, input: usize, path: &str) -> InputSummary {
    let view = OneInput { evidence, input };
    let kind = view.kind();
    let time_range = view.time_range();
    InputSummary {
        path: path.to_owned(),
        kind,
        collected_at: view.collected_at(path, time_range.map(|(_, last)| last)),
        time_range,
        description: view.text_fact("bundle.description"),
        products: view.products(),
        nodes: view.nodes(),
    }
}

/// The evidence of one input.
struct OneInput<'a> {
    evidence: &'a Evidence,
    input: usize,
}

impl OneInput<'_> {
    fn of_input(&self, entry: u32) -> bool {
        self.evidence
            .entries
            .get(entry as usize)
            .is_some_and(|read| read.entry.input == self.input)
    }

    fn kind(&self) -> InputKind {
        let entries = || {
            self.evidence
                .entries
                .iter()
                .filter(|read| read.entry.input == self.input)
        };
        let kind = bundle::input_kind(entries().map(|read| read.entry.path.as_str()));
        let single = entries().count() == 1 && entries().all(|read| !read.entry.path.contains('/'));
        match kind {
            InputKind::Directory if single => InputKind::File,
            kind => kind,
        }
    }

    fn text_fact(&self, key: &str) -> Option<String> {
        let fact = self
            .evidence
            .facts
            .iter()
            .find(|fact| fact.key == key && self.of_input(fact.entry))?;
        fact.value.as_str().map(str::to_owned)
    }

    fn time_fact(&self, key: &str) -> Option<Timestamp> {
        self.text_fact(key)?.parse().ok()
    }

    fn objects(&self, kind: &str, group: &str) -> impl Iterator<Item = &Object> {
        let key = ObjectKey {
            kind: kind.to_owned(),
            group: group.to_owned(),
        };
        self.evidence
            .objects
            .get(&key)
            .into_iter()
            .flatten()
            .filter(|object| self.of_input(object.entry))
    }

    fn time_range(&self) -> Option<(Timestamp, Timestamp)> {
        self.evidence
            .entries
            .iter()
            .filter(|read| read.entry.input == self.input && read.entry.kind == EntryKind::Log)
            .filter_map(|read| read.hits.coverage.span)
            .reduce(|(a, b), (c, d)| (a.min(c), b.max(d)))
    }

    /// The time the data speaks for: what the bundle states, moved up to its newest log line (node data
    /// is collected after the stated time); without a statement, the newest log line.
    fn collected_at(&self, path: &str, newest: Option<Timestamp>) -> Option<Timestamp> {
        let stated = self
            .time_fact("collected-at")
            .or_else(|| self.time_fact("bundle.created"))
            .or_else(|| time_in_name(path));
        match (stated, newest) {
            (Some(stated), Some(newest))
                if newest > stated && newest.duration_since(stated) < COLLECTION_LASTS =>
            {
                Some(newest)
            }
            (Some(stated), _) => Some(stated),
            (None, newest) => newest,
        }
    }

    fn products(&self) -> BTreeMap<String, String> {
        let mut products = BTreeMap::new();
        let mut add = |name: &str, version: Option<String>| {
            if let Some(version) = version.filter(|v| !v.is_empty()) {
                products.entry(name.to_owned()).or_insert(version);
            }
        };
        add("harvester", self.text_fact("release.harvester"));
        add(
            "harvester",
            self.setting("harvesterhci.io", "server-version"),
        );
        add(
            "rancher",
            self.setting("management.cattle.io", "server-version"),
        );
        add("rancher", self.text_fact("release.rancher"));
        add(
            "longhorn",
            self.setting("longhorn.io", "current-longhorn-version"),
        );
        add("longhorn", self.text_fact("bundle.longhorn"));
        add("longhorn", self.longhorn_image());
        add("rke2", self.text_fact("version.rke2"));
        add("k3s", self.text_fact("version.k3s"));
        let kubelet = self
            .objects("Node", "")
            .filter_map(|node| text(&node.value, "/status/nodeInfo/kubeletVersion"))
            .max();
        let kubernetes = kubelet
            .map(str::to_owned)
            .or_else(|| self.text_fact("bundle.kubernetes"));
        for distribution in ["rke2", "k3s"] {
            if kubernetes
                .as_deref()
                .is_some_and(|version| version.contains(&format!("+{distribution}")))
            {
                add(distribution, kubernetes.clone());
            }
        }
        let plain =
            kubernetes.map(|version| version.split('+').next().unwrap_or_default().to_owned());
        add("kubernetes", plain);
        products
    }

    /// The effective value of a setting object.
    fn setting(&self, group: &str, name: &str) -> Option<String> {
        let object = self
            .objects("Setting", group)
            .find(|setting| setting.name == name)?;
        let value = ["/value", "/default"]
            .iter()
            .find_map(|path| text(&object.value, path).filter(|v| !v.is_empty()));
        value.map(str::to_owned)
    }

    /// The tag of longhorn-manager's image.
    fn longhorn_image(&self) -> Option<String> {
        self.objects("Pod", "").find_map(|pod| {
            let mut containers = pod.value.pointer("/spec/containers")?.as_array()?;
            containers.find_map(|container| {
                let (name, tag) = container.get("image")?.as_str()?.rsplit_once(':')?;
                name.ends_with("longhorn-manager").then(|| tag.to_owned())
            })
        })
    }

    fn nodes(&self) -> Vec<NodeSummary> {
        let mut nodes: BTreeMap<String, NodeSummary> = BTreeMap::new();
        let upgrade = self.upgrade_states();
        for object in self.objects("Node", "") {
            let node = nodes.entry(object.name.clone()).or_default();
            node.roles = roles(&object.value);
            node.os_image = text(&object.value, "/status/nodeInfo/osImage").map(str::to_owned);
            node.kubelet_version =
                text(&object.value, "/status/nodeInfo/kubeletVersion").map(str::to_owned);
            node.ready = condition(&object.value, "Ready");
            node.upgrade_state = upgrade.get(&object.name).cloned();
        }
        for read in self
            .evidence
            .entries
            .iter()
            .filter(|read| read.entry.input == self.input)
        {
            let Some(name) = read.entry.origin.node.as_deref() else {
                continue;
            };
            let node = nodes.entry(name.to_owned()).or_default();
            let own = read.entry.origin.pod.is_none();
            if let (Some(span), true, EntryKind::Log) =
                (read.hits.coverage.span, own, read.entry.kind)
            {
                node.coverage = Some(
                    node.coverage
                        .map_or(span, |(a, b)| (a.min(span.0), b.max(span.1))),
                );
            }
        }
        for (name, node) in &mut nodes {
            name.clone_into(&mut node.name);
            if node.os_image.is_none() {
                node.os_image = self.node_fact(name, "os", "/name");
            }
        }
        nodes.into_values().collect()
    }

    fn node_fact(&self, node: &str, key: &str, pointer: &str) -> Option<String> {
        let facts = self
            .evidence
            .facts
            .iter()
            .filter(|fact| fact.key == key && self.of_input(fact.entry));
        facts
            .filter(|fact| fact.node.as_deref() == Some(node))
            .find_map(|fact| text(&fact.value, pointer).map(str::to_owned))
    }

    /// Node states of the latest Harvester Upgrade.
    fn upgrade_states(&self) -> BTreeMap<String, String> {
        let latest = |upgrade: &Object| {
            let label = upgrade
                .value
                .pointer("/metadata/labels/harvesterhci.io~1latestUpgrade");
            (
                label.and_then(View::as_str) == Some("true"),
                text(&upgrade.value, "/metadata/creationTimestamp").map(str::to_owned),
            )
        };
        let upgrade = self
            .objects("Upgrade", "harvesterhci.io")
            .max_by_key(|upgrade| latest(upgrade));
        let states = upgrade
            .and_then(|upgrade| upgrade.value.pointer("/status/nodeStatuses"))
            .and_then(View::as_object);
        let state = |status: View<'_>| {
            status
                .get("state")
                .and_then(View::as_str)
                .map(str::to_owned)
        };
        states
            .into_iter()
            .flatten()
            .filter_map(|(node, status)| Some((node.to_owned(), state(status)?)))
            .collect()
    }
}

fn text<'a>(value: impl Into<View<'a>>, pointer: &str) -> Option<&'a str> {
    value.into().pointer(pointer).and_then(View::as_str)
}

/// The `status` of a condition.
fn condition(value: &Packed, kind: &str) -> Option<String> {
    let mut conditions = value.pointer("/status/conditions")?.as_array()?;
    let found = conditions.find(|one| one.get("type").and_then(View::as_str) == Some(kind))?;
    found
        .get("status")
        .and_then(View::as_str)
        .map(str::to_owned)
}

/// Roles from the well-known labels; a node without any is a worker.
fn roles<'n>(node: impl Into<View<'n>>) -> Vec<String> {
    let labels = node
        .into()
        .pointer("/metadata/labels")
        .and_then(View::as_object);
    let names = labels
        .into_iter()
        .flatten()
        .filter_map(|(label, _)| label.strip_prefix("node-role.kubernetes.io/"));
    let mut roles: BTreeSet<&str> = names
        .map(|role| {
            if role == "master" {
                "control-plane"
            } else {
                role
            }
        })
        .collect();
    roles.remove("");
    if roles.is_empty() {
        roles.insert("worker");
    }
    roles.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_come_from_labels() {
        let node = serde_json::json!({"metadata": {"labels": {"node-role.kubernetes.io/master": "true", "node-role.kubernetes.io/etcd": "true"}}});
        assert_eq!(roles(&node), ["control-plane", "etcd"]);
        assert_eq!(roles(&serde_json::Value::Null), ["worker"]);
    }
}
