//! What stands before a line: where a line without a time looks for one.

/// Bytes before a line that are looked at; the scanner keeps as many.
pub(crate) const LONGEST: usize = 4096;
/// Lines that are looked at.
const LINES: usize = 8;

/// The bytes before the line that starts at `start`.
pub(crate) fn of(buffer: &[u8], start: usize) -> &[u8] {
    buffer
        .get(start.saturating_sub(LONGEST)..start)
        .unwrap_or_default()
}

/// As much of a very long line as is decoded for its time.
pub(crate) fn head(raw: &[u8]) -> &[u8] {
    raw.get(..LONGEST).unwrap_or(raw)
}

/// The lines in them, the nearest first; without the first one where it may be cut.
pub(crate) fn lines(before: &[u8]) -> impl Iterator<Item = &[u8]> {
    let whole = if before.len() < LONGEST {
        before
    } else {
        let cut = memchr::memchr(b'\n', before).map_or(before.len(), |newline| newline + 1);
        before.get(cut..).unwrap_or_default()
    };
    let body = whole.strip_suffix(b"\n").unwrap_or(whole);
    body.rsplit(|&byte| byte == b'\n').take(LINES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_line_comes_first_and_a_cut_one_never() {
        let text = b"one\ntwo\nthree\n";
        let all: Vec<&[u8]> = lines(of(text, text.len())).collect();
        assert_eq!(all, [&b"three"[..], b"two", b"one"]);
        let long = [vec![b'x'; LONGEST], b"\nlast\n".to_vec()].concat();
        let all: Vec<&[u8]> = lines(of(&long, long.len())).collect();
        assert_eq!(all, [&b"last"[..]]);
    }
}
