//! Settings in which nodes of one role differ: servers of one cluster should be alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::fact;
use crate::evidence::{Evidence, Fact, ObjectKey};
use crate::packed::View;

/// Facts by these keys are settings. The second word of `os` and `interface` is chosen below.
const SETTINGS: &[&str] = &[
    "sysctl.",
    "limit.",
    "version.",
    "config.rke2.",
    "config.k3s.",
    "flag.",
    "kernel",
    "os",
    "interface",
];
/// Kernel settings that are counters, identities, or follow from the size of the machine.
const OWN_SYSCTL: &[&str] = &[
    "kernel.random.",
    "kernel.hostname",
    "kernel.domainname",
    "kernel.ns_last_pid",
    "kernel.pty.nr",
    "kernel.threads-max",
    "kernel.sched_",
    "kernel.perf_event",
    "kernel.osrelease",
    "kernel.version",
    "kernel.core_pattern",
    "kernel.numa",
    "fs.dentry-state",
    "fs.inode-",
    "fs.file-nr",
    "fs.file-max",
    "fs.aio-nr",
    "fs.quota",
    "fs.epoll",
    "fs.binfmt",
    "net.netfilter.nf_conntrack_count",
    "net.ipv4.tcp_mem",
    "net.ipv4.udp_mem",
    "net.ipv4.conf.",
    "net.ipv6.conf.",
    "net.ipv4.tcp_fastopen_key",
    "net.ipv4.tcp_max_",
    "net.ipv4.neigh.",
    "net.ipv6.neigh.",
    "user.max_",
    "dev.",
    "vm.lowmem",
    "vm.min_free",
    "vm.user_reserve",
    "vm.admin_reserve",
    "sunrpc.",
];
/// Configuration that names the node itself.
const OWN_CONFIG: &[&str] = &[
    "node-name",
    "node-ip",
    "node-external-ip",
    "node-label",
    "advertise-address",
    "bind-address",
    "server",
    "cluster-init",
    "with-node-id",
    "hostname-override",
    "name",
    "node-internal-ip",
];

/// A node's value and the fact that says so; nothing where two facts disagree.
type Said<'e> = Option<(String, &'e Fact)>;

/// One `differs.<key>` for every node whose value is not what most nodes of its role have.
pub(super) fn all(evidence: &Evidence) -> Vec<Fact> {
    let roles = roles(evidence);
    // by role and key; a key that a node states twice is no setting
    let mut stated: BTreeMap<(&str, String), BTreeMap<&Arc<str>, Said<'_>>> = BTreeMap::new();
    for one in &evidence.facts {
        let Some(node) = &one.node else { continue };
        let (Some(role), Some((key, value))) = (roles.get(&**node), setting(one)) else {
            continue;
        };
        if is_own(&key, &value, node) {
            continue;
        }
        let of_key = stated.entry((*role, key)).or_default();
        of_key
            .entry(node)
            .and_modify(|known| {
                if known.as_ref().is_some_and(|(other, _)| *other != value) {
                    *known = None;
                }
            })
            .or_insert(Some((value, one)));
    }
    let mut facts = Vec::new();
    for ((role, key), of_nodes) in stated {
        let of_nodes: Vec<(&Arc<str>, String, &Fact)> = of_nodes
            .into_iter()
            .filter_map(|(node, said)| said.map(|(value, from)| (node, value, from)))
            .collect();
        odd(role, &key, &of_nodes, &mut facts);
    }
    facts
}

