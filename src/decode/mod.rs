//! Raw bytes of a line into a [`Line`]: envelopes peeled, message unescaped, time and level read.
//!
//! From outside in: `clean` makes text of the bytes, the envelopes (`cri`, `docker`, `kubelet_prefix`,
//! `journal`, `dmesg`, `fluentd`, bash's xtrace) are taken off one by one, then the first payload reader
//! that knows the format (`klog`, `json`, `logfmt`, `dated`, `terminal`) reads the message; a log line inside
//! the message (`relay`) is read in its turn. What no reader knows stays as it is (`plain`).
//!
//! The canonical text ([`Line::text`]) holds the message, then ` key=value` for the fields written after it, then for
//! those written before it (a logger's name), then what could not be read. Nested JSON objects are flattened
//! to dotted keys, a `{name, namespace}` object is written `namespace/name`, arrays stay compact JSON.

mod block;
mod capnslog;
pub(crate) mod claim;
mod clean;
mod clock;
mod cri;
mod dated;
mod dmesg;
mod docker;
mod envelope;
mod felix;
mod fluentd;
mod identifier;
mod journal;
mod journal_header;
mod json;
mod klog;
mod kubelet_prefix;
mod level;
mod line;
mod logfmt;
mod message;
mod partial;
mod period;
mod plain;
mod quote;
mod rancher;
mod relay;
mod stamp;
mod start;
mod terminal;

use std::borrow::Cow;

pub use block::{
    BLOCK_LINE_LIMIT, BLOCK_LITERALS, BlockKind, block_kind, continuation, in_block, opens_value,
};
pub(crate) use clean::text as cleaned;
pub use clean::{LINE_LIMIT, is_verbatim};
pub use clock::{Around, Clock, reference_from_name};
pub use journal_header::journal_header;
pub use line::{Level, Line, Stamp};
pub use partial::{Partial, Stream, join, partial};
pub use period::{Asked, Bound, Period};
pub use start::{START_LITERALS, is_boot_marker, is_start_marker};

use crate::bundle::Origin;
use envelope::{Peeled, Place};
use message::Message;

/// Envelopes and lines within lines are followed this deep.
const NESTING_LIMIT: usize = 4;

/// Decodes one line, or several that belong together joined by `\n`. Looks at no more than [`LINE_LIMIT`] bytes.
pub fn decode(raw: &[u8], origin: &Origin) -> Line {
    let mut line = Line::default();
    let mut level = None;
    let mut stream = None;
    let mut identifier = None;
    let body = inside_with(raw, |peeled| {
        note_time(&mut line, peeled.stamp);
        level = level.or(peeled.level);
        stream = stream.or(peeled.stream);
        line.host = line.host.take().or_else(|| peeled.host.map(str::to_owned));
        if let Some(name) = peeled.identifier {
            line.programs = line
                .programs
                .or_else(|| identifier::programs(name, origin.programs));
            identifier = identifier.take().or_else(|| Some(name.to_owned()));
        }
    });
    let mut message = payload(&body);
    note_time(&mut line, message.stamp);
    if let Some(stream) = stream {
        message.aside.push(("stream".to_owned(), stream.to_owned()));
    }
    if let Some(identifier) = identifier {
        message.aside.push(("identifier".to_owned(), identifier));
    }
    line.level = message.level.or(level);
    (line.text, line.fields) = message.finish();
    if clean::has_controls(&line.text) {
        line.text = clean::without_controls(&line.text);
    }
    line
}

/// The [`Line::stamp`] of a raw line: without its message where an envelope states a time that no message can better.
pub fn stamp_of(raw: &[u8]) -> Option<Stamp> {
    let mut line = Line::default();
    let body = inside_with(raw, |peeled| note_time(&mut line, peeled.stamp));
    if !matches!(line.stamp, Some(Stamp::Utc(_))) {
        note_time(&mut line, payload(&body).stamp);
    }
    line.stamp
}

/// What is inside the envelopes of a raw line.
fn inside(raw: &[u8]) -> Cow<'_, str> {
    inside_with(raw, |_| {})
}

