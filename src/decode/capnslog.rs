//! capnslog lines (etcd up to 3.4) into messages: `2019-10-13 13:48:14.371819 W | etcdserver: text`.

use super::level;
use super::message::Message;

/// What follows the date: ` W | package: text`. The package stays in the text, as zap etcd has none
/// and patterns for the old wording name it.
pub(super) fn read(body: &str) -> Option<Message> {
    let body = body.strip_prefix(' ')?;
    let letter = *body.as_bytes().first()?;
    let text = body.get(1..)?.strip_prefix(" | ")?;
    let level = level::letter(letter)?;
    Some(Message {
        level: Some(level),
        ..Message::plain(text)
    })
}
