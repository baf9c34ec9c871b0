//! A stream of bytes in pieces of any size into redacted bytes: lines put together, blocks and tables followed.

use std::io::{self, Read};
use std::sync::Arc;

use super::class::Class;
use super::objects::{Objects, Out};
use super::table::{self, Table};
use super::tally::Tally;
use super::text::{Redactor, Work};

/// A line longer than this is cut, between words where it has any.
const MOST_LINE: usize = 1 << 20;
/// How far back a place between words is looked for.
const BACK: usize = 4 << 10;

/// What an entry is, as far as redaction cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Lines of logs: each by itself.
    Log,
    /// Anything else: objects, tables, configuration.
    Other,
}

/// One entry on its way.
pub(crate) struct Stream {
    redactor: Arc<Redactor>,
    work: Work,
    /// The class of a block that the lines so far end in.
    open: Option<Class>,
    /// The beginning of a line.
    carry: Vec<u8>,
    structure: Option<Structure>,
}

/// What is followed in entries that are no logs.
struct Structure {
    objects: Objects,
    table: Option<Table>,
    /// Lines to be redacted together.
    pending: Vec<u8>,
}

impl Stream {
    pub(crate) fn new(
        redactor: Arc<Redactor>,
        path: &str,
        content: Content,
        mapping: bool,
    ) -> Self {
        let mut work = Work::default();
        work.tally.mapping = mapping.then(Default::default);
        let mut stream = Self {
            redactor,
            work,
            open: None,
            carry: Vec::new(),
            structure: None,
        };
        stream.begin(path, content);
        stream
    }

    /// Turns to another entry; what was counted and cached stays.
    pub(crate) fn begin(&mut self, path: &str, content: Content) {
        self.open = None;
        self.carry.clear();
        self.structure = (content == Content::Other).then(|| Structure {
            objects: Objects::new(path),
            table: None,
            pending: Vec::new(),
        });
    }

    /// What was counted since the last time; the mapping stays.
    pub(crate) fn tally(&mut self) -> &mut Tally {
        &mut self.work.tally
    }

    /// Takes the next bytes; gives what is certain by now.
    pub(crate) fn feed(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Some(end) = memchr::memrchr(b'\n', bytes) else {
            self.carry.extend_from_slice(bytes);
            return self.cut(out);
        };
        let (lines, rest) = bytes.split_at(end + 1);
        if self.carry.is_empty() {
            self.lines(lines, out);
        } else {
            let mut whole = std::mem::take(&mut self.carry);
            whole.extend_from_slice(lines);
            self.lines(&whole, out);
            whole.clear();
            self.carry = whole;
        }
        self.carry.extend_from_slice(rest);
        self.cut(out);
    }

    /// The end of the entry.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let rest = std::mem::take(&mut self.carry);
        if !rest.is_empty() {
            self.lines(&rest, out);
        }
        if let Some(mut structure) = self.structure.take() {
            let Self {
                redactor,
                work,
                open,
                ..
            } = self;
            structure.finish_table(redactor, work, out);
            let Structure {
                objects, pending, ..
            } = &mut structure;
            objects.release(true, redactor, work, &mut |line, work| {
                pass(line, pending, open, redactor, work, out);
            });
            flush(pending, open, redactor, work, out);
        }
    }

    /// A line that does not end is cut.
    fn cut(&mut self, out: &mut Vec<u8>) {
        while self.carry.len() > MOST_LINE {
            let far = self.carry.len().min(MOST_LINE);
            let near = far - BACK;
            let between = |b: &u8| b.is_ascii_whitespace() || matches!(b, b',' | b'"' | 0);
            let tail = self.carry.get(near..far).unwrap_or_default();
            let at = tail
                .iter()
                .rposition(between)
                .map_or(far, |at| near + at + 1);
            let rest = self.carry.split_off(at);
            let line = std::mem::replace(&mut self.carry, rest);
            self.lines(&line, out);
        }
    }

    fn lines(&mut self, text: &[u8], out: &mut Vec<u8>) {
        let Self {
            redactor,
            work,
            open,
            structure,
            ..
        } = self;
        let Some(structure) = structure else {
            *open = redactor.lines(text, *open, work, out);
            return;
        };
        for line in text.split_inclusive(|b| *b == b'\n') {
            structure.line(line, open, redactor, work, out);
        }
        flush(&mut structure.pending, open, redactor, work, out);
    }
}

impl Structure {
    fn line(
        &mut self,
        line: &[u8],
        open: &mut Option<Class>,
        redactor: &Redactor,
        work: &mut Work,
        out: &mut Vec<u8>,
    ) {
        if let Some(table) = &mut self.table {
            if table.row(line) {
                return;
            }
            self.finish_table(redactor, work, out);
        }
        if let Some(table) = line
            .first()
            .filter(|b| b.is_ascii_uppercase())
            .and_then(|_| table::begin(line))
        {
            let Self {
                objects, pending, ..
            } = self;
            objects.release(true, redactor, work, &mut |line, work| {
                pass(line, pending, open, redactor, work, out);
            });
            flush(pending, open, redactor, work, out);
            self.table = Some(table);
            return;
        }
        let Self {
            objects, pending, ..
        } = self;
        objects.line(line, redactor, work, &mut |line, work| {
            pass(line, pending, open, redactor, work, out);
        });
    }

    fn finish_table(&mut self, redactor: &Redactor, work: &mut Work, out: &mut Vec<u8>) {
        if let Some(table) = self.table.take() {
            table.write(redactor, work, out);
        }
    }
}

fn pass(
    line: Out<'_>,
    pending: &mut Vec<u8>,
    open: &mut Option<Class>,
    redactor: &Redactor,
    work: &mut Work,
    out: &mut Vec<u8>,
) {
    match line {
        Out::Plain(line) => pending.extend_from_slice(line),
        Out::Done(line) => {
            flush(pending, open, redactor, work, out);
            out.extend_from_slice(&line);
        }
    }
}

fn flush(
    pending: &mut Vec<u8>,
    open: &mut Option<Class>,
    redactor: &Redactor,
    work: &mut Work,
    out: &mut Vec<u8>,
) {
    if !pending.is_empty() {
        *open = redactor.lines(pending, *open, work, out);
        pending.clear();
    }
}

/// Reads redacted bytes.
pub(crate) struct Redacting<'a, R> {
    inner: R,
    stream: &'a mut Stream,
    ready: Vec<u8>,
    given: usize,
    chunk: Vec<u8>,
    ended: bool,
    failed: Option<io::Error>,
}

/// Bytes that are read at a time.
pub(crate) const CHUNK: usize = 128 << 10;

impl<'a, R: Read> Redacting<'a, R> {
    pub(crate) fn new(inner: R, stream: &'a mut Stream) -> Self {
        Self {
            inner,
            stream,
            ready: Vec::new(),
            given: 0,
            chunk: vec![0; CHUNK],
            ended: false,
            failed: None,
        }
    }
}

impl<R: Read> Read for Redacting<'_, R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            if self.ended || buf.is_empty() {
                return Ok(0);
            }
            self.ready.clear();
            self.given = 0;
            match self.inner.read(&mut self.chunk) {
                Ok(0) => {
                    self.ended = true;
                    self.stream.finish(&mut self.ready);
                }
                Ok(n) => self
                    .stream
                    .feed(self.chunk.get(..n).unwrap_or_default(), &mut self.ready),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.stream.finish(&mut self.ready);
                    self.failed = Some(error);
                }
            }
        }
        let n = self.ready.get(self.given..).unwrap_or_default().read(buf)?;
        self.given += n;
        Ok(n)
    }
}
