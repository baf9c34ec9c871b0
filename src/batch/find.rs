//! What the user named into bundles: directories are searched, patterns expanded, lists read, pieces put together.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::record::spelled;
use super::shard::PathKey;
use crate::bundle::{self, Identity};

/// One bundle of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Where it lies; the first piece of a split one.
    pub path: PathBuf,
    /// The other pieces of a split one.
    pub pieces: Vec<PathBuf>,
    /// Bytes as stored, of all pieces.
    pub bytes: u64,
    /// Why it cannot be read, where that is known already.
    pub unreadable: Option<String>,
}

impl Bundle {
    /// The path as records have it.
    pub fn spelled(&self) -> Cow<'_, str> {
        spelled(&self.path)
    }

    /// Every file of it; its pieces, or itself. None of an object.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        let file = bundle::as_url(&self.path).is_none();
        let first = file.then_some(&self.path);
        first.into_iter().chain(&self.pieces)
    }

    /// Thousands of them are held: of each as little as will do.
    fn of(mut path: PathBuf, bytes: u64) -> Bundle {
        path.shrink_to_fit();
        Bundle {
            path,
            pieces: Vec::new(),
            bytes,
            unreadable: None,
        }
    }
}

/// What a search came to. Bundles are ordered by path.
#[derive(Debug, Default)]
pub struct Found {
    /// Every bundle, once.
    pub bundles: Vec<Bundle>,
    /// Inputs (directories, patterns, lists) that gave no bundle at all.
    pub without: Vec<String>,
}

/// Hidden files are matched where they are meant.
const AS_A_SHELL: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// Directories in directories are searched so far.
const DEEPEST: usize = 32;

/// Finds the bundles of `inputs`: a path, a pattern, `@FILE` for a list of either, `-` for a list on `stdin`. What is
/// below `output` is never an input.
pub fn find(inputs: &[PathBuf], stdin: &mut dyn Read, output: &Path) -> io::Result<Found> {
    let mut search = Search {
        output: output.canonicalize().unwrap_or_else(|_| output.to_owned()),
        ..Search::default()
    };
    for input in inputs {
        let before = search.bundles.len() + search.taken.len();
        let list = input.as_os_str().as_bytes().strip_prefix(b"@");
        match list {
            Some(list) if !input.exists() => {
                let path = Path::new(std::ffi::OsStr::from_bytes(list));
                let text = fs::read(path).map_err(|e| {
                    io::Error::new(e.kind(), format!("list {}: {e}", path.display()))
                })?;
                search.list(&text);
            }
            _ if input.as_os_str() == "-" => {
                let mut text = Vec::new();
                stdin.read_to_end(&mut text)?;
                search.list(&text);
            }
            _ => search.named(input),
        }
        if search.bundles.len() + search.taken.len() == before {
            search.without.push(spelled(input).into_owned());
        }
    }
    let mut bundles = search.bundles;
    bundles.sort_by(|a, b| a.spelled().cmp(&b.spelled()));
    bundles.shrink_to_fit();
    Ok(Found {
        bundles,
        without: search.without,
    })
}

#[derive(Default)]
struct Search {
    output: PathBuf,
    bundles: Vec<Bundle>,
    /// Files that belong to a bundle, and those that were looked at.
    taken: BTreeSet<PathKey>,
    without: Vec<String>,
}

