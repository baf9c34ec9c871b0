//! Compressed streams into their bytes: gzip of many members, xz, zstd, bzip2.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::gzip::Gzip;
use super::limits::Limits;
use super::loss::Loss;
use super::peek::Peek;
use super::sniff::Packing;

/// Packed bytes are read in chunks of this many.
pub(crate) const CHUNK: usize = 64 << 10;

/// The expanded bytes of `packed`. What was decoded before an error is handed out before the error.
pub(crate) fn unpack<'a>(
    packing: Packing,
    packed: impl Read + 'a,
    limits: &Limits,
) -> Box<dyn Read + 'a> {
    let used = Rc::new(Cell::new(0));
    let counted = Peek::new(
        Counted {
            inner: packed,
            count: Rc::clone(&used),
        },
        CHUNK,
    );
    let plain: Box<dyn Read + 'a> = match packing {
        Packing::Gzip => Box::new(Gzip::new(counted)),
        Packing::Xz => {
            let kib = u32::try_from(limits.dictionary >> 10).unwrap_or(u32::MAX);
            // The decoder wants room beside its dictionary.
            let kib = kib.saturating_add(1024);
            Box::new(Xz {
                inner: lzma_rust2::XzReader::new_mem_limit(counted, true, kib),
                most: limits.dictionary,
            })
        }
        Packing::Zstd => Box::new(Zstd::new(counted, limits.dictionary)),
        Packing::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(counted)),
    };
    Box::new(Ratio::new(plain, Packed::Counted(used), limits))
}

/// Counts what passes.
struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.count.set(self.count.get().saturating_add(n as u64));
        Ok(n)
    }
}

/// How many packed bytes stand behind what came out.
pub(crate) enum Packed {
    /// As the container says.
    Known(u64),
    /// As many as were read.
    Counted(Rc<Cell<u64>>),
}

/// The largest read between two looks at the ratio.
pub(crate) const CHECK_EVERY: usize = 1 << 20;

/// How far bytes may expand.
#[derive(Clone, Copy)]
pub(crate) struct MostRatio {
    ratio: u64,
    after: u64,
}

impl MostRatio {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            ratio: limits.ratio,
            after: limits.ratio_after,
        }
    }

    /// An error where `packed` bytes became too many.
    pub(crate) fn check(self, out: u64, packed: u64) -> io::Result<()> {
        let ratio = self.ratio;
        if out > self.after && out > packed.saturating_mul(ratio) {
            return Err(
                Loss::Limit(format!("expands more than {ratio} times (limit ratio)")).into(),
            );
        }
        Ok(())
    }
}

/// Ends bytes that expand beyond the allowed ratio.
pub(crate) struct Ratio<R> {
    inner: R,
    packed: Packed,
    out: u64,
    most: MostRatio,
}

impl<R: Read> Ratio<R> {
    pub(crate) fn new(inner: R, packed: Packed, limits: &Limits) -> Self {
        Self {
            inner,
            packed,
            out: 0,
            most: MostRatio::new(limits),
        }
    }
}

impl<R: Read> Read for Ratio<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let packed = match &self.packed {
            Packed::Known(n) => *n,
            Packed::Counted(n) => n.get(),
        };
        self.most.check(self.out, packed)?;
        let few = buf.len().min(CHECK_EVERY);
        let buf = buf.get_mut(..few).unwrap_or_default();
        let n = self.inner.read(buf)?;
        self.out = self.out.saturating_add(n as u64);
        Ok(n)
    }
}

/// A stream asks for more memory than it may have.
fn too_large_a_dictionary(most: u64) -> io::Error {
    Loss::Limit(format!(
        "asks for a dictionary of more than {most} bytes (limit dictionary)"
    ))
    .into()
}

/// The decoder of xz, which says no to a large dictionary in words of its own.
struct Xz<R> {
    inner: R,
    most: u64,
}

impl<R: Read> Read for Xz<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.inner
            .read(buf)
            .map_err(|error| match error.to_string().contains("mem_limit") {
                true => too_large_a_dictionary(self.most),
                false => error,
            })
    }
}

/// Zstd frames end to end, skippable ones skipped.
struct Zstd<R> {
    packed: R,
    decoder: Box<FrameDecoder>,
    in_frame: bool,
    /// The largest window, in bytes.
    most: u64,
}

impl<R: BufRead> Zstd<R> {
    fn new(packed: R, window: u64) -> Self {
        let mut decoder = Box::new(FrameDecoder::new());
        decoder.set_max_window_size(window);
        Self {
            packed,
            decoder,
            in_frame: false,
            most: window,
        }
    }

    /// Opens the next frame; false at the end.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            if self.packed.fill_buf()?.is_empty() {
                return Ok(false);
            }
            match self.decoder.reset(&mut self.packed) {
                Ok(()) => return Ok(true),
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                    length,
                    ..
                })) => {
                    let mut skipped = (&mut self.packed).take(length.into());
                    io::copy(&mut skipped, &mut io::sink())?;
                }
                Err(FrameDecoderError::WindowSizeTooBig { .. }) => {
                    return Err(too_large_a_dictionary(self.most));
                }
                Err(e) => return Err(io::Error::new(io::ErrorKind::InvalidData, e.to_string())),
            }
        }
    }
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.in_frame {
                if !self.next_frame()? {
                    return Ok(0);
                }
                self.in_frame = true;
            }
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(buf);
            }
            if self.decoder.is_finished() {
                self.in_frame = false;
                continue;
            }
            self.decoder
                .decode_blocks(&mut self.packed, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?;
        }
    }
}
