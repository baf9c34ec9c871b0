//! Blocks of bytes looked at 32 or 64 at a time, where the processor can: grams of literals, and what a survey counts.
//!
//! The only unsafe code of the engine. It pays: on 138 MB of real logs and 100 to 1000 literals the prefilter takes 0.15 to
//! 0.4 ns per byte with AVX2 and 0.44 to 0.57 with its safe twin in `prefilter/gram.rs`; property tests hold the two
//! equal. AVX-512 takes another 15 in a hundred off, and there the survey is made of the same bytes in the same walk. With
//! AVX-512 VBMI the tables of few grams stay in registers, which takes off a third of what is left; there what a survey counts is
//! looked up in registers, too, instead of compared, so that a scan with 300 signatures takes 0.93 of the time.
//!
//! Why it is sound:
//! - AVX2 code is called only behind `is_x86_feature_detected!("avx2")`, AVX-512 code only behind the same for what it
//!   names.
//! - A load of 32 bytes at `at` happens only where the block has as many from there, one at `at + 4` only where it has
//!   36 (64 and 68 with AVX-512): the loop's own condition.
//! - The walks that do both load 64 bytes at `at`, at `at + 1` and at `at + 4`, only where the block has 68 from `at`.
//! - The words of a line are looked for in arrays of 64 bytes, loaded as two times 32.
//! - A table for registers has four times 256 bytes, loaded as four times 64 each; what bytes mean to a survey is a table of 128,
//!   loaded as two times 64.
//! - The survey loads 32 bytes at `at` of two slices only where both have as many from there (64 with AVX-512); the search for points loads
//!   as many from one byte before to one byte behind `at`, which is 1 or more, only where the block has 33 from there.
//! - A gather reads words `hash >> 19` of a table of 2^13 words: 32 bits shifted by 19 leave 13.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod wide;
mod words;

pub(crate) use words::{Words, words};

use super::prefilter::gram::{Bloom, PLACES};
use super::prefilter::sieve::Sieve;

/// Offsets of grams that pass the table, in `places`, ascending, and the offset up to which `block` was looked at, a multiple
/// of 4 (0 where the processor cannot). `WIDE`: the 4 bytes behind those of a
/// place count too, as far as `mask` says. `block` is at most 4 [`PLACES`] bytes long.
#[cfg(target_arch = "x86_64")]
pub(crate) fn passing<const WIDE: bool>(
    bloom: &Bloom,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> (usize, usize) {
    if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512dq") {
        // SAFETY: the processor has AVX-512F and AVX-512DQ.
        return unsafe { wide::avx512::<WIDE>(bloom, mask, block, places) };
    }
    if !std::is_x86_feature_detected!("avx2") {
        return (0, 0);
    }
    // SAFETY: the processor has AVX2.
    unsafe { avx2::<WIDE>(bloom, mask, block, places) }
}

/// There is no faster way than the safe one here.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn passing<const WIDE: bool>(
    _: &Bloom,
    _: u32,
    _: &[u8],
    _: &mut [u32; PLACES],
) -> (usize, usize) {
    (0, 0)
}

