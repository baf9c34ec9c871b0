//! A few words in text, all in one look: those that are too short for the prefilter, which would look at every byte four
//! times for them, and those whose case counts.

use aho_corasick::packed::{MatchKind, Searcher};
use aho_corasick::{AhoCorasick, AhoCorasickKind, Span};

/// A packed search takes no more spellings than this.
const MOST: usize = 60;

/// Words as they are written, none of which another begins with.
pub(crate) struct Exact {
    words: Vec<&'static str>,
    searcher: Option<Searcher>,
}

impl Exact {
    pub(crate) fn new(words: impl Iterator<Item = &'static str>) -> Self {
        let words: Vec<&str> = words.collect();
        Self {
            searcher: Searcher::new(&words),
            words,
        }
    }

    /// Every place of every word, by the word's place in the list, in no particular order.
    pub(crate) fn each(&self, text: &[u8], mut each: impl FnMut(usize, usize, usize)) {
        let Some(searcher) = &self.searcher else {
            // a processor without vector code
            for (place, word) in self.words.iter().enumerate() {
                for start in memchr::memmem::find_iter(text, word) {
                    each(start, start + word.len(), place);
                }
            }
            return;
        };
        let mut from = 0;
        while let Some(hit) = searcher.find_in(text, Span::from(from..text.len())) {
            each(hit.start(), hit.end(), hit.pattern().as_usize());
            // one may begin inside another
            from = hit.start() + 1;
        }
    }
}

/// Words (lower case) of two to four letters in any case, ready to be found.
pub(crate) struct Short {
    words: Vec<Box<[u8]>>,
    search: Search,
}

enum Search {
    /// Every spelling of every word, looked for with vector code.
    Packed(Searcher),
    /// Too many of them, or a processor without it.
    Automaton(AhoCorasick),
}

impl Short {
    /// Nothing where there are no words. They are lower case.
    pub(crate) fn new(words: Vec<Box<[u8]>>) -> Option<Self> {
        if words.is_empty() {
            return None;
        }
        let spellings: Option<Vec<Vec<u8>>> = spellings(&words);
        let packed = spellings.and_then(|spellings| {
            let mut config = aho_corasick::packed::Config::new();
            config.match_kind(MatchKind::LeftmostFirst);
            config.builder().extend(spellings).build()
        });
        let search = match packed {
            Some(packed) => Search::Packed(packed),
            None => Search::Automaton(
                AhoCorasick::builder()
                    .ascii_case_insensitive(true)
                    .kind(Some(AhoCorasickKind::DFA))
                    .build(&words)
                    .ok()?,
            ),
        };
        Some(Self { words, search })
    }

    /// Every place of every word, by the word's place in the list.
    pub(crate) fn each(&self, text: &[u8], mut each: impl FnMut(usize, usize, usize)) {
        match &self.search {
            Search::Automaton(automaton) => {
                for hit in automaton.find_overlapping_iter(text) {
                    each(hit.start(), hit.end(), hit.pattern().as_usize());
                }
            }
            Search::Packed(searcher) => {
                let mut from = 0;
                while let Some(hit) = searcher.find_in(text, Span::from(from..text.len())) {
                    let start = hit.start();
                    // one spelling stands for all words that begin here
                    for (place, word) in self.words.iter().enumerate() {
                        let end = start + word.len();
                        if text
                            .get(start..end)
                            .is_some_and(|here| here.eq_ignore_ascii_case(word))
                        {
                            each(start, end, place);
                        }
                    }
                    from = start + 1;
                }
            }
        }
    }
}

/// Every word in every mixture of cases; nothing where there are too many.
fn spellings(words: &[Box<[u8]>]) -> Option<Vec<Vec<u8>>> {
    let mut out = Vec::new();
    for word in words {
        let from = out.len();
        out.push(word.to_vec());
        for (at, byte) in word
            .iter()
            .enumerate()
            .filter(|(_, b)| b.is_ascii_lowercase())
        {
            for same in from..out.len() {
                let mut other: Vec<u8> = out.get(same)?.clone();
                *other.get_mut(at)? = byte.to_ascii_uppercase();
                out.push(other);
            }
            if out.len() > MOST {
                return None;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_that_begin_inside_another_are_found() {
        let mut found = Vec::new();
        let words = ["://", "/home/"];
        Exact::new(words.into_iter()).each(b"a://home/b", |start, end, word| {
            found.push((start, end, word));
        });
        found.sort_unstable();
        assert_eq!(found, [(1, 4, 0), (3, 9, 1)]);
    }

    proptest! {
        #[test]
        fn every_place_is_found(
            words in prop::collection::btree_set("[ab1-]{2,4}", 1..12),
            text in "[aAbB1 -]{0,60}",
        ) {
            let words: Vec<Box<[u8]>> = words.iter().map(|word| Box::from(word.as_bytes())).collect();
            let mut found = Vec::new();
            Short::new(words.clone()).unwrap().each(text.as_bytes(), |start, end, word| found.push((start, end, word)));
            found.sort_unstable();
            let mut known = Vec::new();
            for (place, word) in words.iter().enumerate() {
                for (start, window) in text.as_bytes().windows(word.len()).enumerate() {
                    if window.eq_ignore_ascii_case(word) {
                        known.push((start, start + word.len(), place));
                    }
                }
            }
            known.sort_unstable();
            prop_assert_eq!(found, known);
        }
    }
}
