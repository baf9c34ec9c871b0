//! A block of raw bytes into what one cheap pass can say of it: newlines, and whether slower care is needed.

use super::simd;

/// Bytes that share one count of newlines.
const CELL: usize = 4096;
/// Bytes that are counted at a time while literals are looked for in them.
pub(crate) const PIECE: usize = 1024;
/// Bytes whose newlines fit a counter of one byte.
const STRIPE: usize = 192;

/// What one pass over a block tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Survey {
    /// Newlines before each cell of [`CELL`] bytes.
    before: Vec<u32>,
    /// Newlines in the block.
    pub(crate) newlines: u32,
    /// Some line ends with `<` (klog's mark of a value of several lines).
    pub(crate) opens_value: bool,
    /// Cells with bytes that decoding takes out ([`has_odd`]).
    pub(crate) odd_cells: Vec<usize>,
    /// Cells with a `c:` or a `Bo`: a panic or a boot may be in them, and little else is.
    pub(crate) hint_cells: Vec<usize>,
    /// Cells without any newline; a line of at least two cells has one.
    pub(crate) bare_cells: Vec<usize>,
}

impl Survey {
    /// Replaces what is known with `block`, which holds whole lines.
    pub(crate) fn take(&mut self, block: &[u8]) {
        self.take_with(block, simd::survey);
    }

    /// As [`take`](Self::take), of a block of which each [`PIECE`] bytes were counted elsewhere, as far as that could.
    pub(crate) fn take_counted(&mut self, block: &[u8], pieces: &[simd::Seen]) {
        let mut pieces = pieces.chunks(CELL / PIECE);
        self.take_with(block, |_, _| {
            let mut sum = simd::Seen::default();
            for piece in pieces.next().unwrap_or_default() {
                if sum.looked % PIECE != 0 {
                    break;
                }
                sum.looked += piece.looked;
                sum.newlines += piece.newlines;
                sum.specials += piece.specials;
                sum.opens |= piece.opens;
                sum.hints |= piece.hints;
            }
            sum
        });
    }

    /// `count` tells of the beginning of a cell, each byte of which has its successor in its second argument.
    fn take_with(&mut self, block: &[u8], mut count: impl FnMut(&[u8], &[u8]) -> simd::Seen) {
        self.before.clear();
        self.bare_cells.clear();
        self.odd_cells.clear();
        self.hint_cells.clear();
        self.newlines = 0;
        self.opens_value = false;
        // Each byte is looked at with its successor; whole lines end with a newline, so the last byte needs none.
        let mut after = block.get(1..).unwrap_or_default();
        for (index, cell) in block.chunks(CELL).enumerate() {
            self.before.push(self.newlines);
            let seen = Seen::of(cell, after, count(cell, after));
            after = after.get(CELL..).unwrap_or_default();
            self.newlines += seen.newlines;
            self.opens_value |= seen.opens_value;
            if seen.newlines == 0 {
                self.bare_cells.push(index);
            }
            if seen.odd {
                self.odd_cells.push(index);
            }
            if seen.hints {
                self.hint_cells.push(index);
            }
        }
    }

    /// The bytes of a cell.
    pub(crate) fn range(cell: usize) -> std::ops::Range<usize> {
        cell * CELL..(cell + 1) * CELL
    }

    /// Newlines in `block[..at]`, where `block` is what was taken.
    pub(crate) fn newlines_before(&self, block: &[u8], at: usize) -> u32 {
        let cell = at / CELL;
        let Some(&before) = self.before.get(cell) else {
            return self.newlines;
        };
        let rest = block.get(cell * CELL..at).unwrap_or_default();
        before + count_newlines(rest)
    }
}

/// Newlines in `bytes`.
pub(crate) fn count_newlines(bytes: &[u8]) -> u32 {
    memchr::memchr_iter(b'\n', bytes).count() as u32
}

/// What one cell holds.
struct Seen {
    newlines: u32,
    opens_value: bool,
    odd: bool,
    hints: bool,
}

