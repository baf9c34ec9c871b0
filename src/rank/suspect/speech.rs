//! A text into what two texts about the same thing have in common: their words, and pairs of neighbours.
//!
//! Words are letters and digits, in lower case, without endings; names in `camelCase` are several. Numbers, ids and words that
//! stand everywhere say nothing.

/// Bytes of a word that count.
const LONGEST: usize = 24;
const SHORTEST: usize = 3;
/// A word of this many hexadecimal digits is an id.
const ID: usize = 8;
/// What a word keeps when its ending goes.
const STEM: usize = 4;
const ENDINGS: [&[u8]; 5] = [b"ing", b"ed", b"es", b"s", b"e"];
/// Words of any sentence.
const COMMON: [&str; 31] = [
    "all", "and", "any", "are", "but", "can", "did", "does", "for", "from", "has", "have", "how",
    "into", "its", "may", "not", "one", "out", "that", "the", "this", "two", "was", "were", "what",
    "when", "which", "who", "will", "with",
];

/// A word or a pair of words, as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Feature(pub(super) u64);

/// Calls `take` with every word and every pair of neighbours, whether it is a pair said beside.
pub(super) fn features(text: &str, mut take: impl FnMut(Feature, bool)) {
    let mut word = Word::default();
    let mut before: Option<u64> = None;
    let mut escaped = false;
    let mut lower = false;
    for byte in text.bytes().chain([b' ']) {
        // What follows a backslash in an expression is its name for a class.
        let part = byte.is_ascii_alphanumeric() && !escaped;
        let ends = !part || (lower && byte.is_ascii_uppercase());
        if let Some(hash) = ends.then(|| word.end()).flatten() {
            take(Feature(hash), false);
            if let Some(before) = before {
                take(Feature(mixed(before.rotate_left(23), hash)), true);
            }
            before = Some(hash);
        }
        if part {
            word.push(byte.to_ascii_lowercase());
        }
        lower = part && byte.is_ascii_lowercase();
        escaped = byte == b'\\' && !escaped;
    }
}

/// A word as it grows.
#[derive(Default)]
struct Word {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Word {
    fn push(&mut self, byte: u8) {
        if let Some(free) = self.bytes.get_mut(self.length) {
            *free = byte;
            self.length += 1;
        }
    }

    /// The number of a word that says something, which ends here.
    fn end(&mut self) -> Option<u64> {
        let length = std::mem::take(&mut self.length);
        let bytes = self.bytes.get(..length)?;
        let number = bytes.iter().all(u8::is_ascii_digit);
        let id = length >= ID && bytes.iter().all(u8::is_ascii_hexdigit);
        let common = || COMMON.iter().any(|word| word.as_bytes() == bytes);
        if length < SHORTEST || number || id || common() {
            return None;
        }
        let mut stems = ENDINGS.iter().filter_map(|end| bytes.strip_suffix(*end));
        let stem = stems.find(|stem| stem.len() >= STEM).unwrap_or(bytes);
        Some(stem.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
            mixed(hash, u64::from(byte))
        }))
    }
}

/// One step of FNV-1a.
const fn mixed(hash: u64, with: u64) -> u64 {
    (hash ^ with).wrapping_mul(0x0000_0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn words(text: &str) -> BTreeSet<Feature> {
        let mut found = BTreeSet::new();
        features(text, |feature, pair| {
            if !pair {
                found.insert(feature);
            }
        });
        found
    }

    #[test]
    fn the_same_words_in_other_dress_are_the_same() {
        let plain = words("volume attach fail node");
        assert_eq!(words("Volumes: attaching FAILED (nodes)"), plain);
        assert_eq!(words("VolumeAttach failed on the node 10.0.3.4"), plain);
        assert_eq!(words(r"volume\s+attach fails \S+ node 7f3a9c0e11"), plain);
        assert_eq!(plain.len(), 4);
    }

    #[test]
    fn pairs_know_the_order_and_pass_over_what_says_nothing() {
        let pairs = |text: &str| {
            let mut found = BTreeSet::new();
            features(text, |feature, pair| {
                if pair {
                    found.insert(feature);
                }
            });
            found
        };
        assert_eq!(pairs("disk is full"), pairs("Disks: the 17 FULL"));
        assert_ne!(pairs("disk full"), pairs("full disk"));
        assert!(pairs("disk").is_empty());
    }

    #[test]
    fn nothing_comes_of_nothing() {
        for text in ["", "a", "7", "\\", "é\u{0}", "the"] {
            assert!(words(text).is_empty(), "{text:?}");
        }
    }
}
