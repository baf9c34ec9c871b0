//! One worker's share of a scan: every entry goes to the reader of its kind, what is found is kept by entry.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::Arc;

use super::facts;
use super::objects::{self, ObjectLimits, Wanted};
use super::texts::Text;
use super::{Fact, Object, ObjectKey, Progress, ReadEntry};
use crate::bundle::{Archived, Entry, EntryKind, Skip, Visit};
use crate::detect::{Captures, Detector, EntryHits, Scanner};
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
    scanner: Scanner,
    wanted: Arc<Wanted>,
    limits: ObjectLimits,
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
            scanner: detector.scanner(),
            detector: Arc::clone(detector),
            wanted: Arc::clone(wanted),
            limits,
            progress,
            found: Collected::default(),
        }
    }

    /// Everything this worker found.
    pub fn finish(self) -> Collected {
        self.found
    }

    /// Gives up on the entry being read, after a failure inside a reader; later entries start afresh.
    pub fn abandon(&mut self, problem: Problem) {
        self.scanner = self.detector.scanner();
        self.found.problems.push(problem);
    }

    fn log(&mut self, entry: &Entry, bytes: &mut dyn Read) -> EntryHits {
        self.scanner.begin(entry);
        // A read error ends the entry; the job that reads it reports the problem.
        let _ = self.scanner.feed_from(bytes);
        self.scanner.finish()
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
        self.found.objects.extend(read.objects);
        self.found.collected.extend(read.collected);
        self.found.problems.extend(read.problems);
    }

    fn facts(&mut self, index: u32, entry: &Entry, bytes: &mut dyn Read) {
        let read = facts::read(entry, bytes);
        self.found
            .facts
            .extend(read.facts.into_iter().map(|fact| Fact {
                entry: index,
                ..fact
            }));
        self.found.problems.extend(read.problems);
    }
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
