//! A comparison in every form that people and programs read, hostile texts included.

use crate::evidence::Evidence;
use crate::rank::{Diagnosis, NodeSummary, compare};
use crate::report::{Language, TextOptions, sample, write_diff_html, write_diff_text};

use super::*;

/// A bundle, and a later one in which something came, went, and changed.
fn pair() -> (Diagnosis, Diagnosis) {
    let (mut before, mut after) = (sample::rich(), sample::rich());
    before.causes.truncate(1);
    after.symptoms.truncate(1);
    let input = &mut after.inputs[0];
    input
        .products
        .insert("harvester".to_owned(), "v9.9.9".to_owned());
    input.nodes[0].ready = Some("Unknown".to_owned());
    input.nodes.push(NodeSummary {
        name: "n<88>".to_owned(),
        ..NodeSummary::default()
    });
    (before, after)
}

fn written(write: impl Fn(&Comparison<'_>, &mut Vec<u8>)) -> String {
    let (before, after) = pair();
    let nothing = Evidence::default();
    let mut out = Vec::new();
    write(&compare((&before, &nothing), (&after, &nothing)), &mut out);
    String::from_utf8(out).unwrap()
}

fn text_as(width: usize, language: Language) -> String {
    let options = TextOptions {
        width,
        language,
        ..TextOptions::default()
    };
    written(|comparison, out| write_diff_text(comparison, false, &options, out).unwrap())
}

#[test]
fn text() {
    insta::assert_snapshot!("narrow", text_as(80, Language::English));
    insta::assert_snapshot!("wide", text_as(200, Language::English));
    insta::assert_snapshot!("chinese", text_as(80, Language::Chinese));
}

#[test]
fn json_fits_its_schema() {
    let text = written(|comparison, out| write_diff_json(comparison, out).unwrap());
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema: serde_json::Value = serde_json::from_str(DIFF_SCHEMA).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, [""; 0]);
    assert_eq!(report["nodes"].as_array().unwrap().len(), 2);
}

#[test]
fn html_is_one_page_and_foreign_text_is_no_markup() {
    let options = TextOptions::default();
    let page = written(|comparison, out| write_diff_html(comparison, &options, out).unwrap());
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    assert!(
        page.contains("n&lt;88&gt;") && !page.contains("n<88>"),
        "{page}"
    );
    assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("http://"));
}
