//! Quoted strings as Go's `strconv.Quote` and JSON write them, into the text they stand for.

/// Reads a quoted string that starts at `text`'s first byte (a `"`): its value and the rest behind the
/// closing quote. A string that the end of the line cuts off ends there. `None`: no opening quote.
pub(super) fn read(text: &str) -> Option<(String, &str)> {
    let body = text.strip_prefix('"')?;
    let end = closing(body);
    let value = unescape(body.get(..end)?);
    let rest = body.get(end + 1..).unwrap_or("");
    Some((value, rest))
}

/// Offset of the closing quote in `body`, or its length.
pub(super) fn closing(body: &str) -> usize {
    let b = body.as_bytes();
    let mut at = 0;
    while let Some(found) = b
        .get(at..)
        .and_then(|rest| memchr::memchr2(b'"', b'\\', rest))
    {
        let hit = at + found;
        if b.get(hit) == Some(&b'"') {
            return hit;
        }
        at = hit + 2;
    }
    b.len()
}

/// Undoes the escapes of Go and JSON strings: `\n \t \" \\ \/ \xNN \NNN \uNNNN \UNNNNNNNN` and surrogate
/// pairs. What is no escape stays as it is.
pub(super) fn unescape(text: &str) -> String {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return text.to_owned();
    }
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        out.extend_from_slice(before);
        let taken = one(escape, &mut out);
        rest = escape.get(taken..).unwrap_or(b"");
    }
    out.extend_from_slice(rest);
    match String::from_utf8(out) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// Undoes the one escape that `text` starts with; returns the bytes it took (at least 1).
fn one(text: &[u8], out: &mut Vec<u8>) -> usize {
    let simple = match text.get(1) {
        Some(b'n') => b'\n',
        Some(b't') => b'\t',
        Some(b'r') => b'\r',
        Some(c @ (b'"' | b'\\' | b'/' | b'\'')) => *c,
        Some(b'a') => 7,
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'v') => 11,
        Some(b'x') => {
            if let Some(value) = radix(text, 2, 2, 16) {
                // The value of two hex digits fits a byte.
                out.push(value as u8);
                return 4;
            }
            return literal(text, out);
        }
        Some(b'0'..=b'3') => {
            if let Some(value) = radix(text, 1, 3, 8) {
                out.push(value as u8);
                return 4;
            }
            return literal(text, out);
        }
        Some(b'u') => return unicode(text, out),
        Some(b'U') => {
            if let Some(c) = radix(text, 2, 8, 16).and_then(char::from_u32) {
                push_char(c, out);
                return 10;
            }
            return literal(text, out);
        }
        _ => return literal(text, out),
    };
    out.push(simple);
    2
}

/// `\uNNNN`, joined with a second one where they are a surrogate pair.
fn unicode(text: &[u8], out: &mut Vec<u8>) -> usize {
    let Some(first) = radix(text, 2, 4, 16) else {
        return literal(text, out);
    };
    if let Some(c) = char::from_u32(first) {
        push_char(c, out);
        return 6;
    }
    let second = (text.get(6..8) == Some(b"\\u"))
        .then(|| radix(text, 8, 4, 16))
        .flatten()
        .filter(|low| (0xDC00..0xE000).contains(low));
    match second {
        Some(low) if first < 0xDC00 => {
            let joined = 0x10000 + ((first - 0xD800) << 10) + (low - 0xDC00);
            push_char(
                char::from_u32(joined).unwrap_or(char::REPLACEMENT_CHARACTER),
                out,
            );
            12
        }
        _ => {
            push_char(char::REPLACEMENT_CHARACTER, out);
            6
        }
    }
}

/// Keeps the backslash: it starts no escape.
fn literal(_: &[u8], out: &mut Vec<u8>) -> usize {
    out.push(b'\\');
    1
}

fn push_char(c: char, out: &mut Vec<u8>) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

/// Exactly `count` digits of `base` at `at`.
fn radix(text: &[u8], at: usize, count: usize, base: u32) -> Option<u32> {
    let mut value = 0_u32;
    for c in text.get(at..at + count)? {
        value = value
            .checked_mul(base)?
            .checked_add((*c as char).to_digit(base)?)?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_go_and_json() {
        for (text, want) in [
            (r"a\tb\nc", "a\tb\nc"),
            (r#"Get \"https://192.0.2.1\""#, r#"Get "https://192.0.2.1""#),
            (r"\u003cnil\u003e", "<nil>"),
            (r"\ud83d\ude00 \ud83d x", "\u{1F600} \u{FFFD} x"),
            (r"\xc3\xa9 \303\251 \U000000e9", "é é é"),
            (r"\xff", "\u{FFFD}"),
            (r"C:\dir\", "C:\\dir\\"),
            (r"\u12", r"\u12"),
        ] {
            assert_eq!(unescape(text), want, "{text}");
        }
    }

    #[test]
    fn ends_at_the_closing_quote() {
        assert_eq!(read(r#""a \"b\"" c"#), Some((r#"a "b""#.to_owned(), " c")));
        assert_eq!(
            read(r#""cut off \"he"#),
            Some((r#"cut off "he"#.to_owned(), ""))
        );
        assert_eq!(read(r#""ends in \"#), Some(("ends in \\".to_owned(), "")));
        assert_eq!(read("no"), None);
    }
}
