//! A zip read front to back by its local headers: truncated archives, standard input, nested zips
//! that are too large to hold. When the central directory comes by, it says which members were missed.

use std::io::{self, BufRead, Read};

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use memchr::memmem;

use crate::bundle::leaf::Found;
use crate::bundle::level::Level;
use crate::bundle::loss::{Loss, again};
use crate::bundle::name::{Name, Seen, clean, first_folder, text};
use crate::bundle::peek::Peek;
use crate::bundle::sniff::HEAD;
use crate::bundle::tar::absolute_names;
use crate::bundle::unpack::{CHUNK, Packed, Ratio};
use crate::bundle::visit::Archived;
use crate::bundle::{Skip, Visit, stream};
use crate::error::Problem;

use super::directory::{CENTRAL, CENTRAL_FIXED};
use super::header::{DEFLATED, FIXED, LOCAL, Local, STORED, method_name, u16_at};
use super::member::Checked;

const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
/// End records: of a zip, of a zip64, its locator, an archive's extra data, a digital signature.
const ENDS: [[u8; 4]; 4] = [
    *b"PK\x05\x06",
    *b"PK\x06\x06",
    *b"PK\x06\x07",
    *b"PK\x05\x05",
];

/// What one archive, possibly in several runs with gaps between, has shown so far.
pub(crate) struct Recovery {
    level: Level,
    archive: String,
    seen: Seen,
    rooted: bool,
    absolute: Option<(String, u64)>,
    /// Members begun, of whatever fate.
    members: u64,
    /// Whether a central directory or end record was reached.
    finished: bool,
    last: Option<String>,
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
    let mut recovery = Recovery::new(level, found.path);
    recovery.run(bytes, visit);
    recovery.finish(visit);
}

impl Recovery {
    pub(crate) fn new(level: Level, archive: String) -> Self {
        Self {
            level,
            archive,
            seen: Seen::default(),
            rooted: false,
            absolute: None,
            members: 0,
            finished: false,
            last: None,
        }
    }

    /// Reads one run of bytes that hang together.
    pub(crate) fn run(&mut self, bytes: &mut dyn Read, visit: &mut dyn Visit) {
        let mut bytes = Peek::new(bytes, CHUNK);
        // The marker of a split archive.
        if matches!(bytes.peek(4), b"PK\x07\x08" | b"PK00") {
            bytes.consume(4);
        }
        loop {
            let head = bytes.peek(FIXED);
            if head.is_empty() {
                break;
            }
            let signature = head.get(..4).unwrap_or_default();
            if signature == LOCAL {
                if let Some(why) = self.level.shared.full(1) {
                    let why = format!("{why}: the rest of this archive is lost");
                    visit.problem(Problem::new(self.archive.clone(), why));
                    self.finished = true;
                    return;
                }
                if self.member(&mut bytes, visit).is_err() {
                    break;
                }
            } else if signature == CENTRAL {
                self.finished = true;
                if !self.central(&mut bytes, visit) {
                    break;
                }
            } else if ENDS.iter().any(|end| signature == end) {
                self.finished = true;
                // A locator or comment is no member; another archive may follow.
                bytes.consume(4);
                if !seek_header(&mut bytes).1 {
                    break;
                }
            } else {
                let (skipped, found) = seek_header(&mut bytes);
                self.report_gap(skipped, visit);
                if !found {
                    break;
                }
            }
        }
        if let Some(e) = bytes.failure() {
            let why = format!("{e} after {}: later members are lost", self.after());
            visit.problem(Problem::new(self.archive.clone(), why));
            self.finished = true;
        }
    }

    /// Reports what the whole archive lacked.
    pub(crate) fn finish(self, visit: &mut dyn Visit) {
        if let Some((path, n)) = self.absolute.clone() {
            visit.problem(absolute_names(path, n));
        }
        if !self.finished {
            let why = format!(
                "the end of the archive is missing: {} members were found by their local headers, later ones are lost",
                self.members
            );
            visit.problem(Problem::new(self.archive, why));
        }
    }

    fn after(&self) -> &str {
        self.last.as_deref().unwrap_or("its start")
    }

    fn report_gap(&self, skipped: u64, visit: &mut dyn Visit) {
        if skipped > 0 {
            let why = format!(
                "{skipped} bytes after {} are no member: skipped",
                self.after()
            );
            visit.problem(Problem::new(self.archive.clone(), why));
        }
    }

