//! Lines that begin with a date: capnslog, Rancher, nginx, Go's `log`, Felix, zap's console, fluentd,
//! fluent-bit, libvirt, Python's logging. What is behind the date tells them apart.

use super::message::Message;
use super::{Stamp, capnslog, felix, json, level, logfmt, rancher, stamp};

/// A line of one of the formats that a date and a level (or a package) make unmistakable.
pub(super) fn strict(text: &str) -> Option<Message> {
    let (when, end) = stamp::dated(text)?;
    let body = text.get(end..)?;
    let message = rancher::read(text, body)
        .or_else(|| capnslog::read(body))
        .or_else(|| felix::read(body))
        .or_else(|| console(body))
        .or_else(|| labelled(body))?;
    Some(at(message, when))
}

/// Any other line that begins with a date, also in brackets (`[2022/03/06 22:51:38] [ info] ..`).
pub(super) fn loose(text: &str) -> Option<Message> {
    if let Some(inner) = text.strip_prefix('[') {
        let (when, end) = stamp::dated(inner)?;
        let body = inner.get(end..)?.strip_prefix(']')?;
        return Some(at(
            labelled(body).unwrap_or_else(|| Message::plain(body.trim_start())),
            when,
        ));
    }
    let (when, end) = stamp::dated(text)?;
    let body = text.get(end..)?;
    if body.starts_with(|c: char| c.is_alphanumeric()) {
        return None;
    }
    let body = body.trim_start_matches([':', ',']).trim_start();
    Some(at(Message::plain(body), when))
}

fn at(mut message: Message, when: Stamp) -> Message {
    message.stamp = Some(when);
    message
}

/// zap's console encoder: `\tINFO\tlogger\tmessage\t{"key": "value"}`, the logger and the fields optional,
/// a caller (`pkg/file.go:12`) before the message where it is switched on.
fn console(body: &str) -> Option<Message> {
    let mut columns = body.strip_prefix('\t')?.split('\t').peekable();
    let level = level::word(columns.next()?)?;
    let mut words: Vec<&str> = columns.collect();
    let fields = words
        .last()
        .copied()
        .filter(|last| last.starts_with('{') && words.len() > 1);
    if fields.is_some() {
        words.pop();
    }
    let msg = words.pop()?;
    let mut message = Message {
        msg: Some(msg.to_owned()),
        level: Some(level),
        ..Message::default()
    };
    if let Some(fields) = fields {
        match json::members(fields, &mut |key, value| {
            message.push(key, value);
            true
        }) {
            Some(rest) => message.rest = rest.to_owned(),
            None => message.rest = fields.to_owned(),
        }
    }
    for word in words {
        let key = if word.contains(".go:") {
            "caller"
        } else {
            "logger"
        };
        if key == "caller" {
            message.aside.push((key.to_owned(), word.to_owned()));
        } else {
            message.push(key, word);
        }
    }
    Some(message)
}

/// A level behind the date, in brackets (`[info]`, `[ warn]`), in capitals (`ERROR`, `ERR`), or after a
/// thread number (libvirt's ` 12345: error : text`, Python's ` - util.py[WARNING]: text`).
fn labelled(body: &str) -> Option<Message> {
    let body = body.trim_start_matches([':', ',', ' ', '\t']);
    if let Some(inner) = body.strip_prefix('[') {
        let (name, rest) = inner.split_once(']')?;
        let level = level::word(name.trim())?;
        return Some(with_tail(rest.trim_start_matches([':', ' ']), level));
    }
    let body = body.strip_prefix("- ").unwrap_or(body);
    let (first, rest) = body.split_once([' ', '\t'])?;
    if let Some(level) = capital_level(first.trim_end_matches(':')) {
        let rest = rest.trim_start();
        return Some(with_tail(rest.strip_prefix("- ").unwrap_or(rest), level));
    }
    if let Some((name, level)) = first.strip_suffix("]:").and_then(|f| f.split_once('[')) {
        let level = capital_level(level)?;
        let mut message = Message {
            level: Some(level),
            msg: Some(rest.to_owned()),
            ..Message::default()
        };
        message.aside.push(("logger".to_owned(), name.to_owned()));
        return Some(message);
    }
    if first
        .strip_suffix(':')
        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    {
        let (name, rest) = rest.split_once(" : ")?;
        let level = level::word(name)?;
        return Some(Message {
            level: Some(level),
            msg: Some(rest.to_owned()),
            ..Message::default()
        });
    }
    None
}

fn capital_level(text: &str) -> Option<super::Level> {
    level::word(text).filter(|_| text.bytes().all(|b| b.is_ascii_uppercase()))
}

fn with_tail(text: &str, level: super::Level) -> Message {
    let mut message = Message {
        level: Some(level),
        ..Message::default()
    };
    logfmt::tail(text, &mut message);
    message
}
