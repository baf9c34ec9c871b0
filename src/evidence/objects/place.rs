//! Paths of object files into the kind they hold: what the path alone says, in every layout.

use super::kinds;
use crate::evidence::ObjectKey;

/// What a path says about the objects in its file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// API group; `None`: the layout does not say.
    pub(super) group: Option<String>,
    /// Plural in lower case, `virtualmachineimages`.
    pub(super) plural: Option<String>,
    /// Whether the file is the whole list of that kind for its namespace (must-gather has files of one object, too).
    pub(super) whole: bool,
}

impl Place {
    /// Reads a path inside a bundle. Nested archives and root folders before the known markers do not matter.
    pub(super) fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let parts: Vec<&str> = lower.split('/').filter(|part| !part.is_empty()).collect();
        let after = |marker: &str| {
            parts
                .iter()
                .position(|part| *part == marker)
                .map(|at| &parts[at + 1..])
        };
        if let Some(rest) = after("yamls") {
            return support_bundle_kit(rest);
        }
        if let Some(rest) = after("cluster-resources") {
            return troubleshoot(rest);
        }
        if let Some(rest) = after("cluster-scoped-resources") {
            return must_gather(rest);
        }
        if let Some(rest) = after("kubectl") {
            return collector(rest);
        }
        if let Some([_namespace, rest @ ..]) = after("namespaces") {
            return must_gather(rest);
        }
        // kubectl cluster-info dump: nodes.json, <namespace>/pods.json; and loose files named after their kind
        match parts.last() {
            Some(file) => Self::file(None, file),
            None => Self::default(),
        }
    }

    /// The kind, where the path names one that is known or that `wanted` has.
    pub(super) fn key<'w>(
        &self,
        mut wanted: impl Iterator<Item = &'w ObjectKey>,
    ) -> Option<ObjectKey> {
        let plural = self.plural.as_deref()?;
        if let Some(key) = kinds::known(self.group.as_deref(), plural) {
            return Some(key);
        }
        let group = self.group.as_deref()?;
        wanted
            .find(|key| key.group == group && kinds::plural_of(&key.kind, plural))
            .cloned()
    }

    fn file(group: Option<&str>, file: &str) -> Self {
        let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
        Self::list(group, stem)
    }

    fn list(group: Option<&str>, plural: &str) -> Self {
        Self {
            group: group.map(str::to_owned),
            plural: Some(plural.to_owned()),
            whole: true,
        }
    }
}

/// `cluster/[<group>/]<version>/<plural>.yaml`, `namespaced/<ns>/...`, and the folders by product of 2021.
fn support_bundle_kit(rest: &[&str]) -> Place {
    let rest = match rest {
        ["cluster", rest @ ..] | ["namespaced", _, rest @ ..] => rest,
        rest => rest,
    };
    match rest {
        [group, version, file] if is_version(version) => Place::file(Some(group), file),
        [version, file] if is_version(version) => Place::file(Some(""), file),
        ["longhorn", file] => Place::file(Some("longhorn.io"), file),
        [.., file] => Place::file(None, file),
        [] => Place::default(),
    }
}

/// `<kind>/<ns>.json`, `<kind>.json`, `custom-resources/<plural>.<group>/<ns>.yaml`.
fn troubleshoot(rest: &[&str]) -> Place {
    match rest {
        ["custom-resources", name, _] => custom(name),
        ["custom-resources", file] => {
            custom(file.trim_end_matches(".yaml").trim_end_matches(".json"))
        }
        ["pods", "logs", ..] | [] => Place::default(),
        [kind, _] => Place::list(None, kind),
        [file] => Place::file(None, file),
        _ => Place::default(),
    }
}

fn custom(name: &str) -> Place {
    match name.split_once('.') {
        Some((plural, group)) => Place::list(Some(group), plural),
        None => Place::list(None, name),
    }
}

