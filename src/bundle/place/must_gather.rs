//! OpenShift must-gather: `cluster-scoped-resources/`, `namespaces/<ns>/...`, `host_service_logs/`, `audit_logs/`.

use super::names::{Split, is_archive, rotation};
use super::{EntryKind, Instance, Placement, ProgramSet, Skip, objects, programs};

const MARKERS: &[&str] = &[
    "cluster-scoped-resources",
    "host_service_logs",
    "audit_logs",
    "static-pods",
    "pod_network_connectivity_check",
    "etcd_info",
    "network_logs",
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    if let Some(at) = split.folder("namespaces")
        && split.after(at).len() >= 2
    {
        return Some(namespace(split.after(at)));
    }
    let at = split.folders().iter().position(|s| MARKERS.contains(s))?;
    let rest = split.after(at);
    let placement = match split.folders().get(at).copied()? {
        "cluster-scoped-resources" => resource(rest, ""),
        // All masters' journals in one file.
        "host_service_logs" => {
            let base = rotation(split.file).0;
            Placement::unit(base.strip_suffix("_service").unwrap_or(base))
        }
        "audit_logs" => Placement::log(programs::of_file("audit").unwrap_or_default()),
        "etcd_info" => Placement::of(EntryKind::Fact),
        "pod_network_connectivity_check" => Placement::of(EntryKind::Objects),
        _ if is_archive(split.file) => Placement::skipped(Skip::Binary),
        _ => Placement::log(programs::of_loose_name(split.file).unwrap_or(ProgramSet::ALL)),
    };
    Some(placement)
}

/// `<ns>/<group>/<plural>.yaml`, `<ns>/<ns>.yaml`, `<ns>/pods/<pod>/<pod>.yaml`, `<ns>/pods/<pod>/<c>/<c>/logs/<life>.log`.
fn namespace(rest: &[&str]) -> Placement {
    match rest {
        [namespace, "pods", pod, container, .., "logs", file] => {
            let instance = if file.starts_with("previous") {
                Instance::Previous
            } else if file.starts_with("rotated") {
                Instance::Rotated
            } else {
                Instance::Current
            };
            Placement::container(namespace, pod, container).instance(instance)
        }
        [namespace, "pods", pod, .., file] if file.ends_with(".log") => {
            Placement::whole_pod(namespace, pod)
        }
        [namespace, rest @ ..] => resource(rest, namespace),
        [] => Placement::skipped(Skip::Irrelevant),
    }
}

/// `<group>/<plural>.yaml` or `<group>/<plural>/<name>.yaml`.
fn resource(rest: &[&str], namespace: &str) -> Placement {
    let (group, plural) = match rest {
        [group, plural, _] => (*group, *plural),
        [group, file] => (
            *group,
            file.rsplit_once('.').map_or(*file, |(stem, _)| stem),
        ),
        _ => ("", ""),
    };
    let group = if group == "core" { "" } else { group };
    let kind = match rest.last() {
        Some(file) if !(file.ends_with(".yaml") || file.ends_with(".json")) => EntryKind::Fact,
        _ if objects::unwanted(group, plural, namespace) => {
            EntryKind::Skipped(Skip::UnwantedObjects)
        }
        _ => EntryKind::Objects,
    };
    Placement::of(kind).within(namespace)
}
