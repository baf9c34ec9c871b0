//! The cluster as its API server lists it: nodes, versions, volumes, PodDisruptionBudgets, upgrades.

use std::collections::BTreeMap;

use super::Outcome;
use super::facts::{Facts, several, text, without_api};
use crate::evidence::Object;
use crate::packed::View;

/// The Ready condition.
pub(super) fn is_ready(node: &Object) -> bool {
    let conditions = node.value.pointer("/status/conditions");
    let mut conditions = conditions.and_then(View::as_array).into_iter().flatten();
    conditions
        .any(|one| text(one, "/type") == Some("Ready") && text(one, "/status") == Some("True"))
}

fn is_cordoned(node: &Object) -> bool {
    let said = node.value.pointer("/spec/unschedulable");
    said.and_then(View::as_bool) == Some(true)
}

/// Every node Ready, none cordoned.
pub(super) fn nodes(facts: &Facts<'_>) -> Outcome {
    let Some(nodes) = facts.objects("Node", "") else {
        return without_api(facts, "Nodes");
    };
    let named = |wanted: fn(&Object) -> bool| -> Vec<String> {
        nodes
            .iter()
            .filter(|node| wanted(node))
            .map(|node| node.name.clone())
            .collect()
    };
    let not_ready = named(|node| !is_ready(node));
    let cordoned = named(is_cordoned);
    if let Some(first) = not_ready.first() {
        return Outcome::failed(
            format!("not Ready: {}", several(&not_ready)),
            format!("bring it back first: bundlevet local, on {first}"),
        );
    }
    if let Some(first) = cordoned.first() {
        return Outcome::failed(
            format!("cordoned: {}", several(&cordoned)),
            format!("find out who did it and why, then: kubectl uncordon {first}"),
        );
    }
    Outcome::passed(format!("{} nodes", nodes.len()))
}

/// One version of the kubelet and one of the operating system.
pub(super) fn versions(facts: &Facts<'_>) -> Outcome {
    let Some(nodes) = facts.objects("Node", "") else {
        return without_api(facts, "Nodes");
    };
    let mut told = Vec::new();
    let mut differ = false;
    for (what, pointer) in [
        ("kubelet", "/status/nodeInfo/kubeletVersion"),
        ("system", "/status/nodeInfo/osImage"),
    ] {
        let mut versions: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for node in nodes {
            let version = text(&node.value, pointer).unwrap_or("unknown");
            versions.entry(version).or_default().push(node.name.clone());
        }
        differ |= versions.len() > 1;
        let list = versions
            .iter()
            .map(|(version, names)| match versions.len() {
                1 => (*version).to_owned(),
                _ => format!("{version} ({})", several(names)),
            });
        told.push(format!("{what} {}", list.collect::<Vec<_>>().join("; ")));
    }
    let told = told.join(". ");
    if differ {
        Outcome::failed(
            told,
            "finish the upgrade that was begun, or bring the older nodes up, before the next one",
        )
    } else {
        Outcome::passed(told)
    }
}

/// Longhorn volumes.
pub(super) fn volumes(facts: &Facts<'_>) -> Outcome {
    let Some(volumes) = facts.objects("Volume", "longhorn.io") else {
        // The Nodes were listed and volumes were not: there is no Longhorn.
        return match facts.objects("Node", "") {
            Some(_) => Outcome::passed("Longhorn is not installed"),
            None => without_api(facts, "volumes"),
        };
    };
    let bad: Vec<String> = volumes
        .iter()
        .filter_map(|volume| {
            let robustness = text(&volume.value, "/status/robustness")?;
            matches!(robustness, "degraded" | "faulted")
                .then(|| format!("{} ({robustness})", volume.name))
        })
        .collect();
    if bad.is_empty() {
        return Outcome::passed(format!("{} volumes", volumes.len()));
    }
    Outcome::failed(
        several(&bad),
        "wait until they are rebuilt, or find out why not: a node that goes may hold the last good replica",
    )
}

/// PodDisruptionBudgets that no pod may leave: a drain waits for them.
pub(super) fn budgets(facts: &Facts<'_>) -> Outcome {
    let Some(budgets) = facts.objects("PodDisruptionBudget", "policy") else {
        return without_api(facts, "PodDisruptionBudgets");
    };
    let tight: Vec<String> = budgets
        .iter()
        .filter(|budget| {
            let number = |pointer: &str| budget.value.pointer(pointer).and_then(View::as_f64);
            let expected = number("/status/expectedPods").unwrap_or(0.0);
            let needed = number("/status/desiredHealthy").unwrap_or(0.0);
            let healthy = number("/status/currentHealthy").unwrap_or(0.0);
            let allowed = number("/status/disruptionsAllowed").unwrap_or(0.0);
            // Longhorn's instance managers hold budgets on purpose and drop them once a node is drained of volumes.
            let on_purpose =
                budget.namespace.as_deref() == Some("longhorn-system") && healthy >= needed;
            expected > 0.0 && allowed < 1.0 && !on_purpose
        })
        .map(|budget| {
            format!(
                "{}/{}",
                budget.namespace.as_deref().unwrap_or("-"),
                budget.name
            )
        })
        .collect();
    if tight.is_empty() {
        return Outcome::passed(format!("{} budgets", budgets.len()));
    }
    Outcome::failed(
        format!("no pod may be evicted: {}", several(&tight)),
        "bring its pods to Ready or scale it up; a drain waits for it for ever",
    )
}

/// Harvester upgrades that are not complete.
pub(super) fn upgrade(facts: &Facts<'_>) -> Outcome {
    let Some(upgrades) = facts.objects("Upgrade", "harvesterhci.io") else {
        return match facts.objects("Node", "") {
            Some(_) => Outcome::passed("Harvester is not installed"),
            None => without_api(facts, "Upgrades"),
        };
    };
    let open: Vec<String> = upgrades
        .iter()
        .filter(|upgrade| {
            let state = upgrade
                .value
                .pointer("/metadata/labels/harvesterhci.io~1upgradeState");
            !matches!(state.and_then(View::as_str), Some("Succeeded" | "Failed"))
        })
        .map(|upgrade| upgrade.name.clone())
        .collect();
    if open.is_empty() {
        return Outcome::passed(format!("{} upgrades, all ended", upgrades.len()));
    }
    Outcome::failed(
        format!("not ended: {}", several(&open)),
        "let it end, and never start another in the middle of a drain: bundlevet local shows where it stands",
    )
}
