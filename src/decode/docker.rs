//! The envelope of docker's json-file driver: `{"log":"..\n","stream":"stderr","time":".."}`.

use std::borrow::Cow;

use super::envelope::Peeled;
use super::{json, stamp};

/// Takes the record apart: the inner line is `log`, unescaped and without its newline.
pub(super) fn peel(text: &str) -> Option<Peeled<'_>> {
    if !text.starts_with("{\"log\":\"") {
        return None;
    }
    let mut peeled = Peeled::default();
    let mut log = None;
    let mut other = false;
    json::members(text, &mut |key, value| {
        match key {
            "log" if log.is_none() => log = Some(value),
            "stream" if value == "stderr" => peeled.stream = Some("stderr"),
            "stream" => peeled.stream = Some("stdout"),
            _ if foreign(key) => other = true,
            "time" => peeled.stamp = stamp::dated(&value).map(|(stamp, _)| stamp),
            _ => {}
        }
        true
    })?;
    // Any other key, and it is some program's own record.
    if other {
        return None;
    }
    let mut log = log?;
    while log.ends_with(['\n', '\r']) {
        log.pop();
    }
    peeled.inner = Cow::Owned(log);
    Some(peeled)
}

/// A key that docker does not write (`attrs` holds labels, where the driver is told to add them).
fn foreign(key: &str) -> bool {
    !(matches!(key, "log" | "stream" | "time" | "attrs") || key.starts_with("attrs."))
}
