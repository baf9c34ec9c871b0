//! Gzip members (RFC 1952), end to end as fluentd appends them, into their bytes.
//!
//! The framing is read here and not by flate2, so that the checksum of what came out is computed with the vectors that the
//! processor has: it was an eighth of the time of inflating.

use std::io::{self, BufRead, Read};

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use super::loss::{Loss, again};
use super::peek::Peek;

/// What a member begins with: its mark, and the only method there is.
const MARK: [u8; 2] = [0x1f, 0x8b];
const DEFLATE: u8 = 8;
/// Flags of the header.
const HEADER_SUM: u8 = 2;
const EXTRA: u8 = 4;
const NAME: u8 = 8;
const COMMENT: u8 = 16;
const RESERVED: u8 = 0xe0;
/// The longest name or comment that is read over.
const LONGEST: usize = 64 << 10;

/// Gzip members end to end; padding of zeros after the last is ignored.
pub(super) struct Gzip<R: Read> {
    inner: DeflateDecoder<Peek<R>>,
    state: State,
    sum: Hasher,
    size: u32,
}

/// What comes next.
enum State {
    /// The header of a member.
    Header,
    Data,
    /// Nothing more.
    Over,
    /// It failed, and will again.
    Failed(io::Error),
}

impl<R: Read> Gzip<R> {
    pub(super) fn new(packed: Peek<R>) -> Self {
        Self {
            inner: DeflateDecoder::new(packed),
            state: State::Header,
            sum: Hasher::new(),
            size: 0,
        }
    }

    fn next(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            match &self.state {
                State::Header => {
                    header(self.inner.get_mut())?;
                    self.inner.reset_data();
                    (self.sum, self.size) = (Hasher::new(), 0);
                    self.state = State::Data;
                }
                State::Data => {
                    let n = self.inner.read(buf)?;
                    if n > 0 {
                        self.sum.update(buf.get(..n).unwrap_or_default());
                        // the declared size is that of the member modulo 2^32
                        self.size = self.size.wrapping_add(n as u32);
                        return Ok(n);
                    }
                    self.trailer()?;
                }
                State::Over => return Ok(0),
                State::Failed(error) => return Err(again(error)),
            }
        }
    }

    /// Checks the end of a member, and looks at what follows it.
    fn trailer(&mut self) -> io::Result<()> {
        let packed = self.inner.get_mut();
        let [a, b, c, d, e, f, g, h] = taken(packed)?;
        if u32::from_le_bytes([a, b, c, d]) != self.sum.clone().finalize() {
            return Err(Loss::Checksum.into());
        }
        let declared = u32::from_le_bytes([e, f, g, h]);
        if declared != self.size {
            return Err(Loss::Size {
                declared: declared.into(),
                found: self.size.into(),
            }
            .into());
        }
        let next = packed.peek(MARK.len());
        if next == MARK {
            self.state = State::Header;
            return Ok(());
        }
        self.state = State::Over;
        match next.is_empty() {
            true => packed.failure().map_or(Ok(()), Err),
            false => only_zeros(packed),
        }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        let result = self.next(buf);
        if let Err(error) = &result
            && error.kind() != io::ErrorKind::Interrupted
        {
            self.state = State::Failed(again(error));
        }
        result
    }
}

