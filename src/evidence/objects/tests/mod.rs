//! Object lists of every layout into the same objects.

mod hostile;
mod table;

use serde_json::json;

use super::*;
use crate::bundle::{EntryKind, Origin};
use crate::evidence::ObjectKey;
use crate::packed::View;

pub(in crate::evidence::objects) fn entry(path: &str) -> Entry {
    Entry {
        input: 0,
        path: path.to_owned(),
        size: None,
        modified: "2025-12-04T09:16:00Z".parse().ok(),
        kind: EntryKind::Objects,
        origin: Origin::default(),
    }
}

fn read_text(path: &str, text: &str) -> ObjectsRead {
    read(
        0,
        &entry(path),
        &mut text.as_bytes(),
        &Wanted::default(),
        &ObjectLimits::default(),
    )
}

fn names(read: &ObjectsRead) -> Vec<String> {
    let name = |object: &crate::evidence::Object| {
        let namespace = object.namespace.as_deref().unwrap_or("-");
        format!(
            "{}.{} {namespace}/{}",
            object.key.kind, object.key.group, object.name
        )
    };
    read.objects.iter().map(name).collect()
}

fn collected(read: &ObjectsRead) -> Vec<String> {
    read.collected
        .iter()
        .map(|key| format!("{}.{}", key.kind, key.group))
        .collect()
}

fn node() -> ObjectKey {
    ObjectKey {
        kind: "Node".into(),
        group: String::new(),
    }
}

const LIST: &str = r#"apiVersion: v1
items:
- apiVersion: longhorn.io/v1beta2
  kind: Volume
  metadata:
    annotations:
      objectset.rio.cattle.io/applied: H4sIAAAAAAAA
    managedFields:
    - apiVersion: longhorn.io/v1beta2
      fieldsV1:
        f:spec:
          .: {}
      manager: longhorn-manager
    name: pvc-1
    namespace: longhorn-system
  spec:
    numberOfReplicas: 3
    nodeID: "null"
  status:
    actualSize: 2e+09
    conditions:
    - message: 'the long text that is folded by the writer at about eighty columns goes
        on here'
      reason: ReplicaSchedulingFailure
      status: "False"
      type: Scheduled
    robustness: degraded
- apiVersion: longhorn.io/v1beta2
  kind: Volume
  metadata:
    name: pvc-2
    namespace: longhorn-system
  status:
    lastBackup: "null"
    note: Pulling image "rancher/support-bundle-kit:master-head"null
kind: List
metadata:
  resourceVersion: "14659229"
"#;
const VOLUMES: &str = "yamls/namespaced/longhorn-system/longhorn.io/v1beta2/volumes.yaml";

#[test]
fn a_support_bundle_kit_list() {
    let read = read_text(VOLUMES, LIST);
    assert_eq!(read.problems, []);
    assert_eq!(
        read.objects
            .iter()
            .map(|object| object.value.view().to_json())
            .collect::<Vec<_>>(),
        [
            json!({
                "apiVersion": "longhorn.io/v1beta2", "kind": "Volume",
                "metadata": {"annotations": {}, "name": "pvc-1", "namespace": "longhorn-system"},
                "spec": {"numberOfReplicas": 3},
                "status": {"actualSize": 2_000_000_000, "robustness": "degraded", "conditions": [{
                    "message": "the long text that is folded by the writer at about eighty columns goes on here",
                    "reason": "ReplicaSchedulingFailure", "status": "False", "type": "Scheduled",
                }]},
            }),
            json!({
                "apiVersion": "longhorn.io/v1beta2", "kind": "Volume",
                "metadata": {"name": "pvc-2", "namespace": "longhorn-system"},
                "status": {"note": "Pulling image \"rancher/support-bundle-kit:master-head\""},
            }),
        ]
    );
    assert_eq!(collected(&read), ["Volume.longhorn.io"]);
    assert_eq!(read.texts.len(), 1);
}

#[test]
fn an_empty_list_counts_as_collected() {
    let text = "apiVersion: v1\nitems: []\nkind: List\nmetadata:\n  resourceVersion: \"1\"\n";
    let read = read_text("yamls/namespaced/a/v1/pods.yaml", text);
    assert_eq!(
        (names(&read), collected(&read)),
        (vec![], vec!["Pod.".to_owned()])
    );
}

#[test]
fn typed_lists_name_the_kind_of_their_items() {
    let yaml = "apiVersion: v1\nitems:\n- metadata:\n    name: n1\n- metadata:\n    name: n2\nkind: NodeList\n";
    assert_eq!(
        names(&read_text("x/list.yaml", yaml)),
        ["Node. -/n1", "Node. -/n2"]
    );
    let json =
        r#"{"items": [{"metadata": {"name": "n1"}}], "kind": "NodeList", "apiVersion": "v1"}"#;
    assert_eq!(names(&read_text("x/list.json", json)), ["Node. -/n1"]);
    let read = read_text("yamls/cluster/kubernetes/nodes.yaml", yaml);
    assert_eq!(
        (names(&read).len(), collected(&read)),
        (2, vec!["Node.".to_owned()])
    );
}

