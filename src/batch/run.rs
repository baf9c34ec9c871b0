//! Bundles into results: what is finished is left alone, the rest is diagnosed, small ones side by side, a big one
//! across all cores. The threads here start children and wait for them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
#[cfg(feature = "remote")]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use jiff::Timestamp;

use super::child::{self, ChildLimits, NoOutcome, Task};
use super::find::Bundle;
use super::journal::Journal;
use super::leftover;
use super::name::{Given, Names};
use super::one::{PARQUET, extension};
#[cfg(feature = "remote")]
use super::publish::Publish;
use super::record::{Outcome, Record, SCHEMA, Status};
use super::shard::{PathKey, Shard};
use crate::bundle::{Identity, as_url};
use crate::error::{Error, Result};
use crate::report::Format;
use crate::signature::{self, Severity};

/// How a run works.
#[derive(Debug, Clone)]
pub struct BatchOptions {
    /// Where results go; made if need be.
    pub output: PathBuf,
    /// The program that diagnoses one bundle, and its arguments before the bundle's path.
    pub program: (PathBuf, Vec<String>),
    /// Forms of reports besides JSON.
    pub formats: Vec<Format>,
    /// Whether tables are written too; needs the feature.
    pub parquet: bool,
    /// Directories of signatures.
    pub signatures: Vec<PathBuf>,
    /// Ids of signatures to do without.
    pub disable: Vec<String>,
    /// What one bundle may cost.
    pub limits: ChildLimits,
    /// Bundles diagnosed side by side, and threads of a big one.
    pub jobs: usize,
    /// Bytes as stored from which a bundle is big.
    pub big: u64,
    /// The share of the bundles that this run is for.
    pub shard: Option<Shard>,
    /// Diagnose everything, finished or not.
    pub again: bool,
    /// Diagnose what failed before, besides what is new or changed.
    pub retry_failed: bool,
    /// A store that results go to; the output directory holds them until they are there.
    #[cfg(feature = "remote")]
    pub publish: Option<Arc<Publish>>,
}

/// What a run came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Bundles of this run, diagnosed now or earlier; those that were reached, where the run was stopped.
    pub bundles: usize,
    /// How many of them were diagnosed now, and not in an earlier run.
    pub read: usize,
    /// How many of them have no diagnosis.
    pub failed: usize,
    /// In how many of the others something could not be read.
    pub incomplete: usize,
    /// The worst severity of any of them.
    pub severity: Option<Severity>,
    /// Whether the run was stopped before its end.
    pub stopped: bool,
}

impl Done {
    fn add(&mut self, status: Status, severity: Option<Severity>, problems: u64) {
        self.bundles += 1;
        self.failed += usize::from(status != Status::Done);
        self.incomplete += usize::from(status == Status::Done && problems > 0);
        self.severity = self.severity.max(severity);
    }
}

/// What an earlier run knows of a bundle: as much as decides whether it is read again. Thousands are held.
struct Known {
    name: Given,
    digest: PathKey,
    /// Whether the signatures, the program and the forms of reports are those of this run.
    same: bool,
    status: Status,
    /// Whether there is a diagnosis.
    result: bool,
    error: Option<PathKey>,
    severity: Option<Severity>,
    problems: u64,
}

