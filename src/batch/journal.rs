//! Results into lines of `results.ndjson`, and back: the one file that says what is finished.
//!
//! A line is written whole and synchronised before the next bundle is called finished. What a killed process or a full
//! disk left of a last line is cut off when the file is opened again; the bundle it was about is read again.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::OFlags;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::record::{Record, SCHEMA};
use super::shard::Shard;
use crate::error::{Error, Result};
use crate::report::{inert, write_whole};

/// Where a run keeps what is not a result.
pub(super) const STATE: &str = ".batch";

/// The journal of one output directory, or of one share of it, held by one process at a time.
pub struct Journal {
    path: PathBuf,
    file: File,
    run_path: PathBuf,
    run: Run,
    _lock: File,
}

/// What is known of the current run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// From 1. A run that was killed goes on under its number.
    pub number: u64,
    /// When it was first started.
    pub started_at: Timestamp,
    /// Whether it came to its end.
    pub finished: bool,
}

impl Journal {
    /// Opens the journal in `directory` (made if need be) and begins a run, or takes up the one that was not finished.
    pub fn open(directory: &Path, shard: Option<Shard>) -> Result<Journal> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: io::Error| Error::Report {
                path,
                because: error.to_string(),
            }
        };
        let state = directory.join(STATE);
        fs::create_dir_all(&state)
            .and_then(|()| refuse_link(&state))
            .map_err(failed(directory))?;
        let of = shard
            .map(|shard| format!("-{}", shard.label()))
            .unwrap_or_default();
        let lock_path = state.join(format!("lock{of}"));
        let lock = open_lock(&lock_path).map_err(failed(&lock_path))?;
        let path = directory.join(format!("results{of}.ndjson"));
        let file = repaired(&path).map_err(failed(&path))?;
        let run_path = state.join(format!("run{of}.json"));
        let run = match read_run(&run_path) {
            Some(run) if !run.finished => run,
            earlier => Run {
                number: earlier.map_or(0, |run| run.number).max(last_run(&path)?) + 1,
                started_at: Timestamp::now(),
                finished: false,
            },
        };
        let journal = Journal {
            path,
            file,
            run_path,
            run,
            _lock: lock,
        };
        journal.write_run()?;
        Ok(journal)
    }

    /// The current run.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Every line that is a result, in order.
    pub fn records(&self) -> Result<Vec<Record>> {
        let mut records = Vec::new();
        self.each(&mut |record| records.push(record))?;
        Ok(records)
    }

    /// Shows every line that is a result, in order, and keeps none.
    pub(super) fn each(&self, seen: &mut dyn FnMut(Record)) -> Result<()> {
        each(&self.path, &mut |record, _| seen(record))
    }

    /// Adds a line; when this returns, it stays.
    pub fn append(&mut self, record: &Record) -> Result<()> {
        let attempt = || {
            let mut line = Vec::new();
            inert::write_line(&mut line, record)?;
            (&self.file).write_all(&line)?;
            self.file.sync_data()
        };
        attempt().map_err(|error: io::Error| Error::Report {
            path: self.path.clone(),
            because: error.to_string(),
        })
    }

    /// Says that every bundle of the run is finished.
    pub fn finish(&mut self) -> Result<()> {
        self.run.finished = true;
        self.write_run()
    }

    /// Begins the next run.
    pub fn next_run(&mut self) -> Result<()> {
        self.run = Run {
            number: self.run.number + 1,
            started_at: Timestamp::now(),
            finished: false,
        };
        self.write_run()
    }

    fn write_run(&self) -> Result<()> {
        write_whole(&self.run_path, |out| inert::write_line(out, &self.run))
    }
}

/// Whoever can write into the directory must not choose another for what is written here.
fn refuse_link(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(io::Error::other(
            "a symbolic link stands where a directory belongs",
        ));
    }
    Ok(())
}

