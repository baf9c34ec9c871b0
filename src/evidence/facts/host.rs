//! A node's operating system: release, disks, memory, kernel settings, limits, mounts, units, clock.

use jiff::civil::DateTime;
use serde_json::json;

use super::{Sink, human_bytes, numbered};

/// `os-release`: `os` with id, name, version, and whether `/etc` and `/usr` are lost or read-only at boot.
pub(super) fn os_release(text: &str, sink: &mut Sink<'_>) {
    let value = |key: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
            .map(|v| v.trim().trim_matches('"'))
    };
    let Some(name) = value("PRETTY_NAME") else {
        return;
    };
    let id = value("ID").unwrap_or("");
    let immutable = matches!(
        id,
        "harvester" | "sle-micro" | "sl-micro" | "sle-micro-rancher" | "k3os" | "elemental"
    ) || name.starts_with("Harvester");
    let fact = json!({"name": name, "id": id, "version": value("VERSION_ID").unwrap_or(""), "immutable": immutable});
    sink.push("os", fact, 0, name);
}

/// `hostname`: `hostname`.
pub(super) fn hostname(text: &str, sink: &mut Sink<'_>) {
    if let Some(name) = text.split_whitespace().next() {
        sink.push("hostname", json!(name), 1, name);
    }
}

/// `date`: `collected-at`, RFC 3339. The zone is known where it is UTC or a numeric offset.
pub(super) fn date(text: &str, sink: &mut Sink<'_>) {
    if let Some(time) = text.lines().next().and_then(unix_date) {
        sink.push(
            "collected-at",
            json!(time.to_string()),
            1,
            text.lines().next().unwrap_or(""),
        );
    }
}

/// `Thu Dec  4 09:15:58 UTC 2025` or `Thu Dec  4 09:15:58 AM UTC 2025`.
fn unix_date(line: &str) -> Option<jiff::Timestamp> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (month, day, clock) = (*words.get(1)?, words.get(2)?.parse().ok()?, *words.get(3)?);
    let month = 1 + [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    .iter()
    .position(|&m| m == month)? as i8;
    let year: i16 = words.last()?.parse().ok()?;
    let mut parts = clock.split(':').map(|part| part.parse::<i8>());
    let (mut hour, minute, second) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    if words.contains(&"PM") && hour < 12 {
        hour += 12;
    } else if words.contains(&"AM") && hour == 12 {
        hour = 0;
    }
    let civil = DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
    let zone = *words.get(words.len().checked_sub(2)?)?;
    let offset = jiff::tz::Offset::from_seconds(offset(zone)? * 60).ok()?;
    offset.to_timestamp(civil).ok()
}

/// Abbreviations that `date` prints for one offset only, in hours; CST, IST and others stand for several.
const ZONES: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 1),
    ("CET", 1),
    ("CEST", 2),
    ("EET", 2),
    ("EEST", 3),
    ("MSK", 3),
    ("HKT", 8),
    ("JST", 9),
    ("KST", 9),
    ("AEST", 10),
    ("AEDT", 11),
    ("NZST", 12),
    ("NZDT", 13),
    ("EST", -5),
    ("EDT", -4),
    ("CDT", -5),
    ("MST", -7),
    ("MDT", -6),
    ("PST", -8),
    ("PDT", -7),
];

/// Minutes east of UTC of `CEST`, `+03`, `-0330`, `+05:30`; nothing where nobody can tell.
fn offset(zone: &str) -> Option<i32> {
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == zone) {
        return Some(hours * 60);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits.replace(':', "")),
        ("-", digits) => (-1, digits.replace(':', "")),
        _ => return None,
    };
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) = match digits.len() {
        2 => (number, 0),
        4 => (number / 100, number % 100),
        _ => return None,
    };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// `uptime`: `uptime` in minutes.
pub(super) fn uptime(text: &str, sink: &mut Sink<'_>) {
    let Some(line) = text.lines().next() else {
        return;
    };
    let Some((_, rest)) = line.split_once(" up ") else {
        return;
    };
    let mut minutes = 0u64;
    for part in rest.split(',').take(2) {
        let part = part.trim();
        let number = || {
            part.split_whitespace()
                .next()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0)
        };
        if part.contains("day") {
            minutes = minutes.saturating_add(number().saturating_mul(1440));
        } else if part.contains("min") {
            minutes = minutes.saturating_add(number());
        } else if let Some((h, m)) = part.split_once(':') {
            let clock = h
                .parse::<u64>()
                .unwrap_or(0)
                .saturating_mul(60)
                .saturating_add(m.parse().unwrap_or(0));
            minutes = minutes.saturating_add(clock);
        }
    }
    sink.push("uptime", json!({"minutes": minutes}), 1, line);
}

