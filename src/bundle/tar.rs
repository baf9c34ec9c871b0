//! A tar stream into its members: GNU long names, pax, bounded headers, resynchronised after damage.

use std::io::{self, Read};

use ::tar::{EntryType, Header, PaxExtensions};

use crate::error::Problem;

use super::leaf::Found;
use super::level::{Level, Root};
use super::name::{Name, Seen, clean, link_stays_inside, text};
use super::peek::Peek;
use super::sniff::{HEAD, is_tar};
use super::source::clip;
use super::unpack::CHUNK;
use super::visit::Archived;
use super::{Skip, Visit, stream};

const BLOCK: usize = 512;
/// Long names and pax records beyond this are damage or malice.
const MOST_EXTENSION: u64 = 1 << 20;

/// What extension headers said about the member that follows them.
#[derive(Default)]
struct Ahead {
    path: Option<String>,
    link: Option<String>,
    size: Option<u64>,
    modified: Option<jiff::Timestamp>,
    sparse: bool,
}

/// Walks the archive `found` whose members stand at `level`.
pub(crate) fn walk(level: Level, found: Found, bytes: &mut dyn Read, visit: &mut dyn Visit) {
    if level.depth > 1 {
        visit.archive(Archived {
            input: level.input,
            path: found.path.clone(),
            files: None,
        });
    }
    let mut walk = Walk {
        level,
        archive: found.path,
        bytes: Peek::new(bytes, CHUNK),
        seen: Seen::default(),
        root: Root::default(),
        absolute: None,
        last: None,
    };
    walk.run(visit);
    if let Some((path, n)) = walk.absolute {
        visit.problem(absolute_names(path, n));
    }
}

/// The problem of an archive with absolute names, named after the first of them.
pub(crate) fn absolute_names(path: String, n: u64) -> Problem {
    let more = match n {
        1 => String::new(),
        n => format!(" (so are {} more members)", n - 1),
    };
    Problem::new(
        path,
        format!("absolute path: read without its leading slash, nothing was lost{more}"),
    )
}

struct Walk<'a> {
    level: Level,
    archive: String,
    bytes: Peek<&'a mut dyn Read>,
    seen: Seen,
    root: Root,
    /// The first member with an absolute name, and how many there were.
    absolute: Option<(String, u64)>,
    /// The last member that was begun.
    last: Option<String>,
}

