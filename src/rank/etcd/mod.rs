//! What is known of etcd into one view: members, quorum arithmetic, sizes, alarms, slowness.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::anchor::{condition, list, text};
use crate::evidence::{Evidence, Fact, Object};
use crate::finding::{Case, Clusters, Finding};
use crate::packed::View;
use crate::signature::{Class, Database, Kind, Sureness};

/// etcd refuses writes beyond this unless configured otherwise (`--quota-backend-bytes`).
const DEFAULT_QUOTA: u64 = 2 << 30;

/// The etcd cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EtcdView {
    /// The cluster, where the case holds several.
    pub cluster: Option<String>,
    /// Members, by name.
    pub members: Vec<EtcdMember>,
    /// Members that vote.
    pub voters: usize,
    /// How many of them must be there.
    pub quorum: usize,
    /// How many are known to be lost.
    pub lost: usize,
    /// How many more may be: nothing is known of them but that their node is not Ready.
    pub doubtful: usize,
    /// How many more may be lost before writes stop, those in doubt taken as lost; 0: none.
    pub may_lose: usize,
    /// The arithmetic in one sentence.
    pub text: String,
    /// The limit of the database in bytes, configured or default.
    pub quota: u64,
    /// Alarms that are raised: `NOSPACE (8e9e05c52164694d)`.
    pub alarms: Vec<String>,
    /// Titles of living findings about slowness.
    pub slow: Vec<String>,
    /// Snapshots seen on disk: newest path and date as listed, and how many there are.
    pub snapshots: Option<String>,
    /// What must not be done, or must be done first.
    pub caution: Option<String>,
}

/// A member.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EtcdMember {
    /// Name; RKE2 and K3s take the node's and add a suffix.
    pub name: String,
    /// Id, hexadecimal.
    pub id: Option<String>,
    /// Client address.
    pub client: Option<String>,
    /// The node it runs on, where the names tell.
    pub node: Option<String>,
    /// Does not vote yet.
    pub learner: bool,
    /// Leads.
    pub leader: Option<bool>,
    /// Answered, or its node is Ready; `None`: not known. A node that is not Ready may run it still.
    pub healthy: Option<bool>,
    /// All that is known of it is that its node is not Ready.
    pub doubtful: bool,
    /// Version.
    pub version: Option<String>,
    /// Size of the database on disk, bytes.
    pub db_size: Option<u64>,
    /// How much of it is in use, bytes: the rest is freed by defragmenting.
    pub db_in_use: Option<u64>,
    /// What its endpoint reports.
    pub errors: Option<String>,
}

/// One view per cluster in which members, or nodes with the etcd role, are known; lost quorums first.
pub(super) fn views(
    database: &Database,
    evidence: &Evidence,
    findings: &[Finding],
    clusters: Option<&Clusters>,
) -> Vec<EtcdView> {
    let names = clusters.map_or_else(
        || vec![None],
        |all| all.names().into_iter().map(Some).chain([None]).collect(),
    );
    let scopes = names.into_iter().map(|name| Scope {
        evidence,
        clusters,
        name,
    });
    let mut views: Vec<EtcdView> = scopes
        .filter_map(|scope| view(database, scope, findings))
        .collect();
    views.sort_by_key(|view| view.voters.saturating_sub(view.lost) >= view.quorum);
    views
}

/// What belongs to one cluster; to everything, where the case holds only one.
#[derive(Clone, Copy)]
struct Scope<'e> {
    evidence: &'e Evidence,
    clusters: Option<&'e Clusters>,
    /// `None` among several clusters: what no input says the cluster of.
    name: Option<&'e str>,
}

impl<'e> Scope<'e> {
    fn holds(self, entry: u32) -> bool {
        self.clusters
            .is_none_or(|all| all.name(self.evidence, entry) == self.name)
    }

