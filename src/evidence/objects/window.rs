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
                let span = Span {
                    from: self.next - self.mark,
                    to: searched + at - self.mark,
                };
                self.next = searched + at + 1;
                return Some(span);
            }
            searched = self.buf.len();
            if self.ended {
                if self.next >= self.buf.len() {
                    return None;
                }
                let span = Span {
                    from: self.next - self.mark,
                    to: self.buf.len() - self.mark,
                };
                self.next = self.buf.len();
                return Some(span);
            }
            if self.buf.len() - self.mark > self.limit {
                // Everything so far goes; the line that was being read goes on as an empty one.
                self.overflowed = true;
                let unfinished = self.next < self.buf.len();
                self.buf.clear();
                self.mark = 0;
                self.next = 0;
                if unfinished {
                    self.skip_line();
                }
                searched = self.next;
                continue;
            }
            let moved = self.fill();
            searched -= moved;
        }
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

    #[test]
    fn a_line_over_the_limit_is_thrown_away_and_the_rest_is_read() {
        let mut text = vec![b'x'; 3 * CHUNK];
        text.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&text, 1000), ["", "next"]);
    }
}
