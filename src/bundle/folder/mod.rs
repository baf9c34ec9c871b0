//! A directory, or a live node's tree, into a list of its files; links are never followed out of it.

mod read;

pub(crate) use read::read;

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::Problem;

use crate::bundle::live::{self, LiveOptions, Made, Unread};
use crate::bundle::name::link_stays_inside;
use crate::bundle::{EntryKind, LIVE_PATHS, Skip, Surroundings, place};

/// What is in a directory.
pub(crate) struct Listing {
    /// Name of the folder that paths are relative to.
    pub(crate) root: Option<String>,
    /// Sorted by name.
    pub(crate) files: Vec<File>,
    pub(crate) problems: Vec<Problem>,
    /// What a live node keeps to itself, by kind.
    pub(crate) unread: Vec<Unread>,
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
    Made(Box<Made>),
}

impl File {
    pub(crate) fn weight(&self) -> u64 {
        match self.fate {
            Fate::Read => self.size,
            // A program may take its time: each is a job of its own.
            Fate::Made(_) => 1 << 20,
            Fate::Skip(_) | Fate::Lost(_) => 0,
        }
    }
}

/// What is not read of a live node.
#[derive(Default)]
struct Kept {
    /// Logs that end before the window.
    old: usize,
    /// Files that only root may read, by where they are.
    closed: BTreeMap<String, usize>,
}

impl Kept {
    fn unread(&self, since: Option<jiff::Timestamp>) -> Vec<Unread> {
        let mut unread = Vec::new();
        if let (true, Some(since)) = (self.old > 0, since) {
            unread.push(Unread {
                what: match self.old {
                    1 => "1 older log file".to_owned(),
                    more => format!("{more} older log files"),
                },
                because: format!(
                    "last written before {}",
                    since.strftime("%Y-%m-%d %H:%M:%S UTC")
                ),
                command: Some("bundlevet local --since 7d".to_owned()),
            });
        }
        if !self.closed.is_empty() {
            let places = self.closed.iter().map(|(place, count)| match count {
                1 => format!("/{place}"),
                count => format!("{count} in /{place}"),
            });
            unread.push(Unread {
                what: format!(
                    "what only root may read: {}",
                    places.collect::<Vec<_>>().join(", ")
                ),
                because: "permission denied".to_owned(),
                command: Some("sudo bundlevet local".to_owned()),
            });
        }
        unread
    }

