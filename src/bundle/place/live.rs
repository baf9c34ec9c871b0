//! A node's own file tree, live (`/`), mounted, or copied with its paths kept.

use super::names::{Split, rotation};
use super::{EntryKind, Placement, ProgramSet, Skip, logs_collector, programs};

/// Folders and files worth walking on a live node, relative to its root; the rest of the tree holds nothing that is read.
pub const LIVE_PATHS: &[&str] = &[
    "etc/NetworkManager",
    "etc/chrony.conf",
    "etc/cni/net.d",
    "etc/containerd",
    "etc/docker/daemon.json",
    "etc/fstab",
    "etc/harvester-release.yaml",
    "etc/hostname",
    "etc/hosts",
    "etc/iscsi",
    "etc/kubernetes/manifests",
    "etc/kubernetes/ssl",
    "etc/modules-load.d",
    "etc/multipath.conf",
    "etc/os-release",
    "etc/rancher",
    "etc/resolv.conf",
    "etc/sysconfig/network",
    "etc/sysctl.conf",
    "etc/sysctl.d",
    "etc/systemd/system",
    "oem",
    "opt/rke2",
    "proc/cmdline",
    "proc/loadavg",
    "proc/meminfo",
    "proc/mounts",
    "proc/pressure",
    "proc/swaps",
    "proc/sys/fs",
    "proc/sys/kernel",
    "proc/sys/net/core",
    "proc/sys/net/ipv4",
    "proc/sys/net/netfilter",
    "proc/sys/vm",
    "proc/uptime",
    "usr/lib/systemd/system/rke2-agent.service",
    "usr/lib/systemd/system/rke2-server.service",
    "usr/local/lib/systemd/system",
    "var/lib/docker/containers",
    "var/lib/kubelet/config.yaml",
    "var/lib/rancher/agent",
    "var/lib/rancher/k3s/agent",
    "var/lib/rancher/k3s/server/db/etcd/config",
    "var/lib/rancher/k3s/server/logs",
    "var/lib/rancher/k3s/server/manifests",
    "var/lib/rancher/k3s/server/tls",
    "var/lib/rancher/rancherd",
    "var/lib/rancher/rke/log",
    "var/lib/rancher/rke2/agent",
    "var/lib/rancher/rke2/server/db/etcd/config",
    "var/lib/rancher/rke2/server/logs",
    "var/lib/rancher/rke2/server/manifests",
    "var/lib/rancher/rke2/server/tls",
    "var/log",
];

/// First folders of a Linux tree.
const TOP: &[&str] = &[
    "bin", "boot", "dev", "etc", "home", "lib", "lib64", "mnt", "oem", "opt", "proc", "root",
    "run", "sbin", "srv", "sys", "tmp", "usr", "var",
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    let (at, placement) = tree(split)?;
    Some(placement.on(node(split, at)))
}

/// The node: the folder before the tree's first, if the tree is not at the top of the input.
fn node<'a>(split: &Split<'a>, at: usize) -> Option<&'a str> {
    split
        .named_host()
        .or_else(|| split.node_folder())
        .or_else(|| (at > 0).then(|| split.host_before(at)).flatten())
}

/// Where the tree begins in the path, and what the entry is.
fn tree(split: &Split<'_>) -> Option<(usize, Placement)> {
    let parts = &split.parts;
    // A data directory may be anywhere (`/opt/rke2`); its inner folders tell.
    for (at, pair) in parts.windows(2).enumerate() {
        let rest = parts.get(at..).unwrap_or_default();
        let found = match pair {
            ["var", "log"] => Some(var_log(split.after(at + 1))),
            ["var", "lib"] => var_lib(split.after(at + 1)),
            ["rke2" | "k3s", "agent" | "server"] => data_dir(split.after(at)),
            ["rancher", "rke" | "agent" | "rancherd"]
                if split.before(at) != Some("etc") && parts.contains(&"lib") =>
            {
                rancher_dir(split.after(at))
            }
            ["etc", _] if !is_collected_etc(split, at) => Some(etc(rest)),
            ["systemd", "system"] if at > 0 && parts.first() == Some(&"usr") => {
                Some(Placement::of(EntryKind::Config))
            }
            ["proc", _] => Some(Placement::of(EntryKind::Fact)),
            _ => None,
        };
        if let Some(placement) = found {
            return Some((start(split, at), placement));
        }
    }
    match parts.first().copied()? {
        "oem" if parts.len() >= 2 => Some((0, Placement::of(EntryKind::Config))),
        top if TOP.contains(&top) && parts.len() >= 2 => {
            Some((0, Placement::skipped(Skip::Irrelevant)))
        }
        _ => None,
    }
}

/// Where the tree's root stands, given a folder of it: at the first folder of a Linux tree up to there.
fn start(split: &Split<'_>, at: usize) -> usize {
    split
        .parts
        .iter()
        .take(at + 1)
        .position(|s| matches!(*s, "var" | "etc" | "opt" | "proc" | "usr"))
        .unwrap_or(at)
}

/// `configs/etc` of a node zip is that layout's own.
fn is_collected_etc(split: &Split<'_>, at: usize) -> bool {
    split.before(at) == Some("configs")
}

fn var_log(rest: &[&str]) -> Placement {
    match rest {
        ["pods", pod, container, file] => logs_collector::cri_log(pod, container, file),
        ["containers", file] => {
            container_link(file).unwrap_or_else(|| Placement::log(ProgramSet::ALL))
        }
        ["journal", ..] => Placement::skipped(Skip::Binary),
        ["sa" | "atop" | "sysstat", ..] | ["wtmp" | "btmp" | "lastlog" | "faillog"] => {
            Placement::skipped(Skip::Binary)
        }
        [
            "zypper.log" | "zypp" | "YaST2" | "apt" | "installer" | "alternatives.log" | "dpkg.log",
            ..,
        ] => Placement::skipped(Skip::Irrelevant),
        [.., file] => named_log(file),
        [] => Placement::skipped(Skip::Irrelevant),
    }
}

