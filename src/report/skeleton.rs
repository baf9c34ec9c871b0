//! Log lines into the skeleton of a signature file: the program's words, its values named, the first tests.

use std::sync::OnceLock;

use regex::Regex;

use super::neutral::neutral;
use crate::bundle::{Origin, Program};
use crate::decode::{self, Line};
use crate::signature::{Pattern, Shapes};

/// Characters of the message that become the pattern; more than a message needs to be recognised.
const PATTERN: usize = 200;
/// Lines that become patterns and tests; more are of no use to an author.
const LINES: usize = 20;

/// A pasted line, read.
struct Pasted {
    raw: String,
    line: Line,
}

/// The text of a signature file for these raw lines: one, or several of one message or of one failure. `Err`: why they
/// give no pattern.
pub fn skeleton(raw: &str, program: Option<Program>) -> Result<String, String> {
    let origin = program.map_or_else(Origin::default, |program| Origin {
        programs: program.into(),
        ..Origin::default()
    });
    let pasted: Vec<Pasted> = lines(raw, &origin);
    let mut patterns: Vec<String> = Vec::new();
    for one in &pasted {
        if patterns
            .iter()
            .any(|text| captures(text, &one.line).is_some())
        {
            continue;
        }
        let (rich, plain) = (
            pattern_text(&one.line.text, true),
            pattern_text(&one.line.text, false),
        );
        let text = match captures(&rich, &one.line) {
            Some(_) => rich,
            None => plain,
        };
        Pattern::text(&text, &Shapes::new())?;
        if captures(&text, &one.line).is_none() {
            return Err(
                "the pattern made of a line does not match it; write it by hand".to_owned(),
            );
        }
        match patterns.iter_mut().find_map(|known| {
            let merged = merged(known, &text)?;
            let holds = |one: &&Pasted| captures(&merged, &one.line).is_some();
            let before = pasted
                .iter()
                .filter(|one| captures(known, &one.line).is_some());
            before
                .chain([one])
                .all(|one| holds(&one))
                .then_some((known, merged))
        }) {
            Some((known, merged)) => *known = merged,
            None => patterns.push(text),
        }
    }
    if patterns.is_empty() {
        return Err("there is no line".to_owned());
    }
    Ok(file(&pasted, &patterns, program))
}

/// The lines, each with the further lines of its message behind it.
fn lines(raw: &str, origin: &Origin) -> Vec<Pasted> {
    let mut pasted: Vec<Pasted> = Vec::new();
    let mut timed = false;
    for raw in raw.lines().filter(|line| !line.trim().is_empty()) {
        let raw = journal_message(raw).unwrap_or_else(|| raw.to_owned());
        let line = decode::decode(raw.as_bytes(), origin);
        // what has no time behind what has one goes on with it: a stack, a message of several lines
        if line.stamp.is_none() && timed {
            continue;
        }
        timed |= line.stamp.is_some();
        if pasted.len() < LINES {
            pasted.push(Pasted { raw, line });
        }
    }
    pasted
}

/// What `journalctl -o json` holds, as the journal shows it: its own fields are no words of the program.
fn journal_message(raw: &str) -> Option<String> {
    let journal: serde_json::Map<String, serde_json::Value> = serde_json::from_str(raw).ok()?;
    let text = |key: &str| journal.get(key).and_then(serde_json::Value::as_str);
    let message = text("MESSAGE")?;
    let micros: i64 = text("__REALTIME_TIMESTAMP")?.parse().ok()?;
    let time = jiff::Timestamp::from_microsecond(micros).ok()?;
    let program = text("SYSLOG_IDENTIFIER").or_else(|| text("_COMM"))?;
    let pid = text("_PID").unwrap_or("1");
    let host = text("_HOSTNAME").unwrap_or("node");
    let time = time.strftime("%b %d %H:%M:%S");
    Some(format!("{time} {host} {program}[{pid}]: {message}"))
}

fn captures(text: &str, line: &Line) -> Option<crate::detect::Captures> {
    let pattern = Pattern::text(text, &Shapes::new()).ok()?;
    pattern.captures(line).into_iter().next()
}

