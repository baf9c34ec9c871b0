//! `rancher2_logs_collector.sh` and its siblings: what one host and the kubectl on it say about RKE1, RKE2, K3s, kubeadm.
//!
//! Every file is a command's output with its errors, so a fact or a log may hold an error text instead of data.

use super::names::{Split, is_archive, rotation};
use super::{EntryKind, Instance, Placement, ProgramSet, Skip, objects, pods, programs};

const DISTROS: &[&str] = &["rke", "rke2", "k3s", "kubeadm", "pod"];

/// Folders that are the collector's at any depth.
const MARKERS: &[&str] = &[
    "systeminfo",
    "networking",
    "systemlogs",
    "journald",
    "podlogs",
    "containerlogs",
    "containerinspect",
    "podinspect",
    "pod-manifests",
    "agent-logs",
    "server-logs",
    "crictl",
    "kubectl",
    "directories",
    "certs",
    "tmpcerts",
    "pki",
    "containers-varlogs",
    "clusterinfo",
    "rancher-logs",
    "nginx-proxy",
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    let folders = split.folders();
    if let Some(at) = folders.iter().position(|s| MARKERS.contains(s)) {
        return marked(split, at);
    }
    for (at, folder) in folders.iter().enumerate() {
        let rest = split.after(at);
        let before = split.before(at);
        let placement = match *folder {
            "etcd" if before != Some("db") && before != Some("lib") && is_etcd_file(split.file) => {
                Some(Placement::of(EntryKind::Fact))
            }
            "docker" if before != Some("lib") && rest.len() == 1 => {
                Some(Placement::of(EntryKind::Fact))
            }
            distro if DISTROS.contains(&distro) && before != Some("rancher") => distro_file(rest),
            _ => None,
        };
        if let Some(placement) = placement {
            return Some(placement.on(host(split, at)));
        }
    }
    top_level(split)
}

/// The host: from the collector's root folder, else from the folder before the marker.
fn host<'a>(split: &Split<'a>, at: usize) -> Option<&'a str> {
    if let Some(host) = split.named_host() {
        return Some(host);
    }
    let tree = match split.before(at) {
        Some(before) if DISTROS.contains(&before) || before == "rancher" => at - 1,
        _ => at,
    };
    split.host_before(tree)
}

fn top_level(split: &Split<'_>) -> Option<Placement> {
    let placement = match split.file {
        "collector-output.log" => Placement::log(programs::of_file(split.file).unwrap_or_default()),
        "versions" | "summary.txt" if split.parts.len() <= 2 => Placement::of(EntryKind::Fact),
        _ => return None,
    };
    Some(placement.on(split.named_host()))
}

fn marked(split: &Split<'_>, at: usize) -> Option<Placement> {
    let rest = split.after(at);
    let host = host(split, at);
    let placement = match (split.folders().get(at).copied()?, rest) {
        ("systeminfo", ["dmesg"]) => {
            Placement::log(programs::of_file("dmesg").unwrap_or_default()).on(host)
        }
        ("networking", ["cni", ..]) => Placement::of(EntryKind::Config).on(host),
        ("systeminfo" | "networking" | "crictl" | "directories", _) => {
            Placement::of(EntryKind::Fact).on(host)
        }
        ("certs" | "tmpcerts" | "pki", _) => Placement::of(EntryKind::Fact).on(host),
        ("containerinspect" | "podinspect", _) => Placement::of(EntryKind::Fact).on(host),
        ("clusterinfo", [file]) if file.starts_with("get-") => Placement::of(EntryKind::Objects),
        ("clusterinfo", _) => Placement::of(EntryKind::Fact),
        ("kubectl", rest) => kubectl(rest),
        ("pod-manifests" | "nginx-proxy", _) => Placement::of(EntryKind::Config).on(host),
        ("systemlogs", rest) => system_log(rest).on(host),
        ("journald", [unit]) => Placement::unit(rotation(unit).0).on(host),
        ("agent-logs" | "server-logs", [.., file]) => log_file(file).on(host),
        ("containerlogs", [name]) => container_log(name).on(host),
        ("rancher-logs", _) => Placement::container("cattle-system", "", "rancher"),
        ("podlogs", [name]) => joined_pod_log(name, host),
        ("podlogs", [pod, container, file]) => cri_log(pod, container, file).on(host),
        ("containers-varlogs", [file]) => super::live::container_link(file)?.on(host),
        _ => return None,
    };
    Some(placement)
}

