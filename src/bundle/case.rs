//! What the user named into a case: every input opened as far as needed to cut it into jobs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Problem, Result};

use super::folder::{self, File};
use super::job::{self, Bytes, Job};
use super::leaf::Found;
use super::level::{Level, Shared};
use super::limits::Limits;
use super::live::{self, LiveOptions, Unread};
use super::sniff::{Format, HEAD, sniff};
use super::source::{FileSource, Source, read_full};
use super::split::{self, Kind, Runs, Split};
use super::spool::Spool;
use super::visit::Container;
use super::zip::{self, Archive};

/// What an input holds whose size is not known before it is read: nothing is held against it.
const UNKNOWN: u64 = 1 << 56;

/// How inputs are opened.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// What a case may cost.
    pub limits: Limits,
    /// A live node's root directory, an input after those that are named.
    pub root: Option<PathBuf>,
    /// How that root is read beyond its files; nothing: its files, whole.
    pub live: Option<LiveOptions>,
    /// What is kept of standard input, so that a second pass can read it.
    pub stdin: Arc<Spool>,
}

/// All inputs of one scan.
pub struct Case {
    shared: Arc<Shared>,
    inputs: Vec<Input>,
    opened: Vec<Opened>,
    /// Files that belong to an input already: named twice, or pieces of one upload.
    taken: BTreeSet<PathBuf>,
    live: Option<LiveOptions>,
    stdin: Arc<Spool>,
    unread: Vec<Unread>,
}

/// One input of a case, as [`super::Entry::input`] counts them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// As the user named it.
    pub path: PathBuf,
    /// The root folder of an archive with a directory, or the name of a directory.
    pub root: Option<String>,
    /// Why nothing of it could be read, if so.
    pub unreadable: Option<String>,
}

/// An input that is ready to be cut into jobs.
enum Opened {
    Zip(Arc<Archive>),
    Stream {
        level: Level,
        found: Found,
        bytes: Bytes,
    },
    Files {
        level: Level,
        files: Arc<Vec<File>>,
    },
    Recover {
        level: Level,
        found: Found,
        runs: Runs,
    },
    Report(Vec<Problem>),
}

impl Case {
    /// Opens every input. An input that cannot be read at all is an error if no other can be.
    pub fn open(paths: &[PathBuf], options: &OpenOptions) -> Result<Case> {
        let mut case = Case {
            shared: Arc::new(Shared::new(options.limits.clone(), options.live.as_ref())),
            inputs: Vec::new(),
            opened: Vec::new(),
            taken: BTreeSet::new(),
            live: options.live.clone(),
            stdin: Arc::clone(&options.stdin),
            unread: Vec::new(),
        };
        for path in paths {
            case.add(path, false);
        }
        if let Some(root) = &options.root {
            case.add(root, true);
        }
        let readable = case.inputs.iter().any(|input| input.unreadable.is_none());
        match case.inputs.iter().find_map(|input| {
            let because = input.unreadable.clone()?;
            Some((input.path.clone(), because))
        }) {
            Some((path, because)) if !readable => Err(Error::Input { path, because }),
            None if !readable => Err(Error::Usage("no input was named".into())),
            _ => Ok(case),
        }
    }

    /// The inputs, in the order they were named.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// What an input is, where its jobs do not say so themselves by [`super::Visit::open`]: a zip with a
    /// directory, or a directory.
    pub fn container(&self, input: usize) -> Option<Container> {
        let (mut zip, mut folder) = (false, false);
        for opened in &self.opened {
            match opened {
                Opened::Zip(archive) => zip |= archive.level.input == input,
                Opened::Recover { level, .. } => zip |= level.input == input,
                Opened::Files { level, .. } => folder |= level.input == input,
                Opened::Stream { .. } | Opened::Report(_) => {}
            }
        }
        match (zip, folder) {
            (true, _) => Some(Container::Zip),
            (false, true) => Some(Container::Folder),
            (false, false) => None,
        }
    }

    /// The work to start with; running a job may give more.
    pub fn jobs(&self) -> Vec<Job> {
        let mut jobs = Vec::new();
        for opened in &self.opened {
            match opened {
                Opened::Zip(archive) => jobs.extend(Job::members(archive)),
                Opened::Stream {
                    level,
                    found,
                    bytes,
                } => jobs.push(Job::stream(level.clone(), found.clone(), bytes.clone())),
                Opened::Recover { level, found, runs } => {
                    jobs.push(Job::recover(level.clone(), found.clone(), runs.clone()));
                }
                Opened::Files { level, files } => jobs.extend(Job::files(level, files)),
                Opened::Report(problems) => jobs.push(Job::report(problems.clone())),
            }
        }
        jobs
    }

    /// What of a live node was not read, and the command that would; complete once all jobs have run.
    pub fn unread(&self) -> Vec<Unread> {
        let mut unread = self.unread.clone();
        unread.extend(self.shared.share.unread());
        unread.sort();
        unread.dedup();
        unread
    }

