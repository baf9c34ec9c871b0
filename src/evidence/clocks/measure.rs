//! What tells how far two clocks are apart: moments that both sides log, and states that all nodes renew.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Clock, Measured, middle};
use crate::bundle::EntryKind;
use crate::detect::HitSeries;
use crate::evidence::{Evidence, Object, ObjectKey};
use crate::packed::View;
use crate::signature::Database;

/// Every member of etcd logs an election within a heartbeat or two; also those that only rejoin log it, later.
const ELECTIONS: &str = "etcd/member-sees-election";
const ELECTION_WITHIN: i64 = 1_000;
/// etcd compares its clock with its peers' and names the difference beyond one second.
const DRIFT: &str = "etcd/clock-difference";
const DRIFT_WITHIN: i64 = 500;
/// What chrony says of its own source.
const SOURCE_WITHIN: i64 = 100;
/// A kubelet writes an Event with its own time, the API server adds its own when it stores it.
const EVENTS: usize = 5;
const EVENT_WITHIN: i64 = 2_000;
/// Kubelets renew their Lease every ten seconds and post their status at least every five minutes.
const LEASE_WITHIN: i64 = 12_000;
const HEARTBEAT_WITHIN: i64 = 330_000;
/// Node archives of one bundle are filled at the same time, give or take.
const END_WITHIN: i64 = 900_000;
/// Fewer nodes have no middle that a wrong one could not move.
const ENOUGH: usize = 3;

/// Every measurement of the case.
pub(super) fn all(evidence: &Evidence, database: &Database) -> Vec<Measured> {
    let mut measured = elections(evidence, database);
    measured.extend(drifts(evidence, database));
    // The kubelet of a server talks to its own API server, so among servers that disagree no Event tells who is right.
    let servers_agree = measured.iter().all(|one| one.ahead.abs() <= EVENT_WITHIN);
    measured.extend(sources(evidence));
    if servers_agree {
        measured.extend(events(evidence));
    }
    measured.extend(renewed(leases(evidence), LEASE_WITHIN, "the nodes' Leases"));
    measured.extend(renewed(
        heartbeats(evidence),
        HEARTBEAT_WITHIN,
        "the nodes' heartbeats",
    ));
    measured.extend(ends(evidence));
    measured
}

fn millis(time: Timestamp) -> i64 {
    time.as_millisecond()
}

/// The series of a signature with the node that wrote them.
fn series<'e>(
    evidence: &'e Evidence,
    database: &Database,
    id: &str,
) -> impl Iterator<Item = (&'e str, &'e HitSeries)> + use<'e> {
    let wanted = database.position(id).and_then(|at| u32::try_from(at).ok());
    let entries = evidence.entries.iter().filter(move |_| wanted.is_some());
    entries.flat_map(move |read| {
        let node = read.entry.origin.node.as_deref();
        let own = read.hits.series.iter();
        own.filter(move |series| Some(series.signature) == wanted)
            .filter_map(move |series| Some((node?, series)))
    })
}

/// Elections that several members saw. One alone proves nothing but agreement: a member that starts again logs the
/// leader that it finds.
fn elections(evidence: &Evidence, database: &Database) -> Vec<Measured> {
    let mut seen: BTreeMap<(&str, &str), BTreeMap<&str, i64>> = BTreeMap::new();
    for (node, series) in series(evidence, database, ELECTIONS) {
        let named = |name: &str| series.captures.get(name).map(String::as_str);
        let (Some(leader), Some(term), Some((first, _))) =
            (named("leader"), named("term"), series.span)
        else {
            continue;
        };
        let at = seen.entry((leader, term)).or_default().entry(node);
        let at = at.or_insert(i64::MAX);
        *at = (*at).min(millis(first));
    }
    let mut differences: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for moments in seen.values() {
        for (one, at) in moments {
            for (other, theirs) in moments.range(*one..).skip(1) {
                let pair = differences.entry((one, other)).or_default();
                pair.push(at.saturating_sub(*theirs));
            }
        }
    }
    differences
        .into_iter()
        .filter_map(|((one, other), found)| {
            let (ahead, times) = agreed(found)?;
            Some(Measured {
                one: Clock::Node(one.to_owned()),
                other: Clock::Node(other.to_owned()),
                ahead,
                within: ELECTION_WITHIN,
                from: format!("{times} elections of etcd that {one} and {other} both log"),
            })
        })
        .collect()
}

/// The value around which most differences lie, and how many do; at least two, unless the clocks agree.
fn agreed(mut found: Vec<i64>) -> Option<(i64, usize)> {
    found.sort_unstable();
    let near = |value: i64| {
        let close = |other: &&i64| other.abs_diff(value) <= 2 * ELECTION_WITHIN.unsigned_abs();
        found.iter().filter(close).copied().collect::<Vec<i64>>()
    };
    let mut best = found
        .iter()
        .map(|value| near(*value))
        .max_by_key(|near| (near.len(), std::cmp::Reverse(near.first().copied())))?;
    let times = best.len();
    let ahead = middle(&mut best)?;
    let agree = ahead.abs() <= 2 * ELECTION_WITHIN;
    let most = times >= 2 && times * 2 > found.len();
    (agree || most).then_some((ahead, times))
}