/// Opens a file that is kept between runs, made if need be: itself, not what a link names, and no pipe or device.
fn kept(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = match options.create(true).custom_flags(flags).open(path) {
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            return Err(io::Error::other(
                "a symbolic link stands where a file belongs",
            ));
        }
        opened => opened?,
    };
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok(file)
}

/// A child that was forked and has not yet become its program holds a lock that its parent gave up: for so long it is
/// asked again.
const LOCK_TRIES: usize = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// Holds off a second process: two would give two bundles one name.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    let lock = kept(path, OpenOptions::new().truncate(false).write(true))?;
    for _ in 0..LOCK_TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            // Some network file systems have no locks.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
                return Ok(lock);
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::Error::other(
        "another bundlevet batch is writing into this directory; wait for it, give another --output, or split the work with --shard",
    ))
}

/// Opens the file for more lines, without what is left of a line that was never finished.
fn repaired(path: &Path) -> io::Result<File> {
    let mut file = kept(path, OpenOptions::new().read(true).append(true))?;
    let len = file.metadata()?.len();
    let end = whole_lines(&mut file, len)?;
    if end < len {
        tracing::warn!(path = %path.display(), bytes = len - end, "cut off a line that was never finished");
        file.set_len(end)?;
        file.sync_all()?;
    }
    Ok(file)
}

/// Where the last line feed ends.
fn whole_lines(file: &mut File, len: u64) -> io::Result<u64> {
    const BLOCK: u64 = 64 << 10;
    let mut end = len;
    while end > 0 {
        let start = end.saturating_sub(BLOCK);
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(start))?;
        (&mut *file).take(end - start).read_to_end(&mut block)?;
        if let Some(at) = memchr::memrchr(b'\n', &block) {
            return Ok(start + at as u64 + 1);
        }
        end = start;
    }
    Ok(0)
}

fn read_run(path: &Path) -> Option<Run> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The highest run of any line, where the file that counts them was lost.
fn last_run(path: &Path) -> Result<u64> {
    let mut last = 0;
    each(path, &mut |record, _| last = last.max(record.run))?;
    Ok(last)
}

/// Where a line stands in a journal, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    start: u64,
    length: u32,
}

impl Place {
    /// What stands there.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(super) fn of(self, bytes: &[u8]) -> Option<&[u8]> {
        let start = usize::try_from(self.start).ok()?;
        let length = usize::try_from(self.length).ok()?;
        bytes.get(start..start.checked_add(length)?)
    }
}

/// The result that stands there.
pub(super) fn at(file: &File, place: Place) -> io::Result<Record> {
    let length = usize::try_from(place.length).map_err(io::Error::other)?;
    let mut line = vec![0; length];
    file.read_exact_at(&mut line, place.start)?;
    Ok(serde_json::from_slice(&line)?)
}

/// Shows every result in a file, and where it stands; what is no result (a line of a later version, or a hand that
/// slipped) is left out and said.
pub(super) fn each(path: &Path, seen: &mut dyn FnMut(Record, Place)) -> Result<()> {
    let read = File::open(path).and_then(|file| each_in(BufReader::new(file), path, seen));
    read.map_err(|error| Error::Report {
        path: path.to_owned(),
        because: error.to_string(),
    })
}

/// A line that is longer is no result: those of bundles are some kilobytes long.
const LONGEST: u32 = 16 << 20;

/// [`each`], of bytes that are said to stand in `path`.
pub(super) fn each_in(
    mut lines: impl BufRead,
    path: &Path,
    seen: &mut dyn FnMut(Record, Place),
) -> io::Result<()> {
    let (mut line, mut start) = (Vec::new(), 0);
    for number in 1u64.. {
        line.clear();
        let most = u64::from(LONGEST) + 1;
        let length = (&mut lines).take(most).read_until(b'\n', &mut line)?;
        let Ok(length @ 1..=LONGEST) = u32::try_from(length) else {
            if length == 0 {
                break;
            }
            tracing::warn!(path = %path.display(), line = number, "too long for a result");
            start += length as u64;
            if line.last() != Some(&b'\n') {
                start += lines.skip_until(b'\n')? as u64;
            }
            continue;
        };
        let place = Place { start, length };
        start += u64::from(length);
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        match serde_json::from_slice::<Record>(&line) {
            Ok(record) if record.schema == SCHEMA => seen(record, place),
            Ok(_) => {
                tracing::warn!(path = %path.display(), line = number, "not a line of this version")
            }
            Err(error) => {
                tracing::warn!(path = %path.display(), line = number, %error, "not a result");
            }
        }
    }
    Ok(())
}