    /// One member; an error ends the run.
    fn member(&mut self, bytes: &mut Peek<&mut dyn Read>, visit: &mut dyn Visit) -> io::Result<()> {
        let Some(local) = header(bytes) else {
            // The header itself is cut off.
            io::copy(bytes, &mut io::sink())?;
            return Ok(());
        };
        self.members += 1;
        let name = self.name(&local, visit);
        let folder = local.name.ends_with(['/', '\\']);
        let path = match &name {
            Some(name) => {
                self.decide_root(name, folder);
                self.level.path(name)
            }
            None => format!("{}{}", self.level.prefix, local.name),
        };
        self.last = Some(path.clone());
        let found = Found {
            path,
            size: (!local.streamed()).then_some(local.size),
            modified: local.modified,
        };
        let lost = match &name {
            None => Some("the path leaves the archive: not read".to_owned()),
            Some(name) if !folder && !self.seen.first(name) => {
                Some("a member of this name came before: not read".to_owned())
            }
            Some(_) if local.encrypted() => Some("encrypted: not read".to_owned()),
            Some(_) if !matches!(local.method, STORED | DEFLATED) => Some(format!(
                "compression method {} is not supported: not read",
                method_name(local.method)
            )),
            Some(_) => None,
        };
        if let Some(why) = lost {
            let size = match found.size {
                Some(size) => format!("{size} bytes are lost"),
                None => "its bytes are lost".to_owned(),
            };
            found.lost(format!("{why}, {size}"), visit);
            return self.pass(bytes, &local);
        }
        if folder {
            found.skip(&self.level, Skip::Directory, visit);
            return self.pass(bytes, &local);
        }
        if !local.streamed() && local.size == 0 && local.packed == 0 {
            found.skip(&self.level, Skip::Empty, visit);
            return Ok(());
        }
        self.data(bytes, &local, found, visit)
    }

    /// The clean name; nothing where it leaves the archive.
    fn name(&mut self, local: &Local, _visit: &mut dyn Visit) -> Option<String> {
        match clean(&local.name) {
            Name::Clean(name) => Some(name),
            Name::WasAbsolute(name) => {
                let path = self.level.path(&name);
                self.absolute.get_or_insert((path, 0)).1 += 1;
                Some(name)
            }
            Name::Escapes(_) => None,
        }
    }

    fn decide_root(&mut self, name: &str, folder: bool) {
        if self.rooted || !self.level.is_outer() || name.is_empty() {
            return;
        }
        self.rooted = true;
        let root = match first_folder(name) {
            Some(first) => Some(first),
            None if folder => Some(name),
            None => None,
        };
        self.level.root = root.map(Into::into);
    }