/// Diagnoses what is not finished of `bundles`. `stopped` is asked often; when it says so, children are ended and
/// nothing is written about them. `progress` sees every line as soon as it stands.
pub fn run(
    journal: &mut Journal,
    bundles: &[Bundle],
    options: &BatchOptions,
    stopped: &(dyn Fn() -> bool + Sync),
    progress: &(dyn Fn(&Record) + Sync),
) -> Result<Done> {
    let output = options
        .output
        .canonicalize()
        .map_err(|error| Error::Report {
            path: options.output.clone(),
            because: error.to_string(),
        })?;
    let mut formats: Vec<String> = options
        .formats
        .iter()
        .map(|format| format.word().to_owned())
        .collect();
    if options.parquet {
        formats.push(PARQUET.to_owned());
    }
    formats.sort();
    formats.dedup();
    let database = signature::digest(&options.signatures, &options.disable);
    let (mut taken, mut latest) = (BTreeSet::new(), BTreeMap::new());
    journal.each(&mut |record| {
        taken.insert(PathKey::of(&record.name));
        let same = record.database == database
            && record.tool == env!("CARGO_PKG_VERSION")
            && formats.iter().all(|form| record.formats.contains(form));
        let known = Known {
            name: Given::of(&record.path, &record.name),
            same,
            severity: record.severity(),
            digest: PathKey::of(record.digest),
            status: record.outcome.status,
            result: record.result.is_some(),
            error: record.outcome.error.map(PathKey::of),
            problems: record.outcome.problems,
        };
        latest.insert(PathKey::of(record.path), known);
    })?;
    let names = Names::of(
        bundles.iter().map(Bundle::spelled),
        |path| latest.get(&PathKey::of(path)).map(|known| &known.name),
        taken,
    );
    let work = Work {
        options,
        output,
        database,
        formats,
        names,
        latest,
        run: journal.run().number,
        state: Mutex::new(State {
            journal,
            done: Done::default(),
            broken: None,
        }),
        stopped,
        progress,
    };
    let mine = |bundle: &&Bundle| {
        options
            .shard
            .is_none_or(|shard| shard.holds(&bundle.spelled()))
    };
    leftover::of_bundles(&work.output, || {
        let mine = bundles.iter().filter(mine);
        mine.map(|bundle| work.names.get(&bundle.spelled()))
    });
    let (mut big, small): (Vec<_>, Vec<_>) = bundles
        .iter()
        .filter(mine)
        .partition(|bundle| bundle.bytes >= options.big);
    big.sort_by_key(|bundle| std::cmp::Reverse(bundle.bytes));
    work.all(big.into(), 1, options.jobs);
    work.all(small.into(), options.jobs, 1);
    let State { done, broken, .. } = work
        .state
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = broken {
        return Err(error);
    }
    Ok(Done {
        stopped: stopped(),
        ..done
    })
}

/// The diagnosis of the bundle of this name, relative to the output directory.
fn result(name: &str) -> String {
    format!("{name}.{}", extension(Format::Json))
}

struct Work<'a> {
    options: &'a BatchOptions,
    output: PathBuf,
    database: String,
    formats: Vec<String>,
    names: Names,
    latest: BTreeMap<PathKey, Known>,
    run: u64,
    state: Mutex<State<'a>>,
    stopped: &'a (dyn Fn() -> bool + Sync),
    progress: &'a (dyn Fn(&Record) + Sync),
}

struct State<'a> {
    journal: &'a mut Journal,
    done: Done,
    /// Why the run cannot go on.
    broken: Option<Error>,
}

