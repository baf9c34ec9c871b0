//! etcd before a server is restarted or taken away: health, space, quorum, snapshots.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::facts::{Facts, several, text, without_api};
use super::threshold::{ETCD_PERCENT, ETCD_QUOTA, SNAPSHOT_HOURS};
use super::{Outcome, Purpose};
use crate::evidence::Object;
use crate::packed::View;

/// Whether a member of etcd runs here, as far as the disk tells.
fn runs_here(facts: &Facts<'_>) -> bool {
    facts
        .evidence
        .facts
        .iter()
        .any(|fact| fact.key.starts_with("etcd.") && fact.key != "etcd.snapshot")
}

fn elsewhere() -> Outcome {
    Outcome::unknown(
        "no member of etcd was found on this node",
        "run it as root on a server that holds etcd",
    )
}

/// Health and leader, from etcd itself.
pub(super) fn health(facts: &Facts<'_>) -> Outcome {
    let fix =
        "read `bundlevet local`; on a lost quorum see etcd-quorum before anything is restarted";
    if let Some(alarm) = facts.all("etcd.alarm").next() {
        return Outcome::failed(format!("alarm: {}", alarm.text), fix);
    }
    let metrics = facts.value("etcd.metrics");
    let number = |key: &str| metrics.and_then(|all| all.get(key)).and_then(Value::as_f64);
    if number("has_leader") == Some(0.0) {
        return Outcome::failed("etcd has no leader: the cluster has lost its quorum", fix);
    }
    if number("is_learner") == Some(1.0) {
        return Outcome::failed(
            "this member is still a learner and does not vote",
            "wait until it has caught up; one member joins at a time",
        );
    }
    let told: Vec<bool> = facts
        .all("etcd.health")
        .filter_map(|fact| fact.value.get("healthy")?.as_bool())
        .collect();
    if let Some(sick) = facts
        .all("etcd.health")
        .find(|fact| fact.value.get("healthy") == Some(&Value::Bool(false)))
    {
        return Outcome::failed(sick.text.clone(), fix);
    }
    match (told.is_empty() && metrics.is_none(), runs_here(facts)) {
        (false, _) => Outcome::passed("healthy, with a leader"),
        (true, false) => elsewhere(),
        (true, true) => Outcome::unknown(
            "etcd on this node was not asked",
            "run it on the node itself, without --root",
        ),
    }
}

/// The database against its quota.
pub(super) fn space(facts: &Facts<'_>) -> Outcome {
    let metrics = facts.value("etcd.metrics");
    let number = |key: &str| metrics.and_then(|all| all.get(key)).and_then(Value::as_f64);
    let Some(size) = number("db_size") else {
        return if runs_here(facts) {
            Outcome::unknown(
                "etcd on this node did not tell its size (http://127.0.0.1:2381/metrics)",
                "run it on the node itself while etcd runs",
            )
        } else {
            elsewhere()
        };
    };
    let quota = number("quota")
        .filter(|quota| *quota > 0.0)
        .unwrap_or(ETCD_QUOTA);
    let percent = size * 100.0 / quota;
    let mib = |bytes: f64| bytes / 1_048_576.0;
    let told = format!("{:.0} of {:.0} MiB ({percent:.0} %)", mib(size), mib(quota));
    if percent < ETCD_PERCENT {
        return Outcome::passed(told);
    }
    Outcome::failed(
        told,
        "defragment etcd (RKE2 and K3s do so when a server starts); if it stays that large, find what fills it",
    )
}

/// A voting member, by its Node.
struct Member {
    name: String,
    ready: bool,
}

fn members(nodes: &[Object]) -> Vec<Member> {
    let is_member = |node: &&Object| {
        node.value
            .pointer("/metadata/labels/node-role.kubernetes.io~1etcd")
            .is_some()
    };
    nodes
        .iter()
        .filter(is_member)
        .map(|node| Member {
            name: node.name.clone(),
            ready: super::cluster::is_ready(node),
        })
        .collect()
}

