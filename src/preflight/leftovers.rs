//! What an earlier life of this machine, or of a node of this name, left behind.

use super::Outcome;
use super::facts::{Facts, several, text, without_api};

/// Directories and files of an earlier install.
pub(super) fn disk(facts: &Facts<'_>) -> Outcome {
    let there: Vec<String> = facts
        .all("leftover")
        .filter_map(|fact| text(&fact.value, "/path").map(str::to_owned))
        .collect();
    if there.is_empty() {
        return Outcome::passed("nothing was found");
    }
    Outcome::failed(
        several(&there),
        "remove the old install: rke2-uninstall.sh or k3s-uninstall.sh (what is in /var/lib/rancher is lost), then reboot; for RKE1 Rancher's node clean-up",
    )
}

/// Node passwords without their Node: a machine of that name is refused when it joins again.
pub(super) fn passwords(facts: &Facts<'_>) -> Outcome {
    let (Some(_), Some(nodes)) = (
        facts.value("node-passwords-listed"),
        facts.objects("Node", ""),
    ) else {
        return without_api(facts, "Secrets of kube-system");
    };
    let orphans: Vec<(String, String)> = facts
        .all("node-password")
        .filter_map(|fact| {
            let node = text(&fact.value, "/node")?;
            let product = text(&fact.value, "/product")?;
            let gone = nodes.iter().all(|one| one.name != node);
            gone.then(|| (node.to_owned(), format!("{node}.node-password.{product}")))
        })
        .collect();
    let Some((node, secret)) = orphans.first() else {
        return Outcome::passed("every node password belongs to a Node");
    };
    let names: Vec<String> = orphans.iter().map(|(_, secret)| secret.clone()).collect();
    Outcome::failed(
        several(&names),
        format!(
            "if {node} is to join again under its old name: kubectl -n kube-system delete secret {secret}"
        ),
    )
}
