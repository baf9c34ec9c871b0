//! A set of literals and a block of raw bytes into the places where a literal stands, ASCII case ignored.
//!
//! Most of a log holds no literal at all, so the work is to say no quickly: see `gram`.

pub(crate) mod gram;
mod rarity;
pub(crate) mod sieve;

use std::sync::Arc;

use super::simd::Seen;
use super::survey::Survey;
use gram::{Gait, GramTable};
pub(crate) use rarity::Frequencies;
use sieve::Sieve;

/// Grams of literals of 11 bytes or more.
const LONG: Gait = Gait { gram: 8, stride: 4 };
/// Grams of those of 8 to 10.
const MIDDLE: Gait = Gait { gram: 5, stride: 4 };

/// A literal at a place of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Offset of its first byte in the block.
    pub(crate) at: u32,
    /// Index of the literal in the list the prefilter was made from.
    pub(crate) literal: u32,
}

/// A literal with the window that it is found by among many.
#[derive(Debug, Clone)]
pub(crate) struct Literal {
    text: Arc<[u8]>,
    /// Its start.
    window: u32,
}

impl Literal {
    pub(crate) fn new(text: &[u8], known: &Frequencies) -> Self {
        let usual = Self::usual(text.len());
        let window = usual.map_or(0, |gait| {
            known.rarest_window(text, gait.shortest(), gait.gram)
        });
        Self {
            text: text.into(),
            window: window as u32,
        }
    }

    /// How one of so many bytes is looked for among many.
    fn usual(length: usize) -> Option<Gait> {
        [LONG, MIDDLE]
            .into_iter()
            .find(|gait| length >= gait.shortest())
    }

    fn text(&self) -> &[u8] {
        &self.text
    }

    /// The start of the window that a table of this gait knows it by.
    fn window(&self, gait: Gait, known: &Frequencies) -> usize {
        if Self::usual(self.text.len()) == Some(gait) {
            return self.window as usize;
        }
        known.rarest_window(&self.text, gait.shortest(), gait.gram)
    }
}

/// The literals of one group of programs, ready to be found in raw bytes.
#[derive(Debug)]
pub(crate) struct Prefilter {
    literals: Vec<Literal>,
    tables: Vec<GramTable>,
}

impl Prefilter {
    /// The shortest literal that can be looked for; a pattern with a shorter one is tried on every line.
    pub(crate) const SHORTEST: usize = 4;

    /// Literals shorter than [`Prefilter::SHORTEST`] are never found.
    pub(crate) fn new(literals: Vec<Box<[u8]>>) -> Self {
        let known = Frequencies::of(literals.iter().map(|literal| &**literal));
        let literals = literals.iter().map(|text| Literal::new(text, &known));
        Self::of(literals.collect(), &known)
    }

    /// As [`new`](Self::new), of literals whose windows are known.
    pub(crate) fn of(literals: Vec<Literal>, known: &Frequencies) -> Self {
        // A longer literal needs fewer looks at the bytes, and longer grams are rarer. A few literals that a stride of 4 can
        // meet share one table: a second look at all bytes costs more than the hits of shorter grams. Among many the short
        // ones have their own: else every seventh place of a log holds a gram of some long one.
        let fitting = literals.iter().map(|literal| literal.text.len());
        let fitting = fitting.filter(|&length| length >= MIDDLE.shortest());
        let shared = match fitting.clone().count() > Sieve::MOST / LONG.stride {
            true => LONG,
            false => Gait {
                gram: fitting.min().unwrap_or(usize::MAX).min(LONG.shortest()) - 3,
                stride: 4,
            },
        };
        let short = [(4, 4), (4, 2), (4, 1)].map(|(gram, stride)| Gait { gram, stride });
        let gaits = [shared, MIDDLE].into_iter().chain(short);
        let mut tables = Vec::new();
        let mut longest = usize::MAX;
        for gait in gaits {
            let range = gait.shortest()..longest;
            longest = longest.min(gait.shortest());
            let fits = |index: &u32| {
                let literal = literals.get(*index as usize);
                literal.is_some_and(|literal| range.contains(&literal.text.len()))
            };
            let chosen: Vec<u32> = (0..literals.len() as u32).filter(fits).collect();
            if !chosen.is_empty() {
                tables.push(GramTable::new(&literals, &chosen, gait, known));
            }
        }
        Self { literals, tables }
    }

    /// Bytes of a literal.
    pub(crate) fn length(&self, literal: u32) -> usize {
        self.literals
            .get(literal as usize)
            .map_or(0, |literal| literal.text.len())
    }

    /// Appends every occurrence of every literal in `block`, in no particular order. Blocks are at most 4 GiB.
    pub(crate) fn find(&self, block: &[u8], found: &mut Vec<Found>) {
        self.find_with(block, true, found);
    }