/// `<group|core>/<plural>.yaml` and `<group|core>/<plural>/<name>.yaml`.
fn must_gather(rest: &[&str]) -> Place {
    let group = |group: &str| {
        if group == "core" {
            String::new()
        } else {
            group.to_owned()
        }
    };
    match rest {
        ["pods", _, file] if file.ends_with(".yaml") => Place {
            whole: false,
            ..Place::list(Some(""), "pods")
        },
        [g, file] if file.ends_with(".yaml") || file.ends_with(".json") => {
            Place::file(Some(&group(g)), file)
        }
        [g, plural, _] => Place {
            whole: false,
            ..Place::list(Some(&group(g)), plural)
        },
        _ => Place::default(),
    }
}

/// `<resource>` (a table) and `rancher-prov/<plural>[.<group>]`.
fn collector(rest: &[&str]) -> Place {
    match rest {
        ["rancher-prov", name] => custom(name),
        [file] => Place::file(None, file),
        _ => Place::default(),
    }
}

/// `v1`, `v1beta2`.
fn is_version(part: &str) -> bool {
    part.strip_prefix('v')
        .is_some_and(|rest| rest.as_bytes().first().is_some_and(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str) -> String {
        match Place::of(path).key([].iter()) {
            Some(key) if key.group.is_empty() => key.kind,
            Some(key) => format!("{}.{}", key.kind, key.group),
            None => "-".to_owned(),
        }
    }

    #[test]
    fn every_layout_names_the_kind() {
        for (path, expected) in [
            ("yamls/cluster/v1/nodes.yaml", "Node"),
            (
                "yamls/namespaced/longhorn-system/longhorn.io/v1beta2/nodes.yaml",
                "Node.longhorn.io",
            ),
            (
                "yamls/namespaced/fleet-local/cluster.x-k8s.io/v1alpha4/machines.yaml",
                "Machine.cluster.x-k8s.io",
            ),
            (
                "yamls/namespaced/default/events.k8s.io/v1/events.yaml",
                "Event.events.k8s.io",
            ),
            ("yamls/cluster/kubernetes/nodes.yaml", "Node"),
            ("yamls/longhorn/volumes.yaml", "Volume.longhorn.io"),
            ("yamls/kubernetes/pods.yaml", "Pod"),
            (
                "yamls/namespaced/longhorn-system/longhorn/settings.yaml",
                "Setting.longhorn.io",
            ),
            ("cluster-resources/pods/kube-system.json", "Pod"),
            ("cluster-resources/pvs.json", "PersistentVolume"),
            (
                "cluster-resources/custom-resources/replicas.longhorn.io/longhorn-system.yaml",
                "Replica.longhorn.io",
            ),
            ("cluster-scoped-resources/core/nodes/n1.yaml", "Node"),
            (
                "quay-io-x/namespaces/openshift-etcd/core/events.yaml",
                "Event",
            ),
            ("namespaces/a/pods/p/p.yaml", "Pod"),
            ("rke2/kubectl/nodes", "Node"),
            (
                "rke2/kubectl/rancher-prov/machines.cluster.x-k8s.io",
                "Machine.cluster.x-k8s.io",
            ),
            ("kube-system/pods.json", "Pod"),
            ("cluster-resources/pods/logs/a/b/c.json", "-"),
            ("yamls/cluster/metrics.k8s.io/v1beta1/nodes.yaml", "-"),
        ] {
            assert_eq!(kind(path), expected, "{path}");
        }
        assert!(!Place::of("cluster-scoped-resources/core/nodes/n1.yaml").whole);
    }

    #[test]
    fn an_unlisted_kind_that_is_wanted_is_found_by_its_plural() {
        let wanted = ObjectKey {
            kind: "KeyPair".into(),
            group: "harvesterhci.io".into(),
        };
        let place = Place::of("yamls/namespaced/default/harvesterhci.io/v1beta1/keypairs.yaml");
        assert_eq!(place.key([&wanted].into_iter()), Some(wanted.clone()));
    }
}
