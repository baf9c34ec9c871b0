//! Blocks of raw lines into proven hits: finds candidate lines, joins what belongs together, decodes and confirms.
//!
//! Most lines are never looked at one by one. Where something is open (pieces of a line, a value of several
//! lines, a panic, a start without a time) every line is taken in turn until nothing is open any more.

use std::cell::Cell;
use std::sync::Arc;

use jiff::tz::Offset;

use super::block::{Block, BlockCollector};
use super::catalog::Catalog;
use super::group::{self, Cue, Group, shows_boot, shows_panic};
use super::join::{self, Joiner};
use super::prefilter::Found;
use super::prover::{Candidate, Prover};
use super::samples::Samples;
use super::simd::Seen;
use super::survey::{Survey, count_newlines, has_odd};
use super::{EntryHits, before};
use crate::bundle::{Entry, Origin, ProgramSet};
use crate::decode::{self, Around, Period, Stamp};
use crate::error::Problem;

/// Newlines over fewer bytes are counted rather than looked up.
const NEAR: usize = 4096;
/// Bytes beside a cell that what it hints at may take.
const NEAR_CELL: usize = 8;
/// Problems kept per entry.
const PROBLEMS: usize = 4;

/// Which part of a long line a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Window {
    First,
    Middle,
    Last,
}

/// Everything known of the entry that is being read.
pub(crate) struct Walk {
    group: Arc<Group>,
    prover: Prover,
    samples: Samples,
    joiner: Joiner,
    blocks: BlockCollector,
    survey: Survey,
    /// What was counted on the way, for the survey.
    pieces: Vec<Seen>,
    found: Vec<Found>,
    cues: Vec<(u32, Cue)>,
    /// Cues of one line.
    line_cues: Vec<Cue>,
    /// Those of them that are literals, while they are looked up.
    literal_cues: Vec<Cue>,
    /// Patterns that one line may match.
    tries: Vec<u32>,
    /// A line in lower case.
    lower: Vec<u8>,
    entry: String,
    origin: Origin,
    modified: Option<jiff::Timestamp>,
    /// Number of the next physical line, from 1.
    next_line: u64,
    /// Time of the line that is being taken in windows.
    long_stamp: Option<Stamp>,
    /// Every pattern is tried on every line.
    naive: bool,
    problems: Vec<Problem>,
}

impl Walk {
    /// Begins an entry.
    pub(crate) fn new(catalog: &Arc<Catalog>, group: Arc<Group>, entry: &Entry) -> Self {
        Self {
            group,
            prover: Prover::new(Arc::clone(catalog), entry.origin.programs),
            samples: Samples::default(),
            joiner: Joiner::default(),
            blocks: BlockCollector::default(),
            survey: Survey::default(),
            pieces: Vec::new(),
            found: Vec::new(),
            cues: Vec::new(),
            line_cues: Vec::new(),
            literal_cues: Vec::new(),
            tries: Vec::new(),
            lower: Vec::new(),
            entry: entry.path.clone(),
            origin: entry.origin.clone(),
            modified: entry.modified,
            next_line: 1,
            long_stamp: None,
            naive: false,
            problems: Vec::new(),
        }
    }

    /// Tries every pattern on every line from now on: the twin that the fast way is held to.
    pub(crate) fn naive(mut self) -> Self {
        self.naive = true;
        self
    }

    /// Hits certainly outside this period are not counted.
    pub(crate) fn within(mut self, period: Period) -> Self {
        self.prover.within(period);
        self
    }

    /// Takes `buffer[from..]`: whole lines, the last with its newline. What stands before `from` was taken earlier.
    pub(crate) fn block(&mut self, buffer: &[u8], from: usize) {
        let lines = buffer.get(from..).unwrap_or_default();
        let sought = self.origin.programs != ProgramSet::NONE;
        let every = self.naive || !self.group.always.is_empty();
        if sought && !every {
            self.found.clear();
            let (found, pieces, survey) = (&mut self.found, &mut self.pieces, &mut self.survey);
            self.group.find_and_survey(lines, found, pieces, survey);
        } else {
            self.survey.take(lines);
        }
        self.samples.block(lines, &self.origin);
        let first_line = self.next_line;
        if sought && every {
            self.every_line(buffer, from);
        } else if sought {
            self.candidates(buffer, from);
        }
        self.next_line = first_line + u64::from(self.survey.newlines);
    }

