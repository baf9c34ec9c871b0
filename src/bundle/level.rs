//! Where in the nesting a member stands, and the counters that the whole case shares.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::budget::Budget;
use super::job::Held;
use super::leaf::Found;
use super::limits::Limits;
use super::live::{LiveOptions, Share};
use super::name::first_folder;

/// What every job of a case shares.
pub(crate) struct Shared {
    pub(crate) limits: Limits,
    pub(crate) budget: Budget<Held>,
    /// Time and memory, where a live node is read.
    pub(crate) share: Share,
    /// Of a larger log of a live node only the end is read.
    pub(crate) log_bytes: Option<u64>,
    bytes: AtomicU64,
    /// Those of them that are of files which expand beyond the allowed ratio.
    beyond: AtomicU64,
    /// Bytes of all inputs, packed as they are; 0 where one does not say.
    packed: AtomicU64,
    members: AtomicU64,
}

/// How many times what one file may expand to at any ratio the whole case may.
const MANY_FILES: u64 = 16;

impl Shared {
    pub(crate) fn new(limits: Limits, live: Option<&LiveOptions>) -> Self {
        let shares = (0..=limits.depth).map(|depth| limits.nested_share(depth));
        Self {
            budget: Budget::new(shares.collect::<Vec<_>>()),
            share: Share::new(live),
            log_bytes: live.and_then(|live| live.log_bytes),
            bytes: AtomicU64::new(0),
            beyond: AtomicU64::new(0),
            packed: AtomicU64::new(0),
            members: AtomicU64::new(0),
            limits,
        }
    }

    /// Counts the bytes of an input, which those that come out are held against.
    pub(crate) fn holds(&self, packed: u64) {
        self.packed.fetch_add(packed, Ordering::Relaxed);
    }

    /// Counts expanded bytes; why there must be no more, once the case has had its share.
    pub(crate) fn charge(&self, bytes: u64) -> Option<String> {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.spent(before.saturating_add(bytes))
    }

    fn spent(&self, bytes: u64) -> Option<String> {
        let limits = &self.limits;
        if bytes > limits.total_bytes {
            let most = limits.total_bytes;
            return Some(format!(
                "the case is larger than {most} bytes (limit total-bytes)"
            ));
        }
        (bytes > self.most_expanded()).then(|| {
            let ratio = limits.ratio;
            format!("the case expands more than {ratio} times (limit ratio)")
        })
    }

    /// Bytes that the inputs may expand to: many small bombs are one large one.
    fn most_expanded(&self) -> u64 {
        let limits = &self.limits;
        match self.packed.load(Ordering::Relaxed) {
            0 => u64::MAX,
            packed => packed
                .saturating_mul(limits.ratio)
                .max(limits.ratio_after.saturating_mul(MANY_FILES)),
        }
    }

    /// Counts the next bytes of what expands beyond the allowed ratio; why it must end, once half of what the inputs may
    /// expand to went to such files: bombs leave the other half to files that are none, whoever is read first.
    pub(crate) fn charge_beyond(&self, bytes: u64) -> Option<String> {
        let before = self.beyond.fetch_add(bytes, Ordering::Relaxed);
        let ratio = self.limits.ratio;
        (before.saturating_add(bytes) > self.most_expanded() / 2).then(|| {
            format!("expands more than {ratio} times, as others of the case did (limit ratio)")
        })
    }

    /// Counts members; how many of them are still allowed.
    pub(crate) fn admit(&self, members: u64) -> u64 {
        let before = self.members.fetch_add(members, Ordering::Relaxed);
        self.limits.members.saturating_sub(before).min(members)
    }

    /// Takes back members that were counted and then not listed.
    pub(crate) fn readmit(&self, members: u64) {
        self.members.fetch_sub(members, Ordering::Relaxed);
    }

    /// Counts members of a stream; why the next must not be read, if so.
    pub(crate) fn full(&self, members: u64) -> Option<String> {
        if self.admit(members) < members {
            let most = self.limits.members;
            return Some(format!(
                "the case has more than {most} members (limit members)"
            ));
        }
        self.spent(self.bytes.load(Ordering::Relaxed))
    }
}

