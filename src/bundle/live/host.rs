//! This machine's state into the texts that collectors keep of it: time, disks, limits, units, snapshots of etcd.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::installed::{below, setting};
use super::{Installed, Made, Program, find_program};

/// Programs that ask systemd answer at once or not at all.
const LIMIT: Duration = Duration::from_secs(2);
/// Snapshots that are listed.
const SNAPSHOTS: usize = 500;

/// When this machine was booted.
pub(super) fn booted(now: Timestamp) -> Option<Timestamp> {
    let text = fs::read_to_string("/proc/uptime").ok()?;
    let seconds = text.split('.').next()?.parse().ok()?;
    Some(now - SignedDuration::from_secs(seconds))
}

/// What system calls and systemd say.
pub(super) fn state() -> Vec<Made> {
    let now = Timestamp::now();
    let mut made = vec![Made::text(
        "systeminfo/date",
        now.strftime("%a %b %e %H:%M:%S UTC %Y\n").to_string(),
    )];
    let uname = rustix::system::uname();
    made.push(Made::text(
        "systeminfo/uname",
        format!(
            "{} {} {}\n",
            uname.sysname().to_string_lossy(),
            uname.nodename().to_string_lossy(),
            uname.release().to_string_lossy()
        ),
    ));
    let (disks, inodes) = disks();
    made.push(Made::text("systeminfo/dfh", disks));
    made.push(Made::text("systeminfo/dfi", inodes));
    if let Some(limits) = limits() {
        made.push(Made::text("systeminfo/ulimit-hard", limits));
    }
    let systemd = Path::new("/run/systemd/system").is_dir();
    if let Some(path) = find_program(&["systemctl"]).filter(|_| systemd) {
        let args = [
            "list-units",
            "--type=service",
            "--all",
            "--no-pager",
            "--plain",
        ];
        made.push(Made::run(
            "systeminfo/systemd-units",
            Program::new(path, args, LIMIT),
        ));
    }
    if let Some(path) = find_program(&["timedatectl"]).filter(|_| systemd) {
        made.push(Made::run(
            "systeminfo/timedatectl",
            Program::new(path, ["show"], LIMIT),
        ));
    }
    if let Some(path) = find_program(&["chronyc"]) {
        made.push(Made::run(
            "systeminfo/chronyc",
            Program::new(path, ["-n", "tracking"], LIMIT),
        ));
    }
    made
}

/// `df -B1` and `df -i` of the local file systems. Network file systems are not asked: they may never answer.
fn disks() -> (String, String) {
    const LOCAL: &[&str] = &[
        "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay", "tmpfs",
    ];
    let mut disks = "Filesystem 1B-blocks Used Available Use% Mounted on\n".to_owned();
    let mut inodes = "Filesystem Inodes IUsed IFree IUse% Mounted on\n".to_owned();
    let mut seen = BTreeSet::new();
    for line in fs::read_to_string("/proc/mounts")
        .unwrap_or_default()
        .lines()
    {
        let words: Vec<&str> = line.split(' ').collect();
        let [device, mount, kind, ..] = words.as_slice() else {
            continue;
        };
        // Overlays of containers repeat their host's disk; a root that is one is the disk.
        let wanted = match *kind {
            "overlay" | "tmpfs" => *mount == "/",
            kind => LOCAL.contains(&kind) && seen.insert(*device),
        };
        let Some(state) = wanted.then(|| rustix::fs::statvfs(*mount).ok()).flatten() else {
            continue;
        };
        let size = |blocks: u64| blocks.saturating_mul(state.f_frsize);
        let used = state.f_blocks.saturating_sub(state.f_bfree);
        let _ = writeln!(
            disks,
            "{device} {} {} {} {}% {mount}",
            size(state.f_blocks),
            size(used),
            size(state.f_bavail),
            percent(used, state.f_bavail)
        );
        let used = state.f_files.saturating_sub(state.f_ffree);
        let _ = writeln!(
            inodes,
            "{device} {} {used} {} {}% {mount}",
            state.f_files,
            state.f_favail,
            percent(used, state.f_favail)
        );
    }
    (disks, inodes)
}

/// As df rounds: up, of what users may have.
fn percent(used: u64, available: u64) -> u64 {
    let all = used.saturating_add(available);
    if all == 0 {
        return 0;
    }
    used.saturating_mul(100).div_ceil(all)
}

