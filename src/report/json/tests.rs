//! The contract: names, schema, equal bytes.

use serde_json::Value;

use super::{SCHEMA, json, write_inventory_json, write_json, write_ndjson};
use crate::rank::{Diagnosis, EvidenceItem};
use crate::report::sample::{evidence, quiet, rich};
use crate::report::{Format, TextOptions, write};

/// The published schema, made strict: whatever we write must be described in it.
fn strict_schema() -> Value {
    fn close(schema: &mut Value, inside_all_of: bool) {
        let Value::Object(map) = schema else {
            if let Value::Array(list) = schema {
                list.iter_mut().for_each(|item| close(item, false));
            }
            return;
        };
        for (key, value) in map.iter_mut() {
            match (key.as_str(), value) {
                ("properties" | "$defs", Value::Object(named)) => {
                    named.values_mut().for_each(|value| close(value, false))
                }
                ("allOf", Value::Array(list)) => list.iter_mut().for_each(|item| close(item, true)),
                ("const" | "enum" | "required", _) => {}
                (_, value) => close(value, false),
            }
        }
        if map.contains_key("properties")
            && !map.contains_key("additionalProperties")
            && !inside_all_of
        {
            map.insert("additionalProperties".into(), Value::Bool(false));
        }
    }
    let mut schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    close(&mut schema, false);
    schema
}

fn complaints(report: &Value) -> Vec<String> {
    let schema = strict_schema();
    let validator = jsonschema::draft202012::new(&schema).expect("the schema is a schema");
    validator
        .iter_errors(report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn the_schema_is_valid_draft_2020_12() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
}

#[test]
fn reports_fit_the_schema() {
    let several = Diagnosis {
        inputs: [rich().inputs, quiet().inputs].concat(),
        ..rich()
    };
    let none = Diagnosis {
        inputs: vec![],
        ..quiet()
    };
    for diagnosis in [rich(), quiet(), several, none] {
        assert_eq!(complaints(&json(&diagnosis)), Vec::<String>::new());
    }
}

#[test]
fn the_schema_refuses_what_is_not_the_contract() {
    let mut report = json(&rich());
    report["verdict"] = "fine".into();
    report["diagnosis"][0]["kind"] = "symptom".into();
    report["diagnosis"][0]["evidence"][0]["line"] = 0.into();
    report["timings"] = 1.into();
    let all = complaints(&report).join("\n");
    for expected in [
        "/verdict",
        "/diagnosis/0/kind",
        "/diagnosis/0/evidence/0",
        "timings",
    ] {
        assert!(all.contains(expected), "{expected} not in {all}");
    }
}

#[test]
fn inputs_only_when_several() {
    assert!(json(&rich()).get("inputs").is_none());
    let several = json(&Diagnosis {
        inputs: [rich().inputs, quiet().inputs].concat(),
        ..rich()
    });
    assert_eq!(several["inputs"].as_array().map(Vec::len), Some(2));
    assert_eq!(several["input"], several["inputs"][0]);
}

#[test]
fn a_confidence_that_is_no_number_is_none() {
    let mut diagnosis = rich();
    diagnosis.causes[0].confidence = f64::NAN;
    diagnosis.causes[1].confidence = 7.0;
    let report = json(&diagnosis);
    assert_eq!(
        (
            report["diagnosis"][0]["confidence"].as_f64(),
            report["diagnosis"][1]["confidence"].as_f64()
        ),
        (Some(0.0), Some(1.0))
    );
}

#[test]
fn rich_report() {
    let mut out = Vec::new();
    write_json(&rich(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn one_finding_per_line() {
    let mut out = Vec::new();
    write_ndjson(&rich(), &mut out).unwrap();
    let lines: Vec<Value> = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let ids: Vec<_> = lines
        .iter()
        .filter_map(|line| line["signature"].as_str())
        .collect();
    assert_eq!(
        ids,
        [
            "kubelet/invalid-kernel-flag",
            "cert/expired",
            "node/not-ready",
            "etcd/defragmenting"
        ]
    );
    assert_eq!(lines[0]["input"], rich().inputs[0].path);
    let suspects: Vec<_> = lines.iter().skip(ids.len()).collect();
    assert_eq!(suspects.len(), rich().suspects.len());
    assert_eq!(suspects[0]["schema"], "bundlevet.suspect/v1");
}

#[test]
fn a_bundle_without_findings_has_a_line_with_its_verdict() {
    let mut diagnosis = rich();
    (diagnosis.causes, diagnosis.symptoms) = (Vec::new(), Vec::new());
    diagnosis.suspects.clear();
    let mut out = Vec::new();
    write_ndjson(&diagnosis, &mut out).unwrap();
    let line: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(line["schema"], "bundlevet.verdict/v1");
    assert_eq!(line["failing"].as_array().unwrap().len(), 2);
}

#[test]
fn no_secret_leaves_in_any_format() {
    let mut diagnosis = rich();
    let secret = "K10aabbccddeeff00112233445566778899aabbccddeeff::server:s3cret";
    for item in diagnosis
        .causes
        .iter_mut()
        .flat_map(|cause| &mut cause.evidence)
    {
        if let EvidenceItem::Line { text, captures, .. } = item {
            text.push_str(&format!(" --token={secret}"));
            captures.insert("value".into(), secret.into());
        }
    }
    diagnosis.unusual[0].sample = format!("token {secret}");
    for format in Format::ALL {
        let mut out = Vec::new();
        write(*format, &diagnosis, &TextOptions::default(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert!(!out.contains("s3cret"), "{format:?}");
    }
}

#[test]
fn inventory() {
    let mut out = Vec::new();
    write_inventory_json(&evidence(), &quiet(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}
