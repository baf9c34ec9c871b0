//! 64 bytes at a time: the same as with AVX2, and both walks over the bytes in one.

use std::arch::x86_64::*;

use super::Seen;
use crate::detect::prefilter::gram::{Bloom, FOLD, HIGH, LOW, PLACES};
use crate::detect::prefilter::sieve::Sieve;

/// The same as [`avx2`](super::avx2), twice as many places at a time.
#[target_feature(enable = "avx512f,avx512dq")]
pub(super) fn avx512<const WIDE: bool>(
    bloom: &Bloom,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> (usize, usize) {
    let (mut count, mut at) = (0, 0);
    let reach = if WIDE { 68 } else { 64 };
    while at + reach <= block.len() {
        // SAFETY: 64 bytes from `at` are in the block (68 if `WIDE`); the load needs no alignment.
        let low = unsafe { _mm512_loadu_si512(block.as_ptr().add(at).cast()) };
        let high = if WIDE {
            // SAFETY: 68 bytes from `at` are in the block.
            unsafe { _mm512_loadu_si512(block.as_ptr().add(at + 4).cast()) }
        } else {
            _mm512_setzero_si512()
        };
        let passed = passed_avx512::<WIDE>(bloom, mask, low, high);
        keep(passed, at, places, &mut count);
        at += 64;
    }
    (count, at)
}

/// Which of the 16 grams that begin in `low` pass the table; `high`: the 4 bytes behind each of those of `low`.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn passed_avx512<const WIDE: bool>(bloom: &Bloom, mask: u32, low: __m512i, high: __m512i) -> u16 {
    let hash = hashes::<WIDE>(mask, low, high);
    let index = _mm512_srli_epi32::<19>(hash);
    // SAFETY: each index has 13 bits, the table 2^13 words of 4 bytes.
    let words = unsafe { _mm512_i32gather_epi32::<4>(index, bloom.as_ptr().cast()) };
    // A rotation looks at the low five bits of its distance only.
    let both = _mm512_and_si512(
        _mm512_rolv_epi32(words, _mm512_srli_epi32::<14>(hash)),
        _mm512_rolv_epi32(words, _mm512_srli_epi32::<9>(hash)),
    );
    _mm512_movepi32_mask(both)
}

/// The hashes of the 16 grams that begin in `low`.
#[inline]
#[target_feature(enable = "avx512f")]
fn hashes<const WIDE: bool>(mask: u32, low: __m512i, high: __m512i) -> __m512i {
    let every = |word: u32| _mm512_set1_epi32(word.cast_signed());
    let hash = _mm512_mullo_epi32(_mm512_or_si512(low, every(FOLD)), every(LOW));
    if !WIDE {
        return hash;
    }
    let high = _mm512_and_si512(_mm512_or_si512(high, every(FOLD)), every(mask));
    _mm512_add_epi32(hash, _mm512_mullo_epi32(high, every(HIGH)))
}

/// Notes the grams that passed, of those that begin at every fourth byte from `at`.
#[inline]
fn keep(mut passed: u16, at: usize, places: &mut [u32; PLACES], count: &mut usize) {
    while passed != 0 {
        if let Some(place) = places.get_mut(*count) {
            *place = at as u32 + 4 * passed.trailing_zeros();
            *count += 1;
        }
        passed &= passed - 1;
    }
}

