//! One bundle into its reports: what runs in a child process, under limits that it sets for itself first.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use rustix::process::{
    Resource, Rlimit, Signal, getppid, getrlimit, set_parent_process_death_signal, setrlimit,
};

use super::child::Task;
use super::record::{Outcome, Status};
use crate::error::{Error, Result};
use crate::limits::Limits;
use crate::pipeline::{self, ScanOptions};
use crate::report::{self, Format, TextOptions};
use crate::signature::Database;

/// The part of the memory limit that nested archives may hold.
const NESTED_SHARE: u64 = 8;

/// Diagnoses the bundle at `path` and writes its reports below the current directory, then tells the parent on `out`.
/// Comes after [`enter`]; `limits` are those of the parent.
pub fn diagnose_one(
    path: &Path,
    task: &Task,
    database: &Arc<Database>,
    text: &TextOptions,
    limits: &Limits,
    out: &mut dyn Write,
) -> Result<()> {
    let mut outcome = match diagnose(path, task, database, text, limits) {
        Ok(outcome) => outcome,
        Err(Error::Input { because, .. }) => Outcome::failed(Status::Unreadable, because),
        Err(error) => return Err(error),
    };
    outcome.peak_memory = peak_memory();
    let failed = |error: std::io::Error| Error::Report {
        path: "-".into(),
        because: error.to_string(),
    };
    serde_json::to_writer(&mut *out, &outcome).map_err(|error| failed(error.into()))?;
    out.flush().map_err(failed)
}

/// Limits this process to what the task allows, for good, and ties it to its parent.
pub fn enter(task: &Task) -> Result<()> {
    limit(task).map_err(|error| Error::Usage(format!("set the limits of a child process: {error}")))
}

/// Data (heap, stacks, anonymous maps) rather than address space: allocators reserve addresses that they never use.
fn limit(task: &Task) -> rustix::io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // The parent may have gone before the signal was asked for.
    if getppid().is_some_and(|parent| parent.as_raw_nonzero().get() != task.parent) {
        return Err(rustix::io::Errno::SRCH);
    }
    let most = |resource, bytes: u64| {
        // Whoever started the run may have set a lower limit, which cannot be raised.
        let bytes = getrlimit(resource)
            .maximum
            .map_or(bytes, |most| most.min(bytes));
        let both = Rlimit {
            current: Some(bytes),
            maximum: Some(bytes),
        };
        setrlimit(resource, both)
    };
    most(Resource::Core, 0)?;
    most(Resource::Data, task.memory)
}

fn diagnose(
    path: &Path,
    task: &Task,
    database: &Arc<Database>,
    text: &TextOptions,
    limits: &Limits,
) -> Result<Outcome> {
    let mut options = ScanOptions {
        threads: task.threads,
        surroundings: task.formats.iter().any(|word| word == Format::Html.word()),
        ..ScanOptions::within(limits)
    };
    let share = task.memory / NESTED_SHARE;
    let open = &mut options.open.limits;
    open.nested_memory = open.nested_memory.min(share);
    open.dictionary = open.dictionary.min(share);
    let path = task.url.as_ref().map_or(path, Path::new);
    let scan = pipeline::scan(&[path.to_owned()], database, &options)?;
    let formats = task
        .formats
        .iter()
        .filter_map(|word| Format::from_word(word));
    for format in [Format::Json].into_iter().chain(formats) {
        let file = format!("{}.{}", task.name, extension(format));
        report::write_whole(Path::new(&file), |out| {
            report::write(format, &scan.diagnosis, text, out)
        })?;
    }
    #[cfg(feature = "parquet")]
    if task.formats.iter().any(|word| word == PARQUET) {
        let bundle = super::record::spelled(path);
        let directory = Path::new(PARQUET);
        super::parquet::write(
            directory,
            &task.name,
            &bundle,
            &scan.evidence,
            &scan.diagnosis,
        )?;
    }
    Ok(Outcome::from(&scan.diagnosis))
}

/// The word for Parquet among the forms of a record, and the folder of its tables.
pub const PARQUET: &str = "parquet";

/// What follows the name of a bundle in the name of its report.
pub fn extension(format: Format) -> String {
    match format.word() {
        "text" => "diagnosis.txt".to_owned(),
        "markdown" => "diagnosis.md".to_owned(),
        "junit" => "diagnosis.junit.xml".to_owned(),
        word => format!("diagnosis.{word}"),
    }
}

/// The most memory this process had at once, by the system's own count.
pub(super) fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}