/// `uname -a`: `kernel`.
pub(super) fn kernel(text: &str, sink: &mut Sink<'_>) {
    if let Some(version) = text.split_whitespace().nth(2) {
        sink.push(
            "kernel",
            json!(version),
            1,
            text.lines().next().unwrap_or(""),
        );
    }
}

/// `df -h`: one `disk` per real file system (overlays, shm and tmpfs repeat their host).
pub(super) fn disk(text: &str, sink: &mut Sink<'_>) {
    table_of_mounts(text, "disk", sink);
}

/// `df -i`: one `inodes` per real file system.
pub(super) fn inodes(text: &str, sink: &mut Sink<'_>) {
    table_of_mounts(text, "inodes", sink);
}

fn table_of_mounts(text: &str, key: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text).skip(1) {
        let mut words: Vec<&str> = raw.split_whitespace().collect();
        // `df -T` has the type behind the device
        if words.len() == 7 {
            words.remove(1);
        }
        let [device, size, used, free, percent, mount] = words.as_slice() else {
            continue;
        };
        if matches!(
            *device,
            "overlay" | "shm" | "tmpfs" | "devtmpfs" | "udev" | "efivarfs"
        ) && !matches!(*mount, "/" | "/run")
        {
            continue;
        }
        let Ok(percent) = percent.trim_end_matches('%').parse::<u64>() else {
            continue;
        };
        let fact = json!({
            "device": device, "mount": mount, "use_percent": percent,
            "size": human_bytes(size), "used": human_bytes(used), "free": human_bytes(free),
        });
        sink.push(key, fact, line, raw);
    }
}

/// `free -h` or `free -m`: `memory` and `swap` in bytes.
pub(super) fn memory(text: &str, sink: &mut Sink<'_>) {
    free(text, 1024.0 * 1024.0, sink);
}

/// `free` and `free -k`: the same, from KiB.
pub(super) fn memory_kib(text: &str, sink: &mut Sink<'_>) {
    free(text, 1024.0, sink);
}

/// Numbers without a unit are multiples of `unit` bytes.
fn free(text: &str, unit: f64, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let bytes = |word: Option<&&str>| {
            let word = word?;
            let plain = word.bytes().all(|b| b.is_ascii_digit());
            human_bytes(word).map(|n| if plain { n * unit } else { n })
        };
        match words.first() {
            Some(&"Mem:") => {
                let fact = json!({"total": bytes(words.get(1)), "available": bytes(words.get(6))});
                sink.push("memory", fact, line, raw);
            }
            Some(&"Swap:") => {
                sink.push(
                    "swap",
                    json!({"total": bytes(words.get(1)), "used": bytes(words.get(2))}),
                    line,
                    raw,
                );
            }
            _ => {}
        }
    }
}

/// `sysctl -a`: `sysctl.<key>`, the value as text.
pub(super) fn sysctl(text: &str, sink: &mut Sink<'_>) {
    // Per-interface and per-CPU copies are hundreds of lines that nobody asks for.
    const REPEATED: &[&str] = &[
        "net.ipv4.neigh.",
        "net.ipv6.neigh.",
        "net.ipv6.conf.cali",
        "net.ipv4.conf.cali",
        "net.ipv4.conf.veth",
        "net.ipv6.conf.veth",
        "kernel.sched_domain.",
    ];
    for (line, raw) in numbered(text) {
        let Some((key, value)) = raw.split_once('=') else {
            continue;
        };
        let key = key.trim();
        if !key.contains('.')
            || key.contains(' ')
            || REPEATED.iter().any(|prefix| key.starts_with(prefix))
        {
            continue;
        }
        sink.push(format!("sysctl.{key}"), json!(value.trim()), line, raw);
    }
}

/// One file of `/proc/sys` of a live node: `sysctl.<key>`.
pub(super) fn proc_sys(text: &str, sink: &mut Sink<'_>) {
    let path = sink.path().to_owned();
    let Some((_, key)) = path.rsplit_once("proc/sys/") else {
        return;
    };
    sink.push(
        format!("sysctl.{}", key.replace('/', ".")),
        json!(text.trim()),
        1,
        text,
    );
}

