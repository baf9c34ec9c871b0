//! 64 bytes into where their words are: letters, digits and what joins them, and what may change how a line is read.

/// What is where in 64 bytes: bit 0 is the first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// Letters, digits, and `- _ . / @ % +`.
    pub(crate) parts: u64,
    pub(crate) digits: u64,
    /// Backslashes and `#`, behind which an escape may stand.
    pub(crate) escapes: u64,
    /// Escape characters and carriage returns.
    pub(crate) codes: u64,
}

/// Looks at 64 bytes.
pub(crate) fn words(bytes: &[u8; 64]) -> Words {
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512bw") {
        // SAFETY: the processor has AVX-512F and AVX-512BW.
        return unsafe { avx512(bytes) };
    }
    #[cfg(target_arch = "x86_64")]
    if std::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2.
        return unsafe { avx2(bytes) };
    }
    one_by_one(bytes)
}

/// The safe twin of the vector code.
fn one_by_one(bytes: &[u8; 64]) -> Words {
    let mut words = Words::default();
    for (at, byte) in bytes.iter().enumerate() {
        let bit = |is: bool| u64::from(is) << at;
        let digit = byte.is_ascii_digit();
        let joins = matches!(byte, b'-' | b'_' | b'.' | b'/' | b'@' | b'%' | b'+');
        words.digits |= bit(digit);
        words.parts |= bit(digit || joins || byte.is_ascii_alphabetic());
        words.escapes |= bit(matches!(byte, b'\\' | b'#'));
        words.codes |= bit(matches!(byte, b'\x1b' | b'\r'));
    }
    words
}

/// The same as [`avx2`], all bytes at once.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw")]
fn avx512(bytes: &[u8; 64]) -> Words {
    use std::arch::x86_64::*;

    let every = |byte: u8| _mm512_set1_epi8(byte.cast_signed());
    // SAFETY: there are 64 bytes; the load needs no alignment.
    let bytes = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
    let is = |byte: u8| _mm512_cmpeq_epi8_mask(bytes, every(byte));
    let range = |bytes, first: u8, more: u8| {
        _mm512_cmple_epu8_mask(_mm512_sub_epi8(bytes, every(first)), every(more))
    };
    let letters = range(_mm512_or_si512(bytes, every(0x20)), b'a', 25);
    Words {
        parts: letters | range(bytes, b'-', 12) | is(b'_') | is(b'@') | is(b'%') | is(b'+'),
        digits: range(bytes, b'0', 9),
        escapes: is(b'\\') | is(b'#'),
        codes: is(b'\x1b') | is(b'\r'),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2(bytes: &[u8; 64]) -> Words {
    use std::arch::x86_64::*;

    let every = |byte: u8| _mm256_set1_epi8(byte.cast_signed());
    let or = |one, other| _mm256_or_si256(one, other);
    let half = |bytes: __m256i| {
        let is = |byte: u8| _mm256_cmpeq_epi8(bytes, every(byte));
        // The bytes from `first` on, so many more than one.
        let range = |bytes, first: u8, more: u8| {
            let from = _mm256_sub_epi8(bytes, every(first));
            _mm256_cmpeq_epi8(_mm256_min_epu8(from, every(more)), from)
        };
        let letters = range(or(bytes, every(0x20)), b'a', 25);
        // `-`, `.`, `/` and the digits stand beside each other.
        let joined = or(letters, range(bytes, b'-', 12));
        let others = or(or(is(b'_'), is(b'@')), or(is(b'%'), is(b'+')));
        [
            or(joined, others),
            range(bytes, b'0', 9),
            or(is(b'\\'), is(b'#')),
            or(is(b'\x1b'), is(b'\r')),
        ]
        .map(|found| u64::from(_mm256_movemask_epi8(found).cast_unsigned()))
    };
    // SAFETY: there are 64 bytes; the loads need no alignment.
    let (low, high) = unsafe {
        let bytes = bytes.as_ptr();
        (
            _mm256_loadu_si256(bytes.cast()),
            _mm256_loadu_si256(bytes.add(32).cast()),
        )
    };
    let (low, high) = (half(low), half(high));
    let [parts, digits, escapes, codes] =
        [0, 1, 2, 3].map(|kind: usize| low[kind] | high[kind] << 32);
    Words {
        parts,
        digits,
        escapes,
        codes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_at_every_place_is_seen_alike() {
        for at in 0..64 {
            for byte in 0..=u8::MAX {
                let mut bytes = [b' '; 64];
                bytes[at] = byte;
                bytes[63 - at] |= b'a';
                let slow = one_by_one(&bytes);
                assert_eq!(words(&bytes), slow, "{byte} at {at}");
                #[cfg(target_arch = "x86_64")]
                if std::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has AVX2.
                    assert_eq!(unsafe { avx2(&bytes) }, slow, "{byte} at {at}");
                }
            }
        }
    }
}