/// What [`passing`] and [`survey`] say of the same bytes, which are loaded once: while one waits for the table, the other
/// counts. Only of wide grams; `None` where the processor cannot.
#[cfg(target_arch = "x86_64")]
pub(crate) fn passing_and_seen(
    bloom: &Bloom,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> Option<(usize, Seen)> {
    let known = std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512dq")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("popcnt");
    // SAFETY: the processor has AVX-512F, AVX-512DQ, AVX-512BW and POPCNT.
    known.then(|| unsafe { wide::both_avx512(bloom, mask, block, places) })
}

/// As [`passing_and_seen`], with a table that stays in registers; it lets other places through besides.
#[cfg(target_arch = "x86_64")]
pub(crate) fn sifted_and_seen(
    sieve: &Sieve,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> Option<(usize, Seen)> {
    let known = std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("avx512vbmi")
        && std::is_x86_feature_detected!("popcnt");
    // SAFETY: the processor has AVX-512F, AVX-512BW, AVX-512 VBMI and POPCNT.
    known.then(|| unsafe {
        if sieve.whole {
            wide::both_sifted::<true>(sieve, mask, block, places)
        } else {
            wide::both_sifted::<false>(sieve, mask, block, places)
        }
    })
}

/// There is no such table here.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn sifted_and_seen(
    _: &Sieve,
    _: u32,
    _: &[u8],
    _: &mut [u32; PLACES],
) -> Option<(usize, Seen)> {
    None
}

/// There is no faster way than one after the other here.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn passing_and_seen(
    _: &Bloom,
    _: u32,
    _: &[u8],
    _: &mut [u32; PLACES],
) -> Option<(usize, Seen)> {
    None
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<const WIDE: bool>(
    bloom: &Bloom,
    mask: u32,
    block: &[u8],
    places: &mut [u32; PLACES],
) -> (usize, usize) {
    use super::prefilter::gram::{FOLD, HIGH, LOW};
    use std::arch::x86_64::*;

    let fold = _mm256_set1_epi32(FOLD.cast_signed());
    let low_factor = _mm256_set1_epi32(LOW.cast_signed());
    let high_factor = _mm256_set1_epi32(HIGH.cast_signed());
    let mask = _mm256_set1_epi32(mask.cast_signed());
    let five_bits = _mm256_set1_epi32(31);
    let (mut count, mut at) = (0, 0);
    let reach = if WIDE { 36 } else { 32 };
    while at + reach <= block.len() {
        // SAFETY: 32 bytes from `at` are in the block (36 if `WIDE`); the load needs no alignment.
        let low = unsafe { _mm256_loadu_si256(block.as_ptr().add(at).cast()) };
        let mut hash = _mm256_mullo_epi32(_mm256_or_si256(low, fold), low_factor);
        if WIDE {
            // SAFETY: 36 bytes from `at` are in the block.
            let high = unsafe { _mm256_loadu_si256(block.as_ptr().add(at + 4).cast()) };
            let high = _mm256_and_si256(_mm256_or_si256(high, fold), mask);
            let high = _mm256_mullo_epi32(high, high_factor);
            hash = _mm256_add_epi32(hash, high);
        }
        let index = _mm256_srli_epi32::<19>(hash);
        // SAFETY: each index has 13 bits, the table 2^13 words of 4 bytes.
        let words = unsafe { _mm256_i32gather_epi32::<4>(bloom.as_ptr().cast(), index) };
        let first = _mm256_and_si256(_mm256_srli_epi32::<14>(hash), five_bits);
        let second = _mm256_and_si256(_mm256_srli_epi32::<9>(hash), five_bits);
        // The bits were set counted from the top, so that they can be shifted into the sign.
        let both = _mm256_and_si256(
            _mm256_sllv_epi32(words, first),
            _mm256_sllv_epi32(words, second),
        );
        let mut passed = _mm256_movemask_ps(_mm256_castsi256_ps(both)).cast_unsigned();
        while passed != 0 {
            if let Some(place) = places.get_mut(count) {
                *place = at as u32 + 4 * passed.trailing_zeros();
                count += 1;
            }
            passed &= passed - 1;
        }
        at += 32;
    }
    (count, at)
}

/// What [`survey`] saw.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Bytes that were looked at; 0 where the processor cannot.
    pub(crate) looked: usize,
    /// Newlines among them.
    pub(crate) newlines: u32,
    /// Control characters and bytes that are not ASCII among them.
    pub(crate) specials: u32,
    /// One of those stands behind a `<`.
    pub(crate) opens: bool,
    /// A `c:` or a `Bo` is among them.
    pub(crate) hints: bool,
}

