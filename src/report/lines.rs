//! Bytes into numbered lines, in bounded memory: the ground of `show` and `grep`.

use std::io::{self, Read};
use std::ops::ControlFlow;

/// Bytes of a line that are kept; what is longer is cut and says by how much.
pub const LINE_BYTES: usize = 64 << 10;

/// One line without its line feed (and carriage return).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedLine<'a> {
    /// Counted from 1.
    pub number: u64,
    /// At most [`LINE_BYTES`].
    pub bytes: &'a [u8],
    /// Bytes that were cut off.
    pub cut: u64,
}

/// Hands every line to `each` until it breaks. A read error comes last: the lines before it, an unfinished one
/// too, have been handed over.
pub fn each_line(
    bytes: &mut dyn Read,
    each: &mut dyn FnMut(NumberedLine<'_>) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut buffer = vec![0; 128 << 10];
    let mut line = Unfinished {
        number: 1,
        kept: Vec::new(),
        cut: 0,
    };
    loop {
        let read = match bytes.read(&mut buffer) {
            Ok(0) => {
                let _ = line.hand_over(each, false);
                return Ok(());
            }
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                let _ = line.hand_over(each, false);
                return Err(error);
            }
        };
        let mut rest = buffer.get(..read).unwrap_or_default();
        while let Some(at) = memchr::memchr(b'\n', rest) {
            line.add(rest.get(..at).unwrap_or_default());
            if line.hand_over(each, true).is_break() {
                return Ok(());
            }
            rest = rest.get(at + 1..).unwrap_or_default();
        }
        line.add(rest);
    }
}

struct Unfinished {
    number: u64,
    kept: Vec<u8>,
    cut: u64,
}

impl Unfinished {
    fn add(&mut self, bytes: &[u8]) {
        let (keep, cut) = bytes.split_at(bytes.len().min(LINE_BYTES - self.kept.len()));
        self.kept.extend_from_slice(keep);
        self.cut = self.cut.saturating_add(cut.len() as u64);
    }

    /// `ended`: a line feed was seen, so that an empty line is a line.
    fn hand_over(
        &mut self,
        each: &mut dyn FnMut(NumberedLine<'_>) -> ControlFlow<()>,
        ended: bool,
    ) -> ControlFlow<()> {
        if !ended && self.kept.is_empty() {
            return ControlFlow::Continue(());
        }
        let bytes = self.kept.strip_suffix(b"\r").unwrap_or(&self.kept);
        let flow = each(NumberedLine {
            number: self.number,
            bytes,
            cut: self.cut,
        });
        self.number = self.number.saturating_add(1);
        self.kept.clear();
        self.cut = 0;
        flow
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives the bytes in pieces, then an error if asked.
    struct Pieces<'a>(Vec<&'a [u8]>, bool);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = self.0.first_mut() else {
                return if self.1 {
                    Err(io::Error::other("cut off"))
                } else {
                    Ok(0)
                };
            };
            let len = piece.len().min(buffer.len());
            buffer[..len].copy_from_slice(&piece[..len]);
            *piece = &piece[len..];
            if piece.is_empty() {
                self.0.remove(0);
            }
            Ok(len)
        }
    }

    fn all(mut bytes: Pieces<'_>) -> (Vec<(u64, Vec<u8>, u64)>, bool) {
        let mut out = Vec::new();
        let outcome = each_line(&mut bytes, &mut |line| {
            out.push((line.number, line.bytes.to_vec(), line.cut));
            ControlFlow::Continue(())
        });
        (out, outcome.is_err())
    }

    #[test]
    fn an_error_comes_after_the_lines() {
        let (lines, failed) = all(Pieces(vec![b"one\r\n\ntw", b"o"], true));
        let texts: Vec<_> = lines
            .iter()
            .map(|(number, bytes, _)| (*number, bytes.as_slice()))
            .collect();
        assert_eq!(texts, [(1, &b"one"[..]), (2, b""), (3, b"two")]);
        assert!(failed);
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let long = vec![b'x'; 300_000];
        let (lines, _) = all(Pieces(vec![&long, b"\nnext\n"], false));
        assert_eq!(
            (lines[0].1.len(), lines[0].2),
            (LINE_BYTES, 300_000 - LINE_BYTES as u64)
        );
        assert_eq!(
            (lines[1].0, lines[1].1.as_slice(), lines[1].2),
            (2, &b"next"[..], 0)
        );
    }

    proptest! {
        #[test]
        fn as_the_naive_split(text in "[a-c\\n\\r]{0,80}", at in 0usize..80) {
            let at = at.min(text.len());
            let (head, tail) = text.as_bytes().split_at(at);
            let pieces = [head, tail].into_iter().filter(|piece| !piece.is_empty()).collect();
            let naive: Vec<Vec<u8>> = text.split_inclusive('\n').map(|line| {
                let line = line.strip_suffix('\n').unwrap_or(line);
                line.strip_suffix('\r').unwrap_or(line).as_bytes().to_vec()
            }).collect();
            let lines: Vec<_> = all(Pieces(pieces, false)).0.into_iter().map(|(_, bytes, _)| bytes).collect();
            prop_assert_eq!(lines, naive);
        }
    }
}
