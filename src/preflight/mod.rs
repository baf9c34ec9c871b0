//! What is known of a node and its cluster into checks that have to pass before an upgrade, an install or a removal.
//!
//! A check is a pure function over what is known (`Facts`); it passes, fails with what to do, or says why it could not be made and
//! what would let it. The thresholds stand in [`threshold`], with their sources, and as a table in docs/preflight.md.

mod cluster;
mod etcd;
mod facts;
mod host;
mod kernel;
mod leftovers;
pub mod threshold;

use jiff::Timestamp;

use crate::evidence::{Evidence, ObjectKey};
use crate::signature::Severity;

use facts::Facts;

/// What is about to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Nothing in particular: every check.
    Any,
    /// Upgrading the cluster.
    Upgrade,
    /// Installing on this machine, or joining it to a cluster.
    Install,
    /// Taking this node out of its cluster.
    RemoveNode,
}

impl Purpose {
    /// Every purpose that has a word.
    pub const ALL: &'static [Purpose] = &[
        Purpose::Any,
        Purpose::Upgrade,
        Purpose::Install,
        Purpose::RemoveNode,
    ];

    /// The word for it on the command line and in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Purpose::Any => "any",
            Purpose::Upgrade => "upgrade",
            Purpose::Install => "install",
            Purpose::RemoveNode => "remove-node",
        }
    }
}

/// What a check came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Fine: what was seen.
    Passed(String),
    /// Not fine.
    Failed {
        /// What was seen.
        text: String,
        /// What to do.
        fix: String,
    },
    /// Not known.
    Unknown {
        /// Why.
        because: String,
        /// What would let it be checked.
        would_let: String,
    },
}

impl Outcome {
    /// The word for it in reports.
    pub const fn word(&self) -> &'static str {
        match self {
            Outcome::Passed(_) => "passed",
            Outcome::Failed { .. } => "failed",
            Outcome::Unknown { .. } => "unknown",
        }
    }

    fn passed(text: impl Into<String>) -> Self {
        Self::Passed(text.into())
    }

    fn failed(text: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Failed {
            text: text.into(),
            fix: fix.into(),
        }
    }

    fn unknown(because: impl Into<String>, would_let: impl Into<String>) -> Self {
        Self::Unknown {
            because: because.into(),
            would_let: would_let.into(),
        }
    }
}

/// One check and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// `kernel-flags`; never changes its meaning.
    pub id: &'static str,
    /// In a few words.
    pub title: &'static str,
    /// How bad a failure is.
    pub severity: Severity,
    /// The node it is about; nothing: the cluster.
    pub node: Option<String>,
    /// What it came to.
    pub outcome: Outcome,
}

/// Every check of a preflight, in the order of the table of docs/preflight.md.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preflight {
    /// What is about to be done.
    pub purpose: Purpose,
    /// The node it was made on.
    pub node: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The checks.
    pub checks: Vec<Check>,
}

impl Preflight {
    /// How many passed, failed, could not be made.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |word: &str| {
            let same = self.checks.iter();
            same.filter(|check| check.outcome.word() == word).count()
        };
        (count("passed"), count("failed"), count("unknown"))
    }

    /// The worst failure.
    pub fn worst(&self) -> Option<Severity> {
        let failed = self
            .checks
            .iter()
            .filter(|check| matches!(check.outcome, Outcome::Failed { .. }));
        failed.map(|check| check.severity).max()
    }
}

/// Kinds that the checks look at, to be read beside what signatures ask for.
pub fn kinds() -> Vec<ObjectKey> {
    [
        ("Node", ""),
        ("PodDisruptionBudget", "policy"),
        ("Volume", "longhorn.io"),
        ("Upgrade", "harvesterhci.io"),
        ("ETCDSnapshotFile", "k3s.cattle.io"),
    ]
    .into_iter()
    .map(|(kind, group)| ObjectKey {
        kind: kind.to_owned(),
        group: group.to_owned(),
    })
    .collect()
}

