//! Decoded candidate lines into proven hits: each pattern is confirmed, `not` patterns void, programs decide.

use std::borrow::Cow;
use std::sync::Arc;

use super::Captures;
use super::block::{Block, bounded};
use super::catalog::{Catalog, LogPart};
use super::series::{Proven, SeriesSet};
use crate::bundle::ProgramSet;
use crate::decode::{Line, Period, Stamp};

/// Confirmed hits of a `noise` part in one entry after which it is not tried any more: such a line may be most of a file.
pub(crate) const NOISE: u64 = 64;
/// Bytes of a line that a report can quote.
const QUOTE: usize = 1024;
/// Bytes quoted from one entry, after which quotes are short.
const QUOTES: usize = 8 << 20;
/// A short quote.
const SHORT_QUOTE: usize = 160;

/// Confirms lines of one entry.
#[derive(Default)]
pub(crate) struct Prover {
    catalog: Arc<Catalog>,
    programs: ProgramSet,
    series: SeriesSet,
    quoted: usize,
    period: Period,
}

/// A line as it is proven.
pub(crate) struct Candidate<'a> {
    /// Number of its first physical line.
    pub(crate) number: u64,
    /// As it stands in the entry.
    pub(crate) raw: &'a [u8],
    /// Decoded.
    pub(crate) line: &'a Line,
    /// Its own time or that of the line before; asked for hits only.
    pub(crate) stamp: &'a dyn Fn() -> Option<Stamp>,
}

impl Prover {
    pub(crate) fn new(catalog: Arc<Catalog>, programs: ProgramSet) -> Self {
        Self {
            catalog,
            programs,
            ..Self::default()
        }
    }

    /// Hits certainly outside this period are not counted.
    pub(crate) fn within(&mut self, period: Period) {
        self.period = period;
    }

    /// Tries patterns (indexes into the catalog, ascending, each once) on a line.
    pub(crate) fn prove(&mut self, candidate: &Candidate<'_>, tries: &[u32]) {
        // The group may be that of all programs.
        let speaks = |part: &LogPart, programs| part.programs.intersects(programs);
        let own = candidate.line.programs;
        let announced = is_announcement(candidate.line);
        let catalog = Arc::clone(&self.catalog);
        let mut rest = tries;
        while let Some(&first) = rest.first() {
            let Some((head, part)) = catalog.part_of(first) else {
                return;
            };
            let same = |&&tried: &&u32| {
                let tried = catalog.tries.get(tried as usize);
                tried.is_some_and(|tried| tried.part == head.part)
            };
            let count = rest.iter().take_while(same).count().max(1);
            let (these, after) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = after;
            let said = speaks(part, self.programs) && own.is_none_or(|own| speaks(part, own));
            if self.spent(head.part, part) || !said {
                continue;
            }
            let captures = confirm(&catalog, part, these, candidate.line);
            if captures.is_empty() {
                continue;
            }
            let stamp = (candidate.stamp)();
            if stamp.is_some_and(|stamp| self.period.excludes(stamp)) {
                continue;
            }
            let limit = if self.quoted < QUOTES {
                QUOTE
            } else {
                SHORT_QUOTE
            };
            let quote = quote(candidate.raw, &catalog, these, limit);
            self.quoted = self.quoted.saturating_add(quote.len());
            let proven = Proven {
                line: candidate.number,
                stamp,
                quote: &quote,
                announced,
            };
            self.series
                .add(head.part, captures, &proven, &catalog.limits);
        }
    }

    /// Whether a pattern marks noise that was seen often enough.
    pub(crate) fn is_spent(&self, tried: u32) -> bool {
        let placed = self.catalog.part_of(tried);
        placed.is_some_and(|(tried, part)| self.spent(tried.part, part))
    }

    fn spent(&self, index: u32, part: &LogPart) -> bool {
        part.noise && self.series.count(index) >= NOISE
    }

    /// Tries the block patterns on a panic.
    pub(crate) fn prove_block(&mut self, block: &Block, tries: &[u32]) {
        let line = Line {
            text: block.text.clone(),
            stamp: block.stamp,
            programs: block.programs,
            ..Line::default()
        };
        let candidate = Candidate {
            number: block.line,
            raw: block.text.as_bytes(),
            line: &line,
            stamp: &|| block.stamp,
        };
        self.prove(&candidate, tries);
    }

    /// The series so far.
    pub(crate) fn series(&mut self) -> &mut SeriesSet {
        &mut self.series
    }

    /// The patterns.
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }
}

/// The distinct captures of all patterns of a part; none where a `not` pattern matches.
pub(crate) fn confirm(
    catalog: &Catalog,
    part: &LogPart,
    tries: &[u32],
    line: &Line,
) -> Vec<Captures> {
    let mut captures: Vec<Captures> = tries
        .iter()
        .filter_map(|&tried| catalog.tries.get(tried as usize))
        .flat_map(|tried| tried.pattern.captures(line))
        .collect();
    captures.sort_unstable();
    captures.dedup();
    if !captures.is_empty() && part.not.iter().any(|not| !not.captures(line).is_empty()) {
        captures.clear();
    }
    captures
}

/// Whether bash announces a command (`+ echo ...`).
fn is_announcement(line: &Line) -> bool {
    line.fields.iter().any(|(key, _)| key == "xtrace")
}

/// The line for people: whole where it is short, else the part around the first literal of the patterns.
fn quote<'a>(raw: &'a [u8], catalog: &Catalog, tries: &[u32], limit: usize) -> Cow<'a, str> {
    let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
    if raw.len() <= limit {
        return match std::str::from_utf8(raw) {
            // a word at a time, where the lossy one goes byte by byte
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(raw),
        };
    }
    let literals = tries
        .iter()
        .filter_map(|&tried| catalog.tries.get(tried as usize))
        .flat_map(|tried| tried.pattern.literals());
    let at = literals
        .filter_map(|literal| find_folded(raw, literal))
        .min()
        .unwrap_or(0);
    if at < limit / 2 {
        let text = String::from_utf8_lossy(raw.get(..limit).unwrap_or(raw)).into_owned();
        return Cow::Owned(bounded(&text, limit).to_owned() + " ...");
    }
    // The envelope with its time, then the words that count.
    let head = String::from_utf8_lossy(raw.get(..limit / 4).unwrap_or_default()).into_owned();
    let around = at.saturating_sub(limit / 8);
    let words = raw.get(around..raw.len().min(around + limit * 3 / 4));
    let words = String::from_utf8_lossy(words.unwrap_or_default()).into_owned();
    Cow::Owned(format!("{head} ... {words} ..."))
}

fn find_folded(raw: &[u8], literal: &[u8]) -> Option<usize> {
    let first = literal.first()?;
    memchr::memchr2_iter(first.to_ascii_lowercase(), first.to_ascii_uppercase(), raw).find(|&at| {
        raw.get(at..at + literal.len())
            .is_some_and(|window| window.eq_ignore_ascii_case(literal))
    })
}