    /// Takes a window of a line that is longer than can be looked at as a whole.
    pub(crate) fn window(&mut self, raw: &[u8], place: Window) {
        if place == Window::First {
            let head = before::head(raw);
            self.long_stamp = decode::decode(head, &self.origin).stamp;
            // The other windows do not hold its time.
            self.samples.block(head, &self.origin);
            let error = format!(
                "line {} is longer than {} bytes (limit line-bytes) and was matched in overlapping parts",
                self.next_line,
                raw.len()
            );
            if self.problems.len() < PROBLEMS {
                self.problems.push(Problem::new(&self.entry, error));
            }
        }
        if self.origin.programs != ProgramSet::NONE {
            self.joined(self.next_line, raw, b"");
        }
        if place == Window::Last {
            self.long_stamp = None;
            self.next_line += 1;
        }
    }

    fn every_line(&mut self, buffer: &[u8], from: usize) {
        let mut start = from;
        while start < buffer.len() {
            let end = line_end(buffer, start);
            let number = self.next_line;
            self.physical(number, buffer, start..end);
            self.next_line = number + 1;
            start = end + 1;
        }
    }

    /// Walks from candidate to candidate, of which the literals are in `found`.
    fn candidates(&mut self, buffer: &[u8], from: usize) {
        let lines = buffer.get(from..).unwrap_or_default();
        self.find_cues(lines);
        let cues = std::mem::take(&mut self.cues);
        let survey = std::mem::take(&mut self.survey);
        let first_line = self.next_line;
        // Lines are numbered when a number is asked for: few candidates are more than that.
        let numbered = Cell::new((0, first_line));
        let number_at = |at: usize| {
            let (known, number) = numbered.get();
            let skipped = lines.get(known..at).unwrap_or_default();
            let number = if skipped.len() < NEAR {
                number + u64::from(count_newlines(skipped))
            } else {
                first_line + u64::from(survey.newlines_before(lines, at))
            };
            numbered.set((at, number));
            number
        };
        let (mut start, mut index) = (0, 0);
        while start < lines.len() {
            if self.open() {
                let mut number = number_at(start);
                while self.open() && start < lines.len() {
                    let end = line_end(lines, start);
                    self.physical(number, buffer, from + start..from + end);
                    number += 1;
                    start = end + 1;
                }
                numbered.set((start, number));
            }
            while cues.get(index).is_some_and(|cue| (cue.0 as usize) < start) {
                index += 1;
            }
            let Some(&(at, _)) = cues.get(index) else {
                break;
            };
            let at = at as usize;
            let line_start = memchr::memrchr(b'\n', lines.get(start..at).unwrap_or_default())
                .map_or(start, |newline| start + newline + 1);
            let end = line_end(lines, at);
            self.line_cues.clear();
            while let Some(&(_, cue)) = cues.get(index).filter(|cue| cue.0 as usize <= end) {
                self.line_cues.push(cue);
                index += 1;
            }
            let number = || number_at(line_start);
            self.candidate(&number, buffer, from + line_start..from + end);
            start = end + 1;
        }
        self.cues = cues;
        self.survey = survey;
    }

    /// Whether every line must be looked at.
    fn open(&self) -> bool {
        !self.joiner.idle() || !self.blocks.idle() || self.samples.waiting()
    }

    /// Whether any pattern asks for a panic.
    fn seeks_panics(&self) -> bool {
        !self.group.blocks.is_empty()
    }

    /// Fills `cues` with what stands where in `lines`, in order.
    fn find_cues(&mut self, lines: &[u8]) {
        self.cues.clear();
        for found in &self.found {
            // A literal that begins with the end of a line speaks of the next one.
            let line_end = lines.get(found.at as usize) == Some(&b'\n');
            let at = found.at + u32::from(line_end);
            self.cues.push((at, Cue::Literal(found.literal)));
        }
        for &cell in &self.survey.hint_cells {
            // What is hinted at may begin or end in the cell beside it.
            let range = Survey::range(cell);
            let from = range.start.saturating_sub(NEAR_CELL);
            let bytes = lines.get(from..lines.len().min(range.end + NEAR_CELL));
            let shown = group::shown_in(bytes.unwrap_or_default());
            self.cues
                .extend(shown.map(|(at, cue)| ((from + at) as u32, cue)));
        }
        if self.survey.opens_value {
            let ends = |at: &usize| matches!(lines.get(at + 2), Some(b'\n' | b'\r'));
            let places = memchr::memmem::find_iter(lines, join::VALUE).filter(ends);
            self.cues.extend(places.map(|at| (at as u32, Cue::Piece)));
        }
        for &cell in &self.survey.odd_cells {
            let range = Survey::range(cell);
            // The cell's first line may have begun before it; each line of the cell is looked at whole.
            let mut at = range.start;
            while at < range.end.min(lines.len()) {
                let end = line_end(lines, at);
                if has_odd(lines.get(at..end).unwrap_or_default()) {
                    self.cues.push((at as u32, Cue::Escape));
                }
                at = end + 1;
            }
        }
        for &cell in &self.survey.bare_cells {
            self.cues
                .push((Survey::range(cell).start as u32, Cue::Piece));
        }
        self.cues.sort_unstable();
    }