    fn facts(self, key: &'e str) -> impl Iterator<Item = &'e Fact> {
        let facts = self.evidence.facts.iter();
        facts.filter(move |fact| fact.key == key && self.holds(fact.entry))
    }

    fn values(self, key: &'e str) -> impl Iterator<Item = &'e Value> {
        self.facts(key).map(|fact| &fact.value)
    }

    fn nodes(self) -> impl Iterator<Item = &'e Object> {
        list(self.evidence, "Node", "").filter(move |node| self.holds(node.entry))
    }

    fn has(self, case: &Case) -> bool {
        self.clusters.is_none() || case.seen.iter().any(|one| self.holds(one.entry))
    }
}

fn view(database: &Database, scope: Scope<'_>, findings: &[Finding]) -> Option<EtcdView> {
    let mut members = members(scope);
    if members.is_empty() {
        members = nodes(scope);
    }
    if members.is_empty() {
        return None;
    }
    if has_no_leader(database, scope, findings) {
        // that etcd itself says that it has no majority leaves no doubt of those that may be down
        for member in members.iter_mut().filter(|member| member.doubtful) {
            (member.healthy, member.doubtful) = (Some(false), false);
        }
    }
    let voters = members.iter().filter(|member| !member.learner).count();
    let lost = members
        .iter()
        .filter(|member| !member.learner && member.healthy == Some(false))
        .count();
    let quorum = voters / 2 + 1;
    let there = voters.saturating_sub(lost);
    let doubtful: Vec<&str> = members
        .iter()
        .filter(|member| !member.learner && member.doubtful)
        .map(|member| member.name.as_str())
        .collect();
    let surely = there.saturating_sub(doubtful.len());
    let may_lose = surely.saturating_sub(quorum);
    let survivors: Vec<&str> = members
        .iter()
        .filter(|member| !member.learner && member.healthy != Some(false))
        .map(|member| member.name.as_str())
        .collect();
    let text = in_words(there, voters, quorum, doubtful.len());
    Some(EtcdView {
        cluster: scope.name.map(str::to_owned),
        caution: caution(surely, quorum, voters, &survivors, &doubtful),
        doubtful: doubtful.len(),
        text,
        voters,
        quorum,
        lost,
        may_lose,
        quota: quota(scope),
        alarms: alarms(scope),
        slow: slow(database, scope, findings),
        snapshots: snapshots(scope),
        members,
    })
}

/// The arithmetic of quorum as a sentence.
fn in_words(there: usize, voters: usize, quorum: usize, doubtful: usize) -> String {
    let left = if there == 1 { "is" } else { "are" };
    let may_lose = match there.saturating_sub(quorum) {
        0 => "none".to_owned(),
        n => n.to_string(),
    };
    match (there, voters) {
        (1, 1) => "one voting member, so its loss stops the cluster".to_owned(),
        (there, _) if there < quorum => format!(
            "{there} of {voters} voting members {left} left, {quorum} are needed: quorum is lost"
        ),
        _ if doubtful > 0 && there == voters => format!(
            "at most {doubtful} of {voters} voting members may be down, {quorum} are needed: a node that is not Ready may still run its etcd"
        ),
        _ if doubtful > 0 => format!(
            "{there} of {voters} voting members are not lost, but {doubtful} of these may be down, {quorum} are needed: a node that is not Ready may still run its etcd"
        ),
        _ => format!(
            "{there} of {voters} voting members, {quorum} are needed: {may_lose} more may be lost"
        ),
    }
}

/// `surely` are there without those in doubt; what is lost together with them is not, where they are there.
fn caution(
    surely: usize,
    quorum: usize,
    voters: usize,
    survivors: &[&str],
    doubtful: &[&str],
) -> Option<String> {
    if surely < quorum && surely + doubtful.len() >= quorum {
        let names = doubtful.join(", ");
        return Some(format!(
            "Do not reset, wipe or reinstall a server before it is known whether etcd runs on {names}: if it does not, quorum is lost."
        ));
    }
    if surely < quorum {
        let names = match survivors {
            [] => "any member that still has its data".to_owned(),
            names => names.join(", "),
        };
        return Some(format!(
            "Do not reset, wipe or reinstall {names} before its data directory (server/db) is copied elsewhere: it may hold the last good copy."
        ));
    }
    (surely == quorum && voters > 1).then(|| {
        "Do not restart, drain or reboot another member now: one more and writes stop.".to_owned()
    })
}

fn members(scope: Scope<'_>) -> Vec<EtcdMember> {
    let mut members: BTreeMap<String, EtcdMember> = BTreeMap::new();
    for value in scope.values("etcd.member") {
        let Some(id) = text(value, "id") else {
            continue;
        };
        let name = text(value, "name").filter(|name| !name.is_empty());
        let started = text(value, "status") != Some("unstarted");
        members.entry(id.to_owned()).or_insert_with(|| EtcdMember {
            name: name.unwrap_or(id).to_owned(),
            id: Some(id.to_owned()),
            client: text(value, "client").map(str::to_owned),
            node: name.and_then(|name| node_of(scope, name)),
            learner: value.get("learner").and_then(Value::as_bool) == Some(true),
            healthy: (!started).then_some(false),
            ..EtcdMember::default()
        });
    }
    for member in members.values_mut() {
        endpoint(scope, member);
        metrics(scope, member);
        health(scope, member);
        if member.healthy.is_none() {
            let ready = member.node.as_deref().and_then(|node| ready(scope, node));
            (member.healthy, member.doubtful) = by_node(ready);
        }
    }
    let mut members: Vec<EtcdMember> = members.into_values().collect();
    members.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.id.cmp(&b.id)));
    members
}

