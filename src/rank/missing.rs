//! What could not be examined, which signatures that concerns, and the command that would collect it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::anchor::{Anchor, From};
use super::judge::Judged;
use super::{InputSummary, NotExamined, Verdict, certificates};
use crate::bundle::{EntryKind, Program, ProgramSet, Skip, Unread};
use crate::evidence::{Evidence, ObjectKey};
use crate::finding::Finding;
use crate::signature::{Class, Database, Kind, Part, Signature, Source, Sureness};

/// Signatures named per thing that is missing.
const NAMED: usize = 12;
/// Signatures whose needs are asked for.
const ASKED: usize = 5;
/// What collects the facts of a node.
const COLLECTOR: &str = "the Rancher logs-collector on each node, as root";
/// A log that begins this long after a failure may lack its cause.
const LATE: SignedDuration = SignedDuration::from_mins(10);
/// Programs whose logs say why a node fails.
const TELLING: &[Program] = &[
    Program::Kubelet,
    Program::Rke2,
    Program::K3s,
    Program::Containerd,
    Program::Kernel,
];

/// Everything that would have been worth a look.
pub(super) fn not_examined(
    database: &Database,
    evidence: &Evidence,
    findings: &[Finding],
    inputs: &[InputSummary],
    anchors: &[Anchor],
    verdict: Verdict,
) -> Vec<NotExamined> {
    let mut missing = unread(evidence);
    missing.extend(empty_nodes(evidence));
    missing.extend(silent_nodes(evidence, inputs));
    missing.extend(late_logs(evidence, anchors));
    if verdict != Verdict::Healthy {
        missing.extend(certificates::reissued(evidence, anchors));
        missing.extend(unproven(database, evidence, findings));
        missing.extend(kinds(database, evidence, findings));
    }
    if verdict != Verdict::Healthy && verdict != Verdict::KnownCause {
        missing.extend(unheard(database, evidence, findings));
        missing.extend(needs(database, evidence, findings));
    }
    missing
}