    /// Hands a member's data on and leaves the reader behind them.
    fn data(
        &mut self,
        bytes: &mut Peek<&mut dyn Read>,
        local: &Local,
        found: Found,
        visit: &mut dyn Visit,
    ) -> io::Result<()> {
        let limits = &self.level.shared.limits;
        if local.streamed() {
            if local.method == DEFLATED {
                let mut plain = Described {
                    inner: DeflateDecoder::new(&mut *bytes),
                    crc: Crc::new(),
                    size: 0,
                    done: None,
                };
                stream::walk(&self.level, found, Peek::new(&mut plain, HEAD), visit);
                return plain.rest();
            }
            let mut plain = UntilDescriptor::new(&mut *bytes);
            stream::walk(&self.level, found, Peek::new(&mut plain, HEAD), visit);
            io::copy(&mut plain, &mut io::sink())?;
            return Ok(());
        }
        let before = bytes.consumed();
        let packed = bytes.take(local.packed);
        let plain: Box<dyn Read + '_> = if local.method == DEFLATED {
            Box::new(DeflateDecoder::new(packed))
        } else {
            Box::new(Whole(packed))
        };
        let plain = Ratio::new(plain, Packed::Known(local.packed), limits);
        let mut checked = Checked::new(plain, local.crc, local.size);
        stream::walk(&self.level, found, Peek::new(&mut checked, HEAD), visit);
        drop(checked);
        let read = bytes.consumed() - before;
        skip(bytes, local.packed.saturating_sub(read))
    }

    /// Leaves the reader behind the data of a member that is not read.
    fn pass(&mut self, bytes: &mut Peek<&mut dyn Read>, local: &Local) -> io::Result<()> {
        if !local.streamed() {
            return skip(bytes, local.packed);
        }
        if local.method == DEFLATED && !local.encrypted() {
            let mut plain = Described {
                inner: DeflateDecoder::new(&mut *bytes),
                crc: Crc::new(),
                size: 0,
                done: None,
            };
            return plain.rest();
        }
        // Where such data end is not knowable; the next header is looked for.
        seek_header(bytes);
        Ok(())
    }

    /// One record of the central directory; false where it is cut off.
    fn central(&mut self, bytes: &mut Peek<&mut dyn Read>, visit: &mut dyn Visit) -> bool {
        let field = |head: &[u8], at| usize::from(u16_at(head, at).unwrap_or(0));
        let head = bytes.peek(CENTRAL_FIXED);
        if head.len() < CENTRAL_FIXED {
            return false;
        }
        let (name_len, extra, comment) = (field(head, 28), field(head, 30), field(head, 32));
        let whole = CENTRAL_FIXED + name_len + extra + comment;
        let record = bytes.peek(whole);
        let spelled = text(
            record
                .get(CENTRAL_FIXED..CENTRAL_FIXED + name_len)
                .unwrap_or_default(),
        );
        let complete = record.len() == whole;
        bytes.consume(whole);
        if complete
            && !spelled.ends_with(['/', '\\'])
            && let Name::Clean(name) | Name::WasAbsolute(name) = clean(&spelled)
            && !self.seen.has(&name)
        {
            visit.problem(Problem::new(
                self.level.path(&name),
                "the archive lists this member, but its data were not found: it is lost",
            ));
        }
        complete
    }
}

/// Reads a local header with its name; nothing where it is cut off.
fn header(bytes: &mut Peek<&mut dyn Read>) -> Option<Local> {
    let local = Local::fixed(bytes.peek(FIXED))?;
    let (name_len, extra_len) = (local.name_len, local.extra_len);
    let whole = FIXED + name_len + extra_len;
    let head = bytes.peek(whole);
    let name = head.get(FIXED..FIXED + name_len)?;
    let extra = head.get(FIXED + name_len..whole)?;
    let local = local.with_variable(name, extra);
    bytes.consume(whole);
    Some(local)
}

fn skip(bytes: &mut impl Read, n: u64) -> io::Result<()> {
    let skipped = io::copy(&mut bytes.take(n), &mut io::sink())?;
    if skipped < n {
        return Err(Loss::CutOff.into());
    }
    Ok(())
}

/// Skips to the next local or central header; how far, and whether there is one.
fn seek_header(bytes: &mut Peek<&mut dyn Read>) -> (u64, bool) {
    let mut skipped = 0u64;
    loop {
        let head = bytes.peek(CHUNK);
        if head.len() < 4 {
            skipped += head.len() as u64;
            let n = head.len();
            bytes.consume(n);
            return (skipped, false);
        }
        let mut step = head.len() - 3;
        let mut found = false;
        for at in memmem::find_iter(head, b"PK") {
            let here = head.get(at..).unwrap_or_default();
            if at > 0 && here.len() < CENTRAL_FIXED && head.len() == CHUNK {
                // Too close to the end of what is seen: look again from here.
                step = at;
                break;
            }
            if Local::plausible(here) || here.starts_with(&CENTRAL) {
                step = at;
                found = true;
                break;
            }
        }
        bytes.consume(step);
        skipped += step as u64;
        if found {
            return (skipped, true);
        }
    }
}

/// Stored data that end before their declared length are an error.
struct Whole<R>(io::Take<R>);

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buf)?;
        if n == 0 && self.0.limit() > 0 && !buf.is_empty() {
            return Err(Loss::CutOff.into());
        }
        Ok(n)
    }
}

/// Deflated data whose checksum and sizes follow them.
struct Described<R: BufRead> {
    inner: DeflateDecoder<R>,
    crc: Crc,
    size: u64,
    /// How it ended: well, or with this error.
    done: Option<io::Result<()>>,
}

