//! Harvester Upgrade objects, nodes and machine plans into one view: how far, where it waits, what may come next.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::anchor::{condition, list, text, time};
use crate::evidence::{Evidence, Object};
use crate::packed::{Packed, View};
use crate::signature::Version;

const GROUP: &str = "harvesterhci.io";
/// Conditions in the order in which an upgrade reaches them.
const PHASES: [&str; 7] = [
    "LogReady",
    "ImageReady",
    "RepoReady",
    "NodesPrepared",
    "SystemServicesUpgraded",
    "NodesUpgraded",
    "Completed",
];
/// States in which a node does not keep others from going on.
const AT_REST: [&str; 2] = ["Images preloaded", "Succeeded"];

/// The latest Harvester upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeView {
    /// Name of the Upgrade object.
    pub name: String,
    /// The version it comes from.
    pub from: Option<String>,
    /// The version it goes to.
    pub to: Option<String>,
    /// Its own label: `UpgradingNodes`, `Succeeded`, `Failed`.
    pub state: Option<String>,
    /// The first phase that is not done; `None`: all are.
    pub phase: Option<String>,
    /// Phases in order, with what their conditions say.
    pub conditions: Vec<UpgradeCondition>,
    /// Nodes by name.
    pub nodes: Vec<UpgradeNode>,
    /// Nodes that are under way at once: each waits for the other. Only one may be.
    pub blocking: Vec<String>,
    /// Earlier Upgrade objects that never completed, with their creation: restarts.
    pub restarts: Vec<String>,
    /// Upgrade jobs that have not succeeded, with their state in words.
    pub jobs: Vec<String>,
    /// The last lines of upgrade jobs that still run: what they wait for.
    pub waiting_for: Vec<WaitingLine>,
    /// What may be upgraded to next, in one sentence.
    pub next: Option<String>,
}

/// One phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeCondition {
    /// `NodesUpgraded`.
    pub name: String,
    /// `True`, `False`, `Unknown`; `None`: not reached.
    pub status: Option<String>,
    /// Reason; errors often stand here, with an empty message.
    pub reason: Option<String>,
    /// Message.
    pub message: Option<String>,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// One node of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeNode {
    /// Name.
    pub name: String,
    /// `Images preloaded`, `Pre-draining`, `Succeeded`.
    pub state: Option<String>,
    /// Reason and message of the state.
    pub says: Option<String>,
    /// OS image that runs.
    pub os_image: Option<String>,
    /// kubelet version that runs.
    pub kubelet_version: Option<String>,
    /// OS image after the reboot that it waits for.
    pub pending_os: Option<String>,
    /// Ready condition.
    pub ready: Option<String>,
    /// Takes no new pods.
    pub cordoned: bool,
    /// Hooks of the machine plan that nobody has answered: `pre-drain`, `post-drain`.
    pub hooks_waiting: Vec<String>,
}

/// The line that an upgrade job repeats at its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaitingLine {
    /// Entry path.
    pub entry: String,
    /// Its last line number, from 1.
    pub line: u64,
    /// The text.
    pub text: String,
    /// How often it stands at the end.
    pub count: u64,
    /// First and last time of the repetition.
    pub span: Option<(Timestamp, Timestamp)>,
}

/// The view, where there is an Upgrade object.
pub(super) fn view(evidence: &Evidence) -> Option<UpgradeView> {
    let upgrade = latest(evidence)?;
    let value = &upgrade.value;
    let conditions = phases(upgrade);
    let phase = conditions
        .iter()
        .find(|one| one.status.as_deref() != Some("True") && !is_harmless(one))
        .map(|one| one.name.clone());
    let nodes = nodes(evidence, upgrade);
    let under_way: Vec<String> = nodes
        .iter()
        .filter(|node| {
            let state = node.state.as_deref();
            state.is_some_and(|state| !AT_REST.contains(&state))
        })
        .map(|node| node.name.clone())
        .collect();
    let from = value
        .pointer("/status/previousVersion")
        .and_then(View::as_str);
    let release = repo_release(value);
    let to = release.iter().find(|(key, _)| key == "harvester");
    let to = to.map(|(_, version)| version.clone()).or_else(|| {
        value
            .pointer("/spec/version")
            .and_then(View::as_str)
            .map(str::to_owned)
    });
    let state = label(upgrade, "harvesterhci.io/upgradeState").map(str::to_owned);
    let mut view = UpgradeView {
        name: upgrade.name.clone(),
        from: from.map(str::to_owned),
        to,
        state,
        phase,
        conditions,
        nodes,
        blocking: if under_way.len() > 1 {
            under_way
        } else {
            Vec::new()
        },
        restarts: restarts(evidence, upgrade),
        jobs: jobs(evidence, upgrade),
        waiting_for: Vec::new(),
        next: None,
    };
    view.next = next(evidence, &view);
    Some(view)
}

