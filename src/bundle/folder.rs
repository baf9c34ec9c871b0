//! A directory, or a live node's tree, into a list of its files; links are never followed out of it.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Problem;

use super::job::{self, Job};
use super::leaf::Found;
use super::level::Level;
use super::loss::describe;
use super::name::link_stays_inside;
use super::peek::Peek;
use super::sniff::{Format, HEAD, sniff};
use super::source::{Cursor, FileSource, Source};
use super::unpack::CHUNK;
use super::{LIVE_PATHS, Skip, Visit, stream};

/// What is in a directory.
pub(crate) struct Listing {
    /// Name of the folder that paths are relative to.
    pub(crate) root: Option<String>,
    /// Sorted by name.
    pub(crate) files: Vec<File>,
    pub(crate) problems: Vec<Problem>,
}

/// One file of a directory.
pub(crate) struct File {
    /// As reports show it.
    pub(crate) name: String,
    path: PathBuf,
    pub(crate) size: u64,
    pub(crate) modified: Option<jiff::Timestamp>,
    fate: Fate,
}

enum Fate {
    Read,
    Skip(Skip),
    Lost(String),
}

impl File {
    pub(crate) fn weight(&self) -> u64 {
        match self.fate {
            Fate::Read => self.size,
            Fate::Skip(_) | Fate::Lost(_) => 0,
        }
    }
}

/// Lists a directory. One that holds nothing but one folder is that folder, as a packed bundle is.
pub(crate) fn list(directory: &Path, most: u64) -> io::Result<Listing> {
    let mut root = directory.canonicalize()?;
    let mut entries = fs::read_dir(&root)?;
    if let (Some(Ok(only)), None) = (entries.next(), entries.next())
        && only.file_type()?.is_dir()
    {
        root = only.path();
    }
    let mut walk = Walk::new(root.clone(), most);
    fs::read_dir(&root)?;
    walk.folder(&root, "");
    let name = root
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    Ok(walk.listing(name))
}

/// Lists what a live node has of logs, configuration and facts, below `root`.
pub(crate) fn list_live(root: &Path, most: u64) -> io::Result<Listing> {
    let root = root.canonicalize()?;
    fs::read_dir(&root)?;
    let mut walk = Walk::new(root.clone(), most);
    walk.live = true;
    for base in LIVE_PATHS {
        // Data directories are often links to a larger disk.
        let Ok(path) = root.join(base).canonicalize() else {
            continue;
        };
        if !path.starts_with(&root) {
            walk.problem(base, "a link that leaves the root: not followed");
            continue;
        }
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => walk.folder(&path, base),
            Ok(meta) => walk.file((*base).to_owned(), path, &meta),
            Err(e) => walk.problem(base, e.to_string()),
        }
    }
    Ok(walk.listing(None))
}

struct Walk {
    root: PathBuf,
    live: bool,
    most: u64,
    files: Vec<File>,
    links: Vec<(String, PathBuf)>,
    problems: Vec<Problem>,
    full: bool,
}

impl Walk {
    fn new(root: PathBuf, most: u64) -> Self {
        Self {
            root,
            live: false,
            most,
            files: Vec::new(),
            links: Vec::new(),
            problems: Vec::new(),
            full: false,
        }
    }

    fn problem(&mut self, name: &str, why: impl Into<String>) {
        self.problems.push(Problem::new(name, why));
    }

    /// Everything below a directory; `name` is its path in the input.
    fn folder(&mut self, directory: &Path, name: &str) {
        let mut todo = vec![(directory.to_owned(), name.to_owned())];
        while let Some((directory, name)) = todo.pop() {
            let entries = match fs::read_dir(&directory) {
                Ok(entries) => entries,
                Err(e) => {
                    self.problem(&name, format!("{e}: what is in this directory is lost"));
                    continue;
                }
            };
            for entry in entries {
                let entry = match entry {
                    Ok(entry) => entry,
                    Err(e) => {
                        self.problem(&name, format!("{e}: some of this directory is lost"));
                        break;
                    }
                };
                let spelled = entry.file_name().to_string_lossy().into_owned();
                let below = match name.as_str() {
                    "" => spelled,
                    name => format!("{name}/{spelled}"),
                };
                match entry.metadata() {
                    Ok(meta) if meta.is_dir() && self.live && is_image_store(&below) => {
                        let skip = Fate::Skip(Skip::Irrelevant);
                        self.push(below, entry.path(), &meta, skip);
                    }
                    Ok(meta) if meta.is_dir() => todo.push((entry.path(), below)),
                    Ok(meta) => self.file(below, entry.path(), &meta),
                    Err(e) => self.problem(&below, format!("{e}: not read")),
                }
            }
        }
    }

    fn file(&mut self, name: String, path: PathBuf, meta: &Metadata) {
        if (self.files.len() + self.links.len()) as u64 >= self.most {
            if !self.full {
                let most = self.most;
                self.problem(
                    &name,
                    format!("the case has more than {most} members (limit members): this file and later ones are lost"),
                );
            }
            self.full = true;
            return;
        }
        if meta.is_symlink() {
            self.links.push((name, path));
            return;
        }
        let fate = if meta.is_file() {
            Fate::Read
        } else {
            Fate::Skip(Skip::Irrelevant)
        };
        self.push(name, path, meta, fate);
    }

