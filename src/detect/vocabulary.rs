//! What all patterns look for in raw lines, sorted: each literal once, with what it means and the window that it is found by.
//!
//! It is made once for a database. The group of a set of programs takes from it what these can say.

use super::catalog::{Sought, Try};
use super::prefilter::{Frequencies, Literal};
use crate::decode;

/// What the engine does with a line that holds a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cue {
    /// Everything that this literal of the prefilter means.
    Literal(u32),
    /// Try this pattern: an index into [`Catalog::tries`](super::catalog::Catalog::tries).
    Try(u32),
    /// A panic may begin here.
    Panic,
    /// The program may have started here.
    Start,
    /// Pieces of one line may begin here.
    Piece,
    /// The line holds terminal escapes: what it says is known only without them.
    Escape,
}

/// A literal, and what it means to all who ask for it.
pub(crate) struct Word {
    pub(crate) literal: Literal,
    pub(crate) cues: Vec<Cue>,
}

/// The literals of all patterns, and those that the engine itself looks for.
pub(crate) struct Vocabulary {
    /// Sorted by their bytes.
    pub(crate) words: Vec<Word>,
    /// How often what stands in them occurs.
    pub(crate) known: Frequencies,
}

/// How a Go panic begins. Too short to be cheap to find among other literals, and so is [`BOOT`]: a survey of the block
/// says where they may be, and lines that are looked at one by one are asked directly.
pub(super) const PANIC: &[u8] = b"panic: ";
/// What journalctl writes between boots.
pub(super) const BOOT: &[u8] = b"-- Boot ";
/// Another that is too short, unless with the digit that follows it.
const GOROUTINE: &[u8] = b"goroutine ";

impl Vocabulary {
    pub(crate) fn of(tries: &[Try]) -> Self {
        let own = own_literals();
        let mut sought: Vec<(&[u8], Cue)> = own.iter().map(|(l, cue)| (&**l, *cue)).collect();
        for (index, tried) in (0u32..).zip(tries) {
            if let Sought::Literals(own) = tried.sought() {
                sought.extend(own.iter().map(|l| (&**l, Cue::Try(index))));
            }
        }
        sought.sort_unstable();
        let distinct = sought.chunk_by(|a, b| a.0 == b.0);
        let known = Frequencies::of(distinct.clone().filter_map(|same| Some(same.first()?.0)));
        let words = distinct.filter_map(|same| {
            let (text, _) = same.first()?;
            Some(Word {
                literal: Literal::new(text, &known),
                cues: same.iter().map(|(_, cue)| *cue).collect(),
            })
        });
        Self {
            words: words.collect(),
            known,
        }
    }
}

/// What the engine looks for whatever the patterns are; panics only where a pattern asks for one.
fn own_literals() -> Vec<(Vec<u8>, Cue)> {
    let lower = |literal: &[u8], cue: Cue| (literal.to_ascii_lowercase(), cue);
    let panics = decode::BLOCK_LITERALS.iter().map(|l| l.as_bytes());
    let panics = panics.filter(|&l| l != PANIC && l != GOROUTINE);
    let panics = panics.map(move |literal| lower(literal, Cue::Panic));
    let goroutines =
        (b'0'..=b'9').map(move |digit| lower(&[GOROUTINE, &[digit]].concat(), Cue::Panic));
    let starts = decode::START_LITERALS.iter().map(|l| l.as_bytes());
    let starts = starts.filter(|&l| l != BOOT);
    let starts = starts.map(move |literal| lower(literal, Cue::Start));
    let pieces = super::join::PIECES.into_iter();
    let pieces = pieces.map(move |literal| lower(literal, Cue::Piece));
    let all = panics.chain(goroutines).chain(starts).chain(pieces);
    all.collect()
}
