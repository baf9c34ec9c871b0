//! Physical lines into logical ones: pieces that a container runtime split, and klog values of several lines.
//!
//! A line that opens nothing passes through unchanged while nothing is open, so the scanner skips the joiner
//! until [`opens`] holds for a candidate. Everything that opens shows one of [`PIECES`], ends with `=<`, or is at
//! least [`DOCKER_PIECE`] bytes long.

use crate::decode::{self, Partial, Stream};

/// What a line holds that a CRI runtime split: the end of its time, its stream and the tag `P`.
pub(crate) const PIECES: [&[u8]; 6] = [
    b"Z stdout P ",
    b"0 stdout P ",
    b"5 stdout P ",
    b"Z stderr P ",
    b"0 stderr P ",
    b"5 stderr P ",
];
/// Docker splits records at 16 KiB.
pub(crate) const DOCKER_PIECE: usize = 16 * 1024;
/// klog's mark at the end of a line: the value stands on the lines that follow.
pub(crate) const VALUE: &[u8] = b"=<";

/// A joined line is cut (and goes on as another) beyond this.
const LONGEST: usize = 512 * 1024;
/// The end of a cut line that its continuation repeats, so that nothing is lost at the cut.
const OVERLAP: usize = 16 * 1024;
/// Physical lines after which something open is taken as it is.
const PATIENCE: u32 = 4096;

/// Whether `raw` begins something that other lines finish.
pub(crate) fn opens(raw: &[u8]) -> bool {
    opens_value(raw) || decode::partial(raw).is_some_and(|piece| opens_piece(raw, &piece))
}

fn opens_value(raw: &[u8]) -> bool {
    raw.ends_with(VALUE)
}

fn opens_piece(raw: &[u8], piece: &Partial) -> bool {
    if is_docker(raw) {
        return piece.continues && raw.len() >= DOCKER_PIECE;
    }
    let head = raw.get(..piece.payload.start).unwrap_or_default();
    let marked = |mark: &&[u8]| memchr::memmem::find(head, mark).is_some();
    piece.continues && PIECES.iter().any(marked)
}

fn is_docker(raw: &[u8]) -> bool {
    raw.first() == Some(&b'{')
}

/// A line being put together.
#[derive(Debug, Default)]
struct Open {
    /// Number of its first physical line; `None`: nothing is open.
    line: Option<u64>,
    raw: Vec<u8>,
    /// Length of the envelope at the front of `raw`.
    head: usize,
    /// Physical lines since it was opened.
    age: u32,
}

impl Open {
    fn open(&mut self, line: u64, head: &[u8]) {
        self.line = Some(line);
        self.age = 0;
        self.raw.clear();
        self.raw.extend_from_slice(head);
        self.head = head.len();
    }

    fn close(&mut self, emit: &mut dyn FnMut(u64, &[u8])) {
        if let Some(line) = self.line.take() {
            emit(line, &self.raw);
        }
        self.raw.clear();
        self.raw.shrink_to(LONGEST);
    }

    /// Adds bytes; a line that is too long is emitted and goes on with its own end.
    fn add(&mut self, bytes: &[u8], emit: &mut dyn FnMut(u64, &[u8])) {
        self.raw.extend_from_slice(bytes);
        if self.raw.len() <= LONGEST {
            return;
        }
        if let Some(line) = self.line {
            emit(line, &self.raw);
        }
        let kept = self.raw.len() - OVERLAP;
        // Envelopes are short; the head of a value is its whole first line and may not be.
        self.raw.drain(self.head.min(OVERLAP)..kept);
    }
}

/// Puts logical lines together.
#[derive(Debug, Default)]
pub(crate) struct Joiner {
    streams: [Open; 2],
    value: Open,
}

impl Joiner {
    /// Whether nothing is open.
    pub(crate) fn idle(&self) -> bool {
        self.value.line.is_none() && self.streams.iter().all(|open| open.line.is_none())
    }

    /// Takes the next physical line and emits the logical lines that are complete: the number of the first physical line, and the bytes.
    pub(crate) fn push(&mut self, line: u64, raw: &[u8], emit: &mut dyn FnMut(u64, &[u8])) {
        let Self { streams, value } = self;
        for open in streams.iter_mut().filter(|open| open.line.is_some()) {
            open.age += 1;
            if open.age > PATIENCE {
                open.close(&mut |line, raw| value_line(value, line, raw, emit));
            }
        }
        let Some(piece) = decode::partial(raw) else {
            value_line(value, line, raw, emit);
            return;
        };
        let [stdout, stderr] = streams;
        let open = match piece.stream {
            Stream::Stdout => stdout,
            Stream::Stderr => stderr,
        };
        if open.line.is_none() && !opens_piece(raw, &piece) {
            value_line(value, line, raw, emit);
            return;
        }
        let mut onward = |line: u64, raw: &[u8]| value_line(value, line, raw, emit);
        if open.line.is_none() {
            open.open(line, raw.get(..piece.payload.start).unwrap_or_default());
            let tag = open.raw.len().checked_sub(2);
            if !is_docker(raw)
                && let Some(tag) = tag.and_then(|at| open.raw.get_mut(at))
            {
                *tag = b'F'; // what is joined is whole
            }
        }
        let payload = raw.get(piece.payload.clone()).unwrap_or_default();
        open.add(payload, &mut onward);
        if !piece.continues {
            let tail = raw.get(piece.payload.end..).unwrap_or_default();
            open.raw.extend_from_slice(tail);
            open.close(&mut onward);
        }
    }

