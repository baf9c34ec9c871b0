//! The message inside the envelopes while it is being read: which key is what, and the canonical text.

use super::{Level, Stamp, level, stamp};

/// At most this many fields of a line are taken apart; what follows stays as text.
pub(super) const FIELD_LIMIT: usize = 512;

/// What a payload reader found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Message {
    /// The message proper, unescaped; `None` where the line has none (an audit record).
    pub(super) msg: Option<String>,
    /// Fields written before the message (`component`, `logger`): they follow the others in the text,
    /// so that what is said of the message stands next to it whatever the format.
    pub(super) before: Vec<(String, String)>,
    /// Fields written after the message.
    pub(super) after: Vec<(String, String)>,
    /// Fields that are not part of the text: caller, process.
    pub(super) aside: Vec<(String, String)>,
    /// Text behind the part that could be read.
    pub(super) rest: String,
    /// The message's own time.
    pub(super) stamp: Option<Stamp>,
    /// The message's own level.
    pub(super) level: Option<Level>,
}

impl Message {
    /// A message without fields.
    pub(super) fn plain(msg: impl Into<String>) -> Self {
        Self {
            msg: Some(msg.into()),
            ..Self::default()
        }
    }

    /// How many fields were read.
    pub(super) fn len(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// A field of the text, in written order.
    pub(super) fn push(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let list = if self.msg.is_some() {
            &mut self.after
        } else {
            &mut self.before
        };
        list.push((key.into(), value.into()));
    }

    /// A field whose key may be one of the envelope's (time, level, message, caller), whatever the
    /// format: the same few names are used by logrus, zap, slog, go-kit and KubeVirt.
    pub(super) fn assign(&mut self, key: &str, value: String) {
        match key {
            "time" | "ts" | "timestamp" | "t" | "T" | "@timestamp" | "requestReceivedTimestamp"
                if self.stamp.is_none() =>
            {
                match read_time(&value) {
                    Some(stamp) => self.stamp = Some(stamp),
                    None => self.push(key, value),
                }
            }
            "level" | "lvl" | "severity" | "L" | "@level" | "log.level" if self.level.is_none() => {
                match level::word(value.trim()) {
                    Some(level) => self.level = Some(level),
                    None => self.push(key, value),
                }
            }
            "msg" | "message" | "M" | "@message" | "MESSAGE" if self.msg.is_none() => {
                self.msg = Some(value)
            }
            "caller" | "pos" | "C" | "func" => self.aside.push((key.to_owned(), value)),
            "file" | "source" if value.contains(".go:") => self.aside.push((key.to_owned(), value)),
            _ => self.push(key, value),
        }
    }

    /// The canonical text and all fields: the message, then ` key=value`, then what could not be read.
    pub(super) fn finish(self) -> (String, Vec<(String, String)>) {
        let extra: usize = self
            .before
            .iter()
            .chain(&self.after)
            .map(|(k, v)| k.len() + v.len() + 2)
            .sum();
        let msg = self.msg.as_deref().map(str::trim_end);
        let mut text = String::with_capacity(msg.map_or(0, str::len) + extra + self.rest.len() + 1);
        text.push_str(msg.unwrap_or(""));
        for (key, value) in self.after.iter().chain(&self.before) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(key);
            text.push('=');
            text.push_str(value);
        }
        let rest = self.rest.trim_end();
        if !rest.is_empty() {
            if !text.is_empty() && !rest.starts_with([' ', '\n', '\t']) {
                text.push(' ');
            }
            text.push_str(rest);
        }
        let mut fields =
            Vec::with_capacity(1 + self.after.len() + self.before.len() + self.aside.len());
        if let Some(msg) = self.msg {
            fields.push(("msg".to_owned(), msg));
        }
        fields.extend(self.after);
        fields.extend(self.before);
        fields.extend(self.aside);
        (text, fields)
    }

    /// Puts a message that was found inside this one's text in its place: `prefix` is what stood before
    /// it. The outer fields, and the outer time and level where the inner has none, stay.
    pub(super) fn adopt(&mut self, prefix: &str, inner: Message) {
        let msg = match (prefix, inner.msg) {
            ("", msg) => msg,
            (prefix, Some(msg)) => Some(format!("{} {msg}", prefix.trim_end())),
            (prefix, None) => Some(prefix.trim_end().to_owned()),
        };
        self.msg = Some(msg.unwrap_or_default());
        let mut after = inner.after;
        after.extend(inner.before);
        if !inner.rest.is_empty() {
            // What could not be read inside belongs to the inner message, before the outer fields.
            if let Some(msg) = &mut self.msg
                && after.is_empty()
            {
                if !inner.rest.starts_with([' ', '\n', '\t']) {
                    msg.push(' ');
                }
                msg.push_str(&inner.rest);
            } else {
                self.rest.insert_str(0, &inner.rest);
            }
        }
        after.append(&mut self.after);
        self.after = after;
        self.aside.extend(inner.aside);
        self.stamp = match (self.stamp, inner.stamp) {
            (Some(outer), Some(inner)) if stamp::worth(inner) > stamp::worth(outer) => Some(inner),
            (outer, inner) => outer.or(inner),
        };
        self.level = inner.level.or(self.level);
    }
}

/// The time in a field: dated, or a number of seconds.
fn read_time(value: &str) -> Option<Stamp> {
    match stamp::dated(value) {
        Some((stamp, end)) if value.len() <= end + 1 => Some(stamp),
        Some(_) => None,
        None => stamp::epoch(value),
    }
}
