//! A zip read front to back by its local headers: truncated archives, standard input, nested zips
//! that are too large to hold. When the central directory comes by, it says which members were missed.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use flate2::bufread::DeflateDecoder;
use memchr::memmem;

use crate::bundle::leaf::Found;
use crate::bundle::level::{Level, Root};
use crate::bundle::loss::Loss;
use crate::bundle::name::{Name, Seen, clean, first_folder, text};
use crate::bundle::peek::Peek;
use crate::bundle::sniff::HEAD;
use crate::bundle::source::{Source, clip};
use crate::bundle::tar::absolute_names;
use crate::bundle::unpack::{CHUNK, Packed, Ratio};
use crate::bundle::visit::Archived;
use crate::bundle::{Skip, Visit, stream};
use crate::error::Problem;

use super::descriptor::{Described, UntilDescriptor, Whole};
use super::directory::{CENTRAL, CENTRAL_FIXED, Directory};
use super::header::{DEFLATED, FIXED, LOCAL, Local, STORED, method_name, u16_at};
use super::member::Checked;

/// A header with a long name; names behind a gap are looked for within this.
const LONG_HEADER: usize = 4 << 10;
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
    root: Root,
    absolute: Option<(String, u64)>,
    /// Members begun, of whatever fate.
    members: u64,
    /// Whether nothing more can be said: the directory came, or a limit or read error was reported.
    finished: bool,
    /// Whether an end record was reached.
    ended: bool,
    last: Option<String>,
    /// The names that the directory lists, where it could be read beforehand.
    listed: Option<Seen>,
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
            root: Root::default(),
            absolute: None,
            members: 0,
            finished: false,
            ended: false,
            last: None,
            listed: None,
        }
    }

    /// Reads the directory at the end of the last run, so that behind a gap the members of a nested
    /// zip are not taken for members of this one.
    pub(crate) fn learn(&mut self, last: Arc<dyn Source>) {
        let Ok(directory) = Directory::find(last) else {
            return;
        };
        let most = clip(self.level.shared.limits.members, usize::MAX);
        let names = directory.take(most).map_while(|record| record.ok());
        let mut listed = Seen::default();
        for record in names {
            if let Name::Clean(name) | Name::WasAbsolute(name) = clean(&record.name) {
                listed.first(&name);
            }
        }
        self.listed = Some(listed);
    }

    /// Whether a header that was searched for can be one of this archive's own.
    fn is_own(&self, raw: &[u8]) -> bool {
        let (Name::Clean(name) | Name::WasAbsolute(name)) = clean(&text(raw)) else {
            return false;
        };
        match (&self.listed, &self.level.root) {
            (Some(listed), _) => listed.has(&name),
            (None, Some(root)) if self.level.is_outer() => {
                name == **root || first_folder(&name) == Some(root)
            }
            (None, _) => true,
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
                    (self.finished, self.ended) = (true, true);
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
                (self.finished, self.ended) = (true, true);
                // A locator or comment is no member; another archive may follow.
                bytes.consume(4);
                if !self.seek_header(&mut bytes).1 {
                    break;
                }
            } else {
                let (skipped, found) = self.seek_header(&mut bytes);
                self.report_gap(skipped, visit);
                if !found {
                    break;
                }
            }
        }
        if let Some(e) = bytes.failure() {
            let why = format!("{e} after {}: later members are lost", self.after());
            visit.problem(Problem::new(self.archive.clone(), why));
            (self.finished, self.ended) = (true, true);
        }
    }

    /// Reports what the whole archive lacked.
    pub(crate) fn finish(self, visit: &mut dyn Visit) {
        if let Some((path, n)) = self.absolute.clone() {
            visit.problem(absolute_names(path, n));
        }
        let members = self.members;
        let why = match (self.finished, self.ended) {
            (_, true) => return,
            (true, false) => format!(
                "the directory of the archive is cut off: all {members} members were found by their local headers"
            ),
            (false, false) => format!(
                "the end of the archive is missing: {members} members were found by their local headers, later ones are lost"
            ),
        };
        visit.problem(Problem::new(self.archive, why));
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
        let name = self.name(&local);
        let folder = local.name.ends_with(['/', '\\']);
        let path = match &name {
            Some(name) => {
                self.root.decide(&mut self.level, name, folder);
                self.level.path(name)
            }
            None => format!("{}{}", self.level.prefix, local.name),
        };
        self.last = Some(path.clone());
        let found = Found {
            path: path.clone(),
            size: (!local.streamed()).then_some(local.size),
            packed: (!local.streamed()).then_some(local.packed),
            modified: local.modified,
        };
        let lost = match &name {
            None => Some("the path leaves the archive: not read".to_owned()),
            Some(_) if !folder && !self.seen.first(&path) => {
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
        found.announce(&self.level, visit);
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
    fn name(&mut self, local: &Local) -> Option<String> {
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

    /// Hands a member's data on and leaves the reader behind them.
    fn data(
        &mut self,
        bytes: &mut Peek<&mut dyn Read>,
        local: &Local,
        found: Found,
        visit: &mut dyn Visit,
    ) -> io::Result<()> {
        if local.streamed() {
            if local.method == DEFLATED {
                let mut plain = Described::new(bytes, &self.level.shared);
                stream::walk(&self.level, found, Peek::new(&mut plain, HEAD), visit);
                // A damaged member ends the member, not the archive.
                if !plain.rest()? {
                    self.recover(bytes);
                }
                return Ok(());
            }
            let mut plain = UntilDescriptor::new(&mut *bytes);
            stream::walk(&self.level, found, Peek::new(&mut plain, HEAD), visit);
            io::copy(&mut plain, &mut io::sink())?;
            return Ok(());
        }
        let limits = &self.level.shared.limits;
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
            let mut plain = Described::new(bytes, &self.level.shared);
            if !plain.rest()? {
                self.recover(bytes);
            }
            return Ok(());
        }
        // Where such data end is not knowable; the next header is looked for.
        self.seek_header(bytes);
        Ok(())
    }

    /// Skips to the next local or central header; how far, and whether there is one.
    fn seek_header(&self, bytes: &mut Peek<&mut dyn Read>) -> (u64, bool) {
        let mut skipped = 0u64;
        loop {
            let head = bytes.peek(CHUNK);
            if head.len() < 4 {
                skipped += head.len() as u64;
                let n = head.len();
                bytes.consume(n);
                return (skipped, false);
            }
            let whole = head.len() == CHUNK;
            let mut step = head.len() - 3;
            let mut found = false;
            for at in memmem::find_iter(head, b"PK") {
                let here = head.get(at..).unwrap_or_default();
                if at > 0 && here.len() < LONG_HEADER && whole {
                    // Too close to the end of what is seen: look again from here.
                    step = at;
                    break;
                }
                if self.starts_here(here) {
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

    /// Whether a header of this archive starts here.
    fn starts_here(&self, here: &[u8]) -> bool {
        let name = |fixed: usize, len: usize| here.get(fixed..fixed + len);
        if Local::plausible(here) {
            let len = u16_at(here, 26).map_or(0, usize::from);
            return name(FIXED, len).is_some_and(|name| self.is_own(name));
        }
        if here.starts_with(&CENTRAL) {
            let len = u16_at(here, 28).map_or(0, usize::from);
            return name(CENTRAL_FIXED, len).is_some_and(|name| self.is_own(name));
        }
        false
    }

    /// Goes on behind damaged data, unless a header follows at once.
    fn recover(&self, bytes: &mut Peek<&mut dyn Read>) {
        let head = bytes.peek(4);
        if head != LOCAL && head != CENTRAL {
            self.seek_header(bytes);
        }
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
            && !self.seen.has(&self.level.path(&name))
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