/// The Upgrade object that is labelled the latest, or the youngest.
pub(super) fn latest(evidence: &Evidence) -> Option<&Object> {
    let upgrades: Vec<&Object> = list(evidence, "Upgrade", GROUP).collect();
    let labelled = upgrades
        .iter()
        .find(|one| label(one, "harvesterhci.io/latestUpgrade") == Some("true"));
    let youngest = || {
        upgrades
            .iter()
            .max_by_key(|one| (created(one), one.name.clone()))
    };
    labelled.or_else(youngest).copied()
}

/// Whether an upgrade has come to its end, well or not.
pub(super) fn outcome(upgrade: &Object) -> Option<bool> {
    let completed = condition(upgrade, "Completed").and_then(|one| text(one, "status"));
    match (completed, label(upgrade, "harvesterhci.io/upgradeState")) {
        (Some("True"), _) | (_, Some("Succeeded")) => Some(true),
        (Some("False"), _) | (_, Some("Failed")) => Some(false),
        _ => None,
    }
}

fn label<'o>(object: &'o Object, key: &str) -> Option<&'o str> {
    text(object.value.pointer("/metadata/labels")?, key)
}

fn annotation<'o>(object: &'o Object, key: &str) -> Option<&'o str> {
    text(object.value.pointer("/metadata/annotations")?, key)
}

fn created(object: &Object) -> Option<Timestamp> {
    time(object.value.get("metadata")?, "creationTimestamp")
}

/// Users switch the log collection of an upgrade off; that holds nothing up.
fn is_harmless(condition: &UpgradeCondition) -> bool {
    condition.name == "LogReady" && condition.status.as_deref() == Some("False")
}

fn phases(upgrade: &Object) -> Vec<UpgradeCondition> {
    PHASES
        .iter()
        .map(|name| {
            let found = condition(upgrade, name);
            let field = |key: &str| found.and_then(|one| text(one, key)).map(str::to_owned);
            let since = |key: &str| found.and_then(|one| time(one, key));
            UpgradeCondition {
                name: (*name).to_owned(),
                status: field("status"),
                reason: field("reason"),
                message: field("message"),
                since: since("lastTransitionTime").or_else(|| since("lastUpdateTime")),
            }
        })
        .collect()
}

fn nodes(evidence: &Evidence, upgrade: &Object) -> Vec<UpgradeNode> {
    let stated = upgrade.value.pointer("/status/nodeStatuses");
    let statuses = stated.and_then(View::as_object);
    let listed: Vec<&Object> = list(evidence, "Node", "").collect();
    let mut names: BTreeSet<&str> = listed.iter().map(|node| node.name.as_str()).collect();
    names.extend(
        statuses
            .into_iter()
            .flat_map(|map| map.map(|(name, _)| name)),
    );
    names
        .into_iter()
        .map(|name| {
            let status = stated.and_then(|map| map.get(name));
            let object = listed.iter().find(|node| node.name == name).copied();
            node(evidence, name, status, object)
        })
        .collect()
}

