//! An incident into a bundle in its layout: the lines where they would stand, among noise and loud consequences.

use std::collections::BTreeMap;

use super::incident::Incident;
use super::noise;
use super::stamp::Clock;

/// Files of a bundle by path (below the root folder), and the root folder's name.
pub struct Bundle {
    pub root: String,
    pub files: BTreeMap<String, String>,
}

/// Times are rebased so that the incident lies shortly before this collection time.
pub const COLLECTED: &str = "2025-06-15T12:00:00Z";

/// Builds the bundle of an incident.
pub fn build(incident: &Incident) -> Bundle {
    let harvester = incident
        .product
        .iter()
        .any(|p| p == "harvester" || p == "longhorn")
        // the layout of the support-bundle-kit, whatever the product
        || incident.r#where.starts_with("logs/");
    let mut places = Places::of(incident, harvester);
    let mut clock = Clock::ending(COLLECTED);
    for (at, line) in incident.log_lines.iter().enumerate() {
        let path = places.line(line);
        let raw = clock.rebase(line, at, incident.log_lines.len());
        let wrapped = clock.wrap(&path, &raw);
        places.push(&path, wrapped);
    }
    for text in incident
        .red_herrings
        .iter()
        .filter(|text| !text.starts_with('(') && text.len() > 40)
    {
        let path = places.line(text);
        let raw = clock.rebase(text, 0, 1);
        let wrapped = clock.wrap(&path, &raw);
        places.push(&path, wrapped);
    }
    for text in incident
        .object_state
        .iter()
        .filter(|text| !text.starts_with('('))
    {
        places.object(text);
    }
    let files = places.finish(&mut clock, harvester);
    let root = match harvester {
        true => "supportbundle_00000000-0000-4000-8000-00000000cafe_2025-06-15T12-00-00Z",
        false => "n1-2025-06-15_12_00_00",
    };
    Bundle {
        root: root.to_owned(),
        files,
    }
}

/// Where the lines of an incident stand.
struct Places {
    candidates: Vec<String>,
    lines: BTreeMap<String, Vec<String>>,
    events: Vec<String>,
    tables: BTreeMap<String, Vec<String>>,
    harvester: bool,
    product: String,
}

impl Places {
    fn of(incident: &Incident, harvester: bool) -> Self {
        let product = ["k3s", "rke1"]
            .into_iter()
            .find(|p| incident.product.iter().any(|i| i == p));
        let product = product
            .map_or("rke2", |p| if p == "rke1" { "rke" } else { p })
            .to_owned();
        let mut candidates = Vec::new();
        for place in incident.r#where.split([';', ',']) {
            candidates.extend(path_of(
                place.trim(),
                &incident.component,
                harvester,
                &product,
            ));
        }
        candidates.extend(path_of(
            &incident.component,
            &incident.component,
            harvester,
            &product,
        ));
        if candidates.is_empty() {
            candidates.push(match harvester {
                true => "logs/harvester-system/harvester-7d9c6b5f4-abcde/apiserver.log".to_owned(),
                false => format!(
                    "journald/{}",
                    if product == "rke" {
                        "docker"
                    } else {
                        product_unit(&product)
                    }
                ),
            });
        }
        Self {
            candidates,
            lines: BTreeMap::new(),
            events: Vec::new(),
            tables: BTreeMap::new(),
            harvester,
            product,
        }
    }

    /// The place of a line: the first candidate that such a line can stand in.
    fn line(&self, line: &str) -> String {
        let journal = line.len() > 20
            && line.get(3..4) == Some(" ")
            && line.get(6..7) == Some(" ")
            && line.contains("]: ");
        let fits = |path: &&String| {
            !journal
                || path.starts_with("journald")
                || path.contains(".zip/")
                || path.starts_with("systemlogs")
        };
        self.candidates
            .iter()
            .find(fits)
            .or(self.candidates.first())
            .cloned()
            .unwrap_or_default()
    }

    fn push(&mut self, path: &str, line: String) {
        if path == "events" {
            self.events.push(line);
        } else {
            self.lines.entry(path.to_owned()).or_default().push(line);
        }
    }

    /// A fragment of an object: its message as an Event, a table's row in the table.
    fn object(&mut self, text: &str) {
        let message = text
            .trim()
            .strip_prefix("message:")
            .map(|m| m.trim().trim_matches(['\'', '"']));
        match message {
            // YAML folds a long message over lines
            Some(message) => self
                .events
                .push(message.lines().map(str::trim).collect::<Vec<_>>().join(" ")),
            // a Harvester bundle has no kubectl tables; the collector's tarballs have
            None if !self.harvester
                && text.split_whitespace().count() > 4
                && text.contains("  ") =>
            {
                self.tables
                    .entry("pods".to_owned())
                    .or_default()
                    .push(text.to_owned());
            }
            None => self.events.push(text.to_owned()),
        }
    }

    fn finish(self, clock: &mut Clock, harvester: bool) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        let mut lines = self.lines;
        if lines.is_empty() {
            lines.insert(
                self.candidates.first().cloned().unwrap_or_default(),
                Vec::new(),
            );
        }
        for (path, own) in lines {
            if path == "events" {
                continue;
            }
            let path = path.trim_end_matches('/').to_owned();
            files.insert(path.clone(), noise::mix(&path, own, clock));
        }
        for (path, text) in noise::consequences(harvester, &self.product, clock) {
            files
                .entry(path)
                .and_modify(|have: &mut String| have.push_str(&text))
                .or_insert(text);
        }
        if !self.events.is_empty() {
            let path = if harvester {
                "yamls/namespaced/default/v1/events.yaml"
            } else {
                "rke2/kubectl/rancher-prov/events"
            };
            files.insert(path.to_owned(), events(&self.events));
        }
        for (name, rows) in self.tables {
            files.insert(format!("{}/kubectl/{name}", self.product), rows.join("\n"));
        }
        if self.harvester {
            let created = "bundlename: \"\"\nkubernetesversion: v1.30.4+rke2r1\nbundlecreatedat: \"2025-06-15T12:00:00Z\"\nissuedescription: \"\"\n";
            files.insert("metadata.yaml".to_owned(), created.to_owned());
            files.insert("bundleGenerationError.log".to_owned(), String::new());
        } else {
            files.insert(
                "systeminfo/date".to_owned(),
                "Sun Jun 15 12:00:00 UTC 2025\n".to_owned(),
            );
            files.insert("systeminfo/hostname".to_owned(), "n1\n".to_owned());
        }
        files
    }
}

