//! The contract between the reader of inputs and whoever looks at the entries.

use std::io::Read;

use crate::error::Problem;

use super::{Entry, EntryKind};

/// Receives the members of a case, one worker's share, in no particular order.
///
/// Every member comes exactly once to [`Visit::entry`], [`Visit::skip`], [`Visit::archive`] or, when
/// nothing of it could be read, only to [`Visit::problem`]. An entry that was read in part comes to
/// `entry` and then also to `problem`.
pub trait Visit: Send {
    /// Whether the bytes of an entry are wanted. What is not wanted comes to [`Visit::skip`]. By default
    /// everything but what is placed as [`EntryKind::Skipped`].
    fn wants(&mut self, entry: &Entry) -> bool {
        !matches!(entry.kind, EntryKind::Skipped(_))
    }
    /// An entry with its bytes, decompressed. A read error ends the entry; the job reports the
    /// problem, so the visitor keeps what it has and needs to say nothing.
    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read);
    /// An entry that is not read; its kind says why.
    fn skip(&mut self, entry: Entry);
    /// Something wrong with a member or an input.
    fn problem(&mut self, problem: Problem);
    /// A nested archive whose members follow under its path. Called when it is opened, so one
    /// without members (a node zip that holds nothing) is noticed.
    fn archive(&mut self, archive: Archived) {
        let _ = archive;
    }
}

/// An archive inside an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archived {
    /// Which input of the case.
    pub input: usize,
    /// Path of the archive, as in [`Entry::path`].
    pub path: String,
    /// Members that are files, where the archive says so before it is read.
    pub files: Option<u64>,
}
