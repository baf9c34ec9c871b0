//! The texts in objects that patterns may match.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;

fn object(value: Value) -> Object {
    let text = |pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let api_version = text("/apiVersion").unwrap_or_default();
    Object {
        key: ObjectKey {
            kind: text("/kind").unwrap_or_default(),
            group: api_version
                .rsplit_once('/')
                .map_or("", |(group, _)| group)
                .to_owned(),
        },
        api_version,
        name: text("/metadata/name").unwrap_or_default(),
        namespace: text("/metadata/namespace"),
        entry: 7,
        value: value.into(),
    }
}

fn texts(value: Value) -> Vec<Text> {
    of(&object(value), &ObjectLimits::default()).0
}

#[test]
fn an_event_knows_when_where_and_how_often() {
    let texts = texts(json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": "p.17", "namespace": "a", "uid": "u1"},
        "reason": "FailedScheduling", "message": "0/3 nodes are available",
        "count": 12, "firstTimestamp": "2025-01-02T00:00:00Z", "lastTimestamp": "2025-01-02T03:00:00Z",
        "source": {"component": "kubelet", "host": "n1"},
        "involvedObject": {"kind": "Pod", "namespace": "a", "name": "p"},
    }));
    let [text] = texts.as_slice() else {
        panic!("one text: {texts:?}");
    };
    assert_eq!(text.text, "FailedScheduling: 0/3 nodes are available");
    assert_eq!(text.time, "2025-01-02T03:00:00Z".parse().ok());
    assert_eq!(text.first, "2025-01-02T00:00:00Z".parse().ok());
    assert_eq!(
        (text.count, text.node.as_deref(), text.pod.as_deref()),
        (12, Some("n1"), Some("p"))
    );
    assert_eq!(text.kind, TextKind::Event);
}

#[test]
fn the_same_event_of_two_groups_is_one() {
    let event = |version: &str, entry| {
        let mut text = texts(json!({
            "apiVersion": "v1", "kind": "Event", "metadata": {"name": "x", "uid": "u"},
            "message": "m", "lastTimestamp": "2025-01-02T03:00:00Z",
        }))
        .remove(0);
        text.object = format!("{version}/Event x");
        text.entry = entry;
        text
    };
    let kept = distinct(vec![event("events.k8s.io/v1", 3), event("v1", 2)]);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept.first().map(|text| text.entry), Some(2));
}

#[test]
fn conditions_states_and_errors_of_a_status() {
    let texts = texts(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "a"},
        "spec": {"nodeName": "n2", "message": "not a status"},
        "status": {
            "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady",
                "message": "containers with unready status: [c]", "lastTransitionTime": "2025-01-02T03:00:00Z"}],
            "containerStatuses": [{
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}},
                "lastState": {"terminated": {"reason": "Error", "exitCode": 1, "message": "first line\npanic: second\n"}},
            }, {"state": {"terminated": {"reason": "OOMKilled"}}}],
        },
    }));
    let shown: Vec<(&str, &str)> = texts
        .iter()
        .map(|t| (t.path.as_str(), t.text.as_str()))
        .collect();
    assert_eq!(
        shown,
        [
            (
                "status.conditions[0].message",
                "ContainersNotReady: containers with unready status: [c]"
            ),
            (
                "status.containerStatuses[0].lastState.terminated.message:1",
                "first line"
            ),
            (
                "status.containerStatuses[0].lastState.terminated.message:2",
                "panic: second"
            ),
            (
                "status.containerStatuses[0].state.waiting.message",
                "CrashLoopBackOff: back-off 5m0s restarting failed container"
            ),
            (
                "status.containerStatuses[1].state.terminated.reason",
                "OOMKilled"
            ),
        ]
    );
    assert!(
        texts
            .iter()
            .all(|text| text.node.as_deref() == Some("n2") && text.pod.as_deref() == Some("p"))
    );
    assert_eq!(
        texts.first().and_then(|text| text.time),
        "2025-01-02T03:00:00Z".parse().ok()
    );
}

#[test]
fn an_upgrade_names_the_node_of_each_message() {
    let texts = texts(json!({
        "apiVersion": "harvesterhci.io/v1beta1", "kind": "Upgrade",
        "metadata": {"name": "hvst-upgrade-x", "namespace": "harvester-system"},
        "status": {"nodeStatuses": {"node-1.example.com": {"state": "Failed", "reason": "BackoffLimitExceeded",
            "message": "Job has reached the specified backoff limit"}}},
    }));
    let [text] = texts.as_slice() else {
        panic!("one text: {texts:?}");
    };
    assert_eq!(text.node.as_deref(), Some("node-1.example.com"));
    assert_eq!(
        text.path,
        r#"status.nodeStatuses["node-1.example.com"].message"#
    );
    assert_eq!(
        text.object,
        "harvesterhci.io/v1beta1/Upgrade harvester-system/hvst-upgrade-x"
    );
}

#[test]
fn plan_output_is_unpacked_into_lines() {
    let output =
        json!({"install": STANDARD.encode("pulling image\nerror: no space left on device\n")});
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(output.to_string().as_bytes())
        .expect("memory");
    let packed = STANDARD.encode(gzip.finish().expect("memory"));
    let texts = texts(json!({
        "apiVersion": "v1", "kind": "Secret", "type": "rke.cattle.io/machine-plan",
        "metadata": {"name": "custom-1-machine-plan", "namespace": "fleet-local"},
        "data": {"failed-output": packed, "last-apply-time": "Tue Jan 21 09:30:00 UTC 2025", "applied-output": "broken"},
    }));
    let lines: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    assert_eq!(lines, ["pulling image", "error: no space left on device"]);
    assert!(texts.iter().all(|text| text.kind == TextKind::Output
        && text.path.starts_with(r#"data.failed-output["install"]:"#)));
    assert_eq!(
        texts.first().and_then(|text| text.time),
        "2025-01-21T09:30:00Z".parse().ok()
    );
}

#[test]
fn long_texts_are_cut_at_a_character() {
    assert_eq!(cut("aé", 2), "a");
    assert_eq!(cut("ab", 10), "ab");
}
