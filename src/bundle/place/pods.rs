//! Names of pods into what they tell: namespace and pod of the collector's joined names, the node of static pods and jobs.

use std::collections::BTreeSet;

/// Namespaces that a collector's `<ns>-<pod>` may begin with before the bundle's own list is known.
const WELL_KNOWN: &[&str] = &[
    "calico-apiserver",
    "calico-system",
    "capi-kubeadm-bootstrap-system",
    "capi-kubeadm-control-plane-system",
    "capi-system",
    "cattle-alerting",
    "cattle-capi-system",
    "cattle-cluster-system",
    "cattle-csp-adapter-system",
    "cattle-dashboards",
    "cattle-elemental-system",
    "cattle-epinio-system",
    "cattle-externalip-system",
    "cattle-fleet-clusters-system",
    "cattle-fleet-local-system",
    "cattle-fleet-system",
    "cattle-gatekeeper-system",
    "cattle-global-data",
    "cattle-impersonation-system",
    "cattle-istio-system",
    "cattle-logging",
    "cattle-logging-system",
    "cattle-monitoring-system",
    "cattle-neuvector-system",
    "cattle-pipeline",
    "cattle-prometheus",
    "cattle-provisioning-capi-system",
    "cattle-resources-system",
    "cattle-scc-system",
    "cattle-sriov-system",
    "cattle-system",
    "cattle-turtles-system",
    "cattle-ui-plugin-system",
    "cattle-windows-gmsa-system",
    "cert-manager",
    "cis-operator-system",
    "default",
    "fleet-default",
    "fleet-local",
    "fleet-system",
    "harvester-public",
    "harvester-system",
    "ingress-nginx",
    "istio-system",
    "kube-node-lease",
    "kube-public",
    "kube-system",
    "local",
    "local-path-storage",
    "longhorn-system",
    "rancher-operator-system",
    "rancher-turtles-system",
    "security-scan",
    "suse-observability",
    "system-upgrade",
    "tigera-operator",
];

/// `<ns>-<pod>` by the longest known namespace.
pub(super) fn split_joined<'a>(
    joined: &'a str,
    namespaces: &BTreeSet<String>,
) -> Option<(&'a str, &'a str)> {
    joined
        .match_indices('-')
        .map(|(at, _)| (&joined[..at], &joined[at + 1..]))
        .rfind(|(ns, pod)| !pod.is_empty() && namespaces.contains(*ns))
}

/// `<ns>-<pod>` by the longest well-known namespace.
pub(super) fn split_well_known(joined: &str) -> Option<(&str, &str)> {
    joined
        .match_indices('-')
        .map(|(at, _)| (&joined[..at], &joined[at + 1..]))
        .rfind(|(ns, pod)| !pod.is_empty() && WELL_KNOWN.binary_search(ns).is_ok())
}

/// Static pods carry their node's name after the component's.
const STATIC: &[&str] = &[
    "etcd-",
    "kube-apiserver-",
    "kube-controller-manager-",
    "kube-scheduler-",
    "kube-proxy-",
    "cloud-controller-manager-",
];

/// The longest job name that Kubernetes' name shortening leaves alone.
const JOB_NAME_LIMIT: usize = 57;

/// The node that a pod's own name tells: static pods, system-upgrade jobs, Harvester's per-node upgrade jobs.
pub(super) fn node_in_name<'a>(namespace: &str, pod: &'a str) -> Option<&'a str> {
    if namespace == "kube-system"
        && let Some(rest) = STATIC.iter().find_map(|p| pod.strip_prefix(p))
    {
        return (!rest.is_empty() && !is_random(rest) && !is_replica(rest)).then_some(rest);
    }
    if let Some(rest) = pod.strip_prefix("apply-") {
        let (rest, _) = rest.rsplit_once("-with-")?;
        return rest.split_once("-on-").map(|(_, node)| node);
    }
    let rest = pod.strip_prefix("hvst-upgrade-")?;
    let (job, suffix) = pod.rsplit_once('-')?;
    if job.len() > JOB_NAME_LIMIT || !is_random(suffix) {
        return None;
    }
    let (rest, _) = rest.rsplit_once('-')?;
    ["-pre-drain-", "-post-drain-", "-single-node-upgrade-"]
        .iter()
        .find_map(|m| rest.split_once(m))
        .map(|(_, node)| node)
        .filter(|n| !n.is_empty())
}

/// Kubernetes' five random characters (no vowels, no 0 1 3).
fn is_random(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(is_random_byte)
}

fn is_random_byte(b: u8) -> bool {
    b"bcdfghjklmnpqrstvwxz2456789".contains(&b)
}

/// `7f9d8c6b5-x2z4b`, the end of a Deployment's pod.
fn is_replica(text: &str) -> bool {
    text.split_once('-').is_some_and(|(set, pod)| {
        is_random(pod)
            && (8..=10).contains(&set.len())
            && set
                .bytes()
                .all(|b| b.is_ascii_hexdigit() || is_random_byte(b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_list_is_sorted() {
        assert!(WELL_KNOWN.is_sorted());
    }

    #[test]
    fn the_longest_namespace_wins() {
        assert_eq!(
            split_well_known("cattle-fleet-local-system-fleet-agent-0"),
            Some(("cattle-fleet-local-system", "fleet-agent-0"))
        );
        assert_eq!(
            split_well_known("tigera-operator-tigera-operator-fcbdc5c89-f5gml"),
            Some(("tigera-operator", "tigera-operator-fcbdc5c89-f5gml"))
        );
        assert_eq!(split_well_known("demo-backend-api-1"), None);
    }

    #[test]
    fn nodes_of_static_pods_and_jobs() {
        for (namespace, pod, node) in [
            ("kube-system", "etcd-n1", Some("n1")),
            (
                "kube-system",
                "kube-apiserver-rancher-cp-1.example.com",
                Some("rancher-cp-1.example.com"),
            ),
            ("kube-system", "kube-proxy-x2z4b", None),
            ("kube-system", "kube-proxy-node1", Some("node1")),
            ("other", "etcd-0", None),
            (
                "cattle-system",
                "apply-hvst-upgrade-7kq2z-prepare-on-n2-with-4f1c0d-x7k2p",
                Some("n2"),
            ),
            (
                "cattle-system",
                "apply-system-agent-upgrader-on-cp-on-prem-with-4f1c0d-x7k2p",
                Some("cp-on-prem"),
            ),
            (
                "harvester-system",
                "hvst-upgrade-7kq2z-post-drain-harv-node-3-x7k2p",
                Some("harv-node-3"),
            ),
            (
                "harvester-system",
                "hvst-upgrade-7kq2z-apply-manifests-x7k2p",
                None,
            ),
            (
                "harvester-system",
                "hvst-upgrade-7kq2z-post-drain-a-very-long-name-of-a-node-c4d5e-x7k2p",
                None,
            ),
        ] {
            assert_eq!(node_in_name(namespace, pod), node, "{pod}");
        }
    }
}
