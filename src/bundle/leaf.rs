//! One plain member to the visitor: placed by its path, limited, its losses reported.

use std::io::{self, Read};

use crate::error::Problem;

use super::level::Level;
use super::loss::{Loss, again, describe, is_shrunk};
use super::peek::Peek;
use super::placing;
use super::sniff::{Format, HEAD, sniff};
use super::time_in_name::time_in_name;
use super::utf16;
use super::{Entry, EntryKind, Member, Origin, Skip, Visit};

/// What is known of a member before its bytes are read.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// As reports show it.
    pub(crate) path: String,
    /// Expanded bytes, where the container says so.
    pub(crate) size: Option<u64>,
    /// Bytes that it takes in its container, where that says so.
    pub(crate) packed: Option<u64>,
    pub(crate) modified: Option<jiff::Timestamp>,
}

impl Found {
    /// The entry of this member, placed by its path.
    fn entry(self, level: &Level, head: &[u8]) -> Entry {
        let placement = placing::place(level, &self.path, self.size, head);
        Entry {
            input: level.input,
            path: self.path,
            size: self.size,
            // Copies, checkouts and re-zipped bundles lose member times; the name of the root folder keeps its own.
            modified: level
                .root
                .as_deref()
                .and_then(time_in_name)
                .or(self.modified),
            kind: placement.kind,
            origin: placement.origin,
        }
    }

    /// Tells the visitor that this member stands next.
    pub(crate) fn announce(&self, level: &Level, visit: &mut dyn Visit) {
        visit.member(&Member {
            path: &self.path,
            root: level.root.as_deref().filter(|_| level.is_outer()),
            modified: self.modified,
        });
    }

    /// Reports the member as not read.
    pub(crate) fn skip(self, level: &Level, why: Skip, visit: &mut dyn Visit) {
        let placed = match why {
            // Nobody asks whose folders and links these are, and there may be very many.
            Skip::Directory | Skip::Link => Entry {
                input: level.input,
                path: self.path,
                size: self.size,
                modified: self.modified,
                kind: EntryKind::Skipped(why),
                origin: Origin::default(),
            },
            _ => self.entry(level, b""),
        };
        visit.skip(Entry {
            kind: EntryKind::Skipped(why),
            ..placed
        });
    }

    /// Reports that nothing of the member could be read.
    pub(crate) fn lost(self, why: impl Into<String>, visit: &mut dyn Visit) {
        visit.problem(Problem::new(self.path, why));
    }
}

/// Whether the visitor wants a member, as far as its path tells.
pub(crate) fn is_wanted(level: &Level, found: &Found, visit: &mut dyn Visit) -> bool {
    let entry = found.clone().entry(level, b"");
    visit.wants(&entry)
}

/// Hands a member that is no archive to the visitor.
pub(crate) fn leaf(
    level: &Level,
    found: Found,
    bytes: &mut Peek<impl Read>,
    visit: &mut dyn Visit,
) {
    let head = bytes.peek(HEAD);
    if head.is_empty() {
        match bytes.failure() {
            Some(e) => found.lost(describe(&e, 0), visit),
            None => found.skip(level, Skip::Empty, visit),
        }
        return;
    }
    let wide = utf16::order(head);
    let binary = sniff(head) == Format::Binary;
    let packed = found.packed;
    let mut entry = found.entry(level, head);
    if binary && !matches!(entry.kind, EntryKind::Skipped(_)) {
        entry.kind = EntryKind::Skipped(Skip::Binary);
    }
    if !visit.wants(&entry) {
        visit.skip(entry);
        return;
    }
    let path = entry.path.clone();
    let mut guard = Guard::new(bytes, level, packed);
    match wide {
        Some(order) => visit.entry(entry, &mut utf16::Narrow::new(&mut guard, order)),
        None => visit.entry(entry, &mut guard),
    }
    if let Some((error, read)) = guard.failed
        // A node's log that is cut to nothing when it is rotated is no loss.
        && !(level.live && is_shrunk(&error))
    {
        visit.problem(Problem::new(path, describe(&error, read)));
    }
}

/// Counts what the visitor reads, holds it to the limits, and remembers the error that ended it.
struct Guard<'a> {
    inner: &'a mut dyn Read,
    level: &'a Level,
    /// Bytes that the member takes in its container, where that says so.
    packed: Option<u64>,
    read: u64,
    failed: Option<(io::Error, u64)>,
}

impl<'a> Guard<'a> {
    fn new(inner: &'a mut dyn Read, level: &'a Level, packed: Option<u64>) -> Self {
        Self {
            inner,
            level,
            packed,
            read: 0,
            failed: None,
        }
    }

    fn fail(&mut self, error: io::Error) -> io::Error {
        let shown = again(&error);
        self.failed = Some((error, self.read));
        shown
    }
}

impl Read for Guard<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if let Some((error, _)) = &self.failed {
            return Err(again(error));
        }
        let limits = &self.level.shared.limits;
        if self.read >= limits.member_bytes {
            // Only a member that goes on is over the limit.
            return match self.inner.read(buf.get_mut(..1).unwrap_or_default()) {
                Ok(0) => Ok(0),
                Err(e) => Err(self.fail(e)),
                Ok(_) => {
                    let most = limits.member_bytes;
                    let why = format!("larger than {most} bytes (limit member-bytes)");
                    Err(self.fail(Loss::Limit(why).into()))
                }
            };
        }
        let room = super::source::clip(limits.member_bytes - self.read, buf.len());
        let n = match self.inner.read(buf.get_mut(..room).unwrap_or_default()) {
            Ok(n) => n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => return Err(e),
            Err(e) => return Err(self.fail(e)),
        };
        let before = self.read;
        self.read += n as u64;
        if n > 0
            && let Some(why) = self.level.charge(n as u64, self.read, self.packed)
        {
            self.read = before;
            return Err(self.fail(Loss::Limit(why).into()));
        }
        // Asked at the first read and once per step: it costs a system call.
        if n > 0
            && before / STEP != self.read / STEP
            && let Some(spent) = self.level.shared.share.spent()
        {
            return Err(self.fail(Loss::Limit(spent.because().to_owned()).into()));
        }
        Ok(n)
    }
}

/// Bytes between two looks at what is left of a live node's share.
const STEP: u64 = 1 << 20;
