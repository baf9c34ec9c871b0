//! A raw line into a number that is equal for lines that differ only in words with digits: such lines are of one
//! kind, so that a kind is decoded once and not with each of its lines.
//!
//! Finer than a template, never coarser: what an escape could turn into something else stays as it is, and so does what
//! may end the code of a colour.
//!
//! Nearly all lines are walked 64 bytes at a time: what lies between two words with digits is taken in one piece.

mod coded;

use std::ops::Range;

use crate::detect::simd::{Words, words};

/// Odd constants without a pattern: digits of pi.
const SEED: u64 = 0x243f_6a88_85a3_08d3;
const STEP: u64 = 0x1319_8a2e_0370_7345;
/// Stands for a word that varies, as no byte does.
const VARIES: u64 = 0x1f3;

/// The number of a line.
pub(super) fn skeleton(raw: &[u8]) -> u64 {
    let mut walk = Walk {
        raw,
        hash: SEED,
        taken: 0,
    };
    let mut at = 0;
    while at < raw.len() {
        match walk.window(at) {
            Some(next) => at = next,
            None => return coded::skeleton(raw),
        }
    }
    walk.take(raw.len());
    mix(walk.hash, 1)
}

/// A line that is walked.
struct Walk<'a> {
    raw: &'a [u8],
    hash: u64,
    /// Bytes that are in the number.
    taken: usize,
}

impl Walk<'_> {
    /// Takes the words that begin in the 64 bytes from `at` on, where a word begins or none is, and says where to go on; `None`
    /// where codes of a terminal may stand.
    fn window(&mut self, at: usize) -> Option<usize> {
        let rest = self.raw.get(at..)?;
        let seen = self.seen(rest);
        let last = rest.len() <= 64 && rest.ends_with(b"\r");
        let codes = if last {
            seen.codes & !bit(rest.len() - 1)
        } else {
            seen.codes
        };
        if codes != 0 {
            return None;
        }
        let escaped = at > 0 && matches!(self.raw.get(at - 1), Some(b'\\' | b'#'));
        let (mut parts, mut digits, mut width) = (seen.parts, seen.digits, rest.len().min(64));
        if rest.len() > 64 && parts & bit(63) != 0 {
            // The last word goes on: the next window begins with it.
            width = 64 - parts.leading_ones() as usize;
            if width == 0 {
                return self.long_word(at, escaped);
            }
            parts &= bit(width) - 1;
            digits &= parts;
        }
        let mut behind = (seen.escapes << 1 | u64::from(escaped)) & parts;
        while behind != 0 {
            let start = behind.trailing_zeros();
            let length = (parts >> start).trailing_ones();
            let word = rest.get(start as usize..(start + length) as usize)?;
            if returns(word) || begins_code(word) {
                return None;
            }
            // What an escape may be part of does not vary.
            digits &= !(u64::MAX >> (64 - length) << start);
            behind &= behind - 1;
        }
        self.varying(at, parts, digits);
        Some(at + width)
    }

    /// What is where in the first 64 bytes of `rest`, with which the line ends.
    fn seen(&self, rest: &[u8]) -> Words {
        if let Some(window) = rest.first_chunk() {
            return words(window);
        }
        // The end of a line is looked at where it stands: a copy costs more than all the rest.
        if let Some(window) = self.raw.last_chunk() {
            let seen = words(window);
            let before = 64 - rest.len() as u32;
            let behind = |bits: u64| bits.checked_shr(before).unwrap_or(0);
            return Words {
                parts: behind(seen.parts),
                digits: behind(seen.digits),
                escapes: behind(seen.escapes),
                codes: behind(seen.codes),
            };
        }
        let mut padded = [0; 64];
        padded
            .iter_mut()
            .zip(rest)
            .for_each(|(to, from)| *to = *from);
        words(&padded)
    }

    /// Takes what stands before each word that varies, and that it does.
    fn varying(&mut self, at: usize, parts: u64, digits: u64) {
        // A sum carries from the first digit of a word to its end.
        let behind_digits = !parts.wrapping_add(digits) & parts | digits;
        let mut ends = behind_digits & !(parts >> 1);
        while ends != 0 {
            let end = ends.trailing_zeros() as usize;
            let before = !parts & (bit(end) - 1);
            let start = 64 - before.leading_zeros() as usize;
            self.varies(at + start..at + end + 1);
            ends &= ends - 1;
        }
    }

    /// A word of 64 bytes or more.
    fn long_word(&mut self, at: usize, escaped: bool) -> Option<usize> {
        let rest = self.raw.get(at..)?;
        let mut length = 0;
        let mut digits = 0;
        while let Some(left) = rest.get(length..).filter(|left| !left.is_empty()) {
            let seen = self.seen(left);
            let own = seen.parts.trailing_ones();
            length += own as usize;
            digits |= seen.digits & u64::MAX.checked_shr(64 - own).unwrap_or(0);
            if own < 64 {
                break;
            }
        }
        let word = rest.get(..length)?;
        if escaped && (returns(word) || begins_code(word)) {
            return None;
        }
        if digits != 0 && !escaped {
            self.varies(at..at + length);
        }
        Some(at + length)
    }

    fn varies(&mut self, word: Range<usize>) {
        self.take(word.start);
        let severity = self.raw.get(word.clone()).map_or(0, severity);
        self.hash = self.hash.rotate_left(11) ^ VARIES ^ severity;
        self.taken = word.end;
    }

    /// Takes what stands before `end` and is not taken.
    fn take(&mut self, end: usize) {
        let mut left = self.raw.get(self.taken..end).unwrap_or_default();
        self.taken = end;
        self.hash ^= (left.len() as u64).rotate_right(16);
        while left.len() > 16
            && let (Some(first), Some(second)) = (eight(left, 0), eight(left, 8))
        {
            self.hash = both(self.hash, first, second);
            left = left.get(16..).unwrap_or_default();
        }
        let behind = left.len().saturating_sub(8);
        let (first, second) = match (eight(left, 0), eight(left, behind)) {
            (Some(first), Some(second)) => (first, second),
            _ => (few(left), 0),
        };
        self.hash = both(self.hash, first, second);
    }
}

