//! The paths of an input into what it is, by markers that no other layout has.

use super::cluster_dump;
use super::names::Split;
use crate::bundle::InputKind;

/// What the input with these entries is. One loose file is the caller's to know: it has no markers.
pub fn input_kind<'a>(paths: impl Iterator<Item = &'a str>) -> InputKind {
    let mut seen = Seen::default();
    for path in paths {
        seen.look(path);
    }
    seen.verdict()
}

/// Which markers occurred.
#[derive(Default)]
struct Seen {
    kit: bool,
    harvester: bool,
    longhorn: bool,
    old_longhorn: bool,
    collector: u32,
    upgrade_logs: u32,
    supportconfig: bool,
    troubleshoot: bool,
    must_gather: bool,
    dump_nodes: bool,
    dump_pods: bool,
    node: bool,
    tree: bool,
}

impl Seen {
    fn look(&mut self, path: &str) {
        let split = Split::new(path, None);
        let parts = split.parts.as_slice();
        self.kit |= matches!(parts, ["yamls", ..] | [_, "yamls", ..]);
        self.kit |= split.file == "bundleGenerationError.log";
        self.harvester |= parts.iter().any(|s| {
            matches!(
                *s,
                "harvester-system" | "harvesterhci.io" | "harvester-release.yaml" | "harvester"
            ) || s.ends_with(".harvesterhci.io")
        });
        self.longhorn |= parts
            .iter()
            .any(|s| matches!(*s, "longhorn.io" | "longhorn-system" | "hostinfos"));
        self.old_longhorn |= split.sequence(&["yamls", "longhorn"]).is_some();
        self.collector |= u32::from(split.folder("systeminfo").is_some());
        self.collector |= u32::from(split.folder("journald").is_some()) << 1;
        self.collector |= u32::from(split.folder("networking").is_some()) << 2;
        self.collector |= u32::from(split.file == "collector-output.log") << 3;
        self.collector |= u32::from(split.folder("podlogs").is_some()) << 4;
        self.upgrade_logs +=
            u32::from(super::upgrade_log::place(&split).is_some() && parts.len() <= 3);
        self.supportconfig |= parts.len() <= 2 && split.file == "basic-environment.txt";
        self.troubleshoot |= matches!(
            parts,
            ["cluster-resources", ..] | [_, "cluster-resources", ..]
        );
        self.must_gather |= split.folder("cluster-scoped-resources").is_some();
        self.dump_nodes |= matches!(parts, ["nodes.json"] | [_, "nodes.json"]);
        self.dump_pods |= split.file == "logs.txt" || cluster_dump::LISTS.contains(&split.file);
        // What bundlevet asks of a live node has the paths of collectors, beside the node's own files.
        self.tree |= matches!(
            parts,
            ["var", "log" | "lib", ..] | ["etc", "os-release"] | ["proc", "sys", ..]
        );
        self.look_for_node(&split);
    }

    /// A node zip or a live tree: no nested archive or list of nodes above it.
    fn look_for_node(&mut self, split: &Split<'_>) {
        if split.folder("nodes").is_some() {
            return;
        }
        self.node |= split
            .folders()
            .iter()
            .any(|s| matches!(*s, "hostinfos" | "scc"))
            || split.sequence(&["configs", "etc"]).is_some()
            || split.sequence(&["var", "log"]).is_some()
            || split.sequence(&["var", "lib", "rancher"]).is_some()
            || matches!(
                split.parts.as_slice(),
                [
                    ..,
                    "logs",
                    "kernel.log" | "dmesg.log" | "rke2-server.log" | "rke2-agent.log"
                ]
            );
    }

    fn verdict(&self) -> InputKind {
        if self.tree {
            InputKind::Node
        } else if self.must_gather {
            InputKind::MustGather
        } else if self.troubleshoot {
            InputKind::Troubleshoot
        } else if self.kit {
            // A bundle of Rancher alone has neither product's objects.
            if self.harvester {
                InputKind::Harvester
            } else if self.longhorn || self.old_longhorn {
                InputKind::Longhorn
            } else {
                InputKind::Directory
            }
        } else if self.collector.count_ones() >= 2 {
            InputKind::RancherLogsCollector
        } else if self.supportconfig {
            InputKind::Supportconfig
        } else if self.node {
            InputKind::Node
        } else if self.dump_nodes && self.dump_pods {
            InputKind::ClusterInfoDump
        } else if self.upgrade_logs > 0 {
            InputKind::UpgradeLog
        } else {
            InputKind::Directory
        }
    }
}
