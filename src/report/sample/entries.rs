//! Entries of every kind, as an inventory shows them.

use std::collections::BTreeMap;

use super::at;
use crate::bundle::{Entry, EntryKind, Instance, Origin, Program, Skip};
use crate::detect::{Coverage, EntryHits};
use crate::evidence::{Evidence, ObjectKey, ReadEntry};

/// Entries of every kind, hostile names included.
pub(in crate::report) fn evidence() -> Evidence {
    let read = |path: &str, kind: EntryKind, origin: Origin, lines: u64| ReadEntry {
        entry: Entry {
            input: 0,
            path: path.into(),
            size: Some(lines * 100),
            modified: at("2025-01-25T09:00:00Z"),
            kind,
            origin,
        },
        hits: EntryHits {
            coverage: Coverage {
                bytes: lines * 100,
                lines,
                span: (lines > 0).then(|| {
                    (
                        at("2025-01-18T04:11:00Z").unwrap(),
                        at("2025-01-25T09:58:30Z").unwrap(),
                    )
                }),
                ..Coverage::default()
            },
            ..EntryHits::default()
        },
    };
    let node = |name: &str| Origin {
        node: Some(name.into()),
        programs: Program::Kubelet.into(),
        ..Origin::default()
    };
    let pod = Origin {
        namespace: Some("kube-system".into()),
        pod: Some("etcd-n1".into()),
        container: Some("etcd".into()),
        programs: Program::Etcd.into(),
        instance: Instance::Previous,
        ..Origin::default()
    };
    let key = |kind: &str, group: &str| ObjectKey {
        kind: kind.into(),
        group: group.into(),
    };
    Evidence {
        entries: vec![
            read(
                "logs/evil\u{1b}[2J.log",
                EntryKind::Log,
                Origin::default(),
                3,
            ),
            read(
                "logs/kube-system/etcd-n1/etcd.log.1",
                EntryKind::Log,
                pod,
                120_000,
            ),
            read(
                "nodes/n1.zip/n1/logs/kubelet.log",
                EntryKind::Log,
                node("n1"),
                2_000_000,
            ),
            read(
                "nodes/n2.zip/n2/logs/kubelet.log",
                EntryKind::Log,
                node("n2"),
                0,
            ),
            read(
                "nodes/n2.zip/n2/logs/x.pprof",
                EntryKind::Skipped(Skip::Binary),
                node("n2"),
                0,
            ),
            read(
                "yamls/cluster/v1/nodes.yaml",
                EntryKind::Objects,
                Origin::default(),
                0,
            ),
        ],
        objects: BTreeMap::from([
            (key("Node", ""), vec![]),
            (key("Volume", "longhorn.io"), vec![]),
        ]),
        ..Evidence::default()
    }
}
