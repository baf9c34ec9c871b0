//! Pods into failures that hold at the end: a container that crashes, an image that is not there, a pod that does not start.

use jiff::{SignedDuration, Timestamp};

use super::anchor::{Anchor, From, list, shown_by, text, time};
use crate::evidence::{Evidence, Object};
use crate::finding::Subject;
use crate::packed::View;
use crate::signature::Class;

/// A pod that is Pending for longer than the largest images take.
const PENDING: SignedDuration = SignedDuration::from_mins(15);

/// What keeps a container from running, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Crashes,
    NoImage,
    CannotStart,
}

impl Fault {
    fn class(self) -> Class {
        match self {
            Self::Crashes => Class::PodCrashLoop,
            Self::NoImage => Class::ImagePullFailed,
            Self::CannotStart => Class::PodCannotStart,
        }
    }

    /// From the reason that a container waits for (pkg/kubelet/images/types.go, kuberuntime, container/sync_result.go).
    fn of(reason: &str) -> Option<Self> {
        Some(match reason {
            "CrashLoopBackOff" => Self::Crashes,
            "ImagePullBackOff"
            | "ErrImagePull"
            | "ErrImageNeverPull"
            | "InvalidImageName"
            | "ImageInspectError"
            | "RegistryUnavailable"
            | "SignatureValidationFailed" => Self::NoImage,
            "CreateContainerConfigError"
            | "CreateContainerError"
            | "RunContainerError"
            | "PreCreateHookError"
            | "PreStartHookError"
            | "PostStartHookError"
            | "ContainerCannotRun"
            | "CreatePodSandboxError"
            | "ConfigPodSandboxError" => Self::CannotStart,
            _ => return None,
        })
    }
}

/// Failures of pods. `collected` is when the case was collected: without it nobody can say how long a pod is Pending.
pub(super) fn anchors(
    evidence: &Evidence,
    collected: Option<Timestamp>,
    anchors: &mut Vec<Anchor>,
) {
    for pod in list(evidence, "Pod", "") {
        let status = pod.value.get("status");
        let phase = status.and_then(|status| text(status, "phase"));
        let namespace = pod.namespace.as_deref().unwrap_or_default();
        let name = format!("{namespace}/{}", pod.name);
        let (class, text) = match worst(pod) {
            // A pod of a job that failed was tried, and is kept to be looked at.
            _ if matches!(phase, Some("Failed" | "Succeeded")) => continue,
            // one known from a table has no containers with names
            Some((fault, "", reason)) => (fault.class(), format!("pod {name} is in {reason}")),
            Some((fault, container, reason)) => {
                let text = format!("pod {name}: {container} is in {reason}");
                (fault.class(), text)
            }
            None if phase == Some("Pending") && is_old(pod, collected) => {
                let text = match status.and_then(not_scheduled) {
                    Some(why) => format!("pod {name} is Pending: {why}"),
                    None => format!("pod {name} is Pending"),
                };
                (Class::PodCannotStart, text)
            }
            None => continue,
        };
        anchors.push(Anchor {
            class,
            subject: Subject::of([("pod", &pod.name), ("namespace", namespace)]),
            text,
            since: None,
            from: From::Object,
            inputs: shown_by(evidence, [pod.entry]),
        });
    }
}

/// The container that is worst off, by name, and the reason.
fn worst(pod: &Object) -> Option<(Fault, &str, &str)> {
    let status = pod.value.get("status")?;
    let lists = ["initContainerStatuses", "containerStatuses"].into_iter();
    let containers = lists
        .filter_map(|key| status.get(key)?.as_array())
        .flatten();
    let faults = containers.filter_map(|container| {
        let (fault, reason) = fault(container)?;
        Some((fault, text(container, "name").unwrap_or_default(), reason))
    });
    faults.min_by_key(|(fault, _, _)| *fault)
}

