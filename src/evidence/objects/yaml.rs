//! YAML object lists, streamed: cut into items at the lines their writers begin them with, one item in memory at a time.
//!
//! Every writer of bundles (yaml.v2, yaml.v3, kubectl) puts the dash of a list's item at one column and everything
//! inside it deeper. So an item ends at the next line that is not deeper; nothing inside needs to be understood to skip it.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::block;
use super::general;
use super::prune::Prune;
use super::sink::Sink;
use super::window::{Span, Window};

/// What troubleshoot writes over addresses and secrets; bare, it is no valid YAML.
const HIDDEN: &str = "***HIDDEN***";

/// Reads every document of `window`.
pub(super) fn read(window: &mut Window<'_>, sink: &mut Sink<'_>) {
    while let Some(span) = window.line() {
        let line = window.slice(span.from, span.to);
        if is_blank(line) || is_comment(line) || is_marker(line) || line.starts_with(b"%") {
            if window.overflowed() {
                sink.problem("a line over the size limit was not used (limit object-bytes)");
            }
            window.release();
            continue;
        }
        let dash = begins_item(line);
        window.unread(span);
        window.release();
        match dash {
            Some(column) => {
                items(window, sink, column);
                end_list(window, sink, &Map::new());
            }
            None => document(window, sink),
        }
    }
    if window.overflowed() {
        sink.problem("a line over the size limit was not used (limit object-bytes)");
    }
    if let Some(error) = window.failed() {
        let error = format!("stopped reading: {error}");
        sink.problem(error);
    }
}

/// A map: a list with `items`, or one object.
fn document(window: &mut Window<'_>, sink: &mut Sink<'_>) {
    let mut head = Vec::new();
    let mut list = false;
    let mut too_long = false;
    while let Some(span) = window.line() {
        let line = window.slice(span.from, span.to);
        if is_marker(line) {
            break;
        }
        match line.strip_prefix(b"items:").map(<[u8]>::trim_ascii) {
            Some(b"") => {
                list = true;
                window.release();
                if let Some(column) = first_item(window) {
                    items(window, sink, column);
                }
                continue;
            }
            Some(b"[]" | b"null" | b"\"null\"" | b"~") => list = true,
            _ => {
                too_long |= window.overflowed() || head.len() + line.len() > sink.limits.item_bytes;
                if !too_long {
                    head.extend_from_slice(line);
                    head.push(b'\n');
                }
            }
        }
        window.release();
    }
    // A last line without its newline is thrown away and none comes in its place.
    too_long |= window.overflowed();
    window.release();
    let head = match too_long {
        true => Err("it is over the size limit (limit object-bytes)".to_owned()),
        false => parse(&head, None, sink),
    };
    match (head, list) {
        (Ok(Some(Value::Object(head))), true) => end_list(window, sink, &head),
        (Ok(Some(object)), false) if window.failed().is_none() => sink.item(object),
        (Ok(_), _) => {}
        (Err(error), _) => sink.problem(format!("an object was not used: {error}")),
    }
}

fn end_list(window: &Window<'_>, sink: &mut Sink<'_>, head: &Map<String, Value>) {
    sink.end_list(head, window.failed().is_none());
}

/// After `items:`: the column of the first dash.
fn first_item(window: &mut Window<'_>) -> Option<usize> {
    while let Some(span) = window.line() {
        let line = window.slice(span.from, span.to);
        if is_blank(line) || is_comment(line) {
            window.release();
            continue;
        }
        let column = begins_item(line);
        window.unread(span);
        window.release();
        return column;
    }
    None
}

/// Reads items whose dash is at `column` until a line that belongs to none; that line is left.
fn items(window: &mut Window<'_>, sink: &mut Sink<'_>, column: usize) {
    let mut open = false;
    loop {
        let span = window.line();
        let goes_on = span.is_some_and(|span| inside(window.slice(span.from, span.to), column));
        if goes_on {
            continue;
        }
        // A line of another item, of the list, or the end: the item before it is whole.
        if open {
            item(window, span, sink);
        }
        let Some(span) = span else {
            return;
        };
        open = begins_item(window.slice(span.from, span.to)) == Some(column);
        window.unread(span);
        window.release();
        if !open {
            return;
        }
        window.line();
    }
}

