//! Any value, packed, against the tree it was.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Packed;

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,200}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        "[a-z./~]{0,80}",
        Just("metadata".to_owned()),
        Just("name".to_owned())
    ];
    leaf.prop_recursive(6, 200, 12, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..12)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every pointer that leads somewhere.
fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
    out.push(at.clone());
    match value {
        Value::Array(list) => {
            for (n, value) in list.iter().enumerate() {
                pointers(value, format!("{at}/{n}"), out);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, format!("{at}/{key}"), out);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn a_packed_value_reads_as_the_tree_it_was(value in values()) {
        let packed = Packed::from(&value);
        prop_assert_eq!(packed.view().to_json(), value.clone());
        prop_assert_eq!(packed.view(), (&value).into());
        let mut all = Vec::new();
        pointers(&value, String::new(), &mut all);
        for pointer in all {
            let found = packed.pointer(&pointer).map(super::View::to_json);
            prop_assert_eq!(found.as_ref(), value.pointer(&pointer), "{}", pointer);
        }
    }

    #[test]
    fn bytes_that_nobody_packed_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Packed(bytes.into()).view().to_json();
    }
}

#[test]
fn what_is_asked_is_what_stands_there() {
    let packed = Packed::from(json!({"a": [1, -2, 1.5, "x"], "b": {"name": "n", "c": true}}));
    assert_eq!(
        packed.pointer("/a/1").and_then(super::View::as_i64),
        Some(-2)
    );
    assert_eq!(
        packed.pointer("/a/0").and_then(super::View::as_u64),
        Some(1)
    );
    assert_eq!(
        packed.pointer("/a/2").and_then(super::View::as_f64),
        Some(1.5)
    );
    assert_eq!(
        packed.pointer("/b/name").and_then(super::View::as_str),
        Some("n")
    );
    assert_eq!(
        packed.pointer("/b/c").and_then(super::View::as_bool),
        Some(true)
    );
    assert_eq!(packed.get("b").map(super::View::is_object), Some(true));
    assert!(packed.pointer("/b/0").is_none() && packed.get("z").is_none());
}

#[test]
fn an_object_takes_less_than_its_yaml() {
    let condition = json!({"type": "Ready", "status": "True", "reason": "KubeletReady",
        "message": "kubelet is posting ready status", "lastHeartbeatTime": "2025-01-25T09:00:00Z",
        "lastTransitionTime": "2025-01-25T09:00:00Z"});
    let node = json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1", "uid": "u"},
        "status": {"conditions": vec![condition; 5]}});
    let packed = Packed::from(&node).bytes();
    assert!(
        packed * 3 < node.to_string().len() * 2,
        "{packed} of {}",
        node.to_string().len()
    );
}
