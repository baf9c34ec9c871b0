//! Queries as authors write them, and every mistake in them.

use serde_json::json;

use super::*;

fn problems(raw: Value) -> Vec<String> {
    Query::parse(&raw).err().unwrap_or_default()
}

#[test]
fn every_problem_is_said_at_once() {
    let all = problems(json!({"object": "volume", "at-least": 0, "where": {
        "status.": 1,
        "a[x": 1,
        "b": {"older-than": "soon"},
        "c": {"likes": 1, "regex": "("},
        "d": null,
        "e": {"lt": "many"},
        "f": [],
    }}));
    assert_eq!(all.len(), 10, "{all:#?}");
    assert!(
        all.iter()
            .any(|problem| problem.starts_with("object: \"volume\""))
    );
    assert!(
        all.iter()
            .any(|problem| problem == "where: status.: ends in a dot")
    );
    assert!(
        problems(json!({"where": {}}))
            .iter()
            .any(|problem| problem == "object: names no kind")
    );
    assert!(problems(json!({"object": "Node", "cel": 1, "where": 1})).len() == 2);
}

#[test]
fn captures_and_fields_are_known_beforehand() {
    let query = Query::parse(&json!({"object": "Node", "where": {
        "status.images.*.names": {"has": "x"},
        "metadata.annotations": {"has": "k"},
        "status.nodeStatuses.<n>.state": {"as": "state"},
        "condition.<type>.message": {"matches": "unable to <verb> the image"},
        "a": {"regex": "(?P<group>x)", "not-same-as": "b[\"c.d\"].e"},
    }}))
    .expect("a query");
    let names: Vec<String> = query.captures().into_iter().collect();
    assert_eq!(
        names,
        ["group", "n", "name", "namespace", "state", "type", "verb"]
    );
    let paths = query.paths();
    assert!(paths.contains(&vec![Some("metadata"), Some("annotations"), Some("k")]));
    assert!(!paths.contains(&vec![Some("metadata"), Some("annotations")]));
    assert!(paths.contains(&vec![Some("b"), Some("c.d"), Some("e")]));
    assert!(paths.contains(&vec![Some("status"), Some("conditions"), Some("message")]));
}

#[test]
fn expressions_are_checked_only_when_asked() {
    let check = |source: &str| {
        let query = Query::parse(&json!({"object": "Node", "cel": source})).expect("a query");
        query.check()
    };
    assert!(check("o.spec.unschedulable == true").is_empty());
    assert!(check("o.items.exists(x, x.a > 1)").is_empty());
    assert_eq!(check("o.spec ==").len(), 1);
    assert!(
        check("node.spec")
            .iter()
            .any(|problem| problem.contains("no variable \"node\""))
    );
    assert_eq!(check(&"o.a.exists(x, x) && ".repeat(9)).len(), 1);
}

#[test]
fn quantities() {
    for (text, expected) in [
        ("10Gi", 10_737_418_240.0),
        ("250m", 0.25),
        ("1e3", 1000.0),
        ("91%", 91.0),
        ("-2", -2.0),
        ("1.5k", 1500.0),
    ] {
        assert_eq!(quantity((&json!(text)).into()), Some(expected), "{text}");
    }
    for text in ["", "Gi", "1.2.3", "ten", "10GB", "inf", "0x10"] {
        assert_eq!(quantity((&json!(text)).into()), None, "{text}");
    }
}

#[test]
fn facts_take_a_test_or_a_map_of_fields() {
    assert!(
        FactQuery::parse(&json!({"fact": "disk", "where": {"use_percent": {"ge": 95}}})).is_ok()
    );
    assert!(
        FactQuery::parse(&json!({"fact": "a.<b>", "where": {"not": "1", "exists": true}})).is_ok()
    );
    for bad in [
        json!({}),
        json!({"fact": "a b"}),
        json!({"fact": "a.<b"}),
        json!({"fact": "<x>.<x>"}),
        json!({"fact": "a", "where": {"not": {}}}),
    ] {
        assert!(FactQuery::parse(&bad).is_err(), "{bad}");
    }
}
