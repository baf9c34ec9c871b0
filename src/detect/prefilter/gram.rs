//! A table of the grams of literals, looked up at every few bytes of a block.
//!
//! A gram is a run of 4 to 8 bytes with the case bit set. Of each literal the rarest window of `gram + stride - 1`
//! bytes is taken, and the `stride` grams in it: wherever the literal stands in a block, exactly one of them starts
//! at a multiple of the stride. So only those places are looked at: a hash of the gram, one load from a
//! 32 KiB Bloom table that stays in the first-level cache, two bits. What passes is looked up exactly, and the
//! caller compares the whole literal.

use super::Literal;
use super::rarity::Frequencies;
use super::sieve::Sieve;
use crate::detect::simd;
use crate::detect::survey::PIECE;

/// Words of the Bloom table; 32 KiB.
const WORDS: usize = 1 << WORD_BITS;
const WORD_BITS: u32 = 13;
/// The Bloom table: a gram sets two bits of one word.
pub(crate) type Bloom = [u32; WORDS];
/// Sets the case bit of every ASCII letter (and maps some other bytes together, which costs nothing but a comparison).
pub(crate) const FOLD: u32 = 0x2020_2020;
/// Multipliers of the two halves of a gram.
pub(crate) const LOW: u32 = 0x9E37_79B1;
pub(crate) const HIGH: u32 = 0x85EB_CA77;
/// Places that are looked at before those that pass are followed up.
pub(crate) const PLACES: usize = PIECE / 4;

/// How a table looks at bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gait {
    /// Bytes of a gram: 4 to 8.
    pub(super) gram: usize,
    /// A gram is looked at every so many bytes: 1, 2 or 4.
    pub(super) stride: usize,
}

impl Gait {
    /// Which bits of the second half of a gram count.
    fn mask(self) -> u32 {
        u32::MAX.checked_shr(64 - 8 * self.gram as u32).unwrap_or(0)
    }

    /// Bytes of a literal that are compared before it is.
    fn window(self) -> usize {
        self.shortest().min(8)
    }

    /// The shortest literal that is sure to be met.
    pub(super) fn shortest(self) -> usize {
        self.gram + self.stride - 1
    }
}

/// The grams of literals of similar length.
#[derive(Debug)]
pub(super) struct GramTable {
    gait: Gait,
    bloom: Box<Bloom>,
    /// The same grams once more where they are few.
    sieve: Option<Box<Sieve>>,
    /// Open addressing, at most half full, a power of two long.
    slots: Vec<Slot>,
    /// What each slot holds in a byte, [`FREE`] for nothing: most grams that pass are in no slot, and this stays in the cache.
    tags: Vec<u8>,
    places: Vec<Place>,
}

/// A gram and the first of its places.
#[derive(Debug, Clone, Copy)]
struct Slot {
    gram: u64,
    /// Index into `places`, [`NONE`] for a free slot.
    first: u32,
}

/// The tag of a free slot.
const FREE: u8 = 0;

