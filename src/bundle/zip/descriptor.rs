//! Members whose sizes and checksum stand behind their data: where those end, and whether they are whole.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use crate::bundle::level::Shared;
use crate::bundle::loss::{Loss, again};
use crate::bundle::peek::Peek;
use crate::bundle::unpack::{CHECK_EVERY, MostRatio};

const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";

/// Stored data that end before their declared length are an error.
pub(super) struct Whole<R>(pub(super) io::Take<R>);

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
pub(super) struct Described<R: BufRead> {
    inner: DeflateDecoder<R>,
    crc: Hasher,
    size: u64,
    most: MostRatio,
    shared: Arc<Shared>,
    /// How it ended: well, or with this error.
    done: Option<io::Result<()>>,
}

impl<'a, 'b> Described<&'a mut Peek<&'b mut dyn Read>> {
    pub(super) fn new(bytes: &'a mut Peek<&'b mut dyn Read>, shared: &Arc<Shared>) -> Self {
        Self {
            inner: DeflateDecoder::new(bytes),
            crc: Hasher::new(),
            size: 0,
            most: MostRatio::new(&shared.limits),
            shared: Arc::clone(shared),
            done: None,
        }
    }

    /// Counts the next bytes where they are of a bomb; why it must end. Its packed size is not known before its end.
    fn beyond(&self, next: u64) -> Option<String> {
        let most = self
            .inner
            .total_in()
            .saturating_mul(self.shared.limits.ratio);
        (self.size > most)
            .then(|| self.shared.charge_beyond(next))
            .flatten()
    }

    /// Reads on to the end of the data, whatever the visitor left; whether they are whole.
    pub(super) fn rest(&mut self) -> io::Result<bool> {
        if io::copy(self, &mut io::sink()).is_ok() {
            return Ok(true);
        }
        self.inner.get_mut().failure().map_or(Ok(false), Err)
    }

    /// Consumes the descriptor and compares. It comes in four shapes: with or without a signature,
    /// with sizes of four or eight bytes.
    fn descriptor(&mut self) -> io::Result<()> {
        let (packed, size, crc) = (
            self.inner.total_in(),
            self.size,
            self.crc.clone().finalize(),
        );
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
        let few = buf.len().min(CHECK_EVERY);
        let buf = buf.get_mut(..few).unwrap_or_default();
        let allowed = self.most.check(self.size, self.inner.total_in());
        let result = match allowed.and_then(|()| self.inner.read(buf)) {
            Ok(0) => self.descriptor(),
            Ok(n) => {
                self.crc.update(buf.get(..n).unwrap_or_default());
                self.size += n as u64;
                match self.beyond(n as u64) {
                    None => return Ok(n),
                    Some(why) => Err(Loss::Limit(why).into()),
                }
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
pub(super) struct UntilDescriptor<'a, 'b> {
    bytes: &'a mut Peek<&'b mut dyn Read>,
    crc: Hasher,
    size: u64,
    done: bool,
}

impl<'a, 'b> UntilDescriptor<'a, 'b> {
    pub(super) fn new(bytes: &'a mut Peek<&'b mut dyn Read>) -> Self {
        Self {
            bytes,
            crc: Hasher::new(),
            size: 0,
            done: false,
        }
    }

    /// The length of the descriptor that starts here, if one does.
    fn descriptor(&mut self) -> Option<usize> {
        let (size, crc) = (self.size, self.crc.clone().finalize());
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
            .get(1..)
            .and_then(|rest| memchr::memchr(b'P', rest))
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