    /// Jobs that waited for memory and can run now. Jobs hand these on by themselves; this is for
    /// the case that one panicked and could not.
    pub fn woken(&self) -> Vec<Job> {
        job::woken(&self.shared)
    }

    fn add(&mut self, path: &Path, live: bool) {
        let real = path.canonicalize().ok();
        // Nobody means every file of this machine.
        let live = live || real.as_deref() == Some(Path::new("/"));
        if real.is_some_and(|real| !self.taken.insert(real)) {
            return;
        }
        let index = self.inputs.len();
        let level = Level::top(Arc::clone(&self.shared), index);
        let (root, unreadable) = match self.open_input(level, path, live) {
            Ok(root) => (root, None),
            Err(because) => {
                let problem = Problem::new(named(path).display().to_string(), because.clone());
                self.opened.push(Opened::Report(vec![problem]));
                (None, Some(because))
            }
        };
        self.inputs.push(Input {
            path: named(path),
            root,
            unreadable,
        });
    }

    /// Opens one input; its root folder where that is known already, or why nothing can be read.
    fn open_input(
        &mut self,
        level: Level,
        path: &Path,
        live: bool,
    ) -> Result<Option<String>, String> {
        if path.as_os_str() == "-" {
            self.shared.holds(UNKNOWN);
            let found = found_at("-".into(), None);
            let bytes = Bytes::Stdin(Arc::clone(&self.stdin));
            self.opened.push(Opened::Stream {
                level,
                found,
                bytes,
            });
            return Ok(None);
        }
        if let Some(url) = super::as_url(path).filter(|_| !live) {
            return self.open_url(level, url);
        }
        let meta = fs::metadata(path).map_err(|e| e.to_string())?;
        if meta.is_dir() {
            return self.open_folder(level, path, live);
        }
        if live {
            return Err("not a directory".into());
        }
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |n| n.to_string_lossy().into(),
        );
        if !meta.is_file() {
            self.shared.holds(UNKNOWN);
            let bytes = Bytes::Path(path.to_owned());
            let found = found_at(name, None);
            self.opened.push(Opened::Stream {
                level,
                found,
                bytes,
            });
            return Ok(None);
        }
        if meta.len() == 0 {
            return Err("the file is empty (0 bytes)".into());
        }
        let modified = meta
            .modified()
            .ok()
            .and_then(|time| jiff::Timestamp::try_from(time).ok());
        let found = found_at(name, modified);
        match split::find(path).map_err(|e| e.to_string())? {
            Some(split) => self.open_split(level, found, split),
            None => {
                let source = FileSource::open(path).map_err(|e| e.to_string())?;
                self.open_source(level, found, Arc::new(source))
            }
        }
    }

    #[cfg(feature = "remote")]
    fn open_url(&mut self, level: Level, url: &str) -> Result<Option<String>, String> {
        let object = super::Remote::new(url).and_then(|remote| remote.open());
        let source = object.map_err(|e| e.to_string())?;
        if source.len() == 0 {
            return Err("the object is empty (0 bytes)".into());
        }
        let shown = super::shown_url(url);
        let name = shown.rsplit('/').next().unwrap_or(&shown).to_owned();
        // Without a word of the server it is the epoch.
        let modified = Some(source.modified()).filter(|seconds| *seconds > 0);
        let modified = modified.and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
        self.open_source(level, found_at(name, modified), Arc::new(source))
    }

    #[cfg(not(feature = "remote"))]
    fn open_url(&mut self, _level: Level, _url: &str) -> Result<Option<String>, String> {
        Err(super::NO_URLS.to_owned())
    }

    fn open_split(
        &mut self,
        level: Level,
        found: Found,
        split: Split,
    ) -> Result<Option<String>, String> {
        let real = split
            .paths
            .iter()
            .filter_map(|path| path.canonicalize().ok());
        self.taken.extend(real);
        if !split.missing.is_empty() {
            self.opened.push(Opened::Report(split.missing));
        }
        match split.kind {
            Kind::Whole(source) => self.open_source(level, found, source),
            Kind::StandAlone(sources) => {
                let mut root = Ok(None);
                for source in sources {
                    root = self.open_source(level.clone(), found.clone(), source);
                }
                root
            }
            Kind::Gaps { first: true, runs } => {
                // Only a zip can be read on behind a gap.
                let Some((start, rest)) = runs.first() else {
                    return Ok(None);
                };
                if head_format(&*start)? == Format::Zip {
                    self.open_recovery(level, found, runs)
                } else {
                    let why = format!("{rest} bytes behind the missing piece are lost");
                    let problem = Problem::new(found.path.clone(), why);
                    self.opened.push(Opened::Report(vec![problem]));
                    self.open_source(level, found, start)
                }
            }
            Kind::Gaps { first: false, runs } => self.open_recovery(level, found, runs),
        }
    }

    fn open_recovery(
        &mut self,
        level: Level,
        found: Found,
        runs: Runs,
    ) -> Result<Option<String>, String> {
        self.shared.holds(runs.len());
        let level = level.inside(&found)?;
        self.opened.push(Opened::Recover { level, found, runs });
        Ok(None)
    }

    fn open_source(
        &mut self,
        level: Level,
        found: Found,
        source: Arc<dyn Source>,
    ) -> Result<Option<String>, String> {
        self.shared.holds(source.len());
        let format = head_format(&*source)?;
        // A zip with its beginning cut off, or with something else before it, ends as one.
        let late = matches!(format, Format::Plain | Format::Binary) && split::ends_zip(&*source);
        if late || format == Format::Zip {
            let inside = level.inside(&found)?;
            match zip::open(inside, &found.path, Arc::clone(&source)) {
                Ok(archive) if archive.members.is_empty() => {
                    return Err("the archive holds no members".into());
                }
                Ok(archive) => {
                    let root = archive.level.root.as_deref().map(str::to_owned);
                    self.opened.push(Opened::Zip(Arc::new(archive)));
                    return Ok(root);
                }
                Err(_) if late => return self.open_recovery(level, found, Runs::one(source)),
                // The stream below recovers by local headers.
                Err(_) => {}
            }
        }
        if format == Format::Plain && is_named_archive(&found.path) && is_page(&*source)? {
            return Err(
                "it is named as an archive and holds a page of the web, as a failed download does; fetch it again"
                    .into(),
            );
        }
        let found = Found {
            size: Some(source.len()),
            ..found
        };
        let bytes = Bytes::Source(source);
        self.opened.push(Opened::Stream {
            level,
            found,
            bytes,
        });
        Ok(None)
    }

    fn open_folder(
        &mut self,
        mut level: Level,
        path: &Path,
        live: bool,
    ) -> Result<Option<String>, String> {
        self.shared.holds(UNKNOWN);
        let most = self.shared.limits.members;
        let listing = if live {
            folder::list_live(path, most, &self.live.clone().unwrap_or_default())
        } else {
            folder::list(path, most)
        };
        let mut listing = listing.map_err(|e| e.to_string())?;
        self.unread.append(&mut listing.unread);
        if listing.files.is_empty() {
            return Err("the directory holds no files".into());
        }
        self.shared.admit(listing.files.len() as u64);
        level.depth = 1;
        level.root = listing.root.as_deref().map(Into::into);
        if live {
            level.live = true;
            level.node = live::node_name(path).map(Into::into);
            listing.files.sort_by_key(File::turn);
        }
        if !listing.problems.is_empty() {
            self.opened.push(Opened::Report(listing.problems));
        }
        self.opened.push(Opened::Files {
            level,
            files: Arc::new(listing.files),
        });
        Ok(listing.root)
    }
}