/// Differences that etcd names itself: the peer is known by its id, the member list says whose that is.
fn drifts(evidence: &Evidence, database: &Database) -> Vec<Measured> {
    let mut found: BTreeMap<(&str, String), Vec<i64>> = BTreeMap::new();
    for (node, series) in series(evidence, database, DRIFT) {
        let named = |name: &str| series.captures.get(name);
        let drift = named("drift").and_then(|text| text.parse::<SignedDuration>().ok());
        let peer = named("peer").and_then(|id| member_node(evidence, id));
        if let (Some(drift), Some(peer)) = (drift, peer)
            && peer != node
        {
            let drift = i64::try_from(drift.as_millis()).unwrap_or(i64::MAX);
            found.entry((node, peer)).or_default().push(drift);
        }
    }
    let mut measured = Vec::new();
    for ((node, peer), mut drifts) in found {
        let Some(ahead) = middle(&mut drifts) else {
            continue;
        };
        let spread = drifts.last().zip(drifts.first()).map_or(0, |(a, b)| a - b);
        // a difference that jumps is an overloaded member, not a clock
        if spread > ahead.abs() / 2 {
            continue;
        }
        measured.push(Measured {
            from: format!("etcd on {node}, which compares its clock with that of {peer}"),
            one: Clock::Node(node.to_owned()),
            other: Clock::Node(peer),
            ahead,
            within: DRIFT_WITHIN.max(spread),
        });
    }
    measured
}

/// The node of an etcd member: RKE2 and K3s name a member after its node, with eight hexadecimal digits behind.
fn member_node(evidence: &Evidence, id: &str) -> Option<String> {
    let members = evidence.facts.iter().filter(|f| f.key == "etcd.member");
    let text = |value: &Value, key: &str| Some(value.get(key)?.as_str()?.to_owned());
    let name = members
        .filter(|fact| text(&fact.value, "id").as_deref() == Some(id))
        .find_map(|fact| text(&fact.value, "name"))?;
    match name.rsplit_once('-') {
        Some((node, suffix)) if suffix.len() == 8 => Some(node.to_owned()),
        _ => Some(name),
    }
}

/// Nodes whose time service says how far they are from its source.
fn sources(evidence: &Evidence) -> Vec<Measured> {
    let facts = evidence.facts.iter().filter(|f| f.key == "time-sync");
    facts
        .filter_map(|fact| {
            let followed = fact.value.get("synchronized").and_then(Value::as_bool);
            let seconds = fact
                .value
                .get("offset")?
                .as_f64()
                .filter(|_| followed == Some(true))?;
            let node = fact.node.as_deref()?;
            Some(Measured {
                one: Clock::Node(node.to_owned()),
                other: Clock::Source,
                ahead: (seconds.clamp(-1e12, 1e12) * 1000.0) as i64,
                within: SOURCE_WITHIN,
                from: format!("the time service of {node}"),
            })
        })
        .collect()
}

fn objects<'e>(
    evidence: &'e Evidence,
    kind: &str,
    group: &str,
) -> impl Iterator<Item = &'e Object> + use<'e> {
    let key = ObjectKey {
        kind: kind.to_owned(),
        group: group.to_owned(),
    };
    evidence.objects.get(&key).into_iter().flatten()
}

fn time<'v>(value: impl Into<View<'v>>, pointer: &str) -> Option<i64> {
    let time: Timestamp = value.into().pointer(pointer)?.as_str()?.parse().ok()?;
    Some(millis(time))
}

/// Events of the kubelets of workers: what the API server stored late is late, so the upper end tells.
fn events(evidence: &Evidence) -> Vec<Measured> {
    let servers = servers(evidence);
    if servers.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for event in objects(evidence, "Event", "") {
        let text = |pointer: &str| event.value.pointer(pointer).and_then(View::as_str);
        let component = text("/source/component").or_else(|| text("/reportingComponent"));
        let host = text("/source/host").or_else(|| text("/reportingInstance"));
        let times = time(&event.value, "/firstTimestamp")
            .zip(time(&event.value, "/metadata/creationTimestamp"));
        if let (Some("kubelet"), Some(host), Some((said, stored))) = (component, host, times)
            && !servers.contains(host)
        {
            found
                .entry(host)
                .or_default()
                .push(said.saturating_sub(stored));
        }
    }
    let enough = found.into_iter().filter(|(_, all)| all.len() >= EVENTS);
    enough
        .filter_map(|(node, mut all)| {
            all.sort_unstable();
            let ahead = *all.get(all.len() * 9 / 10)?;
            Some(Measured {
                one: Clock::Node(node.to_owned()),
                other: Clock::Cluster,
                ahead,
                within: EVENT_WITHIN,
                from: format!("{} Events of the kubelet of {node}", all.len()),
            })
        })
        .collect()
}