impl<'a> Work<'a> {
    /// Every change under the lock is whole when it panics, so a poisoned lock still holds good data.
    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        (self.stopped)() || self.state().broken.is_some()
    }

    /// Runs bundles, `side_by_side` at a time, each with so many threads.
    fn all(&self, bundles: VecDeque<&Bundle>, side_by_side: usize, threads: usize) {
        let workers = side_by_side.clamp(1, bundles.len().max(1));
        let queue = Mutex::new(bundles);
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while !self.is_over() {
                        let next = queue
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .pop_front();
                        let Some(bundle) = next else { break };
                        if let Err(error) = self.one(bundle, threads.max(1)) {
                            self.state().broken.get_or_insert(error);
                        }
                    }
                });
            }
        });
    }

    fn one(&self, bundle: &Bundle, threads: usize) -> Result<()> {
        let path = bundle.spelled();
        let path = path.as_ref();
        let name = self.names.get(path);
        let identity = match &bundle.unreadable {
            Some(because) => Err(because.clone()),
            None => Identity::of(&bundle.path).map_err(|error| error.to_string()),
        };
        let (bytes, digest) = match &identity {
            Ok(identity) => (identity.bytes, identity.digest.clone()),
            Err(_) => (bundle.bytes, String::new()),
        };
        if let Some(earlier) = self.latest.get(&PathKey::of(path))
            && self.is_finished(earlier, &name, &digest, identity.as_ref().err())
        {
            tracing::debug!(path, "unchanged");
            let (severity, problems) = (earlier.severity, earlier.problems);
            self.state().done.add(earlier.status, severity, problems);
            return Ok(());
        }
        let started = Instant::now();
        tracing::debug!(path, bytes, threads, "reading");
        let outcome = match identity {
            Err(because) => Outcome::failed(Status::Unreadable, because),
            Ok(_) => match self.child(bundle, &name, threads) {
                Ok(outcome) => outcome,
                Err(NoOutcome::Stopped) => return Ok(()),
                Err(NoOutcome::Broken(because)) => {
                    let path = PathBuf::from(path);
                    return Err(Error::Input { path, because });
                }
            },
        };
        let diagnosed = outcome.verdict.is_some();
        if !diagnosed {
            self.remove_reports(&name);
        }
        self.add(Record {
            schema: SCHEMA.to_owned(),
            path: path.to_owned(),
            result: diagnosed.then(|| result(&name)),
            name,
            outcome,
            bytes,
            digest,
            database: self.database.clone(),
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            formats: self.formats.clone(),
            run: 0,
            finished_at: Timestamp::now(),
            seconds: (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        })
    }

    fn child(&self, bundle: &Bundle, name: &str, threads: usize) -> Result<Outcome, NoOutcome> {
        let options = self.options;
        let task = Task {
            parent: i32::try_from(std::process::id()).unwrap_or(0),
            url: as_url(&bundle.path).map(str::to_owned),
            name: name.to_owned(),
            formats: self.formats.clone(),
            threads,
            memory: options.limits.memory,
            signatures: options.signatures.clone(),
            disable: options.disable.clone(),
        };
        let spelled = bundle.spelled();
        let argument = match &task.url {
            Some(_) => Path::new(spelled.as_ref()),
            None => &bundle.path,
        };
        let (program, arguments) = &options.program;
        let is_over = || self.is_over();
        child::run(
            program,
            arguments,
            argument,
            &self.output,
            &task,
            options.limits,
            &is_over,
        )
    }

    /// Whether an earlier line still says everything about the bundle.
    fn is_finished(
        &self,
        earlier: &Known,
        name: &str,
        digest: &str,
        unreadable: Option<&String>,
    ) -> bool {
        let same = earlier.same && earlier.digest == PathKey::of(digest);
        let there = || self.holds(&result(name));
        let good = match earlier.status {
            Status::Done => earlier.result && there(),
            _ => !self.options.retry_failed && (!earlier.result || there()),
        };
        // What cannot even be looked at has no digest; the same reason again is nothing new.
        let same_reason =
            unreadable.is_none_or(|because| earlier.error == Some(PathKey::of(because)));
        !self.options.again && same && good && same_reason
    }

    /// Whether a report is where results go.
    fn holds(&self, file: &str) -> bool {
        #[cfg(feature = "remote")]
        if let Some(publish) = &self.options.publish {
            return publish.holds(file);
        }
        self.output.join(file).is_file()
    }

    /// Reports of what the bundle was before it changed.
    fn remove_reports(&self, name: &str) {
        for format in Format::ALL {
            let _ = fs::remove_file(self.output.join(format!("{name}.{}", extension(*format))));
        }
        for table in fs::read_dir(self.output.join(PARQUET))
            .into_iter()
            .flatten()
            .flatten()
        {
            let _ = fs::remove_file(table.path().join(format!("{name}.parquet")));
        }
    }

    fn add(&self, mut record: Record) -> Result<()> {
        record.run = self.run;
        #[cfg(feature = "remote")]
        if let Some(publish) = &self.options.publish {
            publish.reports(&record.name)?;
            publish.line(&record)?;
        }
        let mut state = self.state();
        state.journal.append(&record)?;
        state.done.read += 1;
        let outcome = &record.outcome;
        let severity = record.severity();
        state.done.add(outcome.status, severity, outcome.problems);
        let (path, seconds) = (record.path.as_str(), record.seconds);
        if outcome.status == Status::Done {
            let verdict = outcome.verdict.as_deref().unwrap_or_default();
            let cause = outcome.causes.first().map(|cause| cause.signature.as_str());
            tracing::info!(path, seconds, verdict, cause, "diagnosed");
        } else {
            let error = outcome.error.as_deref().unwrap_or_default();
            tracing::warn!(
                path,
                seconds,
                status = outcome.status.word(),
                error,
                "failed"
            );
        }
        drop(state);
        (self.progress)(&record);
        #[cfg(feature = "remote")]
        if let Some(publish) = &self.options.publish {
            publish.journal()?;
        }
        Ok(())
    }
}