/// Members that answer now, and when this one is down or gone.
pub(super) fn quorum(facts: &Facts<'_>) -> Outcome {
    let Some(nodes) = facts.objects("Node", "") else {
        if let Some(Value::Array(members)) = facts
            .value("etcd.initial")
            .and_then(|all| all.get("members"))
        {
            return Outcome::unknown(
                format!(
                    "etcd began with {} members here; which of them answer is not known",
                    members.len()
                ),
                "run it as root on a server whose API answers",
            );
        }
        return without_api(facts, "Nodes");
    };
    let members = members(nodes);
    if members.is_empty() {
        return Outcome::unknown(
            "no Node has the role etcd (an external database, or RKE1 with a label of its own)",
            "check the members by hand",
        );
    }
    let lost: Vec<String> = members
        .iter()
        .filter(|one| !one.ready)
        .map(|one| one.name.clone())
        .collect();
    let (all, up) = (members.len(), members.len() - lost.len());
    let quorum = all / 2 + 1;
    let now = format!("{up} of {all} members are on Ready nodes, quorum {quorum}");
    if up < quorum {
        return Outcome::failed(
            format!("{now}; down: {}", several(&lost)),
            "bring the lost servers back before anything else; without a quorum the cluster cannot be changed",
        );
    }
    let here = members
        .iter()
        .find(|one| Some(one.name.as_str()) == facts.node);
    match facts.purpose {
        Purpose::RemoveNode => removal(here, all, up, &now),
        Purpose::Upgrade | Purpose::Any if all > 1 && up - 1 < quorum => Outcome::failed(
            format!(
                "{now}; with one more server down, as during an upgrade, {} are left",
                up - 1
            ),
            "bring every server back to Ready, or add one, before a server is restarted",
        ),
        Purpose::Upgrade if all == 1 => {
            Outcome::passed(format!("{now}; the API is away while it restarts"))
        }
        _ => Outcome::passed(now),
    }
}

fn removal(here: Option<&Member>, all: usize, up: usize, now: &str) -> Outcome {
    let Some(here) = here else {
        return Outcome::passed(format!("{now}; this node is no member"));
    };
    if all == 1 {
        return Outcome::failed(
            "this is the only member of etcd: the cluster ends with it",
            "join another server first, or take a snapshot that is kept elsewhere",
        );
    }
    let (left, quorum) = (all - 1, (all - 1) / 2 + 1);
    let up = up - usize::from(here.ready);
    let then = format!("{now}; afterwards {up} of {left}, quorum {quorum}");
    if up < quorum {
        return Outcome::failed(
            then,
            "bring the other servers back to Ready, or join a new one, before this one goes",
        );
    }
    match up - quorum {
        0 => Outcome::passed(format!("{then}: none more may be lost then")),
        _ => Outcome::passed(then),
    }
}

/// The age of the newest snapshot, on this disk or as the cluster lists them.
pub(super) fn snapshot(facts: &Facts<'_>) -> Outcome {
    let on_disk = facts.all("etcd.snapshot").filter_map(|fact| {
        let time: Timestamp = text(&fact.value, "/modified")?.parse().ok()?;
        Some((time, text(&fact.value, "/path")?.to_owned()))
    });
    let listed = facts
        .objects("ETCDSnapshotFile", "k3s.cattle.io")
        .unwrap_or_default()
        .iter()
        .filter(|file| {
            file.value
                .pointer("/status/readyToUse")
                .and_then(View::as_bool)
                != Some(false)
        })
        .filter_map(|file| {
            let time: Timestamp = text(&file.value, "/status/creationTime")?.parse().ok()?;
            Some((time, file.name.clone()))
        });
    let fix = format!(
        "{} etcd-snapshot save --name before-{}",
        if facts
            .evidence
            .facts
            .iter()
            .any(|fact| fact.key.starts_with("config.k3s."))
        {
            "k3s"
        } else {
            "rke2"
        },
        facts.purpose.word()
    );
    match on_disk.chain(listed).max() {
        Some((time, name)) => {
            let age = facts.at.duration_since(time);
            let told = format!("{name} is {} hours old", age.as_hours());
            if age <= SignedDuration::from_hours(SNAPSHOT_HOURS) {
                Outcome::passed(told)
            } else {
                Outcome::failed(told, fix)
            }
        }
        None if facts.all("etcd.snapshot-folder").next().is_some() => {
            Outcome::failed("there is none", fix)
        }
        None if runs_here(facts) => Outcome::unknown(
            "the folder of snapshots was not seen",
            "run it as root; S3 snapshots are listed by the API server only",
        ),
        None => elsewhere(),
    }
}