fn node(
    evidence: &Evidence,
    name: &str,
    status: Option<View<'_>>,
    object: Option<&Object>,
) -> UpgradeNode {
    let field = |key: &str| status.and_then(|one| text(one, key)).map(str::to_owned);
    let info = |key: &str| {
        let info = object?.value.pointer("/status/nodeInfo")?;
        text(info, key).map(str::to_owned)
    };
    let says: Vec<String> = [field("reason"), field("message")]
        .into_iter()
        .flatten()
        .collect();
    let ready = object
        .and_then(|node| condition(node, "Ready"))
        .and_then(|ready| text(ready, "status"));
    let cordoned = object.and_then(|node| node.value.pointer("/spec/unschedulable"));
    UpgradeNode {
        name: name.to_owned(),
        state: field("state"),
        says: (!says.is_empty()).then(|| says.join(": ")),
        os_image: info("osImage"),
        kubelet_version: info("kubeletVersion"),
        pending_os: object
            .and_then(|node| annotation(node, "harvesterhci.io/pendingOSImage"))
            .map(str::to_owned),
        ready: ready.map(str::to_owned),
        cordoned: cordoned.and_then(View::as_bool).unwrap_or(false),
        hooks_waiting: hooks(evidence, name, object),
    }
}

/// The planner annotates the machine's plan with the drain it wants, Harvester copies the value once its job is
/// done: as long as the two differ, the hook waits.
fn hooks(evidence: &Evidence, name: &str, node: Option<&Object>) -> Vec<String> {
    let machine = node
        .and_then(|node| annotation(node, "cluster.x-k8s.io/machine"))
        .unwrap_or(name);
    let plans = list(evidence, "Secret", "")
        .filter(|secret| label(secret, "rke.cattle.io/machine-name") == Some(machine));
    let pairs = [
        (
            "pre-drain",
            "rke.cattle.io/pre-drain",
            "harvesterhci.io/pre-hook",
        ),
        (
            "post-drain",
            "rke.cattle.io/post-drain",
            "harvesterhci.io/post-hook",
        ),
    ];
    let mut waiting = BTreeSet::new();
    for plan in plans {
        for (hook, wanted, done) in pairs {
            let wanted = annotation(plan, wanted);
            if wanted.is_some() && wanted != annotation(plan, done) {
                waiting.insert(hook.to_owned());
            }
        }
    }
    waiting.into_iter().rev().collect()
}

fn restarts(evidence: &Evidence, latest: &Object) -> Vec<String> {
    let earlier = list(evidence, "Upgrade", GROUP)
        .filter(|one| one.name != latest.name && outcome(one) != Some(true));
    earlier
        .map(|one| {
            let ended = match outcome(one) {
                Some(false) => "failed",
                _ => "never completed",
            };
            match created(one) {
                Some(created) => format!("{} of {created} {ended}", one.name),
                None => format!("{} {ended}", one.name),
            }
        })
        .collect()
}

fn jobs(evidence: &Evidence, upgrade: &Object) -> Vec<String> {
    let own = |job: &&Object| {
        label(job, "harvesterhci.io/upgrade") == Some(upgrade.name.as_str())
            || label(job, "upgrade.cattle.io/plan")
                .is_some_and(|plan| plan.starts_with(upgrade.name.as_str()))
    };
    list(evidence, "Job", "batch")
        .filter(own)
        .filter_map(|job| {
            let status = job.value.get("status")?;
            let count = |key: &str| status.get(key).and_then(View::as_u64).unwrap_or(0);
            if count("succeeded") > 0 {
                return None;
            }
            let failed = condition(job, "Failed").and_then(|one| text(one, "reason"));
            let state = match (failed, count("active"), count("failed")) {
                (Some(reason), _, _) => format!("failed ({reason})"),
                (None, 0, 0) => "not started".to_owned(),
                (None, active, 0) => format!("{active} running"),
                (None, active, failed) => format!("{active} running after {failed} failures"),
            };
            Some(format!("{}: {state}", job.name))
        })
        .collect()
}

