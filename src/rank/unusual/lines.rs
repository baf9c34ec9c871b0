//! A stream of bytes into its lines, of which only the beginning is kept where they are long.

use std::io::Read;

/// Bytes of one line that are kept.
const LINE: usize = 16 << 10;
/// Bytes that are read at a time.
const BLOCK: usize = 64 << 10;

/// The lines of a stream.
pub(super) struct Lines<R> {
    from: R,
    block: Vec<u8>,
    /// What is read and not yet returned.
    start: usize,
    end: usize,
    /// What stands before the next end of a line is the rest of a long one.
    skips: bool,
    /// The stream has ended, or failed: the first pass has reported it.
    ended: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn of(from: R) -> Self {
        Self {
            from,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            skips: false,
            ended: false,
        }
    }

    /// The next line without its end, cut to [`LINE`] bytes: the rest of a long one says nothing more about its kind.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        while self.skips {
            self.skip();
        }
        let (from, length) = loop {
            let most = self.end.min(self.start + LINE + 1);
            let some = self.block.get(self.start..most)?;
            if let Some(length) = memchr::memchr(b'\n', some) {
                break self.pass(length, length + 1);
            }
            if some.len() > LINE {
                self.skips = true;
                break self.pass(LINE, LINE);
            }
            if self.ended {
                let rest = some.len();
                break (rest > 0).then(|| self.pass(rest, rest))?;
            }
            self.fill();
        };
        self.block.get(from..from + length)
    }

    /// Where a line of so many bytes begins, and its length; what it took has been returned.
    fn pass(&mut self, length: usize, took: usize) -> (usize, usize) {
        let from = self.start;
        self.start += took;
        (from, length)
    }

    fn skip(&mut self) {
        let some = self.block.get(self.start..self.end).unwrap_or_default();
        match memchr::memchr(b'\n', some) {
            Some(at) => {
                self.start += at + 1;
                self.skips = false;
            }
            None => {
                self.start = self.end;
                self.skips = !self.ended;
                self.fill();
            }
        }
    }

    /// Reads more behind what is left, which moves to the front.
    fn fill(&mut self) {
        self.block.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let room = self.block.get_mut(self.end..).unwrap_or_default();
        match self.from.read(room) {
            Ok(0) => self.ended = true,
            Ok(count) => self.end = (self.end + count).min(self.block.len()),
            Err(why) => self.ended = why.kind() != std::io::ErrorKind::Interrupted,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use proptest::prelude::*;

    use super::{LINE, Lines};

    /// Gives few bytes at a time.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn all(bytes: &[u8], drop: usize) -> Vec<Vec<u8>> {
        let mut lines = Lines::of(Drops(bytes, drop));
        std::iter::from_fn(|| lines.next().map(<[u8]>::to_vec)).collect()
    }

    proptest! {
        #[test]
        fn lines_are_those_that_end_with_a_newline(
            lengths in prop::collection::vec(prop_oneof![0usize..40, 16_380usize..16_390, Just(70_000usize)], 0..12),
            ended in any::<bool>(),
            drop in prop::sample::select(vec![1usize, 7, 4096, 1 << 20]),
        ) {
            let letter = |at: usize| b'a' + u8::try_from(at % 26).unwrap();
            let lines: Vec<Vec<u8>> = lengths.iter().enumerate().map(|(at, length)| vec![letter(at); *length]).collect();
            let mut text = lines.join(&b'\n');
            let mut expected: Vec<Vec<u8>> = lines.into_iter().map(|mut line| { line.truncate(LINE); line }).collect();
            if ended && !expected.is_empty() {
                text.push(b'\n');
            } else if expected.last().is_some_and(Vec::is_empty) {
                expected.pop();
            }
            prop_assert_eq!(all(&text, drop), expected);
        }
    }
}
