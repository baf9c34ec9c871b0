//! `bundlevet batch INPUT... --output DIR`.

mod figures;
mod logging;
pub(crate) mod one;
mod place;
mod signals;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bundlevet::batch::{
    self, BatchOptions, Bundle, ChildLimits, Found, Journal, Shard, Summary, Watch, summary,
};
use bundlevet::limits::Limits;
use bundlevet::report::{Format, write_whole};
use bundlevet::signature::Severity;

use super::database::DatabaseArgs;
use super::failure::Failure;
use super::limits;
use super::outcome::{Done, Outcome, is_quiet, say};
use super::reading::size;
use super::scan::{formats, severities};
use super::terminal;
use figures::Figures;
use logging::LogArgs;
use place::Place;
use signals::Signals;

/// Diagnose many bundles into a directory, unattended.
///
/// Each bundle is read by a process of its own, so that one that crashes, hangs or exhausts its memory is recorded as
/// failed and the run goes on. Started again, it finishes the rest; unchanged bundles are not read twice.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Bundles, directories to search, patterns, @FILE or - for a list of those
    #[arg(value_name = "INPUT", required_unless_present_any = ["summary_only", "watch"])]
    inputs: Vec<PathBuf>,
    /// Directory for results.ndjson, the reports and the summary, made if need be; or a URL
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Directory that holds results on their way to a URL; by default a temporary one
    #[arg(long, value_name = "DIR")]
    staging: Option<PathBuf>,
    /// Write reports in this form too, besides JSON; repeatable
    #[arg(long = "format", value_name = "FORMAT", value_parser = formats())]
    formats: Vec<Format>,
    /// Write findings, evidence and inventory as Parquet tables too (in builds with the feature `parquet`)
    #[arg(long)]
    parquet: bool,
    /// Go on for ever: pick up new bundles in this directory once they are complete; repeatable
    #[arg(long, value_name = "DIR")]
    watch: Vec<PathBuf>,
    /// How often a watched directory is looked at, and how long a bundle must not have changed
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = time)]
    settle: Duration,
    /// Only this share of the bundles (2/8: the second of eight; 1+1/8, too, for an index from 0)
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Bundles read side by side, and threads of a big one; 0: one per core
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
    /// Memory of one bundle's process
    #[arg(long, value_name = "SIZE", default_value = "2G", value_parser = size)]
    memory: u64,
    /// Time that one bundle may take (90s, 30m, 2h)
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = time)]
    timeout: Duration,
    /// Stored size from which a bundle gets all cores to itself
    #[arg(long, value_name = "SIZE", default_value = "128M", value_parser = size)]
    big: u64,
    /// End with exit code 1 if any bundle has a finding of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    fail_on: Option<Severity>,
    /// End with exit code 1 if anything in any bundle could not be read
    #[arg(long)]
    strict: bool,
    /// Bundles without a diagnosis do not make the exit code 2
    #[arg(long)]
    failed_ok: bool,
    /// Read everything again, finished or not
    #[arg(long)]
    again: bool,
    /// Read again what failed before
    #[arg(long)]
    retry_failed: bool,
    /// Read nothing; write the summary of what is in the directory (of all shares)
    #[arg(long, conflicts_with_all = ["inputs", "again", "retry_failed", "shard"])]
    summary_only: bool,
    /// Write figures for monitoring to this file, as OpenMetrics text
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    #[command(flatten)]
    log: LogArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

const EXAMPLES: &str = "\
Examples:
  bundlevet batch /srv/uploads --output /srv/results          every bundle below a directory
  bundlevet batch @today.txt -o results --format html         a list, and HTML beside JSON
  find /srv -name '*.zip' -print0 | bundlevet batch - -o results
  bundlevet batch /srv/uploads -o results --shard 2/8         the second of eight shares
  bundlevet batch --watch /srv/uploads -o /srv/results        new uploads, for ever
  bundlevet batch s3://uploads/2026/ -o s3://results/         buckets, in builds with the feature `remote`
  bundlevet batch -o results --summary-only                   the summary of all shares

