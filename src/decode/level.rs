//! Level words and letters into a [`Level`].

use super::Level;

/// A level word in any case: `info`, `WARNING`, `ERRO` (logrus on a terminal), `dpanic` (zap), `err` (syslog).
pub(super) fn word(text: &str) -> Option<Level> {
    const WORDS: &[(&str, Level)] = &[
        ("info", Level::Info),
        ("error", Level::Error),
        ("warning", Level::Warn),
        ("warn", Level::Warn),
        ("debug", Level::Debug),
        ("fatal", Level::Fatal),
        ("panic", Level::Fatal),
        ("trace", Level::Debug),
        ("notice", Level::Info),
        ("err", Level::Error),
        ("dpanic", Level::Fatal),
        ("critical", Level::Fatal),
        ("crit", Level::Fatal),
        ("alert", Level::Fatal),
        ("emerg", Level::Fatal),
        ("emergency", Level::Fatal),
        ("severe", Level::Error),
        ("erro", Level::Error),
        ("fata", Level::Fatal),
        ("pani", Level::Fatal),
        ("debu", Level::Debug),
        ("trac", Level::Debug),
        ("inf", Level::Info),
        ("wrn", Level::Warn),
        ("dbg", Level::Debug),
        ("ftl", Level::Fatal),
        ("trc", Level::Debug),
        ("information", Level::Info),
        ("informational", Level::Info),
    ];
    if text.len() > 13 {
        return None;
    }
    WORDS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, level)| *level)
}

/// The letter of a klog or capnslog header.
pub(super) fn letter(byte: u8) -> Option<Level> {
    Some(match byte {
        b'I' | b'N' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' | b'C' => Level::Fatal,
        b'D' | b'T' | b'V' => Level::Debug,
        _ => return None,
    })
}