    fn push(&mut self, name: String, path: PathBuf, meta: &Metadata, fate: Fate) {
        let nanoseconds = i32::try_from(meta.mtime_nsec()).unwrap_or(0);
        self.files.push(File {
            name,
            path,
            size: meta.len(),
            modified: jiff::Timestamp::new(meta.mtime(), nanoseconds).ok(),
            fate,
        });
    }

    /// Links come last: one to a file that is read anyway is a second name for it.
    fn listing(mut self, root: Option<String>) -> Listing {
        let mut links = std::mem::take(&mut self.links);
        links.sort();
        let mut known: HashSet<(u64, u64)> = HashSet::new();
        if self.live && !links.is_empty() {
            let metas = self.files.iter().filter_map(|f| fs::metadata(&f.path).ok());
            known.extend(metas.map(|meta| (meta.dev(), meta.ino())));
        }
        for (name, path) in links {
            self.link(name, path, &mut known);
        }
        self.files.sort_by(|a, b| a.name.cmp(&b.name));
        Listing {
            root,
            files: self.files,
            problems: self.problems,
        }
    }

    fn link(&mut self, name: String, path: PathBuf, known: &mut HashSet<(u64, u64)>) {
        let target = fs::read_link(&path).unwrap_or_default();
        let Ok(meta) = fs::symlink_metadata(&path) else {
            return;
        };
        // On a mounted root an absolute link means a place below that root.
        let place = match target.strip_prefix("/") {
            Ok(below) if self.live => self.root.join(below).canonicalize(),
            _ => path.canonicalize(),
        };
        let shown = target.to_string_lossy();
        let outside = format!(
            "a link that leaves the directory, to {shown}: not followed, what it names was not read"
        );
        let fate = match &place {
            Ok(place) if !place.starts_with(&self.root) => Fate::Lost(outside),
            Ok(place) if self.live => match fs::metadata(place) {
                Ok(meta) if meta.is_file() && known.insert((meta.dev(), meta.ino())) => {
                    return self.push(name, place.clone(), &meta, Fate::Read);
                }
                _ => Fate::Skip(Skip::Link),
            },
            Ok(_) => Fate::Skip(Skip::Link),
            Err(_) if link_stays_inside(&name, &shown) => Fate::Skip(Skip::Link),
            Err(_) => Fate::Lost(outside),
        };
        self.push(name, path, &meta, fate);
    }
}

/// Whether a directory of a live node holds container images or file systems, millions of files.
fn is_image_store(name: &str) -> bool {
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    last.starts_with("io.containerd.") || last == "images" && folder.ends_with("/agent")
}

/// The host name below a live node's root.
pub(crate) fn host_name(root: &Path) -> Option<String> {
    let mut name = String::new();
    let file = fs::File::open(root.join("etc/hostname")).ok()?;
    file.take(256).read_to_string(&mut name).ok()?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Reads one file of a directory; a zip comes back as jobs.
pub(crate) fn read(level: &Level, file: &File, visit: &mut dyn Visit) -> Vec<Job> {
    let found = Found {
        path: file.name.clone(),
        size: Some(file.size),
        modified: file.modified,
    };
    match &file.fate {
        Fate::Skip(why) => found.skip(level, *why, visit),
        Fate::Lost(why) => found.lost(why.clone(), visit),
        Fate::Read => match FileSource::open(&file.path) {
            // Some files of /proc can only be written to.
            Err(_) if file.name.starts_with("proc/") => {
                found.skip(level, Skip::Irrelevant, visit);
            }
            Err(e) => found.lost(format!("{e}: not read"), visit),
            Ok(source) if source.len() == 0 => read_proc(level, file, found, visit),
            Ok(source) => {
                let source: Arc<dyn Source> = Arc::new(source);
                let mut bytes = Peek::new(Cursor::new(Arc::clone(&source)), CHUNK);
                if sniff(bytes.peek(HEAD)) != Format::Zip {
                    stream::walk(level, found, bytes, visit);
                } else {
                    match level.inside(&found.path) {
                        Ok(inside) => return job::open(inside, found, source, visit),
                        Err(why) => found.lost(why, visit),
                    }
                }
            }
        },
    }
    Vec::new()
}

/// Files of /proc have no length and content all the same.
fn read_proc(level: &Level, file: &File, found: Found, visit: &mut dyn Visit) {
    let found = Found {
        size: None,
        ..found
    };
    match fs::File::open(&file.path) {
        Ok(bytes) => {
            let mut bytes = Peek::new(bytes, HEAD);
            if bytes.peek(1).is_empty() {
                return found.skip(level, Skip::Empty, visit);
            }
            stream::walk(level, found, bytes, visit);
        }
        Err(e) => found.lost(describe(&e, 0), visit),
    }
}
