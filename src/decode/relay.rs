//! A log line inside a log line: `[_15:stderr]: time="..." level=error msg=".."` (system-agent and rancherd
//! relaying a child), `[pvc-...-e-4ba5aa01] time=".." ..` (Longhorn's instance manager), a line whose head was cut.

use super::message::Message;
use super::{dated, json, klog, logfmt, terminal};

/// How far from the start of a text an inner line may begin: prefixes name a process or an instruction.
const PREFIX_LIMIT: usize = 200;

/// The inner line of `text` and what stands before it. A prefix that ends in `]`, `:` or `|` may stand before any
/// format; one of plain words (`pod-name container `, as stern prints it) only before the unmistakable ones.
pub(super) fn inner(text: &str) -> Option<(&str, Message)> {
    let b = text.as_bytes();
    for at in memchr::memchr_iter(b' ', b.get(..PREFIX_LIMIT).unwrap_or(b)) {
        let (prefix, line) = text.split_at_checked(at)?;
        let line = line.get(1..)?;
        let marked = matches!(prefix.as_bytes().last(), Some(b']' | b':' | b'|' | b'>'));
        let plain = || match line.as_bytes().first()? {
            b't' if line.starts_with("time=\"") => log_line(line),
            b'I' | b'W' | b'E' | b'F' => klog::read(line),
            b'0'..=b'9' => dated::strict(line),
            _ => None,
        };
        if let Some(message) = if marked { log_line(line) } else { plain() } {
            return Some((prefix, message));
        }
    }
    None
}

/// A line in one of the formats that cannot be mistaken for a sentence.
pub(super) fn log_line(text: &str) -> Option<Message> {
    match text.as_bytes().first()? {
        b'{' => json::read_log(text),
        b'0'..=b'9' => dated::strict(text),
        b'A'..=b'Z' => klog::read(text).or_else(|| terminal::read(text)),
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