Exit codes: that of the worst bundle. 0 done; 1 findings at or above --fail-on, or --strict and something unread;
2 a bundle without a diagnosis (--failed-ok: not counted), or the run could not be made; 130, 143 ended by a signal,
to be started again.";

pub(crate) fn run(args: &Args) -> Outcome {
    args.log.start(is_quiet());
    let place = Place::new(args)?;
    if args.summary_only {
        let summary = summarize(args, &place)?;
        place.finish(true)?;
        shown(&summary)?;
        return Ok(Done::Well);
    }
    let signals = Signals::new()?;
    args.database.load()?;
    let options = options(args, &place)?;
    let found = find(&place, &args.inputs)?;
    for input in &found.without {
        say(&format!("no bundle in {input}"));
    }
    if found.bundles.is_empty() && args.watch.is_empty() {
        return Err(Failure::Said("no bundle was found in any input".to_owned()));
    }
    let journal = Journal::open(&place.directory, args.shard)?;
    let mut runner = Runner {
        args,
        place: &place,
        options: &options,
        signals: &signals,
        journal,
    };
    let (done, summary) = runner.round(&found.bundles)?;
    if !args.watch.is_empty() {
        runner.watch()?;
    }
    if let Some(number) = signals.caught() {
        tracing::warn!(
            signal = number,
            "stopped; start it again to finish the rest"
        );
        return Ok(Done::Signal(number));
    }
    shown(&summary)?;
    Ok(verdict(args, &done))
}

fn find(place: &Place, inputs: &[PathBuf]) -> Result<Found, Failure> {
    batch::find(inputs, &mut io::stdin().lock(), &place.directory)
        .map_err(|error| Failure::Said(format!("failed to read the inputs: {error}")))
}

/// What stays the same between the rounds of a watch.
struct Runner<'a> {
    args: &'a Args,
    place: &'a Place,
    options: &'a BatchOptions,
    signals: &'a Signals,
    journal: Journal,
}

impl Runner<'_> {
    /// Runs the bundles once, and writes the summary and the figures.
    fn round(&mut self, bundles: &[Bundle]) -> Result<(batch::Done, Summary), Failure> {
        let Runner { args, options, .. } = *self;
        let started = Instant::now();
        let (run, output) = (self.journal.run().number, place::spelled(args));
        tracing::info!(
            bundles = bundles.len(),
            run,
            jobs = options.jobs,
            output,
            "started"
        );
        let signals = self.signals;
        let stopped = || signals.caught().is_some();
        let figures = Figures::new(args.metrics.as_deref(), options, bundles);
        let progress = |record: &batch::Record| figures.add(record);
        let done = batch::run(&mut self.journal, bundles, options, &stopped, &progress)?;
        let seconds = started.elapsed().as_secs_f64();
        let unchanged = done.bundles - done.read;
        tracing::info!(read = done.read, unchanged, seconds, "ended");
        if !stopped() {
            self.journal.finish()?;
        }
        let summary = summarize(args, self.place)?;
        figures.finish(&summary, &done)?;
        self.place.finish(false)?;
        Ok((done, summary))
    }

    /// Picks up bundles until a signal comes. Each time that there are any is a run of its own.
    fn watch(&mut self) -> Result<(), Failure> {
        const GLANCE: Duration = Duration::from_millis(100);
        let settle = self.args.settle;
        let mut watch = Watch::new(settle);
        while self.signals.caught().is_none() {
            let found = find(self.place, &self.args.watch)?;
            let complete = watch.complete(found.bundles, Instant::now());
            if !complete.is_empty() {
                self.journal.next_run()?;
                self.round(&complete)?;
            }
            let next = Instant::now() + settle;
            while self.signals.caught().is_none() && Instant::now() < next {
                std::thread::sleep(GLANCE.min(settle));
            }
        }
        Ok(())
    }
}