/// Nodes that run an API server.
fn servers(evidence: &Evidence) -> BTreeSet<&str> {
    let is_server = |node: &&Object| {
        let labels = node.value.pointer("/metadata/labels");
        labels.is_some_and(|labels| {
            labels
                .get("node-role.kubernetes.io/control-plane")
                .is_some()
        })
    };
    objects(evidence, "Node", "")
        .filter(is_server)
        .map(|node| node.name.as_str())
        .collect()
}

fn is_ready(node: &Object) -> bool {
    condition(node).is_some_and(|ready| ready.get("status").and_then(View::as_str) == Some("True"))
}

fn condition(node: &Object) -> Option<View<'_>> {
    let mut conditions = node.value.pointer("/status/conditions")?.as_array()?;
    conditions.find(|one| one.get("type").and_then(View::as_str) == Some("Ready"))
}

/// When each Ready node renewed its Lease, all read in one list.
fn leases(evidence: &Evidence) -> BTreeMap<&str, i64> {
    let ready: BTreeSet<&str> = objects(evidence, "Node", "")
        .filter(|node| is_ready(node))
        .map(|node| node.name.as_str())
        .collect();
    objects(evidence, "Lease", "coordination.k8s.io")
        .filter(|lease| lease.namespace.as_deref() == Some("kube-node-lease"))
        .filter(|lease| ready.contains(lease.name.as_str()))
        .filter_map(|lease| Some((lease.name.as_str(), time(&lease.value, "/spec/renewTime")?)))
        .collect()
}

/// When each Ready node posted its status, all read in one list.
fn heartbeats(evidence: &Evidence) -> BTreeMap<&str, i64> {
    objects(evidence, "Node", "")
        .filter(|node| is_ready(node))
        .filter_map(|node| {
            let at = time(condition(node)?, "/lastHeartbeatTime")?;
            Some((node.name.as_str(), at))
        })
        .collect()
}

/// What all nodes renew lies close together, but for the ones whose clock is off.
fn renewed(at: BTreeMap<&str, i64>, within: i64, from: &str) -> Vec<Measured> {
    if at.len() < ENOUGH {
        return Vec::new();
    }
    let mut all: Vec<i64> = at.values().copied().collect();
    let Some(usual) = middle(&mut all) else {
        return Vec::new();
    };
    let far = at
        .into_iter()
        .map(|(node, at)| (node, at.saturating_sub(usual)))
        .filter(|(_, ahead)| ahead.abs() > within);
    far.map(|(node, ahead)| Measured {
        one: Clock::Node(node.to_owned()),
        other: Clock::Cluster,
        ahead,
        within,
        from: from.to_owned(),
    })
    .collect()
}

/// Nodes whose logs end after those of the others, where those reach the collection: nobody logs in the future. A log
/// that ends early has stopped.
fn ends(evidence: &Evidence) -> Vec<Measured> {
    let mut ends: BTreeMap<(usize, &str), i64> = BTreeMap::new();
    for read in &evidence.entries {
        let origin = &read.entry.origin;
        let own = read.entry.kind == EntryKind::Log && origin.pod.is_none();
        if let (true, Some(node), Some((_, end))) =
            (own, origin.node.as_deref(), read.hits.coverage.span)
        {
            let last = ends.entry((read.entry.input, node)).or_insert(i64::MIN);
            *last = (*last).max(millis(end));
        }
    }
    let inputs: BTreeSet<usize> = ends.keys().map(|(input, _)| *input).collect();
    let mut measured = Vec::new();
    for input in inputs {
        let of_input: BTreeMap<&str, i64> = ends
            .iter()
            .filter(|((one, _), _)| *one == input)
            .map(|((_, node), end)| (*node, *end))
            .collect();
        let mut all: Vec<i64> = of_input.values().copied().collect();
        let alive = middle(&mut all).zip(created(evidence, input));
        if alive.is_none_or(|(usual, created)| usual < created.saturating_sub(END_WITHIN)) {
            continue;
        }
        let found = renewed(of_input, END_WITHIN, "the ends of the nodes' logs");
        measured.extend(found.into_iter().filter(|one| one.ahead > 0));
    }
    measured
}

/// When the bundle says that it was made.
fn created(evidence: &Evidence, input: usize) -> Option<i64> {
    let facts = evidence.facts.iter().filter(|f| f.key == "bundle.created");
    let of_input = |entry: u32| {
        let read = evidence.entries.get(entry as usize);
        read.is_some_and(|read| read.entry.input == input)
    };
    let fact = facts.into_iter().find(|fact| of_input(fact.entry))?;
    let time: Timestamp = fact.value.as_str()?.parse().ok()?;
    Some(millis(time))
}
