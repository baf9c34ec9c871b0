//! support-bundle-kit bundles of every era, the Longhorn bundles before it, and the longhorn collection script.
//!
//! `logs/<ns>/<pod>/<container>.log[.1]`, `yamls/{cluster,namespaced/<ns>}/<group>/<version>/<plural>.yaml`; before
//! 2022 `yamls/{cluster,namespaced/<ns>}/kubernetes/<plural>.yaml`, and in Longhorn before 1.4
//! `yamls/{kubernetes,longhorn}/<plural>.yaml` with `logs/<pod>/<container>.log`.

use super::names::{Split, is_digits};
use super::{EntryKind, Instance, Placement, Skip, objects, programs};

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    if let Some(at) = split.folder("yamls") {
        return Some(yaml(split.after(at)));
    }
    top_level(split)
        .or_else(|| script_node(split))
        .or_else(|| pod_log(split))
}

/// Files at the bundle's root.
fn top_level(split: &Split<'_>) -> Option<Placement> {
    match split.file {
        "metadata.yaml" | "metadata.yml" if split.parts.len() <= 4 => {
            Some(Placement::of(EntryKind::Fact))
        }
        "prometheus-alerts.json" => Some(Placement::of(EntryKind::Fact)),
        "bundleGenerationError.log" => Some(Placement::log(
            programs::of_file(split.file).unwrap_or_default(),
        )),
        _ => None,
    }
}

fn yaml(rest: &[&str]) -> Placement {
    let (file, folders) = match rest.split_last() {
        Some((file, folders)) => (*file, folders),
        None => return Placement::skipped(Skip::Irrelevant),
    };
    let plural = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let (namespace, group) = match folders {
        ["namespaced", namespace, group, ..] => (*namespace, *group),
        ["namespaced", namespace] => (*namespace, ""),
        ["cluster", group, ..] => ("", *group),
        // Before 1.4 a Longhorn bundle held Longhorn's own namespace only.
        ["longhorn", ..] => ("longhorn-system", "longhorn.io"),
        _ => ("", ""),
    };
    // The core group has no folder of its own: `v1/pods.yaml`; old layouts say `kubernetes`.
    let group = if group == "v1" || group == "kubernetes" {
        ""
    } else {
        group
    };
    let kind = match plural {
        "version" if group.is_empty() => EntryKind::Fact,
        _ if objects::unwanted(group, plural, namespace) => {
            EntryKind::Skipped(Skip::UnwantedObjects)
        }
        _ => EntryKind::Objects,
    };
    Placement::of(kind).within(namespace)
}

/// The Longhorn script's `nodes/<node>/{node.yaml,description.txt,...}`.
fn script_node(split: &Split<'_>) -> Option<Placement> {
    let at = split.folder("nodes")?;
    let [node, file] = split.after(at) else {
        return None;
    };
    let kind = match *file {
        "node.yaml" => EntryKind::Objects,
        "description.txt" | "metrics.txt" | "capacity.json" | "allocatable.json" => EntryKind::Fact,
        _ => return None,
    };
    Some(Placement::of(kind).on(Some(node)))
}

fn pod_log(split: &Split<'_>) -> Option<Placement> {
    let at = split.folder("logs")?;
    if in_node(split, at) {
        return None;
    }
    let (namespace, pod, file) = match split.after(at) {
        [namespace, pod, file] => (*namespace, *pod, *file),
        // Longhorn before 1.4 collected its own namespace and left it out of the path.
        [pod, file] if !programs::of_pod("longhorn-system", pod).is_all() => {
            ("longhorn-system", *pod, *file)
        }
        _ => return None,
    };
    let (container, instance) = container_file(file)?;
    Some(Placement::container(namespace, pod, container).instance(instance))
}

/// Whether the `logs` folder at `at` is a node's own: below `nodes/<n>.zip/`, or beside a node's other folders.
fn in_node(split: &Split<'_>, at: usize) -> bool {
    split.folder("nodes").is_some_and(|n| n < at && at - n <= 3)
}

/// `<container>.log`, `.log.1` (the instance before), the script's `<container>-previous.log`.
pub(super) fn container_file(file: &str) -> Option<(&str, Instance)> {
    if let Some(container) = file.strip_suffix(".log") {
        return Some(match container.strip_suffix("-previous") {
            Some(container) if !container.is_empty() => (container, Instance::Previous),
            _ => (container, Instance::Current),
        });
    }
    let (container, number) = file.rsplit_once(".log.")?;
    is_digits(number).then_some((container, Instance::Previous))
}
