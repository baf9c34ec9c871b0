//! Random access to bytes without a memory map: files, memory, slices, pieces put together.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::budget::Lease;
use super::loss::Loss;

/// Bytes of known length that can be read at any offset, by several threads at once.
pub(crate) trait Source: Send + Sync {
    /// Length in bytes, fixed when the source was opened.
    fn len(&self) -> u64;
    /// Reads at `offset`; 0 only at the end. Short reads are normal.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize>;
    /// How many files it is put together from.
    fn pieces(&self) -> usize {
        1
    }
    /// Offset of the first byte of a piece, from 0.
    fn piece_start(&self, _piece: u32) -> u64 {
        0
    }
}

/// An open file; reads are `pread`, so a file that shrinks gives an error and not a signal.
pub(crate) struct FileSource {
    file: File,
    len: u64,
}

impl FileSource {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Self::of(File::open(path)?)
    }

    /// With the length that the file has now: what is appended later is not read.
    pub(crate) fn of(file: File) -> io::Result<Self> {
        let len = file.metadata()?.len();
        Ok(Self { file, len })
    }
}

impl Source for FileSource {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read_at(buf, offset)
    }
}

/// A nested archive held in memory, with the share of the budget it occupies.
pub(crate) struct Memory {
    bytes: Vec<u8>,
    _lease: Option<Lease>,
}

impl Memory {
    pub(crate) fn new(bytes: Vec<u8>, lease: Option<Lease>) -> Self {
        Self {
            bytes,
            _lease: lease,
        }
    }
}

impl Source for Memory {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let rest = usize::try_from(offset)
            .ok()
            .and_then(|at| self.bytes.get(at..))
            .unwrap_or_default();
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        Ok(n)
    }
}

/// A part of another source: a stored member.
pub(crate) struct Slice {
    of: Arc<dyn Source>,
    start: u64,
    len: u64,
}

impl Slice {
    /// The `len` bytes from `start`, or as many of them as there are.
    pub(crate) fn new(of: Arc<dyn Source>, start: u64, len: u64) -> Self {
        let len = len.min(of.len().saturating_sub(start));
        Self { of, start, len }
    }
}

impl Source for Slice {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let n = clip(self.len.saturating_sub(offset), buf.len());
        match buf.get_mut(..n) {
            Some(buf) if n > 0 => self.of.read_at(self.start.saturating_add(offset), buf),
            _ => Ok(0),
        }
    }
}

/// Pieces of one split file, end to end.
pub(crate) struct Pieces {
    /// Offset of the first byte of each piece, ascending.
    parts: Vec<(u64, Arc<dyn Source>)>,
    len: u64,
}

impl Pieces {
    pub(crate) fn new(pieces: Vec<Arc<dyn Source>>) -> Self {
        let mut len = 0u64;
        let mut parts = Vec::with_capacity(pieces.len());
        for piece in pieces {
            let next = len.saturating_add(piece.len());
            parts.push((len, piece));
            len = next;
        }
        Self { parts, len }
    }
}

impl Source for Pieces {
    fn len(&self) -> u64 {
        self.len
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        if offset >= self.len {
            return Ok(0);
        }
        // The last piece that starts at or before the offset; empty pieces are stepped over by that.
        let next = self.parts.partition_point(|(start, _)| *start <= offset);
        match next.checked_sub(1).and_then(|ix| self.parts.get(ix)) {
            Some((start, piece)) => piece.read_at(offset - start, buf),
            None => Ok(0),
        }
    }

    fn pieces(&self) -> usize {
        self.parts.len()
    }

    fn piece_start(&self, piece: u32) -> u64 {
        let piece = usize::try_from(piece).ok();
        piece
            .and_then(|ix| self.parts.get(ix))
            .map_or(0, |(start, _)| *start)
    }
}

/// A position in a source, for code that wants [`Read`] and [`Seek`]. Small reads come from a window
/// that seeking does not throw away.
pub(crate) struct Cursor {
    source: Arc<dyn Source>,
    at: u64,
    end: u64,
    window: Vec<u8>,
    window_at: u64,
}

/// Reads below this go through the window.
const SMALL: usize = 4 << 10;
const WINDOW: usize = 64 << 10;

impl Cursor {
    pub(crate) fn new(source: Arc<dyn Source>) -> Self {
        let end = source.len();
        Self::range(source, 0, end)
    }

    /// The `len` bytes from `start`; fewer where the source ends before.
    pub(crate) fn range(source: Arc<dyn Source>, start: u64, len: u64) -> Self {
        let end = start.saturating_add(len).min(source.len());
        Self {
            source,
            at: start.min(end),
            end,
            window: Vec::new(),
            window_at: 0,
        }
    }

    /// What the window holds from the position on.
    fn ready(&self) -> &[u8] {
        self.at
            .checked_sub(self.window_at)
            .and_then(|from| self.window.get(usize::try_from(from).ok()?..))
            .unwrap_or_default()
    }
}

impl Read for Cursor {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = clip(self.end.saturating_sub(self.at), buf.len());
        let buf = buf.get_mut(..n).unwrap_or_default();
        if n == 0 {
            return Ok(0);
        }
        let got = if n >= SMALL {
            self.source.read_at(self.at, buf)?
        } else {
            if self.ready().is_empty() {
                let room = clip(self.end - self.at, WINDOW);
                self.window.resize(room, 0);
                let got = self.source.read_at(self.at, &mut self.window);
                self.window.truncate(*got.as_ref().unwrap_or(&0));
                self.window_at = self.at;
                got?;
            }
            self.ready().read(buf)?
        };
        if got == 0 {
            return Err(Loss::Shrunk.into());
        }
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at =
            at.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))?;
        Ok(self.at)
    }
}

/// Fills `buf` from `offset` as far as the source reaches; how many bytes were read.
pub(crate) fn read_full(source: &dyn Source, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
    let mut done = 0;
    while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match source.read_at(offset.saturating_add(done as u64), rest) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}

/// The smaller of a length in a file and one in memory.
pub(crate) fn clip(left: u64, room: usize) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(room)
}
