//! The prefix of `kubectl logs --timestamps` and `docker logs -t`: RFC 3339 with exactly nine digits of fraction.

use std::borrow::Cow;

use super::envelope::Peeled;
use super::{Stamp, stamp};

/// Takes the time off. Nine digits tell it from the stamps that programs write themselves.
pub(super) fn peel(text: &str) -> Option<Peeled<'_>> {
    let b = text.as_bytes();
    if b.get(10) != Some(&b'T')
        || b.get(19) != Some(&b'.')
        || b.get(29).is_none_or(u8::is_ascii_digit)
    {
        return None;
    }
    let (when @ Stamp::Utc(_), end) = stamp::dated(text)? else {
        return None;
    };
    let inner = text.get(end..)?;
    let inner = match inner.as_bytes().first() {
        None => inner,
        Some(b' ') => inner.get(1..)?,
        Some(_) => return None,
    };
    Some(Peeled {
        inner: Cow::Borrowed(inner),
        stamp: Some(when),
        ..Peeled::default()
    })
}