type Maker = fn(&Facts<'_>) -> Outcome;

/// A check as it is listed: whether it is about the node, for which purposes it is made.
struct Listed {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    of_node: bool,
    for_what: &'static [Purpose],
    make: Maker,
}

const ALWAYS: &[Purpose] = Purpose::ALL;
const RUNNING: &[Purpose] = &[Purpose::Any, Purpose::Upgrade, Purpose::RemoveNode];
const UPGRADE: &[Purpose] = &[Purpose::Any, Purpose::Upgrade];
const INSTALL: &[Purpose] = &[Purpose::Install];

const fn node(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    for_what: &'static [Purpose],
    make: Maker,
) -> Listed {
    Listed {
        id,
        title,
        severity,
        of_node: true,
        for_what,
        make,
    }
}

const fn cluster(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    for_what: &'static [Purpose],
    make: Maker,
) -> Listed {
    Listed {
        of_node: false,
        ..node(id, title, severity, for_what, make)
    }
}

const CHECKS: &[Listed] = &[
    node(
        "kernel-flags",
        "kernel settings that the kubelet requires",
        Severity::Critical,
        ALWAYS,
        kernel::flags,
    ),
    cluster(
        "server-arguments",
        "arguments that all servers must share",
        Severity::High,
        ALWAYS,
        kernel::arguments,
    ),
    node(
        "etcd-health",
        "etcd of this node is healthy and has a leader",
        Severity::Critical,
        RUNNING,
        etcd::health,
    ),
    node(
        "etcd-space",
        "etcd's database is below its quota",
        Severity::High,
        RUNNING,
        etcd::space,
    ),
    cluster(
        "etcd-quorum",
        "etcd keeps its quorum, now and afterwards",
        Severity::Critical,
        RUNNING,
        etcd::quorum,
    ),
    node(
        "etcd-snapshot",
        "a fresh snapshot of etcd",
        Severity::High,
        RUNNING,
        etcd::snapshot,
    ),
    node(
        "certificates",
        "certificates are valid for long enough",
        Severity::High,
        RUNNING,
        host::certificates,
    ),
    node(
        "disk",
        "room on the disks of the node and of images",
        Severity::High,
        ALWAYS,
        host::disk,
    ),
    node(
        "inodes",
        "inodes on the disks",
        Severity::High,
        ALWAYS,
        host::inodes,
    ),
    node("swap", "no swap", Severity::Medium, ALWAYS, host::swap),
    node(
        "file-limits",
        "limits on open files and watches",
        Severity::Medium,
        ALWAYS,
        host::file_limits,
    ),
    node(
        "time-sync",
        "the clock is synchronised",
        Severity::High,
        ALWAYS,
        host::time_sync,
    ),
    cluster(
        "nodes-ready",
        "every node is Ready and takes pods",
        Severity::High,
        RUNNING,
        cluster::nodes,
    ),
    cluster(
        "versions",
        "one version on every node",
        Severity::High,
        RUNNING,
        cluster::versions,
    ),
    cluster(
        "volumes",
        "no volume is degraded or faulted",
        Severity::High,
        RUNNING,
        cluster::volumes,
    ),
    cluster(
        "disruption-budgets",
        "every PodDisruptionBudget lets a pod go",
        Severity::High,
        RUNNING,
        cluster::budgets,
    ),
    cluster(
        "upgrade-running",
        "no other upgrade is under way",
        Severity::Critical,
        UPGRADE,
        cluster::upgrade,
    ),
    node(
        "leftovers",
        "nothing of an earlier install",
        Severity::High,
        INSTALL,
        leftovers::disk,
    ),
    cluster(
        "node-names",
        "no password of a Node that is gone",
        Severity::Medium,
        ALWAYS,
        leftovers::passwords,
    ),
];

/// Makes every check that belongs to the purpose, as of `at`. `node` is the name of this node.
pub fn check(
    evidence: &Evidence,
    purpose: Purpose,
    node: Option<&str>,
    at: Timestamp,
) -> Preflight {
    let facts = Facts {
        evidence,
        purpose,
        node,
        at,
    };
    let checks = CHECKS
        .iter()
        .filter(|listed| listed.for_what.contains(&purpose))
        .map(|listed| Check {
            id: listed.id,
            title: listed.title,
            severity: listed.severity,
            node: node.filter(|_| listed.of_node).map(str::to_owned),
            outcome: (listed.make)(&facts),
        })
        .collect();
    Preflight {
        purpose,
        node: node.map(str::to_owned),
        at,
        checks,
    }
}

#[cfg(test)]
mod tests;
