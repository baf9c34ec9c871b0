//! SUSE supportconfig: `scc_<host>_<yymmdd>_<HHMM>/*.txt`, each a sequence of commands, files and log excerpts.

use super::names::{Split, supportconfig_host};
use super::{EntryKind, Placement, ProgramSet, Skip, programs};

/// Files whose names no other layout uses, for trees without the telling root.
const KNOWN: &[&str] = &[
    "basic-environment.txt",
    "basic-health-check.txt",
    "boot.txt",
    "chkconfig.txt",
    "cimom.txt",
    "crash.txt",
    "dhcp.txt",
    "drbd.txt",
    "fs-autofs.txt",
    "fs-btrfs.txt",
    "fs-diskio.txt",
    "fs-files-additional.txt",
    "fs-iscsi.txt",
    "fs-smartmon.txt",
    "fs-softraid.txt",
    "kvm.txt",
    "lvm.txt",
    "messages.txt",
    "mpio.txt",
    "nfs.txt",
    "ntp.txt",
    "open-files.txt",
    "pam.txt",
    "rpm.txt",
    "sar.txt",
    "security-apparmor.txt",
    "security-audit.txt",
    "supportconfig.txt",
    "sysconfig.txt",
    "sysfs.txt",
    "systemd.txt",
    "systemd-status.txt",
    "transactional-update.txt",
    "udev.txt",
    "updates.txt",
    "y2log.txt",
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    let inside = split
        .folders()
        .iter()
        .chain(&split.root)
        .any(|s| s.starts_with("scc_") || s.starts_with("nts_"));
    let known = KNOWN.contains(&split.file)
        || (split.file.starts_with("plugin-") && split.file.ends_with(".txt"));
    let at_top = known && split.parts.len() <= 2;
    if !inside && !at_top {
        return None;
    }
    // The archive itself (`scc_x.txz`) counts as a folder of its members, never as inside.
    let placement = match split.file {
        file if super::names::is_archive(file) => return None,
        file if file.ends_with(".md5") => Placement::skipped(Skip::Irrelevant),
        file => text(file),
    };
    let node = split.node_folder().or_else(|| {
        split
            .folders()
            .iter()
            .copied()
            .chain(split.root)
            .find_map(|s| supportconfig_host(super::names::archive_stem(s)))
    });
    Some(placement.on(node))
}

fn text(file: &str) -> Placement {
    match file {
        // Excerpts of the journal, of dmesg and of /var/log.
        "messages.txt"
        | "boot.txt"
        | "crash.txt"
        | "systemd.txt"
        | "systemd-status.txt"
        | "messages_config.txt" => Placement::log(programs::of_host()),
        "security-audit.txt" => Placement::log(programs::of_file("audit").unwrap_or_default()),
        _ if file.ends_with(".tgz") => Placement::skipped(Skip::Binary),
        _ if file.starts_with("plugin-") && file.contains("rke2") => {
            Placement::log(programs::of_file("rke2").unwrap_or_default())
        }
        _ if file.starts_with("plugin-") && file.contains("k3s") => {
            Placement::log(programs::of_file("k3s").unwrap_or_default())
        }
        _ if file.starts_with("plugin-") && file.contains("console") => {
            Placement::log(programs::of_file("console").unwrap_or_default())
        }
        _ if file.starts_with("plugin-") => Placement::log(ProgramSet::ALL),
        _ if file.ends_with(".txt") || file.ends_with(".conf") => Placement::of(EntryKind::Fact),
        _ if file.ends_with(".log") => {
            Placement::log(programs::of_file(file).unwrap_or(ProgramSet::ALL))
        }
        _ => Placement::skipped(Skip::Irrelevant),
    }
}
