//! logrus lines written for a terminal into messages: `INFO[0012] text   key=value`, and the same with a time in the
//! brackets (elemental, rancher-backup, containerd): `ERRO[2023-09-13T12:02:42Z] text`.

use super::message::Message;
use super::{level, logfmt, stamp};

/// Four capitals, then seconds since the start or a time in brackets.
pub(super) fn read(text: &str) -> Option<Message> {
    let (name, rest) = text.split_at_checked(4)?;
    let rest = rest.strip_prefix('[')?;
    if !name.bytes().all(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let level = level::word(name)?;
    let (stamp, rest) = match stamp::dated(rest) {
        Some((stamp, end)) => (Some(stamp), rest.get(end..)?.strip_prefix(']')?),
        None => {
            let (seconds, rest) = rest.split_once(']')?;
            if seconds.len() > 10 || !seconds.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            (None, rest)
        }
    };
    let mut message = Message {
        level: Some(level),
        stamp,
        ..Message::default()
    };
    logfmt::tail(rest.trim(), &mut message);
    Some(message)
}
