//! Kubernetes objects: YAML, JSON, and the tables that kubectl prints.

use super::{Drip, chosen, entry};
use crate::bundle::EntryKind;
use crate::evidence::objects::{self, fuzzed};
use crate::evidence::{ObjectLimits, Wanted};

const LISTS: &[&str] = &[
    "yamls/cluster/v1/nodes.yaml",
    "yamls/namespaced/default/v1/pods.yaml",
    "yamls/namespaced/longhorn-system/longhorn.io/v1beta2/volumes.yaml",
    "yamls/namespaced/fleet-default/v1/secrets.yaml",
    "cluster-resources/pods/default.json",
    "loose.yaml",
];

/// What the collector's tables are of.
const TABLES: &[&str] = &[
    "rke2/kubectl/pods",
    "rke2/kubectl/nodes",
    "rke2/kubectl/events",
    "rke2/kubectl/deployments",
    "rke2/kubectl/pv",
    "rke2/kubectl/pvc",
    "rke2/kubectl/jobs",
    "rke2/kubectl/replicasets",
    "rke2/kubectl/volumeattachments",
    "rke2/kubectl/apiservices",
];

fn limits() -> ObjectLimits {
    ObjectLimits {
        item_bytes: 4 << 10,
        depth: 24,
        nodes: 2_000,
        items: 100,
        memory: 256 << 10,
        texts: 100,
        text_bytes: 1 << 10,
        output_bytes: 16 << 10,
        ..ObjectLimits::default()
    }
}

/// Any bytes as a file of objects: the same in whatever pieces they arrive, and both readers of YAML agree.
pub(super) fn objects(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    read(LISTS, a, b, rest);
    let text = String::from_utf8_lossy(rest);
    fuzzed::readers_agree(&text, &limits());
}

/// Any bytes as a table.
pub(super) fn tables(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    read(TABLES, a, b, rest);
}

fn read(paths: &[&str], path: usize, piece: usize, bytes: &[u8]) {
    let Some(path) = paths.get(path % paths.len()) else {
        return;
    };
    let entry = entry(path, EntryKind::Objects);
    let wanted = Wanted::default();
    let read = |piece| {
        let bytes = &mut Drip { bytes, piece };
        objects::read(0, &entry, bytes, &wanted, &limits())
    };
    let whole = read(usize::MAX);
    assert!(whole.objects.len() <= limits().items);
    assert!(whole.texts.len() <= limits().texts);
    assert_eq!(read(piece % 23 + 1), whole);
}
