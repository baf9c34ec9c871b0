//! Pieces of work that workers share: what a job reads, how much that is, what follows from it.

use std::ops::Range;
use std::sync::Arc;

use crate::error::Problem;

use super::budget::Lease;
use super::folder::{self, File};
use super::leaf::Found;
use super::level::{Level, Shared};
use super::loss::describe;
use super::peek::Peek;
use super::source::{Cursor, Source};
use super::split::Runs;
use super::spool::Spool;
use super::unpack::CHUNK;
use super::visit::Archived;
use super::zip::{self, Archive, Fate, Member};
use super::{Container, Visit, stream};

/// Members are put together into jobs until they weigh this much ...
const BATCH_BYTES: u64 = 1 << 20;
/// ... or are this many, so that the queue stays short with a hundred thousand members.
const BATCH_MEMBERS: usize = 256;
/// What a packed archive is taken to weigh, per packed byte, before it is opened.
const EXPANSION: u64 = 16;

/// A part of a case that one worker reads from start to end.
pub struct Job {
    work: Work,
    weight: u64,
}

enum Work {
    /// Members of a zip.
    Members {
        archive: Arc<Archive>,
        range: Range<usize>,
    },
    /// A nested zip that is to be held in memory; the lease once there is one.
    Nested { held: Held, lease: Option<Lease> },
    /// A zip that can be read in any order, not yet opened; the level is that of its members.
    Zip {
        level: Level,
        found: Found,
        source: Arc<dyn Source>,
    },
    /// One input or nested archive, front to back.
    Stream {
        level: Level,
        found: Found,
        bytes: Bytes,
    },
    /// Runs of a split zip with pieces missing.
    Recover {
        level: Level,
        found: Found,
        runs: Runs,
    },
    /// Files of a directory.
    Files {
        level: Level,
        files: Arc<Vec<File>>,
        range: Range<usize>,
    },
    /// What was wrong before any member was read.
    Report(Vec<Problem>),
}

/// Where a stream's bytes come from.
#[derive(Clone)]
pub(crate) enum Bytes {
    Source(Arc<dyn Source>),
    /// A pipe or device, opened when its turn comes.
    Path(std::path::PathBuf),
    Stdin(Arc<Spool>),
}

/// A nested zip that waits for memory.
pub(crate) struct Held {
    archive: Arc<Archive>,
    ix: usize,
    level: Level,
    found: Found,
}

impl Job {
    /// Expanded bytes, as far as they are known before reading; 0 for unknown.
    pub fn weight(&self) -> u64 {
        self.weight
    }

    /// What a failure of this job is reported under: the first member it would read.
    pub fn name(&self) -> String {
        match &self.work {
            Work::Members { archive, range } => archive
                .members
                .get(range.start)
                .map_or_else(String::new, |member| member.path.clone()),
            Work::Nested { held, .. } => held.found.path.clone(),
            Work::Zip { found, .. } | Work::Stream { found, .. } | Work::Recover { found, .. } => {
                found.path.clone()
            }
            Work::Files { files, range, .. } => files
                .get(range.start)
                .map_or_else(String::new, |file| file.name.clone()),
            Work::Report(_) => String::new(),
        }
    }

    /// Reads everything in it and returns what is now to be done.
    pub fn run(self, visit: &mut dyn Visit) -> Vec<Job> {
        let shared = self.shared();
        let mut next = self.work.run(visit);
        // The work is dropped: if it was the last to hold a nested zip, that memory is free now.
        if let Some(shared) = shared {
            next.extend(woken(&shared));
        }
        next
    }

    /// Runs the job and all that follows from it, depth first, so that [`Visit::open`] and [`Visit::close`] stand
    /// around the members of every archive.
    pub fn run_through(self, visit: &mut dyn Visit) {
        let nested = match &self.work {
            Work::Nested { held, .. } => Some((held.archive.level.clone(), held.found.clone())),
            // Its level is that of its members; a zip in a directory has no root folder to be added.
            Work::Zip { level, found, .. } => Some((level.clone(), found.clone())),
            _ => None,
        };
        if let Some((level, found)) = &nested {
            found.announce(level, visit);
            visit.open(Container::Zip);
        }
        for next in self.run(visit) {
            next.run_through(visit);
        }
        if nested.is_some() {
            visit.close();
        }
    }

