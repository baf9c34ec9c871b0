//! What the bundle says of itself and of the products in it.

use serde_json::{Value, json};

use super::{Sink, numbered};

/// Top-level `key: value` pairs of a small machine-written YAML file, quotes removed, in order.
pub(super) fn scalars(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    numbered(text).filter_map(|(line, raw)| {
        if raw.starts_with([' ', '\t', '#', '-']) {
            return None;
        }
        let (key, value) = raw.split_once(':')?;
        let value = value.trim();
        let value = value
            .strip_prefix('"')
            .and_then(|v| v.strip_suffix('"'))
            .or_else(|| value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')))
            .unwrap_or(value);
        Some((line, key.trim(), value))
    })
}

/// `metadata.yaml` of support-bundle-kit and of old Longhorn bundles: `bundle.<key>`.
/// The reporter's words may be a folded or block scalar over several lines.
pub(super) fn metadata(text: &str, sink: &mut Sink<'_>) {
    for (line, key, value) in scalars(text) {
        let value = match value {
            "|" | "|-" | "|+" | ">" | ">-" => continued(text, line, "\n"),
            _ => [value.to_owned(), continued(text, line, " ")]
                .join(" ")
                .trim()
                .to_owned(),
        };
        if value.is_empty() || value == "null" {
            continue;
        }
        let key = match key {
            "kubernetesversion" => "bundle.kubernetes",
            "longhornversion" => "bundle.longhorn",
            "projectversion" => "bundle.project-version",
            "projectname" => "bundle.project",
            "bundlecreatedat" => "bundle.created",
            "issuedescription" => "bundle.description",
            "issueurl" => "bundle.url",
            "bundlename" => "bundle.name",
            _ => continue,
        };
        sink.push(
            key,
            Value::from(value.trim_matches(['"', '\'']).to_owned()),
            line,
            &value,
        );
    }
}

/// The indented lines after `line`, joined.
fn continued(text: &str, line: usize, with: &str) -> String {
    text.lines()
        .skip(line)
        .take_while(|raw| raw.starts_with([' ', '\t']) || raw.is_empty())
        .map(str::trim)
        .collect::<Vec<_>>()
        .join(with)
        .trim()
        .to_owned()
}

/// `harvester-release.yaml`: `release.<component>`.
pub(super) fn harvester_release(text: &str, sink: &mut Sink<'_>) {
    for (line, key, value) in scalars(text) {
        if !value.is_empty() {
            sink.push(
                format!("release.{}", key.to_ascii_lowercase()),
                Value::from(value),
                line,
                value,
            );
        }
    }
}

/// troubleshoot's `cluster_version.json`: `bundle.kubernetes`.
pub(super) fn cluster_version(text: &str, sink: &mut Sink<'_>) {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    let version = value
        .pointer("/info/gitVersion")
        .or_else(|| value.get("string"))
        .and_then(Value::as_str);
    if let Some(version) = version {
        sink.push("bundle.kubernetes", json!(version), 0, version);
    }
}

/// `rke2 --version`: `version.rke2`; the same for k3s.
pub(super) fn distribution(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let mut words = raw.split_whitespace();
        if let (Some(product @ ("rke2" | "k3s")), Some("version"), Some(version)) =
            (words.next(), words.next(), words.next())
        {
            sink.push(format!("version.{product}"), json!(version), line, raw);
        }
    }
}