impl Search {
    /// One input per line, or between NUL bytes; empty lines and those that start with `#` say nothing.
    fn list(&mut self, text: &[u8]) {
        let separator = if text.contains(&0) { 0 } else { b'\n' };
        for line in text.split(|byte| *byte == separator) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if !line.is_empty() && !line.starts_with(b"#") {
                self.named(Path::new(std::ffi::OsStr::from_bytes(line)));
            }
        }
    }

    fn named(&mut self, input: &Path) {
        if let Some(url) = bundle::as_url(input) {
            return self.url(url);
        }
        if !input.exists()
            && let Some(pattern) = input.to_str().filter(|text| text.contains(['*', '?', '[']))
            && let Ok(paths) = glob::glob_with(pattern, AS_A_SHELL)
        {
            for path in paths.flatten() {
                self.path(&path, true);
            }
            return;
        }
        self.path(input, true);
    }

    /// An object, those below a place that are called archives, or those that a pattern fits.
    #[cfg(feature = "remote")]
    fn url(&mut self, url: &str) {
        match super::objects::find(url) {
            Err(error) => self.unreadable(url.into(), error.to_string()),
            Ok(objects) => {
                for (url, bytes) in objects {
                    // Two signed URLs of one object are one bundle.
                    if self.taken.insert(PathKey::of(bundle::shown_url(&url))) {
                        self.bundles.push(Bundle::of(PathBuf::from(url), bytes));
                    }
                }
            }
        }
    }

    #[cfg(not(feature = "remote"))]
    fn url(&mut self, url: &str) {
        self.unreadable(url.into(), bundle::NO_URLS.to_owned());
    }

    /// A path that was named (then it is a bundle whatever is in it, unless it is a directory to be searched) or found.
    fn path(&mut self, path: &Path, named: bool) {
        let real = match path.canonicalize() {
            Ok(real) => real,
            Err(error) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                return self.unreadable(path, error.to_string());
            }
        };
        match fs::metadata(&real) {
            Ok(meta) if meta.is_dir() => self.folder(&real, named, 0),
            Ok(meta) if meta.is_file() => self.file(real, named),
            Ok(_) if named => self.unreadable(real, "not a file or directory".into()),
            Ok(_) => {}
            Err(error) => self.unreadable(real, error.to_string()),
        }
    }

    fn folder(&mut self, folder: &Path, named: bool, depth: usize) {
        if folder == self.output || depth > DEEPEST || self.is_taken(folder) {
            return;
        }
        if is_bundle(folder) {
            self.take(folder);
            let (bytes, unreadable) = match Identity::of(folder) {
                Ok(identity) => (identity.bytes, None),
                Err(error) => (0, Some(error.to_string())),
            };
            self.bundles.push(Bundle {
                unreadable,
                ..Bundle::of(folder.to_owned(), bytes)
            });
            return;
        }
        let mut inside: Vec<PathBuf> = match fs::read_dir(folder) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) if named => return self.unreadable(folder.to_owned(), error.to_string()),
            Err(error) => {
                tracing::warn!(path = %folder.display(), %error, "directory not searched");
                return;
            }
        };
        inside.sort();
        for path in inside {
            let hidden = path
                .file_name()
                .is_some_and(|name| name.as_bytes().starts_with(b"."));
            // Links to directories could lead in circles.
            match fs::symlink_metadata(&path) {
                Ok(meta) if !hidden && meta.is_dir() => self.folder(&path, false, depth + 1),
                Ok(meta) if !hidden && (meta.is_file() || path.is_file()) => {
                    if let Ok(real) = path.canonicalize() {
                        self.file(real, false);
                    }
                }
                _ => {}
            }
        }
    }

    fn file(&mut self, path: PathBuf, named: bool) {
        if self.is_taken(&path) || !(named || is_candidate(&path)) {
            return;
        }
        let pieces = bundle::pieces(&path)
            .unwrap_or_default()
            .unwrap_or_default();
        let mut pieces: Vec<PathBuf> = pieces
            .iter()
            .filter_map(|piece| piece.canonicalize().ok())
            .collect();
        if pieces.is_empty() {
            pieces.push(path);
        }
        for piece in &pieces {
            self.take(piece);
        }
        let bytes = pieces.iter().filter_map(|piece| fs::metadata(piece).ok());
        let bytes = bytes.map(|meta| meta.len()).sum();
        let mut pieces = pieces.into_iter();
        if let Some(path) = pieces.next() {
            self.bundles.push(Bundle {
                pieces: pieces.collect(),
                ..Bundle::of(path, bytes)
            });
        }
    }

    fn is_taken(&self, path: &Path) -> bool {
        self.taken
            .contains(&PathKey::of(path.as_os_str().as_bytes()))
    }

    /// Whether it was not taken yet.
    fn take(&mut self, path: &Path) -> bool {
        self.taken.insert(PathKey::of(path.as_os_str().as_bytes()))
    }

    fn unreadable(&mut self, path: PathBuf, because: String) {
        if self.take(&path) {
            self.bundles.push(Bundle {
                unreadable: Some(because),
                ..Bundle::of(path, 0)
            });
        }
    }
}

/// Endings that browsers and transfer programs give to a file that is still coming.
pub(super) const INCOMPLETE: [&str; 9] = [
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".filepart",
    ".upload",
    ".incomplete",
];

/// Whether the name says that the file is still being written.
pub(super) fn is_incomplete(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| {
        name.starts_with('.')
            || name.ends_with('~')
            || INCOMPLETE.iter().any(|end| name.ends_with(end))
    })
}

/// Whether a file that was found in a directory is a bundle: it is called an archive (even if it holds nothing of the
/// kind: a broken upload is to be reported), or is one. A compressed log is a log.
fn is_candidate(path: &Path) -> bool {
    const STREAMS: [&str; 4] = [".gz", ".xz", ".bz2", ".zst"];
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    let name = name.unwrap_or_default();
    if is_incomplete(path) {
        return false;
    }
    let is_log = STREAMS.iter().any(|end| name.ends_with(end))
        && (name.contains(".log") || name.contains("log."));
    is_called_archive(&name)
        || !is_log && bundle::is_archive(path).unwrap_or(false)
        || bundle::pieces(path).is_ok_and(|pieces| pieces.is_some())
}

