//! Go structs dumped as YAML (Longhorn before 1.4) into the form that the API serves.
//!
//! yaml.v2 ignores JSON tags, so every field name stands in lower case and embedded structs are fields of their own:
//! `typemeta`, `objectmeta`. Keys of labels and annotations are data and stay as they are.

use serde_json::{Map, Value};

/// Field names in their API spelling, for every field that views, texts and queries of that era can use.
const NAMES: &[&str] = &[
    "apiVersion",
    "creationTimestamp",
    "deletionTimestamp",
    "generateName",
    "resourceVersion",
    "ownerReferences",
    "nodeName",
    "hostIP",
    "podIP",
    "startTime",
    "containerStatuses",
    "initContainerStatuses",
    "containerID",
    "restartCount",
    "lastState",
    "exitCode",
    "startedAt",
    "finishedAt",
    "imageID",
    "imagePullPolicy",
    "initContainers",
    "lastProbeTime",
    "lastTransitionTime",
    "lastHeartbeatTime",
    "lastUpdateTime",
    "nodeInfo",
    "machineID",
    "systemUUID",
    "bootID",
    "kernelVersion",
    "osImage",
    "containerRuntimeVersion",
    "kubeletVersion",
    "kubeProxyVersion",
    "operatingSystem",
    "podCIDR",
    "podCIDRs",
    "providerID",
    "timeAdded",
    "involvedObject",
    "firstTimestamp",
    "lastTimestamp",
    "eventTime",
    "reportingController",
    "reportingInstance",
    "fieldPath",
    "restartPolicy",
    "terminationGracePeriodSeconds",
    "priorityClassName",
    "serviceAccountName",
    "hostNetwork",
    "nodeSelector",
    "claimRef",
    "storageClassName",
    "volumeName",
    "accessModes",
    "volumeMode",
    "observedGeneration",
    "readyReplicas",
    "availableReplicas",
    "updatedReplicas",
    "unavailableReplicas",
    "numberReady",
    "numberAvailable",
    "numberUnavailable",
    "desiredNumberScheduled",
    "currentNumberScheduled",
    // longhorn.io
    "currentState",
    "currentImage",
    "currentNodeID",
    "pendingNodeID",
    "ownerID",
    "nodeID",
    "diskID",
    "diskPath",
    "diskSelector",
    "numberOfReplicas",
    "staleReplicaTimeout",
    "dataLocality",
    "replicaAutoBalance",
    "engineImage",
    "migrationNodeID",
    "fromBackup",
    "baseImage",
    "backingImage",
    "accessMode",
    "volumeSize",
    "volumeName",
    "desireState",
    "logRequested",
    "failedAt",
    "healthyAt",
    "dataPath",
    "dataDirectoryName",
    "hardNodeAffinity",
    "engineName",
    "instanceManagerName",
    "replicaModeMap",
    "currentReplicaAddressMap",
    "replicaAddressMap",
    "upgradedReplicaAddressMap",
    "rebuildStatus",
    "purgeStatus",
    "restoreStatus",
    "backupStatus",
    "snapshotsError",
    "lastRestoredBackup",
    "lastExpansionError",
    "lastExpansionFailedAt",
    "currentSize",
    "actualSize",
    "isStandby",
    "lastBackup",
    "lastBackupAt",
    "lastDegradedAt",
    "kubernetesStatus",
    "pvName",
    "pvStatus",
    "pvcName",
    "lastPVCRefAt",
    "lastPodRefAt",
    "workloadsStatus",
    "podName",
    "podStatus",
    "workloadName",
    "workloadType",
    "restoreRequired",
    "restoreInitiated",
    "expansionRequired",
    "frontendDisabled",
    "remountRequestedAt",
    "diskStatus",
    "storageAvailable",
    "storageScheduled",
    "storageMaximum",
    "storageReserved",
    "scheduledReplica",
    "diskUUID",
    "allowScheduling",
    "evictionRequested",
    "apiMinVersion",
    "refCount",
    "noRefSince",
    "buildDate",
    "cliAPIVersion",
    "controllerAPIVersion",
    "dataFormatVersion",
    "nodeDeploymentMap",
    "managerImage",
    "shareState",
    "shareEndpoint",
    "frontendState",
    "lastSyncedAt",
];

/// A struct dump in the form the API serves; anything else as it is.
pub(super) fn unwrapped(mut map: Map<String, Value>) -> Map<String, Value> {
    if !map.contains_key("objectmeta") {
        return map;
    }
    let mut object = Map::new();
    if let Some(Value::Object(types)) = map.remove("typemeta") {
        object.extend(types.into_iter().map(|(key, value)| (proper(&key), value)));
    }
    if let Some(Value::Object(metadata)) = map.remove("objectmeta") {
        object.insert("metadata".to_owned(), Value::Object(renamed(metadata)));
    }
    object.extend(renamed(map));
    object
}

fn renamed(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter()
        .map(|(key, value)| {
            let value = match key.as_str() {
                "labels" | "annotations" => value,
                _ => below(value),
            };
            (proper(&key), value)
        })
        .collect()
}

fn below(value: Value) -> Value {
    match value {
        // metav1.Time is a struct around a time
        Value::Object(mut map) if map.len() == 1 && map.contains_key("time") => {
            map.remove("time").unwrap_or_default()
        }
        Value::Object(map) => Value::Object(renamed(map)),
        Value::Array(list) => Value::Array(list.into_iter().map(below).collect()),
        scalar => scalar,
    }
}

fn proper(key: &str) -> String {
    NAMES
        .iter()
        .find(|name| name.eq_ignore_ascii_case(key))
        .map_or(key, |name| name)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_struct_dump_becomes_the_api_form() {
        let Value::Object(dump) = json!({
            "typemeta": {"kind": "Volume", "apiversion": "longhorn.io/v1beta1"},
            "objectmeta": {"name": "pvc-1", "namespace": "longhorn-system",
                "creationtimestamp": {"time": "2021-05-01T00:00:00Z"}, "labels": {"nodename": "kept"}},
            "spec": {"numberofreplicas": 3, "nodeid": "n1"},
            "status": {"currentstate": "attached", "conditions": {"scheduled": {"lasttransitiontime": "t"}}},
        }) else {
            panic!("a map");
        };
        assert_eq!(
            Value::Object(unwrapped(dump)),
            json!({
                "kind": "Volume", "apiVersion": "longhorn.io/v1beta1",
                "metadata": {"name": "pvc-1", "namespace": "longhorn-system",
                    "creationTimestamp": "2021-05-01T00:00:00Z", "labels": {"nodename": "kept"}},
                "spec": {"numberOfReplicas": 3, "nodeID": "n1"},
                "status": {"currentState": "attached", "conditions": {"scheduled": {"lastTransitionTime": "t"}}},
            })
        );
    }
}
