//! What only several sources together say, as facts: reboots, logs that stopped, containers that ended, the age of
//! snapshots, settings in which nodes of one role differ.
//!
//! Derived after all entries are merged and the clocks are aligned, in the order of the evidence. A derived fact points
//! at the entry that shows it.

mod differs;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Evidence, Fact, ObjectKey};
use crate::bundle::{EntryKind, Instance};
use crate::packed::View;

/// Boots closer than this are one, seen in two logs.
const ONE_BOOT: SignedDuration = SignedDuration::from_mins(3);
/// A log that ends this long before its node's newest has stopped; quiet programs pause for less.
const STOPPED: SignedDuration = SignedDuration::from_mins(10);
/// Facts of one sort; more is no help.
const MOST: usize = 2_000;

impl Evidence {
    /// Adds the facts that follow from what was read.
    pub fn derive_facts(&mut self) {
        let mut derived = reboots(self);
        derived.extend(stopped(self));
        derived.extend(containers(self));
        derived.extend(snapshots(self));
        derived.extend(differs::all(self));
        self.facts.extend(derived);
        self.facts.sort_by(|a, b| {
            (&a.key, &a.node, a.entry, a.line).cmp(&(&b.key, &b.node, b.entry, b.line))
        });
    }
}

fn fact(key: &str, node: Option<&Arc<str>>, value: Value, entry: u32, text: String) -> Fact {
    Fact {
        key: key.to_owned(),
        node: node.cloned(),
        value,
        entry,
        line: 0,
        text,
    }
}

/// The newest time that any log of a node holds.
fn newest(evidence: &Evidence) -> BTreeMap<Arc<str>, Timestamp> {
    let mut newest: BTreeMap<Arc<str>, Timestamp> = BTreeMap::new();
    for read in &evidence.entries {
        if let (Some(node), Some((_, end))) = (&read.entry.origin.node, read.hits.coverage.span) {
            let last = newest.entry(Arc::clone(node)).or_insert(end);
            *last = end.max(*last);
        }
    }
    newest
}

/// One `reboot` per boot that a node's logs show, and `uptime` from the last where nothing else says it.
fn reboots(evidence: &Evidence) -> Vec<Fact> {
    let mut boots: BTreeMap<&Arc<str>, Vec<(Timestamp, u32)>> = BTreeMap::new();
    for (at, read) in (0u32..).zip(&evidence.entries) {
        if let Some(node) = &read.entry.origin.node {
            let own = read.hits.coverage.boots.iter().map(|boot| (*boot, at));
            boots.entry(node).or_default().extend(own);
        }
    }
    let newest = newest(evidence);
    let mut facts = Vec::new();
    for (node, mut of_node) in boots {
        of_node.sort_unstable();
        of_node.dedup_by(|later, earlier| later.0.duration_since(earlier.0) <= ONE_BOOT);
        for (time, entry) in of_node.iter().take(MOST) {
            let text = format!("{node} booted at {time}");
            let value = json!({"time": time.to_string()});
            facts.push(fact("reboot", Some(node), value, *entry, text));
        }
        let known = |f: &Fact| f.key == "uptime" && f.node.as_deref() == Some(&**node);
        if let (Some((boot, entry)), Some(now)) = (of_node.last(), newest.get(node))
            && !evidence.facts.iter().any(known)
        {
            let minutes = now.duration_since(*boot).as_mins();
            let value = json!({"minutes": minutes, "since": boot.to_string()});
            let text = format!("{node} has been up for {minutes} minutes, since {boot}");
            facts.push(fact("uptime", Some(node), value, *entry, text));
        }
    }
    facts
}

/// `log-stopped`: a program's log that ends well before its node's newest line. Only logs of one program count, with
/// all their rotated files; a previous instance has ended by its nature.
fn stopped(evidence: &Evidence) -> Vec<Fact> {
    type Speaker<'e> = (
        usize,
        &'e Arc<str>,
        Option<&'e str>,
        Option<&'e str>,
        String,
    );
    let mut ends: BTreeMap<Speaker<'_>, (Timestamp, u32)> = BTreeMap::new();
    for (at, read) in (0u32..).zip(&evidence.entries) {
        let origin = &read.entry.origin;
        let current = origin.instance != Instance::Previous;
        let log = read.entry.kind == EntryKind::Log && current && !origin.programs.is_all();
        let (true, Some(node), Some((_, end))) = (log, &origin.node, read.hits.coverage.span)
        else {
            continue;
        };
        let named = origin.container.as_deref().or(origin.unit.as_deref());
        let program = origin.programs.iter().next().map(|program| program.name());
        let name = named.or(program).unwrap_or_default().to_owned();
        let (namespace, pod) = (origin.namespace.as_deref(), origin.pod.as_deref());
        let slot = ends
            .entry((read.entry.input, node, namespace, pod, name))
            .or_insert((end, at));
        if end > slot.0 {
            *slot = (end, at);
        }
    }
    let newest = newest(evidence);
    ends.into_iter()
        .filter_map(|((_, node, namespace, pod, name), (end, entry))| {
            let last = newest.get(node)?;
            let gap = last.duration_since(end);
            (gap > STOPPED).then(|| {
                let minutes = gap.as_mins();
                let value = json!({
                    "program": name, "namespace": namespace, "pod": pod,
                    "last": end.to_string(), "minutes": minutes,
                });
                let text = format!(
                    "the log of {name} on {node} stops at {end}, {minutes} minutes before the node's newest line"
                );
                fact("log-stopped", Some(node), value, entry, text)
            })
        })
        .take(MOST)
        .collect()
}