    /// A physical line with cues, nothing being open.
    fn candidate(
        &mut self,
        number: &dyn Fn() -> u64,
        buffer: &[u8],
        range: std::ops::Range<usize>,
    ) {
        let raw = buffer.get(range.clone()).unwrap_or_default();
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        self.expand();
        if self.line_cues.contains(&Cue::Piece) && join::opens(raw) {
            self.physical(number(), buffer, range);
            return;
        }
        if self.line_cues.contains(&Cue::Escape) {
            self.cues_of(raw);
        }
        let cues = std::mem::take(&mut self.line_cues);
        self.logical(number, raw, before::of(buffer, range.start), &cues);
        self.line_cues = cues;
    }

    /// The next physical line, through the joiner.
    fn physical(&mut self, number: u64, buffer: &[u8], range: std::ops::Range<usize>) {
        let before = before::of(buffer, range.start);
        let raw = buffer.get(range).unwrap_or_default();
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        let mut joiner = std::mem::take(&mut self.joiner);
        joiner.push(number, raw, &mut |number, raw| {
            self.joined(number, raw, before);
        });
        self.joiner = joiner;
    }

    /// A logical line whose cues are not known.
    fn joined(&mut self, number: u64, raw: &[u8], before: &[u8]) {
        self.cues_of(raw);
        let cues = std::mem::take(&mut self.line_cues);
        self.logical(&|| number, raw, before, &cues);
        self.line_cues = cues;
    }

    /// Fills `line_cues` with those of one line.
    fn cues_of(&mut self, raw: &[u8]) {
        self.line_cues.clear();
        if self.naive {
            let all = self.group.on_lines.iter();
            self.line_cues.extend(all.map(|&tried| Cue::Try(tried)));
            self.line_cues.extend([Cue::Panic, Cue::Start]);
            return;
        }
        self.found.clear();
        self.group.find(raw, &mut self.found);
        // What decoding takes out or joins may stand in the middle of a literal.
        if raw.contains(&b'\n') {
            let text = decode::decode(raw, &self.origin).text;
            self.group.find(text.as_bytes(), &mut self.found);
        } else if has_odd(raw) {
            self.group
                .find(decode::cleaned(raw).as_bytes(), &mut self.found);
        }
        let literals = self.found.iter().map(|found| Cue::Literal(found.literal));
        self.line_cues.extend(literals);
        if self.seeks_panics() && shows_panic(raw) {
            self.line_cues.push(Cue::Panic);
        }
        if shows_boot(raw) {
            self.line_cues.push(Cue::Start);
        }
        let always = self.group.always.iter();
        self.line_cues.extend(always.map(|&tried| Cue::Try(tried)));
        self.expand();
    }

    /// Puts what each literal means in its place in `line_cues`, in order, each once.
    fn expand(&mut self) {
        let cues = &mut self.line_cues;
        cues.sort_unstable();
        cues.dedup();
        // Literals come first; a line holds few distinct ones, however often.
        let literals = cues.partition_point(|cue| matches!(cue, Cue::Literal(_)));
        self.literal_cues.clear();
        self.literal_cues.extend(cues.drain(..literals));
        for cue in &self.literal_cues {
            if let Cue::Literal(literal) = cue {
                cues.extend(self.group.cues(*literal));
            }
        }
        cues.sort_unstable();
        cues.dedup();
    }

    /// One logical line with its cues in order, each once.
    fn logical(&mut self, number: &dyn Fn() -> u64, raw: &[u8], before: &[u8], cues: &[Cue]) {
        let mut tries = std::mem::take(&mut self.tries);
        tries.clear();
        tries.extend(cues.iter().filter_map(|cue| match cue {
            Cue::Try(tried) if !self.prover.is_spent(*tried) => Some(*tried),
            _ => None,
        }));
        if !self.naive {
            self.keep_likely(raw, &mut tries);
        }
        self.tried(number, raw, before, cues, &tries);
        self.tries = tries;
    }