impl Described<&mut Peek<&mut dyn Read>> {
    /// Reads on to the end of the data, whatever the visitor left.
    fn rest(&mut self) -> io::Result<()> {
        // A damaged member ends the member, not the archive: the next header is looked for.
        if io::copy(self, &mut io::sink()).is_err() {
            let bytes = self.inner.get_mut();
            if let Some(e) = bytes.failure() {
                return Err(e);
            }
            let head = bytes.peek(4);
            if head != LOCAL && head != CENTRAL {
                seek_header(bytes);
            }
        }
        Ok(())
    }

    /// Consumes the descriptor and compares. It comes in four shapes: with or without a signature,
    /// with sizes of four or eight bytes.
    fn descriptor(&mut self) -> io::Result<()> {
        let (packed, size, crc) = (self.inner.total_in(), self.size, self.crc.sum());
        let bytes = self.inner.get_mut();
        let head = bytes.peek(24);
        let signed = head.starts_with(&DESCRIPTOR);
        let body = if signed {
            head.get(4..).unwrap_or_default()
        } else {
            head
        };
        let fits = |width: usize| {
            number(body, 4, width) == Some(packed) && number(body, 4 + width, width) == Some(size)
        };
        let width = if fits(8) {
            8
        } else if fits(4) || signed {
            4
        } else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "its descriptor is missing",
            ));
        };
        let declared = number(body, 0, 4);
        bytes.consume(usize::from(signed) * 4 + 4 + 2 * width);
        if declared != Some(u64::from(crc)) {
            return Err(Loss::Checksum.into());
        }
        Ok(())
    }
}

impl Read for Described<&mut Peek<&mut dyn Read>> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some(done) = &self.done {
            return done.as_ref().map_or_else(|e| Err(again(e)), |()| Ok(0));
        }
        if buf.is_empty() {
            return Ok(0);
        }
        let result = match self.inner.read(buf) {
            Ok(0) => self.descriptor(),
            Ok(n) => {
                self.crc.update(buf.get(..n).unwrap_or_default());
                self.size += n as u64;
                return Ok(n);
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Err(e),
            Err(e) => Err(e),
        };
        let shown = result.as_ref().map_or_else(|e| Err(again(e)), |()| Ok(0));
        self.done = Some(result);
        shown
    }
}

/// A little-endian number of `width` bytes.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + width)?;
    Some(bytes.iter().rev().fold(0, |n, &b| n << 8 | u64::from(b)))
}

/// Stored data of unknown length: they end at a descriptor whose checksum and sizes fit them, or,
/// where none does, with the archive.
struct UntilDescriptor<'a, 'b> {
    bytes: &'a mut Peek<&'b mut dyn Read>,
    crc: Crc,
    size: u64,
    done: bool,
}

impl<'a, 'b> UntilDescriptor<'a, 'b> {
    fn new(bytes: &'a mut Peek<&'b mut dyn Read>) -> Self {
        Self {
            bytes,
            crc: Crc::new(),
            size: 0,
            done: false,
        }
    }

    /// The length of the descriptor that starts here, if one does.
    fn descriptor(&mut self) -> Option<usize> {
        let (size, crc) = (self.size, self.crc.sum());
        let head = self.bytes.peek(24);
        if !head.starts_with(&DESCRIPTOR) || number(head, 4, 4) != Some(crc.into()) {
            return None;
        }
        [8, 4].into_iter().find_map(|width| {
            let fits = number(head, 8, width) == Some(size)
                && number(head, 8 + width, width) == Some(size);
            fits.then_some(8 + 2 * width)
        })
    }
}

impl Read for UntilDescriptor<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.done || buf.is_empty() {
            return Ok(0);
        }
        if let Some(length) = self.descriptor() {
            self.bytes.consume(length);
            self.done = true;
            return Ok(0);
        }
        let ready = self.bytes.fill_buf()?;
        if ready.is_empty() {
            self.done = true;
            return Err(Loss::CutOff.into());
        }
        // Up to the next signature, or all of it.
        let until = ready
            .iter()
            .skip(1)
            .position(|&b| b == b'P')
            .map_or(ready.len(), |at| at + 1);
        let n = until.min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), ready.get(..n)) {
            to.copy_from_slice(from);
            self.crc.update(from);
        }
        self.bytes.consume(n);
        self.size += n as u64;
        Ok(n)
    }
}
