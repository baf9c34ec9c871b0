//! RKE2 and K3s configuration files into one fact per key.

use serde_json::{Value, json};

use super::product::scalars;
use super::{Sink, numbered};

/// `config.rke2.<key>`.
pub(super) fn rke2(text: &str, sink: &mut Sink<'_>) {
    keys(text, "rke2", sink);
}

/// `config.k3s.<key>`.
pub(super) fn k3s(text: &str, sink: &mut Sink<'_>) {
    keys(text, "k3s", sink);
}

/// Drop-ins are YAML, or one line of JSON that Rancher's planner wrote; a comment may stand above it.
fn keys(text: &str, product: &str, sink: &mut Sink<'_>) {
    let body: String = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n");
    if let Ok(Value::Object(map)) = serde_json::from_str::<Value>(&body) {
        for (key, value) in map {
            if !is_secret(&key) {
                let quote = format!("{key}: {value}");
                sink.push(format!("config.{product}.{key}"), value, 0, &quote);
            }
        }
        return;
    }
    for (line, key, value) in scalars(text) {
        if is_secret(key) {
            continue;
        }
        let value = if value.is_empty() {
            list_after(text, line)
        } else {
            json!(value)
        };
        if !value.is_null() {
            let quote = format!("{key}: {value}");
            sink.push(format!("config.{product}.{key}"), value, line, &quote);
        }
    }
}

fn is_secret(key: &str) -> bool {
    key.contains("token") || key.contains("password") || key.contains("secret-key")
}

/// The `- item` lines after `line`; null where there are none.
fn list_after(text: &str, line: usize) -> Value {
    let items: Vec<&str> = numbered(text)
        .skip(line)
        .map_while(|(_, raw)| raw.trim_start().strip_prefix("- "))
        .map(|item| item.trim().trim_matches(['"', '\'']))
        .collect();
    if items.is_empty() {
        Value::Null
    } else {
        json!(items)
    }
}