    /// The first three folders of a path say where it is.
    fn close(&mut self, name: &str) {
        let place: Vec<&str> = name.split('/').take(3).collect();
        *self.closed.entry(place.join("/")).or_default() += 1;
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
pub(crate) fn list_live(root: &Path, most: u64, options: &LiveOptions) -> io::Result<Listing> {
    let root = root.canonicalize()?;
    fs::read_dir(&root)?;
    let mut walk = Walk::new(root.clone(), most);
    walk.live = true;
    walk.since = options.since;
    walk.state_only = options.state_only;
    let elsewhere = live::elsewhere(&root);
    let bases = LIVE_PATHS.iter().map(|base| (*base, Path::new(*base)));
    let elsewhere = elsewhere
        .iter()
        .map(|(name, path)| (name.as_str(), path.as_path()));
    for (base, path) in bases.chain(elsewhere) {
        // Data directories are often links to a larger disk.
        let Ok(path) = root.join(path).canonicalize() else {
            continue;
        };
        if !path.starts_with(&root) {
            walk.problem(base, "a link that leaves the root: not followed");
            continue;
        }
        match fs::symlink_metadata(&path) {
            Ok(meta) if meta.is_dir() => walk.folder(&path, base),
            Ok(meta) => walk.file(base.to_owned(), path, &meta),
            Err(e) => walk.problem(base, e.to_string()),
        }
    }
    let (made, unread) = live::made(&root, options);
    for (at, made) in made.into_iter().enumerate() {
        walk.files.push(File::made(made, at));
    }
    let mut listing = walk.listing(None);
    listing.unread.extend(unread);
    Ok(listing)
}

impl File {
    fn made(made: Made, at: usize) -> Self {
        Self {
            name: made.name.clone(),
            path: PathBuf::new(),
            // Their order: what is asked for first matters most.
            size: at as u64,
            modified: None,
            fate: Fate::Made(Box::new(made)),
        }
    }

    /// What a node is read in the order of, so that little time still goes to what tells most: the host's state and
    /// settings, then the logs of what runs the node, then everything else, each smaller first.
    pub(crate) fn turn(&self) -> (u8, u64) {
        const TELLING: &[&str] = &[
            "/kubelet",
            "/containerd",
            "journald/",
            "_etcd-",
            "_kube-apiserver-",
        ];
        let class = match &self.fate {
            _ if TELLING.iter().any(|telling| self.name.contains(telling)) => 1,
            Fate::Made(_) => 0,
            _ if self.name.starts_with("var/log") => 2,
            _ => 0,
        };
        (class, self.size)
    }
}

struct Walk {
    root: PathBuf,
    live: bool,
    since: Option<jiff::Timestamp>,
    state_only: bool,
    kept: Kept,
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
            since: None,
            state_only: false,
            kept: Kept::default(),
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
                Err(e) if self.live && e.kind() == io::ErrorKind::PermissionDenied => {
                    self.kept.close(&name);
                    continue;
                }
                // Pods come and go while their logs are listed.
                Err(e) if self.live && e.kind() == io::ErrorKind::NotFound => continue,
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
                    Err(e) if self.live && e.kind() == io::ErrorKind::NotFound => {}
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

    /// What a live node's file comes to, by its path and time alone: what nothing reads is not even opened, so that
    /// no private key is.
    fn live_fate(&mut self, name: &str, path: &Path, modified: Option<jiff::Timestamp>) -> Fate {
        let around = Surroundings::default();
        let kind = place(name, &around).kind;
        if let EntryKind::Skipped(why) = kind {
            return Fate::Skip(why);
        }
        if kind == EntryKind::Log && self.state_only {
            return Fate::Skip(Skip::Irrelevant);
        }
        let old = self
            .since
            .zip(modified)
            .is_some_and(|(since, at)| at < since);
        if kind == EntryKind::Log && old {
            self.kept.old += 1;
            return Fate::Skip(Skip::Irrelevant);
        }
        let root = rustix::process::geteuid().is_root();
        if !root && rustix::fs::access(path, rustix::fs::Access::READ_OK).is_err() {
            // Some files of /proc can only be written to.
            if !name.starts_with("proc/") {
                self.kept.close(name);
            }
            return Fate::Skip(Skip::Irrelevant);
        }
        Fate::Read
    }

    fn push(&mut self, name: String, path: PathBuf, meta: &Metadata, fate: Fate) {
        let nanoseconds = i32::try_from(meta.mtime_nsec()).unwrap_or(0);
        let modified = jiff::Timestamp::new(meta.mtime(), nanoseconds).ok();
        let fate = match fate {
            Fate::Read if self.live => self.live_fate(&name, &path, modified),
            fate => fate,
        };
        self.files.push(File {
            name,
            path,
            size: meta.len(),
            modified,
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
            unread: self.kept.unread(self.since),
            files: self.files,
            problems: self.problems,
        }
    }

    /// Gives a file that is read anyway the name of a link to it.
    fn rename(&mut self, place: &Path, name: &str) -> bool {
        let known = self.files.iter_mut().find(|file| {
            file.path == place && matches!(file.fate, Fate::Read) && !tells_whose(&file.name)
        });
        known.is_some_and(|file| {
            name.clone_into(&mut file.name);
            true
        })
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
            // Docker keeps logs under its own ids; these links say whose they are.
            Ok(place) if self.live && tells_whose(&name) && self.rename(place, &name) => return,
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

/// Links to docker's log files that are named after the container or pod.
fn tells_whose(name: &str) -> bool {
    name.starts_with("var/lib/rancher/rke/log/") || name.starts_with("var/log/pods/")
}

/// Whether a directory of a live node holds container images or file systems, millions of files.
fn is_image_store(name: &str) -> bool {
    let (folder, last) = name.rsplit_once('/').unwrap_or(("", name));
    last.starts_with("io.containerd.") || last == "images" && folder.ends_with("/agent")
}
