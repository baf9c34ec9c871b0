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

/// So many bytes of lines are redacted where they stand; fewer are put together with others first.
const APART: usize = 16 << 10;

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
        let mut lines = lines;
        if !self.carry.is_empty() {
            // only the line that began before is put together
            let first = memchr::memchr(b'\n', lines).map_or(lines.len(), |at| at + 1);
            let (first, others) = lines.split_at(first);
            let mut whole = std::mem::take(&mut self.carry);
            whole.extend_from_slice(first);
            self.lines(&whole, out);
            whole.clear();
            self.carry = whole;
            lines = others;
        }
        self.lines(lines, out);
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
        let mut rest = text;
        while !rest.is_empty() {
            let plain = match structure.table {
                None => structure.objects.plain(rest),
                Some(_) => 0,
            };
            let (lines, behind) = rest.split_at(plain);
            if plain >= APART {
                flush(&mut structure.pending, open, redactor, work, out);
                *open = redactor.lines(lines, *open, work, out);
            } else {
                structure.pending.extend_from_slice(lines);
            }
            let end = memchr::memchr(b'\n', behind).map_or(behind.len(), |at| at + 1);
            let (line, behind) = behind.split_at(end);
            if !line.is_empty() {
                structure.line(line, open, redactor, work, out);
            }
            rest = behind;
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
        if let Some(table) = Some(line)
            .filter(|line| table::may_begin(line))
            .and_then(table::begin)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Key, Learned};
    use super::*;

    fn redacted(text: &str, content: Content) -> String {
        let mut learned = Learned::default();
        learned.host("zeta-1.magrathea.io");
        learned.host("n1");
        learned.user("trillian");
        let key = Key::from_text("a key for tests");
        let mut stream = Stream::new(
            Arc::new(Redactor::new(&learned, key)),
            "a/x.yaml",
            content,
            false,
        );
        let mut out = Vec::new();
        stream.feed(text.as_bytes(), &mut out);
        stream.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    /// What a line is made of: words, names, addresses, secrets, between what stands between them in logs and objects.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-z]{1,9}",
            "[0-9]{1,5}",
            "[A-Za-z0-9]{6,24}",
            "(zeta-1|n1|ZETA-1|zeta-1\\.magrathea\\.io|db\\.magrathea\\.io|a\\.b\\.acme\\.com|k8s\\.io|host\\.lan)",
            "(10|192\\.168|172\\.16|203\\.0|10\\.42)\\.[0-9]{1,3}\\.[0-9]{1,3}",
            "fd[0-9a-f]{2}:[0-9a-f]{1,4}::[0-9a-f]{1,4}",
            "([0-9a-f]{2}:){5}[0-9a-f]{2}",
            "[a-z]{3,6}@(acme\\.com|magrathea\\.io)",
            "https://([a-z]{3,8}:[A-Za-z0-9]{6,12}@)?(zeta-1|git\\.acme\\.com|10\\.1\\.2\\.3)(:[0-9]{2,4})?/[a-z]{0,5}",
            "/home/(trillian|marvin)/[a-z]{1,4}",
            "(Bearer|Basic) [A-Za-z0-9]{12,30}",
            "(password|DB_PASSWORD|token|secret|client_secret|api_key|user|username)(=|: | = )[A-Za-z0-9]{0,20}",
            "\\{\"(password|token|user|name)\":\"[A-Za-z0-9]{0,20}\"\\}",
            "\\{\\\\\"(secret|user)\\\\\":\\\\\"[A-Za-z0-9]{0,20}\\\\\"\\}",
            "token-[a-z0-9]{5}:[a-z0-9]{24,30}",
            "AKIA[A-Z0-9]{16}",
            "eyJ[A-Za-z0-9]{12}\\.[A-Za-z0-9]{12}\\.[A-Za-z0-9]{12}",
        ]
    }

    fn line() -> impl Strategy<Value = String> {
        let head = prop_oneof![
            Just(String::new()),
            Just("Mar 22 22:07:48 zeta-1 sshd[12]: ".to_owned()),
            Just("2025-03-06T23:59:59.123456789Z ".to_owned()),
            "( {0,6}(- )?(name|kind|host|password|image|address|data): )",
        ];
        let between = "( |, |; | - |\\(|\\)|=| \"|\" |\\[|\\] )";
        let rest = prop::collection::vec((word(), between), 0..6);
        (head, rest).prop_map(|(head, rest)| {
            let rest = rest
                .iter()
                .map(|(word, between)| format!("{word}{between}"));
            head + &rest.collect::<String>()
        })
    }

    fn secret() -> impl Strategy<Value = String> {
        ("[a-z]{3,8}", "[A-Za-z0-9]{8,20}", any::<bool>()).prop_map(|(key, value, plain)| {
            let field = if plain { "stringData" } else { "data" };
            format!("- apiVersion: v1\n  {field}:\n    {key}: {value}\n  kind: Secret\n  metadata:\n    name: x")
        })
    }

    proptest! {
        #[test]
        fn redacting_twice_is_redacting_once(
            lines in prop::collection::vec(prop_oneof![9 => line(), 1 => secret()], 1..12),
            log: bool,
        ) {
            let content = if log { Content::Log } else { Content::Other };
            let text = lines.join("\n") + "\n";
            let once = redacted(&text, content);
            prop_assert_eq!(redacted(&once, content), once);
        }
    }
}
