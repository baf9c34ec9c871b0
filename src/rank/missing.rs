//! What could not be examined, which signatures that concerns, and the command that would collect it.

use std::collections::{BTreeMap, BTreeSet};

use super::{InputSummary, NotExamined, Verdict};
use crate::bundle::{EntryKind, Program, ProgramSet, Skip};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::signature::{Class, Database, Source};

/// Signatures named per thing that is missing.
const NAMED: usize = 12;

/// Everything that would have been worth a look.
pub(super) fn not_examined(
    database: &Database,
    evidence: &Evidence,
    findings: &[Finding],
    inputs: &[InputSummary],
    verdict: Verdict,
) -> Vec<NotExamined> {
    let mut missing = empty_nodes(evidence);
    missing.extend(silent_nodes(evidence, inputs));
    if verdict != Verdict::Healthy && verdict != Verdict::KnownCause {
        missing.extend(unheard(database, evidence, findings));
    }
    missing
}

/// `nodes/n2.zip` that holds nothing: the collector's agent did not run there.
fn empty_nodes(evidence: &Evidence) -> Vec<NotExamined> {
    let empty = evidence
        .entries
        .iter()
        .filter(|read| read.entry.kind == EntryKind::Skipped(Skip::Empty));
    empty
        .filter_map(|read| {
            let path = &read.entry.path;
            let node = path.strip_prefix("nodes/")?.strip_suffix(".zip")?;
            Some(NotExamined {
                what: format!("node {node}"),
                because: format!("{path} holds no files"),
                signatures: Vec::new(),
                collect: Some(format!(
                    "collect on {node} itself: journalctl --no-pager -u rke2-server -u rke2-agent -u rancher-system-agent > {node}.log"
                )),
            })
        })
        .collect()
}

/// Nodes that the cluster lists and of which nothing was read, where there are logs of other nodes.
fn silent_nodes(evidence: &Evidence, inputs: &[InputSummary]) -> Vec<NotExamined> {
    let heard: BTreeSet<&str> = evidence
        .entries
        .iter()
        .filter(|read| read.hits.coverage.lines > 0 || read.entry.kind == EntryKind::Fact)
        .filter_map(|read| read.entry.origin.node.as_deref())
        .collect();
    if heard.is_empty() {
        return Vec::new();
    }
    let named: BTreeSet<&str> = inputs
        .iter()
        .flat_map(|input| &input.nodes)
        .map(|node| node.name.as_str())
        .collect();
    let empty: BTreeSet<String> = empty_nodes(evidence)
        .into_iter()
        .map(|missing| missing.what)
        .collect();
    named
        .difference(&heard)
        .filter(|node| !empty.contains(&format!("node {node}")))
        .map(|node| NotExamined {
            what: format!("node {node}"),
            because: "the cluster lists it, the input holds no log of it".to_owned(),
            signatures: Vec::new(),
            collect: Some(format!(
                "run the collector on {node}, and give its archive as a further input"
            )),
        })
        .collect()
}

/// Logs that causes of the symptoms seen would stand in, and that were not collected.
fn unheard(database: &Database, evidence: &Evidence, findings: &[Finding]) -> Vec<NotExamined> {
    let heard = evidence
        .entries
        .iter()
        .filter(|read| read.entry.kind == EntryKind::Log && read.hits.coverage.lines > 0)
        .fold(ProgramSet::NONE, |set, read| {
            set.union(read.entry.origin.programs)
        });
    let classes: BTreeSet<Class> = findings
        .iter()
        .filter(|finding| finding.state.is_alive())
        .filter_map(|finding| database.signatures.get(finding.signature))
        .filter_map(|signature| signature.class)
        .collect();
    let mut wanted: BTreeMap<Program, BTreeSet<String>> = BTreeMap::new();
    for class in classes {
        for signature in database.causes_of(class) {
            for part in &signature.parts {
                let silent = matches!(part.source, Source::Log { .. })
                    && !part.programs.is_all()
                    && !heard.intersects(part.programs);
                if let Some(program) = part.programs.iter().next().filter(|_| silent) {
                    wanted
                        .entry(program)
                        .or_default()
                        .insert(signature.id.clone());
                }
            }
        }
    }
    wanted
        .into_iter()
        .map(|(program, ids)| NotExamined {
            what: format!("logs of {}", program.name()),
            because: "not in the input; causes of the symptoms seen would stand there".to_owned(),
            signatures: ids.into_iter().take(NAMED).collect(),
            collect: Some(collect(program)),
        })
        .collect()
}

/// The command that shows the log of a program.
fn collect(program: Program) -> String {
    let pod = |namespace: &str, selector: &str| {
        format!("kubectl -n {namespace} logs -l {selector} --all-containers --tail=-1 --prefix")
    };
    match program {
        Program::Kubelet => {
            "/var/lib/rancher/rke2/agent/logs/kubelet.log of the node (K3s: journalctl -u k3s)"
                .to_owned()
        }
        Program::Rke2 => "journalctl --no-pager -u rke2-server -u rke2-agent".to_owned(),
        Program::K3s => "journalctl --no-pager -u k3s -u k3s-agent".to_owned(),
        Program::Containerd => {
            "/var/lib/rancher/rke2/agent/containerd/containerd.log of the node (K3s: /var/lib/rancher/k3s/agent/containerd/containerd.log)".to_owned()
        }
        Program::Kernel => "journalctl --no-pager -k, or dmesg -T".to_owned(),
        Program::RancherSystemAgent => "journalctl --no-pager -u rancher-system-agent".to_owned(),
        Program::Etcd => pod("kube-system", "component=etcd"),
        Program::KubeApiserver => pod("kube-system", "component=kube-apiserver"),
        Program::Rancher => pod("cattle-system", "app=rancher"),
        Program::CattleClusterAgent => pod("cattle-system", "app=cattle-cluster-agent"),
        Program::LonghornManager => pod("longhorn-system", "app=longhorn-manager"),
        other => format!("the logs of {}, current and previous (kubectl logs --previous)", other.name()),
    }
}
