//! The directory of a zip into the list of its members and what becomes of each.

use std::sync::Arc;

use crate::error::Problem;

use super::directory::{Directory, Record};
use super::header::{DEFLATED, STORED, method_name};
use crate::bundle::Skip;
use crate::bundle::level::Level;
use crate::bundle::name::{Name, Seen, clean, first_folder};
use crate::bundle::source::{Source, clip};
use crate::bundle::tar::absolute_names;

/// A zip whose members are known and can be read in any order.
pub(crate) struct Archive {
    /// Where its members stand.
    pub(crate) level: Level,
    pub(crate) source: Arc<dyn Source>,
    pub(crate) members: Vec<Member>,
    /// What is wrong with the list itself.
    pub(crate) problems: Vec<Problem>,
}

/// One member, as the central directory has it.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// As reports show it.
    pub(crate) path: String,
    /// Offset of the local header.
    pub(crate) at: u64,
    pub(crate) packed: u64,
    pub(crate) size: u64,
    pub(crate) crc: u32,
    pub(crate) stored: bool,
    pub(crate) modified: Option<jiff::Timestamp>,
    pub(crate) fate: Fate,
}

/// What becomes of a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Its bytes are read.
    Read,
    /// A symbolic link; its bytes are the target.
    Link,
    /// Skipped for this.
    Skip(Skip),
    /// Lost for this.
    Lost(String),
}

impl Archive {
    /// Members that are files.
    pub(crate) fn files(&self) -> u64 {
        let folder = |m: &&Member| m.fate != Fate::Skip(Skip::Directory);
        self.members.iter().filter(folder).count() as u64
    }

    /// Whether the member is worth a job of its own early: it looks like an archive by its name.
    /// Only the order of work depends on this.
    pub(crate) fn looks_nested(member: &Member) -> bool {
        let name = member.path.rsplit('.').next().unwrap_or_default();
        matches!(
            name,
            "zip" | "txz" | "tgz" | "tbz" | "tar" | "gz" | "xz" | "bz2" | "zst"
        )
    }
}

/// Lists the zip in `source`, whose members stand at `level`; why not, where its directory is unusable.
pub(crate) fn open(
    mut level: Level,
    name: &str,
    source: Arc<dyn Source>,
) -> Result<Archive, String> {
    let directory = Directory::find(Arc::clone(&source)).map_err(|e| e.to_string())?;
    if directory.front_missing {
        return Err("bytes before the directory are missing".into());
    }
    let listed = directory.members;
    let admitted = level.shared.admit(listed);
    let mut problems = Vec::new();
    if admitted < listed {
        let most = level.shared.limits.members;
        let lost = listed - admitted;
        problems.push(Problem::new(
            name,
            format!(
                "the case has more than {most} members (limit members): {lost} of {listed} members are lost"
            ),
        ));
    }
    let raw = directory
        .take(clip(admitted, usize::MAX))
        .map(|record| record.map(Raw::from))
        .collect::<std::io::Result<Vec<_>>>();
    let raw = raw.map_err(|e| {
        level.shared.readmit(listed);
        e.to_string()
    })?;
    if level.is_outer() {
        level.root = common_root(&raw).map(Into::into);
    }
    let members = members(&level, raw, source.len(), &mut problems);
    Ok(Archive {
        level,
        source,
        members,
        problems,
    })
}

/// A member before its name is judged.
struct Raw {
    name: Name,
    member: Member,
}

impl From<Record> for Raw {
    fn from(record: Record) -> Self {
        let size = record.size;
        let fate = if record.is_folder() {
            Fate::Skip(Skip::Directory)
        } else if record.flags & 1 != 0 {
            Fate::Lost(format!("encrypted: not read, {size} bytes are lost"))
        } else if !matches!(record.method, STORED | DEFLATED) {
            let method = method_name(record.method);
            Fate::Lost(format!(
                "compression method {method} is not supported: not read, {size} bytes are lost"
            ))
        } else if record.is_link() {
            Fate::Link
        } else {
            Fate::Read
        };
        Raw {
            name: clean(&record.name),
            member: Member {
                path: String::new(),
                at: record.at,
                packed: record.packed,
                size,
                crc: record.crc,
                stored: record.method == STORED,
                modified: record.modified,
                fate,
            },
        }
    }
}

/// The folder that all members share.
fn common_root(raw: &[Raw]) -> Option<String> {
    let mut root = None;
    for Raw { name, member } in raw {
        let (Name::Clean(name) | Name::WasAbsolute(name)) = name else {
            continue;
        };
        let first = match first_folder(name) {
            Some(first) => first,
            None if member.fate == Fate::Skip(Skip::Directory) => name,
            None => return None,
        };
        match root {
            _ if first.is_empty() => {}
            None => root = Some(first),
            Some(root) if root == first => {}
            Some(_) => return None,
        }
    }
    root.map(str::to_owned)
}

/// Judges names, duplicates and overlaps.
fn members(level: &Level, raw: Vec<Raw>, len: u64, problems: &mut Vec<Problem>) -> Vec<Member> {
    let mut seen = Seen::default();
    let mut absolute: Option<(String, u64)> = None;
    let mut members: Vec<Member> = Vec::with_capacity(raw.len());
    for Raw { name, mut member } in raw {
        let size = member.size;
        let name = match name {
            Name::Clean(name) => name,
            Name::WasAbsolute(name) => {
                absolute.get_or_insert_with(|| (level.path(&name), 0)).1 += 1;
                name
            }
            Name::Escapes(raw) => {
                member.path = format!("{}{raw}", level.prefix);
                member.fate = Fate::Lost(format!(
                    "the path leaves the archive: not read, {size} bytes are lost"
                ));
                members.push(member);
                continue;
            }
        };
        let folder = member.fate == Fate::Skip(Skip::Directory);
        member.path = level.path(&name);
        if !folder && !seen.first(&member.path) {
            member.fate = Fate::Lost(format!(
                "a member of this name came before: not read, {size} bytes are lost"
            ));
        }
        if member.at >= len && !folder {
            member.fate = Fate::Lost(format!(
                "its data lie beyond the end of the archive: {size} bytes are lost"
            ));
        }
        members.push(member);
    }
    overlaps(&mut members);
    if let Some((path, n)) = absolute {
        problems.push(absolute_names(path, n));
    }
    members
}

/// Members that share bytes with one before them (in the file) are lost: no packer writes that, bombs do.
fn overlaps(members: &mut [Member]) {
    let mut order: Vec<usize> = (0..members.len()).collect();
    order.sort_by_key(|&ix| members.get(ix).map_or(0, |m| m.at));
    let mut end = 0;
    for ix in order {
        let Some(member) = members.get_mut(ix) else {
            continue;
        };
        if !matches!(member.fate, Fate::Read | Fate::Link) {
            continue;
        }
        if member.at < end {
            let size = member.size;
            member.fate = Fate::Lost(format!(
                "its data overlap those of another member: not read, {size} bytes are lost"
            ));
            continue;
        }
        end = member.at.saturating_add(30).saturating_add(member.packed);
    }
}