    /// Emits what is still open at the end of an entry.
    pub(crate) fn finish(&mut self, emit: &mut dyn FnMut(u64, &[u8])) {
        let Self { streams, value } = self;
        for open in streams {
            open.close(&mut |line, raw| value_line(value, line, raw, emit));
        }
        value.close(emit);
    }
}

/// The second stage: `key=<`, lines behind a tab, ` >`. What ends it is the first line that is neither.
fn value_line(value: &mut Open, line: u64, raw: &[u8], emit: &mut dyn FnMut(u64, &[u8])) {
    if value.line.is_some() {
        value.age += 1;
        if value.age <= PATIENCE && decode::continuation(raw) {
            value.raw.push(b'\n');
            value.add(raw, emit);
            return;
        }
        value.close(emit);
    }
    if opens_value(raw) {
        value.open(line, raw);
    } else {
        emit(line, raw);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(lines: &[&str]) -> Vec<(u64, String)> {
        let mut joiner = Joiner::default();
        let mut out = Vec::new();
        let mut emit =
            |line, raw: &[u8]| out.push((line, String::from_utf8_lossy(raw).into_owned()));
        for (number, line) in (1..).zip(lines) {
            joiner.push(number, line.as_bytes(), &mut emit);
        }
        joiner.finish(&mut emit);
        assert!(joiner.idle());
        out
    }

    fn owned(lines: &[(u64, &str)]) -> Vec<(u64, String)> {
        lines.iter().map(|&(n, t)| (n, t.to_owned())).collect()
    }

    #[test]
    fn interleaved_streams_are_joined_apart() {
        let lines = joined(&[
            "2024-05-03T15:04:15.346227804-04:00 stdout P one ",
            "2024-05-03T15:04:15.346227805-04:00 stderr P uno ",
            "2024-05-03T15:04:15.346227806-04:00 stdout P two ",
            "2024-05-03T15:04:15.346227807-04:00 stderr F dos",
            "2024-05-03T15:04:15.346227808-04:00 stdout F three",
            "2024-05-03T15:04:15.346227809-04:00 stdout F alone",
        ]);
        let expected = [
            (2, "2024-05-03T15:04:15.346227805-04:00 stderr F uno dos"),
            (
                1,
                "2024-05-03T15:04:15.346227804-04:00 stdout F one two three",
            ),
            (6, "2024-05-03T15:04:15.346227809-04:00 stdout F alone"),
        ];
        assert_eq!(lines, owned(&expected));
    }

    #[test]
    fn a_klog_value_of_several_lines_is_one_line() {
        let lines = joined(&[
            "E0101 00:00:00.000000 1 a.go:1] \"Broken\" err=<",
            "\tfirst",
            "\tsecond",
            " > pod=\"a/b\"",
            "I0101 00:00:00.000000 1 a.go:1] \"Fine\"",
            "2024-05-03T15:04:15.346227804Z stderr F E0101 00:00:00.000000 1 a.go:1] x=<",
            "2024-05-03T15:04:15.346227804Z stderr F \tinside",
            "not inside",
        ]);
        let expected = [
            (
                1,
                "E0101 00:00:00.000000 1 a.go:1] \"Broken\" err=<\n\tfirst\n\tsecond\n > pod=\"a/b\"",
            ),
            (5, "I0101 00:00:00.000000 1 a.go:1] \"Fine\""),
            (
                6,
                "2024-05-03T15:04:15.346227804Z stderr F E0101 00:00:00.000000 1 a.go:1] x=<\n2024-05-03T15:04:15.346227804Z stderr F \tinside",
            ),
            (8, "not inside"),
        ];
        assert_eq!(lines, owned(&expected));
    }

    #[test]
    fn docker_records_of_16_kib_are_joined_and_short_ones_without_newline_are_not() {
        let long = "a".repeat(DOCKER_PIECE);
        let first =
            format!(r#"{{"log":"{long}","stream":"stderr","time":"2024-05-03T15:04:15Z"}}"#);
        let rest = r#"{"log":"bc\n","stream":"stderr","time":"2024-05-03T15:04:16Z"}"#;
        let whole =
            format!(r#"{{"log":"{long}bc\n","stream":"stderr","time":"2024-05-03T15:04:16Z"}}"#);
        assert_eq!(joined(&[&first, rest]), [(1, whole)]);
        let short = r#"{"log":"a","stream":"stderr","time":"2024-05-03T15:04:15Z"}"#;
        assert_eq!(joined(&[short, rest]), owned(&[(1, short), (2, rest)]));
    }

    #[test]
    fn what_never_ends_is_cut_and_still_bounded() {
        let mut joiner = Joiner::default();
        let piece = format!("2024-05-03T15:04:15Z stdout P {}", "x".repeat(60_000));
        let (mut emitted, mut largest) = (0, 0);
        for line in 0..100 {
            joiner.push(line, piece.as_bytes(), &mut |_, raw| {
                emitted += 1;
                largest = largest.max(raw.len());
            });
        }
        assert!(
            emitted >= 9 && largest < LONGEST + 70_000,
            "{emitted} {largest}"
        );
    }
}