fn fault(container: View<'_>) -> Option<(Fault, &str)> {
    let reason = |path: &str| container.pointer(path)?.as_str();
    if let Some(waiting) = reason("/state/waiting/reason") {
        return Some((Fault::of(waiting)?, waiting));
    }
    // between two tries a container that crashes is terminated, not waiting
    let restarts = container.get("restartCount").and_then(View::as_u64);
    let ended = reason("/state/terminated/reason")?;
    let failed = container
        .pointer("/state/terminated/exitCode")
        .and_then(View::as_u64)
        .is_none_or(|code| code != 0);
    (failed && ended != "Completed" && restarts.is_some_and(|times| times > 0))
        .then_some((Fault::Crashes, ended))
}

fn is_old(pod: &Object, collected: Option<Timestamp>) -> bool {
    let created = pod
        .value
        .get("metadata")
        .and_then(|metadata| time(metadata, "creationTimestamp"));
    created
        .zip(collected)
        .is_some_and(|(created, collected)| collected.duration_since(created) >= PENDING)
}

/// `0/3 nodes are available`, where the scheduler says why.
fn not_scheduled(status: View<'_>) -> Option<&str> {
    let mut conditions = status.get("conditions")?.as_array()?;
    let scheduled = conditions.find(|one| text(*one, "type") == Some("PodScheduled"))?;
    if text(scheduled, "status") != Some("False") {
        return None;
    }
    let message = text(scheduled, "message")?;
    let first = message.split([':', '\n']).next().unwrap_or_default();
    Some(first.trim())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::finding::build::{at, with_object};

    fn says(status: Value, collected: Option<Timestamp>) -> Vec<(Class, String)> {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "web", "namespace": "shop", "creationTimestamp": at(0).to_string()},
            "status": status,
        });
        let mut found = Vec::new();
        anchors(
            &with_object(Evidence::default(), pod),
            collected,
            &mut found,
        );
        found.into_iter().map(|one| (one.class, one.text)).collect()
    }

    fn waits(reason: &str) -> Value {
        json!({"name": reason.to_lowercase(), "restartCount": 0, "state": {"waiting": {"reason": reason}}})
    }

    #[test]
    fn the_worst_container_speaks() {
        let beside = [
            waits("ContainerCreating"),
            waits("InvalidImageName"),
            waits("CrashLoopBackOff"),
        ];
        let status = json!({"phase": "Running", "containerStatuses": beside});
        let expected = (
            Class::PodCrashLoop,
            "pod shop/web: crashloopbackoff is in CrashLoopBackOff".to_owned(),
        );
        assert_eq!(says(status, None), [expected]);
        let status = json!({"phase": "Pending", "initContainerStatuses": [waits("ErrImageNeverPull")], "containerStatuses": [waits("PodInitializing")]});
        assert_eq!(says(status, None)[0].0, Class::ImagePullFailed);
        let status = json!({"phase": "Pending", "containerStatuses": [waits("ContainerCreating")]});
        assert_eq!(says(status, None), []);
    }

    #[test]
    fn between_two_tries_it_crashes_too() {
        let ended = |phase: &str, code: u8, restarts: u8| {
            let state = json!({"terminated": {"reason": "Error", "exitCode": code}});
            says(
                json!({"phase": phase, "containerStatuses": [{"name": "a", "restartCount": restarts, "state": state}]}),
                None,
            )
        };
        assert_eq!(ended("Running", 1, 4)[0].0, Class::PodCrashLoop);
        // ended well, or never again: the pod of a job
        assert_eq!(ended("Running", 0, 4), []);
        assert_eq!(ended("Failed", 1, 4), []);
        assert_eq!(ended("Running", 1, 0), []);
    }

    #[test]
    fn what_is_pending_for_long_does_not_start() {
        let status = json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "message": "0/3 nodes are available: 3 Insufficient cpu."},
        ]});
        assert_eq!(says(status.clone(), None), []);
        assert_eq!(says(status.clone(), Some(at(14))), []);
        let found = says(status, Some(at(15)));
        assert_eq!(
            found,
            [(
                Class::PodCannotStart,
                "pod shop/web is Pending: 0/3 nodes are available".to_owned()
            )]
        );
    }
}
