//! Which kinds are read, and which of their fields are kept.

use std::collections::BTreeMap;

use super::kinds::KNOWN;
use super::place::Place;
use super::prune::Prune;
use super::telling::TELLING;
use crate::evidence::ObjectKey;
use crate::signature::query::Query;

/// Keys of a machine-plan Secret that say how the plan went; `plan` holds tokens and is never kept.
pub(crate) const PLAN_KEYS: &[&str] = &[
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
    /// The base set, what tells something in its status, and the kinds of `queries`, with the fields that these ask for.
    pub fn new<'q>(queries: impl IntoIterator<Item = &'q Query>) -> Self {
        let mut wanted = Self::nothing();
        for (_, group, kind, _) in KNOWN.iter().filter(|(_, _, _, base)| *base) {
            wanted.add(&ObjectKey {
                kind: (*kind).to_owned(),
                group: (*group).to_owned(),
            });
        }
        for (group, kinds) in TELLING {
            for kind in *kinds {
                wanted.add(&ObjectKey {
                    kind: (*kind).to_owned(),
                    group: (*group).to_owned(),
                });
            }
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
    match kind {
        "Pod" => drop_pod_fields(&["spec"], &mut prune),
        "Deployment" | "DaemonSet" | "StatefulSet" | "ReplicaSet" | "Job" => {
            drop_pod_fields(&["spec", "template", "spec"], &mut prune);
        }
        "CronJob" => drop_pod_fields(
            &["spec", "jobTemplate", "spec", "template", "spec"],
            &mut prune,
        ),
        _ => {}
    }
    if (kind, group) == ("Secret", "") {
        prune.keep_only(&["data"], PLAN_KEYS);
        prune.keep_only(&["stringData"], &[]);
    }
    prune
}

/// How a pod is to run is four fifths of it; what became of it stands in its status.
fn drop_pod_fields(spec: &[&str], prune: &mut Prune) {
    const POD: &[&str] = &[
        "volumes",
        "tolerations",
        "affinity",
        "securityContext",
        "readinessGates",
    ];
    const CONTAINER: &[&str] = &[
        "env",
        "envFrom",
        "volumeMounts",
        "volumeDevices",
        "livenessProbe",
        "readinessProbe",
        "startupProbe",
        "lifecycle",
        "securityContext",
        "command",
        "args",
        "terminationMessagePath",
        "terminationMessagePolicy",
    ];
    for field in POD {
        prune.drop_path(&[spec, &[*field]].concat());
    }
    for containers in ["containers", "initContainers"] {
        for field in CONTAINER {
            prune.drop_path(&[spec, &[containers, *field]].concat());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::prune::Field;
    use super::*;

    #[test]
    fn paths_that_nothing_asks_for_are_not_read() {
        let wanted = Wanted::default();
        assert!(wanted.wants("yamls/cluster/v1/nodes.yaml"));
        assert!(wanted.wants("yamls/namespaced/ns/harvesterhci.io/v1beta1/upgrades.yaml"));
        assert!(!wanted.wants("yamls/cluster/fleet.cattle.io/v1alpha1/contents.yaml"));
        assert!(!wanted.wants("yamls/cluster/metrics.k8s.io/v1beta1/nodes.yaml"));
        assert!(!wanted.wants("yamls/namespaced/cattle-dashboards/v1/configmaps.yaml"));
        // what its controller cannot do stands in its status
        assert!(wanted.wants("yamls/namespaced/ns/autoscaling/v2/horizontalpodautoscalers.yaml"));
        assert!(wanted.wants("yamls/cluster/management.cattle.io/v3/nodedrivers.yaml"));
        assert!(wanted.wants("some/unknown/objects.json"));
    }

    #[test]
    fn a_query_brings_its_kind_and_its_fields() {
        let parse = |raw| Query::parse(&raw).unwrap_or_else(|problems| panic!("{problems:?}"));
        let queries = [
            parse(
                serde_json::json!({"object": "Pod", "where": {"spec.containers.*.env.*.name": "X"}}),
            ),
            parse(serde_json::json!({"object": "ConfigMap", "cel": "'Corefile' in o.data"})),
        ];
        let wanted = Wanted::new(&queries);
        assert!(wanted.wants("yamls/namespaced/kube-system/v1/configmaps.yaml"));
        let below = |kind: &str, path: &[&str]| {
            let key = ObjectKey {
                kind: kind.to_owned(),
                group: String::new(),
            };
            let mut prune = Some(wanted.prune(Some(&key)));
            path.iter()
                .all(|name| match super::super::prune::field(prune, name) {
                    Field::Keep(below) => {
                        prune = below;
                        true
                    }
                    Field::Drop => false,
                })
        };
        assert!(below("Pod", &["spec", "containers", "env", "name"]));
        assert!(!below("Pod", &["spec", "containers", "volumeMounts"]));
        assert!(below("ConfigMap", &["data", "Corefile"]));
        assert!(!below("ConfigMap", &["binaryData"]));
        assert!(!below("Pod", &["metadata", "managedFields"]));
    }
}
