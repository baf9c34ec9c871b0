//! Names of things that every format spells the same way.

use crate::bundle::{EntryKind, InputKind, Skip};
use crate::evidence::ObjectKey;

/// `log`, `objects`, `fact`, `config`, `skipped`.
pub(super) fn entry_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Log => "log",
        EntryKind::Objects => "objects",
        EntryKind::Fact => "fact",
        EntryKind::Config => "config",
        EntryKind::Skipped(_) => "skipped",
    }
}

/// Why an entry is skipped.
pub(super) fn skip(why: Skip) -> &'static str {
    match why {
        Skip::Directory => "directory",
        Skip::Empty => "empty",
        Skip::Binary => "binary",
        Skip::UnwantedObjects => "unwanted objects",
        Skip::Duplicate => "duplicate",
        Skip::Link => "link",
        Skip::Irrelevant => "irrelevant",
    }
}

/// As the JSON report spells it.
pub(super) fn input_kind(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Harvester => "harvester",
        InputKind::Longhorn => "longhorn",
        InputKind::RancherLogsCollector => "rancher-logs-collector",
        InputKind::UpgradeLog => "upgrade-log",
        InputKind::Supportconfig => "supportconfig",
        InputKind::Troubleshoot => "troubleshoot",
        InputKind::ClusterInfoDump => "cluster-info-dump",
        InputKind::MustGather => "must-gather",
        InputKind::Node => "node",
        InputKind::Directory => "directory",
        InputKind::File => "file",
    }
}

/// `Node`, `Volume.longhorn.io`.
pub(super) fn object_kind(key: &ObjectKey) -> String {
    if key.group.is_empty() {
        key.kind.clone()
    } else {
        format!("{}.{}", key.kind, key.group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn input_kinds_are_spelt_as_in_json() {
        for kind in [
            InputKind::Harvester,
            InputKind::RancherLogsCollector,
            InputKind::UpgradeLog,
            InputKind::ClusterInfoDump,
            InputKind::MustGather,
            InputKind::File,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), input_kind(kind));
        }
    }
}
