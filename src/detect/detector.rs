//! The database made ready: one prefilter per set of programs, shared by all threads.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::Captures;
use super::block::BlockCollector;
use super::catalog::{Catalog, SearchLimits};
use super::group::{Cue, Group};
use super::prover::confirm;
use crate::bundle::{Origin, ProgramSet};
use crate::decode::{self, Line, Period};
use crate::signature::Database;

/// Sets of programs that get a prefilter of their own; entries beyond them share that of all programs.
const GROUPS: usize = 96;
/// Lines of a text of an object that are looked at one by one.
const TEXT_LINES: usize = 4096;

/// Finds the patterns of a database in logs and texts. Cheap to make; prefilters are built at first use.
#[derive(Clone)]
pub struct Detector(Arc<Shared>);

/// What scanners of all threads share.
pub(crate) struct Shared {
    /// Lines certainly outside it are no hits.
    period: Period,
    catalog: Arc<Catalog>,
    groups: Mutex<BTreeMap<ProgramSet, Arc<OnceLock<Arc<Group>>>>>,
    /// Every pattern, for texts.
    texts: OnceLock<Group>,
}

/// A pattern of a `log` part that holds in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TextHit {
    /// Index of the signature in the database.
    pub signature: u32,
    /// Index of the part in the signature.
    pub part: u16,
    /// Values of the placeholders.
    pub captures: Captures,
}

impl Detector {
    /// A detector for a database.
    pub fn new(database: &Arc<Database>) -> Detector {
        Self::of(Catalog::new(database))
    }

    /// As [`new`](Self::new), without the hits that are certainly outside a period, under other limits.
    pub fn within(database: &Arc<Database>, period: Period, limits: &SearchLimits) -> Detector {
        let mut catalog = Catalog::new(database);
        catalog.limits = limits.clone();
        Self::over(catalog, period)
    }

    /// How much of one log it looks at.
    pub(crate) fn limits(&self) -> &SearchLimits {
        &self.0.catalog.limits
    }

    pub(crate) fn of(catalog: Catalog) -> Detector {
        Self::over(catalog, Period::default())
    }

    fn over(catalog: Catalog, period: Period) -> Detector {
        Detector(Arc::new(Shared {
            period,
            catalog: Arc::new(catalog),
            groups: Mutex::default(),
            texts: OnceLock::new(),
        }))
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0
    }

    /// The `log` parts that hold in a text of a Kubernetes object (an Event's message, a condition, plan or job
    /// output), whatever program wrote it: in the text as a whole, in its decoded lines, and in a panic in it.
    /// Ordered, each once. Whether a part wants to look at such a text (`text-in`) is the caller's to decide.
    pub fn match_text(&self, text: &str) -> Vec<TextHit> {
        let group = self.0.texts();
        let mut hits = Vec::new();
        let whole = Line {
            text: text.to_owned(),
            ..Line::default()
        };
        let tries = tries_in(group, text.as_bytes(), None);
        self.0.text_hits(&tries, &whole, &mut hits);
        let mut blocks = BlockCollector::default();
        let origin = Origin::default();
        for (number, raw) in (1..).zip(text.lines().take(TEXT_LINES)) {
            let line = decode::decode(raw.as_bytes(), &origin);
            let tries = tries_in(group, raw.as_bytes(), Some(&line.text));
            self.0.text_hits(&tries, &line, &mut hits);
            let done = blocks.offer(number, raw.as_bytes(), &line, None);
            self.0.block_hits(done, &mut hits);
        }
        self.0.block_hits(blocks.finish(), &mut hits);
        hits.sort_unstable();
        hits.dedup();
        hits
    }
}

impl Shared {
    pub(crate) fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// The time to look at.
    pub(crate) fn period(&self) -> Period {
        self.period
    }

    /// The patterns for entries of these programs.
    pub(crate) fn group(&self, programs: ProgramSet) -> Arc<Group> {
        let (programs, cell) = {
            let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
            let known = groups.len() < GROUPS || groups.contains_key(&programs);
            let programs = if known { programs } else { ProgramSet::ALL };
            (programs, Arc::clone(groups.entry(programs).or_default()))
        };
        // Built outside the lock: other threads need other groups meanwhile.
        Arc::clone(cell.get_or_init(|| Arc::new(Group::new(&self.catalog, Some(programs)))))
    }

    fn texts(&self) -> &Group {
        self.texts.get_or_init(|| Group::new(&self.catalog, None))
    }

    fn block_hits(&self, block: Option<super::block::Block>, hits: &mut Vec<TextHit>) {
        if let Some(block) = block {
            let line = Line {
                text: block.text,
                ..Line::default()
            };
            self.text_hits(&self.texts().blocks, &line, hits);
        }
    }

    fn text_hits(&self, tries: &[u32], line: &Line, hits: &mut Vec<TextHit>) {
        for these in tries.chunk_by(|&a, &b| self.part(a) == self.part(b)) {
            let first = these.first().copied().unwrap_or_default();
            let Some((_, part)) = self.catalog.part_of(first) else {
                continue;
            };
            let captures = confirm(&self.catalog, part, these, line);
            hits.extend(captures.into_iter().map(|captures| TextHit {
                signature: part.signature,
                part: part.part,
                captures,
            }));
        }
    }

    fn part(&self, tried: u32) -> Option<u32> {
        Some(self.catalog.tries.get(tried as usize)?.part)
    }
}

/// The patterns whose literals stand in a text, raw, decoded or with single spaces (tables pad, YAML folds), ascending,
/// each once.
fn tries_in(group: &Group, raw: &[u8], decoded: Option<&str>) -> Vec<u32> {
    let mut found = Vec::new();
    group.find(raw, &mut found);
    if let Some(decoded) = decoded {
        group.find(decoded.as_bytes(), &mut found);
    }
    let padded = |pair: &[u8]| pair.iter().all(u8::is_ascii_whitespace) || pair.contains(&b'\n');
    if raw.windows(2).any(padded) {
        let mut single = raw.to_ascii_lowercase();
        single
            .iter_mut()
            .filter(|b| b.is_ascii_whitespace())
            .for_each(|b| *b = b' ');
        single.dedup_by(|a, b| *a == b' ' && *b == b' ');
        group.find(&single, &mut found);
    }
    let cues = found.iter().flat_map(|found| group.cues(found.literal));
    let mut tries: Vec<u32> = cues
        .filter_map(|cue| match cue {
            Cue::Try(tried) => Some(*tried),
            _ => None,
        })
        .chain(group.always.iter().copied())
        .collect();
    tries.sort_unstable();
    tries.dedup();
    tries
}
