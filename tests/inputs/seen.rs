//! A visitor that remembers everything, and the ways to open bytes with it.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use bundlevet::bundle::{
    Archived, Case, Entry, EntryKind, Input, Job, Limits, OpenOptions, Skip, Visit,
};
use bundlevet::{Error, Problem};

/// What came out of a case.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) entries: BTreeMap<String, Vec<u8>>,
    /// The same, described.
    pub(crate) described: BTreeMap<String, Entry>,
    pub(crate) skipped: BTreeMap<String, Skip>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) archives: BTreeMap<String, Option<u64>>,
    pub(crate) inputs: Vec<Input>,
    /// Entries that came twice under one path; there must be none.
    pub(crate) twice: Vec<String>,
}

impl Visit for Seen {
    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        let mut data = Vec::new();
        // The job reports the error; what came before it is kept.
        let _ = bytes.read_to_end(&mut data);
        let path = entry.path.clone();
        self.described.insert(path.clone(), entry);
        if self.entries.insert(path.clone(), data).is_some() {
            self.twice.push(path);
        }
    }

    fn skip(&mut self, entry: Entry) {
        let EntryKind::Skipped(why) = entry.kind else {
            panic!("{} is skipped without a reason", entry.path);
        };
        self.skipped.insert(entry.path, why);
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn archive(&mut self, archive: Archived) {
        self.archives.insert(archive.path, archive.files);
    }
}

impl Seen {
    /// The paths of the entries.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.entries.keys().map(String::as_str).collect()
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let bytes = self.entries.get(path);
        let bytes = bytes.unwrap_or_else(|| panic!("no {path} in {:?}", self.paths()));
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// The problems of this entry, joined.
    pub(crate) fn problem_of(&self, path: &str) -> String {
        let of = self.problems.iter().filter(|p| p.entry == path);
        of.map(|p| p.error.as_str()).collect::<Vec<_>>().join("; ")
    }

    /// Panics if anything was wrong.
    pub(crate) fn clean(self) -> Seen {
        assert_eq!(self.problems, []);
        assert_eq!(self.twice, [""; 0]);
        self
    }
}

/// Reads a case; the last job first, or the first, so that order is seen not to matter.
pub(crate) fn read_all(case: &Case, last_first: bool) -> Seen {
    let mut seen = Seen::default();
    let mut jobs: std::collections::VecDeque<Job> = case.jobs().into();
    while let Some(job) = if last_first {
        jobs.pop_back()
    } else {
        jobs.pop_front()
    } {
        jobs.extend(job.run(&mut seen));
    }
    assert!(case.woken().is_empty(), "jobs were left waiting for memory");
    seen.problems.sort();
    seen.inputs = case.inputs().to_vec();
    seen
}

pub(crate) fn open_with(paths: &[&Path], options: &OpenOptions) -> Result<Seen, Error> {
    let paths: Vec<PathBuf> = paths.iter().map(|p| p.to_path_buf()).collect();
    let seen = read_all(&Case::open(&paths, options)?, false);
    let again = read_all(&Case::open(&paths, options)?, true);
    assert_eq!(seen.entries, again.entries, "the order of jobs shows");
    assert_eq!(seen.problems, again.problems, "the order of jobs shows");
    Ok(seen)
}

pub(crate) fn open(path: &Path) -> Result<Seen, Error> {
    open_with(&[path], &OpenOptions::default())
}

/// Writes the bytes under this name and reads them.
pub(crate) fn read(name: &str, bytes: &[u8]) -> Seen {
    read_limited(name, bytes, Limits::default())
}

pub(crate) fn read_limited(name: &str, bytes: &[u8], limits: Limits) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let options = OpenOptions {
        limits,
        ..OpenOptions::default()
    };
    open_with(&[&path], &options).unwrap()
}

/// Writes these files below a new directory.
pub(crate) fn tree(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, data) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    }
    folder
}

/// The good member that every broken archive also holds, and that must come out.
pub(crate) const GOOD: &str = "logs/ns/good/c.log";

pub(crate) fn assert_good(seen: &Seen) {
    assert_eq!(seen.text(GOOD), "good\n");
}

#[track_caller]
pub(crate) fn assert_lost(seen: &Seen, path: &str, words: &str) {
    let problem = seen.problem_of(path);
    assert!(problem.contains(words), "{path}: {:?}", seen.problems);
    assert!(!seen.entries.contains_key(path), "{path} was read");
}