/// [`avx512`] of wide grams and [`survey_avx512`] at once.
#[target_feature(enable = "avx512f,avx512dq,avx512bw,popcnt")]
pub(super) fn both_avx512(
    bloom: &Bloom,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> (usize, Seen) {
    let mut tally = Tally::default();
    let (mut count, mut at) = (0, 0);
    while at + 68 <= block.len() {
        // SAFETY: 68 bytes from `at` are in the block; the loads need no alignment.
        let (low, after, high) = unsafe {
            let bytes = block.as_ptr().add(at);
            (
                _mm512_loadu_si512(bytes.cast()),
                _mm512_loadu_si512(bytes.add(1).cast()),
                _mm512_loadu_si512(bytes.add(4).cast()),
            )
        };
        let passed = passed_avx512::<true>(bloom, mask, low, high);
        tally.add_avx512(low, after);
        keep(passed, at, places, &mut count);
        at += 64;
    }
    (count, tally.seen(at))
}

/// [`both_avx512`] with a table in registers; `WHOLE`: with all of it.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,popcnt")]
pub(super) fn both_sifted<const WHOLE: bool>(
    sieve: &Sieve,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> (usize, Seen) {
    let tables = sieve.tables.each_ref().map(|table| {
        // SAFETY: a table has 256 bytes; the loads need no alignment.
        [0, 64, 128, 192].map(|at| unsafe { _mm512_loadu_si512(table.as_ptr().add(at).cast()) })
    });
    let powers = _mm512_set1_epi64(0x8040_2010_0804_0201_u64.cast_signed());
    let mut marks = Marks::new();
    let (mut count, mut at) = (0, 0);
    while at + 68 <= block.len() {
        // SAFETY: 68 bytes from `at` are in the block; the loads need no alignment.
        let (low, after, high) = unsafe {
            let bytes = block.as_ptr().add(at);
            (
                _mm512_loadu_si512(bytes.cast()),
                _mm512_loadu_si512(bytes.add(1).cast()),
                _mm512_loadu_si512(bytes.add(4).cast()),
            )
        };
        let hash = hashes::<true>(mask, low, high);
        let mixed = _mm512_xor_si512(hash, _mm512_srli_epi32::<16>(hash));
        let bits = _mm512_and_si512(_mm512_ror_epi32::<21>(hash), _mm512_set1_epi8(7));
        let bits = _mm512_shuffle_epi8(powers, bits);
        // Every byte is looked up in every table, and taken from the one that is its own. An index has the low seven bits, the
        // eighth chooses the half.
        let second = _mm512_movepi8_mask(mixed);
        let [zero, one, two, three] = tables.map(|[a, b, c, d]| {
            let held = _mm512_permutex2var_epi8(a, mixed, b);
            if WHOLE {
                let other = _mm512_permutex2var_epi8(c, mixed, d);
                _mm512_mask_blend_epi8(second, held, other)
            } else {
                held
            }
        });
        let even = _mm512_mask_blend_epi8(0x4444_4444_4444_4444, zero, two);
        let odd = _mm512_mask_blend_epi8(0x8888_8888_8888_8888, one, three);
        let held = _mm512_mask_blend_epi8(0xAAAA_AAAA_AAAA_AAAA, even, odd);
        let passed = _mm512_cmpeq_epi32_mask(_mm512_and_si512(held, bits), bits);
        marks.add(low, after);
        keep(passed, at, places, &mut count);
        at += 64;
    }
    (count, marks.seen(block, at))
}

/// What the bytes of ASCII mean to a survey, as bits. The upper ones, moved down by 4, meet the lower ones of the byte before.
const MARKS: [u8; 128] = {
    let mut marks = [0; 128];
    let mut byte = 0;
    while byte < 0x20 {
        marks[byte] = SPECIAL | OTHER;
        byte += 1;
    }
    marks[0x7f] = SPECIAL | OTHER;
    marks[b'\n' as usize] = SPECIAL | NEWLINE;
    marks[b'<' as usize] = OPENS;
    marks[b'c' as usize] = 0x02;
    marks[b':' as usize] = 0x20;
    marks[b'B' as usize] = 0x04;
    marks[b'o' as usize] = 0x40;
    marks
};
const OPENS: u8 = 0x01;
const HINTS: u8 = 0x06;
const NEWLINE: u8 = 0x08;
const SPECIAL: u8 = 0x10;
/// A control character other than a newline; the same bit as what is not ASCII has.
const OTHER: u8 = 0x80;

/// The same as [`Tally`], by what [`MARKS`] says of each byte: right only where newlines are all that is special, and counted
/// again where they are not.
struct Marks {
    table: [__m512i; 2],
    newlines: __m512i,
    pairs: __m512i,
    others: __m512i,
}

impl Marks {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn new() -> Self {
        Self {
            // SAFETY: the table has 128 bytes; the loads need no alignment.
            table: [0, 64].map(|at| unsafe { _mm512_loadu_si512(MARKS.as_ptr().add(at).cast()) }),
            newlines: _mm512_setzero_si512(),
            pairs: _mm512_setzero_si512(),
            others: _mm512_setzero_si512(),
        }
    }

    /// Looks at 64 bytes, each of which has its successor in `after`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
    fn add(&mut self, bytes: __m512i, after: __m512i) {
        let [low, high] = self.table;
        let own = _mm512_permutex2var_epi8(low, bytes, high);
        let next = _mm512_permutex2var_epi8(low, after, high);
        let next = _mm512_srli_epi16::<4>(next);
        let newline = _mm512_set1_epi8(NEWLINE.cast_signed());
        // Counters of one byte: 31 rounds of 8.
        self.newlines = _mm512_add_epi8(self.newlines, _mm512_and_si512(own, newline));
        self.pairs = _mm512_or_si512(self.pairs, _mm512_and_si512(own, next));
        self.others = _mm512_or_si512(self.others, _mm512_or_si512(own, bytes));
    }

    /// What was seen in the first `looked` bytes of `block`, which has one more.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi,popcnt")]
    fn seen(&self, block: &[u8], looked: usize) -> Seen {
        if _mm512_movepi8_mask(self.others) != 0 || looked > 31 * 64 {
            let bytes = block.get(..looked).unwrap_or_default();
            return survey_avx512(bytes, block.get(1..).unwrap_or_default());
        }
        let sums = _mm512_sad_epu8(self.newlines, _mm512_setzero_si512());
        let newlines = _mm512_reduce_add_epi64(sums) as u32 / u32::from(NEWLINE);
        let has = |marks: u8| {
            let marks = _mm512_set1_epi8(marks.cast_signed());
            _mm512_test_epi8_mask(self.pairs, marks) != 0
        };
        Seen {
            looked,
            newlines,
            specials: newlines,
            opens: has(OPENS),
            hints: has(HINTS),
        }
    }
}

/// What [`survey_avx512`] has counted.
#[derive(Default)]
struct Tally {
    newlines: u32,
    specials: u32,
    opens: u64,
    hints: u64,
}

impl Tally {
    /// Counts in 64 bytes, each of which has its successor in `after`.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,popcnt")]
    fn add_avx512(&mut self, bytes: __m512i, after: __m512i) {
        let is = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
        let special = |bytes| _mm512_cmpgt_epi8_mask(is(0x21), _mm512_add_epi8(bytes, is(1)));
        self.newlines += _mm512_cmpeq_epi8_mask(bytes, is(b'\n')).count_ones();
        self.specials += special(bytes).count_ones();
        let open = _mm512_cmpeq_epi8_mask(bytes, is(b'<'));
        if open != 0 {
            self.opens |= open & special(after);
        }
        let panics = _mm512_cmpeq_epi8_mask(bytes, is(b'c'));
        self.hints |= _mm512_mask_cmpeq_epi8_mask(panics, after, is(b':'));
        let boots = _mm512_cmpeq_epi8_mask(bytes, is(b'B'));
        self.hints |= _mm512_mask_cmpeq_epi8_mask(boots, after, is(b'o'));
    }

    fn seen(&self, looked: usize) -> Seen {
        Seen {
            looked,
            newlines: self.newlines,
            specials: self.specials,
            opens: self.opens != 0,
            hints: self.hints != 0,
        }
    }
}

/// The same as [`survey_avx2`](super::survey_avx2), twice as many bytes at a time.
#[target_feature(enable = "avx512f,avx512bw,popcnt")]
pub(super) fn survey_avx512(cell: &[u8], next: &[u8]) -> Seen {
    let mut tally = Tally::default();
    let length = cell.len().min(next.len()).min(255 * 32);
    let mut at = 0;
    while at + 64 <= length {
        // SAFETY: both slices have 64 bytes from `at`; the loads need no alignment.
        let (bytes, after) = unsafe {
            let bytes = _mm512_loadu_si512(cell.as_ptr().add(at).cast());
            (bytes, _mm512_loadu_si512(next.as_ptr().add(at).cast()))
        };
        tally.add_avx512(bytes, after);
        at += 64;
    }
    tally.seen(at)
}