/// One `container` per container of a Pod that has ended, now or before it was started again, with its exit code.
fn containers(evidence: &Evidence) -> Vec<Fact> {
    let key = ObjectKey {
        kind: "Pod".to_owned(),
        group: String::new(),
    };
    let mut facts = Vec::new();
    for pod in evidence.objects.get(&key).into_iter().flatten() {
        let node = pod.value.pointer("/spec/nodeName").and_then(View::as_str);
        let node: Option<Arc<str>> = node.map(Arc::from);
        let lists = ["initContainerStatuses", "containerStatuses"];
        let statuses = lists
            .iter()
            .filter_map(|list| pod.value.get("status")?.get(list)?.as_array());
        for status in statuses.flatten() {
            let ended = ["/state/terminated", "/lastState/terminated"]
                .iter()
                .find_map(|at| Some((status.pointer(at)?, *at)));
            let Some((ended, at)) = ended else { continue };
            let field = |key: &str| ended.get(key).map_or(Value::Null, View::to_json);
            let name = status
                .get("name")
                .and_then(View::as_str)
                .unwrap_or_default();
            let namespace = pod.namespace.as_deref().unwrap_or_default();
            let state = if at.starts_with("/state") {
                "Exited"
            } else {
                "Restarted"
            };
            let value = json!({
                "name": name, "pod": pod.name, "namespace": namespace, "state": state,
                "exit_code": field("exitCode"), "reason": field("reason"), "finished": field("finishedAt"),
                "restarts": status.get("restartCount").map_or(Value::Null, View::to_json),
            });
            let text = format!(
                "{namespace}/{}: {name} ended with {} ({})",
                pod.name,
                field("exitCode"),
                field("reason").as_str().unwrap_or("no reason")
            );
            if facts.len() < MOST {
                facts.push(fact("container", node.as_ref(), value, pod.entry, text));
            }
        }
    }
    facts
}

/// `etcd.snapshots` per node that lists any: how many, the newest, and its age at the time of collection.
fn snapshots(evidence: &Evidence) -> Vec<Fact> {
    /// When taken, path, entry.
    type Listed<'e> = (&'e str, &'e str, u32);
    let mut by_node: BTreeMap<Option<Arc<str>>, Vec<Listed<'_>>> = BTreeMap::new();
    for one in evidence.facts.iter().filter(|f| f.key == "etcd.snapshot") {
        let text = |key: &str| one.value.get(key).and_then(Value::as_str);
        if let (Some(taken), Some(path)) = (text("taken"), text("path")) {
            let of_node = by_node.entry(one.node.clone()).or_default();
            of_node.push((taken, path, one.entry));
        }
    }
    let newest_log = newest(evidence);
    by_node
        .into_iter()
        .filter_map(|(node, all)| {
            let (taken, path, entry) = all.iter().max()?;
            let stated = evidence
                .facts
                .iter()
                .find(|f| f.key == "collected-at" && f.node.as_deref() == node.as_deref());
            let now = stated
                .and_then(|f| f.value.as_str()?.parse::<Timestamp>().ok())
                .or_else(|| newest_log.get(node.as_ref()?).copied());
            let taken_at: Timestamp = taken.parse().ok()?;
            let hours = now.map(|now| now.duration_since(taken_at).as_hours());
            let value =
                json!({"count": all.len(), "newest": path, "taken": taken, "age_hours": hours});
            let old = hours
                .map(|hours| format!(", {hours} hours old"))
                .unwrap_or_default();
            let text = format!("{} snapshots, the newest {path} of {taken}{old}", all.len());
            Some(fact("etcd.snapshots", node.as_ref(), value, *entry, text))
        })
        .collect()
}
