//! Entries into hits: a prefilter over raw blocks, then decode and confirm candidate lines only.

mod hit;

pub use hit::{About, Captures, Coverage, EntryHits, Hit, HitSeries, Location};