fn product_unit(product: &str) -> &str {
    match product {
        "k3s" => "k3s",
        _ => "rke2-server",
    }
}

fn events(messages: &[String]) -> String {
    let mut text = "apiVersion: v1\nitems:\n".to_owned();
    for (at, message) in messages.iter().enumerate() {
        let message = serde_json::to_string(message).expect("text");
        text.push_str(&format!(
            "- apiVersion: v1\n  count: 4\n  firstTimestamp: \"2025-06-15T11:40:00Z\"\n  involvedObject:\n    kind: Pod\n    name: p{at}\n    namespace: default\n  kind: Event\n  lastTimestamp: \"2025-06-15T11:58:00Z\"\n  message: {message}\n  metadata:\n    name: e{at}\n    namespace: default\n    uid: 00000000-0000-4000-8000-00000000000{}\n  reason: Failed\n  type: Warning\n",
            at % 10
        ));
    }
    text.push_str("kind: List\nmetadata:\n  resourceVersion: \"null\"\n");
    text
}

/// A phrase of `where` (or a component) into a path.
fn path_of(place: &str, component: &str, harvester: bool, product: &str) -> Option<String> {
    let place = place.trim();
    let filled = place
        .replace("<id>", "7d9c6b5f4-abcde")
        .replace('*', "7d9c6b5f4-abcde")
        .replace("<node>", "n1");
    let filled = filled
        .split(" (")
        .next()
        .unwrap_or(&filled)
        .trim()
        .to_owned();
    if let Some(rest) = filled.strip_prefix("nodes/n1.zip:") {
        return Some(format!(
            "nodes/n1.zip/n1/{}",
            rest.split_whitespace().next()?
        ));
    }
    if filled.starts_with("logs/") && harvester {
        let path = filled.split_whitespace().next()?.to_owned();
        let path = path.replace(['<', '>'], "x");
        return Some(match path.matches('/').count() {
            2 if !path.ends_with(".log") => format!(
                "{path}/{}.log",
                component.split(' ').next()?.replace('/', "-")
            ),
            _ => path,
        });
    }
    if let Some(rest) = filled.strip_prefix("podlogs/") {
        let pod = rest.split_whitespace().next()?.replace(['<', '>'], "x");
        return Some(format!("{product}/podlogs/{pod}"));
    }
    if let Some(unit) = filled.strip_prefix("journald/") {
        return Some(format!("journald/{}", unit.split_whitespace().next()?));
    }
    if let Some(rest) = filled.strip_prefix("containerlogs/") {
        return Some(format!(
            "{product}/containerlogs/{}",
            rest.split_whitespace().next()?.trim_end_matches(".log")
        ));
    }
    if filled.starts_with("systemlogs/") || filled.contains("agent-logs/") {
        return Some(
            filled
                .split_whitespace()
                .next()?
                .replace("rke2|k3s", product),
        );
    }
    if filled.contains("event") {
        return Some("events".to_owned());
    }
    known(&filled, harvester, product)
}