/// The limits of the running kubelet (in the process of RKE2 or K3s where it has none of its own).
fn limits() -> Option<String> {
    const NAMES: &[&str] = &["kubelet", "k3s-server", "k3s-agent", "k3s", "rke2"];
    let mut found: Option<(usize, PathBuf)> = None;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Ok(name) = fs::read_to_string(entry.path().join("comm")) else {
            continue;
        };
        let rank = NAMES.iter().position(|known| *known == name.trim());
        if let Some(rank) = rank
            && found.as_ref().is_none_or(|(best, _)| rank < *best)
        {
            found = Some((rank, entry.path()));
        }
    }
    let text = fs::read_to_string(found?.1.join("limits")).ok()?;
    let hard = |name: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
        rest.split_whitespace().nth(1).map(str::to_owned)
    };
    Some(format!(
        "open files                      (-n) {}\nmax user processes              (-u) {}\n",
        hard("Max open files")?,
        hard("Max processes")?
    ))
}

/// What an install of Kubernetes leaves behind, of which a fresh node has nothing: the directories and files that
/// `rke2-uninstall.sh`, `k3s-uninstall.sh` and Rancher's node clean-up remove.
const LEFTOVERS: &[&str] = &[
    "etc/rancher/node/password",
    "etc/rancher/rke2",
    "etc/rancher/k3s",
    "etc/kubernetes",
    "etc/cni/net.d",
    "opt/cni",
    "opt/rke",
    "run/k3s",
    "run/flannel",
    "run/calico",
    "sys/class/net/cni0",
    "sys/class/net/flannel.1",
    "sys/class/net/vxlan.calico",
    "var/lib/rancher/rke2",
    "var/lib/rancher/k3s",
    "var/lib/rancher/rke",
    "var/lib/rancher/agent",
    "var/lib/etcd",
    "var/lib/cni",
    "var/lib/calico",
    "var/lib/kubelet",
    "var/lib/longhorn",
];

/// Which of them are there.
pub(super) fn leftovers(root: &Path) -> Option<Made> {
    let there = LEFTOVERS.iter().filter(|path| {
        let path = root.join(path);
        let Ok(meta) = path.symlink_metadata() else {
            return false;
        };
        // An empty directory is nothing that could be in the way.
        !meta.is_dir() || fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some())
    });
    let text: String = there.map(|path| format!("/{path}\n")).collect();
    (!text.is_empty()).then(|| Made::text("directories/leftovers", text))
}

/// The snapshots of etcd on the disk: size in bytes, time, path.
pub(super) fn snapshots(root: &Path, installed: &Installed) -> Option<Made> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for distribution in installed.distributions.iter().filter(|found| found.etcd) {
        let own = setting(root, distribution.name, "etcd-snapshot-dir").map(PathBuf::from);
        folders.push(own.unwrap_or_else(|| distribution.data.join("server/db/snapshots")));
    }
    if installed.rke1 {
        folders.push("/opt/rke/etcd-snapshots".into());
    }
    let mut text = String::new();
    for folder in &folders {
        let Some(entries) = below(root, folder).and_then(|folder| fs::read_dir(folder).ok()) else {
            continue;
        };
        let mut lines: Vec<String> = entries
            .flatten()
            .filter_map(|entry| {
                let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                let modified = Timestamp::try_from(meta.modified().ok()?).ok()?;
                let modified = modified.strftime("%Y-%m-%dT%H:%M:%SZ");
                let path = folder.join(entry.file_name());
                Some(format!("{} {modified} {}", meta.len(), path.display()))
            })
            .take(SNAPSHOTS)
            .collect();
        lines.sort();
        let _ = writeln!(text, "# {}", folder.display());
        for line in lines {
            let _ = writeln!(text, "{line}");
        }
    }
    (!text.is_empty()).then(|| Made::text("etcd/find-snapshots", text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_up_as_df_does() {
        assert_eq!(
            (percent(0, 0), percent(1, 999), percent(90, 10)),
            (0, 1, 90)
        );
    }

    #[test]
    fn the_state_of_this_machine() {
        let made = state();
        assert!(made.iter().any(|made| made.name == "systeminfo/date"));
        let (disks, _) = disks();
        assert!(disks.lines().count() >= 1);
        assert!(booted(Timestamp::now()).is_some());
    }
}
