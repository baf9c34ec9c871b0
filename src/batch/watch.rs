//! Directories that uploads go to into bundles that are complete.
//!
//! An upload is complete when its name does not say otherwise (`x.zip.part`; also not that of a file beside it), and
//! size and time of each of its files have stayed the same for a while. One that stalls for longer is read too early, is
//! reported as truncated, and is read again when it has grown.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::find::{Bundle, INCOMPLETE, is_incomplete};

/// What was seen of the bundles so far.
#[derive(Debug)]
pub struct Watch {
    settle: Duration,
    seen: BTreeMap<PathBuf, Seen>,
}

#[derive(Debug)]
struct Seen {
    stamp: Stamp,
    since: Instant,
    given: bool,
}

/// Size, seconds and nanoseconds of modification, and inode of every file of a bundle.
type Stamp = Vec<(u64, i64, i64, u64)>;

impl Watch {
    /// A bundle is complete when it has not changed for the time `settle`.
    pub fn new(settle: Duration) -> Watch {
        Watch {
            settle,
            seen: BTreeMap::new(),
        }
    }

    /// The bundles of `found` that are complete and were not given before in this state.
    pub fn complete(&mut self, found: Vec<Bundle>, now: Instant) -> Vec<Bundle> {
        let mut seen = std::mem::take(&mut self.seen);
        let mut complete = Vec::new();
        for bundle in found {
            let Some(stamp) = stamp(&bundle) else {
                continue;
            };
            let seen = match seen.remove(&bundle.path) {
                Some(seen) if seen.stamp == stamp => seen,
                _ => Seen {
                    // What has been there for long need not be waited for.
                    since: now.checked_sub(age(&bundle)).unwrap_or(now),
                    stamp,
                    given: false,
                },
            };
            let settled = now.duration_since(seen.since) >= self.settle && !is_coming(&bundle);
            let given = seen.given || settled;
            if settled && !seen.given {
                complete.push(bundle.clone());
            }
            self.seen.insert(bundle.path, Seen { given, ..seen });
        }
        complete
    }
}

fn stamp(bundle: &Bundle) -> Option<Stamp> {
    let files = bundle.files().map(|file| {
        let meta = fs::metadata(file).ok()?;
        // A directory's own size says nothing; its bytes were counted.
        let size = if meta.is_dir() {
            bundle.bytes
        } else {
            meta.len()
        };
        Some((size, meta.mtime(), meta.mtime_nsec(), meta.ino()))
    });
    files.collect()
}

/// How long ago the youngest file was written, by the file system's clock.
fn age(bundle: &Bundle) -> Duration {
    let now = SystemTime::now();
    let age = |file: &PathBuf| {
        let meta = fs::metadata(file).ok().filter(|meta| !meta.is_dir())?;
        now.duration_since(meta.modified().ok()?).ok()
    };
    bundle
        .files()
        .map(|file| age(file).unwrap_or_default())
        .min()
        .unwrap_or_default()
}

/// Whether a name says that the upload goes on: that of a file, or of one beside it.
fn is_coming(bundle: &Bundle) -> bool {
    bundle.files().any(|file| {
        let beside = |end: &str| {
            let mut name = file.clone().into_os_string();
            name.push(end);
            Path::new(&name).exists()
        };
        is_incomplete(file) || INCOMPLETE.iter().any(|end| beside(end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::find;

    fn look(watch: &mut Watch, root: &Path, now: Instant) -> Vec<String> {
        let found = find(
            &[root.to_owned()],
            &mut std::io::empty(),
            Path::new("/nowhere"),
        )
        .unwrap();
        let complete = watch.complete(found.bundles, now);
        let names = complete.iter().map(|bundle| {
            bundle
                .path
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        });
        names.collect()
    }

    #[test]
    fn an_upload_is_given_once_and_only_when_it_is_complete() {
        let dir = tempfile::tempdir().unwrap();
        let (root, none) = (dir.path(), Vec::<String>::new());
        let mut watch = Watch::new(Duration::from_secs(100));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        fs::write(root.join("a.zip"), "PK\u{3}\u{4}").unwrap();
        assert_eq!(look(&mut watch, root, at(0)), none);
        fs::write(root.join("a.zip"), "PK\u{3}\u{4} more").unwrap();
        assert_eq!(look(&mut watch, root, at(90)), none);
        assert_eq!(look(&mut watch, root, at(110)), none, "it changed 20 s ago");
        fs::write(root.join("a.zip.part"), "").unwrap();
        assert_eq!(
            look(&mut watch, root, at(250)),
            none,
            "a file beside it says that it goes on"
        );
        fs::remove_file(root.join("a.zip.part")).unwrap();
        assert_eq!(look(&mut watch, root, at(251)), ["a.zip"]);
        assert_eq!(look(&mut watch, root, at(400)), none, "once");
        fs::write(root.join("a.zip"), "PK\u{3}\u{4} and more").unwrap();
        assert_eq!(look(&mut watch, root, at(401)), none);
        assert_eq!(look(&mut watch, root, at(502)), ["a.zip"], "it grew");
    }

    #[test]
    fn what_was_renamed_into_place_long_ago_is_taken_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zip");
        let file = fs::File::create(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(3600))
            .unwrap();
        let mut watch = Watch::new(Duration::from_secs(100));
        assert_eq!(look(&mut watch, dir.path(), Instant::now()), ["a.zip"]);
    }
}
