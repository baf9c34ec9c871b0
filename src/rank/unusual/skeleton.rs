//! A raw line into a number that is equal for lines that differ only in words with digits: such lines are of one
//! kind, so that a kind is decoded once and not with each of its lines.
//!
//! Finer than a template, never coarser: what an escape could turn into something else stays as it is.

/// Bytes of words, as [`super::template()`] has them; `DIGIT` marks those that make a word vary.
const PART: u8 = 1;
const DIGIT: u8 = 2;
const CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    while byte < 128 {
        classes[byte as usize] = match byte {
            b'0'..=b'9' => PART | DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'/' | b'@' | b'%' | b'+' => PART,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

/// Odd constants without a pattern: digits of pi.
const SEED: u64 = 0x243f_6a88_85a3_08d3;
const STEP: u64 = 0x1319_8a2e_0370_7345;
/// Stands for a word that varies, as no byte does.
const VARIES: u64 = 0x1f3;

/// The number of a line.
pub(super) fn skeleton(raw: &[u8]) -> u64 {
    let mut hash = SEED;
    let mut at = 0;
    // behind these stands an escape, of which digits or letters may be part
    let mut escaped = false;
    while at < raw.len() {
        let start = at;
        let mut class = 0;
        while let Some(this) = class_at(raw, at).filter(|class| *class != 0) {
            class |= this;
            at += 1;
        }
        if class & DIGIT != 0 && !escaped {
            hash = hash.rotate_left(11) ^ VARIES;
        } else {
            hash = word(hash, raw, start..at);
        }
        while class_at(raw, at) == Some(0) {
            let mark = raw.get(at).copied().unwrap_or_default();
            hash = hash.rotate_left(9) ^ (u64::from(mark) | 0x100);
            escaped = matches!(mark, b'\\' | b'#');
            at += 1;
        }
    }
    mix(hash, 1)
}

fn class_at(raw: &[u8], at: usize) -> Option<u8> {
    raw.get(at).map(|byte| CLASS[usize::from(*byte)])
}

/// Adds a word, eight bytes at a time.
fn word(mut hash: u64, raw: &[u8], mut range: std::ops::Range<usize>) -> u64 {
    while !range.is_empty() {
        hash = mix(hash, eight(raw, range.start, range.len().min(8)));
        range.start += 8;
    }
    hash
}

/// `left` bytes from `at` on, as a number.
fn eight(bytes: &[u8], at: usize, left: usize) -> u64 {
    match bytes
        .get(at..at + 8)
        .and_then(|eight| eight.try_into().ok())
    {
        Some(eight) => u64::from_le_bytes(eight) & (u64::MAX >> (64 - 8 * left)),
        None => {
            let some = bytes.get(at..at + left).unwrap_or_default();
            some.iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte))
        }
    }
}

fn mix(hash: u64, value: u64) -> u64 {
    let wide = u128::from(hash ^ value) * u128::from(STEP);
    (wide as u64) ^ ((wide >> 64) as u64).rotate_left(23)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::template::template;
    use super::skeleton;
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
            prop_assert_eq!(skeleton(one.as_bytes()), skeleton(other.as_bytes()));
            prop_assert_eq!(of(&one), of(&other));
        }
    }
}
