//! Blocks between BEGIN and END, on lines of their own or escaped on one.

use super::super::class::Class;
use super::{Found, run};

/// How blocks over several lines are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pem {
    /// As one piece, line breaks and all.
    Whole,
    /// Line by line, so that lines stay.
    Lines,
}

/// Longest block.
const MOST: usize = 64 << 10;

/// The block whose BEGIN stands at `start`; its class where the text ends before it does.
pub(super) fn find(text: &[u8], start: usize, pem: Pem, out: &mut Vec<Found>) -> Option<Class> {
    let label_end = run(text, start + 11, 64, |b| {
        b.is_ascii_uppercase() || b.is_ascii_digit() || b == b' '
    });
    let label = text.get(start + 11..label_end)?;
    let class = if label.ends_with(b"PRIVATE KEY") || label.ends_with(b"PRIVATE KEY BLOCK") {
        Class::Key
    } else if label.ends_with(b"CERTIFICATE") || label.ends_with(b"CERTIFICATE REQUEST") {
        Class::Certificate
    } else {
        return None;
    };
    if text.get(label_end..label_end + 5)? != b"-----" {
        return None;
    }
    let from = label_end + 5;
    let window = text.get(from..(from + MOST).min(text.len()))?;
    let end = memchr::memmem::find(window, b"-----END").map(|at| from + at);
    if pem == Pem::Whole {
        let end = end.unwrap_or(from + window.len());
        push(text, from, end, class, out);
        return None;
    }
    let line_end = line_end(text, from);
    match end {
        Some(end) if end <= line_end => {
            push(text, from, end, class, out);
            None
        }
        _ => {
            let rest = run(text, from, MOST, |b| !b.is_ascii_whitespace() && b != b'"');
            push(text, from, rest, class, out);
            lines(text, line_end + 1, class, out)
        }
    }
}

/// A block that began in an earlier text; its class where it goes on behind this one.
pub(crate) fn continued(text: &[u8], class: Class, out: &mut Vec<Found>) -> Option<Class> {
    lines(text, 0, class, out)
}

/// Masks the last word of each line as long as lines look like a block's.
fn lines(text: &[u8], from: usize, class: Class, out: &mut Vec<Found>) -> Option<Class> {
    let mut start = from;
    while start < text.len() {
        let end = line_end(text, start);
        let line = text.get(start..end).unwrap_or_default();
        let block_end = memchr::memmem::find(line, b"-----END");
        let line = line
            .get(..block_end.unwrap_or(line.len()))
            .unwrap_or_default();
        let close = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b',' | b'\\');
        let word_end = line.iter().rposition(|b| !close(b)).map_or(0, |at| at + 1);
        let open = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'');
        let word = line.get(..word_end).unwrap_or_default();
        let word_start = word.iter().rposition(open).map_or(0, |at| at + 1);
        let word = word.get(word_start..).unwrap_or_default();
        let block = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'\\');
        let looks = word.iter().all(block);
        if looks && !word.is_empty() && word_start + word.len() > 0 {
            push(text, start + word_start, start + word_end, class, out);
        }
        if block_end.is_some() || !looks || line.len() > 4096 {
            return None;
        }
        start = end + 1;
    }
    Some(class)
}

fn push(text: &[u8], start: usize, end: usize, class: Class, out: &mut Vec<Found>) {
    let value = text.get(start..end).unwrap_or_default();
    let trimmed = |b: &u8| b.is_ascii_whitespace();
    if !value.iter().all(trimmed) && !is_masked(value) && !super::super::class::is_pseudonym(value)
    {
        out.push(Found { start, end, class });
    }
}

/// Whether the block was masked before, and nothing that could be one follows.
fn is_masked(value: &[u8]) -> bool {
    value.starts_with(b"***")
        && value
            .split(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')))
            .all(|word| word.len() < 32)
}

fn line_end(text: &[u8], from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(text.len(), |at| from + at)
}
