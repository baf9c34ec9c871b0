//! A node's network: resolver, hosts file, interfaces, packet filter.

use serde_json::json;

use super::{Sink, numbered};

/// `resolv.conf`: `resolver` with its name servers and search list.
pub(super) fn resolver(text: &str, sink: &mut Sink<'_>) {
    let words = |key: &str| -> Vec<&str> {
        text.lines()
            .filter_map(|line| line.trim().strip_prefix(key))
            .filter(|rest| rest.starts_with([' ', '\t']))
            .flat_map(str::split_whitespace)
            .collect()
    };
    let servers = words("nameserver");
    let loopback =
        servers.iter().all(|s| s.starts_with("127.") || *s == "::1") && !servers.is_empty();
    let fact = json!({"nameservers": servers, "count": servers.len(), "search": words("search"), "loopback_only": loopback});
    sink.push(
        "resolver",
        fact,
        0,
        &format!("nameserver {}", servers.join(" ")),
    );
}

/// `hosts`: one `host-entry` per line.
pub(super) fn hosts(text: &str, sink: &mut Sink<'_>) {
    for (line, raw) in numbered(text) {
        let raw = raw.split('#').next().unwrap_or("");
        let mut words = raw.split_whitespace();
        if let Some(address) = words.next() {
            let names: Vec<&str> = words.collect();
            sink.push(
                "host-entry",
                json!({"address": address, "names": names}),
                line,
                raw,
            );
        }
    }
}

/// One link of `ip addr show` while its lines are read.
struct Link<'a> {
    line: usize,
    quote: &'a str,
    name: &'a str,
    mtu: u64,
    state: &'a str,
    addresses: Vec<&'a str>,
}

impl<'a> Link<'a> {
    fn open(line: usize, raw: &'a str) -> Self {
        let words: Vec<&str> = raw.split_whitespace().collect();
        let after = |key: &str| {
            words
                .iter()
                .position(|w| *w == key)
                .and_then(|i| words.get(i + 1))
                .copied()
        };
        let name = words.get(1).unwrap_or(&"").trim_end_matches(':');
        Link {
            line,
            quote: raw,
            name: name.split('@').next().unwrap_or(name),
            mtu: after("mtu").and_then(|m| m.parse().ok()).unwrap_or(0),
            state: after("state").unwrap_or(""),
            addresses: Vec::new(),
        }
    }

    /// The ends of pods' veth pairs are hundreds of links that say nothing.
    fn close(self, sink: &mut Sink<'_>) {
        if ["veth", "cali", "lxc"]
            .iter()
            .any(|pod_end| self.name.starts_with(pod_end))
        {
            return;
        }
        let fact = json!({"name": self.name, "mtu": self.mtu, "state": self.state, "addresses": self.addresses});
        sink.push("interface", fact, self.line, self.quote);
    }
}

/// `ip addr show`: one `interface` per link, without the veth and cali ends of pods.
pub(super) fn addresses(text: &str, sink: &mut Sink<'_>) {
    let mut current: Option<Link<'_>> = None;
    for (line, raw) in numbered(text) {
        if raw.starts_with(|c: char| c.is_ascii_digit()) {
            if let Some(done) = current.replace(Link::open(line, raw)) {
                done.close(sink);
            }
        } else if let Some(link) = &mut current {
            let mut words = raw.split_whitespace();
            if let (Some("inet" | "inet6"), Some(address)) = (words.next(), words.next()) {
                link.addresses.push(address);
            }
        }
    }
    if let Some(done) = current {
        done.close(sink);
    }
}

/// `iptables-save`: `iptables` with the number of entries and the default policies that drop.
pub(super) fn iptables(text: &str, sink: &mut Sink<'_>) {
    let entries = text.lines().filter(|line| line.starts_with("-A ")).count();
    let drops: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix(':'))
        .filter(|line| line.split_whitespace().nth(1) == Some("DROP"))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let duplicates = text
        .lines()
        .filter(|line| line.starts_with("-A ") && line.contains("KUBE-FIREWALL"))
        .count();
    let fact = json!({"entries": entries, "policy_drop": drops, "kube_firewall": duplicates});
    sink.push("iptables", fact, 0, &format!("{entries} entries"));
}
