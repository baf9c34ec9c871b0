//! Lines in no format into messages: the text as it is, with what it lets slip about time and level.

use super::message::Message;
use super::{Level, dated, level, stamp};

/// The line as it is. A date in front is read as the time; an access log's time is read from its brackets.
pub(super) fn read(text: &str) -> Message {
    let mut message = match dated::loose(text) {
        Some(message) => message,
        None => access(text).unwrap_or_default(),
    };
    let msg = message.msg.take().unwrap_or_else(|| text.to_owned());
    message.level = message.level.or_else(|| claimed_level(&msg));
    message.rest = msg;
    message
}

/// `192.0.2.1 - - [22/Mar/2022:17:13:23 +0000] "GET ..`: the whole line stays, only the time is taken.
fn access(text: &str) -> Option<Message> {
    let open = text.as_bytes().iter().take(120).position(|b| *b == b'[')?;
    let (stamp, _) = stamp::access(text.get(open + 1..)?)?;
    Some(Message {
        stamp: Some(stamp),
        ..Message::default()
    })
}

/// The level that the first word claims. It stays in the text: without a date in front of it `[ERROR]` is as
/// much a part of what a script says as the rest, and patterns quote it.
fn claimed_level(text: &str) -> Option<Level> {
    if let Some(inner) = text.strip_prefix('[') {
        return level::word(inner.split_once(']')?.0.trim());
    }
    if let Some(inner) = text.strip_prefix('<') {
        return level::word(inner.split_once('>')?.0);
    }
    let end = text.bytes().take(16).position(|b| b == b':')?;
    match text.get(..end)? {
        "fatal error" => Some(Level::Fatal),
        first => level::word(first),
    }
}
