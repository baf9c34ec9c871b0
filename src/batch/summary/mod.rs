//! All results of an output directory into what they have in common: causes by frequency, by product version, by
//! directory, and what is new against the last run.

mod count;
mod html;
mod table;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use serde::Serialize;

use self::count::Counter;
use super::journal::{self, Place};
use super::record::{Record, Status};
use super::shard::PathKey;
use crate::error::{Error, Result};
use crate::report::{Language, inert, verdict_word};
use crate::signature::Severity;

pub use html::write_html;
pub use table::write_table;

/// What the bundles of an output directory have in common. Lists are ordered by frequency, causes then by severity, then
/// by name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// `bundlevet.batch-summary/v1`.
    pub schema: &'static str,
    /// Bundles, each counted by its last result.
    pub bundles: usize,
    /// Of these, read in the last run (the others were unchanged).
    pub read: usize,
    /// Bundles by status.
    pub status: BTreeMap<&'static str, usize>,
    /// Bundles by verdict.
    pub verdicts: BTreeMap<String, usize>,
    /// The worst severity of any bundle.
    pub severity: Option<String>,
    /// Causes.
    pub causes: Vec<CauseCount>,
    /// Causes that no bundle had before the last run.
    pub new: Vec<String>,
    /// Causes that no bundle has any more.
    pub gone: Vec<String>,
    /// Symptoms that no cause explains.
    pub symptoms: Vec<Count>,
    /// Versions of products.
    pub versions: Vec<VersionCount>,
    /// Directories that bundles lie in.
    pub directories: Vec<DirectoryCount>,
    /// Bundles without a diagnosis, by path.
    pub failed: Vec<Failed>,
    /// The bundles that people are shown one by one, the worst first; programs read `results.ndjson`.
    #[serde(skip)]
    pub listed: Vec<Listed>,
    /// Bytes that were read, uncompressed, in all.
    pub read_bytes: u64,
    /// The most memory that one bundle needed.
    pub peak_memory: Option<u64>,
}

/// How often something occurred.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// Id of a signature.
    pub signature: String,
    /// Bundles it occurred in.
    pub bundles: usize,
}

/// A cause over all bundles.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CauseCount {
    /// Id of the signature.
    pub signature: String,
    /// Its title in the first of the bundles.
    pub title: String,
    /// The worst severity it had.
    pub severity: String,
    /// Bundles it occurred in.
    pub bundles: usize,
    /// Bundles it is the first cause of.
    pub first: usize,
    /// Bundles it occurred in before the last run.
    pub before: usize,
    /// Whether that is none, and there were bundles before the last run.
    pub new: bool,
    /// Bundles by `product version`.
    pub versions: BTreeMap<String, usize>,
    /// Bundles by directory.
    pub directories: BTreeMap<String, usize>,
    /// Some of the bundles, by path.
    pub examples: Vec<String>,
}

/// A version of a product over all bundles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionCount {
    /// Product.
    pub product: String,
    /// Version.
    pub version: String,
    /// Bundles.
    pub bundles: usize,
    /// The causes most frequent in them.
    pub causes: Vec<Count>,
}

/// A directory over all bundles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DirectoryCount {
    /// Its path.
    pub directory: String,
    /// Bundles that lie directly in it.
    pub bundles: usize,
    /// Bundles without a diagnosis.
    pub failed: usize,
    /// The causes most frequent in them.
    pub causes: Vec<Count>,
}

/// A bundle in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The bundle.
    pub path: String,
    /// The report on it, relative to the output directory: the page where there is one.
    pub report: Option<String>,
    /// As in [`Outcome`](super::record::Outcome); a status other than done where there is no diagnosis.
    pub verdict: String,
    /// The verdict in one sentence, or why there is none.
    pub headline: String,
    /// The worst severity of what was found.
    pub severity: Option<Severity>,
}

/// A bundle without a diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failed {
    /// The bundle.
    pub path: String,
    /// Why in one word.
    pub status: Status,
    /// Why in one sentence.
    pub error: Option<String>,
}

