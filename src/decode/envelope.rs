//! What wraps a program's line: each envelope says what it took off and what is inside.

use std::borrow::Cow;

use super::{Level, Stamp, cri, dmesg, docker, fluentd, journal, kubelet_prefix};

/// One envelope taken off.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Peeled<'a> {
    /// What was inside.
    pub(super) inner: Cow<'a, str>,
    /// Its time.
    pub(super) stamp: Option<Stamp>,
    /// Its level (dmesg -x).
    pub(super) level: Option<Level>,
    /// Host, identifier: journal and syslog.
    pub(super) host: Option<&'a str>,
    /// The identifier before `[pid]:`.
    pub(super) identifier: Option<&'a str>,
    /// `stdout` or `stderr`.
    pub(super) stream: Option<&'static str>,
}

/// Where a text stands: some envelopes are only looked for in some places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Inside another envelope.
    pub(super) inside: bool,
    /// Inside one that names the kernel, which may repeat the seconds since boot.
    pub(super) kernel: bool,
}

/// Takes the outermost envelope off `text`; `None` where there is none.
pub(super) fn peel(text: &str, place: Place) -> Option<Peeled<'_>> {
    match text.as_bytes().first()? {
        b'0'..=b'9' => fluentd::peel(text)
            .or_else(|| cri::peel(text))
            .or_else(|| journal::peel_iso(text))
            .or_else(|| kubelet_prefix::peel(text)),
        b'{' => docker::peel(text),
        b'[' if !place.inside || place.kernel => dmesg::peel(text),
        b'A'..=b'S' => journal::peel(text),
        b'a'..=b'z' if !place.inside => dmesg::peel_decoded(text),
        _ => None,
    }
}