fn bit(at: usize) -> u64 {
    1 << at
}

fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    let eight = bytes.get(at..)?.first_chunk()?;
    Some(u64::from_le_bytes(*eight))
}

/// Up to seven bytes.
fn few(bytes: &[u8]) -> u64 {
    let four = |at: usize| {
        let four = bytes.get(at..)?.first_chunk()?;
        Some(u64::from(u32::from_le_bytes(*four)))
    };
    match (four(0), four(bytes.len().saturating_sub(4))) {
        (Some(first), Some(last)) => first | last << 32,
        _ => bytes
            .iter()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
    }
}

/// Mixes in two numbers at once; what was before stays even where their product is nothing.
fn both(hash: u64, first: u64, second: u64) -> u64 {
    let wide = u128::from(first ^ hash) * u128::from(second ^ STEP);
    (wide as u64) ^ ((wide >> 64) as u64) ^ hash.rotate_left(29)
}

/// klog begins with the letter of its level and the day: `E0304`.
fn severity(word: &[u8]) -> u64 {
    match word {
        [level @ (b'I' | b'W' | b'E' | b'F'), day @ ..]
            if day.len() == 4 && day.iter().all(u8::is_ascii_digit) =>
        {
            u64::from(*level) << 16
        }
        _ => 0,
    }
}

/// Whether an escape begins the code of a colour: `\u001b`, `\x1b`, `\e`, or `#033` as syslog writes it.
fn begins_code(word: &[u8]) -> bool {
    let has = |code: &[u8]| {
        word.get(..code.len())
            .is_some_and(|at| at.eq_ignore_ascii_case(code))
    };
    has(b"u001b") || has(b"x1b") || has(b"033") || has(b"e")
}

/// Whether an escape returns to the beginning of the line.
fn returns(word: &[u8]) -> bool {
    [&b"r"[..], b"u000d", b"u000D", b"x0d", b"015"]
        .iter()
        .any(|code| word.starts_with(code))
}

