//! Every phrase that the source says to people stands in the phrase book.
//!
//! String literals of the modules that speak are read from the source itself, so a new phrase without a translation
//! fails here; what is no phrase (markup, commands, file names) is named below.

use std::fs;
use std::path::{Path, PathBuf};

use super::book::chinese;

/// Modules whose literals people read.
const SPEAKING: &[&str] = &[
    "report/text",
    "report/html",
    "report/markdown",
    "report/spoken.rs",
    "report/diff/mod.rs",
    "rank",
    "finding",
    "preflight",
    "evidence/clocks",
    "batch/summary/html.rs",
    "batch/summary/table.rs",
    "batch/summary/mod.rs",
];

/// Literals with a space in them that are no phrase, or are said through a longer one.
const NO_PHRASES: &[&str] = include!("no_phrases.in");

/// String literals of a source text, without its tests and comments.
fn literals(source: &str) -> Vec<String> {
    let source = source
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let mut out = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        let inside = from.get(1..).unwrap_or_default();
        if from.starts_with("//") {
            rest = from.find('\n').map_or("", |end| &from[end..]);
        } else if from.starts_with('\'') {
            // a character, or a lifetime
            let escaped = inside.starts_with('\\');
            let closes = inside.char_indices().skip(1 + usize::from(escaped)).take(8);
            let end = closes.into_iter().find(|(_, c)| *c == '\'');
            let short = |end: usize| escaped || inside[..end].chars().count() == 1;
            rest = match end.filter(|(end, _)| short(*end)) {
                Some((end, _)) => &inside[end + 1..],
                None => inside,
            };
        } else if from.starts_with('/') {
            rest = inside;
        } else if before.ends_with("r#") || before.ends_with('r') && !before.ends_with("\\r") {
            let close = if before.ends_with('#') { "\"#" } else { "\"" };
            let end = from[1..].find(close).unwrap_or(from.len() - 2);
            out.push(from[1..=end].to_owned());
            rest = &from[1 + end + close.len()..];
        } else {
            let (text, after) = quoted(&from[1..]);
            out.push(text);
            rest = after;
        }
    }
    out
}

/// A literal with its escapes read, and what stands behind it.
fn quoted(source: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (text, &source[at + 1..]),
            '\\' => match chars.next() {
                Some((at, '\n')) => {
                    let rest = source[at..].trim_start();
                    let (more, after) = quoted(rest);
                    return (text + &more, after);
                }
                Some((_, 'n')) => text.push('\n'),
                Some((_, c)) => text.push(c),
                None => {}
            },
            c => text.push(c),
        }
    }
    (text, "")
}

/// A format string as the sentence that it makes: something in every blank.
fn filled(literal: &str) -> String {
    let literal = literal.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let mut out = String::new();
    let mut rest = literal.as_str();
    while let Some((before, blank)) = rest.split_once('{') {
        out.push_str(before);
        out.push('9');
        rest = blank.split_once('}').map_or("", |(_, after)| after);
    }
    (out + rest).replace('\u{1}', "{").replace('\u{2}', "}")
}

fn sources(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_file() {
        let name = path.file_name().unwrap().to_string_lossy();
        let tests = name.contains("test") || name == "build.rs";
        out.extend((name.ends_with(".rs") && !tests).then(|| path.to_owned()));
        return;
    }
    let mut inside: Vec<PathBuf> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.ends_with("tests"))
        .collect();
    inside.sort();
    inside.iter().for_each(|path| sources(path, out));
}

/// Whether people would read words in it.
fn is_prose(sentence: &str) -> bool {
    let words = sentence.split(|c: char| !c.is_ascii_alphabetic());
    let words = words.filter(|word| word.len() > 1).count();
    sentence.contains(' ')
        && words > 0
        && !sentence.starts_with("<path")
        && !sentence.starts_with("<circle")
}

fn is_known(sentence: &str) -> bool {
    let phrase = sentence.trim();
    let item = phrase.strip_prefix("- ").unwrap_or(phrase);
    [phrase, item, item.trim_end_matches([':', ' '])]
        .iter()
        .any(|said| chinese().translate(said).is_some())
}

#[test]
fn every_phrase_is_translated() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for place in SPEAKING {
        sources(&root.join(place), &mut files);
    }
    let (mut missing, mut met) = (Vec::new(), Vec::new());
    for file in files {
        for literal in literals(&fs::read_to_string(&file).unwrap()) {
            if NO_PHRASES.contains(&literal.as_str()) {
                met.push(literal);
                continue;
            }
            let sentence = filled(&literal);
            if is_prose(&sentence) && !is_known(&sentence) {
                let name = file.strip_prefix(&root).unwrap().display();
                missing.push(format!("{name}: {literal:?}"));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "not in zh-CN.tsv, nor named in no_phrases.in:\n{}",
        missing.join("\n")
    );
    let stale: Vec<_> = NO_PHRASES
        .iter()
        .filter(|one| !met.iter().any(|literal| literal == *one))
        .collect();
    assert!(stale.is_empty(), "nobody says {stale:?} any more");
}

/// A word alone is prose where a page says it, though a literal of one word mostly is none.
#[test]
fn every_label_is_translated() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for place in SPEAKING {
        sources(&root.join(place), &mut files);
    }
    let label = regex::Regex::new(
        r#"(?:\bsay|\bheading|\blabelled)\(\s*(?:\d+,\s*)?"([A-Za-z ]*[a-z][A-Za-z :]*)""#,
    );
    let label = label.unwrap();
    let mut missing = Vec::new();
    for file in files {
        let source = fs::read_to_string(&file).unwrap();
        let labels = label
            .captures_iter(&source)
            .map(|found| found[1].to_owned());
        missing.extend(labels.filter(|label| !is_known(label)));
    }
    assert!(missing.is_empty(), "not in zh-CN.tsv: {missing:?}");
}

#[test]
fn literals_are_read_as_the_compiler_reads_them() {
    let source = r##"let a = "one \"two\""; // "no"
        let b = '"'; let c: &'static str = r#"raw "x""#; "three \
            four""##;
    assert_eq!(literals(source), ["one \"two\"", "raw \"x\"", "three four"]);
    assert_eq!(filled("a {b} {{c}} {:.1}"), "a 9 {c} 9");
}
