//! The patterns that one set of programs can print, with the prefilter that finds candidates for them.

use std::collections::BTreeMap;

use super::catalog::Catalog;
use super::prefilter::{Found, Prefilter};
use crate::bundle::ProgramSet;
use crate::decode;

/// What the engine does with a line that holds a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cue {
    /// Everything that this literal of the prefilter means.
    Literal(u32),
    /// Try this pattern: an index into [`Catalog::tries`].
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

/// The patterns of a set of programs.
pub(crate) struct Group {
    prefilter: Prefilter,
    /// What each literal of the prefilter means.
    cues: Vec<Vec<Cue>>,
    /// Patterns without a usable literal: tried on every line.
    pub(crate) always: Vec<u32>,
    /// Patterns that ask for a panic.
    pub(crate) blocks: Vec<u32>,
    /// Every pattern on lines, for the naive twin.
    pub(crate) on_lines: Vec<u32>,
}

/// How a Go panic begins.
const PANIC: &[u8] = b"panic: ";
/// The same with what stands before it in a raw line: a literal of 8 bytes is much cheaper to find than one of 7. Lines
/// that are looked at one by one are asked by [`shows_panic`].
const PANIC_BEHIND: [&[u8]; 3] = [b"\npanic: ", b" panic: ", b"\"panic: "];

/// Whether a line may begin a panic as the Go runtime prints it.
pub(crate) fn shows_panic(raw: &[u8]) -> bool {
    memchr::memmem::find(raw, PANIC).is_some()
}

impl Group {
    /// The patterns of `catalog` that an entry of these programs can hold; `None`: every pattern, whatever its part looks at.
    pub(crate) fn new(catalog: &Catalog, programs: Option<ProgramSet>) -> Self {
        let mut literals: BTreeMap<Box<[u8]>, Vec<Cue>> = BTreeMap::new();
        let (mut always, mut blocks, mut on_lines) = (Vec::new(), Vec::new(), Vec::new());
        for (index, tried) in (0u32..).zip(&catalog.tries) {
            let wanted = catalog.parts.get(tried.part as usize).is_some_and(|part| {
                programs.is_none_or(|programs| part.in_logs && part.programs.intersects(programs))
            });
            if !wanted {
                continue;
            }
            if tried.pattern.is_block() {
                blocks.push(index);
                continue;
            }
            on_lines.push(index);
            let own = tried.pattern.literals();
            if own.is_empty() || own.iter().any(|l| l.len() < Prefilter::SHORTEST) {
                always.push(index);
                continue;
            }
            for literal in own {
                let folded = literal.to_ascii_lowercase().into_boxed_slice();
                literals.entry(folded).or_default().push(Cue::Try(index));
            }
        }
        let mut mark = |literal: &[u8], cue: Cue| {
            let folded = literal.to_ascii_lowercase().into_boxed_slice();
            literals.entry(folded).or_default().push(cue);
        };
        if !blocks.is_empty() {
            let long = decode::BLOCK_LITERALS.iter().map(|l| l.as_bytes());
            for literal in long.filter(|&l| l != PANIC).chain(PANIC_BEHIND) {
                mark(literal, Cue::Panic);
            }
        }
        for literal in decode::START_LITERALS {
            mark(literal.as_bytes(), Cue::Start);
        }
        for literal in super::join::PIECES {
            mark(literal, Cue::Piece);
        }
        let (literals, cues) = literals.into_iter().unzip();
        Self {
            prefilter: Prefilter::new(literals),
            cues,
            always,
            blocks,
            on_lines,
        }
    }

    /// Appends every literal in `block`.
    pub(crate) fn find(&self, block: &[u8], found: &mut Vec<Found>) {
        self.prefilter.find(block, found);
    }

    /// What a literal means.
    pub(crate) fn cues(&self, literal: u32) -> &[Cue] {
        self.cues.get(literal as usize).map_or(&[], Vec::as_slice)
    }
}