/// What is inside the envelopes of a raw line; each envelope is shown to `note`.
fn inside_with(raw: &[u8], mut note: impl FnMut(&Peeled<'_>)) -> Cow<'_, str> {
    peel_all(clean::text(raw), &mut note)
}

/// Takes off envelope after envelope, shows each to `note`, returns what is inside.
fn peel_all<'a>(text: Cow<'a, str>, note: &mut dyn FnMut(&Peeled<'_>)) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => peel_from(text, 0, false, note),
        Cow::Owned(text) => Cow::Owned(peel_from(&text, 0, false, note).into_owned()),
    }
}

/// The same from the envelope number `depth` on; `kernel`: one outside named the kernel.
fn peel_from<'a>(
    text: &'a str,
    depth: usize,
    kernel: bool,
    note: &mut dyn FnMut(&Peeled<'_>),
) -> Cow<'a, str> {
    // Indented where somebody pasted it.
    let start = text.trim_start_matches(' ');
    let place = Place {
        inside: depth > 0,
        kernel,
    };
    let Some(peeled) = envelope::peel(start, place).filter(|_| depth < NESTING_LIMIT) else {
        return Cow::Borrowed(text);
    };
    note(&peeled);
    let kernel = kernel || peeled.identifier == Some("kernel");
    match inner_text(peeled.inner) {
        Cow::Borrowed(inner) => peel_from(inner, depth + 1, kernel, note),
        Cow::Owned(inner) => Cow::Owned(peel_from(&inner, depth + 1, kernel, note).into_owned()),
    }
}

/// What an envelope held, without what its escapes hid, and without the envelopes that the lines after the first
/// one of a joined text carry again.
fn inner_text(inner: Cow<'_, str>) -> Cow<'_, str> {
    let joined = memchr::memchr(b'\n', inner.as_bytes()).is_some();
    // Controls were removed from the line as a whole: only an undone escape can bring new ones.
    let escaped = matches!(&inner, Cow::Owned(text) if clean::has_controls(text));
    if !joined && !escaped {
        return inner;
    }
    let mut out = String::with_capacity(inner.len());
    for (index, line) in inner.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let place = Place {
            inside: true,
            kernel: false,
        };
        match envelope::peel(line, place).filter(|_| index > 0) {
            Some(peeled) => out.push_str(&peeled.inner),
            None => out.push_str(line),
        }
    }
    Cow::Owned(if escaped {
        clean::without_controls(&out)
    } else {
        out
    })
}

/// Reads the message and the ones inside it.
fn payload(body: &str) -> Message {
    let mut message = read(body).unwrap_or_else(|| plain::read(body));
    for _ in 1..NESTING_LIMIT {
        let Some(mut msg) = message.msg.take() else {
            break;
        };
        if clean::has_controls(&msg) {
            msg = clean::without_controls(&msg);
        }
        let nested = match relay::log_line(&msg) {
            Some(inner) => Some(("", inner)),
            None => relay::inner(&msg),
        };
        match nested {
            Some((prefix, inner)) => adopt(&mut message, prefix, inner),
            None => {
                message.msg = Some(msg);
                break;
            }
        }
    }
    message
}

/// The formats that can be told for sure, by the first byte; then a line behind a prefix.
fn read(body: &str) -> Option<Message> {
    let body = body.trim_start_matches(' ');
    let strict = match body.as_bytes().first()? {
        b'{' => json::read(body),
        b'0'..=b'9' => dated::strict(body),
        b'A'..=b'Z' => klog::read(body).or_else(|| terminal::read(body)),
        b'a'..=b'z' => logfmt::read(body),
        b'+' => return xtrace(body),
        _ => None,
    };
    strict.or_else(|| {
        let (prefix, inner) = relay::inner(body)?;
        let mut message = Message::default();
        adopt(&mut message, prefix, inner);
        Some(message)
    })
}

fn adopt(message: &mut Message, prefix: &str, inner: Message) {
    if let Some(process) = relay::process(prefix) {
        message
            .aside
            .push(("process".to_owned(), process.to_owned()));
    }
    message.adopt(prefix, inner);
}

/// bash's xtrace, `++ kubectl get ..`: the command that ran; the signs only say how deep.
fn xtrace(body: &str) -> Option<Message> {
    let command = body.trim_start_matches('+').strip_prefix(' ')?;
    let mut message = Message::plain(command);
    message.aside.push(("xtrace".to_owned(), "+".to_owned()));
    Some(message)
}

/// Keeps the best time as `stamp` (with year and zone before without; the outermost of equals), the other
/// one as `second_stamp`.
fn note_time(line: &mut Line, stamp: Option<Stamp>) {
    let Some(stamp) = stamp else { return };
    match line.stamp {
        None => line.stamp = Some(stamp),
        Some(known) if stamp::worth(stamp) > stamp::worth(known) => {
            line.second_stamp = Some(known);
            line.stamp = Some(stamp);
        }
        Some(_) => line.second_stamp = line.second_stamp.or(Some(stamp)),
    }
}

#[cfg(test)]
mod tests;
