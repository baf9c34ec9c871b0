//! The envelope of files under `/var/log/pods`: `<RFC3339Nano> stdout|stderr <tags> <text>`.

use std::borrow::Cow;

use super::envelope::Peeled;
use super::stamp;

/// Takes the time, the stream and the tags off. The tag (`F`, `P`, `P:..`) says whether the line goes on, which
/// [`partial`](super::partial()) reads; here it is only dropped.
pub(super) fn peel(text: &str) -> Option<Peeled<'_>> {
    // Cheap look first: the stream stands behind at most 35 bytes of time.
    let at = memchr::memchr(b' ', text.as_bytes().get(..40).unwrap_or(text.as_bytes()))?;
    let rest = text.get(at + 1..)?;
    let (stream, rest) = if let Some(rest) = rest.strip_prefix("stdout ") {
        ("stdout", rest)
    } else {
        ("stderr", rest.strip_prefix("stderr ")?)
    };
    let (when, end) = stamp::dated(text)?;
    let tag = rest.split([' ', '\n']).next()?;
    if end != at || !is_tag(tag) {
        return None;
    }
    let inner = rest.get(tag.len()..)?;
    Some(Peeled {
        inner: Cow::Borrowed(inner.strip_prefix(' ').unwrap_or(inner)),
        stamp: Some(when),
        stream: Some(stream),
        ..Peeled::default()
    })
}

/// `F`, `P`, and either with further tags behind colons.
pub(super) fn is_tag(tag: &str) -> bool {
    matches!(tag.as_bytes(), [b'F' | b'P'] | [b'F' | b'P', b':', ..])
}
