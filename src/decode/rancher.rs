//! Rancher server lines, nginx error lines and Go's `log` into messages: they share `2006/01/02 15:04:05`.

use super::level;
use super::message::Message;

/// What follows a date with slashes: Rancher's ` [ERROR] text`, nginx's ` [warn] 1#1: text`. Without a level it
/// may be Go's `log` or anything else: not read here.
pub(super) fn read(text: &str, body: &str) -> Option<Message> {
    if text.as_bytes().get(4) != Some(&b'/') {
        return None;
    }
    let (name, rest) = body.strip_prefix(" [")?.split_once(']')?;
    let level = level::word(name)?;
    let mut message = Message {
        level: Some(level),
        ..Message::default()
    };
    let rest = rest.strip_prefix(' ').unwrap_or(rest);
    let rest = match worker(rest) {
        Some((worker, rest)) => {
            message.aside.push(("worker".to_owned(), worker.to_owned()));
            rest
        }
        None => rest,
    };
    message.msg = Some(rest.to_owned());
    Some(message)
}

/// nginx's `pid#tid: `.
fn worker(text: &str) -> Option<(&str, &str)> {
    let (worker, rest) = text.split_once(": ")?;
    let (pid, tid) = worker.split_once('#')?;
    let number = |n: &str| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit());
    (number(pid) && number(tid)).then_some((worker, rest))
}