fn options(args: &Args, place: &Place) -> Result<BatchOptions, Failure> {
    if args.parquet && !cfg!(feature = "parquet") {
        let how = "cargo install bundlevet --features parquet";
        let said = format!("this build writes no Parquet; one with the feature does: {how}");
        return Err(Failure::Said(said));
    }
    let program = std::env::current_exe()
        .map_err(|error| Failure::Said(format!("failed to find this program: {error}")))?;
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    // A child has the limits of this process.
    let default = Limits::default();
    let mut arguments = vec!["batch-one".to_owned()];
    for limit in bundlevet::limits::ALL {
        let value = limit.of(limits::get());
        if value != limit.of(&default) {
            arguments.push(format!("--limit={}={value}", limit.name));
        }
    }
    let formats: BTreeSet<Format> = args.formats.iter().copied().collect();
    Ok(BatchOptions {
        output: place.directory.clone(),
        #[cfg(feature = "remote")]
        publish: place.publish.clone(),
        program: (program, arguments),
        formats: formats
            .into_iter()
            .filter(|format| *format != Format::Json)
            .collect(),
        parquet: args.parquet,
        signatures: args.database.directories.iter().map(absolute).collect(),
        disable: args.database.disable.clone(),
        limits: ChildLimits {
            memory: args.memory,
            time: args.timeout,
        },
        jobs: if args.jobs == 0 { cores() } else { args.jobs },
        big: args.big,
        shard: args.shard,
        again: args.again,
        retry_failed: args.retry_failed,
    })
}

/// Writes the summary beside the results; a share writes its own name, so that shares do not race.
fn summarize(args: &Args, place: &Place) -> Result<Summary, Failure> {
    let summary = summary::summarize(&place.directory)?;
    let of = args
        .shard
        .map(|shard| format!("-{}", shard.label()))
        .unwrap_or_default();
    let path = |extension: &str| place.directory.join(format!("summary{of}.{extension}"));
    write_whole(&path("json"), |out| summary::write_json(&summary, out))?;
    write_whole(&path("html"), |out| {
        summary::write_html(&summary, terminal::language(), out)
    })?;
    write_whole(&path("txt"), |out| {
        summary::write_table(&summary, 120, terminal::language(), out)
    })?;
    Ok(summary)
}

fn shown(summary: &Summary) -> Result<(), Failure> {
    let out = &mut io::stdout().lock();
    summary::write_table(summary, terminal::width(), terminal::language(), out)?;
    Ok(out.flush()?)
}

/// What the worst bundle of the run comes to, as `scan` would say it.
fn verdict(args: &Args, done: &batch::Done) -> Done {
    let failed = done.failed > 0;
    let reached = |least: Severity| done.severity.is_some_and(|worst| worst >= least);
    let found = args.fail_on.is_some_and(reached) || args.strict && (failed || done.incomplete > 0);
    if failed && !args.failed_ok {
        Done::Unreadable
    } else if found {
        Done::Found
    } else {
        Done::Well
    }
}

/// `90s`, `30m`, `2h`; a bare number counts seconds.
fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let factor = match unit {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("`{unit}` is no unit of time; write 90s, 30m or 2h")),
    };
    let number: f64 = digits
        .parse()
        .map_err(|_| "write 90s, 30m or 2h".to_owned())?;
    Duration::try_from_secs_f64(number * factor)
        .ok()
        .filter(|time| !time.is_zero())
        .ok_or_else(|| "no time that could be waited".to_owned())
}

#[cfg(test)]
mod tests {
    use super::time;
    use std::time::Duration;

    #[test]
    fn times() {
        assert_eq!(time("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(time("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(time("250ms"), Ok(Duration::from_millis(250)));
        assert!(
            ["", "0", "-1s", "5d", "1e300h"]
                .iter()
                .all(|text| time(text).is_err())
        );
    }
}
