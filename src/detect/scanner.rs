//! Bytes in any split into blocks of whole lines, and lines too long for that into overlapping windows.

use std::io::{self, Read};
use std::sync::Arc;

use super::detector::{Detector, Shared};
use super::walk::{Walk, Window};
use super::{EntryHits, before};
use crate::bundle::Entry;

/// Sizes of the buffer, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    /// Bytes that are taken in before they are looked at; what fits the second-level cache.
    pub(crate) chunk: usize,
    /// The longest line that is looked at as a whole; at least a chunk.
    pub(crate) window: usize,
    /// Bytes that a window of a longer line shares with the one before.
    pub(crate) overlap: usize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self {
            chunk: 512 * 1024,
            window: 1 << 20,
            overlap: 16 * 1024,
        }
    }
}

/// Scans entry after entry, on one thread, with buffers it keeps: [`begin`](Scanner::begin),
/// [`feed`](Scanner::feed), [`feed_once`](Scanner::feed_once) or [`feed_from`](Scanner::feed_from) any number of times, [`finish`](Scanner::finish).
pub struct Scanner {
    detector: Arc<Shared>,
    sizes: Sizes,
    /// History, what is left of the last block, and new bytes.
    buffer: Vec<u8>,
    /// Bytes of `buffer` that hold data.
    filled: usize,
    /// Start of what was not looked at.
    start: usize,
    /// `start` is inside a line that is taken in windows.
    long: bool,
    /// Fill of the buffer at which it is looked at.
    look_at: usize,
    /// Bytes of the entry so far.
    taken: u64,
    walk: Option<Walk>,
}

impl Detector {
    /// A scanner for one thread.
    pub fn scanner(&self) -> Scanner {
        let sizes = Sizes::default();
        let window = self.shared().catalog().limits.line;
        self.scanner_of_size(Sizes {
            window: window.clamp(2 * sizes.overlap, sizes.window),
            ..sizes
        })
    }

    pub(crate) fn scanner_of_size(&self, sizes: Sizes) -> Scanner {
        Scanner {
            detector: Arc::clone(self.shared()),
            sizes,
            buffer: Vec::new(),
            filled: 0,
            start: 0,
            long: false,
            look_at: sizes.chunk,
            taken: 0,
            walk: None,
        }
    }
}

impl Scanner {
    /// Begins an entry; what was not finished is forgotten.
    pub fn begin(&mut self, entry: &Entry) {
        let group = self.detector.group(entry.origin.programs);
        let walk = Walk::new(self.detector.catalog(), group, entry);
        self.begin_with(walk.within(self.detector.period()));
    }

    /// Begins an entry whose every line is decoded and tried with every pattern: slow, and what the fast way is
    /// held equal to.
    pub fn begin_naively(&mut self, entry: &Entry) {
        let group = self.detector.group(entry.origin.programs);
        self.begin_with(Walk::new(self.detector.catalog(), group, entry).naive());
    }

    fn begin_with(&mut self, walk: Walk) {
        self.filled = 0;
        self.start = 0;
        self.long = false;
        self.look_at = self.sizes.chunk;
        self.taken = 0;
        self.walk = Some(walk);
    }

    /// Takes the next bytes of the entry; where they are split never matters.
    pub fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while !rest.is_empty() {
            let room = self.room();
            let (now, later) = rest.split_at_checked(room.len()).unwrap_or((rest, &[]));
            if let Some(room) = room.get_mut(..now.len()) {
                room.copy_from_slice(now);
            }
            self.grown_by(now.len());
            rest = later;
        }
    }

    /// Reads the entry to its end, straight into the scanner's buffer. After an error what was read so far stands.
    pub fn feed_from(&mut self, bytes: &mut dyn Read) -> io::Result<()> {
        while self.feed_once(bytes)? > 0 {}
        Ok(())
    }

    /// Reads some bytes, straight into the scanner's buffer; 0 at the end.
    pub fn feed_once(&mut self, bytes: &mut dyn Read) -> io::Result<usize> {
        loop {
            match bytes.read(self.room()) {
                Ok(count) => {
                    self.grown_by(count);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends the entry.
    pub fn finish(&mut self) -> EntryHits {
        let bytes = self.taken;
        let last = self.buffer.get(..self.filled).and_then(<[u8]>::last);
        if bytes > 0 && last != Some(&b'\n') {
            self.feed(b"\n");
        }
        self.look();
        let mut hits = self.walk.take().map(Walk::finish).unwrap_or_default();
        hits.coverage.bytes = bytes;
        hits
    }

    /// Room for new bytes, never empty.
    fn room(&mut self) -> &mut [u8] {
        if self.buffer.len() < self.look_at {
            self.buffer.resize(self.look_at, 0);
        }
        self.buffer
            .get_mut(self.filled..self.look_at)
            .unwrap_or_default()
    }

    fn grown_by(&mut self, count: usize) {
        self.filled += count;
        self.taken += count as u64;
        if self.filled >= self.look_at {
            self.look();
        }
    }

    /// Looks at all lines that are complete, and moves the rest to the front.
    fn look(&mut self) {
        while self.look_once() {}
        let history = self.start.min(before::LONGEST);
        let from = self.start - history;
        self.buffer.copy_within(from..self.filled, 0);
        self.filled -= from;
        self.start = history;
        self.look_at = self.filled + self.sizes.chunk;
    }

    /// Looks at a window of a long line, or at all whole lines; whether there may be more to look at.
    ///
    /// What was left of the last look holds no newline, and fewer bytes than a window came since: so only the
    /// first line can be longer than a window.
    fn look_once(&mut self) -> bool {
        let Sizes {
            window, overlap, ..
        } = self.sizes;
        let known = self.buffer.get(..self.filled).unwrap_or_default();
        let data = known.get(self.start..).unwrap_or_default();
        let Some(walk) = &mut self.walk else {
            return false;
        };
        let reach = data.get(..=window).unwrap_or(data);
        match memchr::memchr(b'\n', reach) {
            Some(end) if self.long => {
                walk.window(data.get(..end).unwrap_or_default(), Window::Last);
                self.long = false;
                self.start += end + 1;
                true
            }
            Some(_) => {
                let end = memchr::memrchr(b'\n', data).map_or(0, |newline| newline + 1);
                let whole = known.get(..self.start + end).unwrap_or_default();
                walk.block(whole, self.start);
                self.start += end;
                false
            }
            None if data.len() > window => {
                let place = if self.long {
                    Window::Middle
                } else {
                    Window::First
                };
                walk.window(data.get(..window).unwrap_or_default(), place);
                self.long = true;
                self.start += window - overlap;
                true
            }
            None => false,
        }
    }
}