#[test]
fn bare_arrays_single_objects_and_several_documents() {
    let array = "- apiVersion: longhorn.io/v1beta1\n  kind: Setting\n  metadata:\n    name: s\n  value: \"1\"\n";
    let path = "cluster-resources/custom-resources/settings.longhorn.io/longhorn-system.yaml";
    assert_eq!(names(&read_text(path, array)), ["Setting.longhorn.io -/s"]);
    let single = "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n";
    let read = read_text("cluster-scoped-resources/core/nodes/n1.yaml", single);
    assert_eq!(names(&read), ["Node. -/n1"]);
    assert!(
        collected(&read).is_empty(),
        "one object is not the whole list"
    );
    let several = format!("{single}{single}---\n# nothing\n---\n{LIST}...\n{array}");
    assert_eq!(names(&read_text("objects.yaml", &several)).len(), 5);
}

#[test]
fn items_may_stand_deeper() {
    let text = "kind: List\napiVersion: v1\nitems:\n  # said by hand\n  - apiVersion: v1\n    kind: Node\n    metadata:\n      name: n1\n\n  - apiVersion: v1\n    kind: Node\n    metadata: {name: n2}\nmetadata: {}\n";
    assert_eq!(
        names(&read_text("x.yaml", text)),
        ["Node. -/n1", "Node. -/n2"]
    );
}

#[test]
fn go_struct_dumps_of_old_longhorn() {
    let text = "- typemeta:\n    kind: \"\"\n    apiversion: \"\"\n  objectmeta:\n    name: pvc-1\n    namespace: longhorn-system\n  status:\n    currentnodeid: n1\n    robustness: degraded\n";
    let read = read_text("yamls/longhorn/volumes.yaml", text);
    assert_eq!(names(&read), ["Volume.longhorn.io longhorn-system/pvc-1"]);
    let value = read.objects.first().map(|object| {
        object
            .value
            .pointer("/status/currentNodeID")
            .map(View::to_json)
    });
    assert_eq!(value, Some(Some(json!("n1"))));
    let dump = "typemeta:\n  kind: \"\"\nlistmeta:\n  resourceversion: \"1\"\nitems:\n- typemeta:\n    kind: \"\"\n  objectmeta:\n    name: p\n    namespace: a\n";
    assert_eq!(
        names(&read_text("yamls/kubernetes/pods.yaml", dump)),
        ["Pod. a/p"]
    );
}

#[test]
fn json_lists_of_every_maker() {
    let list = r#"{"kind": "PodList", "apiVersion": "v1", "items": [
        {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p", "namespace": "a", "managedFields": [1]}, "status": {"phase": ""}}]}"#;
    let read = read_text("cluster-resources/pods/a.json", list);
    assert_eq!(
        (names(&read), collected(&read)),
        (vec!["Pod. a/p".to_owned()], vec!["Pod.".to_owned()])
    );
    let value = read
        .objects
        .first()
        .map(|object| object.value.view().to_json());
    assert_eq!(
        value,
        Some(
            json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "p", "namespace": "a"}, "status": {}})
        )
    );
    let array =
        r#"[{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}, 5, null, "x"]"#;
    assert_eq!(names(&read_text("x.json", array)), ["Node. -/n"]);
    let single = r#"{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}"#;
    assert_eq!(
        names(&read_text("x.json", &format!("{single}\n{single}"))).len(),
        2
    );
    assert_eq!(
        names(&read_text("x.json", "[{\"verbs\": [\"get\"]}]")).len(),
        0
    );
}

#[test]
fn events_of_both_groups_are_one_kind() {
    let text = "apiVersion: v1\nitems:\n- apiVersion: events.k8s.io/v1\n  deprecatedCount: 4\n  kind: Event\n  metadata:\n    name: e\n    namespace: a\n    uid: u\n  note: Back-off restarting failed container\n  reason: BackOff\n  regarding:\n    kind: Pod\n    name: p\n    namespace: a\nkind: List\n";
    let read = read_text("yamls/namespaced/a/events.k8s.io/v1/events.yaml", text);
    assert_eq!(
        (names(&read), collected(&read)),
        (vec!["Event. a/e".to_owned()], vec!["Event.".to_owned()])
    );
    let text = read
        .texts
        .first()
        .map(|text| (text.text.as_str(), text.count, text.pod.as_deref()));
    assert_eq!(
        text,
        Some((
            "BackOff: Back-off restarting failed container",
            4,
            Some("p")
        ))
    );
}

#[test]
fn secrets_keep_what_a_plan_says_of_itself() {
    let text = "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    failure-count: Mw==\n    plan: c2VjcmV0\n  kind: Secret\n  metadata:\n    name: m-machine-plan\n    namespace: fleet-local\n  type: rke.cattle.io/machine-plan\nkind: List\n";
    let read = read_text("yamls/namespaced/fleet-local/v1/secrets.yaml", text);
    let data = read
        .objects
        .first()
        .and_then(|object| object.value.get("data").map(View::to_json));
    assert_eq!(data, Some(json!({"failure-count": "3"})));
}

#[test]
fn a_message_instead_of_objects_is_no_evidence() {
    for text in [
        "Error from server (Forbidden): nodes is forbidden\n",
        "error: the server doesn't have a resource type\n",
        "",
        "\n \n",
    ] {
        let read = read_text("rke2/kubectl/rancher-prov/machines.cluster.x-k8s.io", text);
        assert_eq!(read, ObjectsRead::default(), "{text}");
    }
    let read = read_text("rke2/kubectl/pvc", "No resources found\n");
    assert_eq!(collected(&read), ["PersistentVolumeClaim."]);
}
