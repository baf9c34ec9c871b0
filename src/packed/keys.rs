//! The names that most objects have, so that each takes one byte: from and to their numbers.

/// Sorted; below 64, so that a number and the bit beside it fit into seven bits.
const KNOWN: [&str; 63] = [
    "annotations",
    "apiVersion",
    "blockOwnerDeletion",
    "capacity",
    "conditions",
    "containerID",
    "containerStatuses",
    "containers",
    "controller",
    "count",
    "cpu",
    "creationTimestamp",
    "currentState",
    "data",
    "desireState",
    "exitCode",
    "finalizers",
    "finishedAt",
    "firstTimestamp",
    "generation",
    "image",
    "imageID",
    "involvedObject",
    "items",
    "kind",
    "labels",
    "lastHeartbeatTime",
    "lastProbeTime",
    "lastState",
    "lastTimestamp",
    "lastTransitionTime",
    "lastUpdateTime",
    "limits",
    "memory",
    "message",
    "metadata",
    "name",
    "namespace",
    "nodeID",
    "nodeName",
    "observedGeneration",
    "ownerID",
    "ownerReferences",
    "phase",
    "podIP",
    "ready",
    "reason",
    "replicas",
    "requests",
    "resourceVersion",
    "resources",
    "restartCount",
    "running",
    "source",
    "spec",
    "startTime",
    "started",
    "startedAt",
    "state",
    "status",
    "storage",
    "type",
    "uid",
];

pub(super) fn number(key: &str) -> Option<usize> {
    KNOWN.binary_search(&key).ok()
}

pub(super) fn name(number: u64) -> Option<&'static str> {
    KNOWN.get(usize::try_from(number).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_finds_its_number() {
        for (at, key) in KNOWN.iter().enumerate() {
            assert_eq!(number(key), Some(at));
            assert_eq!(name(at as u64), Some(*key));
        }
    }
}