/// Counts in `cell`, each byte of which has its successor in `next`. At most 8160 bytes are looked at.
#[cfg(target_arch = "x86_64")]
pub(crate) fn survey(cell: &[u8], next: &[u8]) -> Seen {
    if std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("popcnt")
    {
        // SAFETY: the processor has AVX-512F, AVX-512BW and POPCNT.
        return unsafe { wide::survey_avx512(cell, next) };
    }
    if !std::is_x86_feature_detected!("avx2") {
        return Seen::default();
    }
    // SAFETY: the processor has AVX2.
    unsafe { survey_avx2(cell, next) }
}

/// There is no faster way than the safe one here.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn survey(_: &[u8], _: &[u8]) -> Seen {
    Seen::default()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn survey_avx2(cell: &[u8], next: &[u8]) -> Seen {
    use std::arch::x86_64::*;

    let newline = _mm256_set1_epi8(b'\n'.cast_signed());
    let less = _mm256_set1_epi8(b'<'.cast_signed());
    let one = _mm256_set1_epi8(1);
    let limit = _mm256_set1_epi8(0x21);
    let mut newlines = _mm256_setzero_si256();
    let mut specials = _mm256_setzero_si256();
    let mut opens = _mm256_setzero_si256();
    let mut hints = _mm256_setzero_si256();
    let pair = |bytes, after, first: u8, second: u8| {
        _mm256_and_si256(
            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(first.cast_signed())),
            _mm256_cmpeq_epi8(after, _mm256_set1_epi8(second.cast_signed())),
        )
    };
    // Counters of one byte: 255 rounds.
    let length = cell.len().min(next.len()).min(255 * 32);
    let mut at = 0;
    while at + 32 <= length {
        // SAFETY: both slices have 32 bytes from `at`; the loads need no alignment.
        let (bytes, after) = unsafe {
            let bytes = _mm256_loadu_si256(cell.as_ptr().add(at).cast());
            (bytes, _mm256_loadu_si256(next.as_ptr().add(at).cast()))
        };
        let special = |bytes| _mm256_cmpgt_epi8(limit, _mm256_add_epi8(bytes, one));
        newlines = _mm256_sub_epi8(newlines, _mm256_cmpeq_epi8(bytes, newline));
        specials = _mm256_sub_epi8(specials, special(bytes));
        let open = _mm256_and_si256(_mm256_cmpeq_epi8(bytes, less), special(after));
        opens = _mm256_or_si256(opens, open);
        hints = _mm256_or_si256(hints, pair(bytes, after, b'c', b':'));
        hints = _mm256_or_si256(hints, pair(bytes, after, b'B', b'o'));
        at += 32;
    }
    let sum = |counts| {
        let sums = _mm256_sad_epu8(counts, _mm256_setzero_si256());
        let halves = _mm_add_epi64(
            _mm256_castsi256_si128(sums),
            _mm256_extracti128_si256::<1>(sums),
        );
        (_mm_cvtsi128_si64(halves) + _mm_extract_epi64::<1>(halves)) as u32
    };
    Seen {
        looked: at,
        newlines: sum(newlines),
        specials: sum(specials),
        opens: _mm256_testz_si256(opens, opens) == 0,
        hints: _mm256_testz_si256(hints, hints) == 0,
    }
}

/// Appends the offsets in `block`, from the second byte on, of what addresses, domains and e-mail addresses have: dots
/// between letters or digits, colons between hexadecimal digits or before a colon, at signs before a letter or digit.
/// Returns the offset up to which it looked, 0 where the processor cannot. Blocks are at most 4 GiB.
#[cfg(target_arch = "x86_64")]
pub(crate) fn points(block: &[u8], places: &mut Vec<u32>) -> usize {
    if !std::is_x86_feature_detected!("avx2") {
        return 0;
    }
    // SAFETY: the processor has AVX2.
    unsafe { points_avx2(block, places) }
}