/// A byte of a gram that its hash does not tell, never [`FREE`].
const fn tag(gram: u64) -> u8 {
    (gram.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8 | 1
}

/// A literal that holds a gram `back` bytes from its start.
#[derive(Debug, Clone, Copy)]
struct Place {
    literal: u32,
    back: u32,
    /// The next place of the same gram.
    next: u32,
    /// Bytes between the start of the window that was chosen and the gram.
    inside: u32,
    /// The first bytes of that window, folded, as many as fit.
    window: u64,
}

const NONE: u32 = u32::MAX;

/// A hash of a folded gram; its top bits choose a word of the Bloom table.
const fn hash(low: u32, high: u32) -> u32 {
    low.wrapping_mul(LOW).wrapping_add(high.wrapping_mul(HIGH))
}

/// The two bits of a hash within its word, counted from the top.
const fn bits(hash: u32) -> u32 {
    1 << 31 >> (hash >> 14 & 31) | 1 << 31 >> (hash >> 9 & 31)
}

const fn word(hash: u32) -> usize {
    (hash >> (32 - WORD_BITS)) as usize
}

impl GramTable {
    /// A table of the literals with the indexes `chosen`, none shorter than the gait's shortest.
    pub(super) fn new(
        literals: &[Literal],
        chosen: &[u32],
        gait: Gait,
        known: &Frequencies,
    ) -> Self {
        let size = (chosen.len().max(1) * gait.stride * 2).next_power_of_two();
        let mut table = Self {
            gait,
            bloom: Box::new([0; WORDS]),
            sieve: Sieve::for_grams(chosen.len() * gait.stride).map(Box::new),
            slots: vec![
                Slot {
                    gram: 0,
                    first: NONE
                };
                size
            ],
            tags: vec![FREE; size],
            places: Vec::with_capacity(chosen.len() * gait.stride),
        };
        for &literal in chosen {
            let Some(sought) = literals.get(literal as usize) else {
                continue;
            };
            let (text, start) = (sought.text(), sought.window(gait, known));
            for back in start..start + gait.stride {
                let (gram, window) = (text.get(back..back + gait.gram), text.get(start..));
                if let (Some(gram), Some(window)) = (gram, window) {
                    table.insert(
                        fold(gram),
                        Place {
                            literal,
                            back: back as u32,
                            next: NONE,
                            inside: (back - start) as u32,
                            window: fold(window.get(..gait.window()).unwrap_or(window)),
                        },
                    );
                }
            }
        }
        table
    }

    fn insert(&mut self, gram: u64, place: Place) {
        let hash = hash(gram as u32, (gram >> 32) as u32);
        self.bloom[word(hash)] |= bits(hash);
        if let Some(sieve) = &mut self.sieve {
            sieve.add(hash);
        }
        let at = self.slot(gram, hash);
        let new = self.places.len() as u32;
        if let Some(slot) = self.slots.get_mut(at) {
            let next = slot.first;
            *slot = Slot { gram, first: new };
            if let Some(known) = self.tags.get_mut(at) {
                *known = tag(gram);
            }
            self.places.push(Place { next, ..place });
        }
    }

    /// The slot that holds `gram`, or the free one where it belongs. There always is a free one.
    fn slot(&self, gram: u64, hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> 7) as usize & mask;
        let tag = tag(gram);
        let holds = |at: usize| self.slots.get(at).is_some_and(|slot| slot.gram == gram);
        while self
            .tags
            .get(at)
            .is_some_and(|&known| known != FREE && (known != tag || !holds(at)))
        {
            at = (at + 1) & mask;
        }
        at
    }

    /// As [`scan`](Self::scan) with vector code, and counts what a survey asks in each [`PIECE`] bytes on the way. `false`, and
    /// nothing was done, where that cannot be one walk.
    pub(super) fn scan_and_count(
        &self,
        block: &[u8],
        pieces: &mut Vec<simd::Seen>,
        mut candidate: impl FnMut(u32, usize),
    ) -> bool {
        if self.gait.stride != 4 || self.gait.gram <= 4 {
            return false;
        }
        let mask = self.gait.mask();
        let mut places = [0u32; PLACES];
        for (from, end) in pieces_of(block, 4) {
            let piece = block.get(from..end).unwrap_or_default();
            let sieve = self.sieve.as_deref();
            let sifted =
                sieve.and_then(|sieve| simd::sifted_and_seen(sieve, mask, piece, &mut places));
            let both =
                sifted.or_else(|| simd::passing_and_seen(&self.bloom, mask, piece, &mut places));
            let Some((mut count, seen)) = both else {
                return false;
            };
            self.passing::<true>(piece, seen.looked, &mut places, &mut count);
            for &place in places.get(..count).unwrap_or_default() {
                self.exact(block, from + place as usize, 0, &mut candidate);
            }
            pieces.push(seen);
        }
        true
    }

    /// Calls `candidate(literal, at)` wherever a gram of a literal says that it may start at offset `at`; `fast`: with
    /// vector code where the processor can.
    pub(super) fn scan(&self, block: &[u8], fast: bool, mut candidate: impl FnMut(u32, usize)) {
        // A smaller stride is the same walk from several starts.
        for start in (0..4).step_by(self.gait.stride) {
            let block = block.get(start..).unwrap_or_default();
            let mut found = |literal, at| candidate(literal, at);
            if self.gait.gram > 4 {
                self.walk::<true>(block, start, fast, &mut found);
            } else {
                self.walk::<false>(block, start, fast, &mut found);
            }
        }
    }

    /// Looks at every fourth byte of `block`, which starts at `offset`.
    fn walk<const WIDE: bool>(
        &self,
        block: &[u8],
        offset: usize,
        fast: bool,
        candidate: &mut impl FnMut(u32, usize),
    ) {
        let mut places = [0u32; PLACES];
        // A wide gram that starts in a piece may end behind it.
        for (from, end) in pieces_of(block, if WIDE { 4 } else { 0 }) {
            let piece = block.get(from..end).unwrap_or_default();
            let sieve = self.sieve.as_deref().filter(|_| fast && WIDE);
            let sifted = sieve.and_then(|sieve| {
                simd::sifted_and_seen(sieve, self.gait.mask(), piece, &mut places)
            });
            let (mut count, looked) = match sifted {
                Some((count, seen)) => (count, seen.looked),
                None if fast => {
                    simd::passing::<WIDE>(&self.bloom, self.gait.mask(), piece, &mut places)
                }
                None => (0, 0),
            };
            self.passing::<WIDE>(piece, looked, &mut places, &mut count);
            for &place in places.get(..count).unwrap_or_default() {
                self.exact(block, from + place as usize, offset, candidate);
            }
        }
    }

    /// The safe twin of [`simd::passing`], from offset `looked` on.
    fn passing<const WIDE: bool>(
        &self,
        piece: &[u8],
        looked: usize,
        places: &mut [u32; PLACES],
        count: &mut usize,
    ) {
        let (words, _) = piece.get(looked..).unwrap_or_default().as_chunks::<4>();
        let folded = |word: &[u8; 4]| u32::from_le_bytes(*word) | FOLD;
        let mask = self.gait.mask();
        let mut look = |low: u32, high: u32, index: usize| {
            let hash = hash(low, high);
            let bits = bits(hash);
            if self.bloom[word(hash)] & bits == bits
                && let Some(place) = places.get_mut(*count)
            {
                *place = (looked + index * 4) as u32;
                *count += 1;
            }
        };
        if WIDE {
            let Some((first, rest)) = words.split_first() else {
                return;
            };
            let mut low = folded(first);
            for (index, next) in rest.iter().enumerate() {
                let high = folded(next);
                look(low, high & mask, index);
                low = high;
            }
            // At the end of a block a gram of fewer than 8 bytes may have no whole second word.
            let last = piece.get(looked + rest.len() * 4..).unwrap_or_default();
            if let Some(bytes) = last.get(..self.gait.gram) {
                let gram = fold(bytes);
                look(gram as u32, (gram >> 32) as u32, rest.len());
            }
        } else {
            for (index, word) in words.iter().enumerate() {
                look(folded(word), 0, index);
            }
        }
    }

    /// The literals of a gram that passed the Bloom table, at `place` of a block that starts at `offset`.
    fn exact(
        &self,
        block: &[u8],
        place: usize,
        offset: usize,
        candidate: &mut impl FnMut(u32, usize),
    ) {
        let Some(gram) = folded_at(block, place, self.gait.gram) else {
            return;
        };
        let hash = hash(gram as u32, (gram >> 32) as u32);
        let at = self.slot(gram, hash);
        if self.tags.get(at).is_none_or(|&tag| tag == FREE) {
            return;
        }
        let mut next = self.slots.get(at).map_or(NONE, |slot| slot.first);
        while let Some(found) = self.places.get(next as usize) {
            // Most grams stand in other words. What begins before this block is for the caller to compare.
            let window = place.checked_sub(found.inside as usize);
            let window = window.map(|at| folded_at(block, at, self.gait.window()));
            if window.is_none_or(|window| window == Some(found.window))
                && let Some(start) = (offset + place).checked_sub(found.back as usize)
            {
                candidate(found.literal, start);
            }
            next = found.next;
        }
    }
}

