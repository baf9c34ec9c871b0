//! The page: what it says, and that nothing a bundle holds can act in it.

use super::*;
use crate::rank::Diagnosis;
use crate::report::Language;
use crate::report::neutral::is_unsafe;
use crate::report::sample::{HOSTILE, hostile, quiet, rich};

fn page(diagnosis: &Diagnosis) -> String {
    let mut out = Vec::new();
    write_html(diagnosis, &TextOptions::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page without its style and scripts, an element on a line.
fn shown(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").unwrap();
    let (_, rest) = rest.split_once("</style>").unwrap();
    let (body, _) = rest.split_once("<script").unwrap();
    format!("{head}{body}").replace('<', "\n<")
}

/// Names of the elements. How many lines a title has in the drawing depends on its words.
fn skeleton(page: &str) -> Vec<String> {
    let names = regex::Regex::new(r"</?[a-zA-Z][^\s>]*").unwrap();
    let names = names.find_iter(page).map(|found| found.as_str());
    let names = names.filter(|name| !matches!(*name, "<text" | "</text"));
    names.map(str::to_owned).collect()
}

#[test]
fn the_rich_sample_reads_like_this() {
    let page = shown(&page(&rich()));
    let policy = regex::Regex::new("sha256-[A-Za-z0-9+/=]+").unwrap();
    insta::assert_snapshot!(policy.replace_all(&page, "sha256-…"));
}

#[test]
fn the_quiet_sample_has_no_empty_sections() {
    let page = shown(&page(&quiet()));
    for absent in [
        "id=\"causes\"",
        "id=\"chain\"",
        "id=\"timeline\"",
        "id=\"upgrade\"",
        "Do first",
    ] {
        assert!(!page.contains(absent), "{absent}");
    }
    assert!(page.contains("id=\"cluster\""));
}

#[test]
fn nodes_of_which_only_logs_were_collected_are_not_counted_as_not_ready() {
    let mut sample = rich();
    let nodes = &mut sample.inputs[0].nodes;
    nodes[0].ready = None;
    let text = page(&sample);
    assert!(text.contains("Nodes Ready</dt><dd>1 of 2</dd>"), "{text}");

    for node in &mut sample.inputs[0].nodes {
        node.ready = None;
    }
    assert!(!page(&sample).contains("Nodes Ready</dt>"));
}

#[test]
fn hostile_text_makes_no_elements() {
    for text in HOSTILE {
        // as many lines and commands, and paths that a shell can take or not, so that the pages have the same elements
        let plain: String = text
            .chars()
            .map(|c| match c {
                '\n' | '`' => c,
                c if is_unsafe(c) => '\u{1}',
                _ => 'x',
            })
            .collect();
        let (page, sound) = (page(&hostile(text)), page(&hostile(&plain)));
        let (own, others) = (skeleton(&shown(&sound)), skeleton(&shown(&page)));
        let differs = own.iter().zip(&others).position(|(a, b)| a != b);
        assert!(
            own.len() == others.len() && differs.is_none(),
            "{text:?}: {differs:?}: {:?} and {:?}",
            differs.map(|at| &own[at.saturating_sub(6)..own.len().min(at + 4)]),
            differs.map(|at| &others[at.saturating_sub(6)..others.len().min(at + 4)])
        );
        assert_eq!(page.matches("<script").count(), 2);
        assert_eq!(page.matches("</script").count(), 2);
        assert!(!page.chars().any(|c| c.is_control() && c != '\n') && !page.contains('\u{202e}'));
    }
}

#[test]
fn addresses_that_are_none_make_no_links() {
    let page = shown(&page(&hostile("javascript:alert(1)")));
    let links = regex::Regex::new("href=\"([^\"]*)\"").unwrap();
    for link in links.captures_iter(&page) {
        assert!(
            link[1].starts_with('#') || link[1].starts_with("https://"),
            "{}",
            &link[1]
        );
    }
}

#[test]
fn the_data_cannot_end_its_element() {
    for text in HOSTILE {
        let diagnosis = hostile(text);
        let options = TextOptions::default();
        let page = Page {
            diagnosis: &diagnosis,
            options: &options,
            spoken: Spoken(Language::English),
        };
        let data = picture::data(&page).unwrap();
        assert!(!data.contains(['<', '>', '&', '\n']));
        let back: serde_json::Value = serde_json::from_str(&data).unwrap();
        assert_eq!(
            back["lanes"].as_array().unwrap().len(),
            diagnosis.chart.lanes.len()
        );
    }
}

#[test]
fn the_policy_names_what_is_written() {
    let page = page(&rich());
    for (element, text) in [("style", STYLE), ("script", SCRIPT)] {
        assert!(page.contains(&format!("<{element}>{text}</{element}>")));
        assert!(page.contains(&hash(text)));
        assert_eq!(
            neutral_lines(text),
            text,
            "what would be made visible in {element}"
        );
        assert!(!text.contains("</"));
    }
    assert!(!page.contains(" style=\"") && !page.contains("<link") && !page.contains(" onclick"));
}

#[test]
fn secrets_are_masked() {
    let page = page(&hostile("Authorization: Bearer abc123def456ghi"));
    assert!(page.contains("Bearer ***"));
}
