//! Machine-plan Secrets: the few small keys decoded, so that queries can test them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Longest value that is decoded in place; outputs are read as texts instead.
const SMALL: usize = 64 << 10;

/// Decodes the small values of a Secret's `data`; JSON among them becomes structure (`probe-statuses`).
/// Outputs, which are gzip, stay as they are.
pub(super) fn open(map: &mut Map<String, Value>) {
    let Some(Value::Object(data)) = map.get_mut("data") else {
        return;
    };
    for (key, value) in data.iter_mut() {
        let Value::String(encoded) = value else {
            continue;
        };
        if encoded.len() > SMALL || key.ends_with("-output") {
            continue;
        }
        let Some(text) = STANDARD
            .decode(encoded.as_bytes())
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
        else {
            continue;
        };
        *value = match serde_json::from_str(&text) {
            Ok(Value::Object(structure)) => Value::Object(structure),
            _ => Value::String(text),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn small_values_are_decoded_and_probes_are_structure() {
        let Value::Object(mut map) = json!({"data": {
            "failure-count": STANDARD.encode("3"),
            "probe-statuses": STANDARD.encode(r#"{"etcd":{"failureCount":5}}"#),
            "failed-output": "H4sIAAAA",
            "applied-checksum": "no base64!",
        }}) else {
            panic!("a map");
        };
        open(&mut map);
        assert_eq!(
            Value::Object(map),
            json!({"data": {
                "failure-count": "3",
                "probe-statuses": {"etcd": {"failureCount": 5}},
                "failed-output": "H4sIAAAA",
                "applied-checksum": "no base64!",
            }})
        );
    }
}
