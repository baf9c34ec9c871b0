//! A small bundle with a node zip with a supportconfig in it, and what must come out of it.

use bundlevet::bundle::{EntryKind, Skip};

use crate::pack::{Member, folder, lines, member, stored, tar, xz, zip};
use crate::seen::Seen;

pub(crate) const ETCD: &str = "logs/kube-system/etcd-n1/etcd.log";
pub(crate) const KUBELET: &str = "nodes/n1.zip/n1/logs/kubelet.log";
pub(crate) const BOOT: &str = "nodes/n1.zip/n1/scc/scc_n1.txz/scc_n1/boot.txt";

/// A node zip with a supportconfig in it.
pub(crate) fn node_zip() -> Vec<u8> {
    let scc = xz(&tar(&[
        ("scc_n1/", b""),
        ("scc_n1/boot.txt", b"#==[ Command ]===\n# /bin/dmesg\n"),
        ("scc_n1/messages.txt", &lines(500)),
    ]));
    zip(&[
        folder("n1/"),
        folder("n1/logs/"),
        member("n1/logs/kubelet.log", lines(2000)),
        stored("n1/logs/rke2-server.log", "-- No entries --\n"),
        stored("n1/scc/scc_n1.txz", scc),
    ])
}

pub(crate) fn outer(node: Member) -> Vec<u8> {
    zip(&[
        folder("sb/"),
        member("sb/metadata.yaml", "bundlename: sb\n"),
        member(&format!("sb/{ETCD}"), lines(300)),
        member("sb/logs/kube-system/etcd-n1/etcd.log.1", ""),
        node,
        member(
            "sb/yamls/cluster/v1/nodes.yaml",
            "apiVersion: v1\nitems: []\nkind: List\n",
        ),
    ])
}

pub(crate) fn assert_whole_bundle(seen: &Seen) {
    assert_eq!(
        seen.paths(),
        [
            ETCD,
            "metadata.yaml",
            KUBELET,
            "nodes/n1.zip/n1/logs/rke2-server.log",
            BOOT,
            "nodes/n1.zip/n1/scc/scc_n1.txz/scc_n1/messages.txt",
            "yamls/cluster/v1/nodes.yaml",
        ]
    );
    assert_eq!(seen.entries[KUBELET], lines(2000));
    assert!(seen.text(BOOT).starts_with("#==[ Command ]"));
    assert_eq!(
        seen.skipped["logs/kube-system/etcd-n1/etcd.log.1"],
        Skip::Empty
    );
    let kubelet = &seen.described[KUBELET];
    assert_eq!(kubelet.kind, EntryKind::Log);
    assert_eq!(kubelet.origin.node.as_deref(), Some("n1"));
    assert!(seen.archives.contains_key("nodes/n1.zip"));
    assert!(seen.archives.contains_key("nodes/n1.zip/n1/scc/scc_n1.txz"));
}
