//! `key=value` lines: logrus text, slog text, go-kit, Grafana, Cilium, and the fields behind messages.
//!
//! One reader for all: values are Go-quoted or bare, and which key is the time, the level, the message or the
//! caller is decided by name. So a line of any of them has the same canonical text.

use super::message::{FIELD_LIMIT, Message};
use super::{json, quote};

/// A line that is `key=value` from its start and has a message or an error with a level or a time; or one that
/// starts with `msg="..."`, its head cut off.
pub(super) fn read(text: &str) -> Option<Message> {
    let first = key(text)?;
    if !STARTS.contains(&first) {
        return None;
    }
    let mut message = Message::default();
    let rest = pairs(text, &mut message, Message::assign);
    message.rest.push_str(rest.trim());
    if first == "msg" && text.starts_with("msg=\"") {
        return Some(message);
    }
    let judged = message.level.is_some() || message.stamp.is_some();
    (judged
        && (message.msg.is_some() || message.level.is_some())
        && message.len() + usize::from(message.msg.is_some()) > 0)
        .then_some(message)
}

/// Keys that such a line begins with: anything else that looks like `a=b` is not a log line's head.
const STARTS: &[&str] = &[
    "time",
    "level",
    "ts",
    "t",
    "logger",
    "lvl",
    "msg",
    "timestamp",
    "caller",
    "severity",
];

/// Whether `text` begins like a logrus, slog or go-kit line: cheap.
pub(super) fn looks_like_log(text: &str) -> bool {
    key(text).is_some_and(|key| STARTS.contains(&key))
}

/// What to do with a pair: [`Message::assign`] where time, level and message are pairs too, [`field`] where
/// they stood before.
type Take = fn(&mut Message, &str, String);

/// Every pair is a field.
pub(super) fn field(message: &mut Message, key: &str, value: String) {
    message.push(key, value);
}

/// Reads `key=value` pairs until something else stands there; returns that rest.
pub(super) fn pairs<'a>(text: &'a str, message: &mut Message, take: Take) -> &'a str {
    let mut rest = text.trim_start();
    while let Some(name) = key(rest) {
        if message.len() >= FIELD_LIMIT {
            break;
        }
        let Some((value, after)) = rest.get(name.len() + 1..).and_then(value) else {
            break;
        };
        let nested =
            value.starts_with("{\"") && name.len() < 128 && object_fields(name, &value, message);
        if !nested {
            take(message, name, value);
        }
        rest = after.trim_start();
    }
    rest
}

/// Takes apart a value that is a whole JSON object, as the JSON reader does for nested ones.
fn object_fields(name: &str, value: &str, message: &mut Message) -> bool {
    let wrapped = format!("{{\"{name}\":{value}}}");
    let mut fields = Vec::new();
    let rest = json::members(&wrapped, &mut |key, value| {
        fields.push((key.to_owned(), value));
        fields.len() < FIELD_LIMIT
    });
    if rest != Some("") {
        return false;
    }
    for (key, value) in fields {
        message.push(key, value);
    }
    true
}

/// The key that `text` starts with, if a `=` follows it.
pub(super) fn key(text: &str) -> Option<&str> {
    let b = text.as_bytes();
    if !b.first()?.is_ascii_alphabetic() && !matches!(b.first(), Some(b'_' | b'@')) {
        return None;
    }
    let len = b
        .iter()
        .take(96)
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.' | b'/' | b'@'))
        .count();
    (b.get(len) == Some(&b'='))
        .then(|| text.get(..len))
        .flatten()
}

/// The value behind a `=` and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    match text.as_bytes().first() {
        None | Some(b' ') => Some((String::new(), text)),
        Some(b'"') => quoted(text),
        Some(b'<') if text.starts_with("<\n") => Some(block(text)),
        Some(b'{' | b'[') => {
            let end = json::balanced(text);
            let (value, rest) = text.split_at_checked(end)?;
            if rest.is_empty() || rest.starts_with([' ', '\n']) {
                return Some((value.to_owned(), rest));
            }
            Some(bare(text))
        }
        Some(_) => Some(bare(text)),
    }
}

