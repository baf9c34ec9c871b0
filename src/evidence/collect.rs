//! One worker's share of a scan: every entry goes to the reader of its kind, what is found is kept by entry.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use super::budget::{self, List};
use super::facts::{self, FactLimits};
use super::handover::{self, Away, Busy, Idle, Spare};
use super::objects::{self, ObjectLimits, Wanted};
use super::texts::Text;
use super::{Fact, Object, ObjectKey, Progress, ReadEntry};
use crate::bundle::{Archived, Entry, EntryKind, Skip, Visit};
use crate::detect::{Captures, Detector, EntryHits, Scanner, SearchLimits};
use crate::error::Problem;

/// What one worker found; entries are numbered by their place in `entries`.
#[derive(Debug, Default)]
pub struct Collected {
    pub(super) entries: Vec<ReadEntry>,
    pub(super) objects: Vec<Object>,
    pub(super) collected: BTreeSet<ObjectKey>,
    pub(super) text_hits: Vec<TextHits>,
    pub(super) facts: Vec<Fact>,
    pub(super) archives: Vec<Archived>,
    pub(super) problems: Vec<Problem>,
    /// Object lists that are kept, and the kinds of those that are not.
    pub(super) lists: Vec<List>,
    pub(super) incomplete: BTreeSet<ObjectKey>,
    /// Bytes that the objects of all lists may take; `None`: as many as there are.
    pub(super) budget: Option<usize>,
    /// How many hits in texts are kept.
    pub(super) search: SearchLimits,
}

/// (signature, part) to every set of captures.
pub(super) type Matches = BTreeMap<(u32, u16), BTreeSet<Captures>>;

/// A text of an object and the patterns it matches.
#[derive(Debug)]
pub(super) struct TextHits {
    pub(super) text: Text,
    pub(super) hits: Matches,
}

/// Reads entries as [`Visit`] hands them over.
pub struct Collector {
    detector: Arc<Detector>,
    /// None while it looks at a log on another thread.
    scanner: Option<Scanner>,
    idle: Arc<dyn Idle>,
    /// Logs that are being looked at elsewhere.
    away: Vec<Away>,
    spare: Spare,
    wanted: Arc<Wanted>,
    limits: ObjectLimits,
    fact_limits: FactLimits,
    progress: Arc<Progress>,
    found: Collected,
}

impl Collector {
    /// A collector for one worker.
    pub fn new(
        detector: &Arc<Detector>,
        wanted: &Arc<Wanted>,
        limits: ObjectLimits,
        progress: Arc<Progress>,
    ) -> Self {
        Self {
            scanner: None,
            idle: Arc::new(Busy),
            away: Vec::new(),
            spare: Spare::default(),
            detector: Arc::clone(detector),
            wanted: Arc::clone(wanted),
            progress,
            found: Collected {
                budget: Some(limits.total),
                search: detector.limits().clone(),
                ..Collected::default()
            },
            limits,
            fact_limits: FactLimits::default(),
        }
    }

    /// Reads facts under other limits.
    pub fn with_facts(self, fact_limits: FactLimits) -> Self {
        Self {
            fact_limits,
            ..self
        }
    }

    /// Hands the lines of large logs to workers that have nothing to do.
    pub fn helped_by(self, idle: Arc<dyn Idle>) -> Self {
        Self { idle, ..self }
    }

    /// Everything this worker found.
    pub fn finish(mut self) -> Collected {
        for away in std::mem::take(&mut self.away) {
            let hits = away.wait(&mut self.spare);
            self.settle(away.index, hits);
        }
        self.found
    }

    /// The hits of a log that was looked at elsewhere; `None` where that failed.
    fn settle(&mut self, index: usize, hits: Option<EntryHits>) {
        let Some(read) = self.found.entries.get_mut(index) else {
            return;
        };
        let Some(mut hits) = hits else {
            self.found.problems.push(Problem::new(
                read.entry.path.clone(),
                "looking at it failed in an unexpected way; what was found in it is lost",
            ));
            return;
        };
        hits.coverage.bytes = read.hits.coverage.bytes;
        self.found.problems.append(&mut hits.problems);
        read.hits = hits;
    }

    /// Takes in what has come back meanwhile.
    fn welcome(&mut self) {
        for away in std::mem::take(&mut self.away) {
            match away.ready(&mut self.spare) {
                Some(hits) => self.settle(away.index, Some(hits)),
                None => self.away.push(away),
            }
        }
    }

