//! The patterns that one set of programs can print, with the prefilter that finds candidates for them.

use super::catalog::{Catalog, Sought};
use super::prefilter::{Found, Prefilter};
use super::simd::Seen;
use super::survey::Survey;
pub(crate) use super::vocabulary::Cue;
use super::vocabulary::{BOOT, PANIC};
use crate::bundle::ProgramSet;

/// The patterns of a set of programs.
pub(crate) struct Group {
    prefilter: Prefilter,
    /// What the literals of the prefilter mean, one after the other.
    cues: Vec<Cue>,
    /// Where that of each ends, after a 0.
    ends: Vec<usize>,
    /// Patterns without a usable literal: tried on every line.
    pub(crate) always: Vec<u32>,
    /// Patterns that ask for a panic.
    pub(crate) blocks: Vec<u32>,
    /// Every pattern on lines, for the naive twin.
    pub(crate) on_lines: Vec<u32>,
}

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
        let (mut always, mut blocks, mut on_lines) = (Vec::new(), Vec::new(), Vec::new());
        let mut wanted = vec![false; catalog.tries.len()];
        for ((index, tried), wanted) in (0u32..).zip(&catalog.tries).zip(&mut wanted) {
            *wanted = catalog.parts.get(tried.part as usize).is_some_and(|part| {
                programs.is_none_or(|programs| part.in_logs && part.programs.intersects(programs))
            });
            if !*wanted {
                continue;
            }
            match tried.sought() {
                Sought::Block => {
                    blocks.push(index);
                    continue;
                }
                Sought::Nothing => always.push(index),
                Sought::Literals(_) => {}
            }
            on_lines.push(index);
        }
        let means = |cue: &&Cue| match cue {
            Cue::Try(tried) => wanted.get(*tried as usize) == Some(&true),
            Cue::Panic => !blocks.is_empty(),
            _ => true,
        };
        let vocabulary = catalog.vocabulary();
        let (mut literals, mut cues, mut ends) = (Vec::new(), Vec::new(), vec![0]);
        for word in &vocabulary.words {
            let before = cues.len();
            cues.extend(word.cues.iter().filter(means));
            if cues.len() > before {
                literals.push(word.literal.clone());
                ends.push(cues.len());
            }
        }
        Self {
            prefilter: Prefilter::of(literals, &vocabulary.known),
            cues,
            ends,
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
        let end = |of: usize| self.ends.get(of).copied();
        let range = end(literal as usize).zip(end(literal as usize + 1));
        let cues = range.and_then(|(from, to)| self.cues.get(from..to));
        cues.unwrap_or_default()
    }
}
