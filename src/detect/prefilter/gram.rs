//! A table of the grams of literals, looked up at every few bytes of a block.
//!
//! A gram is a run of 4 or 8 bytes with the case bit set. Of each literal the rarest window of `gram + stride - 1` bytes is
//! taken, and the `stride` grams in it: wherever the literal stands in a block, exactly one of them starts
//! at a multiple of the stride. So only those places are looked at: a hash of the gram, one load from a
//! 32 KiB Bloom table that stays in the first-level cache, two bits. What passes is looked up exactly, and the caller
//! compares the whole literal.

use super::rarity;

/// Words of the Bloom table; 32 KiB.
pub(super) const WORDS: usize = 1 << WORD_BITS;
const WORD_BITS: u32 = 13;
/// Sets the case bit of every ASCII letter (and maps some other bytes together, which costs nothing but a comparison).
pub(super) const FOLD: u32 = 0x2020_2020;
/// Multipliers of the two halves of a gram.
pub(super) const LOW: u32 = 0x9E37_79B1;
pub(super) const HIGH: u32 = 0x85EB_CA77;

/// The grams of literals of similar length.
#[derive(Debug)]
pub(super) struct GramTable {
    /// 4 or 8.
    gram: usize,
    stride: usize,
    bloom: Box<[u32; WORDS]>,
    /// Open addressing, at most half full, a power of two long.
    slots: Vec<Slot>,
    places: Vec<Place>,
}

/// A gram and the first of its places.
#[derive(Debug, Clone, Copy)]
struct Slot {
    gram: u64,
    /// Index into `places`, [`NONE`] for a free slot.
    first: u32,
}

/// A literal that holds a gram `back` bytes from its start.
#[derive(Debug, Clone, Copy)]
struct Place {
    literal: u32,
    back: u32,
    /// The next place of the same gram.
    next: u32,
}

const NONE: u32 = u32::MAX;

/// A hash of a folded gram; its top bits choose a word of the Bloom table.
pub(super) const fn hash(low: u32, high: u32) -> u32 {
    low.wrapping_mul(LOW).wrapping_add(high.wrapping_mul(HIGH))
}

/// The two bits of a hash within its word.
const fn bits(hash: u32) -> u32 {
    1 << (hash >> 14 & 31) | 1 << (hash >> 9 & 31)
}

const fn word(hash: u32) -> usize {
    (hash >> (32 - WORD_BITS)) as usize
}

impl GramTable {
    /// A table of the literals with the indexes `chosen`, each at least `gram + stride - 1` bytes long; `None` where there are none.
    pub(super) fn new(
        literals: &[Box<[u8]>],
        chosen: &[u32],
        gram: usize,
        stride: usize,
    ) -> Option<Self> {
        if chosen.is_empty() {
            return None;
        }
        let size = (chosen.len() * stride * 2).next_power_of_two();
        let mut table = Self {
            gram,
            stride,
            bloom: Box::new([0; WORDS]),
            slots: vec![
                Slot {
                    gram: 0,
                    first: NONE
                };
                size
            ],
            places: Vec::with_capacity(chosen.len() * stride),
        };
        let width = gram + stride - 1;
        for &literal in chosen {
            let Some(text) = literals.get(literal as usize) else {
                continue;
            };
            let start = rarity::rarest_window(text, width, gram);
            for back in start..start + stride {
                if let Some(bytes) = text.get(back..back + gram) {
                    table.insert(fold(bytes), literal, back as u32);
                }
            }
        }
        Some(table)
    }

    fn insert(&mut self, gram: u64, literal: u32, back: u32) {
        let hash = hash(gram as u32, (gram >> 32) as u32);
        self.bloom[word(hash)] |= bits(hash);
        let at = self.slot(gram, hash);
        let new = self.places.len() as u32;
        if let Some(slot) = self.slots.get_mut(at) {
            let next = slot.first;
            *slot = Slot { gram, first: new };
            self.places.push(Place {
                literal,
                back,
                next,
            });
        }
    }

    /// The slot that holds `gram`, or the free one where it belongs. There always is a free one.
    fn slot(&self, gram: u64, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> 7) as usize & mask;
        while self
            .slots
            .get(at)
            .is_some_and(|s| s.first != NONE && s.gram != gram)
        {
            at = (at + 1) & mask;
        }
        at
    }

    /// Calls `candidate(literal, at)` wherever a gram of a literal says that it may start at offset `at`.
    pub(super) fn scan(&self, block: &[u8], mut candidate: impl FnMut(u32, usize)) {
        match (self.gram, self.stride) {
            (8, _) => self.scan_words::<true>(block, &mut candidate),
            (_, 4) => self.scan_words::<false>(block, &mut candidate),
            (_, stride) => self.scan_bytes(block, stride, &mut candidate),
        }
    }

    /// Stride 4: grams start where words of four bytes do, and a wide gram is a word and its successor.
    fn scan_words<const WIDE: bool>(&self, block: &[u8], candidate: &mut impl FnMut(u32, usize)) {
        let (words, _) = block.as_chunks::<4>();
        let folded = |word: &[u8; 4]| u32::from_le_bytes(*word) | FOLD;
        if WIDE {
            let Some((first, rest)) = words.split_first() else {
                return;
            };
            let mut low = folded(first);
            for (index, next) in rest.iter().enumerate() {
                let high = folded(next);
                self.look(low, high, index * 4, candidate);
                low = high;
            }
        } else {
            for (index, word) in words.iter().enumerate() {
                self.look(folded(word), 0, index * 4, candidate);
            }
        }
    }

    /// Strides 1 and 2, for literals too short for more.
    fn scan_bytes(&self, block: &[u8], stride: usize, candidate: &mut impl FnMut(u32, usize)) {
        for (index, window) in block.windows(4).enumerate().step_by(stride) {
            if let Some(word) = window.first_chunk::<4>() {
                self.look(u32::from_le_bytes(*word) | FOLD, 0, index, candidate);
            }
        }
    }

    #[inline(always)]
    fn look(&self, low: u32, high: u32, at: usize, candidate: &mut impl FnMut(u32, usize)) {
        let hash = hash(low, high);
        let bits = bits(hash);
        if self.bloom[word(hash)] & bits == bits {
            self.exact(u64::from(low) | u64::from(high) << 32, hash, at, candidate);
        }
    }

    /// The literals of a gram that passed the Bloom table.
    #[cold]
    fn exact(&self, gram: u64, hash: u32, at: usize, candidate: &mut impl FnMut(u32, usize)) {
        let mut next = self
            .slots
            .get(self.slot(gram, hash))
            .map_or(NONE, |s| s.first);
        while let Some(place) = self.places.get(next as usize) {
            if let Some(start) = at.checked_sub(place.back as usize) {
                candidate(place.literal, start);
            }
            next = place.next;
        }
    }
}

/// A gram of 4 or 8 bytes, case bits set, the first byte lowest.
fn fold(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |gram, &byte| gram << 8 | u64::from(byte | 0x20))
}
