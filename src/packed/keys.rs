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

/// For each [`place`] the number of the one name there, or one that is none.
const PLACES: [u8; 256] = {
    let mut places = [u8::MAX; 256];
    let mut number = 0;
    while number < KNOWN.len() {
        let at = place(KNOWN[number].as_bytes());
        assert!(places[at] == u8::MAX, "two names have one place");
        places[at] = number as u8;
        number += 1;
    }
    places
};

/// A number below 256 that tells all known names apart; its factors were found by trying.
const fn place(key: &[u8]) -> usize {
    let [first, .., last] = key else {
        return 0;
    };
    let middle = key[key.len() / 2] as usize;
    (key.len() * 83 + *first as usize * 9 + *last as usize * 172 + middle * 195) % 256
}

pub(super) fn number(key: &str) -> Option<usize> {
    let number = usize::from(*PLACES.get(place(key.as_bytes()))?);
    (KNOWN.get(number) == Some(&key)).then_some(number)
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
        for unknown in ["", "n", "nama", "metadatb", "kind2", "é"] {
            assert_eq!(number(unknown), None);
        }
    }
}