/// The position of a member's container: which input, how deep, under which path.
#[derive(Clone)]
pub(crate) struct Level {
    pub(crate) shared: Arc<Shared>,
    /// Which input of the case.
    pub(crate) input: usize,
    /// The outer archive's root folder, where it has one.
    pub(crate) root: Option<Arc<str>>,
    /// The node that the whole input is of, where that is known before reading.
    pub(crate) node: Option<Arc<str>>,
    /// Empty, or the path of the nested archive and a slash.
    pub(crate) prefix: Arc<str>,
    /// Archives (or the directory) around the member; 0 for a loose file.
    pub(crate) depth: usize,
    /// Inside the tree of a live node, where files come and go.
    pub(crate) live: bool,
    /// The nested archive that all of this stands in, the outermost one.
    pub(crate) nested: Option<Arc<Nested>>,
}

/// A nested archive: what it takes in the input, and what came out of all that stands in it.
pub(crate) struct Nested {
    packed: u64,
    bytes: AtomicU64,
}

impl Level {
    /// The level of an input itself.
    pub(crate) fn top(shared: Arc<Shared>, input: usize) -> Self {
        Self {
            shared,
            input,
            root: None,
            node: None,
            prefix: "".into(),
            depth: 0,
            live: false,
            nested: None,
        }
    }

    /// Inside this archive, or why it is not opened.
    pub(crate) fn inside(&self, archive: &Found) -> Result<Level, String> {
        let depth = self.depth + 1;
        let most = self.shared.limits.depth;
        if depth > most {
            return Err(format!(
                "nested deeper than {most} archives (limit depth): not opened, its members are lost"
            ));
        }
        // An outer archive's own name is not part of any path.
        let prefix = if self.depth == 0 {
            Arc::clone(&self.prefix)
        } else {
            format!("{}/", archive.path).into()
        };
        let outermost = || {
            let packed = archive.packed.filter(|_| self.depth > 0)?;
            Some(Arc::new(Nested {
                packed,
                bytes: AtomicU64::new(0),
            }))
        };
        Ok(Level {
            prefix,
            depth,
            nested: self.nested.clone().or_else(outermost),
            ..self.clone()
        })
    }

    /// Counts the next expanded bytes of a member of which so many were `read` and that takes so many, where it is known;
    /// why there must be no more.
    pub(crate) fn charge(&self, next: u64, read: u64, packed: Option<u64>) -> Option<String> {
        let (out, packed) = match &self.nested {
            Some(nested) => {
                let before = nested.bytes.fetch_add(next, Ordering::Relaxed);
                (before.saturating_add(next), Some(nested.packed))
            }
            None => (read, packed),
        };
        let ratio = self.shared.limits.ratio;
        let expands = packed.is_some_and(|packed| out > packed.saturating_mul(ratio));
        // What is refused as part of a bomb is not handed out, and takes nothing from the others.
        let beyond = expands.then(|| self.shared.charge_beyond(next)).flatten();
        beyond.or_else(|| self.shared.charge(next))
    }

    /// Whether members stand directly in the outer archive, whose root folder is not part of paths.
    pub(crate) fn is_outer(&self) -> bool {
        self.depth == 1 && self.prefix.is_empty()
    }

    /// The path that reports show for the member of this (clean) name.
    pub(crate) fn path(&self, name: &str) -> String {
        let name = match &self.root {
            Some(root) if self.is_outer() => name
                .strip_prefix(&**root)
                .and_then(|rest| rest.strip_prefix('/'))
                .unwrap_or(name),
            _ => name,
        };
        format!("{}{name}", self.prefix)
    }
}

/// The root folder of an outer archive that is streamed: the first member decides.
#[derive(Debug, Default)]
pub(crate) struct Root {
    decided: bool,
}

impl Root {
    /// Takes the (clean) name of the next member.
    pub(crate) fn decide(&mut self, level: &mut Level, name: &str, is_folder: bool) {
        if self.decided || !level.is_outer() || name.is_empty() {
            return;
        }
        self.decided = true;
        let root = match first_folder(name) {
            Some(first) => Some(first),
            None if is_folder => Some(name),
            None => None,
        };
        level.root = root.map(Into::into);
    }
}