fn mix(hash: u64, value: u64) -> u64 {
    let wide = u128::from(hash ^ value) * u128::from(STEP);
    (wide as u64) ^ ((wide >> 64) as u64).rotate_left(23)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::template::template;
    use super::{coded, skeleton};
    use crate::bundle::Origin;
    use crate::decode::decode;

    fn of(raw: &str) -> String {
        template(&decode(raw.as_bytes(), &Origin::default()).text)
    }

    #[test]
    fn lines_that_differ_in_words_with_digits_are_one() {
        let same = [
            ("volume pvc-0a1b is degraded", "volume pvc-99 is degraded"),
            (
                "E0304 06:29:35.868702 1 a.go:826] \"No\" err=\"x 1\"",
                "E0305 16:09:05.000000 999 a.go:826] \"No\" err=\"x 22222\"",
            ),
        ];
        for (one, other) in same {
            assert_eq!(skeleton(one.as_bytes()), skeleton(other.as_bytes()));
        }
        let other = [
            ("", " "),
            ("a b", "ab"),
            ("abcdefgh", "abcdefghi"),
            ("12345678 a", "12345678  a"),
            ("x \\u003c", "x \\u003e"),
            ("\x1b[31mgone\x1b[0m 1", "\x1b[32mback\x1b[0m 1"),
            ("\x1b[1;31mgone 1", "\x1b[1;32mback 1"),
            ("#033[31mgone 1", "#033[31mback 1"),
            ("\\u001b[31mgone 1", "\\u001b[31mback 1"),
            ("12%\r13% done a1", "12%\r13% done b1"),
            (
                "E0304 06:29:35.868702 1 a.go:826] x",
                "I0304 06:29:35.868702 1 a.go:826] x",
            ),
            ("is up", "is down"),
        ];
        for (one, other) in other {
            assert_ne!(skeleton(one.as_bytes()), skeleton(other.as_bytes()));
        }
    }

    /// A line in an envelope, with places for what varies.
    fn lines() -> impl Strategy<Value = (String, String)> {
        let envelope = prop::sample::select(vec![
            ("", ""),
            ("2025-03-04T06:29:35.868702315Z stderr F ", ""),
            ("E0304 06:29:35.868702    2345 trace.go:826] ", ""),
            ("time=\"2025-03-04T06:29:35Z\" level=error msg=\"", "\" n=7"),
            (
                "{\"level\":\"error\",\"ts\":\"2025-03-05T06:58:57.986882Z\",\"msg\":\"",
                "\"}",
            ),
            (
                "{\"log\":\"",
                "\\n\",\"stream\":\"stderr\",\"time\":\"2025-03-05T06:58:57.986882Z\"}",
            ),
            ("Mar 22 23:47:29 n1 rke2[15500]: ", ""),
        ]);
        let piece = prop_oneof![
            "[a-z]{1,9}".prop_map(|word| (word.clone(), word)),
            ("[a-f]{0,3}[0-9]{1,5}", "[a-f]{0,3}[0-9]{1,5}"),
            Just(("\\\"".to_owned(), "\\\"".to_owned())),
            ("[ :=,(]").prop_map(|mark| (mark.clone(), mark)),
            prop::sample::select(vec![
                "\x1b[0m",
                "\x1b[31m",
                "#033[1;32m",
                "\\u001b[33m",
                "\r"
            ])
            .prop_map(|code| (code.to_owned(), code.to_owned())),
        ];
        (envelope, prop::collection::vec(piece, 0..20)).prop_map(|((open, close), pieces)| {
            let (mut one, mut other) = (open.to_owned(), open.to_owned());
            for (a, b) in pieces {
                one.push_str(&a);
                other.push_str(&b);
                one.push(' ');
                other.push(' ');
            }
            (one + close, other + close)
        })
    }

    proptest! {
        #[test]
        fn equal_skeletons_have_equal_templates((one, other) in lines()) {
            let coded = ["\x1b", "\r", "#033", "u001b"].iter().any(|code| one.contains(code));
            let equal = skeleton(one.as_bytes()) == skeleton(other.as_bytes());
            prop_assert!(equal || coded, "{one:?} {other:?}");
            if equal {
                prop_assert_eq!(of(&one), of(&other));
            }
        }

        #[test]
        fn both_walks_tell_the_same_kinds(
            (one, other) in lines(),
            (long, letter) in (0usize..140, any::<prop::sample::Index>()),
        ) {
            let widened = |line: &str| format!("{} {line} {}7", "y".repeat(long), "z".repeat(140 - long));
            let (one, mut other) = (widened(&one), widened(&other));
            let slow = |line: &str| coded::skeleton(line.as_bytes());
            let quick = |line: &str| skeleton(line.as_bytes());
            prop_assert_eq!(quick(&one) == quick(&other), slow(&one) == slow(&other));
            if let Some(at) = other.bytes().position(|byte| byte.is_ascii_lowercase()) {
                let places: Vec<usize> = (at..other.len()).filter(|&at| other.is_char_boundary(at)).collect();
                let at = places[letter.index(places.len())];
                if other.is_char_boundary(at + 1) {
                    other.replace_range(at..at + 1, "Q");
                }
                prop_assert_eq!(quick(&one) == quick(&other), slow(&one) == slow(&other), "{:?} {:?}", one, other);
            }
        }

        #[test]
        fn other_words_have_other_skeletons(
            (one, _) in lines(),
            (place, word) in (any::<prop::sample::Index>(), "[a-z]{1,9}"),
        ) {
            let mut other: Vec<&str> = one.split(' ').collect();
            let place = place.index(other.len());
            other[place] = &word;
            let other = other.join(" ");
            if skeleton(one.as_bytes()) == skeleton(other.as_bytes()) {
                prop_assert_eq!(of(&one), of(&other));
            }
        }
    }
}
