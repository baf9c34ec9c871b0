//! What the kubelet demands of the kernel, and what servers demand of each other.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Outcome;
use super::facts::{Facts, several, without_api};
use super::threshold::KERNEL;

/// Kernel settings against what the kubelet requires when it protects its defaults.
pub(super) fn flags(facts: &Facts<'_>) -> Outcome {
    let mut wrong = Vec::new();
    let mut unseen = Vec::new();
    for (key, want) in KERNEL {
        match facts.sysctl(key) {
            None => unseen.push((*key).to_owned()),
            Some(have) if have == *want => {}
            Some(have) => wrong.push((*key, *want, have)),
        }
    }
    if !unseen.is_empty() && wrong.is_empty() {
        return Outcome::unknown(
            format!("{} not seen", several(&unseen)),
            "run it on the node itself: a mounted disk has no kernel",
        );
    }
    let said: Vec<String> = wrong
        .iter()
        .map(|(key, want, have)| format!("{key} is {have}, required {want}"))
        .collect();
    let said = said.join("; ");
    if wrong.is_empty() {
        return Outcome::passed("all as the kubelet requires");
    }
    match protection(facts) {
        Some(by) => {
            let set: Vec<String> = wrong
                .iter()
                .map(|(key, want, _)| format!("{key}={want}"))
                .collect();
            let keep = if facts.value("release.harvester").is_some() {
                "keep it in `sysctl` of the initramfs stage in a file below /oem"
            } else {
                "keep it in a file below /etc/sysctl.d"
            };
            Outcome::failed(
                format!("{said}; the kubelet exits on that ({by})"),
                format!("sysctl -w {}; {keep}", set.join(" ")),
            )
        }
        None => Outcome::passed(format!(
            "{said}; the kubelet sets them itself (neither protect-kernel-defaults nor profile is configured here)"
        )),
    }
}

/// What makes the kubelet exit instead of setting them: RKE2's `profile`, or the flag (`pkg/cli/cmds/profile_linux.go`).
fn protection(facts: &Facts<'_>) -> Option<String> {
    let set = |value: &Value| value == &Value::Bool(true) || value.as_str() == Some("true");
    if facts.config("protect-kernel-defaults").is_some_and(set) {
        return Some("protect-kernel-defaults".to_owned());
    }
    if let Some(profile) = facts.config("profile").and_then(Value::as_str) {
        return Some(format!("profile: {profile}"));
    }
    let listed = |value: &Value| value.to_string().contains("protect-kernel-defaults=true");
    if facts.config("kubelet-arg").is_some_and(listed) {
        return Some("kubelet-arg: protect-kernel-defaults=true".to_owned());
    }
    // A node that is to join is configured like the servers that are there.
    let servers = arguments_of_servers(facts)?;
    servers.iter().find_map(|(server, arguments)| {
        let found = ["--profile", "--protect-kernel-defaults"]
            .into_iter()
            .find(|flag| arguments.contains_key(*flag))?;
        Some(format!("server {server} runs with {found}"))
    })
}

/// Arguments of servers that differ although all must share them: a server with another refuses to start, or behaves
/// unlike the others.
pub(super) fn arguments(facts: &Facts<'_>) -> Outcome {
    const SHARED: &[&str] = &[
        "--cluster-cidr",
        "--service-cidr",
        "--cluster-dns",
        "--cluster-domain",
        "--cni",
        "--disable",
        "--disable-network-policy",
        "--egress-selector-mode",
        "--flannel-backend",
        "--profile",
        "--protect-kernel-defaults",
        "--secrets-encryption",
    ];
    let Some(servers) = arguments_of_servers(facts) else {
        return without_api(facts, "Nodes");
    };
    if servers.is_empty() {
        return Outcome::unknown(
            "no server tells its arguments (annotation node-args)",
            "compare /etc/rancher/*/config.yaml of the servers by hand",
        );
    }
    let mut differ = Vec::new();
    for key in SHARED {
        let mut values: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (server, arguments) in &servers {
            let value = arguments
                .get(*key)
                .cloned()
                .unwrap_or_else(|| "(not set)".to_owned());
            values.entry(value).or_default().push(server);
        }
        if values.len() > 1 {
            let told = values
                .iter()
                .map(|(value, servers)| format!("{value} on {}", servers.join(", ")));
            differ.push(format!("{key}: {}", told.collect::<Vec<_>>().join("; ")));
        }
    }
    if differ.is_empty() {
        return Outcome::passed(match servers.len() {
            1 => "one server".to_owned(),
            count => format!("the same on {count} servers"),
        });
    }
    Outcome::failed(
        differ.join(". "),
        "make /etc/rancher/*/config.yaml the same on every server, then restart the changed ones, one after the other",
    )
}

/// Arguments by server, as RKE2 and K3s note them on their Nodes.
fn arguments_of_servers(facts: &Facts<'_>) -> Option<BTreeMap<String, BTreeMap<String, String>>> {
    let nodes = facts.objects("Node", "")?;
    let mut servers = BTreeMap::new();
    for node in nodes {
        let annotations = node.value.pointer("/metadata/annotations");
        let noted = ["rke2.io/node-args", "k3s.io/node-args"]
            .iter()
            .find_map(|key| annotations?.get(key)?.as_str());
        let words: Vec<String> = noted
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        if words.first().map(String::as_str) == Some("server") {
            servers.insert(node.name.clone(), pairs(words.get(1..).unwrap_or_default()));
        }
    }
    Some(servers)
}

/// `--key value`, `--key=value`; a key that comes several times has all its values, sorted.
fn pairs(words: &[String]) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let Some((key, value)) = word.split_once('=') else {
            let value = words.next_if(|next| !next.starts_with("--"));
            let value = value.cloned().unwrap_or_else(|| "true".to_owned());
            found.entry(word.clone()).or_default().push(value);
            continue;
        };
        found
            .entry(key.to_owned())
            .or_default()
            .push(value.to_owned());
    }
    let joined = |(key, mut values): (String, Vec<String>)| {
        values.sort();
        (key, values.join(","))
    };
    found.into_iter().map(joined).collect()
}
