//! An entry's bytes through the redactor into a writer, summed up on the way.

use std::io::{self, Read, Write};

use crc32fast::Hasher;

use super::super::stream::{CHUNK, Stream};
use crate::bundle::is_opaque;

/// Sums up what passes.
pub(super) struct Summed<W> {
    pub(super) crc: Hasher,
    /// The checksum's own counter has 32 bits.
    pub(super) size: u64,
    pub(super) inner: W,
}

impl<W> Summed<W> {
    /// In front of a writer.
    pub(super) fn new(inner: W) -> Self {
        Self {
            crc: Hasher::new(),
            size: 0,
            inner,
        }
    }
}

impl<W: Write> Write for Summed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.crc.update(bytes.get(..n).unwrap_or_default());
        self.size += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Moves bytes through the redactor; its buffers serve one entry after the other.
pub(super) struct Pump {
    chunk: Vec<u8>,
    ready: Vec<u8>,
    /// Expanded bytes of the last entry.
    pub(super) read: u64,
    /// The last entry's bytes are no text and were not passed on.
    pub(super) opaque: bool,
}

impl Pump {
    pub(super) fn new() -> Self {
        Self {
            chunk: vec![0; CHUNK],
            ready: Vec::new(),
            read: 0,
            opaque: false,
        }
    }

    /// A read error ends the entry: what came before it is kept, and the reader reports it. A write error comes back.
    pub(super) fn run(
        &mut self,
        bytes: &mut dyn Read,
        stream: &mut Stream,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        (self.read, self.opaque) = (0, false);
        let mut first = true;
        loop {
            let n = match bytes.read(&mut self.chunk) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let piece = self.chunk.get(..n).unwrap_or_default();
            if first && is_opaque(piece) {
                self.opaque = true;
                return Ok(());
            }
            first = false;
            self.read += n as u64;
            self.ready.clear();
            stream.feed(piece, &mut self.ready);
            out.write_all(&self.ready)?;
        }
        self.ready.clear();
        stream.finish(&mut self.ready);
        out.write_all(&self.ready)
    }
}
