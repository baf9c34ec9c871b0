//! Reports into files, whole or not at all.
//!
//! A report is written into a file without a name, which is gone whenever the process is, and gets its name when it is
//! complete. File systems that have no such files (NFS, FUSE) get one with a name beside the report, which
//! [`abandon_all`] removes.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, CWD, Mode, OFlags};

/// Writes a file that a reader never sees half of; a failure leaves what was there. Links are not followed; devices and
/// pipes are written directly. A file that is replaced hands its rights on.
pub fn write_whole(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> crate::Result<()> {
    said(path, attempt(path, PUBLIC, write))
}

/// The same for what nobody else may read; a file that is there already gives way to one with these rights.
pub fn write_private(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> crate::Result<()> {
    said(path, attempt(path, PRIVATE, write))
}

/// For a process that is about to end: lets a report that is being put in its place get there, removes those that are
/// not complete, and lets no more begin.
pub fn abandon_all() {
    let unfinished = unfinished();
    for path in &*unfinished {
        let _ = fs::remove_file(path);
    }
    std::mem::forget(unfinished);
}

/// Names of files that are being written. Held while names change.
static UNFINISHED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn unfinished() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Rights of a new file, before the umask.
const PUBLIC: u32 = 0o666;
const PRIVATE: u32 = 0o600;

/// How long a pipe may be without a reader.
const READER: Duration = Duration::from_secs(10);

fn said(path: &Path, written: io::Result<()>) -> crate::Result<()> {
    written.map_err(|error| crate::Error::Report {
        path: path.to_owned(),
        because: error.to_string(),
    })
}

fn attempt(
    path: &Path,
    mode: u32,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    let there = fs::symlink_metadata(path).ok();
    if let Some(there) = &there {
        refuse(there)?;
        if !there.is_file() {
            let mut out = open_special(path)?;
            write(&mut out)?;
            return out.flush();
        }
    }
    let draft = Draft::beside(path, mode)?;
    if let Some(there) = there.filter(|_| mode == PUBLIC) {
        let rights = Permissions::from_mode(there.permissions().mode() & 0o777);
        draft.file.set_permissions(rights)?;
    }
    let mut out = BufWriter::new(&draft.file);
    write(&mut out).and_then(|()| out.flush())?;
    drop(out);
    draft.file.sync_all()?;
    draft.name(path)?;
    sync_directory(path);
    Ok(())
}

/// What a report cannot be written to.
fn refuse(there: &Metadata) -> io::Result<()> {
    let kind = there.file_type();
    let why = if kind.is_symlink() {
        "it is a symbolic link; give the path that it points to"
    } else if kind.is_dir() {
        "it is a directory; give a file in it"
    } else if kind.is_block_device() || kind.is_socket() {
        "it is a disk or a socket; give a file"
    } else {
        return Ok(());
    };
    Err(io::Error::other(why))
}

/// Opens a pipe or a character device. A pipe that nobody reads would be waited for without end.
fn open_special(path: &Path) -> io::Result<File> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let deadline = Instant::now() + READER;
    let file = loop {
        match rustix::fs::open(path, flags | OFlags::CLOEXEC, Mode::empty()) {
            Ok(file) => break File::from(file),
            Err(rustix::io::Errno::NXIO) if Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(rustix::io::Errno::NXIO) => {
                return Err(io::Error::other("nobody reads from this pipe"));
            }
            Err(error) => return Err(error.into()),
        }
    };
    // Another file may have taken its place.
    if file.metadata()?.is_file() {
        return Err(io::Error::other("it changed while it was opened"));
    }
    let flags = rustix::fs::fcntl_getfl(&file)?;
    rustix::fs::fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
    Ok(file)
}

/// A file that is not complete yet; dropped, it is gone.
struct Draft {
    file: File,
    /// Where the file system has no files without names.
    temporary: Option<PathBuf>,
}

impl Draft {
    /// A new file in the directory of `path`; an existing one is never opened.
    fn beside(path: &Path, mode: u32) -> io::Result<Draft> {
        if path.file_name().is_none() {
            return Err(io::Error::other("it names no file"));
        }
        let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
        let nameless = Path::new(DESCRIPTORS)
            .is_dir()
            .then(|| rustix::fs::open(folder(path), flags, Mode::from_raw_mode(mode)).ok())
            .flatten();
        if let Some(file) = nameless {
            return Ok(Draft {
                file: file.into(),
                temporary: None,
            });
        }
        let mut unfinished = unfinished();
        let (temporary, file) = free_name(path, |temporary| {
            let mut options = OpenOptions::new();
            options.write(true).create_new(true).mode(mode);
            options.open(temporary)
        })?;
        unfinished.insert(temporary.clone());
        Ok(Draft {
            file,
            temporary: Some(temporary),
        })
    }

    /// Gives the complete file its name, in place of what had it before.
    fn name(mut self, path: &Path) -> io::Result<()> {
        let mut unfinished = unfinished();
        let temporary = match self.temporary.take() {
            Some(temporary) => {
                unfinished.remove(&temporary);
                temporary
            }
            None => match self.link(path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    free_name(path, |temporary| self.link(temporary))?.0
                }
                linked => return linked,
            },
        };
        fs::rename(&temporary, path).inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })
    }

    fn link(&self, path: &Path) -> io::Result<()> {
        let own = format!("{DESCRIPTORS}/{}", self.file.as_raw_fd());
        Ok(rustix::fs::linkat(
            CWD,
            own,
            CWD,
            path,
            AtFlags::SYMLINK_FOLLOW,
        )?)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(temporary) = self.temporary.take() {
            let mut unfinished = unfinished();
            let _ = fs::remove_file(&temporary);
            unfinished.remove(&temporary);
        }
    }
}

