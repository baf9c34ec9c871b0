//! logrus lines written for a terminal into messages: `INFO[0012] text   key=value`.

use super::message::Message;
use super::{level, logfmt};

/// `INFO[0012] text`: four letters, seconds since the start in brackets.
pub(super) fn read(text: &str) -> Option<Message> {
    let (name, rest) = text.split_at_checked(4)?;
    let (seconds, rest) = rest.strip_prefix('[')?.split_once(']')?;
    if seconds.len() > 10 || !name.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let level = level::word(name)?;
    if !seconds.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut message = Message {
        level: Some(level),
        ..Message::default()
    };
    logfmt::tail(rest.trim(), &mut message);
    Some(message)
}
