//! `--metrics`: the figures of a run into a file, at its end and while it goes on.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use bundlevet::batch::{self, BatchOptions, Bundle, Done, Record, RunFigures, Summary, summary};
use bundlevet::report::write_whole;
use jiff::Timestamp;

use crate::failure::Failure;

/// How often the file of a run that goes on is written; collectors look every 15 seconds or less often.
const EVERY: Duration = Duration::from_secs(10);

/// The figures of one run.
pub(super) struct Figures<'a> {
    file: Option<&'a Path>,
    directory: PathBuf,
    started: Instant,
    state: Mutex<State>,
}

struct State {
    figures: RunFigures,
    /// When the file was written last.
    written: Option<Instant>,
}

impl<'a> Figures<'a> {
    pub(super) fn new(file: Option<&'a Path>, options: &BatchOptions, bundles: &[Bundle]) -> Self {
        let mine = |bundle: &&Bundle| {
            options
                .shard
                .is_none_or(|share| share.holds(&bundle.spelled()))
        };
        Self {
            file,
            directory: options.output.clone(),
            started: Instant::now(),
            state: Mutex::new(State {
                figures: RunFigures::new(bundles.iter().filter(mine).count()),
                written: None,
            }),
        }
    }

    /// Counts a bundle, and writes the file if that is due.
    pub(super) fn add(&self, record: &Record) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.figures.add(record);
        if self.file.is_none() || state.written.is_some_and(|last| last.elapsed() < EVERY) {
            return;
        }
        let written = summary::summarize(&self.directory)
            .map_err(Failure::from)
            .and_then(|summary| self.write(&summary, &state.figures));
        // The end of the run tries again, and fails if this did not pass.
        if let Err(failure) = written {
            tracing::warn!(error = failure.message(), "no figures");
        }
        state.written = Some(Instant::now());
    }

    /// Writes the file for the last time.
    pub(super) fn finish(&self, summary: &Summary, done: &Done) -> Result<(), Failure> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.figures.stopped = done.stopped;
        state.figures.ended = Some(Timestamp::now());
        self.write(summary, &state.figures)
    }

    fn write(&self, summary: &Summary, figures: &RunFigures) -> Result<(), Failure> {
        let Some(file) = self.file else { return Ok(()) };
        let seconds = self.started.elapsed().as_secs_f64();
        write_whole(file, |out| {
            batch::write_metrics(summary, figures, seconds, Timestamp::now(), out)
        })?;
        Ok(())
    }
}
