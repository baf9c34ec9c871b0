//! A node's own data in a support bundle: `nodes/<node>.zip/<node>/{configs,hostinfos,logs,scc}/...`, packed, loose or
//! extracted, of the Harvester, Longhorn and k3os collectors.

use super::names::{Split, is_archive, rotation};
use super::{EntryKind, Instance, Placement, ProgramSet, Skip, programs};

/// Units whose journal a collector writes to `<unit>.log`.
const UNITS: &[(&str, &str)] = &[
    ("rke2-server", "rke2-server"),
    ("rke2-agent", "rke2-agent"),
    ("rancherd", "rancherd"),
    ("rancher-system-agent", "rancher-system-agent"),
    ("iscsid", "iscsid"),
    ("NetworkManager", "NetworkManager"),
    ("wicked", "wicked"),
    ("k3s-service", "k3s"),
    ("k3s-agent-service", "k3s-agent"),
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    let folders = split.folders();
    let at = folders
        .iter()
        .rposition(|s| matches!(*s, "configs" | "hostinfos" | "logs" | "scc"));
    let Some(at) = at else {
        return bare(split);
    };
    let rest = split.after(at);
    let placement = match (folders.get(at).copied()?, rest) {
        ("configs", _) if in_node(split, at) || matches!(rest, ["etc" | "oem", ..]) => config(rest),
        ("hostinfos", _) => Placement::of(EntryKind::Fact),
        ("scc", [file]) if is_archive(file) => Placement::skipped(Skip::Binary),
        ("scc", [_]) => Placement::of(EntryKind::Fact),
        ("logs", [file]) => log(file),
        ("logs", [.., file]) if in_node(split, at) => log(file),
        _ => return None,
    };
    let node = split.node_folder().or_else(|| split.host_before(at));
    Some(placement.on(node))
}

/// Whether the folder at `at` lies in `nodes/<n>.zip/<n>/` or `nodes/<n>/`.
fn in_node(split: &Split<'_>, at: usize) -> bool {
    split.folder("nodes").is_some_and(|n| n < at && at - n <= 3)
}

/// What lies directly in the node's folder: the k3os collector's `hostname`, an archive that could not be opened.
fn bare(split: &Split<'_>) -> Option<Placement> {
    let node = split.node_folder();
    match split.file {
        "hostname" if node.is_some() => Some(Placement::of(EntryKind::Fact).on(node)),
        file if is_archive(file) && split.before(split.parts.len() - 1) == Some("nodes") => {
            Some(Placement::skipped(Skip::Binary).on(Some(super::names::archive_stem(file))))
        }
        _ => None,
    }
}

fn config(rest: &[&str]) -> Placement {
    match rest {
        ["etc", "hostname" | "os-release" | "harvester-release.yaml"] => {
            Placement::of(EntryKind::Fact)
        }
        ["oem", "grubenv"] => Placement::of(EntryKind::Fact),
        _ => Placement::of(EntryKind::Config),
    }
}

fn log(file: &str) -> Placement {
    if file == "containerd-images.log" {
        return Placement::of(EntryKind::Fact);
    }
    let (base, instance) = rotation(file);
    // `kernel.log.1` and `.2` are the journals of the boots before.
    let instance = match (base, instance) {
        ("kernel", Instance::Rotated) => Instance::Previous,
        (_, instance) => instance,
    };
    let placement = match unit_of(base) {
        Some(unit) => Placement::unit(unit),
        None => Placement::log(programs::of_file(base).unwrap_or(ProgramSet::ALL)),
    };
    placement.instance(instance)
}

/// The unit whose journal collectors write to a file with this base name.
pub(super) fn unit_of(base: &str) -> Option<&'static str> {
    UNITS
        .iter()
        .find(|(name, _)| *name == base)
        .map(|(_, unit)| *unit)
}
