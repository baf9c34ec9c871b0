//! Members of a zip with a directory: opened at their offset, checked, handed on.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::Arc;

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use super::archive::{Archive, Fate, Member};
use super::header;
use crate::bundle::budget::Lease;
use crate::bundle::job::Job;
use crate::bundle::leaf::Found;
use crate::bundle::loss::{Loss, describe};
use crate::bundle::peek::Peek;
use crate::bundle::sniff::{Format, HEAD, sniff};
use crate::bundle::source::{Cursor, Memory, Slice, Source, clip};
use crate::bundle::tar::link;
use crate::bundle::unpack::{CHUNK, Packed, Ratio};
use crate::bundle::{Skip, Visit, stream};

/// Links longer than this are not links.
const MOST_LINK: u64 = 4096;

/// Reads these members; nested zips come back as jobs.
pub(crate) fn read_batch(
    archive: &Arc<Archive>,
    range: Range<usize>,
    visit: &mut dyn Visit,
) -> Vec<Job> {
    let mut jobs = Vec::new();
    for ix in range {
        if let Some(member) = archive.members.get(ix) {
            jobs.extend(read_member(archive, ix, member, visit));
        }
    }
    jobs
}

fn read_member(
    archive: &Arc<Archive>,
    ix: usize,
    member: &Member,
    visit: &mut dyn Visit,
) -> Vec<Job> {
    let level = &archive.level;
    let found = Found {
        path: member.path.clone(),
        size: Some(member.size),
        packed: Some(member.packed),
        modified: member.modified,
    };
    found.announce(level, visit);
    match &member.fate {
        Fate::Lost(why) => found.lost(why.clone(), visit),
        Fate::Skip(why) => found.skip(level, *why, visit),
        Fate::Link => match target(archive, member) {
            Ok(target) => link(level, found, &member.path, &target, visit),
            Err(e) => found.lost(describe(&e, 0), visit),
        },
        Fate::Read if member.size == 0 && member.packed == 0 => {
            found.skip(level, Skip::Empty, visit);
        }
        Fate::Read => {
            let mut bytes = match open(archive, member) {
                Ok(bytes) => Peek::new(bytes, HEAD),
                Err(e) => {
                    found.lost(describe(&e, 0), visit);
                    return Vec::new();
                }
            };
            if sniff(bytes.peek(HEAD)) == Format::Zip {
                match Job::nested(archive, ix, &found) {
                    Some(job) => return vec![job],
                    None => stream::walk(level, found, bytes, visit),
                }
            } else {
                stream::walk(level, found, bytes, visit);
            }
        }
    }
    Vec::new()
}

fn target(archive: &Archive, member: &Member) -> io::Result<String> {
    let mut target = Vec::new();
    let bytes = open(archive, member)?;
    bytes.take(MOST_LINK).read_to_end(&mut target)?;
    Ok(crate::bundle::name::text(&target))
}

/// A member's expanded bytes, checked.
fn open(archive: &Archive, member: &Member) -> io::Result<impl Read + use<>> {
    let data = locate(archive, member)?;
    let packed = Cursor::range(Arc::clone(&archive.source), data, member.packed);
    let plain = if member.stored {
        Plain::Stored(packed)
    } else {
        let chunk = clip(member.packed, CHUNK).max(512);
        Plain::Deflated(Box::new(DeflateDecoder::new(Peek::new(packed, chunk))))
    };
    let limits = &archive.level.shared.limits;
    let plain = Ratio::new(plain, Packed::Known(member.packed), limits);
    Ok(Checked::new(plain, member.crc, member.size))
}

/// Where a member's data start.
fn locate(archive: &Archive, member: &Member) -> io::Result<u64> {
    let data = header::data_start(&*archive.source, member.at)?.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "the archive has no member where its directory says",
        )
    })?;
    Ok(data)
}

/// The two methods that occur.
enum Plain {
    Stored(Cursor),
    Deflated(Box<DeflateDecoder<Peek<Cursor>>>),
}

impl Read for Plain {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Plain::Stored(bytes) => bytes.read(buf),
            Plain::Deflated(bytes) => bytes.read(buf),
        }
    }
}

/// Checks size and checksum at the end.
pub(super) struct Checked<R> {
    inner: R,
    crc: Hasher,
    size: u64,
    /// Checksum and size as declared; taken once they were compared.
    declared: Option<(u32, u64)>,
}

impl<R> Checked<R> {
    pub(super) fn new(inner: R, crc: u32, size: u64) -> Self {
        Self {
            inner,
            crc: Hasher::new(),
            size: 0,
            declared: Some((crc, size)),
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.crc.update(buf.get(..n).unwrap_or_default());
        self.size += n as u64;
        if n == 0
            && !buf.is_empty()
            && let Some((crc, size)) = self.declared.take()
        {
            if crc != self.crc.clone().finalize() {
                return Err(Loss::Checksum.into());
            }
            if size != self.size {
                return Err(Loss::Size {
                    declared: size,
                    found: self.size,
                }
                .into());
            }
        }
        Ok(n)
    }
}

/// The bytes of a stored nested zip where they stand.
pub(crate) fn nested_source(archive: &Archive, member: &Member) -> io::Result<Arc<dyn Source>> {
    let data = locate(archive, member)?;
    Ok(Arc::new(Slice::new(
        Arc::clone(&archive.source),
        data,
        member.packed,
    )))
}

/// Expands a nested zip into memory: its bytes as far as they go, and the error that ended them.
/// More bytes than declared are an error, since the lease was for that many.
pub(crate) fn inflate_into_memory(
    archive: &Archive,
    member: &Member,
    lease: Option<Lease>,
) -> (Arc<dyn Source>, Option<String>) {
    let mut bytes = Vec::new();
    let result = (|| -> io::Result<()> {
        let size = usize::try_from(member.size)
            .map_err(|_| Loss::Limit("does not fit into memory".into()))?;
        bytes
            .try_reserve_exact(size)
            .map_err(|_| Loss::Limit("does not fit into memory".into()))?;
        let plain = open(archive, member)?;
        let mut plain = plain.take(member.size);
        plain.read_to_end(&mut bytes)?;
        // One more read: it makes the comparison of checksum and size happen.
        plain.set_limit(1);
        if plain.read(&mut [0])? > 0 {
            return Err(
                Loss::Limit(format!("holds more than the {size} bytes it declares")).into(),
            );
        }
        Ok(())
    })();
    let error = result.err().map(|e| describe(&e, bytes.len() as u64));
    (Arc::new(Memory::new(bytes, lease)), error)
}