/// `ulimit -aH`: `limit.open-files`, `limit.processes`.
pub(super) fn limits(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let key = match raw {
            _ if raw.starts_with("open files") => "limit.open-files",
            _ if raw.starts_with("max user processes") => "limit.processes",
            _ => continue,
        };
        if let Some(value) = raw.split_whitespace().last() {
            sink.push(key, json!(value), line, raw);
        }
    }
}

/// `/proc/sys/fs/file-nr`: `file-handles` used and maximum.
pub(super) fn file_handles(text: &str, sink: &mut Sink<'_>) {
    let numbers: Vec<f64> = text
        .split_whitespace()
        .filter_map(|n| n.parse().ok())
        .collect();
    if let [used, _, max] = numbers.as_slice() {
        sink.push("file-handles", json!({"used": used, "max": max}), 1, text);
    }
}

/// `mount` or `/proc/mounts`: `mount` for file systems that hold data.
pub(super) fn mounts(text: &str, sink: &mut Sink<'_>) {
    const DATA: &[&str] = &[
        "ext2", "ext3", "ext4", "xfs", "btrfs", "nfs", "nfs4", "vfat", "squashfs", "zfs", "fuse",
        "fuseblk", "overlay",
    ];
    for (line, raw) in numbered(text) {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let (device, target, kind, options) = match words.as_slice() {
            [device, "on", target, "type", kind, options, ..] => {
                (device, target, kind, options.trim_matches(['(', ')']))
            }
            [device, target, kind, options, ..] => (device, target, kind, *options),
            _ => continue,
        };
        if !DATA.contains(kind) || (*kind == "overlay" && *target != "/") {
            continue;
        }
        let read_only = options.split(',').any(|option| option == "ro");
        let fact = json!({"device": device, "target": target, "type": kind, "options": options, "read_only": read_only});
        sink.push("mount", fact, line, raw);
    }
}

/// `systemctl list-units`: `unit` for units that failed, and for the ones this tool knows.
pub(super) fn units(text: &str, sink: &mut Sink<'_>) {
    const KNOWN: &[&str] = &[
        "rke2-server",
        "rke2-agent",
        "k3s",
        "k3s-agent",
        "rancher-system-agent",
        "rancherd",
        "docker",
        "containerd",
        "kubelet",
        "iscsid",
        "multipathd",
        "firewalld",
        "ufw",
        "nm-cloud-setup",
        "NetworkManager",
        "chronyd",
        "systemd-timesyncd",
        "apparmor",
    ];
    for (line, raw) in numbered(text) {
        let words: Vec<&str> = raw
            .trim_start_matches(['●', '*', ' ', '×'])
            .split_whitespace()
            .collect();
        let [unit, load, active, sub, ..] = words.as_slice() else {
            continue;
        };
        let Some(name) = unit.strip_suffix(".service") else {
            continue;
        };
        if *active == "failed" || KNOWN.contains(&name) {
            sink.push(
                "unit",
                json!({"name": name, "load": load, "active": active, "sub": sub}),
                line,
                raw,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_the_zone_of_the_node() {
        for (line, expected) in [
            ("Thu Dec  4 09:15:58 UTC 2025", Some("2025-12-04T09:15:58Z")),
            (
                "Thu Dec  4 09:15:58 PM UTC 2025",
                Some("2025-12-04T21:15:58Z"),
            ),
            ("Thu Dec  4 09:15:58 CET 2025", Some("2025-12-04T08:15:58Z")),
            ("Thu Dec  4 09:15:58 JST 2025", Some("2025-12-04T00:15:58Z")),
            ("Thu Dec  4 09:15:58 PST 2025", Some("2025-12-04T17:15:58Z")),
            ("Thu Dec  4 09:15:58 +03 2025", Some("2025-12-04T06:15:58Z")),
            (
                "Thu Dec  4 09:15:58 -0330 2025",
                Some("2025-12-04T12:45:58Z"),
            ),
            (
                "Thu Dec  4 09:15:58 +05:30 2025",
                Some("2025-12-04T03:45:58Z"),
            ),
            // China or Chicago; India, Ireland or Israel
            ("Thu Dec  4 09:15:58 CST 2025", None),
            ("Thu Dec  4 09:15:58 IST 2025", None),
            ("Thu Dec  4 09:15:58 +99 2025", None),
        ] {
            let found = unix_date(line).map(|time| time.to_string());
            assert_eq!(found.as_deref(), expected, "{line}");
        }
    }
}
