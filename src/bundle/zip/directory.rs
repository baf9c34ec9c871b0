//! The central directory at the end of a zip, record by record.
//!
//! Written here because what is needed of it is what general readers hide: members that share a
//! name, archives cut into pieces, and a count to look at before anything is allocated.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::bundle::name::text;
use crate::bundle::source::{Cursor, Source, clip, read_full};

use super::header::{modified, u16_at, u32_at, u64_at, widen};

/// Signature of a record.
pub(super) const CENTRAL: [u8; 4] = *b"PK\x01\x02";
/// Bytes of a record before the name.
pub(super) const CENTRAL_FIXED: usize = 46;

const END: [u8; 4] = *b"PK\x05\x06";
const END_FIXED: usize = 22;
const LOCATOR: [u8; 4] = *b"PK\x06\x07";
const LOCATOR_LEN: u64 = 20;
const END64: [u8; 4] = *b"PK\x06\x06";
const END64_FIXED: usize = 56;
/// A comment has at most so many bytes.
const MOST_COMMENT: usize = u16::MAX as usize;

/// The records, front to back.
pub(super) struct Directory {
    /// Members it says to hold; its size in bytes allows that many.
    pub(super) members: u64,
    /// Whether bytes before the directory are missing, so that its offsets lead nowhere.
    pub(super) front_missing: bool,
    start: u64,
    left: u64,
    bytes: Cursor,
    source: Arc<dyn Source>,
    /// Bytes before the archive, which its offsets do not count.
    shift: u64,
}

/// What a record says of a member.
pub(super) struct Record {
    pub(super) name: String,
    pub(super) flags: u16,
    pub(super) method: u16,
    pub(super) crc: u32,
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where the local header stands in the source.
    pub(super) at: u64,
    pub(super) modified: Option<jiff::Timestamp>,
    unix_mode: u32,
}

impl Record {
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with(['/', '\\']) || self.unix_mode & 0o170_000 == 0o040_000
    }

    pub(super) fn is_link(&self) -> bool {
        self.unix_mode & 0o170_000 == 0o120_000
    }
}

/// What the end record says.
struct End {
    members: u64,
    size: u64,
    offset: u64,
    /// Where the end record stands, and so the directory ends.
    at: u64,
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// The number of the piece that the end record in these last bytes of a file stands on.
pub(crate) fn end_piece(tail: &[u8]) -> Option<u16> {
    u16_at(tail, find_end(tail)? + 4)
}

/// Where the directory of the zip in `source` starts; it and the end record reach to the end.
pub(crate) fn directory_start(source: Arc<dyn Source>) -> io::Result<u64> {
    Ok(Directory::find(source)?.start)
}

/// The last end record whose comment fits.
fn find_end(tail: &[u8]) -> Option<usize> {
    memchr::memmem::rfind_iter(tail, &END).find(|&at| {
        let comment = u16_at(tail, at + 20).map(usize::from);
        comment.is_some_and(|len| at + END_FIXED + len <= tail.len())
    })
}

impl Directory {
    /// Finds the directory by the record at the end of the source.
    pub(super) fn find(source: Arc<dyn Source>) -> io::Result<Directory> {
        let len = source.len();
        let mut tail = vec![0u8; clip(len, END_FIXED + MOST_COMMENT)];
        let tail_at = len - tail.len() as u64;
        read_full(&*source, tail_at, &mut tail)?;
        let at = find_end(&tail).ok_or_else(|| bad("the end of the archive is missing"))?;
        let record = tail.get(at..).unwrap_or_default();
        let at = tail_at + at as u64;
        let narrow = End {
            members: u16_at(record, 10).unwrap_or(0).into(),
            size: u32_at(record, 12).unwrap_or(0).into(),
            offset: u32_at(record, 16).unwrap_or(0).into(),
            at,
        };
        let end = end64(&*source, at)?.unwrap_or(narrow);
        if end.members > end.size / CENTRAL_FIXED as u64 {
            return Err(bad("the directory is too small for its members"));
        }
        let start = start(&*source, &end)?;
        let mut bytes = Cursor::new(Arc::clone(&source));
        bytes.seek(SeekFrom::Start(start))?;
        Ok(Directory {
            members: end.members,
            front_missing: source.pieces() < 2 && start < end.offset,
            start,
            left: end.members,
            bytes,
            // Pieces of a split archive count from their own start.
            shift: if source.pieces() > 1 {
                0
            } else {
                start.saturating_sub(end.offset)
            },
            source,
        })
    }

    fn record(&mut self) -> io::Result<Record> {
        let mut fixed = [0u8; CENTRAL_FIXED];
        self.bytes.read_exact(&mut fixed)?;
        if !fixed.starts_with(&CENTRAL) {
            return Err(bad("the directory is damaged"));
        }
        let short = |at| u16_at(&fixed, at).unwrap_or(0);
        let long = |at| u32_at(&fixed, at).unwrap_or(0);
        let (name_len, extra_len) = (usize::from(short(28)), usize::from(short(30)));
        let mut variable = vec![0u8; name_len + extra_len];
        self.bytes.read_exact(&mut variable)?;
        self.bytes.seek(SeekFrom::Current(short(32).into()))?;
        let (name, extra) = variable.split_at(name_len);
        let (mut size, mut packed) = (u64::from(long(24)), u64::from(long(20)));
        let mut offset = u64::from(long(42));
        widen(extra, &mut [&mut size, &mut packed, &mut offset]);
        // 3 is Unix, 19 is macOS; other systems keep other things there.
        let unix = matches!(short(4) >> 8, 3 | 19);
        let piece = self.source.piece_start(short(34).into());
        Ok(Record {
            name: text(name),
            flags: short(8),
            method: short(10),
            crc: long(16),
            packed,
            size,
            at: offset.saturating_add(self.shift).saturating_add(piece),
            modified: modified(short(14), short(12), extra),
            unix_mode: if unix { long(38) >> 16 } else { 0 },
        })
    }
}

impl Iterator for Directory {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some(self.record())
    }
}

/// The zip64 end record, where a locator before the end record points to one.
fn end64(source: &dyn Source, end: u64) -> io::Result<Option<End>> {
    let Some(locator_at) = end.checked_sub(LOCATOR_LEN) else {
        return Ok(None);
    };
    let mut locator = [0u8; 20];
    read_full(source, locator_at, &mut locator)?;
    if !locator.starts_with(&LOCATOR) {
        return Ok(None);
    }
    let piece = source.piece_start(u32_at(&locator, 4).unwrap_or(0));
    let told = u64_at(&locator, 8).unwrap_or(0).saturating_add(piece);
    // Bytes before the archive shift it; then it stands right before its locator.
    let near = locator_at.saturating_sub(END64_FIXED as u64);
    for at in [told, near] {
        let mut record = [0u8; END64_FIXED];
        read_full(source, at, &mut record)?;
        if record.starts_with(&END64) {
            let field = |at| u64_at(&record, at).unwrap_or(0);
            return Ok(Some(End {
                members: field(32),
                size: field(40),
                offset: field(48),
                at,
            }));
        }
    }
    Err(bad("the zip64 end record is missing"))
}

/// Where the directory starts: right before its end record, or where that says.
fn start(source: &dyn Source, end: &End) -> io::Result<u64> {
    let starts = [end.at.checked_sub(end.size), Some(end.offset)];
    for at in starts.into_iter().flatten() {
        let mut signature = [0u8; 4];
        read_full(source, at, &mut signature)?;
        if end.members == 0 || signature == CENTRAL {
            return Ok(at);
        }
    }
    Err(bad("the directory is missing"))
}