impl Seen {
    /// Looks at each byte of `cell` with its successor; `sum`: what is known of its beginning.
    fn of(cell: &[u8], next: &[u8], mut sum: simd::Seen) -> Self {
        let rest = cell.get(sum.looked..).unwrap_or_default();
        let after = next.get(sum.looked..).unwrap_or_default();
        for (stripe, next) in rest.chunks(STRIPE).zip(after.chunks(STRIPE)) {
            let (mut newlines, mut specials, mut opens, mut hints) = (0u8, 0u8, 0u8, 0u8);
            for (&byte, &next) in stripe.iter().zip(next) {
                newlines += u8::from(byte == b'\n');
                specials += u8::from(is_special(byte));
                opens |= u8::from(byte == b'<') & u8::from(is_special(next));
                hints |= u8::from(byte == b'c') & u8::from(next == b':');
                hints |= u8::from(byte == b'B') & u8::from(next == b'o');
            }
            sum.newlines += u32::from(newlines);
            sum.specials += u32::from(specials);
            sum.opens |= opens != 0;
            sum.hints |= hints != 0;
        }
        if next.len() < cell.len() {
            // The last byte of the block, which ends its last line, has no successor.
            sum.newlines += u32::from(cell.last() == Some(&b'\n'));
            sum.specials += 1;
        }
        Self {
            newlines: sum.newlines,
            opens_value: sum.opens,
            hints: sum.hints,
            // Mostly newlines are all that is special; else it is looked at byte by byte.
            odd: sum.specials > sum.newlines && Self::is_odd(cell, next),
        }
    }

    fn is_odd(cell: &[u8], next: &[u8]) -> bool {
        let mut odd = 0u8;
        for (&byte, &next) in cell.iter().zip(next) {
            let line_end = u8::from(byte == b'\r') & u8::from(next == b'\n');
            odd |= u8::from(is_odd(byte)) & !line_end;
        }
        odd != 0
    }
}

/// Control characters, and bytes that are not ASCII: a coarse and very cheap test.
const fn is_special(byte: u8) -> bool {
    byte.wrapping_add(1).cast_signed() < 0x21
}

/// Bytes that decoding takes out of a text, so that what stands around them comes together.
const fn is_odd(byte: u8) -> bool {
    (byte < 0x20) & (byte != b'\t') & (byte != b'\n') | (byte == 0x7f)
}

/// Whether a line (without its newline) holds a byte that decoding takes out.
pub(crate) fn has_odd(line: &[u8]) -> bool {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // Without a way out: a line is looked at as fast as it is read.
    line.iter().fold(false, |odd, &byte| odd | is_odd(byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn says_what_a_plain_loop_says(
            runs in prop::collection::vec((prop::sample::select(b"a\n<\x1b\r\t\x7f\xc3c:Bo".to_vec()), 1usize..3000), 0..12),
            at in any::<prop::sample::Index>(),
            fast in any::<bool>(),
        ) {
            let mut block: Vec<u8> = runs.iter().flat_map(|&(b, n)| std::iter::repeat_n(b, n)).collect();
            block.push(b'\n');
            let mut survey = Survey::default();
            survey.take(b"something\nbefore<\n");
            if fast {
                survey.take(&block);
            } else {
                survey.take_with(&block, |_, _| simd::Seen::default());
            }
            let plain = |bytes: &[u8]| bytes.iter().filter(|&&b| b == b'\n').count() as u32;
            let at = at.index(block.len() + 1);
            prop_assert_eq!(survey.newlines, plain(&block));
            prop_assert_eq!(survey.newlines_before(&block, at), plain(&block[..at]));
            prop_assert_eq!(survey.opens_value, block.windows(2).any(|w| w[0] == b'<' && is_special(w[1])));
            let odd = block.split(|&b| b == b'\n').any(has_odd);
            prop_assert_eq!(!survey.odd_cells.is_empty(), odd);
            let bare: Vec<usize> = block.chunks(CELL).enumerate()
                .filter(|(_, c)| !c.contains(&b'\n')).map(|(index, _)| index).collect();
            prop_assert_eq!(&survey.bare_cells, &bare);
            let hint = |at: &usize| [&b"c:"[..], b"Bo"].contains(&&block[*at..block.len().min(at + 2)]);
            let mut hints: Vec<usize> = (0..block.len()).filter(hint).map(|at| at / CELL).collect();
            hints.dedup();
            prop_assert_eq!(&survey.hint_cells, &hints);
        }
    }
}
