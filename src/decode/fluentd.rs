//! The envelope of fluentd's `out_file`: `<time>\t<tag>\t{"message":"..",...}`.

use std::borrow::Cow;

use super::envelope::Peeled;
use super::{json, stamp};

/// Takes time and tag off; the inner line is the record's `message` (or `log`).
pub(super) fn peel(text: &str) -> Option<Peeled<'_>> {
    let b = text.as_bytes();
    let tab = memchr::memchr(b'\t', b.get(..40).unwrap_or(b))?;
    let (_tag, record) = text.get(tab + 1..)?.split_once('\t')?;
    if !record.starts_with('{') {
        return None;
    }
    let time = text.get(..tab)?;
    let when = stamp::dated(time)
        .map(|(stamp, _)| stamp)
        .or_else(|| stamp::epoch(time))?;
    let mut inner = None;
    json::members(record, &mut |key, value| {
        if matches!(key, "message" | "log" | "MESSAGE") && inner.is_none() {
            inner = Some(value);
        }
        true
    })?;
    let mut inner = inner?;
    while inner.ends_with(['\n', '\r']) {
        inner.pop();
    }
    Some(Peeled {
        inner: Cow::Owned(inner),
        stamp: Some(when),
        ..Peeled::default()
    })
}