/// Whether a name (in lower case) is that of an archive.
pub(super) fn is_called_archive(name: &str) -> bool {
    const ARCHIVES: [&str; 12] = [
        ".zip", ".tar", ".tgz", ".txz", ".tzst", ".tbz", ".tbz2", ".tar.gz", ".tar.xz", ".tar.zst",
        ".tar.bz2", ".7z",
    ];
    ARCHIVES.iter().any(|end| name.ends_with(end))
}

/// Whether a directory is an extracted bundle, by what stands directly in it; directories below decide for themselves.
fn is_bundle(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).exists();
    let any = |names: &[&str]| names.iter().any(|name| has(name));
    let collector = [
        "systeminfo",
        "journald",
        "networking",
        "podlogs",
        "collector-output.log",
    ];
    any(&[
        "yamls",
        "bundleGenerationError.log",
        "basic-environment.txt",
        "cluster-resources",
        "cluster-scoped-resources",
        "nodes.json",
        "hostinfos",
        "configs/etc",
        "var/log",
        "logs/kernel.log",
        "logs/dmesg.log",
        "logs/rke2-server.log",
        "logs/rke2-agent.log",
    ]) || collector.iter().filter(|name| has(name)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(root: &Path, name: &str, bytes: &[u8]) {
        let path = root.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn found(root: &Path, inputs: &[&str], stdin: &str) -> (Vec<String>, Vec<String>) {
        let inputs = inputs.iter().map(|input| match input.strip_prefix('@') {
            Some(list) => PathBuf::from(format!("@{}", root.join(list).display())),
            None if *input == "-" => "-".into(),
            None => root.join(input),
        });
        let inputs: Vec<PathBuf> = inputs.collect();
        let found = find(&inputs, &mut stdin.as_bytes(), &root.join("out")).unwrap();
        let root = root.canonicalize().unwrap();
        let short = |path: &str| path.replace(&format!("{}/", root.display()), "");
        let bundles = found.bundles.iter().map(|bundle| short(&bundle.spelled()));
        (bundles.collect(), found.without)
    }

    fn uploads() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        put(root, "in/a.zip", b"PK\x03\x04");
        put(root, "in/broken.zip", b"");
        put(root, "in/split.zip.001", b"PK\x03\x04 first");
        put(root, "in/split.zip.002", b"rest");
        put(root, "in/tree/supportbundle_1/yamls/x.yaml", b"{}");
        put(root, "in/tree/supportbundle_1/nodes/n1.zip", b"PK\x03\x04");
        put(root, "in/tree/supportbundle_2/yamls/x.yaml", b"{}");
        put(root, "in/tree/notes.txt", b"hello");
        put(root, "in/tree/old/kubelet.log.1.gz", b"\x1f\x8b\x08\x00");
        put(root, "in/coming.zip.part", b"PK\x03\x04");
        put(root, "in/.hidden.zip", b"PK\x03\x04");
        put(root, "in/no-name", b"PK\x03\x04");
        put(root, "out/b.zip", b"PK\x03\x04");
        dir
    }

    #[test]
    fn directories_are_searched_for_whole_bundles() {
        let dir = uploads();
        let (bundles, without) = found(dir.path(), &["in", "out"], "");
        assert_eq!(
            bundles,
            [
                "in/a.zip",
                "in/broken.zip",
                "in/no-name",
                "in/split.zip.001",
                "in/tree/supportbundle_1",
                "in/tree/supportbundle_2",
            ]
        );
        assert_eq!(without.len(), 1, "nothing is found below the output");
    }

    #[test]
    fn what_is_named_is_taken_and_nothing_twice() {
        let dir = uploads();
        let root = dir.path().display();
        let list = format!("# today\n\n{root}/in/a.zip\r\n{root}/in/gone.zip\n");
        put(dir.path(), "list", list.as_bytes());
        let (bundles, _) = found(
            dir.path(),
            &["@list", "in/*.zip", "in/split.zip.002", "-"],
            &format!("{root}/in/tree/notes.txt\0{root}/in/a.zip"),
        );
        assert_eq!(
            bundles,
            [
                "in/a.zip",
                "in/broken.zip",
                "in/gone.zip",
                "in/split.zip.001",
                "in/tree/notes.txt"
            ]
        );
    }
}