/// A program's name into the file where its log usually is.
fn known(words: &str, harvester: bool, product: &str) -> Option<String> {
    let words = words.to_ascii_lowercase();
    let has = |name: &str| words.contains(name);
    if harvester {
        let node = |file: &str| Some(format!("nodes/n1.zip/n1/logs/{file}.log"));
        return match () {
            () if has("kernel") || has("dmesg") => node("kernel"),
            () if has("rancherd") => node("rancherd"),
            () if has("system-agent") => node("rancher-system-agent"),
            () if has("installer") || has("console") => node("console"),
            () if has("containerd") => node("containerd"),
            () if has("rke2") => node("rke2-server"),
            () if has("kubelet") => node("kubelet"),
            () if has("apply-manifests") => Some(
                "logs/harvester-system/hvst-upgrade-x7k2p-apply-manifests-abcde/apply.log".into(),
            ),
            () if has("post-drain") => Some(
                "logs/harvester-system/hvst-upgrade-x7k2p-post-drain-n1-abcde/apply.log".into(),
            ),
            () if has("pre-drain") => {
                Some("logs/harvester-system/hvst-upgrade-x7k2p-pre-drain-n1-abcde/apply.log".into())
            }
            () if has("longhorn-manager") => {
                Some("logs/longhorn-system/longhorn-manager-abcde/longhorn-manager.log".into())
            }
            () if has("virt-handler") => {
                Some("logs/harvester-system/virt-handler-abcde/virt-handler.log".into())
            }
            () if has("virt-controller") => Some(
                "logs/harvester-system/virt-controller-7d9c6b5f4-abcde/virt-controller.log".into(),
            ),
            () if has("etcd") => Some("logs/kube-system/etcd-n1/etcd.log".into()),
            () if has("apiserver") => {
                Some("logs/kube-system/kube-apiserver-n1/kube-apiserver.log".into())
            }
            () if has("rancher") => {
                Some("logs/cattle-system/rancher-7d9c6b5f4-abcde/rancher.log".into())
            }
            () if has("status") || has("yamls") || has(" cr") => Some("events".into()),
            () => None,
        };
    }
    let pod = |name: &str| Some(format!("{product}/podlogs/{name}"));
    match () {
        () if has("kernel") => Some("systemlogs/messages".into()),
        () if has("k3s-agent") => Some("journald/k3s-agent".into()),
        () if has("rke2-agent") => Some("journald/rke2-agent".into()),
        () if has("rke2-server") || words == "rke2" => Some("journald/rke2-server".into()),
        () if has("system-agent") => Some("journald/rancher-system-agent".into()),
        () if has("docker") => Some("journald/docker".into()),
        () if has("k3s") => Some("journald/k3s".into()),
        () if has("kubelet") => Some(format!("{product}/agent-logs/kubelet.log")),
        () if has("containerd") => Some(format!("{product}/containerd.log")),
        () if has("etcd") => pod("kube-system-etcd-n1"),
        () if has("apiserver") => pod("kube-system-kube-apiserver-n1"),
        () if has("scheduler") => pod("kube-system-kube-scheduler-n1"),
        () if has("controller-manager") => pod("kube-system-kube-controller-manager-n1"),
        () if has("cluster-agent") => pod("cattle-system-cattle-cluster-agent-7d9c6b5f4-abcde"),
        () if has("rancher") => pod("cattle-system-rancher-7d9c6b5f4-abcde"),
        () if has("coredns") => pod("kube-system-rke2-coredns-7d9c6b5f4-abcde"),
        () if has("calico") => pod("kube-system-calico-node-abcde"),
        () => None,
    }
}