/// Where a process finds its open files.
const DESCRIPTORS: &str = "/proc/self/fd";

/// The directory of a file.
fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Makes a new name outlast a power cut. File systems that cannot do this have no better way to offer.
fn sync_directory(path: &Path) {
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
}

/// Makes something under a name of its own in the directory of `path`.
fn free_name<T>(path: &Path, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(PathBuf, T)> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut last = io::Error::other("no free name for a temporary file");
    for attempt in 0..16 {
        let process = std::process::id();
        let temporary = path.with_file_name(format!(".{name}.{process}-{attempt}.tmp"));
        match make(&temporary) {
            Ok(made) => return Ok((temporary, made)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// What a file of this name is going to be, and the number of the process that writes it: the reverse of [`free_name`].
pub(crate) fn draft_of(name: &str) -> Option<(&str, u32)> {
    let name = name.strip_prefix('.')?.strip_suffix(".tmp")?;
    let (name, by) = name.rsplit_once('.')?;
    let (process, attempt) = by.split_once('-')?;
    attempt.parse::<u8>().ok()?;
    Some((name, process.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_failure_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        write_whole(&path, |out| out.write_all(b"old")).unwrap();
        let failed = write_whole(&path, |out| {
            out.write_all(b"ne").and(Err(io::Error::other("full")))
        });
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).unwrap(), b"old");
        write_whole(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(names(dir.path()), ["report.json"]);
    }

    #[test]
    fn where_no_file_can_be_without_a_name_the_named_one_goes_too() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        let named = || {
            let (temporary, file) = free_name(&path, |path| File::create_new(path)).unwrap();
            unfinished().insert(temporary.clone());
            Draft {
                file,
                temporary: Some(temporary),
            }
        };
        drop(named());
        assert_eq!(names(dir.path()), [""; 0]);
        let draft = named();
        let meant = Some(("report.json", std::process::id()));
        assert_eq!(draft_of(&names(dir.path())[0]), meant);
        (&draft.file).write_all(b"all").unwrap();
        draft.name(&path).unwrap();
        assert_eq!(names(dir.path()), ["report.json"]);
        assert!(!unfinished().iter().any(|one| one.starts_with(dir.path())));
    }

    #[test]
    fn another_name_of_a_file_keeps_its_bytes_and_rights_are_handed_on() {
        let dir = tempfile::tempdir().unwrap();
        let (path, other) = (dir.path().join("report.json"), dir.path().join("other"));
        fs::write(&other, "kept").unwrap();
        fs::set_permissions(&other, Permissions::from_mode(0o640)).unwrap();
        fs::hard_link(&other, &path).unwrap();
        write_whole(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"kept");
        assert_eq!(fs::read(&path).unwrap(), b"new");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn what_is_private_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("names.tsv");
        fs::write(&path, "old").unwrap();
        write_private(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(write_private(&link, |out| out.write_all(b"x")).is_err());
    }

    #[test]
    fn links_and_directories_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("target"), dir.path().join("link"));
        fs::write(&target, "kept").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let said = |path: &Path| {
            write_whole(path, |out| out.write_all(b"x"))
                .unwrap_err()
                .to_string()
        };
        assert!(said(&link).contains("symbolic link"));
        assert!(said(dir.path()).contains("directory"));
        assert!(said(&dir.path().join("absent/report.json")).contains("No such file"));
        assert_eq!(fs::read(&target).unwrap(), b"kept");
    }
}
