//! Bytes of a line into text: bounded, UTF-8, without terminal control sequences and progress bars.

use std::borrow::Cow;

/// At most this many bytes of a line are looked at. Real messages end long before; what is longer is a dump.
pub const LINE_LIMIT: usize = 1 << 20;

/// The text of `raw`: cut at [`LINE_LIMIT`], without the line end, invalid UTF-8 replaced, control sequences
/// removed and overwritten progress dropped.
pub(crate) fn text(raw: &[u8]) -> Cow<'_, str> {
    let mut raw = raw.get(..LINE_LIMIT).unwrap_or(raw);
    while let Some((b'\n' | b'\r', before)) = raw.split_last() {
        raw = before;
    }
    let raw = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw);
    let text = match std::str::from_utf8(raw) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(raw),
    };
    if has_controls(&text) {
        return Cow::Owned(without_controls(&text));
    }
    text
}

/// Whether `text` holds control characters other than tab and newline.
pub(super) fn has_controls(text: &str) -> bool {
    // Whole chunks without an early exit: the compiler makes vector code of it.
    let odd = |b: u8| is_control(b) | (b == C1);
    text.as_bytes()
        .chunks(64)
        .any(|chunk| chunk.iter().fold(false, |found, b| found | odd(*b)))
        && text.contains(is_control_character)
}

/// The first byte of U+0080 to U+00BF in UTF-8, of which U+0080 to U+009F are controls.
const C1: u8 = 0xC2;

fn is_control_character(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n')
}

/// Whether the words of a raw line are those of its text: nothing stands between them that decoding takes out or
/// changes, no line end, control, or escape of anything but a quote, a backslash, a line end or a tab.
pub fn is_verbatim(raw: &[u8]) -> bool {
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    let odd = |b: u8| b < 0x20 && b != b'\t' || b == 0x7f || b == C1;
    // Without a way out: the compiler makes vector code of it.
    let plain = !raw.iter().fold(false, |found, &b| found | odd(b));
    let mut escapes = memchr::memchr_iter(b'\\', raw).map(|at| raw.get(at + 1));
    plain && escapes.all(|escaped| matches!(escaped, Some(b'"' | b'\\' | b'n' | b't')))
}

const fn is_control(b: u8) -> bool {
    b < 0x20 && b != b'\t' && b != b'\n' || b == 0x7f
}

/// `text` without escape sequences and control characters; what a `\r` overwrote is dropped.
pub(super) fn without_controls(text: &str) -> String {
    let plain = without_sequences(text);
    let mut out = String::with_capacity(plain.len());
    for (index, line) in plain.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        collapse(line, &mut out);
    }
    out.retain(|c| !is_control_character(c));
    out
}

/// Drops each part before a `\r` that the next one only updates (the same letters: a progress bar);
/// parts that say something of their own stay, parted by a space.
fn collapse(line: &str, out: &mut String) {
    let start = out.len();
    let mut parts = line
        .split('\r')
        .filter(|part| !part.trim().is_empty())
        .peekable();
    while let Some(part) = parts.next() {
        if parts
            .peek()
            .is_some_and(|next| letters(part).eq(letters(next)))
        {
            continue;
        }
        if out.len() > start {
            out.push(' ');
        }
        out.push_str(part);
    }
}

/// The letters of a part without units and spinners: what tells two messages apart.
fn letters(part: &str) -> impl Iterator<Item = char> {
    part.split(|c: char| !c.is_alphabetic())
        .filter(|word| word.len() > 2)
        .flat_map(str::chars)
}

/// Removes ANSI sequences: CSI (`ESC [ ... letter`), OSC (`ESC ] ... BEL`) and two-byte escapes.
fn without_sequences(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(0x1b, rest.as_bytes()) {
        let (before, sequence) = rest.split_at(at);
        out.push_str(before);
        rest = sequence
            .get(sequence_len(sequence.as_bytes())..)
            .unwrap_or("");
    }
    out.push_str(rest);
    out
}

/// Length of the sequence that starts with ESC; always ends on a character boundary.
fn sequence_len(b: &[u8]) -> usize {
    match b.get(1) {
        Some(b'[') => {
            let inner = b
                .iter()
                .skip(2)
                .take_while(|c| (0x20..0x40).contains(*c))
                .count();
            let ended = b.get(2 + inner).is_some_and(|c| (0x40..0x7f).contains(c));
            2 + inner + usize::from(ended)
        }
        Some(b']') => match b.iter().take(256).position(|c| *c == 7) {
            Some(bell) => bell + 1,
            None => 2,
        },
        Some(c) if c.is_ascii_graphic() => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removes_what_a_terminal_eats() {
        for (raw, want) in [
            (&b"plain \xff text\r\n"[..], "plain \u{FFFD} text"),
            (b"\x1b[31mERRO\x1b[0m[0012] gone", "ERRO[0012] gone"),
            (b"\x1b]0;title\x07prompt\x1b(", "prompt"),
            (b" 10% [=>   ]\r 55% [===> ]\r100% [=====]", "100% [=====]"),
            (
                b"pulling 10 MB\rpulling 20 MB\rError: no space left",
                "pulling 20 MB Error: no space left",
            ),
            (b"a\0b\x08c", "abc"),
            // the controls behind ASCII, which terminals obey too, and a letter that begins with the same byte
            (b"a\xc2\x9b2Jb \xc2\xb5s", "a2Jb \u{b5}s"),
            (b"two\nlines\t\x1b[1mbold", "two\nlines\tbold"),
        ] {
            assert_eq!(text(raw), want);
        }
    }

    #[test]
    fn looks_at_a_bounded_part() {
        let long = vec![b'x'; LINE_LIMIT * 3];
        assert_eq!(text(&long).len(), LINE_LIMIT);
    }
}