/// An input as reports name it: a URL without what can be a secret.
fn named(path: &Path) -> PathBuf {
    super::as_url(path).map_or_else(|| path.to_owned(), |url| super::shown_url(url).into())
}

/// A case of one input that stands in memory.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn of_bytes(
    name: &str,
    bytes: Vec<u8>,
    options: &OpenOptions,
) -> std::result::Result<Case, String> {
    let shared = Arc::new(Shared::new(options.limits.clone(), None));
    let mut case = Case {
        shared: Arc::clone(&shared),
        inputs: Vec::new(),
        opened: Vec::new(),
        taken: BTreeSet::new(),
        live: None,
        stdin: Arc::default(),
        unread: Vec::new(),
    };
    let source = Arc::new(super::source::Memory::new(bytes, None));
    let found = found_at(name.to_owned(), None);
    case.open_source(Level::top(shared, 0), found, source)?;
    Ok(case)
}

/// Whether a name says that many files are in it. What only says that it is compressed may have been expanded on the way.
fn is_named_archive(path: &str) -> bool {
    let ends = [
        "zip", "tar", "tgz", "tar.gz", "tar.xz", "tar.bz2", "tar.zst",
    ];
    let name = path.to_ascii_lowercase();
    ends.iter().any(|end| {
        name.strip_suffix(end)
            .is_some_and(|rest| rest.ends_with('.'))
    })
}

/// Whether it begins as a page of the web or the error of an object store does.
fn is_page(source: &dyn Source) -> Result<bool, String> {
    let mut head = [0u8; HEAD];
    let n = read_full(source, 0, &mut head).map_err(|e| e.to_string())?;
    let head = head.get(..n).unwrap_or_default().trim_ascii_start();
    let begins = |with: &&[u8]| {
        let begin = head.get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with))
    };
    let pages: [&[u8]; 3] = [b"<!doctype", b"<html", b"<?xml"];
    Ok(pages.iter().any(begins))
}

fn head_format(source: &dyn Source) -> Result<Format, String> {
    let mut head = [0u8; HEAD];
    let n = read_full(source, 0, &mut head).map_err(|e| e.to_string())?;
    Ok(sniff(head.get(..n).unwrap_or_default()))
}

fn found_at(path: String, modified: Option<jiff::Timestamp>) -> Found {
    Found {
        path,
        size: None,
        packed: None,
        modified,
    }
}