/// There is no faster way than the safe one of the caller.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn points(_: &[u8], _: &mut Vec<u32>) -> usize {
    0
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn points_avx2(block: &[u8], places: &mut Vec<u32>) -> usize {
    use std::arch::x86_64::*;

    let is = |bytes, byte: u8| _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(byte.cast_signed()));
    // Bytes beyond ASCII are negative, and in no range.
    let within = |bytes, first: u8, last: u8| {
        _mm256_and_si256(
            _mm256_cmpgt_epi8(bytes, _mm256_set1_epi8(first.cast_signed() - 1)),
            _mm256_cmpgt_epi8(_mm256_set1_epi8(last.cast_signed() + 1), bytes),
        )
    };
    let fold = |bytes| _mm256_or_si256(bytes, _mm256_set1_epi8(0x20));
    let mut at = 1;
    while at + 33 <= block.len() {
        // SAFETY: the block has 33 bytes from `at`, which is 1 or more; the loads need no alignment.
        let (before, bytes, after) = unsafe {
            let bytes = block.as_ptr().add(at);
            (
                _mm256_loadu_si256(bytes.sub(1).cast()),
                _mm256_loadu_si256(bytes.cast()),
                _mm256_loadu_si256(bytes.add(1).cast()),
            )
        };
        let (dots, colons, signs) = (is(bytes, b'.'), is(bytes, b':'), is(bytes, b'@'));
        let any = _mm256_or_si256(_mm256_or_si256(dots, colons), signs);
        if _mm256_testz_si256(any, any) == 0 {
            let digit = |bytes| within(bytes, b'0', b'9');
            let letter = |bytes, last| within(fold(bytes), b'a', last);
            let plain = |bytes| _mm256_or_si256(digit(bytes), letter(bytes, b'z'));
            let hex = |bytes| _mm256_or_si256(digit(bytes), letter(bytes, b'f'));
            let dots = _mm256_and_si256(dots, _mm256_and_si256(plain(before), plain(after)));
            let between = _mm256_and_si256(hex(before), hex(after));
            let colons = _mm256_and_si256(colons, _mm256_or_si256(is(after, b':'), between));
            let signs = _mm256_and_si256(signs, plain(after));
            let points = _mm256_or_si256(_mm256_or_si256(dots, colons), signs);
            let mut left = _mm256_movemask_epi8(points).cast_unsigned();
            while left != 0 {
                places.push(at as u32 + left.trailing_zeros());
                left &= left - 1;
            }
        }
        at += 32;
    }
    at
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_widths_see_the_same(
            runs in prop::collection::vec((prop::sample::select(b"a\n<\x1b\r\t\x7f\xc3c:Bo".to_vec()), 1usize..90), 0..120),
            at in any::<prop::sample::Index>(),
        ) {
            let known = std::is_x86_feature_detected!("avx2")
                && std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512bw");
            if !known {
                return Ok(());
            }
            let block: Vec<u8> = runs.iter().flat_map(|&(b, n)| std::iter::repeat_n(b, n)).collect();
            let cell = &block[..at.index(block.len() + 1) / 64 * 64];
            let next = block.get(1..).unwrap_or_default();
            // Both look at whole steps of their own only.
            let cell = if next.len() < cell.len() { &cell[..next.len() / 64 * 64] } else { cell };
            // SAFETY: the processor has both.
            let (wide, narrow) = unsafe { (wide::survey_avx512(cell, next), survey_avx2(cell, next)) };
            prop_assert_eq!(wide, narrow);
        }

        #[test]
        fn both_widths_find_the_same_places(
            words in prop::collection::vec((0usize..8192, any::<u32>()), 0..400),
            block in prop::collection::vec(any::<u8>(), 0..4 * PLACES + 4),
            mask in any::<u32>(),
        ) {
            let known = std::is_x86_feature_detected!("avx2")
                && std::is_x86_feature_detected!("avx512f")
                && std::is_x86_feature_detected!("avx512dq");
            if !known {
                return Ok(());
            }
            let mut bloom: Bloom = [0; 8192];
            words.iter().for_each(|&(at, bits)| bloom[at] = bits);
            let (mut narrow, mut wide) = ([0; PLACES], [0; PLACES]);
            // SAFETY: the processor has both.
            let ((few, looked), (many, reached)) = unsafe {
                (wide::avx512::<true>(&bloom, mask, &block, &mut wide), avx2::<true>(&bloom, mask, &block, &mut narrow))
            };
            prop_assert!(looked <= reached);
            prop_assert_eq!(&wide[..few], &narrow[..few]);
            prop_assert!(narrow[few..many].iter().all(|&place| place as usize >= looked));
        }

        #[test]
        fn one_walk_tells_what_two_tell(
            words in prop::collection::vec((0usize..8192, any::<u32>()), 0..400),
            block in prop::collection::vec(prop::sample::select(b"aaaaaaa\n<\x1b\rc:Bo\xc3".to_vec()), 0..4 * PLACES + 4),
            mask in any::<u32>(),
        ) {
            let mut bloom: Bloom = [0; 8192];
            words.iter().for_each(|&(at, bits)| bloom[at] = bits);
            let (mut both, mut alone) = ([0; PLACES], [0; PLACES]);
            let Some((count, seen)) = passing_and_seen(&bloom, mask, &block, &mut both) else {
                return Ok(());
            };
            prop_assert_eq!((count, seen.looked), passing::<true>(&bloom, mask, &block, &mut alone));
            prop_assert_eq!(both, alone);
            let looked = &block[..seen.looked];
            prop_assert_eq!(seen, survey(looked, block.get(1..).unwrap_or_default()));
            prop_assert!(looked.is_empty() || block.len() < seen.looked + 68);
        }

        #[test]
        fn a_table_in_registers_lets_through_what_its_twin_does(
            hashes in prop::collection::vec(any::<u32>(), 0..300),
            block in prop::collection::vec(prop::sample::select(b"ab\n<0".to_vec()), 0..4 * PLACES + 4),
            (narrow, whole) in any::<(bool, bool)>(),
        ) {
            use super::super::prefilter::gram::{FOLD, HIGH, LOW};
            let mask = if narrow { 0xff } else { u32::MAX };
            let word = |at: usize| u32::from_le_bytes(block[at..at + 4].try_into().unwrap()) | FOLD;
            let hash = |at: usize| {
                word(at).wrapping_mul(LOW).wrapping_add((word(at + 4) & mask).wrapping_mul(HIGH))
            };
            let mut sieve = Sieve::for_grams(if whole { 1000 } else { 10 }).unwrap();
            let own = (0..block.len().saturating_sub(8)).step_by(92).map(hash);
            hashes.into_iter().chain(own).for_each(|hash| sieve.add(hash));
            let mut places = [0; PLACES];
            let Some((count, seen)) = sifted_and_seen(&sieve, mask, &block, &mut places) else {
                return Ok(());
            };
            let slow = (0..seen.looked).step_by(4).filter(|&at| sieve.passes(hash(at)));
            let slow: Vec<u32> = slow.map(|at| at as u32).collect();
            prop_assert_eq!(&places[..count], &slow[..]);
            let looked = &block[..seen.looked];
            prop_assert_eq!(seen, survey(looked, block.get(1..).unwrap_or_default()));
        }

        #[test]
        fn points_are_those_of_the_slow_way(block in prop::collection::vec(prop::sample::select(b"..::@@aFgZ09 -/\xc3`{[".to_vec()), 0..200)) {
            let mut fast = Vec::new();
            let looked = points(&block, &mut fast);
            let byte = |at: usize| block.get(at).copied().unwrap_or(0);
            let slow = (1..looked).filter(|&at| {
                let (before, after) = (byte(at - 1), byte(at + 1));
                match byte(at) {
                    b'.' => before.is_ascii_alphanumeric() && after.is_ascii_alphanumeric(),
                    b':' => after == b':' || before.is_ascii_hexdigit() && after.is_ascii_hexdigit(),
                    b'@' => after.is_ascii_alphanumeric(),
                    _ => false,
                }
            });
            prop_assert_eq!(fast, slow.map(|at| at as u32).collect::<Vec<_>>());
        }
    }
}