fn named_log(file: &str) -> Placement {
    let (base, instance) = rotation(file);
    Placement::log(programs::of_file(base).unwrap_or(ProgramSet::ALL)).instance(instance)
}

/// `<pod>_<ns>_<container>-<64 hex>.log`: the links of `/var/log/containers`, as files where a copy followed them.
pub(super) fn container_link(file: &str) -> Option<Placement> {
    let (name, id) = file.strip_suffix(".log")?.rsplit_once('-')?;
    if id.len() != 64 || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut fields = name.splitn(3, '_');
    let (pod, namespace, container) = (fields.next()?, fields.next()?, fields.next()?);
    Some(Placement::container(namespace, pod, container))
}

fn var_lib(rest: &[&str]) -> Option<Placement> {
    match rest {
        ["docker", "containers", _, file] if is_docker_log(file) => Some(docker_log(file)),
        [
            "docker",
            "containers",
            _,
            "config.v2.json" | "hostconfig.json",
        ] => Some(Placement::of(EntryKind::Config)),
        ["rancher", ..] => None,
        ["kubelet", "config.yaml"] => Some(Placement::of(EntryKind::Config)),
        ["etcd", ..] => Some(Placement::skipped(Skip::Binary)),
        _ => Some(Placement::skipped(Skip::Irrelevant)),
    }
}

/// `<id>-json.log[.N]`.
fn is_docker_log(file: &str) -> bool {
    file.contains("-json.log")
}

/// The id says nothing about the container; the lines do.
fn docker_log(file: &str) -> Placement {
    Placement::log(ProgramSet::ALL).instance(rotation(file).1)
}

/// `/var/lib/rancher/{rke2,k3s}/{agent,server}` and custom data directories.
fn data_dir(rest: &[&str]) -> Option<Placement> {
    let placement = match rest {
        ["agent" | "server", "logs", .., file] | ["agent", "containerd", file] => {
            if file.contains(".log") {
                named_log(file)
            } else {
                Placement::skipped(Skip::Binary)
            }
        }
        ["agent", "pod-manifests", ..] | ["server", "manifests", ..] => {
            Placement::of(EntryKind::Config)
        }
        ["agent", "etc", ..] | ["agent", _] if is_config(rest) => Placement::of(EntryKind::Config),
        ["server", "tls", .., file] | ["agent", file] if file.ends_with(".crt") => {
            Placement::of(EntryKind::Fact)
        }
        ["server", "db", "etcd", "config"] => Placement::of(EntryKind::Fact),
        ["server", "db", ..] | ["agent", "images" | "containerd", ..] => {
            Placement::skipped(Skip::Binary)
        }
        [_, _, ..] => Placement::skipped(Skip::Irrelevant),
        _ => return None,
    };
    Some(placement)
}

fn is_config(rest: &[&str]) -> bool {
    rest.last().is_some_and(|file| {
        [
            ".yaml",
            ".yml",
            ".json",
            ".toml",
            ".conf",
            ".conflist",
            ".tmpl",
        ]
        .iter()
        .any(|ending| file.ends_with(ending))
    })
}

/// `/var/lib/rancher/{rke/log,agent,rancherd}`.
fn rancher_dir(rest: &[&str]) -> Option<Placement> {
    match rest {
        ["rke", "log", file] => {
            let (base, instance) = rotation(file);
            let container = base.split_once('_').map_or(base, |(name, _)| name);
            Some(
                Placement::log(programs::of_container("", "", container))
                    .of_container(container)
                    .instance(instance),
            )
        }
        // Plans carry scripts and files; their state is what the agent writes.
        ["agent", "applied" | "work" | "interlock", ..] | ["rancherd", ..] => {
            Some(Placement::of(EntryKind::Config))
        }
        _ => Some(Placement::skipped(Skip::Irrelevant)),
    }
}

fn etc(rest: &[&str]) -> Placement {
    const CONFIG: &[&str] = &[
        "NetworkManager",
        "chrony.conf",
        "cni",
        "containerd",
        "docker",
        "fstab",
        "iscsi",
        "kubernetes",
        "modules-load.d",
        "multipath.conf",
        "rancher",
        "sysconfig",
        "sysctl.conf",
        "sysctl.d",
        "systemd",
        "netplan",
        "keepalived",
        "haproxy",
        "crictl.yaml",
        "logrotate.d",
        "selinux",
        "security",
        "default",
    ];
    let kind = match rest {
        [
            _,
            "hostname" | "os-release" | "harvester-release.yaml" | "hosts" | "resolv.conf",
        ] => EntryKind::Fact,
        // Credentials are never read.
        [.., file]
            if file.ends_with(".key")
                || file.ends_with("-key.pem")
                || file.contains("password")
                || file.contains("token")
                || file.ends_with("kubeconfig")
                || *file == "rke2.yaml"
                || *file == "k3s.yaml" =>
        {
            EntryKind::Skipped(Skip::Irrelevant)
        }
        [_, "kubernetes" | "rancher", .., file]
            if file.ends_with(".crt") || file.ends_with(".pem") =>
        {
            EntryKind::Fact
        }
        [_, name, ..] if CONFIG.contains(name) => EntryKind::Config,
        _ => EntryKind::Skipped(Skip::Irrelevant),
    };
    Placement::of(kind)
}