    /// As [`find`](Self::find), and takes the survey of the same block, in one walk over its bytes where that can be.
    pub(crate) fn find_and_survey(
        &self,
        block: &[u8],
        found: &mut Vec<Found>,
        pieces: &mut Vec<Seen>,
        survey: &mut Survey,
    ) {
        pieces.clear();
        let (first, others) = self
            .tables
            .split_first()
            .map_or((None, &[][..]), |(first, others)| (Some(first), others));
        let keep = |literal, at| self.keep(block, literal, at, found);
        let at_once = first.is_some_and(|table| table.scan_and_count(block, pieces, keep));
        if at_once {
            survey.take_counted(block, pieces);
            others
                .iter()
                .for_each(|table| table.scan(block, true, |l, at| self.keep(block, l, at, found)));
        } else {
            survey.take(block);
            self.find(block, found);
        }
    }

    fn find_with(&self, block: &[u8], fast: bool, found: &mut Vec<Found>) {
        for table in &self.tables {
            table.scan(block, fast, |literal, at| {
                self.keep(block, literal, at, found);
            });
        }
    }

    /// Appends a literal that may begin at an offset, if it does.
    fn keep(&self, block: &[u8], literal: u32, at: usize, found: &mut Vec<Found>) {
        let Some(text) = self.literals.get(literal as usize).map(Literal::text) else {
            return;
        };
        let is = |window: &[u8]| window.eq_ignore_ascii_case(text);
        if block.get(at..at + text.len()).is_some_and(is) {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            found.push(Found { at, literal });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aho_corasick::{AhoCorasick, MatchKind};
    use proptest::prelude::*;

    /// What another engine finds.
    fn found_by_automaton(literals: &[Box<[u8]>], block: &[u8]) -> Vec<Found> {
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::Standard)
            .build(literals)
            .unwrap();
        let mut found: Vec<Found> = automaton
            .find_overlapping_iter(block)
            .map(|m| Found {
                at: m.start() as u32,
                literal: m.pattern().as_u32(),
            })
            .collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn finds_what_an_automaton_finds(
            literals in prop::collection::vec("[a-c _]{4,16}", 1..12),
            block in prop::collection::vec(prop::sample::select(b"abcABC _\n\x7f\x00".to_vec()), 0..9000),
            planted in prop::collection::vec((0usize..9000, any::<prop::sample::Index>(), any::<bool>()), 0..6),
        ) {
            let mut block = block;
            for (at, which, upper) in planted {
                let literal = which.get(&literals);
                let text = if upper { literal.to_ascii_uppercase() } else { literal.clone() };
                let at = at.min(block.len());
                block.splice(at..at, text.bytes());
            }
            let literals: Vec<Box<[u8]>> = literals.iter().map(|l| l.as_bytes().into()).collect();
            let prefilter = Prefilter::new(literals.clone());
            for fast in [false, true] {
                let mut found = Vec::new();
                prefilter.find_with(&block, fast, &mut found);
                found.sort_unstable();
                prop_assert_eq!(found, found_by_automaton(&literals, &block));
            }
            block.push(b'\n');
            let (mut found, mut survey, mut plain) = (Vec::new(), Survey::default(), Survey::default());
            prefilter.find_and_survey(&block, &mut found, &mut Vec::new(), &mut survey);
            found.sort_unstable();
            prop_assert_eq!(found, found_by_automaton(&literals, &block));
            plain.take(&block);
            prop_assert_eq!(survey, plain);
        }
    }

    #[test]
    fn among_many_the_short_ones_are_found_too() {
        let long = (0..400).map(|n| format!("number {n} of many"));
        let short = (0..40).map(|n| format!("short{n:0width$}", width = 3 + n % 3));
        let texts: Vec<String> = long.chain(short).chain(["four".to_owned()]).collect();
        let literals: Vec<Box<[u8]>> = texts.iter().map(|text| text.as_bytes().into()).collect();
        let mut block = Vec::new();
        for (gap, text) in texts.iter().enumerate() {
            block.extend(std::iter::repeat_n(b' ', gap % 7));
            block.extend(text.to_ascii_uppercase().bytes());
        }
        let mut found = Vec::new();
        Prefilter::new(literals.clone()).find(&block, &mut found);
        found.sort_unstable();
        assert_eq!(found, found_by_automaton(&literals, &block));
        assert!(found.len() >= texts.len());
    }

    #[test]
    fn short_blocks_and_empty_sets_find_nothing() {
        let prefilter = Prefilter::new(vec![b"four".as_slice().into(), b"abc".as_slice().into()]);
        for block in [&b""[..], b"f", b"fou", b"abcabc"] {
            let mut found = Vec::new();
            prefilter.find(block, &mut found);
            assert_eq!(found, [], "{block:?}");
        }
        let mut found = Vec::new();
        prefilter.find(b"FouR", &mut found);
        assert_eq!(found, [Found { at: 0, literal: 0 }]);
        Prefilter::new(Vec::new()).find(b"anything at all", &mut found);
        assert_eq!(found.len(), 1);
    }
}
