//! A raw line into a number that is equal for lines that differ only in words with digits: such lines are of one
//! kind, so that a kind is decoded once and not with each of its lines.
//!
//! Finer than a template, never coarser: what an escape could turn into something else stays as it is, and so does what
//! may end the code of a colour.

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
/// Marks in a row after which they are mixed: rotations of more would come round.
const MARKS: u32 = 6;

/// The number of a line.
pub(super) fn skeleton(raw: &[u8]) -> u64 {
    let mut hash = SEED;
    let mut at = 0;
    // behind these stands an escape, of which digits or letters may be part
    let mut escaped = false;
    // the code of a colour has begun, which ends with a letter
    let mut coded = false;
    let mut row = 0;
    while at < raw.len() {
        let start = at;
        let mut class = 0;
        while let Some(this) = class_at(raw, at).filter(|class| *class != 0) {
            class |= this;
            at += 1;
        }
        let text = raw.get(start..at).unwrap_or_default();
        if class & DIGIT != 0 && !escaped && !coded {
            hash = hash.rotate_left(11) ^ VARIES ^ severity(text);
            row += 1;
        } else {
            if escaped && returns(text) {
                return word(SEED, raw, 0..raw.len());
            }
            coded = (coded && !text.iter().any(u8::is_ascii_alphabetic))
                || (escaped && begins_code(text));
            hash = word(hash, raw, start..at);
            row = 0;
        }
        while class_at(raw, at) == Some(0) {
            let mark = raw.get(at).copied().unwrap_or_default();
            hash = hash.rotate_left(9) ^ (u64::from(mark) | 0x100);
            row += 1;
            if row > MARKS {
                hash = mix(hash, VARIES);
                row = 0;
            }
            escaped = matches!(mark, b'\\' | b'#');
            coded |= mark == b'\x1b';
            at += 1;
            // what stands before it is overwritten, as far as it goes
            if mark == b'\r' && at < raw.len() {
                return word(SEED, raw, 0..raw.len());
            }
        }
    }
    mix(hash, 1)
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
