//! A zip whose only member is itself.
//!
//! Deflate can print what stands in it (a stored block: `print`) and repeat what was printed (a match: `again`). The
//! program below prints its own text, the header before it and the directory behind it. Only its checksum is wrong.

/// A stored block's head: the next `n` bytes are printed. Five bytes.
fn print(n: usize) -> Vec<u8> {
    let n = n as u16;
    [&[0][..], &n.to_le_bytes(), &(!n).to_le_bytes()].concat()
}

/// Bits as deflate packs them.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    /// A number, its lowest bit first.
    fn number(&mut self, number: usize, bits: usize) {
        self.0.extend((0..bits).map(|bit| number >> bit & 1 == 1));
    }

    /// A Huffman code, its highest bit first.
    fn code(&mut self, code: usize, bits: usize) {
        self.0
            .extend((0..bits).rev().map(|bit| code >> bit & 1 == 1));
    }

    fn bytes(&self) -> Vec<u8> {
        let byte = |bits: &[bool]| (0..8).fold(0, |byte, at| byte | u8::from(bits[at]) << at);
        self.0.chunks(8).map(byte).collect()
    }
}

/// A match of `length` bytes that were printed `distance` bytes ago, of the fixed code.
fn matched(bits: &mut Bits, length: usize, distance: usize) {
    let (mut code, mut base, mut extra) = (257, 3, 0);
    while length >= base + (1 << extra) {
        base += 1 << extra;
        code += 1;
        extra = if code < 265 { 0 } else { (code - 261) / 4 };
    }
    assert!(code < 280);
    bits.code(code - 256, 7);
    bits.number(length - base, extra);
    let (mut code, mut base, mut extra) = (0, 1, 0);
    while distance >= base + (1 << extra) {
        base += 1 << extra;
        code += 1;
        extra = if code < 4 { 0 } else { code / 2 - 1 };
    }
    bits.code(code, 5);
    bits.number(distance - base, extra);
}

/// Repeats the last `n` bytes, in whole bytes; in five, where that many are asked for.
fn again(n: usize, bytes: Option<usize>) -> Vec<u8> {
    for first in 3..=n {
        for empty in 0..8 {
            let mut bits = Bits::default();
            bits.number(2, 3);
            let mut left = n;
            let mut fits = true;
            while left > 0 {
                let length = if left == n { first } else { left }.min(left).min(114);
                fits &= length >= 3;
                matched(&mut bits, length.max(3), n);
                left -= length;
            }
            bits.number(0, 7);
            for _ in 0..empty {
                bits.number(2, 3);
                bits.number(0, 7);
            }
            let whole = bits.0.len().is_multiple_of(8);
            if fits && whole && bytes.is_none_or(|bytes| bits.0.len() == bytes * 8) {
                return bits.bytes();
            }
        }
    }
    panic!("no {n} bytes in {bytes:?}");
}

/// 65 bytes of header and first opcode can be repeated in five.
const NAME: &str = "rrrrrrrrrrrrrrrrrrrr/again.zip";

/// The archive.
pub(crate) fn quine() -> Vec<u8> {
    let known = |packed: usize, size: usize| {
        let mut common = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x56, 0x5a, 0, 0, 0, 0];
        common.extend_from_slice(&(packed as u32).to_le_bytes());
        common.extend_from_slice(&(size as u32).to_le_bytes());
        common.extend_from_slice(&(NAME.len() as u16).to_le_bytes());
        common
    };
    let built = |packed: usize, size: usize| {
        let head = [
            b"PK\x03\x04",
            &known(packed, size)[..],
            &[0, 0],
            NAME.as_bytes(),
        ]
        .concat();
        let first = print(head.len() + 5);
        let back = again(head.len() + 5, Some(5));
        let (one, two, four, four_back) = (print(5), print(10), print(20), again(20, Some(5)));
        let mut tail = vec![1, 0, 0, 0xff, 0xff];
        let end = tail.len();
        tail.extend_from_slice(b"PK\x01\x02\x14\x00");
        tail.extend_from_slice(&known(packed, size));
        tail.extend_from_slice(&[0; 16]);
        tail.extend_from_slice(NAME.as_bytes());
        tail.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
        tail.extend_from_slice(&(46 + NAME.len() as u32).to_le_bytes());
        tail.extend_from_slice(&((head.len() + packed) as u32).to_le_bytes());
        tail.extend_from_slice(&[0, 0]);
        // The tail is repeated by a piece that stands in what it repeats.
        let mut all_back = Vec::new();
        for _ in 0..4 {
            all_back = again(all_back.len() + tail.len(), None);
        }
        let rest = [&all_back[..], &tail].concat();
        let (nothing, last) = (print(0), print(rest.len()));
        let program: Vec<&[u8]> = vec![
            &first, &head, &first, &back, &one, &back, &one, &one, &four, &back, &one, &one, &four,
            &four_back, &four, &four_back, &four, &four_back, &four, &four_back, &four, &four_back,
            &two, &nothing, &last, &four_back, &two, &nothing, &last, &nothing, &last, &rest,
            &rest,
        ];
        let program = program.concat();
        let packed = program.len() - (tail.len() - end);
        ([head, program].concat(), packed)
    };
    let (archive, packed) = built(0, 0);
    built(packed, archive.len()).0
}

#[test]
fn it_holds_itself() {
    let archive = quine();
    let start = 30 + NAME.len();
    let mut inside = Vec::new();
    let mut inflate = flate2::read::DeflateDecoder::new(&archive[start..]);
    std::io::Read::read_to_end(&mut inflate, &mut inside).unwrap();
    assert_eq!(inside, archive);
}