/// `repoInfo` is YAML text; its release maps plain keys to plain versions.
fn repo_release(upgrade: &Packed) -> Vec<(String, String)> {
    let info = upgrade.pointer("/status/repoInfo").and_then(View::as_str);
    info.unwrap_or_default()
        .lines()
        .filter_map(|line| line.trim().split_once(": "))
        .map(|(key, value)| (key.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
        .collect()
}

/// An unfinished upgrade comes first. Then the Version objects say which release accepts the current one:
/// Harvester refuses a release whose `minUpgradableVersion` is newer than what runs.
fn next(evidence: &Evidence, view: &UpgradeView) -> Option<String> {
    let done = view.phase.is_none() || view.state.as_deref() == Some("Succeeded");
    if !done {
        let to = view.to.as_deref()?;
        return Some(match view.from.as_deref() {
            Some(from) => {
                format!("finish the upgrade from {from} to {to} before any newer version")
            }
            None => format!("finish the upgrade to {to} before any newer version"),
        });
    }
    let current = Version::parse(view.to.as_deref()?)?;
    let mut allowed: Vec<(Version, &str)> = list(evidence, "Version", GROUP)
        .filter_map(|one| {
            let version = Version::parse(&one.name)?;
            let least = one.value.pointer("/spec/minUpgradableVersion");
            let least = least.and_then(View::as_str).and_then(Version::parse);
            let fits = version > current && least.is_none_or(|least| least <= current);
            fits.then_some((version, one.name.as_str()))
        })
        .collect();
    allowed.sort_by(|a, b| a.0.cmp(&b.0));
    let names: Vec<&str> = allowed.iter().map(|(_, name)| *name).collect();
    (!names.is_empty()).then(|| format!("may be upgraded to {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::finding::build::{evidence, with_object};

    fn upgrade(name: &str, created: &str, latest: bool, nodes: Value) -> Value {
        json!({
            "apiVersion": "harvesterhci.io/v1beta1", "kind": "Upgrade",
            "metadata": {
                "name": name, "namespace": "harvester-system", "creationTimestamp": created,
                "labels": {"harvesterhci.io/latestUpgrade": latest.to_string(), "harvesterhci.io/upgradeState": "UpgradingNodes"},
            },
            "spec": {"version": "v1.3.2"},
            "status": {
                "previousVersion": "v1.3.1",
                "conditions": [
                    {"type": "LogReady", "status": "False", "reason": "Disabled"},
                    {"type": "ImageReady", "status": "True"},
                    {"type": "RepoReady", "status": "True"},
                    {"type": "NodesPrepared", "status": "True"},
                    {"type": "SystemServicesUpgraded", "status": "True"},
                    {"type": "NodesUpgraded", "status": "Unknown"},
                ],
                "nodeStatuses": nodes,
            }
        })
    }

    fn case() -> Evidence {
        let nodes = json!({"n1": {"state": "Pre-draining"}, "n2": {"state": "Waiting Reboot"}, "n3": {"state": "Images preloaded"}});
        let e = evidence(Vec::new());
        let e = with_object(
            e,
            upgrade("hvst-upgrade-b", "2025-01-26T10:00:00Z", true, nodes),
        );
        let older = upgrade("hvst-upgrade-a", "2025-01-25T10:00:00Z", false, json!({}));
        let e = with_object(e, older);
        let e = with_object(
            e,
            json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "annotations": {"cluster.x-k8s.io/machine": "custom-1"}},
                "spec": {"unschedulable": true},
                "status": {"nodeInfo": {"osImage": "Harvester v1.3.1", "kubeletVersion": "v1.28.12+rke2r1"}}}),
        );
        with_object(
            e,
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "custom-1-machine-plan", "namespace": "fleet-local",
                "labels": {"rke.cattle.io/machine-name": "custom-1"}, "annotations": {"rke.cattle.io/pre-drain": "{\"x\":1}"}}}),
        )
    }

    #[test]
    fn an_upgrade_that_was_restarted_and_waits() {
        let view = view(&case()).unwrap();
        assert_eq!(view.name, "hvst-upgrade-b");
        assert_eq!(view.phase.as_deref(), Some("NodesUpgraded"));
        assert_eq!(view.blocking, ["n1", "n2"]);
        assert_eq!(
            view.restarts,
            ["hvst-upgrade-a of 2025-01-25T10:00:00Z never completed"]
        );
        let n1 = &view.nodes[0];
        assert_eq!(n1.os_image.as_deref(), Some("Harvester v1.3.1"));
        assert_eq!(n1.kubelet_version.as_deref(), Some("v1.28.12+rke2r1"));
        assert!(n1.cordoned);
        assert_eq!(n1.hooks_waiting, ["pre-drain"]);
        assert_eq!(
            view.next.as_deref(),
            Some("finish the upgrade from v1.3.1 to v1.3.2 before any newer version")
        );
    }

    #[test]
    fn no_upgrade_no_view() {
        assert_eq!(view(&evidence(Vec::new())), None);
    }
}
