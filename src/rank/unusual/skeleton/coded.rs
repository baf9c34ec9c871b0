//! The number of a line in which codes of a terminal stand, byte by byte.
//!
//! What may end the code of a colour stays as it is, and so does a line of which a part is overwritten.

use super::{SEED, VARIES, begins_code, mix, returns, severity};

/// Marks in a row after which they are mixed: rotations of more would come round.
const MARKS: u32 = 6;

/// Bytes of words, as templates have them; `DIGIT` marks those that make a word vary.
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