/// Two patterns of as many words, most of them the same, as one: what differs is a value.
fn merged(one: &str, other: &str) -> Option<String> {
    let (first, second): (Vec<&str>, Vec<&str>) =
        (one.split(' ').collect(), other.split(' ').collect());
    let same = first.iter().zip(&second).filter(|(a, b)| a == b).count();
    if first.len() != second.len() || same * 2 < first.len() {
        return None;
    }
    let mut values = 0;
    let mut words = Vec::with_capacity(first.len());
    for (a, b) in first.iter().zip(&second) {
        if a == b {
            words.push((*a).to_owned());
            continue;
        }
        values += 1;
        let number = if values > 1 {
            values.to_string()
        } else {
            String::new()
        };
        // a key and its value, and what ends a word, are the program's
        let key = a
            .split_once('=')
            .filter(|(key, _)| b.starts_with(&format!("{key}=")));
        let key = key.map_or(String::new(), |(key, _)| format!("{key}="));
        let end = a
            .chars()
            .next_back()
            .filter(|c| matches!(c, ',' | ':' | ';') && b.ends_with(*c));
        let end = end.map_or(String::new(), String::from);
        words.push(format!("{key}<value{number}>{end}"));
    }
    Some(words.join(" "))
}

fn file(pasted: &[Pasted], patterns: &[String], program: Option<Program>) -> String {
    let narrowed = pasted.first().and_then(|one| one.line.programs);
    let programs: Vec<&str> = match (program, narrowed.filter(|set| !set.is_all())) {
        (Some(program), _) => vec![program.name()],
        (None, Some(set)) => set.iter().map(Program::name).collect(),
        (None, None) => Vec::new(),
    };
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
    for text in patterns {
        put(format!("  - {}", yaml(text)));
    }
    put("explanation: TODO two or three sentences an engineer can forward".into());
    put("fix:".into());
    put("  - safe: TODO what to do first".into());
    put("    run: TODO a command that was checked at its source".into());
    put("check: {run: TODO, expect: TODO what it shows when all is well}".into());
    put("prevent: TODO".into());
    put("refs: [TODO]".into());
    put("tests:".into());
    for one in pasted {
        put(format!("  - hit: {}", yaml(&neutral(&one.raw))));
        let found = patterns.iter().find_map(|text| captures(text, &one.line));
        let expect = found.iter().flatten();
        let expect: Vec<String> = expect
            .map(|(name, value)| format!("{name}: {}", yaml(value)))
            .collect();
        if !expect.is_empty() {
            put(format!("    expect: {{{}}}", expect.join(", ")));
        }
    }
    put("  - quiet: TODO a line that looks alike and means nothing".into());
    out
}

