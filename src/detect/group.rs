//! The patterns that one set of programs can print, with the prefilter that finds candidates for them.

use std::borrow::Cow;

use super::catalog::{Catalog, Sought};
use super::prefilter::{Found, Prefilter};
use super::simd::Seen;
use super::survey::Survey;
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

/// How a Go panic begins. Too short to be cheap to find among other literals, and so is [`BOOT`]: a survey of the block
/// says where they may be, and lines that are looked at one by one are asked directly.
const PANIC: &[u8] = b"panic: ";
/// What journalctl writes between boots.
const BOOT: &[u8] = b"-- Boot ";
/// Another that is too short, unless with the digit that follows it.
const GOROUTINE: &[u8] = b"goroutine ";

/// Whether a line may begin a panic as the Go runtime prints it.
pub(crate) fn shows_panic(raw: &[u8]) -> bool {
    memchr::memmem::find(raw, PANIC).is_some()
}

/// Whether journalctl may say in this line that the machine booted.
pub(crate) fn shows_boot(raw: &[u8]) -> bool {
    memchr::memmem::find(raw, BOOT).is_some()
}

/// Where in `bytes` a panic or a boot may be announced.
pub(crate) fn shown_in(bytes: &[u8]) -> impl Iterator<Item = (usize, Cue)> {
    let panics = memchr::memmem::find_iter(bytes, PANIC).map(|at| (at, Cue::Panic));
    let boots = memchr::memmem::find_iter(bytes, BOOT).map(|at| (at, Cue::Start));
    panics.chain(boots)
}

impl Group {
    /// The patterns of `catalog` that an entry of these programs can hold; `None`: every pattern, whatever its part looks at.
    pub(crate) fn new(catalog: &Catalog, programs: Option<ProgramSet>) -> Self {
        let mut sought: Vec<(Cow<'_, [u8]>, Cue)> = Vec::new();
        let (mut always, mut blocks, mut on_lines) = (Vec::new(), Vec::new(), Vec::new());
        for (index, tried) in (0u32..).zip(&catalog.tries) {
            let wanted = catalog.parts.get(tried.part as usize).is_some_and(|part| {
                programs.is_none_or(|programs| part.in_logs && part.programs.intersects(programs))
            });
            if !wanted {
                continue;
            }
            match tried.sought() {
                Sought::Block => {
                    blocks.push(index);
                    continue;
                }
                Sought::Nothing => always.push(index),
                Sought::Literals(own) => {
                    let cues = own.iter().map(|l| (Cow::from(&**l), Cue::Try(index)));
                    sought.extend(cues);
                }
            }
            on_lines.push(index);
        }
        let mut mark = |literal: &[u8], cue: Cue| {
            sought.push((literal.to_ascii_lowercase().into(), cue));
        };
        if !blocks.is_empty() {
            let all = decode::BLOCK_LITERALS.iter().map(|l| l.as_bytes());
            for literal in all.filter(|&l| l != PANIC && l != GOROUTINE) {
                mark(literal, Cue::Panic);
            }
            for digit in b'0'..=b'9' {
                mark(&[GOROUTINE, &[digit]].concat(), Cue::Panic);
            }
        }
        let starts = decode::START_LITERALS.iter().map(|l| l.as_bytes());
        for literal in starts.filter(|&l| l != BOOT) {
            mark(literal, Cue::Start);
        }
        for literal in super::join::PIECES {
            mark(literal, Cue::Piece);
        }
        sought.sort_unstable();
        let (mut literals, mut cues): (Vec<Box<[u8]>>, Vec<Vec<Cue>>) = Default::default();
        for (literal, cue) in sought {
            match (literals.last(), cues.last_mut()) {
                (Some(last), Some(cues)) if **last == *literal => cues.push(cue),
                _ => {
                    literals.push(literal.into());
                    cues.push(vec![cue]);
                }
            }
        }
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

    /// Appends every literal in `block`, which holds whole lines, and surveys it.
    pub(crate) fn find_and_survey(
        &self,
        block: &[u8],
        found: &mut Vec<Found>,
        pieces: &mut Vec<Seen>,
        survey: &mut Survey,
    ) {
        self.prefilter.find_and_survey(block, found, pieces, survey);
    }

    /// What a literal means.
    pub(crate) fn cues(&self, literal: u32) -> &[Cue] {
        self.cues.get(literal as usize).map_or(&[], Vec::as_slice)
    }
}