fn endpoint(scope: Scope<'_>, member: &mut EtcdMember) {
    let own = scope.values("etcd.endpoint").find(|value| {
        let id = value.get("id").map(|id| match id {
            Value::String(id) => id.clone(),
            other => other.to_string(),
        });
        id.is_some() && id == member.id
    });
    let Some(value) = own else {
        return;
    };
    member.leader = value.get("is_leader").and_then(Value::as_bool);
    member.version = text(value, "version").map(str::to_owned);
    member.db_size = bytes(value, "db_size");
    member.db_in_use = bytes(value, "in_use");
    member.errors = text(value, "errors")
        .filter(|errors| !errors.is_empty())
        .map(str::to_owned);
    member.healthy = member.healthy.or(Some(member.errors.is_none()));
}

/// The metrics of the member: by its address (RKE2 serves them on another port than clients use), or read on its node.
fn metrics(scope: Scope<'_>, member: &mut EtcdMember) {
    let client = member.client.clone().unwrap_or_default();
    let of_member = |fact: &&Fact| {
        let endpoint = text(&fact.value, "endpoint").unwrap_or_default();
        let host = endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
        match host {
            "" | "127.0.0.1" | "localhost" => {
                fact.node.is_some() && fact.node.as_deref() == member.node.as_deref()
            }
            host => client.contains(&format!("//{host}:")),
        }
    };
    let mut all = scope.facts("etcd.metrics");
    let Some(value) = all.find(of_member).map(|fact| &fact.value) else {
        return;
    };
    let flag = |key: &str| Some(value.get(key)?.as_f64()? > 0.0);
    member.leader = member.leader.or(flag("is_leader"));
    member.db_size = member.db_size.or(bytes(value, "db_size"));
    member.db_in_use = member.db_in_use.or(bytes(value, "db_in_use"));
    member.healthy = member.healthy.or(flag("has_leader"));
    member.learner |= flag("is_learner") == Some(true);
}

/// A size, whole or not.
fn bytes(value: &Value, key: &str) -> Option<u64> {
    let bytes = value.get(key)?.as_f64()?;
    (0.0..1e18).contains(&bytes).then_some(bytes as u64)
}

fn health(scope: Scope<'_>, member: &mut EtcdMember) {
    let Some(client) = member.client.as_deref() else {
        return;
    };
    let own = scope.values("etcd.health").find(|value| {
        text(*value, "endpoint").is_some_and(|endpoint| client.split(',').any(|c| c == endpoint))
    });
    if let Some(healthy) = own.and_then(|value| value.get("healthy")?.as_bool()) {
        member.healthy = Some(healthy);
    }
}

/// RKE2 and K3s name a member after its node, with eight hexadecimal digits behind.
fn node_of(scope: Scope<'_>, member: &str) -> Option<String> {
    let stem = member.rsplit_once('-').map(|(stem, _)| stem);
    let node = scope
        .nodes()
        .find(|node| node.name == member || Some(node.name.as_str()) == stem);
    node.map(|node| node.name.clone())
}

