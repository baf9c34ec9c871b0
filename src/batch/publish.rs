//! An output directory into a store: reports first, then the line that says that they are there.
//!
//! Objects cannot grow, so each line is an object of its own (`lines/NAME.json`) until the run ends; then all lines are
//! one `results.ndjson` again, which is sent meanwhile, too. Whoever starts next, on whatever machine, fetches both:
//! what stands in the store counts, what is left of an earlier run on this machine does not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::journal::{self, STATE};
use super::one::PARQUET;
use super::record::Record;
use super::shard::Shard;
use crate::bundle::{Remote, shown_url};
use crate::error::{Error, Result};
use crate::report::write_whole;

/// How often the journal of a run that goes on is sent whole.
const JOURNAL_EVERY: Duration = Duration::from_secs(60);

/// Where results go, besides a directory on this machine that holds them until they are there.
pub struct Publish {
    remote: Remote,
    /// As it is shown.
    url: String,
    staging: PathBuf,
    /// Whether the directory was made for this run, and goes with it.
    ours: bool,
    /// What tells this share's files from those of others; empty without shares.
    of: String,
    there: Mutex<BTreeSet<String>>,
    journal_sent: Mutex<Instant>,
    /// Holds off a second process with the same directory.
    _lock: File,
}

impl Publish {
    /// Fetches what earlier runs left at `url` into the directory `staging`, or one of its own.
    pub fn start(url: &str, staging: Option<&Path>, shard: Option<Shard>) -> Result<Publish> {
        let of = shard
            .map(|shard| format!("-{}", shard.label()))
            .unwrap_or_default();
        let attempt = || -> io::Result<Publish> {
            let remote = Remote::new(url)?;
            let there = remote.list()?.into_iter().map(|object| object.name);
            let there = Mutex::new(there.collect());
            let directory = match staging {
                Some(directory) => directory.to_owned(),
                None => own_directory()?,
            };
            fs::create_dir_all(directory.join(STATE))?;
            let lock = journal::open_lock(&directory.join(STATE).join(format!("sending{of}")))?;
            Ok(Publish {
                there,
                remote,
                url: shown_url(url),
                ours: staging.is_none(),
                staging: directory,
                of: of.clone(),
                journal_sent: Mutex::new(Instant::now()),
                _lock: lock,
            })
        };
        let publish = attempt().map_err(|error| failed(&shown_url(url), &error))?;
        let fetched = publish.fetch();
        fetched.map_err(|error| failed(&publish.url, &error))?;
        Ok(publish)
    }

    /// The directory that holds results until they are sent.
    pub fn staging(&self) -> &Path {
        &self.staging
    }

