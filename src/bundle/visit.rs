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
    /// A member stands next; what becomes of it (its entry, [`Visit::open`], a problem) follows at once.
    fn member(&mut self, member: &Member<'_>) {
        let _ = member;
    }
    /// The member that was named last is a container, whose members follow until [`Visit::close`]. Only
    /// [`super::Job::run_through`] and streams keep the two around the members; a pool of workers does not.
    fn open(&mut self, container: Container) {
        let _ = container;
    }
    /// The container that was opened last ends.
    fn close(&mut self) {}
}

/// A member as its container has it, before anything is read of it.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// As [`Entry::path`].
    pub path: &'a str,
    /// The outer archive's root folder, which `path` does not have, where the member stands in it.
    pub root: Option<&'a str>,
    /// Modification time as the container records it.
    pub modified: Option<jiff::Timestamp>,
}

/// What holds other bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A zip.
    Zip,
    /// A tar.
    Tar,
    /// A directory.
    Folder,
    /// One gzip stream.
    Gzip,
    /// One xz stream.
    Xz,
    /// One zstd stream.
    Zstd,
    /// One bzip2 stream.
    Bzip2,
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
