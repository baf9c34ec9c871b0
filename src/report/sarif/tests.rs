//! The SARIF log of a rich and hostile diagnosis.

use serde_json::Value;

use super::write_sarif;
use crate::rank::Diagnosis;
use crate::report::sample;

fn sarif(diagnosis: &Diagnosis) -> Value {
    let mut out = Vec::new();
    write_sarif(diagnosis, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn a_rich_diagnosis() {
    let mut out = Vec::new();
    write_sarif(&sample::rich(), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn results_point_to_their_descriptions() {
    let log = sarif(&sample::rich());
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert!(!results.is_empty());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(
            run["tool"]["driver"]["rules"][index]["id"],
            result["ruleId"]
        );
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    }
}

#[test]
fn hostile_text_stays_text() {
    let text = sarif(&sample::rich()).to_string();
    assert!(
        !text.contains('\u{1b}') && !text.contains("\\u001b"),
        "escapes"
    );
    assert!(!text.contains('\u{202e}'), "bidirectional marks");
}

#[test]
fn uris_are_encoded() {
    assert_eq!(
        super::build::uri("/nodes/n 1.zip/a:b/<x>#磁.log"),
        "nodes/n%201.zip/a%3Ab/%3Cx%3E%23%E7%A3%81.log"
    );
}
