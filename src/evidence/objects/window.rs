//! Bytes into lines, with everything since a mark kept in memory, up to a limit.

use std::io::{ErrorKind, Read};

use memchr::memchr;

/// Bytes asked of the reader at once.
const CHUNK: usize = 256 << 10;

/// A sliding window over an entry.
pub(super) struct Window<'r> {
    bytes: &'r mut dyn Read,
    buf: Vec<u8>,
    /// Start of what is kept.
    mark: usize,
    /// Start of the next line.
    next: usize,
    ended: bool,
    /// Bytes kept since the mark at most.
    limit: usize,
    /// Whether something since the mark was thrown away because of the limit.
    overflowed: bool,
    /// Why reading stopped early.
    failed: Option<String>,
}

/// A line: its bytes lie in the window at `from..to`, counted from the mark, without the newline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
}

impl<'r> Window<'r> {
    pub(super) fn new(bytes: &'r mut dyn Read, limit: usize) -> Self {
        Self {
            bytes,
            buf: Vec::new(),
            mark: 0,
            next: 0,
            ended: false,
            limit,
            overflowed: false,
            failed: None,
        }
    }

    /// Why reading stopped before the end, if it did.
    pub(super) fn failed(&self) -> Option<&str> {
        self.failed.as_deref()
    }

    /// Forgets everything before the next line, and whether it overflowed.
    pub(super) fn release(&mut self) {
        self.mark = self.next;
        self.overflowed = false;
    }

    /// Whether something since the mark is missing.
    pub(super) fn overflowed(&self) -> bool {
        self.overflowed
    }

    /// The bytes at `from..to` since the mark.
    pub(super) fn slice(&self, from: usize, to: usize) -> &[u8] {
        let kept = self.buf.get(self.mark..).unwrap_or_default();
        kept.get(from..to.min(kept.len())).unwrap_or_default()
    }

    /// The next line. Where what is kept grows over the limit, it is thrown away, and lines come empty until the next
    /// newline.
    pub(super) fn line(&mut self) -> Option<Span> {
        let mut searched = self.next;
        loop {
            let found = self
                .buf
                .get(searched..)
                .and_then(|rest| memchr(b'\n', rest));
            if let Some(at) = found {
                return Some(self.ends_at(searched + at));
            }
            searched = self.buf.len();
            let unfinished = self.next < self.buf.len();
            let too_long = unfinished && self.buf.len() - self.mark > self.limit;
            if self.ended && !too_long {
                return unfinished.then(|| self.ends_at(self.buf.len()));
            }
            if too_long {
                // Everything so far goes; the line that was being read goes on as an empty one.
                self.overflowed = true;
                self.buf.clear();
                self.mark = 0;
                self.next = 0;
                self.skip_line();
                searched = 0;
                continue;
            }
            let moved = self.fill();
            searched -= moved;
        }
    }

    /// The line that ends at `end`. Whether it is thrown away depends on what is kept, never on the pieces in which
    /// the bytes came.
    fn ends_at(&mut self, end: usize) -> Span {
        if end - self.mark > self.limit {
            self.overflowed = true;
            self.mark = end;
            self.next = end;
        }
        let span = Span {
            from: self.next - self.mark,
            to: end - self.mark,
        };
        self.next = self.buf.len().min(end + 1);
        span
    }

    /// Puts the last line back.
    pub(super) fn unread(&mut self, span: Span) {
        self.next = self.mark + span.from;
    }

    /// Throws bytes away until a newline, which stays.
    fn skip_line(&mut self) {
        while !self.ended {
            self.fill();
            match memchr(b'\n', &self.buf) {
                Some(at) => {
                    self.buf.drain(..at);
                    return;
                }
                None => self.buf.clear(),
            }
        }
    }

    /// Reads more; says by how much everything moved to the front.
    fn fill(&mut self) -> usize {
        let moved = self.mark;
        if moved > 0 {
            self.buf.drain(..moved);
            self.next -= moved;
            self.mark = 0;
        }
        let old = self.buf.len();
        self.buf.resize(old + CHUNK, 0);
        let room = self.buf.get_mut(old..).unwrap_or_default();
        let read = loop {
            match self.bytes.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let n = match read {
            Ok(n) => n.min(CHUNK),
            Err(error) => {
                self.failed = Some(error.to_string());
                0
            }
        };
        self.ended |= n == 0;
        self.buf.truncate(old + n);
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8], limit: usize) -> Vec<String> {
        let mut reader = text;
        let mut window = Window::new(&mut reader, limit);
        let mut lines = Vec::new();
        while let Some(span) = window.line() {
            lines.push(String::from_utf8_lossy(window.slice(span.from, span.to)).into_owned());
            window.release();
        }
        lines
    }

    #[test]
    fn lines_with_and_without_a_last_newline() {
        assert_eq!(lines(b"a\n\nbc", 100), ["a", "", "bc"]);
        assert_eq!(lines(b"a\n", 100), ["a"]);
        assert!(lines(b"", 100).is_empty());
    }

    /// What is kept of a list of three lines, and whether it overflowed, when so many bytes are read at once.
    fn kept(text: &[u8], limit: usize, piece: usize) -> Vec<(String, bool)> {
        struct Pieces<'a>(&'a [u8], usize);
        impl Read for Pieces<'_> {
            fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
                let n = self.0.len().min(self.1).min(buf.len());
                self.0.read(buf.get_mut(..n).unwrap_or_default())
            }
        }
        let mut reader = Pieces(text, piece);
        let mut window = Window::new(&mut reader, limit);
        let mut kept = Vec::new();
        while let Some(span) = window.line() {
            let all = window.slice(0, span.to);
            kept.push((
                String::from_utf8_lossy(all).into_owned(),
                window.overflowed(),
            ));
            if kept.len() % 3 == 0 {
                window.release();
            }
        }
        kept
    }

    #[test]
    fn the_limit_holds_whatever_the_pieces() {
        for text in [
            "aa\nbb\ncc\ndd\nee",
            "\n\n\naaaaaaaaa",
            "aaa\n\n\nb\nccccc\n",
        ] {
            for limit in 0..12 {
                let whole = kept(text.as_bytes(), limit, usize::MAX);
                for piece in 1..5 {
                    let pieces = kept(text.as_bytes(), limit, piece);
                    assert_eq!(pieces, whole, "{text:?}, limit {limit}, {piece} at once");
                }
            }
        }
    }

    #[test]
    fn a_line_over_the_limit_is_thrown_away_and_the_rest_is_read() {
        let mut text = vec![b'x'; 3 * CHUNK];
        text.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&text, 1000), ["", "next"]);
    }
}
