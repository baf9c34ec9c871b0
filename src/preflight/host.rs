//! The node itself: certificates, disks, swap, limits, clock.

use jiff::Timestamp;
use serde_json::Value;

use super::Outcome;
use super::facts::{Facts, several, text};
use super::threshold::{
    CERTIFICATE_DAYS, CLOCK_SECONDS, DISK_PERCENT, INODE_PERCENT, INOTIFY_INSTANCES, OPEN_FILES,
};

const HERE: &str = "run it on the node itself, without --root";

/// Days that the certificates on this disk are still valid for.
pub(super) fn certificates(facts: &Facts<'_>) -> Outcome {
    let mut ends: Vec<(i64, String)> = facts
        .all("certificate")
        .filter_map(|fact| {
            let end: Timestamp = text(&fact.value, "/not_after")?.parse().ok()?;
            let days = end.duration_since(facts.at).as_hours().div_euclid(24);
            Some((days, text(&fact.value, "/file")?.to_owned()))
        })
        .collect();
    ends.sort();
    let Some((days, file)) = ends.first() else {
        return if facts.is_member() {
            Outcome::unknown("no certificate could be read", "run it as root")
        } else {
            Outcome::unknown(
                "there is no certificate on this disk",
                "run it on a node of the cluster",
            )
        };
    };
    if *days >= CERTIFICATE_DAYS {
        return Outcome::passed(format!(
            "{} certificates, the first ends in {days} days ({file})",
            ends.len()
        ));
    }
    let short: Vec<String> = ends
        .iter()
        .filter(|(days, _)| *days < CERTIFICATE_DAYS)
        .map(|(days, file)| match days {
            ..0 => format!("{file} ended {} days ago", -days),
            days => format!("{file} ends in {days} days"),
        })
        .collect();
    let service = if facts
        .evidence
        .facts
        .iter()
        .any(|fact| fact.key.starts_with("config.k3s."))
    {
        "k3s"
    } else {
        "rke2"
    };
    Outcome::failed(
        several(&short),
        format!(
            "restart {service} on this node, which renews what ends soon; else: {service} certificate rotate, with the service stopped. CAs need {service} certificate rotate-ca"
        ),
    )
}

/// Disks that hold the system, logs, images and data.
pub(super) fn disk(facts: &Facts<'_>) -> Outcome {
    fullest(
        facts,
        "disk",
        DISK_PERCENT,
        "delete images nobody uses (crictl rmi --prune), old logs, or grow the disk",
    )
}

/// Inodes of the same.
pub(super) fn inodes(facts: &Facts<'_>) -> Outcome {
    fullest(
        facts,
        "inodes",
        INODE_PERCENT,
        "find the folder with the many small files: du --inodes -x / | sort -n | tail",
    )
}

fn fullest(facts: &Facts<'_>, key: &'static str, most: u64, fix: &str) -> Outcome {
    let ignored = |mount: &str| {
        [
            "/snap",
            "/run/initramfs",
            "/boot",
            "/mnt",
            "/media",
            "/var/lib/kubelet/pods",
        ]
        .iter()
        .any(|prefix| mount.starts_with(prefix))
    };
    let mut disks: Vec<(u64, &str)> = facts
        .all(key)
        .filter_map(|fact| {
            let mount = text(&fact.value, "/mount")?;
            let used = fact.value.get("use_percent").and_then(Value::as_u64)?;
            (!ignored(mount)).then_some((used, mount))
        })
        .collect();
    disks.sort_unstable();
    let Some((used, mount)) = disks.last() else {
        return Outcome::unknown("no disk was seen", HERE);
    };
    let told = format!("{mount} {used} % used, limit {most} %");
    if *used < most {
        return Outcome::passed(told);
    }
    let full: Vec<String> = disks
        .iter()
        .rev()
        .filter(|(used, _)| *used >= most)
        .map(|(used, mount)| format!("{mount} {used} % used"))
        .collect();
    Outcome::failed(format!("{}, limit {most} %", several(&full)), fix)
}

/// Swap areas in use.
pub(super) fn swap(facts: &Facts<'_>) -> Outcome {
    let total = facts
        .value("swap")
        .and_then(|swap| swap.get("total"))
        .and_then(Value::as_f64);
    match total {
        None => Outcome::unknown("/proc/meminfo was not seen", HERE),
        Some(0.0) => Outcome::passed("none"),
        Some(bytes) => Outcome::failed(
            format!("{:.0} MiB of swap are on", bytes / 1_048_576.0),
            "swapoff -a, and take it out of /etc/fstab: memory limits of pods and etcd's timing do not hold with it",
        ),
    }
}

/// Open files of the kubelet, inotify instances.
pub(super) fn file_limits(facts: &Facts<'_>) -> Outcome {
    let mut told = Vec::new();
    let mut wrong = Vec::new();
    if let Some(files) = facts.value("limit.open-files").and_then(Value::as_str) {
        let enough =
            files == "unlimited" || files.parse().is_ok_and(|files: u64| files >= OPEN_FILES);
        let text = format!("open files of the kubelet {files}, wanted {OPEN_FILES}");
        if enough { &mut told } else { &mut wrong }.push(text);
    }
    if let Some(instances) = facts.sysctl("fs.inotify.max_user_instances") {
        let enough = u64::try_from(instances).is_ok_and(|instances| instances >= INOTIFY_INSTANCES);
        let text = format!("fs.inotify.max_user_instances {instances}, wanted {INOTIFY_INSTANCES}");
        if enough { &mut told } else { &mut wrong }.push(text);
    }
    if !wrong.is_empty() {
        return Outcome::failed(
            wrong.join("; "),
            format!(
                "LimitNOFILE={OPEN_FILES} in the service's unit; sysctl -w fs.inotify.max_user_instances={INOTIFY_INSTANCES}, and keep it in /etc/sysctl.d"
            ),
        );
    }
    if told.is_empty() {
        return Outcome::unknown("no limit was seen", HERE);
    }
    Outcome::passed(told.join("; "))
}

/// Whether the clock follows others.
pub(super) fn time_sync(facts: &Facts<'_>) -> Outcome {
    let fix =
        "start chronyd or systemd-timesyncd with servers that answer; compare: chronyc sources";
    // chronyc knows how far off it is.
    let sources = || facts.all("time-sync").map(|fact| &fact.value);
    let Some(best) = sources()
        .find(|one| one.get("offset").is_some())
        .or_else(|| sources().next())
    else {
        return Outcome::unknown(
            "neither timedatectl nor chronyc answered",
            "run it on the node itself, or compare: date -u",
        );
    };
    if best.get("synchronized") != Some(&Value::Bool(true)) {
        return Outcome::failed("the clock is not synchronised", fix);
    }
    match best.get("offset").and_then(Value::as_f64) {
        Some(offset) if offset.abs() > CLOCK_SECONDS => {
            Outcome::failed(format!("synchronised, and {offset:.1} s off"), fix)
        }
        _ => Outcome::passed("synchronised"),
    }
}
