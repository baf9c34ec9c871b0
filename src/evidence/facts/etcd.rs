//! `etcdctl` output of the logs-collector into facts about members, endpoints, alarms and snapshots.

use serde_json::{Value, json};

use super::{Sink, human_bytes, numbered};

/// `member list`: one `etcd.member` each. Both the simple form (`id, started, name, peer, client, learner`) and the table form.
pub(super) fn members(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let fields: Vec<&str> = if raw.starts_with('|') {
            cells(raw)
        } else {
            raw.split(',').map(str::trim).collect()
        };
        let [id, status, name, peer, client, rest @ ..] = fields.as_slice() else {
            continue;
        };
        if !id.bytes().all(|b| b.is_ascii_hexdigit()) || id.is_empty() {
            continue;
        }
        let learner = rest.first() == Some(&"true");
        let fact = json!({"id": id, "status": status, "name": name, "peer": peer, "client": client, "learner": learner});
        sink.push("etcd.member", fact, line, raw);
    }
}

/// `endpoint status -w table`: one `etcd.endpoint` each, sizes in bytes.
pub(super) fn endpoint_status(text: &str, sink: &mut Sink<'_>) {
    let mut header: Vec<String> = Vec::new();
    for (line, raw) in numbered(text) {
        if !raw.starts_with('|') {
            if raw.contains("context deadline exceeded") || raw.contains("connection refused") {
                sink.push(
                    "etcd.endpoint-error",
                    json!({"error": raw.trim()}),
                    line,
                    raw,
                );
            }
            continue;
        }
        let row = cells(raw);
        if row.first() == Some(&"ENDPOINT") {
            header = row
                .iter()
                .map(|cell| cell.to_ascii_lowercase().replace(' ', "_"))
                .collect();
            continue;
        }
        let mut fact = serde_json::Map::new();
        for (name, cell) in header.iter().zip(&row) {
            let value = match name.as_str() {
                "db_size" => human_bytes(cell).map_or(Value::Null, |n| json!(n)),
                "is_leader" | "is_learner" => json!(*cell == "true"),
                _ => cell
                    .parse::<i64>()
                    .map_or_else(|_| json!(cell), |n| json!(n)),
            };
            fact.insert(name.clone(), value);
        }
        sink.push("etcd.endpoint", Value::Object(fact), line, raw);
    }
}

fn cells(row: &str) -> Vec<&str> {
    row.trim()
        .trim_matches('|')
        .split('|')
        .map(str::trim)
        .collect()
}

/// `endpoint health`: one `etcd.health` each.
pub(super) fn endpoint_health(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let Some((endpoint, rest)) = raw.split_once(" is ") else {
            continue;
        };
        let healthy = rest.starts_with("healthy");
        if healthy || rest.starts_with("unhealthy") {
            sink.push(
                "etcd.health",
                json!({"endpoint": endpoint, "healthy": healthy}),
                line,
                raw,
            );
        }
    }
}

/// `alarm list`: one `etcd.alarm` each (`memberID:1234 alarm:NOSPACE`).
pub(super) fn alarms(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let Some((member, alarm)) = raw.split_once(" alarm:") else {
            continue;
        };
        let fact = json!({"member": member.trim_start_matches("memberID:"), "alarm": alarm.trim()});
        sink.push("etcd.alarm", fact, line, raw);
    }
}

/// `find -ls` of the snapshot directory: one `etcd.snapshot` each, size in bytes.
pub(super) fn snapshots(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let [_, _, _, _, size, month, day, time, path] = words.as_slice() else {
            continue;
        };
        if path.contains("/snapshots/") {
            let size: Option<u64> = size.parse().ok();
            sink.push(
                "etcd.snapshot",
                json!({"path": path, "size": size, "modified": format!("{month} {day} {time}")}),
                line,
                raw,
            );
        }
    }
}
