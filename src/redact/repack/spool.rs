//! Bytes whose number must be known before they are written: in memory, and beyond a bound in a file without a name.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crc32fast::Hasher;
use rustix::fs::{Mode, OFlags};

/// Bytes held in memory by one spool.
const MOST_HELD: usize = 8 << 20;

/// Takes bytes, then gives them back.
pub(super) struct Spool {
    held: Vec<u8>,
    file: Option<File>,
    /// Where the file is made. It has lost its name before anything is in it.
    folder: PathBuf,
    len: u64,
}

impl Spool {
    pub(super) fn new(folder: &Path) -> Self {
        Self {
            held: Vec::new(),
            file: None,
            folder: folder.to_owned(),
            len: 0,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Hands everything on.
    pub(super) fn give(&mut self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        self.read_by(|bytes| io::copy(bytes, out).map(drop))
    }

    /// The checksum that zips want.
    pub(super) fn checksum(&mut self) -> io::Result<u32> {
        let mut sum = Sum(Hasher::new());
        self.give(&mut sum)?;
        Ok(sum.0.finalize())
    }

    /// Lets `by` read everything, from the start.
    pub(super) fn read_by(
        &mut self,
        by: impl FnOnce(&mut dyn Read) -> io::Result<()>,
    ) -> io::Result<()> {
        match &mut self.file {
            None => by(&mut self.held.as_slice()),
            Some(file) => {
                file.write_all(&self.held)?;
                self.held.clear();
                file.seek(SeekFrom::Start(0))?;
                by(&mut (&mut *file).take(self.len))?;
                file.seek(SeekFrom::End(0)).map(drop)
            }
        }
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.held.extend_from_slice(bytes);
        self.len += bytes.len() as u64;
        if self.held.len() > MOST_HELD {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(nameless(&self.folder)?),
            };
            file.write_all(&self.held)?;
            self.held.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Sum(Hasher);

impl Write for Sum {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A new file that nobody else can open; it is gone when it is closed, however that happens.
fn nameless(folder: &Path) -> io::Result<File> {
    let flags = OFlags::TMPFILE | OFlags::RDWR | OFlags::EXCL | OFlags::CLOEXEC;
    if let Ok(file) = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR) {
        return Ok(file.into());
    }
    let mut last = io::Error::other("no free name for a temporary file");
    for attempt in 0..64 {
        let path = folder.join(format!(".bundlevet-{}-{attempt}.spool", std::process::id()));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        match options.open(&path) {
            Ok(file) => {
                fs::remove_file(&path)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

/// A spool that the writer of a nested archive and its parent both hold.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Spool>>);

impl Shared {
    pub(super) fn new(folder: &Path) -> Self {
        Self(Arc::new(Mutex::new(Spool::new(folder))))
    }

    /// A lock whose holder panicked is still good: bytes were appended or not.
    pub(super) fn lock(&self) -> MutexGuard<'_, Spool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_no_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        for size in [10, MOST_HELD * 2 + 5, 0] {
            let mut spool = Spool::new(dir.path());
            let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
            for part in bytes.chunks(100_000) {
                spool.write_all(part).unwrap();
            }
            assert_eq!(spool.len(), size as u64);
            for _ in 0..2 {
                let mut out = Vec::new();
                spool.give(&mut out).unwrap();
                assert!(out == bytes);
            }
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
        }
    }
}
