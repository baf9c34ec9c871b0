//! Pieces of lines: container runtimes cut at 16 KiB; here the cut is recognised and undone.
//!
//! CRI files mark a piece with the tag `P` and the last one with `F`, per stream: pieces of stdout and stderr may
//! alternate. docker's json-file records of a piece have a `log` without a final newline.

use std::ops::Range;

use super::cri::is_tag;

/// The stream a container wrote to; pieces join within one stream only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What the envelope of a CRI or docker json line says about its being a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partial {
    /// The stream; docker records that name none count as standard output.
    pub stream: Stream,
    /// Whether the next line of the same stream goes on where this one ends.
    pub continues: bool,
    /// Where the payload stands in the raw line: bytes as the file has them (still JSON-escaped in docker's).
    pub payload: Range<usize>,
}

/// Reads the envelope; `None` for lines that have neither. Looks at the first bytes only, unless it is docker's.
pub fn partial(raw: &[u8]) -> Option<Partial> {
    match raw.first()? {
        b'0'..=b'9' => cri(raw),
        b'{' => docker(raw),
        _ => None,
    }
}

/// One raw line out of pieces of one stream, in order: the envelope of the first around the payload of all, marked
/// as whole. Pieces that are none are left out; with no piece the result is empty.
pub fn join<T: AsRef<[u8]>>(pieces: &[T]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pieces.iter().map(|p| p.as_ref().len()).sum());
    let mut tail: &[u8] = b"";
    for piece in pieces {
        let raw = piece.as_ref();
        let Some(partial) = partial(raw) else {
            continue;
        };
        if out.is_empty() {
            let head = raw.get(..partial.payload.start).unwrap_or(b"");
            out.extend_from_slice(head);
            if raw.first() == Some(&b'{') {
                tail = raw.get(partial.payload.end..).unwrap_or(b"");
            } else {
                whole(&mut out);
            }
        }
        out.extend_from_slice(raw.get(partial.payload).unwrap_or(b""));
    }
    out.extend_from_slice(tail);
    out
}

/// Turns the `P` of a CRI head (`.. stderr P `) into `F`.
fn whole(head: &mut [u8]) {
    let tag = head
        .iter()
        .enumerate()
        .filter(|(_, b)| **b == b' ')
        .nth(1)
        .map(|(at, _)| at + 1);
    if let Some(tag) = tag.and_then(|at| head.get_mut(at)) {
        *tag = b'F';
    }
}

fn cri(raw: &[u8]) -> Option<Partial> {
    let window = raw.get(..64).unwrap_or(raw);
    let space = memchr::memchr(b' ', window)?;
    // `2024-01-31T13:23:48` is the least that may stand before the stream.
    if space < 19 || raw.get(10) != Some(&b'T') {
        return None;
    }
    let stream = match raw.get(space + 1..space + 8)? {
        b"stdout " => Stream::Stdout,
        b"stderr " => Stream::Stderr,
        _ => return None,
    };
    let start = space + 8;
    let rest = raw.get(start..)?;
    let len = memchr::memchr2(b' ', b'\n', rest.get(..256).unwrap_or(rest))
        .unwrap_or(rest.len().min(256));
    let tag = rest.get(..len)?;
    if !std::str::from_utf8(tag).is_ok_and(is_tag) {
        return None;
    }
    let end = line_end(raw);
    Some(Partial {
        stream,
        continues: tag.first() == Some(&b'P'),
        payload: (start + len + 1).min(end)..end,
    })
}

fn docker(raw: &[u8]) -> Option<Partial> {
    const HEAD: &[u8] = b"{\"log\":\"";
    let body = raw.strip_prefix(HEAD)?;
    let len = closing(body)?;
    let rest = body.get(len..)?;
    memchr::memmem::find(rest, b"\"time\":\"")?;
    let payload = body.get(..len)?;
    let stderr = memchr::memmem::find(rest, b"\"stream\":\"stderr\"").is_some();
    Some(Partial {
        stream: if stderr {
            Stream::Stderr
        } else {
            Stream::Stdout
        },
        continues: !ends_with_newline(payload),
        payload: HEAD.len()..HEAD.len() + len,
    })
}

/// Offset of the quote that closes a JSON string.
fn closing(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let hit = at + memchr::memchr2(b'"', b'\\', body.get(at..)?)?;
        if body.get(hit) == Some(&b'"') {
            return Some(hit);
        }
        at = hit + 2;
    }
}

/// Whether an escaped string ends in `\n`, and not in a backslash and the letter n.
fn ends_with_newline(escaped: &[u8]) -> bool {
    let Some(before) = escaped.strip_suffix(b"n") else {
        return false;
    };
    before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// Length of the line without its line end.
fn line_end(raw: &[u8]) -> usize {
    let mut line = raw;
    while let Some((b'\n' | b'\r', before)) = line.split_last() {
        line = before;
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_cri_pieces() {
        let lines = [
            "2024-01-31T13:23:48.5Z stderr P {\"msg\":\"one ",
            "2024-01-31T13:23:48.5Z stderr P:x two ",
            "2024-01-31T13:23:48.6Z stderr F three\"}\n",
        ];
        let pieces: Vec<_> = lines
            .iter()
            .map(|l| partial(l.as_bytes()).unwrap())
            .collect();
        assert_eq!(
            pieces.iter().map(|p| p.continues).collect::<Vec<_>>(),
            [true, true, false]
        );
        assert!(pieces.iter().all(|p| p.stream == Stream::Stderr));
        let whole = join(&lines);
        assert_eq!(
            String::from_utf8(whole).unwrap(),
            "2024-01-31T13:23:48.5Z stderr F {\"msg\":\"one two three\"}"
        );
    }

    #[test]
    fn joins_docker_pieces() {
        let lines = [
            r#"{"log":"time=\"x\" path=C:\\","stream":"stderr","time":"2020-12-11T01:56:57.07Z"}"#,
            r#"{"log":"new\n","stream":"stderr","time":"2020-12-11T01:56:58.07Z"}"#,
        ];
        assert!(partial(lines[0].as_bytes()).unwrap().continues);
        assert!(!partial(lines[1].as_bytes()).unwrap().continues);
        assert_eq!(
            String::from_utf8(join(&lines)).unwrap(),
            r#"{"log":"time=\"x\" path=C:\\new\n","stream":"stderr","time":"2020-12-11T01:56:57.07Z"}"#
        );
        let literal = r#"{"log":"ends in \\n","stream":"stdout","time":"2020-12-11T01:56:58.07Z"}"#;
        assert!(partial(literal.as_bytes()).unwrap().continues);
    }

    #[test]
    fn others_are_no_pieces() {
        for raw in [
            &b"2024-01-31T13:23:48.555760707Z I0131 text"[..],
            b"2024-01-31T13:23:48Z stdout X text",
            b"{\"log\":\"mine\",\"level\":\"info\"}",
            b"{\"log\":\"cut",
            b"",
            b"\xff\xfe",
        ] {
            assert_eq!(partial(raw), None);
        }
        assert_eq!(
            partial(b"2024-01-31T13:23:48Z stdout F").unwrap().payload,
            29..29
        );
        assert!(join::<&[u8]>(&[]).is_empty());
    }
}