/// Start and end of each [`PIECE`] bytes of a block, the end so many further on where there are as many.
fn pieces_of(block: &[u8], more: usize) -> impl Iterator<Item = (usize, usize)> {
    let end = block.len();
    (0..end)
        .step_by(PIECE)
        .map(move |from| (from, end.min(from + PIECE + more)))
}

/// The first `length` of the 8 bytes at a place, folded; `None` where there are fewer than `length`.
fn folded_at(block: &[u8], at: usize, length: usize) -> Option<u64> {
    if let Some(bytes) = block.get(at..at + 8).and_then(|b| b.first_chunk::<8>()) {
        let unused = 64 - 8 * length.min(8) as u32;
        let word = u64::from_le_bytes(*bytes) | u64::from(FOLD) << 32 | u64::from(FOLD);
        return Some(word & u64::MAX.checked_shr(unused).unwrap_or(0));
    }
    block.get(at..at + length).map(fold)
}

/// A gram of 4 to 8 bytes, case bits set, the first byte lowest.
fn fold(bytes: &[u8]) -> u64 {
    let mut gram = [0x20; 8];
    for (to, &from) in gram.iter_mut().zip(bytes) {
        *to = from | 0x20;
    }
    let unused = 64 - 8 * bytes.len().min(8) as u32;
    u64::from_le_bytes(gram) & u64::MAX.checked_shr(unused).unwrap_or(0)
}
