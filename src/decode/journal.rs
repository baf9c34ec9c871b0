//! journald's short formats and traditional syslog: `Mar 22 23:47:29 node1 rke2[15500]: text`.

use std::borrow::Cow;

use super::envelope::Peeled;
use super::{Stamp, stamp};

/// `Mar 22 23:47:29[.ffffff] host ident[pid]: text`, the day padded with 0 (journald) or a space (rsyslog).
/// Without an identifier only the time is taken: what follows may be anything.
pub(super) fn peel(text: &str) -> Option<Peeled<'_>> {
    let (when, end) = stamp::yearless(text)?;
    let rest = text.get(end..)?.strip_prefix(' ')?;
    let mut peeled = match parts(rest) {
        Some(parts) => parts.peeled(),
        None => Peeled {
            inner: Cow::Borrowed(rest),
            ..Peeled::default()
        },
    };
    peeled.stamp = Some(when);
    Some(peeled)
}

/// The same behind an RFC 3339 time: `-o short-iso` and newer rsyslog. A program's own line may begin with such
/// a time and a sentence, so an identifier must have a pid or be one of those that write none.
pub(super) fn peel_iso(text: &str) -> Option<Peeled<'_>> {
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let (when @ Stamp::Utc(_), end) = stamp::dated(text)? else {
        return None;
    };
    let parts = parts(text.get(end..)?.strip_prefix(' ')?)?;
    if !parts.pid
        && !matches!(
            parts.identifier,
            "kernel" | "systemd" | "sudo" | "rsyslogd" | "logger" | "root"
        )
    {
        return None;
    }
    let mut peeled = parts.peeled();
    peeled.stamp = Some(when);
    Some(peeled)
}

struct Parts<'a> {
    host: &'a str,
    identifier: &'a str,
    pid: bool,
    inner: &'a str,
}

impl<'a> Parts<'a> {
    fn peeled(self) -> Peeled<'a> {
        Peeled {
            inner: unescaped(self.inner),
            host: Some(self.host),
            identifier: Some(self.identifier),
            ..Peeled::default()
        }
    }
}

/// `host ident[pid]: text` or `host ident: text`.
fn parts(text: &str) -> Option<Parts<'_>> {
    let (host, rest) = text.split_once(' ')?;
    let host_like =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':' | b'*');
    if host.is_empty() || host.len() > 253 || !host.bytes().all(host_like) || host.ends_with(':') {
        return None;
    }
    let end = rest
        .bytes()
        .take(128)
        .position(|b| matches!(b, b':' | b'[' | b' '))?;
    let (identifier, rest) = rest.split_at_checked(end)?;
    if identifier.is_empty() {
        return None;
    }
    let (pid, rest) = match rest.strip_prefix('[') {
        Some(rest) => {
            let (pid, rest) = rest.split_once(']')?;
            if pid.is_empty() || !pid.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            (true, rest)
        }
        None => (false, rest),
    };
    let rest = rest.strip_prefix(':')?;
    let inner = match rest.as_bytes().first() {
        None | Some(b'\n') => rest,
        Some(b' ') => rest.get(1..)?,
        Some(_) => return None,
    };
    Some(Parts {
        host,
        identifier,
        pid,
        inner,
    })
}

/// rsyslog writes control characters as `#033`, `#011`, `#012`.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !["#033[", "#011", "#012"]
        .iter()
        .any(|escape| text.contains(escape))
    {
        return Cow::Borrowed(text);
    }
    let text = text
        .replace("#033[", "\u{1b}[")
        .replace("#011", "\t")
        .replace("#012", "\n");
    Cow::Owned(super::clean::without_controls(&text))
}
