//! UTF-16 text, as Windows collectors write it, into UTF-8 while it is read.

use std::io::{self, Read};

/// Byte orders of UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Little,
    Big,
}

/// The byte order of text that says so by its first bytes.
pub(crate) fn order(head: &[u8]) -> Option<Order> {
    match head {
        [0xff, 0xfe, 0, 0, ..] => None,
        [0xff, 0xfe, ..] => Some(Order::Little),
        [0xfe, 0xff, ..] => Some(Order::Big),
        _ => None,
    }
}

/// Reads UTF-16 with its mark, gives UTF-8 without; what is no text becomes the replacement character.
pub(crate) struct Narrow<R> {
    inner: R,
    order: Order,
    /// A high surrogate that waits for its other half.
    high: Option<u16>,
    /// Half of a code unit.
    odd: Option<u8>,
    out: Vec<u8>,
    given: usize,
    started: bool,
}

impl<R: Read> Narrow<R> {
    pub(crate) fn new(inner: R, order: Order) -> Self {
        Self {
            inner,
            order,
            high: None,
            odd: None,
            out: Vec::new(),
            given: 0,
            started: false,
        }
    }

    /// Decodes one chunk into `out`; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        self.out.clear();
        self.given = 0;
        let mut chunk = [0u8; 8192];
        let n = self.inner.read(&mut chunk)?;
        if n == 0 {
            if self.high.take().is_some() | self.odd.take().is_some() {
                self.push(char::REPLACEMENT_CHARACTER);
            }
            return Ok(!self.out.is_empty());
        }
        for &byte in chunk.get(..n).unwrap_or_default() {
            let Some(first) = self.odd.take() else {
                self.odd = Some(byte);
                continue;
            };
            let unit = match self.order {
                Order::Little => u16::from_le_bytes([first, byte]),
                Order::Big => u16::from_be_bytes([first, byte]),
            };
            self.unit(unit);
        }
        Ok(true)
    }

    fn unit(&mut self, unit: u16) {
        if !self.started {
            self.started = true;
            if unit == 0xfeff {
                return;
            }
        }
        match self.high.take() {
            Some(high) => {
                for decoded in char::decode_utf16([high, unit]) {
                    self.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
            }
            None if (0xd800..0xdc00).contains(&unit) => self.high = Some(unit),
            None => self.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }

    fn push(&mut self, c: char) {
        self.out
            .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

impl<R: Read> Read for Narrow<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if buf.is_empty() {
            return Ok(0);
        }
        while self.given == self.out.len() {
            if !self.fill()? {
                return Ok(0);
            }
        }
        let mut ready = self.out.get(self.given..).unwrap_or_default();
        let n = ready.read(buf)?;
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_and_a_lone_surrogate() {
        for (order_, bytes) in [
            (
                Order::Little,
                "\u{feff}ok 🦀\n"
                    .encode_utf16()
                    .flat_map(u16::to_le_bytes)
                    .collect::<Vec<u8>>(),
            ),
            (
                Order::Big,
                "\u{feff}ok 🦀\n"
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect(),
            ),
        ] {
            assert_eq!(order(&bytes), Some(order_));
            let mut text = String::new();
            Narrow::new(&bytes[..], order_)
                .read_to_string(&mut text)
                .unwrap();
            assert_eq!(text, "ok 🦀\n");
        }
        let mut text = String::new();
        Narrow::new(&b"\xff\xfe\x00\xd8a"[..], Order::Little)
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "\u{fffd}");
    }
}