/// Up to the next white space.
fn bare(text: &str) -> (String, &str) {
    let end = text.find([' ', '\n', '\t']).unwrap_or(text.len());
    let (value, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (value.to_owned(), rest)
}

/// A quoted value. Where the quote that ends it is not followed by white space the program did not escape its
/// quotes: then the value runs to the next quote before ` key=`, or to the last one of the line.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (value, rest) = quote::read(text)?;
    if rest.is_empty() || rest.starts_with([' ', '\n', '\t']) {
        return Some((value, rest));
    }
    let body = text.get(1..)?;
    let mut from = 0;
    while let Some(at) = body
        .get(from..)
        .and_then(|b| b.find('"'))
        .map(|at| from + at)
    {
        let after = body.get(at + 1..).unwrap_or("");
        if after.is_empty() || after.strip_prefix(' ').is_some_and(|a| key(a).is_some()) {
            return Some((quote::unescape(body.get(..at)?), after));
        }
        from = at + 1;
    }
    None
}

/// klog's multi-line value: `<`, lines that begin with a tab, and ` >`.
fn block(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text.strip_prefix("<\n").unwrap_or(text);
    while let Some(line) = rest.strip_prefix('\t') {
        let (line, after) = line.split_once('\n').unwrap_or((line, ""));
        if !value.is_empty() {
            value.push('\n');
        }
        value.push_str(line);
        rest = after;
    }
    (value, rest.strip_prefix(" >").unwrap_or(rest))
}

/// Longer messages keep their fields as text.
const TAIL_LIMIT: usize = 8 << 10;

/// Fields at the end of a message that was written without quotes (Felix, logrus on a terminal):
/// the longest tail that is nothing but `key=value`.
pub(super) fn tail(text: &str, message: &mut Message) {
    if text.len() > TAIL_LIMIT {
        message.msg = Some(text.to_owned());
        return;
    }
    let mut from = 0;
    // Each try reads to the end of the text: a line of nothing but `=` must not take for ever.
    while let Some(at) = text
        .get(from..)
        .and_then(|t| t.find('='))
        .map(|at| from + at)
    {
        let start = text
            .get(..at)
            .and_then(|t| t.rfind([' ', '\t']))
            .map_or(0, |s| s + 1);
        let mut trial = Message {
            msg: Some(String::new()),
            ..Message::default()
        };
        if start > 0
            && let Some(fields) = text.get(start..)
            && key(fields).is_some()
            && pairs(fields, &mut trial, field).is_empty()
        {
            trial.msg = text.get(..start).map(|m| m.trim_end().to_owned());
            trial.level = message.level;
            trial.stamp = message.stamp;
            trial.aside.append(&mut message.aside);
            *message = trial;
            return;
        }
        from = at + 1;
    }
    message.msg = Some(text.to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(line: &str) -> Option<String> {
        read(line).map(|m| m.finish().0)
    }

    #[test]
    fn one_form_for_all() {
        for (line, want) in [
            (
                r#"time="2022-03-22T17:13:30Z" level=warning msg="Error syncing" controller=pods error="a \"b\"""#,
                r#"Error syncing controller=pods error=a "b""#,
            ),
            (
                r#"time=2025-11-27T11:00:04.318Z level=INFO source=compact.go:591 msg="write block" component=tsdb"#,
                "write block component=tsdb",
            ),
            (
                r#"logger=plugins.checker t=2025-11-27T11:58:20.92Z level=info msg=done n=1"#,
                "done n=1 logger=plugins.checker",
            ),
            (
                r#"ts=2022-03-06T22:51:38.1Z caller=main.go:1 level=error component=web err="listen: \"x\"""#,
                r#"component=web err=listen: "x""#,
            ),
            (
                r#"level=info msg="no time" subsys=daemon"#,
                "no time subsys=daemon",
            ),
            (
                r#"time="2022-03-22T17:13:30Z" level=info msg="unescaped "quotes" here" a=b"#,
                r#"unescaped "quotes" here a=b"#,
            ),
            (
                r#"time="2022-03-22T17:13:30Z" level=info msg="cut of"#,
                "cut of",
            ),
            (
                r#"time="2022-03-22T17:13:30Z" level=info msg="m" and more"#,
                "m and more",
            ),
        ] {
            assert_eq!(text(line).as_deref(), Some(want), "{line}");
        }
        for no in [
            "kernel.panic=10",
            "a=b level=info msg=x",
            "time=",
            "level=loud",
            "time to go",
        ] {
            assert_eq!(text(no), None, "{no}");
        }
    }
}
