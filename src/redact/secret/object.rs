//! Secrets as JSON within one line: audit logs, annotations, compact dumps.

use super::super::class::{Class, is_pseudonym};
use super::{Found, at, run};

/// Where the word Secret at `start..end` is the kind of an object, every value of `data` and `stringData` in its line.
pub(super) fn find(text: &[u8], start: usize, end: usize, out: &mut Vec<Found>) {
    let before = text
        .get(start.saturating_sub(24)..start)
        .unwrap_or_default();
    let quoted = |b: &u8| matches!(b, b'"' | b'\\' | b' ' | b':');
    let word_end = before
        .iter()
        .rposition(|b| !quoted(b))
        .map_or(0, |at| at + 1);
    let is_kind = before
        .get(..word_end)
        .unwrap_or_default()
        .ends_with(b"kind")
        && word_end < before.len();
    if !is_kind || text.get(start..end) != Some(b"Secret") || !matches!(at(text, end), b'"' | b'\\')
    {
        return;
    }
    let line_start =
        memchr::memrchr(b'\n', text.get(..start).unwrap_or_default()).map_or(0, |at| at + 1);
    let rest = text.get(end..).unwrap_or_default();
    let line_end = memchr::memchr(b'\n', rest).map_or(text.len(), |at| end + at);
    let line = text.get(line_start..line_end).unwrap_or_default();
    for key in [b"data".as_slice(), b"stringData"] {
        for hit in memchr::memmem::find_iter(line, key) {
            let before = hit.checked_sub(1).map_or(0, |before| at(line, before));
            if before == b'"' {
                map(line, hit + key.len(), line_start, out);
            }
        }
    }
}

/// The values of the map that opens behind a key: `\":{\"a\":\"x\",...}`.
fn map(line: &[u8], from: usize, shift: usize, out: &mut Vec<Found>) {
    let is_mark = |b: u8| matches!(b, b'"' | b'\\' | b' ' | b':');
    let open = run(line, from, 12, is_mark);
    if at(line, open) != b'{' {
        return;
    }
    let (mut place, mut is_value) = (open + 1, false);
    while place < line.len() {
        match at(line, place) {
            b'}' | b'{' | b'[' => return,
            b':' => is_value = true,
            b',' => is_value = false,
            b'"' | b'\\' | b' ' => {}
            _ => {
                let end = run(line, place, usize::MAX, |b| !matches!(b, b'"' | b'\\'));
                let value = line.get(place..end).unwrap_or_default();
                if is_value && value != b"null" && !is_pseudonym(value) {
                    out.push(Found {
                        start: shift + place,
                        end: shift + end,
                        class: Class::Secret,
                    });
                }
                place = end;
                continue;
            }
        }
        place += 1;
    }
}
