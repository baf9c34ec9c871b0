//! Reports into files, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Writes a file through a temporary one in the same directory, so that a reader never sees half a report and a
/// failure leaves what was there. Links are not followed; devices and pipes are written directly.
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

/// Rights of a new file, before the umask.
const PUBLIC: u32 = 0o666;
const PRIVATE: u32 = 0o600;

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
    match fs::symlink_metadata(path) {
        Ok(there) if there.is_symlink() => {
            return Err(io::Error::other(
                "it is a symbolic link; give the path that it points to",
            ));
        }
        Ok(there) if there.is_dir() => {
            return Err(io::Error::other("it is a directory; give a file in it"));
        }
        Ok(there) if !there.is_file() => {
            let mut out = OpenOptions::new().write(true).open(path)?;
            write(&mut out)?;
            return out.flush();
        }
        Ok(_) | Err(_) => {}
    }
    let (temporary, file) = create_beside(path, mode)?;
    let mut out = BufWriter::new(file);
    let written = write(&mut out)
        .and_then(|()| out.flush())
        .and_then(|()| out.get_ref().sync_all());
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    match renamed {
        Ok(()) => {
            sync_directory(path);
            Ok(())
        }
        Err(error) => {
            let _ = fs::remove_file(&temporary);
            Err(error)
        }
    }
}

/// Makes a new name outlast a power cut. File systems that cannot do this have no better way to offer.
fn sync_directory(path: &Path) {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}

/// A new file in the directory of `path`; an existing one is never opened.
fn create_beside(path: &Path, mode: u32) -> io::Result<(PathBuf, File)> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::other("it names no file"))?;
    let mut last = io::Error::other("no free name for a temporary file");
    for attempt in 0..16 {
        let temporary = path.with_file_name(format!(
            ".{}.{}-{attempt}.tmp",
            name.to_string_lossy(),
            std::process::id()
        ));
        match OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(&temporary)
        {
            Ok(file) => return Ok((temporary, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
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
