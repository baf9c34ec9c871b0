//! Kernel ring buffer lines: `[  123.456789] text`, `[Thu Nov 20 00:42:53 2025] text`, `kern  :info  : [..] text`.

use std::borrow::Cow;

use super::envelope::Peeled;
use super::{level, stamp};

/// Takes the bracketed time off.
pub(super) fn peel(text: &str) -> Option<Peeled<'_>> {
    let body = text.strip_prefix('[')?;
    let (when, end) = stamp::since_boot(body).or_else(|| stamp::weekday_first(body))?;
    let inner = body.get(end..)?.strip_prefix(']')?;
    Some(Peeled {
        inner: Cow::Borrowed(inner.strip_prefix(' ').unwrap_or(inner)),
        stamp: Some(when),
        ..Peeled::default()
    })
}

/// Takes the facility and level of `dmesg -x` off, with the time behind them.
pub(super) fn peel_decoded(text: &str) -> Option<Peeled<'_>> {
    let (facility, rest) = text.split_once(':')?;
    let facility = facility.trim_end();
    if facility.len() > 8 || !facility.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let (name, rest) = rest.split_once(':')?;
    let level = level::word(name.trim_end())?;
    let mut peeled = peel(rest.strip_prefix(' ')?)?;
    peeled.level = Some(level);
    Some(peeled)
}
