//! Markdown as a forge reads it: what it shows, and that foreign text stays text.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::*;
use crate::rank::Verdict;
use crate::report::sample::{HOSTILE, hostile, quiet, rich};

fn markdown(diagnosis: &Diagnosis) -> String {
    let mut out = Vec::new();
    write_markdown(diagnosis, Language::English, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn head(text: &str) -> Vec<&str> {
    text.lines()
        .take_while(|line| *line != "<details>")
        .collect()
}

/// What a reader sees, by kind.
#[derive(Default)]
struct Read {
    prose: String,
    code: Vec<String>,
    links: Vec<String>,
    html: Vec<String>,
    images: usize,
    headings: usize,
    /// Cells of every row of every table.
    rows: Vec<usize>,
    unclosed: bool,
}

fn read(text: &str) -> Read {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut read = Read::default();
    let (mut in_code, mut in_link, mut cells) = (false, false, 0);
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_))) => {
                in_code = true;
                read.code.push(String::new());
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => read.unclosed = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if in_code => read.code.last_mut().unwrap().push_str(&text),
            Event::Text(_) if in_link => {}
            Event::Text(text) => read.prose.push_str(&text),
            Event::SoftBreak => read.prose.push('\n'),
            Event::Code(text) => read.code.push(text.into_string()),
            Event::Start(Tag::Link { dest_url, .. }) => {
                in_link = true;
                read.links.push(dest_url.into_string());
            }
            Event::End(TagEnd::Link) => in_link = false,
            Event::Start(Tag::Image { .. }) => read.images += 1,
            Event::Start(Tag::Heading { .. }) => read.headings += 1,
            Event::Html(html) | Event::InlineHtml(html) => read.html.push(html.trim().to_owned()),
            Event::Start(Tag::TableRow | Tag::TableHead) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => read.rows.push(cells),
            Event::InlineMath(_) | Event::DisplayMath(_) | Event::TaskListMarker(_) => {
                read.unclosed = true
            }
            _ => {}
        }
    }
    read
}

#[test]
fn the_rich_sample_reads_like_this() {
    insta::assert_snapshot!(markdown(&rich()));
}

#[test]
fn the_quiet_sample_reads_like_this() {
    insta::assert_snapshot!(markdown(&quiet()));
}

#[test]
fn the_first_lines_are_few() {
    let mut worst = rich();
    worst.inputs.push(worst.inputs[0].clone());
    worst.inputs.push(worst.inputs[0].clone());
    worst.failing = vec!["node n1 is not Ready".to_owned(); 9];
    worst.causes = [worst.causes.clone(), worst.causes.clone(), worst.causes].concat();
    worst.causes[0].remediation.steps[0].run = Some("a\n".repeat(30));
    for diagnosis in [
        rich(),
        quiet(),
        worst.clone(),
        Diagnosis {
            verdict: Verdict::SymptomsOnly,
            ..worst
        },
    ] {
        let text = markdown(&diagnosis);
        assert!(
            head(&text).len() <= 40,
            "{} lines:\n{text}",
            head(&text).len()
        );
    }
}

#[test]
fn hostile_text_stays_text() {
    let sound = read(&markdown(&hostile("plain")));
    for text in HOSTILE {
        let markdown = markdown(&hostile(text));
        let read = read(&markdown);
        assert!(
            !read.unclosed && read.images == 0 && read.headings == 1,
            "{markdown}"
        );
        assert_eq!(read.rows, sound.rows, "the cells of tables\n{markdown}");
        assert_eq!(read.code.len(), sound.code.len(), "{markdown}");
        let own = |html: &String| {
            let summary = html
                .strip_prefix("<summary>")
                .and_then(|rest| rest.strip_suffix("</summary>"));
            html == "<details>"
                || html == "</details>"
                || html.is_empty()
                || summary.is_some_and(|rest| !rest.contains('<'))
        };
        assert!(read.html.iter().all(own), "{:?}", read.html);
        assert_eq!(
            read.html
                .iter()
                .filter(|html| *html == "</details>")
                .count(),
            sound
                .html
                .iter()
                .filter(|html| *html == "</details>")
                .count()
        );
        assert_eq!(
            read.links,
            ["https://github.com/kubernetes/kubernetes/issues/66241"],
            "{markdown}"
        );
        nothing_refers(&read.prose);
        let summaries: String = read
            .html
            .concat()
            .replace("&#8203;", "\u{200b}")
            .replace("&quot;", "\"")
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
        nothing_refers(&summaries);
    }
}

/// What forges look for after rendering.
fn nothing_refers(prose: &str) {
    for pattern in [
        r"(^|\W)@\w",
        r"#\d",
        r"\bGH-\d",
        "://",
        r"www\.\w",
        r"[\w.]@\w",
        r":smile:",
        r"(^|\W)[!~%&$^]\w",
    ] {
        let found = regex::Regex::new(pattern).unwrap().find(prose);
        assert!(found.is_none(), "{pattern} in {prose}");
    }
}

#[test]
fn a_comment_is_never_too_long() {
    let mut long = rich();
    long.causes[1].explanation = "words ".repeat(20_000);
    let text = markdown(&long);
    assert!(text.chars().count() <= 65_536);
    assert!(
        text.contains("Left out because a comment holds no more: 2\\. A certificate"),
        "{text}"
    );
    assert!(text.contains("<summary>1. kubelet will not start"));
}

#[test]
fn secrets_are_masked() {
    let text = markdown(&hostile("Authorization: Bearer abc123def456ghi"));
    assert!(!text.contains("abc123def456ghi") && text.contains("***"));
}
