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
    let rest = json::members(text, &mut |key, value| {
        match key {
            "log" if log.is_none() => log = Some(value),
            "stream" if value == "stderr" => peeled.stream = Some("stderr"),
            "stream" => peeled.stream = Some("stdout"),
            "time" => peeled.stamp = stamp::dated(&value).map(|(stamp, _)| stamp),
            _ => {}
        }
        true
    })?;
    // Both keys, or it is some program's own record; a line cut off in its middle has only the first.
    if peeled.stamp.is_none() && (peeled.stream.is_some() || !rest.is_empty()) {
        return None;
    }
    let mut log = log?;
    while log.ends_with(['\n', '\r']) {
        log.pop();
    }
    peeled.inner = Cow::Owned(log);
    Some(peeled)
}
