//! A log line inside a log line: `[_15:stderr]: time="..." level=error msg=".."` (system-agent and rancherd
//! relaying a child), `[pvc-...-e-4ba5aa01] time=".." ..` (Longhorn's instance manager), a line whose head was cut.

use super::message::Message;
use super::{json, klog, logfmt};

/// How far from the start of a text an inner line may begin: prefixes name a process or an instruction.
const PREFIX_LIMIT: usize = 200;

/// The inner line of `text` and what stands before it; the prefix ends in `]`, `:` or `|` and a space.
pub(super) fn inner(text: &str) -> Option<(&str, Message)> {
    let b = text.as_bytes();
    for at in memchr::memchr_iter(b' ', b.get(..PREFIX_LIMIT).unwrap_or(b)) {
        if !matches!(
            at.checked_sub(1).and_then(|p| b.get(p)),
            Some(b']' | b':' | b'|' | b'>')
        ) {
            continue;
        }
        let (prefix, line) = text.split_at_checked(at)?;
        if let Some(message) = line.get(1..).and_then(log_line) {
            return Some((prefix, message));
        }
    }
    None
}

/// A line in one of the formats that cannot be mistaken for a sentence.
pub(super) fn log_line(text: &str) -> Option<Message> {
    match text.as_bytes().first()? {
        b'{' => json::read_log(text),
        b'I' | b'W' | b'E' | b'F' => klog::read(text),
        b't' | b'l' | b'c' if logfmt::looks_like_log(text) => {
            logfmt::read(text).filter(|m| m.msg.is_some())
        }
        _ => None,
    }
}

/// The name in Longhorn's `[process]` prefix, or in system-agent's `[instruction:stream]:`.
pub(super) fn process(prefix: &str) -> Option<&str> {
    let name = prefix
        .trim_end_matches(':')
        .strip_prefix('[')?
        .strip_suffix(']')?;
    (!name.is_empty() && !name.contains([' ', '['])).then_some(name)
}