    fn shared(&self) -> Option<Arc<Shared>> {
        let level = match &self.work {
            Work::Members { archive, .. } => &archive.level,
            Work::Nested { held, .. } => &held.level,
            Work::Zip { level, .. } | Work::Stream { level, .. } | Work::Recover { level, .. } => {
                level
            }
            Work::Files { level, .. } => level,
            Work::Report(_) => return None,
        };
        Some(Arc::clone(&level.shared))
    }

    /// The job that only reports.
    pub(crate) fn report(problems: Vec<Problem>) -> Job {
        Job {
            work: Work::Report(problems),
            weight: 0,
        }
    }

    /// The job that opens a zip of a directory.
    pub(crate) fn zip(level: Level, found: Found, source: Arc<dyn Source>) -> Job {
        Job {
            weight: source.len().saturating_mul(EXPANSION),
            work: Work::Zip {
                level,
                found,
                source,
            },
        }
    }

    /// The job that reads an input from front to back.
    pub(crate) fn stream(level: Level, found: Found, bytes: Bytes) -> Job {
        let weight = match &bytes {
            Bytes::Source(source) => source.len().saturating_mul(EXPANSION),
            Bytes::Path(_) | Bytes::Stdin(_) => 0,
        };
        Job {
            work: Work::Stream {
                level,
                found,
                bytes,
            },
            weight,
        }
    }

    /// The job that recovers what the pieces of a split zip still hold.
    pub(crate) fn recover(level: Level, found: Found, runs: Runs) -> Job {
        let weight = runs.len().saturating_mul(EXPANSION);
        Job {
            work: Work::Recover { level, found, runs },
            weight,
        }
    }

    /// The jobs of a zip with a directory.
    pub(crate) fn members(archive: &Arc<Archive>) -> Vec<Job> {
        let weight = |member: &Member| match member.fate {
            Fate::Read if Archive::looks_nested(member) => member.size.saturating_mul(EXPANSION),
            Fate::Read | Fate::Link => member.size,
            Fate::Skip(_) | Fate::Lost(_) => 0,
        };
        let mut jobs = Vec::new();
        if !archive.problems.is_empty() {
            jobs.push(Job::report(archive.problems.clone()));
        }
        let weights = archive.members.iter().map(weight);
        jobs.extend(batches(weights).map(|(range, weight)| Job {
            work: Work::Members {
                archive: Arc::clone(archive),
                range,
            },
            weight,
        }));
        jobs
    }

    /// The jobs of a directory.
    pub(crate) fn files(level: &Level, files: &Arc<Vec<File>>) -> Vec<Job> {
        let weights = files.iter().map(File::weight);
        // A live node's files stand in the order in which they are to be read.
        batches(weights)
            .enumerate()
            .map(|(at, (range, weight))| Job {
                work: Work::Files {
                    level: level.clone(),
                    files: Arc::clone(files),
                    range,
                },
                weight: if level.live {
                    u64::MAX / 2 - at as u64
                } else {
                    weight
                },
            })
            .collect()
    }

    /// The job of a nested zip that can be read in any order: a slice of its parent, or held in
    /// memory. Nothing where it must be streamed, which depends on its size and the limits only.
    pub(crate) fn nested(archive: &Arc<Archive>, ix: usize, found: &Found) -> Option<Job> {
        let member = archive.members.get(ix)?;
        // Too deep: streaming reports it.
        let level = archive.level.inside(found).ok()?;
        if !member.stored && member.size > level.shared.budget.capacity(level.depth - 1) {
            return None;
        }
        let held = Held {
            archive: Arc::clone(archive),
            ix,
            level,
            found: found.clone(),
        };
        Some(Job {
            weight: held.weight(),
            work: Work::Nested { held, lease: None },
        })
    }
}

impl Held {
    fn weight(&self) -> u64 {
        self.found.size.unwrap_or(0).saturating_mul(EXPANSION)
    }