    /// Every change under the lock is whole when it panics, so a poisoned lock still holds good data.
    fn there(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.there.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn names(&self) -> BTreeSet<String> {
        self.there().clone()
    }

    /// Whether a file is in the store.
    pub(super) fn holds(&self, file: &str) -> bool {
        self.there().contains(file)
    }

    /// Journals and the numbers of runs, of all shares; lines that are in no journal yet are added to theirs.
    fn fetch(&self) -> io::Result<()> {
        for stale in journal::journals(&self.staging)? {
            fs::remove_file(stale)?;
        }
        let mut records: BTreeMap<String, Vec<Record>> = BTreeMap::new();
        for name in self.names() {
            let line = name
                .strip_prefix("lines")
                .and_then(|rest| rest.split_once('/'));
            let state = name.strip_prefix(STATE).and_then(|n| n.strip_prefix('/'));
            let is_run = state.is_some_and(|name| {
                name.starts_with("run") && name.ends_with(".json") && !name.contains('/')
            });
            if is_journal(&name) {
                let text = self.remote.get(&name)?.unwrap_or_default();
                let lines = text
                    .split(|byte| *byte == b'\n')
                    .filter_map(|line| serde_json::from_slice::<Record>(line).ok());
                records.entry(name).or_default().extend(lines);
            } else if let Some((of, _)) = line {
                let text = self.remote.get(&name)?.unwrap_or_default();
                let journal = format!("results{of}.ndjson");
                if let Ok(record) = serde_json::from_slice(&text)
                    && is_journal(&journal)
                {
                    records.entry(journal).or_default().push(record);
                }
            } else if is_run {
                let bytes = self.remote.get(&name)?.unwrap_or_default();
                write(&self.staging.join(&name), &bytes)?;
            }
        }
        for (name, mut records) in records {
            records.sort_by(|a, b| (a.finished_at, &a.path).cmp(&(b.finished_at, &b.path)));
            records.dedup_by(|a, b| a.finished_at == b.finished_at && a.path == b.path);
            let mut text = Vec::new();
            for record in records {
                serde_json::to_writer(&mut text, &record)?;
                text.push(b'\n');
            }
            write(&self.staging.join(&name), &text)?;
        }
        Ok(())
    }

    fn put(&self, name: &str, bytes: Vec<u8>) -> io::Result<()> {
        self.remote.put(name, bytes)?;
        self.there().insert(name.to_owned());
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.remote.remove(name)?;
        self.there().remove(name);
        Ok(())
    }

    /// Sends a file of the directory, if it is there.
    fn send(&self, name: &str) -> io::Result<()> {
        match fs::read(self.staging.join(name)) {
            Ok(bytes) => self.put(name, bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends the reports of a bundle, and removes them here and what an earlier state of the bundle left there.
    pub(super) fn reports(&self, name: &str) -> Result<()> {
        let attempt = || {
            let mut sent = BTreeSet::new();
            for (file, path) in self.files(name)? {
                self.put(&file, fs::read(&path)?)?;
                fs::remove_file(path)?;
                sent.insert(file);
            }
            let prefix = format!("{name}.diagnosis.");
            let table = format!("/{name}.parquet");
            for old in self.names() {
                let its =
                    old.starts_with(&prefix) || old.starts_with(PARQUET) && old.ends_with(&table);
                if its && !sent.contains(&old) {
                    self.remove(&old)?;
                }
            }
            Ok(())
        };
        attempt().map_err(|error: io::Error| failed(&self.url, &error))
    }

    /// The files of a bundle in the staging directory: names in the store, and paths.
    fn files(&self, name: &str) -> io::Result<Vec<(String, PathBuf)>> {
        let mut files = Vec::new();
        let prefix = format!("{name}.diagnosis.");
        for entry in fs::read_dir(&self.staging)? {
            let entry = entry?;
            let file = entry.file_name().to_string_lossy().into_owned();
            if file.starts_with(&prefix) {
                files.push((file, entry.path()));
            }
        }
        let tables = fs::read_dir(self.staging.join(PARQUET));
        for table in tables.into_iter().flatten() {
            let table = table?;
            let path = table.path().join(format!("{name}.parquet"));
            if path.is_file() {
                let table = table.file_name().to_string_lossy().into_owned();
                files.push((format!("{PARQUET}/{table}/{name}.parquet"), path));
            }
        }
        Ok(files)
    }

    /// Sends the line of a bundle whose reports are there.
    pub(super) fn line(&self, record: &Record) -> Result<()> {
        let name = format!("lines{}/{}.json", self.of, record.name);
        let bytes = serde_json::to_vec(record).map_err(io::Error::from);
        let sent = bytes.and_then(|bytes| self.put(&name, bytes));
        sent.map_err(|error| failed(&self.url, &error))
    }

    /// Sends the journal, if it was not sent for a while: whoever reads it need not wait for the end of the run.
    pub(super) fn journal(&self) -> Result<()> {
        {
            let mut last = self
                .journal_sent
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() < JOURNAL_EVERY {
                return Ok(());
            }
            *last = Instant::now();
        }
        let sent = self.send(&format!("results{}.ndjson", self.of));
        sent.map_err(|error| failed(&self.url, &error))
    }

    /// Sends the summary.
    pub fn summary(&self) -> Result<()> {
        let of = &self.of;
        let mut ends = ["json", "html", "txt"].into_iter();
        ends.try_for_each(|end| self.send(&format!("summary{of}.{end}")))
            .map_err(|error| failed(&self.url, &error))
    }

    /// Sends the journal, the number of the run and the summary, and removes the lines that the journal now holds.
    pub fn finish(&self) -> Result<()> {
        let of = &self.of;
        let attempt = || {
            self.send(&format!("results{of}.ndjson"))?;
            self.send(&format!("{STATE}/run{of}.json"))?;
            let lines = format!("lines{of}/");
            for name in self.names().iter().filter(|name| name.starts_with(&lines)) {
                self.remove(name)?;
            }
            Ok(())
        };
        attempt().map_err(|error: io::Error| failed(&self.url, &error))?;
        self.summary()
    }
}

impl Drop for Publish {
    fn drop(&mut self) {
        if self.ours {
            // What stays of it hurts nobody: its name is never used again.
            let _ = fs::remove_dir_all(&self.staging);
        }
    }
}

impl std::fmt::Debug for Publish {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publish")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// `results.ndjson`, or that of a share.
fn is_journal(name: &str) -> bool {
    name.starts_with("results") && name.ends_with(".ndjson") && !name.contains('/')
}

/// A directory that only this user can look into; results are the contents of bundles.
fn own_directory() -> io::Result<PathBuf> {
    let now = jiff::Timestamp::now().as_nanosecond();
    let name = format!("bundlevet-{}-{now}", std::process::id());
    let directory = std::env::temp_dir().join(name);
    DirBuilder::new().mode(0o700).create(&directory)?;
    Ok(directory)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_whole(path, |out| out.write_all(bytes)).map_err(io::Error::other)
}

fn failed(url: &str, error: &io::Error) -> Error {
    Error::Report {
        path: url.into(),
        because: error.to_string(),
    }
}
