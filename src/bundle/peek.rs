//! A reader that can look ahead: decides what bytes are before anybody consumes them.

use std::io::{self, BufRead, Read};

use super::loss::again;

/// Buffers a reader; looking ahead consumes nothing, and an error is kept until the bytes before it are read.
pub(crate) struct Peek<R> {
    inner: R,
    buf: Vec<u8>,
    start: usize,
    end: usize,
    chunk: usize,
    failed: Option<io::Error>,
    finished: bool,
    consumed: u64,
}

impl<R: Read> Peek<R> {
    /// Reads in chunks of `chunk` bytes; larger reads bypass the buffer.
    pub(crate) fn new(inner: R, chunk: usize) -> Self {
        Self {
            inner,
            buf: Vec::new(),
            start: 0,
            end: 0,
            chunk: chunk.max(64),
            failed: None,
            finished: false,
            consumed: 0,
        }
    }

    /// The next `n` bytes, fewer only before the end or an error.
    pub(crate) fn peek(&mut self, n: usize) -> &[u8] {
        while self.end - self.start < n && !self.finished && self.failed.is_none() {
            self.fill(n);
        }
        let end = self.end.min(self.start.saturating_add(n));
        self.buf.get(self.start..end).unwrap_or_default()
    }

    /// Bytes consumed so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// The error that ended the bytes, once everything before it is consumed. It stays.
    pub(crate) fn failure(&self) -> Option<io::Error> {
        if self.start == self.end {
            self.failed.as_ref().map(again)
        } else {
            None
        }
    }

    fn fill(&mut self, want: usize) {
        if self.start > 0 {
            self.buf.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        let room = want.max(self.chunk);
        if self.buf.len() < room {
            self.buf.resize(room, 0);
        }
        match self
            .inner
            .read(self.buf.get_mut(self.end..).unwrap_or_default())
        {
            Ok(0) => self.finished = true,
            Ok(n) => self.end += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => self.failed = Some(e),
        }
    }
}

impl<R: Read> Read for Peek<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.start == self.end && out.len() >= self.chunk {
            if let Some(e) = self.failure() {
                return Err(e);
            }
            if self.finished || out.is_empty() {
                return Ok(0);
            }
            return match self.inner.read(out) {
                Ok(n) => {
                    self.finished = n == 0;
                    self.consumed += n as u64;
                    Ok(n)
                }
                Err(e) => {
                    if e.kind() != io::ErrorKind::Interrupted {
                        self.failed = Some(again(&e));
                    }
                    Err(e)
                }
            };
        }
        let n = {
            let mut ready = self.fill_buf()?;
            ready.read(out)?
        };
        self.consume(n);
        Ok(n)
    }
}

impl<R: Read> BufRead for Peek<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.peek(1);
            if let Some(e) = self.failure() {
                return Err(e);
            }
        }
        Ok(self.buf.get(self.start..self.end).unwrap_or_default())
    }

    fn consume(&mut self, n: usize) {
        let n = n.min(self.end - self.start);
        self.start += n;
        self.consumed += n as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives its bytes one at a time, then fails.
    struct Drip(Vec<u8>);

    impl Read for Drip {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::Error::other("cut"));
            }
            buf[0] = self.0.remove(0);
            Ok(1)
        }
    }

    #[test]
    fn looking_ahead_consumes_nothing_and_errors_come_last() {
        let mut peek = Peek::new(Drip(b"abc".to_vec()), 64);
        assert_eq!(peek.peek(2), b"ab");
        assert_eq!(peek.peek(9), b"abc");
        let mut all = Vec::new();
        assert_eq!(peek.read_to_end(&mut all).unwrap_err().to_string(), "cut");
        assert_eq!(all, b"abc");
        assert_eq!(peek.consumed(), 3);
    }
}