    /// Gives up on the entry being read, after a failure inside a reader; later entries start afresh.
    pub fn abandon(&mut self, problem: Problem) {
        self.scanner = None;
        self.found.problems.push(problem);
    }

    /// The hits of a log, unless an idle worker looks at it.
    fn log(&mut self, entry: &Entry, bytes: &mut Counted<'_>) -> EntryHits {
        self.welcome();
        let own = self.scanner.take().or_else(|| self.spare.scanner());
        let mut scanner = own.unwrap_or_else(|| self.detector.scanner());
        scanner.begin(entry);
        loop {
            if self.idle.any() && is_worth_it(entry, bytes.bytes) {
                let mut handed = Some(scanner);
                let index = self.found.entries.len();
                let (idle, spare) = (&self.idle, &mut self.spare);
                if let Some(away) = handover::hand_over(idle, &mut handed, bytes, index, spare) {
                    self.away.push(away);
                    return EntryHits::default();
                }
                // No errand was made, so it is still here.
                let Some(back) = handed else {
                    return EntryHits::default();
                };
                scanner = back;
            }
            // A read error ends the entry; the job that reads it reports the problem.
            if !matches!(scanner.feed_once(bytes), Ok(1..)) {
                break;
            }
        }
        let hits = scanner.finish();
        self.scanner = Some(scanner);
        hits
    }

    fn objects(&mut self, index: u32, entry: &Entry, bytes: &mut dyn Read) {
        let read = objects::read(index, entry, bytes, &self.wanted, &self.limits);
        for text in read.texts {
            let mut hits = Matches::new();
            for hit in self.detector.match_text(&text.text) {
                hits.entry((hit.signature, hit.part))
                    .or_default()
                    .insert(hit.captures);
            }
            if !hits.is_empty() {
                self.found.text_hits.push(TextHits { text, hits });
            }
        }
        self.found.lists.push(List {
            entry: index,
            weight: read.weight,
            kinds: read.collected.clone(),
        });
        self.found.objects.extend(read.objects);
        self.found.collected.extend(read.collected);
        self.found.problems.extend(read.problems);
    }

    fn facts(&mut self, index: u32, entry: &Entry, bytes: &mut dyn Read) {
        let read = facts::read(entry, bytes, &self.fact_limits);
        self.found
            .facts
            .extend(read.facts.into_iter().map(|fact| Fact {
                entry: index,
                ..fact
            }));
        self.found.problems.extend(read.problems);
    }
}

/// Whether so much of a log is left that another thread should look at it: by its size, or by what was read of it.
fn is_worth_it(entry: &Entry, read: u64) -> bool {
    let left = entry.size.map_or(read, |size| size.saturating_sub(read));
    left >= handover::WORTH
}

/// Counts what passes through.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    bytes: u64,
    progress: &'a Progress,
}

impl Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buf)?;
        self.bytes += n as u64;
        self.progress.add_bytes(n as u64);
        Ok(n)
    }
}

impl Visit for Collector {
    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        let index = u32::try_from(self.found.entries.len()).unwrap_or(u32::MAX);
        let progress = Arc::clone(&self.progress);
        let mut bytes = Counted {
            inner: bytes,
            bytes: 0,
            progress: &progress,
        };
        let mut hits = EntryHits::default();
        match entry.kind {
            EntryKind::Log => hits = self.log(&entry, &mut bytes),
            EntryKind::Objects => self.objects(index, &entry, &mut bytes),
            EntryKind::Fact | EntryKind::Config => self.facts(index, &entry, &mut bytes),
            EntryKind::Skipped(_) => {}
        }
        // Bytes that no reader took are still bytes of the entry, and only a read to the end proves its checksum.
        let _ = std::io::copy(&mut bytes, &mut std::io::sink());
        hits.coverage.bytes = bytes.bytes;
        self.found.problems.append(&mut hits.problems);
        progress.add_entry();
        self.found.entries.push(ReadEntry { entry, hits });
        budget::keep_within(&mut self.found);
    }

    fn skip(&mut self, entry: Entry) {
        if !matches!(entry.kind, EntryKind::Skipped(Skip::Directory)) {
            self.found.entries.push(ReadEntry {
                entry,
                hits: EntryHits::default(),
            });
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.found.problems.push(problem);
    }

    fn archive(&mut self, archive: Archived) {
        self.found.archives.push(archive);
    }
}
