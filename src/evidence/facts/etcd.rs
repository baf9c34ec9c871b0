//! `etcdctl` output of the logs-collector into facts about members, endpoints, alarms and snapshots.

use serde_json::{Value, json};

use super::{Sink, numbered};

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
        if row
            .first()
            .is_some_and(|cell| cell.eq_ignore_ascii_case("endpoint"))
        {
            header = row
                .iter()
                .map(|cell| cell.to_ascii_lowercase().replace(' ', "_"))
                .collect();
            continue;
        }
        let mut fact = serde_json::Map::new();
        for (name, cell) in header.iter().zip(&row) {
            let value = match name.as_str() {
                "db_size" | "in_use" | "quota" => {
                    decimal_bytes(cell).map_or(Value::Null, |n| json!(n))
                }
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

/// `50 MB` as etcdctl prints it: in thousands, not in 1024s. Whole bytes.
fn decimal_bytes(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let factor = match unit {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        _ => return None,
    };
    let bytes = number.parse::<f64>().ok()? * factor;
    (0.0..1e18).contains(&bytes).then_some(bytes as u64)
}

/// `member list` as the gRPC gateway answers, on K3s: the same facts; ids are decimal there.
pub(super) fn members_json(text: &str, sink: &mut Sink<'_>) {
    let Ok(Value::Object(list)) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let members = list.get("members").and_then(Value::as_array);
    for member in members.into_iter().flatten() {
        let text = |key: &str| member.get(key).and_then(Value::as_str).unwrap_or_default();
        let urls = |key: &str| {
            let urls = member.get(key).and_then(Value::as_array);
            let urls = urls.into_iter().flatten().filter_map(Value::as_str);
            urls.collect::<Vec<_>>().join(",")
        };
        let Ok(id) = text("ID").parse::<u64>() else {
            continue;
        };
        // a member that was added and never started has no name
        let status = if text("name").is_empty() {
            "unstarted"
        } else {
            "started"
        };
        let learner = member.get("isLearner").and_then(Value::as_bool) == Some(true);
        let fact = json!({
            "id": format!("{id:x}"), "status": status, "name": text("name"), "peer": urls("peerURLs"),
            "client": urls("clientURLs"), "learner": learner,
        });
        sink.push("etcd.member", fact, 0, &member.to_string());
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

/// RKE2 and K3s end a snapshot's name in the seconds since the epoch: `etcd-snapshot-n1-1732449600`, perhaps `.zip`.
fn taken(path: &str) -> Option<jiff::Timestamp> {
    let seconds: i64 = path
        .rsplit(['-', '/'])
        .next()?
        .trim_end_matches(".zip")
        .parse()
        .ok()?;
    jiff::Timestamp::from_second(seconds)
        .ok()
        .filter(|_| seconds > 1_000_000_000)
}

/// `find -ls` of the snapshot directory: one `etcd.snapshot` each, size in bytes.
pub(super) fn snapshots(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let [_, _, _, _, size, month, day, time, path] = words.as_slice() else {
            continue;
        };
        if path.contains("snapshots/") {
            let size: Option<u64> = size.parse().ok();
            let fact = json!({
                "path": path, "size": size, "modified": format!("{month} {day} {time}"),
                "taken": taken(path).map(|time| time.to_string()),
            });
            sink.push("etcd.snapshot", fact, line, raw);
        }
    }
}
