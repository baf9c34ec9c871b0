//! A database into the flat list of log patterns that the engine tries.

use std::sync::{Arc, OnceLock};

use super::Captures;
use super::prefilter::Prefilter;
use super::vocabulary::Vocabulary;
use crate::bundle::ProgramSet;
use crate::decode::Line;
use crate::signature::{Database, Kind, Pattern, Signature};

/// How much of one log is looked at, and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchLimits {
    /// The longest line that is looked at as a whole, in bytes; longer ones are looked at in overlapping parts.
    pub line: usize,
    /// First hits kept of a pattern with one set of captures in one entry, and as many last ones. All are counted.
    pub samples: usize,
    /// Distinct captures of one part of a signature in one entry; hits beyond them are counted without captures.
    pub captures: usize,
}

impl Default for SearchLimits {
    fn default() -> Self {
        Self {
            line: crate::decode::LINE_LIMIT,
            samples: 5,
            captures: 64,
        }
    }
}

/// What the engine needs of a pattern.
pub(crate) trait Confirm: Send + Sync {
    /// See [`Pattern::literals`].
    fn literals(&self) -> &[Box<[u8]>];
    /// See [`Pattern::may_match`].
    fn may_match(&self, lower: &[u8]) -> bool;
    /// See [`Pattern::captures`].
    fn captures(&self, line: &Line) -> Vec<Captures>;
    /// See [`Pattern::is_block`].
    fn is_block(&self) -> bool;
}

/// A pattern inside its signature.
struct Placed {
    signature: Arc<Signature>,
    part: usize,
    pattern: usize,
    not: bool,
}

impl Placed {
    fn pattern(&self) -> Option<&Pattern> {
        let part = self.signature.parts.get(self.part)?;
        let patterns = if self.not { &part.not } else { part.patterns() };
        patterns.get(self.pattern)
    }
}

impl Confirm for Placed {
    fn literals(&self) -> &[Box<[u8]>] {
        self.pattern().map_or(&[], Pattern::literals)
    }

    fn may_match(&self, lower: &[u8]) -> bool {
        self.pattern().is_some_and(|p| p.may_match(lower))
    }

    fn captures(&self, line: &Line) -> Vec<Captures> {
        self.pattern().map_or_else(Vec::new, |p| p.captures(line))
    }

    fn is_block(&self) -> bool {
        self.pattern().is_some_and(Pattern::is_block)
    }
}

/// One `log` part of one signature.
pub(crate) struct LogPart {
    /// Index of the signature in the database.
    pub(crate) signature: u32,
    /// Index of the part in the signature.
    pub(crate) part: u16,
    /// The programs that can say it.
    pub(crate) programs: ProgramSet,
    /// Whether hits only mark noise.
    pub(crate) noise: bool,
    /// Whether it looks at log lines at all.
    pub(crate) in_logs: bool,
    /// Patterns that void a match in the same line.
    pub(crate) not: Vec<Box<dyn Confirm>>,
}

/// One pattern of one part.
pub(crate) struct Try {
    /// Index into [`Catalog::parts`].
    pub(crate) part: u32,
    /// What must match.
    pub(crate) pattern: Box<dyn Confirm>,
    /// What every group asks, kept where it is quickly found.
    sought: OnceLock<Sought>,
}

/// What a line must hold to be tried.
pub(crate) enum Sought {
    /// It asks for a panic.
    Block,
    /// Nothing: it is tried on every line.
    Nothing,
    /// One of these, in lower case.
    Literals(Vec<Box<[u8]>>),
}

impl Try {
    /// What a line must hold to be tried.
    pub(crate) fn sought(&self) -> &Sought {
        self.sought.get_or_init(|| {
            if self.pattern.is_block() {
                return Sought::Block;
            }
            let own = self.pattern.literals();
            if own.is_empty() || own.iter().any(|l| l.len() < Prefilter::SHORTEST) {
                return Sought::Nothing;
            }
            let folded = own
                .iter()
                .map(|literal| literal.to_ascii_lowercase().into());
            Sought::Literals(folded.collect())
        })
    }
}

/// All log parts and all their patterns, in order of the database.
#[derive(Default)]
pub(crate) struct Catalog {
    /// Ordered by (signature, part).
    pub(crate) parts: Vec<LogPart>,
    /// Ordered by part.
    pub(crate) tries: Vec<Try>,
    /// How much of one log is looked at.
    pub(crate) limits: SearchLimits,
    /// What the patterns look for, once a group asks for it.
    vocabulary: OnceLock<Vocabulary>,
}

impl Catalog {
    /// The log parts of a database.
    pub(crate) fn new(database: &Database) -> Self {
        let mut catalog = Self::default();
        for (index, signature) in (0u32..).zip(&database.signatures) {
            for (part_index, part) in signature.parts.iter().enumerate() {
                if part.patterns().is_empty() {
                    continue;
                }
                let all = part.patterns().iter().chain(&part.not);
                all.for_each(Pattern::start_over);
                let placed = |pattern: usize, not: bool| -> Box<dyn Confirm> {
                    Box::new(Placed {
                        signature: Arc::clone(signature),
                        part: part_index,
                        pattern,
                        not,
                    })
                };
                let new = LogPart {
                    signature: index,
                    part: u16::try_from(part_index).unwrap_or(u16::MAX),
                    programs: part.programs,
                    noise: signature.kind == Kind::Noise,
                    in_logs: part.text_in.log,
                    not: (0..part.not.len()).map(|n| placed(n, true)).collect(),
                };
                let patterns = (0..part.patterns().len()).map(|n| placed(n, false));
                catalog.add(new, patterns.collect());
            }
        }
        catalog
    }

    /// Adds a part; parts come in order of (signature, part).
    pub(crate) fn add(&mut self, part: LogPart, patterns: Vec<Box<dyn Confirm>>) {
        let index = self.parts.len() as u32;
        self.parts.push(part);
        self.tries.extend(patterns.into_iter().map(|pattern| Try {
            part: index,
            pattern,
            sought: OnceLock::new(),
        }));
    }

    /// The literals of all patterns.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary.get_or_init(|| Vocabulary::of(&self.tries))
    }

    /// The part of a pattern.
    pub(crate) fn part_of(&self, tried: u32) -> Option<(&Try, &LogPart)> {
        let tried = self.tries.get(tried as usize)?;
        Some((tried, self.parts.get(tried.part as usize)?))
    }
}