/// The journals in a directory: its own and those of shares, by name.
pub(super) fn journals(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if name.starts_with("results") && name.ends_with(".ndjson") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// The run that the journal at `path` is at.
pub(super) fn run_of(directory: &Path, path: &Path) -> Option<Run> {
    let name = path.file_stem()?.to_str()?;
    let of = name.strip_prefix("results")?;
    read_run(&directory.join(STATE).join(format!("run{of}.json")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::record::{Outcome, Status};

    fn record(path: &str, run: u64) -> Record {
        Record {
            schema: SCHEMA.into(),
            path: path.into(),
            name: "a".into(),
            result: None,
            outcome: Outcome::failed(Status::Timeout, "slow"),
            bytes: 1,
            digest: "zip-0".into(),
            database: "0".into(),
            tool: "0".into(),
            formats: Vec::new(),
            run,
            finished_at: Timestamp::UNIX_EPOCH,
            seconds: 0.5,
        }
    }

    #[test]
    fn whatever_is_left_of_a_torn_line_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(dir.path(), None).unwrap();
        journal.append(&record("/a", 1)).unwrap();
        journal.append(&record("/b", 1)).unwrap();
        drop(journal);
        let path = dir.path().join("results.ndjson");
        let whole = fs::read(&path).unwrap();
        let first = memchr::memchr(b'\n', &whole).unwrap() + 1;
        for cut in first..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut journal = Journal::open(dir.path(), None).unwrap();
            assert_eq!(journal.records().unwrap(), [record("/a", 1)], "{cut}");
            journal.append(&record("/b", 1)).unwrap();
            assert_eq!(journal.records().unwrap().len(), 2);
            assert_eq!(fs::read(&path).unwrap(), whole);
        }
    }

    #[test]
    fn a_run_that_was_not_finished_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let run = || Journal::open(dir.path(), None).unwrap().run().number;
        assert_eq!((run(), run()), (1, 1));
        Journal::open(dir.path(), None).unwrap().finish().unwrap();
        assert_eq!((run(), run()), (2, 2));
    }

    #[test]
    fn a_second_process_is_held_off_but_not_another_share() {
        let dir = tempfile::tempdir().unwrap();
        let _first = Journal::open(dir.path(), None).unwrap();
        let said = Journal::open(dir.path(), None).err().unwrap().to_string();
        assert!(said.contains("another bundlevet batch"), "{said}");
        assert!(Journal::open(dir.path(), "1/2".parse().ok()).is_ok());
    }

    #[test]
    fn an_endless_line_is_left_out_and_not_held() {
        let record = serde_json::to_string(&record("/a", 1)).unwrap();
        let endless = io::repeat(b'x').take(u64::from(LONGEST) * 3);
        let rest = format!("\n{record}\n");
        let lines = BufReader::new(endless.chain(rest.as_bytes()));
        let mut found = Vec::new();
        let seen = &mut |record: Record, place: Place| found.push((record.path, place));
        each_in(lines, Path::new("results.ndjson"), seen).unwrap();
        let start = u64::from(LONGEST) * 3 + 1;
        let length = record.len() as u32 + 1;
        assert_eq!(found, [("/a".to_owned(), Place { start, length })]);
    }

    #[test]
    fn strange_lines_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(dir.path(), None).unwrap();
        fs::write(dir.path().join("results.ndjson"), "{}\nnonsense\n\n\u{0}\n").unwrap();
        journal.append(&record("/a", 1)).unwrap();
        assert_eq!(journal.records().unwrap().len(), 1);
    }
}
