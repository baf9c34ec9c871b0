//! What only a live node says of itself: memory, swap, clock, snapshots, etcd's own numbers, what an earlier install left.

use serde_json::{Map, Value, json};

use super::{Sink, numbered};

/// `/proc/meminfo`: `memory` and `swap` in bytes.
pub(super) fn meminfo(text: &str, sink: &mut Sink<'_>) {
    let bytes = |name: &str| {
        let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: f64 = rest
            .trim_start_matches(':')
            .split_whitespace()
            .next()?
            .parse()
            .ok()?;
        Some(kib * 1024.0)
    };
    if let Some(total) = bytes("MemTotal") {
        let fact = json!({"total": total, "available": bytes("MemAvailable")});
        sink.push("memory", fact, 1, text.lines().next().unwrap_or(""));
    }
    if let (Some(total), Some(free)) = (bytes("SwapTotal"), bytes("SwapFree")) {
        let quote = format!("SwapTotal: {} kB", total / 1024.0);
        sink.push(
            "swap",
            json!({"total": total, "used": total - free}),
            0,
            &quote,
        );
    }
}

/// `/proc/swaps`: one `swap-area` each.
pub(super) fn swaps(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text).skip(1) {
        if let Some(name) = raw.split_whitespace().next() {
            sink.push("swap-area", json!({"name": name}), line, raw);
        }
    }
}

/// `timedatectl show`, or what `timedatectl` prints for people: `time-sync` with whether the clock is synchronised and
/// whether anything tries to.
pub(super) fn timedatectl(text: &str, sink: &mut Sink<'_>) {
    let value = |keys: &[&str]| {
        let of_key = |line: &str, key: &str| {
            let rest = line.trim().strip_prefix(key)?;
            let value = rest.strip_prefix(['=', ':'])?.trim();
            Some(matches!(value, "yes" | "active"))
        };
        let mut found = text
            .lines()
            .flat_map(|line| keys.iter().map(move |key| (line, *key)));
        found.find_map(|(line, key)| of_key(line, key))
    };
    let synchronized = [
        "NTPSynchronized",
        "System clock synchronized",
        "NTP synchronized",
    ];
    let service = ["NTP", "NTP service", "Network time on"];
    if let Some(synchronized) = value(&synchronized) {
        let fact = json!({"synchronized": synchronized, "service": value(&service), "from": "timedatectl"});
        sink.push(
            "time-sync",
            fact,
            0,
            &format!("NTPSynchronized={}", word(synchronized)),
        );
    }
}

fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// `chronyc tracking`: `time-sync` with the offset in seconds.
pub(super) fn chronyc(text: &str, sink: &mut Sink<'_>) {
    let value = |name: &str| {
        let (line, raw) = numbered(text).find(|(_, raw)| raw.starts_with(name))?;
        Some((line, raw, raw.split_once(':')?.1.trim()))
    };
    let Some((line, raw, leap)) = value("Leap status") else {
        return;
    };
    let offset = value("System time").and_then(|(_, _, text)| {
        let number: f64 = text.split_whitespace().next()?.parse().ok()?;
        Some(if text.contains("slow") {
            -number
        } else {
            number
        })
    });
    let fact =
        json!({"synchronized": leap != "Not synchronised", "offset": offset, "from": "chronyc"});
    sink.push("time-sync", fact, line, raw);
}

/// `kubectl get secrets -o name`: one `node-password` per Node name that has one.
pub(super) fn node_passwords(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let name = raw.trim().trim_start_matches("secret/");
        if let Some((node, product)) = name.split_once(".node-password.") {
            sink.push(
                "node-password",
                json!({"node": node, "product": product}),
                line,
                raw,
            );
        }
    }
    sink.push("node-passwords-listed", json!(true), 0, "");
}

/// Paths that an install leaves behind, one a line: one `leftover` each.
pub(super) fn leftovers(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        sink.push("leftover", json!({"path": raw}), line, raw);
    }
}

/// The start of an etcd member: `etcd.initial` with the members it began with, `name=https://address:2380`.
pub(super) fn initial_cluster(text: &str, sink: &mut Sink<'_>) {
    for (line, key, value) in super::product::scalars(text) {
        if key == "initial-cluster" {
            let members: Vec<&str> = value.split(',').filter(|one| one.contains('=')).collect();
            sink.push("etcd.initial", json!({"members": members}), line, value);
        } else if key == "name" {
            sink.push("etcd.name", json!(value), line, value);
        }
    }
}

/// `size time path` of each snapshot on the disk: `etcd.snapshot`; the folders that were looked at: `etcd.snapshot-folder`.
pub(super) fn snapshots(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        if let Some(folder) = raw.strip_prefix("# ") {
            sink.push("etcd.snapshot-folder", json!(folder), line, raw);
            continue;
        }
        let mut words = raw.splitn(3, ' ');
        if let (Some(size), Some(modified), Some(path)) = (words.next(), words.next(), words.next())
        {
            let size: Option<u64> = size.parse().ok();
            let fact = json!({"path": path, "size": size, "modified": modified});
            sink.push("etcd.snapshot", fact, line, raw);
        }
    }
}

/// etcd's `/metrics`: one `etcd.metrics` with the numbers that say how it is.
pub(super) fn etcd_metrics(text: &str, sink: &mut Sink<'_>) {
    const WANTED: &[(&str, &str)] = &[
        ("etcd_server_has_leader", "has_leader"),
        ("etcd_server_is_leader", "is_leader"),
        ("etcd_server_is_learner", "is_learner"),
        ("etcd_server_leader_changes_seen_total", "leader_changes"),
        ("etcd_server_proposals_pending", "proposals_pending"),
        ("etcd_server_quota_backend_bytes", "quota"),
        ("etcd_mvcc_db_total_size_in_bytes", "db_size"),
        ("etcd_mvcc_db_total_size_in_use_in_bytes", "db_in_use"),
    ];
    let mut fact = Map::new();
    for raw in text.lines() {
        let Some((name, value)) = raw.split_once(' ') else {
            continue;
        };
        let wanted = WANTED.iter().find(|(metric, _)| *metric == name);
        if let (Some((_, key)), Ok(value)) = (wanted, value.trim().parse::<f64>()) {
            fact.insert((*key).to_owned(), json!(value));
        }
    }
    if !fact.is_empty() {
        let quote = fact.iter().map(|(key, value)| format!("{key} {value}"));
        let quote = quote.collect::<Vec<_>>().join(", ");
        let name = sink.path().rsplit('/').next().unwrap_or_default();
        let endpoint = name.trim_start_matches("etcd-metrics-");
        let endpoint = endpoint.trim_end_matches(".txt").to_owned();
        fact.insert("endpoint".to_owned(), json!(endpoint));
        sink.push("etcd.metrics", Value::Object(fact), 0, &quote);
    }
}