/// Tables and lists of objects, and descriptions; the cluster's, not this host's.
fn kubectl(rest: &[&str]) -> Placement {
    let kind = match rest {
        // `cattle-controller-cfgmap` and the CRDs, all `-o yaml`.
        ["rancher-prov", ..] | ["nodes.json"] => EntryKind::Objects,
        // Kubernetes' own dump of everything, objects and logs in one file.
        ["cluster-info_dump"] => EntryKind::Log,
        ["poddescribe", namespace] => {
            return Placement::of(EntryKind::Fact).within(namespace);
        }
        ["version" | "api-resources" | "nodesdescribe"] => EntryKind::Fact,
        [file] if file.ends_with(".json") => EntryKind::Fact,
        [plural] if objects::unwanted("", plural, "") => EntryKind::Skipped(Skip::UnwantedObjects),
        [_] => EntryKind::Objects,
        _ => EntryKind::Fact,
    };
    Placement::of(kind)
}

fn system_log(rest: &[&str]) -> Placement {
    match rest {
        ["atop-data" | "sa-data" | "sysstat-data", ..] => Placement::skipped(Skip::Binary),
        [file] if is_stat_file(file) => Placement::skipped(Skip::Binary),
        [.., file] => log_file(file),
        [] => Placement::skipped(Skip::Irrelevant),
    }
}

/// sysstat's `sa04`, which older collectors put beside the logs.
fn is_stat_file(file: &str) -> bool {
    file.strip_prefix("sa")
        .is_some_and(|rest| rest.len() == 2 && super::names::is_digits(rest))
}

fn log_file(file: &str) -> Placement {
    let (base, instance) = rotation(file);
    Placement::log(programs::of_file(base).unwrap_or(ProgramSet::ALL)).instance(instance)
}

/// `docker logs -t` of RKE1's component containers, and of Rancher's: `server-<id>`, `agent-<id>`.
fn container_log(name: &str) -> Placement {
    let container = match name.split_once('-') {
        // A single-node install runs K3s inside: its log holds a control plane too.
        Some(("server", _)) => {
            let set = programs::of_container("cattle-system", "rancher-x", "rancher")
                .union(programs::of_unit("k3s"));
            return Placement::log(set).of_container("rancher");
        }
        // Cluster agents, node agents, and the one that `docker run` starts to register a node.
        Some(("agent", _)) => {
            let set = programs::of_container(
                "cattle-system",
                "cattle-cluster-agent-x",
                "cluster-register",
            )
            .union(programs::of_container(
                "cattle-system",
                "cattle-node-agent-x",
                "agent",
            ));
            return Placement::log(set);
        }
        _ => rotation(name).0,
    };
    Placement::log(programs::of_container("", "", container)).of_container(container)
}

/// `<ns>-<pod>[-previous]` from kubectl, all containers one after another, from any node; or RKE1's
/// `k8s_<container>_<pod>_<ns>_<uid>_<attempt>` from docker on this host.
fn joined_pod_log(name: &str, host: Option<&str>) -> Placement {
    if let Some(rest) = name.strip_prefix("k8s_") {
        let mut fields = rest.split('_');
        if let (Some(container), Some(pod), Some(namespace)) =
            (fields.next(), fields.next(), fields.next())
        {
            return Placement::container(namespace, pod, container).on(host);
        }
    }
    let (joined, instance) = match name.strip_suffix("-previous") {
        Some(joined) => (joined, Instance::Previous),
        None => (name, Instance::Current),
    };
    let placement = match pods::split_well_known(joined) {
        Some((namespace, pod)) => Placement::whole_pod(namespace, pod),
        None => Placement::log(ProgramSet::ALL),
    };
    placement.instance(instance)
}

/// `<ns>_<pod>_<uid>/<container>/<restart>.log[.<rotated>]`, copied from the host.
pub(super) fn cri_log(pod: &str, container: &str, file: &str) -> Placement {
    let mut fields = pod.split('_');
    let namespace = fields.next().unwrap_or_default();
    let pod = fields.next().unwrap_or_default();
    let rotated = file
        .split_once(".log")
        .is_some_and(|(_, rest)| !rest.is_empty());
    Placement::container(namespace, pod, container).instance(if rotated {
        Instance::Rotated
    } else {
        Instance::Current
    })
}

fn is_etcd_file(file: &str) -> bool {
    const FILES: &[&str] = &["memberlist", "endpoint", "alarm", "etcd-metrics", "find"];
    FILES.iter().any(|f| file.starts_with(f))
}

/// What lies directly in `<distro>/`.
fn distro_file(rest: &[&str]) -> Option<Placement> {
    let [file] = rest else { return None };
    let kind = match *file {
        "version" | "check-config" | "staticpodlist" => EntryKind::Fact,
        f if f.starts_with("metrics_") => EntryKind::Fact,
        f if f.ends_with(".log") => return Some(log_file(f)),
        f if f.ends_with(".service") || f.ends_with(".yaml") || f.ends_with(".conf") => {
            EntryKind::Config
        }
        f if is_archive(f) => EntryKind::Skipped(Skip::Binary),
        _ => EntryKind::Fact,
    };
    Some(Placement::of(kind))
}