impl Walk<'_> {
    fn run(&mut self, visit: &mut dyn Visit) {
        let mut ahead = Ahead::default();
        loop {
            let mut block = [0u8; BLOCK];
            match self.block(&mut block) {
                Ok(true) => {}
                Ok(false) => return,
                Err(e) => return self.ended(&e, visit),
            }
            if block.iter().all(|&b| b == 0) {
                continue;
            }
            if !is_tar(&block) {
                if !self.resynchronise(visit) {
                    return;
                }
                ahead = Ahead::default();
                continue;
            }
            let header = Header::from_byte_slice(&block);
            let size = header.entry_size().unwrap_or(0);
            let result = match header.entry_type() {
                EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader
                    if size > MOST_EXTENSION =>
                {
                    // Damage or malice: what follows is looked for, whatever length was claimed.
                    let why = format!("a name of {size} bytes after {}", self.after());
                    visit.problem(Problem::new(self.archive.clone(), why));
                    ahead = Ahead::default();
                    match self.resynchronise(visit) {
                        true => continue,
                        false => return,
                    }
                }
                EntryType::GNULongName | EntryType::GNULongLink | EntryType::XHeader => {
                    self.extension(header.entry_type(), size, &mut ahead)
                }
                EntryType::XGlobalHeader => self.pass(size),
                _ => {
                    if let Some(why) = self.level.shared.full(1) {
                        let why = format!("{why}: the rest of this archive is lost");
                        return visit.problem(Problem::new(self.archive.clone(), why));
                    }
                    self.member(header, std::mem::take(&mut ahead), visit)
                }
            };
            if let Err(e) = result {
                return self.ended(&e, visit);
            }
        }
    }

    /// Reads one header block; false at the end.
    fn block(&mut self, block: &mut [u8; BLOCK]) -> io::Result<bool> {
        let mut done = 0;
        while let Some(rest) = block.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match self.bytes.read(rest) {
                Ok(0) if done == 0 => return Ok(false),
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(true)
    }

    /// Skips blocks until one is a header again; false if none is.
    fn resynchronise(&mut self, visit: &mut dyn Visit) -> bool {
        let mut skipped = BLOCK as u64;
        let found = loop {
            let head = self.bytes.peek(BLOCK);
            if head.len() < BLOCK {
                break false;
            }
            if is_tar(head) {
                break true;
            }
            let mut block = [0u8; BLOCK];
            if !matches!(self.block(&mut block), Ok(true)) {
                break false;
            }
            skipped += BLOCK as u64;
        };
        let after = self.after();
        let why = format!("damaged tar header after {after}: {skipped} bytes are lost");
        visit.problem(Problem::new(self.archive.clone(), why));
        found
    }

    /// Where in the archive the walk is, for people.
    fn after(&self) -> &str {
        self.last.as_deref().unwrap_or("its start")
    }

    /// The stream ended inside something.
    fn ended(&mut self, error: &io::Error, visit: &mut dyn Visit) {
        let after = self.after();
        let why = match error.kind() {
            io::ErrorKind::UnexpectedEof => "cut off".to_owned(),
            _ => error.to_string(),
        };
        let why = format!("{why} after {after}: later members are lost");
        visit.problem(Problem::new(self.archive.clone(), why));
    }

    /// Consumes a member's bytes and the padding after them.
    fn pass(&mut self, size: u64) -> io::Result<()> {
        let padded = size
            .checked_next_multiple_of(BLOCK as u64)
            .unwrap_or(u64::MAX);
        self.drop_bytes(padded)
    }

    fn drop_bytes(&mut self, n: u64) -> io::Result<()> {
        let dropped = io::copy(&mut (&mut self.bytes).take(n), &mut io::sink())?;
        if dropped < n {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(())
    }

    /// Reads a long name or pax record, of at most [`MOST_EXTENSION`] bytes, into `ahead`.
    fn extension(&mut self, kind: EntryType, size: u64, ahead: &mut Ahead) -> io::Result<()> {
        let mut data = vec![0u8; clip(size, usize::MAX)];
        self.bytes.read_exact(&mut data)?;
        let padding = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
        self.drop_bytes(padding)?;
        let until_nul = data.split(|&b| b == 0).next().unwrap_or_default();
        match kind {
            EntryType::GNULongName => ahead.path = Some(text(until_nul)),
            EntryType::GNULongLink => ahead.link = Some(text(until_nul)),
            _ => {
                for record in PaxExtensions::new(&data).flatten() {
                    let value = text(record.value_bytes());
                    match record.key().unwrap_or_default() {
                        "path" => ahead.path = Some(value),
                        "linkpath" => ahead.link = Some(value),
                        "size" => ahead.size = value.parse().ok(),
                        "mtime" => ahead.modified = pax_time(&value),
                        key if key.starts_with("GNU.sparse.") => ahead.sparse = true,
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    /// One member; an error is one of the stream, not only of the member.
    fn member(&mut self, header: &Header, ahead: Ahead, visit: &mut dyn Visit) -> io::Result<()> {
        let kind = header.entry_type();
        let size = match kind {
            // Links and directories have no data, whatever their size field says.
            EntryType::Link | EntryType::Symlink | EntryType::Directory => 0,
            EntryType::Char | EntryType::Block | EntryType::Fifo => 0,
            _ => ahead.size.or(header.entry_size().ok()).unwrap_or(0),
        };
        let raw = ahead.path.unwrap_or_else(|| text(&header.path_bytes()));
        let name = match clean(&raw) {
            Name::Escapes(raw) => {
                visit.problem(Problem::new(
                    format!("{}{raw}", self.level.prefix),
                    format!("the path leaves the archive: not read, {size} bytes are lost"),
                ));
                return self.pass(size);
            }
            Name::Clean(name) => name,
            Name::WasAbsolute(name) => {
                let path = self.level.path(&name);
                self.absolute.get_or_insert((path, 0)).1 += 1;
                name
            }
        };
        if name.is_empty() {
            return self.pass(size);
        }
        self.root
            .decide(&mut self.level, &name, kind == EntryType::Directory);
        let found = Found {
            path: self.level.path(&name),
            size: Some(size),
            packed: Some(size),
            modified: ahead.modified.or_else(|| {
                let seconds = i64::try_from(header.mtime().ok()?).ok()?;
                jiff::Timestamp::from_second(seconds).ok()
            }),
        };
        self.last = Some(found.path.clone());
        found.announce(&self.level, visit);
        if kind == EntryType::Directory {
            found.skip(&self.level, Skip::Directory, visit);
            return self.pass(size);
        }
        if !self.seen.first(&found.path) {
            found.lost(
                format!("a member of this name came before: not read, {size} bytes are lost"),
                visit,
            );
            return self.pass(size);
        }
        match kind {
            EntryType::Link | EntryType::Symlink => {
                let target = ahead
                    .link
                    .or_else(|| header.link_name_bytes().map(|b| text(&b)))
                    .unwrap_or_default();
                // A hard link names a member from the archive's start, a symbolic one from its folder.
                let from = if kind == EntryType::Link { "" } else { &*name };
                link(&self.level, found, from, &target, visit);
                self.pass(size)
            }
            EntryType::Char | EntryType::Block | EntryType::Fifo => {
                found.skip(&self.level, Skip::Irrelevant, visit);
                self.pass(size)
            }
            _ if kind == EntryType::GNUSparse || ahead.sparse => {
                found.lost("a sparse file: not read", visit);
                self.sparse_rest(header)?;
                self.pass(size)
            }
            _ => self.file(found, size, visit),
        }
    }

    /// The headers that continue a GNU sparse map.
    fn sparse_rest(&mut self, header: &Header) -> io::Result<()> {
        let mut more = header.as_gnu().is_some_and(|gnu| gnu.is_extended());
        while more {
            let mut block = [0u8; BLOCK];
            if !self.block(&mut block)? {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            more = block.get(504).is_some_and(|&b| b != 0);
        }
        Ok(())
    }

    fn file(&mut self, found: Found, size: u64, visit: &mut dyn Visit) -> io::Result<()> {
        let before = self.bytes.consumed();
        let exact = Exact {
            inner: (&mut self.bytes).take(size),
        };
        stream::walk(&self.level, found, Peek::new(exact, HEAD), visit);
        let read = self.bytes.consumed() - before;
        if let Some(e) = self.bytes.failure() {
            return Err(e);
        }
        let padded = size
            .checked_next_multiple_of(BLOCK as u64)
            .unwrap_or(u64::MAX);
        self.drop_bytes(padded.saturating_sub(read))
    }
}

/// A link: nothing is lost where its target is a member; otherwise that is said.
pub(crate) fn link(level: &Level, found: Found, from: &str, target: &str, visit: &mut dyn Visit) {
    if link_stays_inside(from, target) {
        found.skip(level, Skip::Link, visit);
    } else {
        found.lost(
            format!("a link that leaves the archive, to {target}: not followed, what it names was not read"),
            visit,
        );
    }
}

/// A member's bytes; fewer than declared are an error.
struct Exact<R> {
    inner: io::Take<R>,
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        if n == 0 && self.inner.limit() > 0 && !buf.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(n)
    }
}

fn pax_time(value: &str) -> Option<jiff::Timestamp> {
    let seconds: f64 = value.parse().ok()?;
    if !seconds.is_finite() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "saturates; jiff refuses what is out of range"
    )]
    let whole = seconds.floor() as i64;
    jiff::Timestamp::from_second(whole).ok()
}
