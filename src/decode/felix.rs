//! Calico's lines into messages: `2025-11-27 09:18:15.804 [INFO][14] kube-controllers/resources.go 377: text`.

use super::message::Message;
use super::{level, logfmt};

/// What follows the date: ` [LEVEL][pid] file.go line: text`, with `key=value` behind the text.
pub(super) fn read(body: &str) -> Option<Message> {
    let (name, rest) = body.strip_prefix(" [")?.split_once("][")?;
    let level = level::word(name)?;
    let (pid, rest) = rest.split_once("] ")?;
    if !pid.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut message = Message {
        level: Some(level),
        ..Message::default()
    };
    let text = match rest.split_once(": ") {
        Some((place, text)) if place.contains(".go") && place.len() < 200 => {
            let caller = place.replacen(' ', ":", 1);
            message.aside.push(("caller".to_owned(), caller));
            text
        }
        _ => rest,
    };
    logfmt::tail(text, &mut message);
    Some(message)
}