/// Whether a line goes on with the item whose dash is at `column`.
fn inside(line: &[u8], column: usize) -> bool {
    match line.get(..=column) {
        Some(start) => start.iter().all(|&b| b == b' ') || is_blank(line),
        None => is_blank(line),
    }
}

const TOO_LONG: &str = "an item over the size limit was not used (limit object-bytes)";

/// The item from the mark to `end`, or to the end of the entry.
fn item(window: &Window<'_>, end: Option<Span>, sink: &mut Sink<'_>) {
    if sink.full() {
        return;
    }
    if window.overflowed() {
        return sink.problem(TOO_LONG);
    }
    if end.is_none() && window.failed().is_some() {
        return; // cut in the middle: half an object would say that the other half is absent
    }
    let bytes = window.slice(0, end.map_or(usize::MAX, |span| span.from));
    // What is read at once may be more than the limit.
    let too_long = bytes.len() > sink.limits.item_bytes;
    let kind = kind_of(bytes);
    let kind = kind
        .as_ref()
        .map(|(version, kind)| (version.as_ref(), kind.as_ref()));
    if kind.is_some_and(|(version, kind)| !sink.wants(version, kind)) {
        return;
    }
    if too_long {
        return sink.problem(TOO_LONG);
    }
    match parse(bytes, kind, sink) {
        Ok(Some(Value::Array(items))) => items.into_iter().for_each(|item| sink.item(item)),
        Ok(_) => {}
        Err(error) => sink.problem(format!("an item was not used: {error}")),
    }
}

/// `apiVersion` and `kind` of an item, from the lines that say them at its own level; `None` where it is not written
/// that way.
fn kind_of(item: &[u8]) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let dash = item.iter().position(|&b| b == b'-')?;
    let level = dash + 1 + item.get(dash + 1..)?.iter().position(|&b| b != b' ')?;
    let field = |name: &[u8]| {
        let first = item.get(level..)?;
        let at = match first.starts_with(name) {
            true => level,
            false => {
                let mut needle = vec![b' '; level + 1];
                if let Some(newline) = needle.first_mut() {
                    *newline = b'\n';
                }
                needle.extend_from_slice(name);
                memchr::memmem::find(item, &needle)? + level + 1
            }
        };
        let value = item.get(at + name.len()..)?;
        let line = value.split(|&b| b == b'\n').next()?.trim_ascii();
        let bare = !line.is_empty()
            && line
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || b"./-_".contains(b));
        bare.then(|| String::from_utf8_lossy(line))
    };
    Some((field(b"apiVersion: ")?, field(b"kind: ")?))
}

fn parse(
    bytes: &[u8],
    kind: Option<(&str, &str)>,
    sink: &Sink<'_>,
) -> Result<Option<Value>, String> {
    let prune: &Prune = sink.prune(kind);
    let mut text = String::from_utf8_lossy(bytes);
    if let Ok(value) = block::parse(&text, sink.limits, Some(prune)) {
        return Ok(value);
    }
    if text.contains(HIDDEN) {
        text = text.replace(HIDDEN, "HIDDEN").into();
    }
    general::parse(&text, sink.limits, Some(prune))
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(u8::is_ascii_whitespace)
}

fn is_comment(line: &[u8]) -> bool {
    line.trim_ascii_start().starts_with(b"#")
}

/// `---` and `...` between documents.
fn is_marker(line: &[u8]) -> bool {
    line.strip_prefix(b"---")
        .or_else(|| line.strip_prefix(b"..."))
        .is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// The column of the dash where a line begins an item.
fn begins_item(line: &[u8]) -> Option<usize> {
    let column = line.iter().position(|&b| b != b' ')?;
    let rest = line.get(column..)?.strip_prefix(b"-")?;
    rest.first()
        .is_none_or(u8::is_ascii_whitespace)
        .then_some(column)
}