/// The canonical text with its values as placeholders; with `rich` those, too, that only a word before them tells.
fn pattern_text(text: &str, rich: bool) -> String {
    static RICH: OnceLock<Option<Regex>> = OnceLock::new();
    static PLAIN: OnceLock<Option<Regex>> = OnceLock::new();
    // They are constant and compile, as the tests show.
    let values = if rich { &RICH } else { &PLAIN };
    let values = values.get_or_init(|| Regex::new(&value_shapes(rich)).ok());
    let text = first_part(text);
    let mut out = String::with_capacity(text.len());
    let mut used: Vec<String> = Vec::new();
    let mut at = 0;
    for found in values.iter().flat_map(|values| values.captures_iter(text)) {
        let names = values.iter().flat_map(Regex::capture_names).flatten();
        let mut named: Vec<_> = names
            .filter_map(|name| Some((name.split('_').next()?, found.name(name)?)))
            .collect();
        named.sort_by_key(|(_, value)| value.start());
        for (name, value) in named {
            words(text.get(at..value.start()).unwrap_or_default(), &mut out);
            used.push(name.to_owned());
            let before = used.iter().filter(|other| *other == name).count();
            let number = if before > 1 {
                before.to_string()
            } else {
                String::new()
            };
            out.push_str(&format!("<{name}{number}>"));
            at = value.end();
        }
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

/// What values look like, in the order in which they are tried. A place in source code is none; what stands behind an
/// underscore only tells groups of one name apart.
const SHAPES: [&str; 13] = [
    r"\b[\w./-]*\w\.(?:go|c|rs|py|java):\d+",
    r"(?P<url>[a-z][a-z0-9+.-]*://[^\s\x22'<>]*[^\s\x22'<>.,:;)\]])",
    r"(?P<uid>\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)",
    r"(?P<addr>\b(?:\d{1,3}\.){3}\d{1,3}:\d{1,5}\b|\[[0-9a-f:]+\]:\d{1,5})",
    r"(?P<ip>\b(?:\d{1,3}\.){3}\d{1,3}\b)",
    r"(?P<image>\b[a-z0-9][a-z0-9._-]*(?:/[a-z0-9._-]+)+:(?:v?\d[\w.-]*\w|latest\b))",
    r"(?P<path>(?:/[\w@%+.-]*[\w@%+-]){2,})",
    r"(?P<pod>\b[a-z0-9][a-z0-9-]*-[a-f0-9]{8,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b)",
    r"(?P<hash>\b[0-9a-f]{12,64}\b)",
    r"(?P<version>\bv\d+\.\d+\.\d+(?:[+-][\w.+-]*\w)?)",
    r"(?P<device>\b(?:sd[a-z]{1,2}\d*|nvme\d+n\d+(?:p\d+)?|vd[a-z]\d*|dm-\d+)\b)",
    r"(?P<duration>\b(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|h|m|s))+\b)",
    r"(?P<n>\b\d+(?:\.\d+)?\b)",
];

/// Names that a key or a word before them tells.
const TOLD: [&str; 4] = [
    r"\b(?:pod|Pod|object)=(?P<ns_1>[a-z0-9][a-z0-9-]*)/(?P<name_1>[a-z0-9][\w.-]*\w)",
    r"\bnode(?:Name)?[= ]\x22?(?P<node_2>[a-z0-9][\w.-]*[\d-][\w.-]*)",
    r"\b(?:volume|Volume)(?:Name)?[= ]\x22?(?P<volume_2>[a-z0-9][\w.-]*[\d-][\w.-]*)",
    r"\bnamespace=(?P<ns_2>[a-z0-9][a-z0-9-]*)",
];

fn value_shapes(rich: bool) -> String {
    let told = TOLD.iter().filter(|_| rich);
    told.chain(&SHAPES).copied().collect::<Vec<_>>().join("|")
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
                "Error syncing pod, skipping err=failed to pull rancher/agent:v0.3.13-suc pod=cattle-system/apply-x-7hq4z",
                "Error syncing pod, skipping err=failed to pull <image> pod=<ns>/<name>",
            ),
            (
                "EXT4-fs error (device sda3): bad block at namei.c:1455 on node node-1",
                "EXT4-fs error (device <device>): bad block at namei.c:1455 on node <node>",
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
                "volume <volume> \\<nil> waits\\.\\.\\.",
            ),
        ] {
            assert_eq!(pattern_text(text, true), expected);
        }
    }

    #[test]
    fn a_skeleton_knows_its_own_line() {
        let raw = r#"{"level":"warn","ts":"2025-01-25T09:12:01.557Z","msg":"prober detected unhealthy status","remote-peer-id":"8e9e05c52164694d","rtt":"0s","error":"dial tcp 192.0.2.10:2380: i/o timeout"}"#;
        insta::assert_snapshot!(skeleton(raw, Some(Program::Etcd)).unwrap());
    }

    #[test]
    fn several_lines_of_one_message_are_one_pattern() {
        let raw = "E1120 01:04:42.105563    8869 a.go:1] \"Cannot mount disk\" disk=\"alpha\" err=\"no medium\"\n\
                   goroutine 1 [running]:\n\
                   E1120 01:04:43.105563    8869 a.go:1] \"Cannot mount disk\" disk=\"beta\" err=\"no medium\"\n\
                   E1120 01:04:44.105563    8869 b.go:1] \"The node gave up\" after=\"3m\"\n";
        let text = skeleton(raw, Some(Program::Kubelet)).unwrap();
        assert!(text.contains("  - 'Cannot mount disk disk=<value> err=no medium'\n  - 'The node gave up after=<duration>'\n"), "{text}");
        assert_eq!(text.matches("- hit: ").count(), 3);
        assert!(text.contains("expect: {value: 'beta'}"), "{text}");
    }

    #[test]
    fn a_journal_in_json_is_read_as_the_journal_shows_it() {
        let raw = r#"{"__REALTIME_TIMESTAMP":"1741302000000000","_HOSTNAME":"node1","SYSLOG_IDENTIFIER":"rke2","_PID":"7","MESSAGE":"time=\"2025-03-06T23:00:00Z\" level=error msg=\"Failed to connect to proxy\" error=\"dial tcp 192.0.2.3:9345: connect: connection refused\""}"#;
        let text = skeleton(raw, None).unwrap();
        assert!(
            text.contains(
                "- 'Failed to connect to proxy error=dial tcp <addr>: connect: connection refused'"
            ),
            "{text}"
        );
        assert!(
            text.contains("programs: [")
                && text.contains("- hit: 'Mar 06 23:00:00 node1 rke2[7]: time="),
            "{text}"
        );
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