fn odd(role: &str, key: &str, of_nodes: &[(&Arc<str>, String, &Fact)], facts: &mut Vec<Fact>) {
    let mut count: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, (_, value, _)) in of_nodes.iter().enumerate() {
        count.entry(value).or_insert((0, at)).0 += 1;
    }
    if count.len() < 2 {
        return;
    }
    // the most frequent; of equally frequent ones that of the first node
    let usual = count
        .iter()
        .max_by_key(|(_, (n, first))| (*n, std::cmp::Reverse(*first)))
        .map(|(value, _)| *value)
        .unwrap_or_default();
    let others: Vec<&str> = of_nodes
        .iter()
        .filter(|(_, value, _)| value == usual)
        .map(|(node, _, _)| &***node)
        .collect();
    for (node, value, from) in of_nodes.iter().filter(|(_, value, _)| value != usual) {
        let verb = if others.len() == 1 { "has" } else { "have" };
        let text = format!(
            "{key} is {value} on {node}; {} {verb} {usual}",
            others.join(", ")
        );
        let said =
            json!({"key": key, "value": value, "usual": usual, "role": role, "nodes": others});
        let one = fact(
            &format!("differs.{key}"),
            Some(node),
            said,
            from.entry,
            text,
        );
        facts.push(Fact {
            line: from.line,
            ..one
        });
    }
}

/// The key and value of a fact that is a setting.
fn setting(one: &Fact) -> Option<(String, String)> {
    let key = one.key.as_str();
    if !SETTINGS.iter().any(|prefix| key.starts_with(prefix)) {
        return None;
    }
    match (key, &one.value) {
        ("os", value) => Some(("os".to_owned(), value.get("name")?.as_str()?.to_owned())),
        ("interface", value) => {
            let name = value.get("name")?.as_str()?;
            let mtu = value.get("mtu")?.as_u64()?;
            (name != "lo").then(|| (format!("mtu.{name}"), mtu.to_string()))
        }
        (_, Value::String(text)) => Some((key.to_owned(), text.clone())),
        (_, value @ (Value::Number(_) | Value::Bool(_) | Value::Array(_))) => {
            Some((key.to_owned(), value.to_string()))
        }
        _ => None,
    }
}

/// Whether a value is a node's own by its nature: its name, its addresses, a counter.
fn is_own(key: &str, value: &str, node: &str) -> bool {
    let config = ["config.rke2.", "config.k3s."]
        .iter()
        .find_map(|prefix| key.strip_prefix(prefix));
    let sysctl = key.strip_prefix("sysctl.");
    let address = |text: &str| {
        text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
            .any(|word| {
                word.parse::<std::net::Ipv4Addr>()
                    .is_ok_and(|ip| !ip.is_loopback())
            })
    };
    sysctl.is_some_and(|key| OWN_SYSCTL.iter().any(|own| key.starts_with(own)))
        || config.is_some_and(|key| OWN_CONFIG.contains(&key))
        || (key.starts_with("flag.") && address(value))
        || value.contains(node)
}

/// `server` or `agent`: by the Node's labels, else by the service that runs there.
fn roles(evidence: &Evidence) -> BTreeMap<&str, &'static str> {
    const SERVER: [&str; 3] = ["control-plane", "etcd", "master"];
    let mut roles: BTreeMap<&str, &'static str> = BTreeMap::new();
    for one in evidence.facts.iter().filter(|f| f.key == "unit") {
        let text = |key: &str| one.value.get(key).and_then(Value::as_str);
        if let (Some(node), Some(name), Some("active" | "activating")) =
            (one.node.as_deref(), text("name"), text("active"))
        {
            match name {
                "rke2-server" | "k3s" => roles.insert(node, "server"),
                "rke2-agent" | "k3s-agent" => roles.insert(node, "agent"),
                _ => None,
            };
        }
    }
    let served: BTreeSet<&str> = evidence
        .facts
        .iter()
        .filter(|f| f.key.starts_with("flag.kube-apiserver."))
        .filter_map(|f| f.node.as_deref())
        .collect();
    roles.extend(served.into_iter().map(|node| (node, "server")));
    let key = ObjectKey {
        kind: "Node".to_owned(),
        group: String::new(),
    };
    for node in evidence.objects.get(&key).into_iter().flatten() {
        let labels = node
            .value
            .pointer("/metadata/labels")
            .and_then(View::as_object);
        let is_server = labels.is_some_and(|labels| {
            let mut names =
                labels.filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/"));
            names.any(|role| SERVER.contains(&role))
        });
        roles.insert(&node.name, if is_server { "server" } else { "agent" });
    }
    roles
}
