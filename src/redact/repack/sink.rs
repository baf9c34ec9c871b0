//! Writers one inside the other: compressions over a file or a spool, ended from the innermost out.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};

use super::spool::Shared;

/// A writer that must be told when it ends.
pub(super) trait Sink: Write + Send {
    /// Writes what is left, here and in everything around.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

impl Sink for Shared {
    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// The file that all of it goes to.
pub(super) struct Out<'a>(pub(super) &'a mut (dyn Write + Send));

impl Write for Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Sink for Out<'_> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// gzip over a sink.
pub(super) fn gzip<'a>(inner: Box<dyn Sink + 'a>, level: u32) -> Box<dyn Sink + 'a> {
    Box::new(Gzip(GzEncoder::new(inner, Compression::new(level))))
}

struct Gzip<'a>(GzEncoder<Box<dyn Sink + 'a>>);

impl Write for Gzip<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Sink for Gzip<'_> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.finish()
    }
}

/// xz over a sink.
pub(super) fn xz<'a>(inner: Box<dyn Sink + 'a>, level: u32) -> io::Result<Box<dyn Sink + 'a>> {
    let writer = XzWriter::new(inner, XzOptions::with_preset(level.min(9)))?;
    Ok(Box::new(Xz(writer)))
}

struct Xz<'a>(XzWriter<Box<dyn Sink + 'a>>);

impl Write for Xz<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Xz<'_> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.finish()
    }
}

/// bzip2 over a sink.
pub(super) fn bzip2<'a>(inner: Box<dyn Sink + 'a>, level: u32) -> Box<dyn Sink + 'a> {
    let level = bzip2::Compression::new(level.clamp(1, 9));
    Box::new(Bzip2(bzip2::write::BzEncoder::new(inner, level)))
}

struct Bzip2<'a>(bzip2::write::BzEncoder<Box<dyn Sink + 'a>>);

impl Write for Bzip2<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Bzip2<'_> {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.finish()?.finish()
    }
}

/// zstd over a sink, a frame for every piece, as the encoder takes whole texts only.
pub(super) fn zstd<'a>(inner: Box<dyn Sink + 'a>) -> Box<dyn Sink + 'a> {
    Box::new(Zstd {
        inner,
        piece: Vec::new(),
    })
}

/// Bytes of one frame.
const PIECE: usize = 1 << 20;

struct Zstd<'a> {
    inner: Box<dyn Sink + 'a>,
    piece: Vec<u8>,
}

impl Zstd<'_> {
    fn frame(&mut self) -> io::Result<()> {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        let frame = ruzstd::encoding::compress_to_vec(self.piece.as_slice(), level);
        self.piece.clear();
        self.inner.write_all(&frame)
    }
}

impl Write for Zstd<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let few = bytes.len().min(PIECE - self.piece.len());
        self.piece
            .extend_from_slice(bytes.get(..few).unwrap_or_default());
        if self.piece.len() >= PIECE {
            self.frame()?;
        }
        Ok(few)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink for Zstd<'_> {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.frame()?;
        self.inner.finish()
    }
}
