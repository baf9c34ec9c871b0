//! Names of containers, pods, units, files and journal identifiers into the programs that may speak under them.
//!
//! A set that is too narrow loses a diagnosis, one that is too wide costs accuracy; what is unknown may be anything.
//! A program's set holds those whose words it relays too: the kubelet quotes the runtime and the CNI plugins.

use super::ProgramSet;
use super::names::rotation;
use super::tables::{CONTAINERS, FILES, HOST, IDENTIFIERS, PODS, Row};

/// Containers whose name says nothing without their pod's.
const GENERIC_CONTAINERS: &[&str] = &[
    "agent",
    "apiserver",
    "apply",
    "autoscaler",
    "config-reloader",
    "controller",
    "controller-manager",
    "cordon",
    "drain",
    "init",
    "init-config-reloader",
    "kube-rbac-proxy",
    "main",
    "manager",
    "operator",
    "proxy",
    "server",
    "sidecar",
    "upgrade",
    "webhook",
];

/// What may speak in a container's log: by its name, else by its pod's, else anything.
pub(super) fn of_container(namespace: &str, pod: &str, container: &str) -> ProgramSet {
    if !GENERIC_CONTAINERS.contains(&container)
        && let Some(set) = find(CONTAINERS, container)
    {
        return set;
    }
    of_pod(namespace, pod)
}

/// What may speak in any container of a pod.
pub(super) fn of_pod(namespace: &str, pod: &str) -> ProgramSet {
    // Namespaces where every pod is one product's, whatever the chart calls it.
    let by_namespace = match namespace {
        "cattle-provisioning-capi-system" | "cattle-capi-system" | "capi-system" => {
            Some("capi-controller-manager-x")
        }
        "rancher-turtles-system" | "cattle-turtles-system" => Some("rancher-turtles-x"),
        "cattle-gatekeeper-system" | "gatekeeper-system" => Some("gatekeeper-x"),
        "cattle-neuvector-system" | "neuvector" => Some("neuvector-x"),
        "cert-manager" => Some("cert-manager-x"),
        _ => None,
    };
    find(PODS, pod)
        .or_else(|| by_namespace.and_then(|p| find(PODS, p)))
        .unwrap_or(ProgramSet::ALL)
}

/// What may speak in a systemd unit's journal. `journalctl -u` shows what systemd says about the unit as well.
pub(super) fn of_unit(unit: &str) -> ProgramSet {
    let unit = unit.strip_suffix(".service").unwrap_or(unit);
    of_identifier(unit).map_or(ProgramSet::ALL, |set| {
        set.union(super::super::Program::Systemd.into())
    })
}

/// What a journal or syslog identifier (`rke2`, `systemd-logind`) speaks for.
pub(super) fn of_identifier(identifier: &str) -> Option<ProgramSet> {
    find(IDENTIFIERS, identifier)
}

/// Whether it is known what a journal of this unit speaks for.
pub(crate) fn speaks(unit: &str) -> bool {
    of_identifier(unit).is_some()
}

/// What may speak in a file with this name, whatever folder it is in.
pub(super) fn of_file(file: &str) -> Option<ProgramSet> {
    let (base, _) = rotation(file);
    find(FILES, base).or_else(|| of_identifier(base))
}

/// What may speak in a file of unknown place: by its whole name, else by a known name between separators in it
/// (`n1-kubelet`, `prod_rke2-server`), else by a pod's name.
pub(super) fn of_loose_name(file: &str) -> Option<ProgramSet> {
    let (base, _) = rotation(file);
    let base = base.strip_suffix("-previous").unwrap_or(base);
    of_file(base)
        .or_else(|| find(CONTAINERS, base).filter(|_| !GENERIC_CONTAINERS.contains(&base)))
        .or_else(|| find(PODS, base))
        .or_else(|| {
            base.match_indices(['-', '_', '.'])
                .map(|(at, _)| &base[at + 1..])
                .find_map(|tail| find(FILES, tail).or_else(|| of_identifier(tail)))
        })
}

/// Every program that runs on a host outside of pods.
pub(super) fn of_host() -> ProgramSet {
    HOST
}

fn find(table: &[Row], name: &str) -> Option<ProgramSet> {
    table
        .iter()
        .find(|(patterns, _)| patterns.split_whitespace().any(|p| fits(p, name)))
        .map(|(_, set)| *set)
}

/// Whether `name` is `pattern`, where each `*` stands for any text.
fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else {
        return false;
    };
    let mut last = None;
    for piece in pieces {
        if let Some(between) = last.replace(piece) {
            match rest.find(between) {
                Some(at) => rest = &rest[at + between.len()..],
                None => return false,
            }
        }
    }
    last.map_or(rest.is_empty(), |end| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Program;

    #[test]
    fn stars_stand_for_any_text() {
        for (pattern, name, want) in [
            ("etcd", "etcd", true),
            ("etcd", "etcd-n1", false),
            ("etcd-*", "etcd-n1", true),
            (
                "*coredns*",
                "rke2-coredns-rke2-coredns-65dc69968-5lvq5",
                true,
            ),
            ("apply-*-on-*-with-*", "apply-p-on-n-with-h-x", true),
            ("apply-*-on-*-with-*", "apply-p-on-n", false),
            ("a*a", "a", false),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern, name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn a_generic_container_name_leaves_it_to_the_pod() {
        let set = of_container(
            "cattle-provisioning-capi-system",
            "capi-controller-manager-5d4f-x2z4b",
            "manager",
        );
        assert_eq!(set, Program::CapiController.into());
        let set = of_container("demo", "web-0", "manager");
        assert!(set.is_all());
    }

    #[test]
    fn a_unit_brings_systemd_with_it() {
        assert!(of_unit("iscsid").contains(Program::Systemd));
        assert!(of_unit("my-own-thing").is_all());
    }
}
