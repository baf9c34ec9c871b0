//! One member of a bundle, described without its bytes.

use super::Origin;

/// One file inside an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which input of the case, from 0.
    pub input: usize,
    /// Path inside the outer archive without its root folder; nested archives are a path prefix
    /// (`nodes/n1.zip/n1/logs/kubelet.log`). For a loose file its name, `-` for standard input.
    pub path: String,
    /// Uncompressed bytes, where the container says so before reading.
    pub size: Option<u64>,
    /// Modification time as the container records it.
    pub modified: Option<jiff::Timestamp>,
    /// What the entry holds.
    pub kind: EntryKind,
    /// Who wrote it.
    pub origin: Origin,
}

/// What an entry holds, decided from its path (and, for loose files, its first bytes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// Lines of one or more programs.
    Log,
    /// Kubernetes objects, YAML or JSON: a list, a bare array or one object.
    Objects,
    /// Output of a command or a file that says something about a node or the cluster.
    Fact,
    /// Configuration of a node or product; read as facts where a reader knows it.
    Config,
    /// Not read.
    Skipped(Skip),
}

/// Why an entry is not read; every member of an archive is read, skipped for one of these, or a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Skip {
    /// A directory entry.
    Directory,
    /// No bytes.
    Empty,
    /// Binary data that no reader knows (pprof, images, sa files).
    Binary,
    /// Objects of kinds that nothing asks for.
    UnwantedObjects,
    /// A second path to bytes that are read elsewhere.
    Duplicate,
    /// A link; links are not followed out of an input.
    Link,
    /// Nothing bundlevet reads.
    Irrelevant,
}

/// What an input is, decided by content. Names as in the JSON report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// support-bundle-kit, Harvester.
    Harvester,
    /// support-bundle-kit or the older layouts, Longhorn.
    Longhorn,
    /// `rancher2_logs_collector.sh`.
    RancherLogsCollector,
    /// Harvester upgrade-log archive.
    UpgradeLog,
    /// SUSE supportconfig.
    Supportconfig,
    /// replicated troubleshoot.
    Troubleshoot,
    /// `kubectl cluster-info dump`.
    ClusterInfoDump,
    /// OpenShift must-gather.
    MustGather,
    /// A node zip, or a live node's tree.
    Node,
    /// Any other archive or directory.
    Directory,
    /// One loose file.
    File,
}
