//! A path inside an input into its meaning: what the entry holds, where it comes from, who may speak in it.
//!
//! One file per layout. Every layout looks at the path alone, by patterns that hold at any root, so that streams
//! where nothing is known in advance are placed the same as directories. What a path cannot tell (the collector's
//! `<ns>-<pod>` names, the node of a pod) is settled by [`refine()`] and [`refine_nodes`] once the bundle's own lists
//! are known. Layouts and their sources: support-bundle-kit `pkg/manager`, `hack/collector-*`; support-tools
//! `rancher2_logs_collector.sh`; supportutils; troubleshoot `pkg/constants`; kubectl `clusterinfo_dump.go`.

mod cluster_dump;
mod content;
mod gaps;
mod input_kind;
mod live;
mod logs_collector;
mod loose;
mod must_gather;
mod names;
mod node;
mod objects;
mod pods;
mod programs;
mod refine;
mod support_bundle_kit;
mod supportconfig;
mod tables;
#[cfg(test)]
mod tests;
mod troubleshoot;
mod upgrade_log;

use std::sync::Arc;

pub(super) use content::holds_objects;
pub use gaps::{NodeData, NodeGap, nodes_without_data};
pub use input_kind::input_kind;
pub use live::LIVE_PATHS;
pub use loose::place_loose;
pub(crate) use programs::speaks;
pub use refine::{refine, refine_nodes};

use super::{EntryKind, Instance, Origin, ProgramSet, Skip};
use names::Split;

/// What is known of an entry besides its path.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// Name of the root folder of the outer archive (stripped from paths), or of the directory that was given.
    pub root: Option<&'a str>,
    /// The node that the whole input is of, where the caller knows it (this host, `--root`).
    pub node: Option<&'a str>,
    /// Uncompressed size, where the container says so.
    pub size: Option<u64>,
}

/// What an entry holds and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// What the entry holds.
    pub kind: EntryKind,
    /// Who wrote it.
    pub origin: Origin,
}

/// Says what the entry at `path` is. Paths are those of [`Entry::path`](super::Entry::path): the outer archive's root
/// folder is stripped, nested archives are prefixes.
pub fn place(path: &str, around: &Surroundings<'_>) -> Placement {
    if path.ends_with('/') {
        return Placement::skipped(Skip::Directory);
    }
    let split = Split::new(path, around.root);
    let mut placement = place_split(&split);
    if placement.origin.node.is_none() {
        placement.origin.node = around.node.map(Arc::from);
    }
    if around.size == Some(0) && !matches!(placement.kind, EntryKind::Skipped(_)) {
        placement.kind = EntryKind::Skipped(Skip::Empty);
    }
    placement
}

/// The layouts, most specific first; each answers `None` for what is not its own.
fn place_split(split: &Split<'_>) -> Placement {
    if split.parts.is_empty() {
        return Placement::skipped(Skip::Irrelevant);
    }
    must_gather::place(split)
        .or_else(|| troubleshoot::place(split))
        .or_else(|| supportconfig::place(split))
        .or_else(|| support_bundle_kit::place(split))
        .or_else(|| live::place(split))
        .or_else(|| upgrade_log::place(split))
        .or_else(|| node::place(split))
        .or_else(|| logs_collector::place(split))
        .or_else(|| cluster_dump::place(split))
        .unwrap_or_else(|| loose::by_name(split))
}

impl Placement {
    fn of(kind: EntryKind) -> Self {
        Self {
            kind,
            origin: Origin::default(),
        }
    }

    /// Whether the path told no more than that this may be a log of anything, perhaps of which node.
    pub(super) fn is_open(&self) -> bool {
        let origin = &self.origin;
        self.kind == EntryKind::Log
            && origin.programs.is_all()
            && origin.namespace.is_none()
            && origin.pod.is_none()
            && origin.unit.is_none()
    }

    fn log(programs: ProgramSet) -> Self {
        let mut placement = Self::of(EntryKind::Log);
        placement.origin.programs = programs;
        placement
    }

    fn skipped(why: Skip) -> Self {
        Self::of(EntryKind::Skipped(why))
    }

    /// The log of a container, with the programs and the node that its names tell.
    fn container(namespace: &str, pod: &str, container: &str) -> Self {
        Self::log(programs::of_container(namespace, pod, container))
            .within(namespace)
            .of_pod(namespace, pod)
            .of_container(container)
    }

    /// The log of all containers of a pod in one file.
    fn whole_pod(namespace: &str, pod: &str) -> Self {
        Self::log(programs::of_pod(namespace, pod))
            .within(namespace)
            .of_pod(namespace, pod)
    }

    /// A systemd unit's journal.
    fn unit(unit: &str) -> Self {
        let mut placement = Self::log(programs::of_unit(unit));
        placement.origin.unit = Some(unit.into());
        placement
    }

    fn on(mut self, node: Option<&str>) -> Self {
        if let Some(node) = node.filter(|n| !n.is_empty()) {
            self.origin.node = Some(node.into());
        }
        self
    }

    fn within(mut self, namespace: &str) -> Self {
        if !namespace.is_empty() {
            self.origin.namespace = Some(namespace.into());
        }
        self
    }

    fn of_pod(mut self, namespace: &str, pod: &str) -> Self {
        if !pod.is_empty() {
            self.origin.pod = Some(pod.into());
        }
        self.on(pods::node_in_name(namespace, pod))
    }

    fn of_container(mut self, container: &str) -> Self {
        if !container.is_empty() {
            self.origin.container = Some(container.into());
        }
        self
    }

    fn instance(mut self, instance: Instance) -> Self {
        self.origin.instance = instance;
        self
    }
}
