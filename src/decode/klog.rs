//! klog lines into messages: `E0222 00:55:29.557737 10917 kubelet.go:1479] "msg" key="value"`.

use super::message::Message;
use super::{level, logfmt, quote, stamp};

/// A klog line. The letter must be followed by a date: kubelet prints `Flag --x has been deprecated` too.
pub(super) fn read(text: &str) -> Option<Message> {
    let b = text.as_bytes();
    if !matches!(b.first(), Some(b'I' | b'W' | b'E' | b'F' | b'D')) || !b.get(1)?.is_ascii_digit() {
        return None;
    }
    let (when, end) = stamp::klog(text.get(1..)?)?;
    let header = text.get(1 + end..)?;
    let close = header
        .as_bytes()
        .iter()
        .take(200)
        .position(|c| *c == b']')?;
    let (place, body) = header.split_at_checked(close)?;
    let body = body.strip_prefix(']')?;
    let body = body.strip_prefix(' ').unwrap_or(body);
    let mut words = place.split_ascii_whitespace();
    let caller = words.next_back()?;
    // The thread is missing where a paste lost its column.
    let thread = words.next().unwrap_or("");
    if words.next().is_some()
        || !thread.bytes().all(|c| c.is_ascii_digit())
        || !caller.contains(':')
    {
        return None;
    }
    let mut message = structured(body).unwrap_or_else(|| Message::plain(body));
    message.level = b.first().and_then(|c| level::letter(*c));
    message.stamp = Some(when);
    message.aside.push(("caller".to_owned(), caller.to_owned()));
    Some(message)
}

/// `"msg" key=value ...`: klog's structured form. `None` where the quoted text is only part of a sentence.
fn structured(body: &str) -> Option<Message> {
    if !body.starts_with('"') {
        return None;
    }
    let (msg, rest) = quote::read(body)?;
    let fields = rest.trim_start();
    if !fields.is_empty() && logfmt::key(fields).is_none() && !rest.starts_with('\n') {
        return None;
    }
    let mut message = Message::plain(msg);
    let left = logfmt::pairs(rest, &mut message, logfmt::field);
    message.rest = left.to_owned();
    Some(message)
}
