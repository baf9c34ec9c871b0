//! Entries into hits: a prefilter over raw blocks, then decode and confirm candidate lines only.
//!
//! In order of the data: `scanner` turns bytes into blocks of whole lines; `survey` and `prefilter` find
//! the few lines of a block that matter; `walk` takes them, through `join` where lines belong together; `prover`
//! confirms the patterns; `series` counts; `samples` says what the entry covers. `block` collects
//! panics. The naive twin, which decodes every line and tries every pattern, is [`Scanner::begin_naively`].

mod before;
mod block;
mod buckets;
mod catalog;
mod detector;
mod group;
mod hit;
mod join;
pub(crate) mod prefilter;
mod prover;
mod samples;
mod scanner;
mod series;
pub(crate) mod simd;
mod survey;
#[cfg(test)]
mod tests;
mod vocabulary;
mod walk;

/// What fuzzing reaches below a scanner.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzed {
    pub(crate) use super::scanner::Sizes;

    /// A scanner with buffers so small that lines meet their ends.
    pub(crate) fn scanner_of(detector: &super::Detector, sizes: Sizes) -> super::Scanner {
        detector.scanner_of_size(sizes)
    }
}

pub use catalog::SearchLimits;
pub use detector::{Detector, TextHit};
pub use hit::{About, Captures, Coverage, EntryHits, Hit, HitSeries, Location};
pub use scanner::Scanner;