fn ready(scope: Scope<'_>, node: &str) -> Option<bool> {
    let node = scope.nodes().find(|one| one.name == node)?;
    Some(text(condition(node, "Ready")?, "status")? == "True")
}

/// What a node's readiness tells of its member: etcd does not need the kubelet, nor the network of pods.
fn by_node(ready: Option<bool>) -> (Option<bool>, bool) {
    (ready.filter(|ready| *ready), ready == Some(false))
}

/// Without `etcdctl` output: the nodes that have the role.
fn nodes(scope: Scope<'_>) -> Vec<EtcdMember> {
    let has_role = |labels: View<'_>| labels.get("node-role.kubernetes.io/etcd").is_some();
    scope
        .nodes()
        .filter(|node| node.value.pointer("/metadata/labels").is_some_and(has_role))
        .map(|node| {
            let voter = condition(node, "EtcdIsVoter").and_then(|one| text(one, "status"));
            let (healthy, doubtful) = by_node(ready(scope, &node.name));
            EtcdMember {
                name: node.name.clone(),
                node: Some(node.name.clone()),
                learner: voter == Some("False"),
                healthy,
                doubtful,
                ..EtcdMember::default()
            }
        })
        .collect()
}

fn quota(scope: Scope<'_>) -> u64 {
    let number = |value: &Value| match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let stated = |key: &str| {
        let quotas = scope.values(key).filter_map(|value| bytes(value, "quota"));
        quotas.max()
    };
    scope
        .values("flag.etcd.quota-backend-bytes")
        .find_map(number)
        .or_else(|| stated("etcd.endpoint"))
        .or_else(|| stated("etcd.metrics"))
        .filter(|quota| *quota > 0)
        .unwrap_or(DEFAULT_QUOTA)
}

fn alarms(scope: Scope<'_>) -> Vec<String> {
    let alarms: BTreeSet<String> = scope
        .values("etcd.alarm")
        .filter_map(|value| {
            let alarm = text(value, "alarm").filter(|alarm| *alarm != "NONE")?;
            Some(match text(value, "member") {
                Some(member) => format!("{alarm} ({member})"),
                None => alarm.to_owned(),
            })
        })
        .collect();
    alarms.into_iter().collect()
}

fn slow(database: &Database, scope: Scope<'_>, findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| finding.state.is_alive())
        .filter_map(|finding| {
            let signature = database.signatures.get(finding.signature)?;
            let own = finding.cases.iter().filter(|case| scope.has(case));
            let own: Vec<&Case> = own.collect();
            (signature.class == Some(Class::EtcdSlow) && !own.is_empty())
                .then(|| super::diagnose::title_of(signature, &own))
        })
        .collect()
}

/// Whether etcd or those who ask it say, up to the end, that it has no quorum.
fn has_no_leader(database: &Database, scope: Scope<'_>, findings: &[Finding]) -> bool {
    findings.iter().any(|finding| {
        let signature = database.signatures.get(finding.signature);
        let symptom = signature
            .is_some_and(|one| one.kind == Kind::Symptom && one.class == Some(Class::EtcdNoQuorum));
        let mut own = finding.cases.iter().filter(|case| scope.has(case));
        symptom && own.any(|case| case.state.is_alive() && case.sure >= Sureness::Likely)
    })
}

fn snapshots(scope: Scope<'_>) -> Option<String> {
    let all = scope.values("etcd.snapshot").count();
    let newest = scope
        .values("etcd.snapshots")
        .max_by_key(|value| text(*value, "taken"));
    let Some(value) = newest else {
        return (all > 0).then(|| format!("{all} on disk"));
    };
    let (path, taken) = (text(value, "newest")?, text(value, "taken")?);
    let age = match value.get("age_hours").and_then(Value::as_i64) {
        Some(hours) if hours >= 48 => format!(", {} days before collection", hours / 24),
        Some(hours) => format!(", {hours} hours before collection"),
        None => String::new(),
    };
    Some(format!("{all} on disk, newest {path} ({taken}{age})"))
}

#[cfg(test)]
mod tests;