/// Summarizes what the journals in a directory (its own, and those of shares) hold.
pub fn summarize(directory: &Path) -> Result<Summary> {
    let failed = |error: io::Error| Error::Report {
        path: directory.to_owned(),
        because: error.to_string(),
    };
    let mut lines = Lines::default();
    let mut files = Vec::new();
    for path in journal::journals(directory).map_err(failed)? {
        let run = journal::run_of(directory, &path);
        let run = run.map_or(0, |run| run.number);
        let journal =
            u32::try_from(files.len()).map_err(|error| failed(io::Error::other(error)))?;
        files.push(File::open(&path).map_err(failed)?);
        journal::each(&path, &mut |record, place| {
            lines.add(&record, Line::of(&record, journal, place, run));
        })?;
    }
    Ok(counted(&lines, &|line| {
        let file = files.get(usize::try_from(line.journal).ok()?)?;
        // A line that was there a moment ago.
        journal::at(file, line.place).ok()
    }))
}

/// Counts lines, each read once more: those before the last run, then those of now.
fn counted(lines: &Lines, read: &dyn Fn(Line) -> Option<Record>) -> Summary {
    let mut counter = Counter::default();
    for record in lines.before.values().copied().filter_map(read) {
        counter.before(&record);
    }
    for line in lines.now.values() {
        if let Some(record) = read(*line) {
            counter.add(&record, line.last_run);
        }
    }
    counter.finish()
}

/// What fuzzing reaches: every result in these bytes, and the summary of them where the last run was this one.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn summary_of(bytes: &[u8], run: u64) -> Option<(Vec<Record>, Summary)> {
    let (mut lines, mut records) = (Lines::default(), Vec::new());
    let seen = &mut |record: Record, place| {
        lines.add(&record, Line::of(&record, 0, place, run));
        records.push(record);
    };
    journal::each_in(bytes, Path::new("results.ndjson"), seen).ok()?;
    let summary = counted(&lines, &|line| {
        serde_json::from_slice(line.place.of(bytes)?).ok()
    });
    Some((records, summary))
}

/// Where the lines that count stand, by bundle: ten thousand bundles are not held in memory for their summary, not even
/// their paths.
#[derive(Default)]
struct Lines {
    now: BTreeMap<PathKey, Line>,
    /// Before the last run; the same line as now where the last run did not read the bundle.
    before: BTreeMap<PathKey, Line>,
}

#[derive(Clone, Copy)]
struct Line {
    finished_at: Timestamp,
    place: Place,
    /// Which journal it stands in.
    journal: u32,
    /// Whether it was written by the last run.
    last_run: bool,
}

impl Line {
    fn of(record: &Record, journal: u32, place: Place, last_run: u64) -> Line {
        Line {
            finished_at: record.finished_at,
            journal,
            place,
            last_run: record.run >= last_run,
        }
    }
}

impl Lines {
    /// Shares are merged by time; the order of lines in one journal is that already.
    fn add(&mut self, record: &Record, line: Line) {
        let key = PathKey::of(&record.path);
        let later = |lines: &BTreeMap<PathKey, Line>| {
            let known = lines.get(&key);
            known.is_none_or(|known| known.finished_at <= line.finished_at)
        };
        if later(&self.now) {
            self.now.insert(key, line);
        }
        if !line.last_run && later(&self.before) {
            self.before.insert(key, line);
        }
    }
}

/// `12 bundles: 11 diagnosed, 1 failed`.
fn headline(summary: &Summary, language: Language) -> String {
    let failed = summary.failed.len();
    let diagnosed = summary.bundles - failed;
    match (summary.bundles, failed) {
        (1, 0) => language.say("1 bundle: diagnosed").into_owned(),
        (1, _) => language.say("1 bundle: failed").into_owned(),
        (bundles, failed) => language.fill(
            "{n} bundles: {diagnosed} diagnosed, {failed} failed",
            &[
                ("n", &bundles),
                ("diagnosed", &diagnosed),
                ("failed", &failed),
            ],
        ),
    }
}

/// `Known cause: 3, Healthy: 1`.
fn verdicts(summary: &Summary, language: Language) -> String {
    let verdicts = summary.verdicts.iter();
    let verdicts: Vec<String> = verdicts
        .map(|(verdict, n)| format!("{}: {n}", language.say(verdict_word(verdict))))
        .collect();
    verdicts.join(", ")
}

fn read(summary: &Summary, language: Language) -> String {
    language.fill("{n} read in this run", &[("n", &summary.read)])
}

/// Writes the summary as JSON, indented by two.
pub fn write_json(summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
    inert::write_pretty(out, summary)
}