    /// Opens the nested zip, waiting for memory where it needs some.
    fn run(mut self, mut lease: Option<Lease>, visit: &mut dyn Visit) -> Vec<Job> {
        let archive = Arc::clone(&self.archive);
        let Some(member) = archive.members.get(self.ix) else {
            return Vec::new();
        };
        let source = if member.stored {
            zip::nested_source(&archive, member)
        } else {
            if lease.is_none() {
                let shared = Arc::clone(&self.level.shared);
                let depth = self.level.depth - 1;
                let Some((leased, held)) = shared.budget.enter(depth, member.size, self) else {
                    return Vec::new();
                };
                (lease, self) = (Some(leased), held);
            }
            let (source, damage) = zip::inflate_into_memory(&archive, member, lease);
            if let Some(why) = damage {
                visit.problem(Problem::new(self.found.path.clone(), why));
            }
            Ok(source)
        };
        match source {
            Ok(source) => open(self.level, self.found, source, visit),
            Err(e) => {
                self.found.lost(describe(&e, 0), visit);
                Vec::new()
            }
        }
    }
}

impl Work {
    fn run(self, visit: &mut dyn Visit) -> Vec<Job> {
        match self {
            Work::Members { archive, range } => return zip::read_batch(&archive, range, visit),
            Work::Nested { held, lease } => return held.run(lease, visit),
            Work::Zip {
                level,
                found,
                source,
            } => return open(level, found, source, visit),
            Work::Files {
                level,
                files,
                range,
            } => {
                let files = files.get(range).unwrap_or_default();
                return files
                    .iter()
                    .flat_map(|file| folder::read(&level, file, visit))
                    .collect();
            }
            Work::Stream {
                level,
                found,
                bytes,
            } => match bytes {
                Bytes::Source(source) => {
                    stream::walk(&level, found, Peek::new(Cursor::new(source), CHUNK), visit);
                }
                Bytes::Stdin(spool) => {
                    let stdin = spool.read(std::io::stdin().lock());
                    stream::walk(&level, found, Peek::new(stdin, CHUNK), visit);
                }
                Bytes::Path(path) => match std::fs::File::open(path) {
                    Ok(file) => stream::walk(&level, found, Peek::new(file, CHUNK), visit),
                    Err(e) => found.lost(describe(&e, 0), visit),
                },
            },
            Work::Recover { level, found, runs } => runs.recover(level, found, visit),
            Work::Report(problems) => {
                for problem in problems {
                    visit.problem(problem);
                }
            }
        }
        Vec::new()
    }
}

/// Opens a zip that can be read in any order, by its directory or, where that is unusable, by its
/// local headers at once. `level` is that of its members.
pub(crate) fn open(
    level: Level,
    found: Found,
    source: Arc<dyn Source>,
    visit: &mut dyn Visit,
) -> Vec<Job> {
    match zip::open(level.clone(), &found.path, Arc::clone(&source)) {
        Ok(archive) => {
            visit.archive(Archived {
                input: level.input,
                path: found.path,
                files: Some(archive.files()),
            });
            Job::members(&Arc::new(archive))
        }
        Err(_) => {
            zip::walk(level, found, &mut Cursor::new(source), visit);
            Vec::new()
        }
    }
}

/// The parked jobs of a case that fit into memory now.
pub(crate) fn woken(shared: &Shared) -> Vec<Job> {
    let woken = shared.budget.woken().into_iter();
    woken
        .map(|(lease, held)| Job {
            weight: held.weight(),
            work: Work::Nested {
                held,
                lease: Some(lease),
            },
        })
        .collect()
}

/// Cuts members of these weights into runs for one job each.
fn batches(weights: impl Iterator<Item = u64>) -> impl Iterator<Item = (Range<usize>, u64)> {
    let mut cut = Vec::new();
    let (mut start, mut total, mut end) = (0, 0u64, 0);
    for weight in weights {
        let full = total.saturating_add(weight) > BATCH_BYTES || end - start >= BATCH_MEMBERS;
        if full && end > start {
            cut.push((start..end, total));
            (start, total) = (end, 0);
        }
        total = total.saturating_add(weight);
        end += 1;
    }
    if end > start {
        cut.push((start..end, total));
    }
    cut.into_iter()
}