/// What of a live node was not read: for want of rights, programs or time.
fn unread(evidence: &Evidence) -> Vec<NotExamined> {
    let tell = |unread: &Unread| NotExamined {
        what: unread.what.clone(),
        because: unread.because.clone(),
        signatures: Vec::new(),
        collect: unread.command.clone(),
    };
    evidence.unread.iter().map(tell).collect()
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

/// Logs of a failed node that begin after it failed: what broke it may have been rotated away.
fn late_logs(evidence: &Evidence, anchors: &[Anchor]) -> Vec<NotExamined> {
    let failed = anchors
        .iter()
        .filter(|anchor| anchor.from == From::Object)
        .filter_map(|anchor| Some((anchor, anchor.subject.get("node")?, anchor.since?)));
    let mut late = Vec::new();
    for (anchor, node, since) in failed {
        let own = evidence.entries.iter().filter(|read| {
            read.entry.kind == EntryKind::Log && read.entry.origin.node.as_deref() == Some(node)
        });
        // the earliest log of each program that decides over a node
        let mut begins: BTreeMap<Program, (Timestamp, &str)> = BTreeMap::new();
        for read in own {
            let programs = read.entry.origin.programs;
            let telling = TELLING
                .iter()
                .find(|p| !programs.is_all() && programs.contains(**p));
            if let (Some(program), Some((from, _))) = (telling, read.hits.coverage.span) {
                let slot = begins.entry(*program).or_insert((from, &read.entry.path));
                if from < slot.0 {
                    *slot = (from, &read.entry.path);
                }
            }
        }
        for (from, path) in begins.values() {
            let gap = from.duration_since(since);
            if gap > LATE {
                late.push(NotExamined {
                    what: format!("{path} before {from}"),
                    because: format!("begins {} after the failure ({})", long(gap), anchor.text),
                    signatures: Vec::new(),
                    collect: Some(format!(
                        "older logs of {node}: journalctl --no-pager --since '{}', and rotated files beside the log",
                        (since - SignedDuration::from_hours(1)).strftime("%Y-%m-%d %H:%M:%S UTC")
                    )),
                });
            }
        }
    }
    late
}

/// `3 days`, `5 hours`, `12 minutes`.
fn long(time: SignedDuration) -> String {
    let (number, unit) = match time.as_hours() {
        hours if hours >= 48 => (hours / 24, "days"),
        0 | 1 => (time.as_mins(), "minutes"),
        hours => (hours, "hours"),
    };
    format!("{number} {unit}")
}

/// Kinds that signatures ask for of which something was seen, and that were not collected.
fn kinds(database: &Database, evidence: &Evidence, findings: &[Finding]) -> Vec<NotExamined> {
    let hit: BTreeSet<usize> = evidence
        .entries
        .iter()
        .flat_map(|read| &read.hits.series)
        .filter_map(|series| usize::try_from(series.signature).ok())
        .chain(findings.iter().map(|finding| finding.signature))
        .collect();
    let mut wanted: BTreeMap<ObjectKey, BTreeSet<String>> = BTreeMap::new();
    for at in hit {
        let Some(signature) = database.signatures.get(at) else {
            continue;
        };
        for part in &signature.parts {
            if let Source::Object(query) = &part.source
                && signature.kind != Kind::Noise
                && !evidence.collected.contains(query.kind())
                && !evidence.objects.contains_key(query.kind())
            {
                let ids = wanted.entry(query.kind().clone()).or_default();
                ids.insert(signature.id.clone());
            }
        }
    }
    wanted
        .into_iter()
        .map(|(key, ids)| {
            let typed = match key.group.as_str() {
                "" => key.kind.to_lowercase(),
                group => format!("{}.{group}", key.kind.to_lowercase()),
            };
            NotExamined {
                what: format!("{} objects", key.kind),
                because: "not in the input; what was seen would be surer, or ruled out".to_owned(),
                signatures: ids.into_iter().take(NAMED).collect(),
                collect: Some(format!("kubectl get {typed} -A -o yaml")),
            }
        })
        .collect()
}

/// Logs and facts that would make a cause surer, or rule it out, and that were not collected.
fn unproven(database: &Database, evidence: &Evidence, findings: &[Finding]) -> Vec<NotExamined> {
    let heard = heard(evidence);
    let known: BTreeSet<&str> = evidence
        .facts
        .iter()
        .map(|fact| file_of(&fact.key))
        .collect();
    let mut wanted: BTreeMap<(String, Option<String>), BTreeSet<String>> = BTreeMap::new();
    for finding in findings {
        let Some(signature) = database.signatures.get(finding.signature) else {
            continue;
        };
        if signature.kind != Kind::Cause || !finding.state.is_alive() {
            continue;
        }
        let condition = &signature.condition;
        let weighed = condition.more.iter().chain(&condition.less);
        let parts = weighed
            .map(|weight| weight.part)
            .chain(condition.without.iter().copied())
            .chain(condition.if_missing.iter().map(|(part, _)| *part));
        for part in parts.filter_map(|at| signature.parts.get(at)) {
            let missing = match &part.source {
                Source::Log { .. } if !part.programs.is_all() => {
                    let silent = !heard.intersects(part.programs);
                    let program = part.programs.iter().next().filter(|_| silent);
                    program.map(|p| (format!("logs of {}", p.name()), Some(collect(p))))
                }
                Source::Fact(query) => {
                    let key = file_of(query.key().source());
                    (!known.contains(key)).then(|| (of_nodes(key), None))
                }
                _ => None,
            };
            if let Some(missing) = missing {
                wanted
                    .entry(missing)
                    .or_default()
                    .insert(signature.id.clone());
            }
        }
    }
    let because = "not in the input; what was seen would be surer, or ruled out";
    wanted
        .into_iter()
        .map(|((what, collect), ids)| NotExamined {
            what,
            because: because.to_owned(),
            signatures: ids.into_iter().take(NAMED).collect(),
            collect: collect.or_else(|| Some(COLLECTOR.to_owned())),
        })
        .collect()
}

/// The file that a fact is read from, as far as its key tells: `etcd.health`, `sysctl`, `certificate`.
fn file_of(key: &str) -> &str {
    match key.split_once('.') {
        Some(("etcd", _)) | None => key,
        Some((first, _)) => first,
    }
}

/// What would tell causes apart that stand on the same lines, the first cause first.
pub(super) fn rivals(causes: &[Judged<'_>]) -> Vec<NotExamined> {
    causes
        .iter()
        .filter(|judged| judged.state.is_alive() && !judged.score.proven)
        .filter(|judged| !judged.rivals.is_empty())
        .filter_map(|judged| {
            Some(NotExamined {
                what: format!("what proves {}", judged.signature.id),
                because: format!(
                    "its lines are also explained by {}",
                    judged.rivals.join(", ")
                ),
                signatures: vec![judged.signature.id.clone()],
                collect: Some(judged.signature.needs.clone()?),
            })
        })
        .take(NAMED)
        .collect()
}

/// What is missing of causes that are no more than possible, in the words of the signature.
pub(super) fn lacking(causes: &[Judged<'_>], evidence: &Evidence) -> Vec<NotExamined> {
    let heard = heard(evidence);
    let open = causes.iter().filter(|judged| {
        let possible = judged.finding.sure == Sureness::Possible;
        judged.state.is_alive() && possible && judged.rivals.is_empty()
    });
    open.filter_map(|judged| {
        let signature = judged.signature;
        let parts = signature.parts.iter();
        let absent: BTreeSet<String> = parts
            .filter(|part| absent(evidence, heard, part))
            .map(source)
            .collect();
        if absent.is_empty() {
            return None;
        }
        let absent: Vec<String> = absent.into_iter().collect();
        Some(NotExamined {
            what: format!("what proves {}", signature.id),
            because: format!("not in the input: {}", absent.join(", ")),
            signatures: vec![signature.id.clone()],
            collect: Some(signature.needs.clone()?),
        })
    })
    .take(ASKED)
    .collect()
}

/// What causes of the symptoms seen need that could not be looked for, those that most signatures ask for first.
fn needs(database: &Database, evidence: &Evidence, findings: &[Finding]) -> Vec<NotExamined> {
    let heard = heard(evidence);
    let found: BTreeSet<usize> = findings.iter().map(|finding| finding.signature).collect();
    let blind = |signature: &Signature| {
        let absent = |part: &usize| {
            let part = signature.parts.get(*part);
            part.is_some_and(|part| absent(evidence, heard, part))
        };
        let condition = &signature.condition;
        condition.all.iter().any(absent)
            || (!condition.any.is_empty() && condition.any.iter().all(absent))
    };
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for class in seen(database, findings) {
        for signature in database.causes_of(class) {
            let known = database.position(&signature.id);
            if let Some(needs) = &signature.needs
                && known.is_some_and(|at| !found.contains(&at))
                && blind(signature)
            {
                wanted.entry(needs).or_default().insert(&signature.id);
            }
        }
    }
    let mut wanted: Vec<(&str, BTreeSet<&str>)> = wanted.into_iter().collect();
    wanted.sort_by_key(|(needs, ids)| (std::cmp::Reverse(ids.len()), *needs));
    wanted
        .into_iter()
        .take(ASKED)
        .map(|(needs, ids)| {
            let first = ids.first().copied().unwrap_or_default();
            let what = match ids.len() {
                1 => first.to_owned(),
                n => format!("{first} and {} more", n - 1),
            };
            NotExamined {
                what,
                because: "could not be looked for, although it would explain symptoms seen"
                    .to_owned(),
                signatures: ids.into_iter().take(NAMED).map(str::to_owned).collect(),
                collect: Some(needs.to_owned()),
            }
        })
        .collect()
}

/// Whether nothing was collected in which a part could be seen. Of facts only their whole absence is known.
fn absent(evidence: &Evidence, heard: ProgramSet, part: &Part) -> bool {
    match &part.source {
        Source::Log { .. } => {
            part.text_in.log && !part.programs.is_all() && !heard.intersects(part.programs)
        }
        Source::Object(query) => {
            !evidence.collected.contains(query.kind())
                && !evidence.objects.contains_key(query.kind())
        }
        Source::Fact(_) => evidence.facts.is_empty(),
    }
}

fn source(part: &Part) -> String {
    match &part.source {
        Source::Log { .. } => {
            let names: Vec<_> = part.programs.iter().map(|p| p.name()).take(3).collect();
            format!("logs of {}", names.join(", "))
        }
        Source::Object(query) => format!("{} objects", query.kind().kind),
        Source::Fact(query) => of_nodes(query.key().source()),
    }
}

/// What a fact is read from, as people call it: `sysctl of nodes`. One that compares needs other nodes.
fn of_nodes(key: &str) -> String {
    match key.starts_with("differs") {
        true => "the same settings of other nodes".to_owned(),
        false => format!("{key} of nodes"),
    }
}

/// Programs whose logs were read; one in which anybody may speak is nobody's.
fn heard(evidence: &Evidence) -> ProgramSet {
    let logs = evidence
        .entries
        .iter()
        .filter(|read| read.entry.kind == EntryKind::Log && read.hits.coverage.lines > 0)
        .filter(|read| !read.entry.origin.programs.is_all());
    logs.fold(ProgramSet::NONE, |set, read| {
        set.union(read.entry.origin.programs)
    })
}

/// Classes of the symptoms that are alive.
fn seen(database: &Database, findings: &[Finding]) -> BTreeSet<Class> {
    findings
        .iter()
        .filter(|finding| finding.state.is_alive())
        .filter_map(|finding| database.signatures.get(finding.signature))
        .filter_map(|signature| signature.class)
        .collect()
}

/// Logs that causes of the symptoms seen would stand in, and that were not collected.
fn unheard(database: &Database, evidence: &Evidence, findings: &[Finding]) -> Vec<NotExamined> {
    let heard = heard(evidence);
    let mut wanted: BTreeMap<Program, BTreeSet<String>> = BTreeMap::new();
    for class in seen(database, findings) {
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
        Program::Audit => {
            "the audit log of every server: /var/lib/rancher/rke2/server/logs/audit.log (K3s: below /var/lib/rancher/k3s/server/logs, RKE1: /var/log/kube-audit/audit-log.json)".to_owned()
        }
        Program::RancherSystemAgent => "journalctl --no-pager -u rancher-system-agent".to_owned(),
        Program::Etcd => pod("kube-system", "component=etcd"),
        Program::KubeApiserver => pod("kube-system", "component=kube-apiserver"),
        Program::Rancher => pod("cattle-system", "app=rancher"),
        Program::CattleClusterAgent => pod("cattle-system", "app=cattle-cluster-agent"),
        Program::LonghornManager => pod("longhorn-system", "app=longhorn-manager"),
        Program::Systemd => "journalctl --no-pager".to_owned(),
        other => format!("the logs of {}, current and previous (kubectl logs --previous)", other.name()),
    }
}
