//! replicated troubleshoot bundles: `cluster-resources/<kind>/<ns>.json`, `cluster-resources/pods/logs/...`,
//! `host-collectors/...`, and logs that a collector named.

use super::names::Split;
use super::support_bundle_kit::container_file;
use super::{EntryKind, Placement, ProgramSet, Skip, objects, programs};

/// Folders that no other layout uses.
const MARKERS: &[&str] = &[
    "cluster-resources",
    "cluster-info",
    "host-collectors",
    "all-logs",
    "execution-data",
    "pod-logs",
];

pub(super) fn place(split: &Split<'_>) -> Option<Placement> {
    let at = split.folders().iter().position(|s| MARKERS.contains(s));
    let Some(at) = at else {
        return top_level(split);
    };
    let rest = split.after(at);
    if split.file.ends_with("-errors.json") {
        // What the collector could not get: a list of its error texts.
        return Some(Placement::log(
            programs::of_file("collector-output").unwrap_or_default(),
        ));
    }
    let placement = match split.folders().get(at).copied()? {
        "cluster-resources" => resources(rest),
        "host-collectors" => host(rest),
        "all-logs" | "pod-logs" => named_log(rest),
        _ => Placement::of(EntryKind::Fact),
    };
    Some(placement)
}

fn top_level(split: &Split<'_>) -> Option<Placement> {
    let known = matches!(
        split.file,
        "version.yaml" | "analysis.json" | "redaction.json"
    );
    (known && split.parts.len() <= 2).then(|| Placement::of(EntryKind::Fact))
}

fn resources(rest: &[&str]) -> Placement {
    match rest {
        ["pods", "logs", namespace, pod, file] => match container_file(file) {
            Some((container, instance)) => {
                Placement::container(namespace, pod, container).instance(instance)
            }
            None => Placement::whole_pod(namespace, pod),
        },
        ["groups.json" | "resources.json"] => Placement::skipped(Skip::UnwantedObjects),
        ["custom-resources", kind, file] => {
            let (plural, group) = kind.split_once('.').unwrap_or((kind, ""));
            list(group, plural, stem(file))
        }
        // A cluster-scoped custom resource, or a kind of the API.
        ["custom-resources", file] => {
            let name = stem(file);
            let (plural, group) = name.split_once('.').unwrap_or((name, ""));
            list(group, plural, "")
        }
        [kind, .., file] => list("", kind, stem(file)),
        [file] => list("", stem(file), ""),
        [] => Placement::skipped(Skip::Irrelevant),
    }
}

fn list(group: &str, plural: &str, namespace: &str) -> Placement {
    if objects::unwanted(group, plural, namespace) {
        return Placement::skipped(Skip::UnwantedObjects).within(namespace);
    }
    Placement::of(EntryKind::Objects).within(namespace)
}

fn stem(file: &str) -> &str {
    file.rsplit_once('.').map_or(file, |(stem, _)| stem)
}

/// Host collectors write facts, but for the journals among them.
fn host(rest: &[&str]) -> Placement {
    let Some(file) = rest.last() else {
        return Placement::skipped(Skip::Irrelevant);
    };
    let lower = file.to_ascii_lowercase();
    if lower.contains("journal") || lower.contains("log") {
        return Placement::log(programs::of_loose_name(file).unwrap_or(ProgramSet::ALL));
    }
    Placement::of(EntryKind::Fact)
}

/// `<collector>/[<ns>/]<pod>/<container>.log`.
fn named_log(rest: &[&str]) -> Placement {
    let (namespace, pod, file) = match rest {
        [namespace, pod, file] => (*namespace, *pod, *file),
        [pod, file] => ("", *pod, *file),
        [file] => return Placement::log(programs::of_loose_name(file).unwrap_or(ProgramSet::ALL)),
        _ => return Placement::log(ProgramSet::ALL),
    };
    match container_file(file) {
        Some((container, instance)) => {
            Placement::container(namespace, pod, container).instance(instance)
        }
        None => Placement::whole_pod(namespace, pod),
    }
}
