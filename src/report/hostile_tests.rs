//! One corpus of hostile texts through every form and language of a report: what a bundle says cannot steer a terminal,
//! open a link, or become part of the form.

use serde_json::Value;

use super::sample::{HOSTILE, hostile};
use super::*;
use crate::evidence::Evidence;
use crate::rank::compare;

fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Nothing but visible characters and line feeds.
fn tame(what: &str, text: &str) {
    let wild = text.chars().find(|c| *c != '\n' && neutral::is_unsafe(*c));
    let at = wild.and_then(|c| text.find(c)).unwrap_or_default();
    let around: String = text[at..].chars().take(40).collect();
    assert_eq!(wild, None, "{what}: {around:?}");
}

/// A key of the contract, or the place of one that the bundle filled: names of products and captures.
fn own(key: &str) -> String {
    let own = key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if own { key.to_owned() } else { String::new() }
}

/// What a JSON value is made of, without its texts.
fn shape(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(shape).collect(),
        Value::Object(all) => Value::Object(
            all.iter()
                .map(|(key, value)| (own(key), shape(value)))
                .collect(),
        ),
        Value::String(_) => Value::from(""),
        other => other.clone(),
    }
}

#[test]
fn every_form_of_a_diagnosis() {
    let own = regex::Regex::new("\u{1b}\\[(0|1|2|36|39|1;3[123]|1;37;41|38;5;[0-9]+)m").unwrap();
    for text in HOSTILE {
        let diagnosis = hostile(text);
        for format in Format::ALL {
            for language in Language::ALL {
                for color in [false, true] {
                    let options = TextOptions {
                        color,
                        language: *language,
                        ..TextOptions::default()
                    };
                    let mut out = written(|out| write(*format, &diagnosis, &options, out));
                    if *format == Format::Text && color {
                        // What is left without the report's own colours.
                        out = own.replace_all(&out, "").into_owned();
                    }
                    tame(
                        &format!("{} {} {text:?}", format.word(), language.tag()),
                        &out,
                    );
                }
            }
        }
        tame(
            text,
            &written(|out| write_timeline(&diagnosis, &TextOptions::default(), out)),
        );
        tame(text, &written(|out| write_timeline_json(&diagnosis, out)));
        let nothing = Evidence::default();
        let (plain, options) = (super::sample::rich(), TextOptions::default());
        tame(
            text,
            &written(|out| write_inventory(&nothing, &diagnosis, true, &options, out)),
        );
        tame(
            text,
            &written(|out| write_inventory_json(&nothing, &diagnosis, out)),
        );
        for (a, b) in [
            (&plain, &diagnosis),
            (&diagnosis, &plain),
            (&diagnosis, &diagnosis),
        ] {
            let comparison = compare((a, &nothing), (b, &nothing));
            tame(
                text,
                &written(|out| write_diff_text(&comparison, true, &options, out)),
            );
            tame(text, &written(|out| write_diff_json(&comparison, out)));
            tame(
                text,
                &written(|out| write_diff_html(&comparison, &options, out)),
            );
        }
    }
}

#[test]
fn what_programs_read_has_the_shape_of_any_other_report() {
    let values = |text: &str, format: Format| -> Vec<Value> {
        let out = written(|out| write(format, &hostile(text), &TextOptions::default(), out));
        let read: Result<Vec<Value>, _> = match format {
            Format::Ndjson => out.lines().map(serde_json::from_str).collect(),
            _ => serde_json::from_str(&out).map(|value| vec![value]),
        };
        read.unwrap()
    };
    let plain = |text: &str| -> String {
        text.chars()
            .map(|c| if c == '\n' { c } else { 'X' })
            .collect()
    };
    for text in HOSTILE {
        for format in [Format::Json, Format::Ndjson] {
            let shapes = |text: &str| values(text, format).iter().map(shape).collect::<Vec<_>>();
            assert_eq!(
                shapes(text),
                shapes(&plain(text)),
                "{} {text:?}",
                format.word()
            );
        }
        // Values are what the bundle said, on one line.
        let all = values(text, Format::Json);
        let said = all[0]["headline"].as_str().unwrap();
        assert_eq!(said, neutral(text));
        let results = |text: &str| {
            values(text, Format::Sarif)[0]["runs"][0]["results"]
                .as_array()
                .unwrap()
                .len()
        };
        assert_eq!(results(text), results("plain"), "{text:?}");
        let cases = |text: &str| {
            let out = written(|out| write_junit(&hostile(text), out));
            let report = quick_junit::Report::deserialize_from_str(&out).unwrap();
            report
                .test_suites
                .iter()
                .map(|suite| suite.test_cases.len())
                .collect::<Vec<_>>()
        };
        assert_eq!(cases(text), cases("plain"), "{text:?}");
    }
}
