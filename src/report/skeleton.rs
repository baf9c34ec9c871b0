//! A log line into the skeleton of a signature file: the program's words, its values named, the first test.

use std::sync::OnceLock;

use regex::Regex;

use super::neutral::neutral;
use crate::bundle::{Origin, Program};
use crate::decode;
use crate::signature::{Pattern, Shapes};

/// Characters of the message that become the pattern; more than a message needs to be recognised.
const PATTERN: usize = 200;

/// The text of a signature file for this raw line. `Err`: why the line gives no pattern.
pub fn skeleton(raw: &str, program: Option<Program>) -> Result<String, String> {
    let raw = raw.trim_end_matches(['\n', '\r']);
    let origin = program.map_or_else(Origin::default, |program| Origin {
        programs: program.into(),
        ..Origin::default()
    });
    let line = decode::decode(raw.as_bytes(), &origin);
    let text = pattern_text(&line.text);
    let pattern = Pattern::text(&text, &Shapes::new())?;
    let captures = pattern
        .captures(&line)
        .into_iter()
        .next()
        .ok_or("the pattern made of this line does not match it; write it by hand")?;
    let narrowed = line.programs.filter(|set| !set.is_all());
    let programs: Vec<&str> = match (program, narrowed) {
        (Some(program), _) => vec![program.name()],
        (None, Some(set)) => set.iter().map(Program::name).collect(),
        (None, None) => Vec::new(),
    };
    let expect: Vec<String> = captures
        .iter()
        .map(|(name, value)| format!("{name}: {}", yaml(value)))
        .collect();
    let mut out = String::new();
    let mut put = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    put("title: TODO one line, what a person would say of it, with placeholders".into());
    put("kind: cause                  # or symptom (then with a class), or noise".into());
    put("severity: medium             # how bad if true: critical, high, medium, low, info".into());
    put("sure: possible               # how sure one match alone makes us: certain, likely, possible".into());
    if !programs.is_empty() {
        put(format!("programs: [{}]", programs.join(", ")));
    }
    put("match:".into());
    put("  # TODO where the program prints it: repository, file, function, versions".into());
    put(format!("  - {}", yaml(&text)));
    put("explanation: TODO two or three sentences an engineer can forward".into());
    put("fix:".into());
    put("  - safe: TODO what to do first".into());
    put("    run: TODO a command that was checked at its source".into());
    put("check: {run: TODO, expect: TODO what it shows when all is well}".into());
    put("prevent: TODO".into());
    put("refs: [TODO]".into());
    put("tests:".into());
    put(format!("  - hit: {}", yaml(&neutral(raw))));
    if !expect.is_empty() {
        put(format!("    expect: {{{}}}", expect.join(", ")));
    }
    put("  - quiet: TODO a line that looks alike and means nothing".into());
    Ok(out)
}

/// The canonical text with its values as placeholders.
fn pattern_text(text: &str) -> String {
    static VALUES: OnceLock<Option<Regex>> = OnceLock::new();
    // They are constant and compile, as the tests show.
    let values = VALUES.get_or_init(|| Regex::new(&value_shapes()).ok());
    let text = first_part(text);
    let mut out = String::with_capacity(text.len());
    let mut used: Vec<&str> = Vec::new();
    let mut at = 0;
    for found in values.iter().flat_map(|values| values.captures_iter(text)) {
        let named = NAMES
            .iter()
            .find_map(|name| found.name(name).map(|value| (*name, value)));
        let Some((name, value)) = named else { continue };
        words(text.get(at..value.start()).unwrap_or_default(), &mut out);
        used.push(name);
        let before = used.iter().filter(|other| **other == name).count();
        let number = if before > 1 {
            before.to_string()
        } else {
            String::new()
        };
        out.push_str(&format!("<{name}{number}>"));
        at = value.end();
    }
    words(text.get(at..).unwrap_or_default(), &mut out);
    out.trim().to_owned()
}

/// As much as recognises the message, ending at a space.
fn first_part(text: &str) -> &str {
    let text = text.lines().next().unwrap_or_default();
    match text.char_indices().nth(PATTERN) {
        None => text,
        Some((end, _)) => {
            let head = text.get(..end).unwrap_or(text);
            head.rsplit_once(' ').map_or(head, |(head, _)| head)
        }
    }
}

/// The program's own words as a pattern text spells them.
fn words(text: &str, out: &mut String) {
    out.push_str(&text.replace('<', "\\<").replace("...", "\\.\\.\\."));
}

/// Names of values, in the order in which they are tried.
const NAMES: [&str; 9] = [
    "url", "uid", "addr", "ip", "path", "pod", "hash", "duration", "n",
];

fn value_shapes() -> String {
    let shapes = [
        r"[a-z][a-z0-9+.-]*://[^\s\x22'<>]*[^\s\x22'<>.,:;)\]]",
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
        r"\b(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}\b|\[[0-9a-f:]+\]:\d{1,5}",
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b",
        r"(?:/[\w@%+.-]*[\w@%+-]){2,}",
        r"\b[a-z0-9][a-z0-9-]*-[a-f0-9]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b",
        r"\b[0-9a-f]{12,64}\b",
        r"\b(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|h|m|s))+\b",
        r"\b\d+(?:\.\d+)?\b",
    ];
    let named = NAMES
        .iter()
        .zip(shapes)
        .map(|(name, shape)| format!("(?P<{name}>{shape})"));
    named.collect::<Vec<_>>().join("|")
}

/// A text in single quotes, as YAML reads it back.
fn yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_become_placeholders() {
        for (text, expected) in [
            (
                "invalid kernel flag: kernel/panic, expected value: 10, actual value: 0",
                "invalid kernel flag: kernel/panic, expected value: <n>, actual value: <n2>",
            ),
            (
                "lost leader 8e9e05c52164694d at term 7",
                "lost leader <hash> at term <n>",
            ),
            (
                "dial tcp 192.0.2.10:9345: connect: connection refused",
                "dial tcp <addr>: connect: connection refused",
            ),
            (
                "failed to get https://rancher.example.com/ping: timeout after 10s",
                "failed to get <url>: timeout after <duration>",
            ),
            (
                "volume pvc-0a1b2c3d-1111-2222-3333-444455556666 <nil> waits...",
                "volume pvc-<uid> \\<nil> waits\\.\\.\\.",
            ),
        ] {
            assert_eq!(pattern_text(text), expected);
        }
    }

    #[test]
    fn a_skeleton_knows_its_own_line() {
        let raw = r#"{"level":"warn","ts":"2025-01-25T09:12:01.557Z","msg":"prober detected unhealthy status","remote-peer-id":"8e9e05c52164694d","rtt":"0s","error":"dial tcp 192.0.2.10:2380: i/o timeout"}"#;
        insta::assert_snapshot!(skeleton(raw, Some(Program::Etcd)).unwrap());
    }

    #[test]
    fn a_line_without_words_gives_none() {
        assert!(skeleton("", None).is_err());
    }

    proptest! {
        #[test]
        fn any_line_gives_a_skeleton_or_a_reason(raw in "\\PC{0,300}") {
            if let Ok(text) = skeleton(&raw, None) {
                prop_assert!(text.starts_with("title: "));
            }
        }
    }
}