    /// One logical line with the patterns that it may match.
    fn tried(
        &mut self,
        number: &dyn Fn() -> u64,
        raw: &[u8],
        before: &[u8],
        cues: &[Cue],
        tries: &[u32],
    ) {
        // Both look at the envelope only, which is much cheaper than to decode.
        let starts = cues.contains(&Cue::Start) && decode::is_start_marker(raw, &self.origin);
        let panics =
            self.seeks_panics() && cues.contains(&Cue::Panic) && decode::block_kind(raw).is_some();
        let open = !self.blocks.idle();
        if tries.is_empty() && !panics && !starts && !open && !self.samples.waiting() {
            return;
        }
        let number = number();
        let line = decode::decode(raw, &self.origin);
        let own = line.stamp;
        if starts {
            self.samples.start(own, decode::is_boot_marker(raw));
        } else {
            self.samples.next(own);
        }
        let (samples, origin, long) = (&self.samples, &self.origin, self.long_stamp);
        let stamp = || {
            own.or(long)
                .or_else(|| stamp_before(samples, origin, before))
        };
        let candidate = Candidate {
            number,
            raw,
            line: &line,
            stamp: &stamp,
        };
        self.prover.prove(&candidate, tries);
        if open || panics {
            let done = self.blocks.offer(number, raw, &line, stamp());
            self.block_done(done);
        }
    }

    /// Drops the patterns of which the raw line misses some words: most lines that hold a literal say something else.
    fn keep_likely(&mut self, raw: &[u8], tries: &mut Vec<u32>) {
        if tries.is_empty() || !decode::is_verbatim(raw) {
            return;
        }
        self.lower.clear();
        self.lower.extend_from_slice(raw);
        self.lower.make_ascii_lowercase();
        let (catalog, lower) = (self.prover.catalog(), &self.lower);
        tries.retain(|&tried| {
            let tried = catalog.tries.get(tried as usize);
            tried.is_some_and(|tried| tried.pattern.may_match(lower))
        });
    }

    fn block_done(&mut self, done: Option<Block>) {
        if let Some(done) = done {
            let group = Arc::clone(&self.group);
            self.prover.prove_block(&done, &group.blocks);
        }
    }

    /// Ends the entry.
    pub(crate) fn finish(mut self) -> EntryHits {
        let mut joiner = std::mem::take(&mut self.joiner);
        joiner.finish(&mut |number, raw| self.joined(number, raw, b""));
        let done = self.blocks.finish();
        self.block_done(done);
        let name = self.entry.rsplit('/').next().unwrap_or_default();
        let around = Around {
            reference: decode::reference_from_name(name).or(self.modified),
            // Containers write UTC.
            offset: self.origin.container.is_some().then_some(Offset::UTC),
            boot: None,
        };
        let (clock, mut coverage) = self
            .samples
            .finish(self.next_line - 1, &self.origin, around);
        coverage.lines = self.next_line - 1;
        let catalog = Arc::clone(self.prover.catalog());
        let beyond = self.prover.series().beyond(&catalog);
        if beyond > 0 {
            let most = catalog.limits.captures;
            let error = format!(
                "{beyond} patterns have more than {most} different values (limit captures); hits with others were counted without them"
            );
            self.problems.push(Problem::new(&self.entry, error));
        }
        let resolve = |stamp| clock.resolve(stamp);
        let series = self.prover.series().finish(&catalog, &resolve);
        for span in series.iter().filter_map(|series| series.span) {
            let known = coverage.span.unwrap_or(span);
            coverage.span = Some((known.0.min(span.0), known.1.max(span.1)));
        }
        EntryHits {
            series,
            coverage,
            problems: self.problems,
        }
    }
}

/// The time of the line before, for a line without one in an entry with times.
fn stamp_before(samples: &Samples, origin: &Origin, before: &[u8]) -> Option<Stamp> {
    if !samples.timed() {
        return None;
    }
    before::lines(before).find_map(|raw| decode::decode(raw, origin).stamp)
}

/// The newline that ends the line holding `at`, or the end of the bytes.
fn line_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).map_or(bytes.len(), |newline| at + newline)
}