/// The next few bytes.
fn taken<const N: usize>(packed: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    packed.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Reads over the header of a member.
fn header<R: Read>(packed: &mut Peek<R>) -> io::Result<()> {
    let mut sum = Hasher::new();
    let fixed: [u8; 10] = taken(packed)?;
    sum.update(&fixed);
    let [first, second, method, flags, ..] = fixed;
    if [first, second] != MARK || method != DEFLATE || flags & RESERVED != 0 {
        return Err(bad_header());
    }
    if flags & EXTRA != 0 {
        let length: [u8; 2] = taken(packed)?;
        sum.update(&length);
        let mut extra = vec![0; u16::from_le_bytes(length).into()];
        packed.read_exact(&mut extra)?;
        sum.update(&extra);
    }
    for text in [NAME, COMMENT] {
        if flags & text != 0 {
            let mut bytes = Vec::new();
            packed.take(LONGEST as u64).read_until(0, &mut bytes)?;
            if bytes.last() != Some(&0) {
                return Err(match bytes.len() < LONGEST {
                    true => Loss::CutOff.into(),
                    false => bad_header(),
                });
            }
            sum.update(&bytes);
        }
    }
    // the lower half of the sum of all before
    let own = sum.finalize() as u16;
    if flags & HEADER_SUM != 0 && u16::from_le_bytes(taken(packed)?) != own {
        return Err(bad_header());
    }
    Ok(())
}

fn bad_header() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the gzip header is not valid")
}

fn only_zeros(mut rest: impl BufRead) -> io::Result<()> {
    let mut stray = 0u64;
    loop {
        let chunk = rest.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        if stray > 0 || chunk.iter().any(|&b| b != 0) {
            stray += chunk.len() as u64;
        }
        let n = chunk.len();
        rest.consume(n);
    }
    if stray == 0 {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{stray} bytes after the last gzip member are not gzip"),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, GzBuilder};
    use std::io::Write;

    fn read(bytes: &[u8]) -> (Vec<u8>, Option<String>) {
        let mut gzip = Gzip::new(Peek::new(bytes, 64));
        let mut out = Vec::new();
        let failed = gzip.read_to_end(&mut out).err();
        if let Some(error) = &failed {
            let again = gzip.read(&mut [0; 8]).unwrap_err();
            assert_eq!(again.kind(), error.kind(), "it goes on failing");
        }
        (out, failed.map(|error| error.to_string()))
    }

    fn member(text: &[u8], header: GzBuilder) -> Vec<u8> {
        let mut packer = header.write(Vec::new(), Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn plain(text: &[u8]) -> Vec<u8> {
        member(text, GzBuilder::new())
    }

    #[test]
    fn headers_with_everything_in_them() {
        let full = GzBuilder::new()
            .extra(vec![7; 300])
            .filename("a.log")
            .comment("of a node")
            .mtime(1);
        let both = [member(b"first\n", full), plain(b"second\n")].concat();
        assert_eq!(read(&both), (b"first\nsecond\n".to_vec(), None));
    }

    #[test]
    fn the_sum_of_a_header_is_checked() {
        let mut bytes = plain(b"text");
        if let Some(flags) = bytes.get_mut(3) {
            *flags = HEADER_SUM;
        }
        let sum = crc32fast::hash(&bytes[..10]) as u16;
        let with = |sum: u16| {
            let mut bytes = bytes.clone();
            bytes.splice(10..10, sum.to_le_bytes());
            read(&bytes)
        };
        assert_eq!(with(sum), (b"text".to_vec(), None));
        assert!(with(sum ^ 1).1.unwrap().contains("header"));
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_said_and_the_rest_comes_out() {
        let whole = plain(b"some lines\n");
        for cut in 0..whole.len() {
            let (out, failed) = read(&whole[..cut]);
            assert!(
                failed.is_some() && b"some lines\n".starts_with(&out),
                "{cut}"
            );
        }
        let at = whole.len();
        let damaged = |from: usize| {
            let mut bytes = whole.clone();
            bytes[at - from] ^= 1;
            read(&bytes).1.unwrap()
        };
        assert_eq!(damaged(8), "CRC error");
        assert_eq!(damaged(4), "declares 10 bytes and holds 11");
    }

    #[test]
    fn a_name_without_an_end_is_not_kept() {
        let mut bytes = plain(b"")[..10].to_vec();
        bytes[3] = NAME;
        bytes.extend(vec![b'a'; LONGEST + 10]);
        assert!(read(&bytes).1.unwrap().contains("header"));
    }
}
