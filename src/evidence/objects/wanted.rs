//! Which kinds are read, and which of their fields are kept.

use std::collections::BTreeMap;

use super::kinds::KNOWN;
use super::place::Place;
use super::prune::Prune;
use crate::evidence::ObjectKey;
use crate::signature::query::Query;

/// Keys of a machine-plan Secret that say how the plan went; `plan` holds tokens and is never kept.
pub(super) const PLAN_KEYS: &[&str] = &[
    "applied-checksum",
    "applied-output",
    "applied-periodic-output",
    "failed-checksum",
    "failed-output",
    "failure-count",
    "failure-threshold",
    "last-apply-time",
    "max-failures",
    "probe-statuses",
    "success-count",
];

/// The kinds to read: what inventory and views need, and what the signatures ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    kinds: BTreeMap<ObjectKey, Prune>,
    common: Prune,
}

impl Default for Wanted {
    fn default() -> Self {
        Self::new(std::iter::empty())
    }
}

impl Wanted {
    /// The base set and the kinds of `queries`, with the fields that these ask for.
    pub fn new<'q>(queries: impl IntoIterator<Item = &'q Query>) -> Self {
        let mut wanted = Self::nothing();
        for (_, group, kind, _) in KNOWN.iter().filter(|(_, _, _, base)| *base) {
            wanted.add(&ObjectKey {
                kind: (*kind).to_owned(),
                group: (*group).to_owned(),
            });
        }
        for query in queries {
            wanted.ask(query);
        }
        wanted
    }

    /// No kind at all.
    pub fn nothing() -> Self {
        Self {
            kinds: BTreeMap::new(),
            common: Prune::common(),
        }
    }

    /// Also reads `key`, without its big fields.
    pub fn add(&mut self, key: &ObjectKey) {
        self.kinds
            .entry(key.clone())
            .or_insert_with(|| fields(&key.kind, &key.group));
    }

    fn ask(&mut self, query: &Query) {
        self.add(query.kind());
        let Some(prune) = self.kinds.get_mut(query.kind()) else {
            return;
        };
        for path in query.paths() {
            prune.keep(&path);
        }
        if let Some(expression) = query.expression() {
            prune.keep_named(expression.source());
        }
    }

    /// Whether objects of this kind are read.
    pub fn contains(&self, key: &ObjectKey) -> bool {
        self.kinds.contains_key(key)
    }

    /// Whether the entry at `path` can hold wanted objects; where the path does not name a kind, it can.
    pub fn wants(&self, path: &str) -> bool {
        let place = Place::of(path);
        match place.key(self.kinds.keys()) {
            Some(key) => self.contains(&key),
            None => place.group.is_none(),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &ObjectKey> {
        self.kinds.keys()
    }

    /// The fields to drop of `key`; of objects whose kind is not known yet, those that are dropped of all.
    pub(super) fn prune(&self, key: Option<&ObjectKey>) -> &Prune {
        key.and_then(|key| self.kinds.get(key))
            .unwrap_or(&self.common)
    }
}

fn fields(kind: &str, group: &str) -> Prune {
    let mut prune = Prune::common();
    let drops: &[&[&str]] = match (kind, group) {
        ("ConfigMap", "") => &[&["data"], &["binaryData"]],
        ("Node", "") => &[&["status", "images"]],
        ("Bundle", "fleet.cattle.io") => &[&["spec", "resources"]],
        ("App", "catalog.cattle.io") => &[&["spec", "chart", "values"], &["spec", "values"]],
        ("CustomResourceDefinition", _) => {
            &[&["spec", "versions", "schema"], &["spec", "validation"]]
        }
        ("ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration", _) => {
            &[&["webhooks", "clientConfig", "caBundle"]]
        }
        ("HelmChart", _) => &[&["spec", "chartContent"]],
        _ => &[],
    };
    drops.iter().for_each(|path| prune.drop_path(path));
    if (kind, group) == ("Secret", "") {
        prune.keep_only(&["data"], PLAN_KEYS);
        prune.keep_only(&["stringData"], &[]);
    }
    prune
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_nothing_asks_for_are_not_read() {
        let wanted = Wanted::default();
        assert!(wanted.wants("yamls/cluster/v1/nodes.yaml"));
        assert!(wanted.wants("yamls/namespaced/ns/harvesterhci.io/v1beta1/upgrades.yaml"));
        assert!(!wanted.wants("yamls/cluster/fleet.cattle.io/v1alpha1/contents.yaml"));
        assert!(!wanted.wants("yamls/cluster/metrics.k8s.io/v1beta1/nodes.yaml"));
        assert!(!wanted.wants("yamls/namespaced/cattle-dashboards/v1/configmaps.yaml"));
        assert!(wanted.wants("some/unknown/objects.json"));
    }
}
