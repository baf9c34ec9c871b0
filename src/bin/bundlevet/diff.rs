//! `bundlevet diff A B`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bundlevet::evidence::Progress;
use bundlevet::pipeline::{self, Scan, ScanOptions};
use bundlevet::rank::{Comparison, Diagnosis, compare};
use bundlevet::report::{self, Language, TextOptions, write_whole};
use bundlevet::signature::{Database, Severity};

use super::database::DatabaseArgs;
use super::failure::Failure;
use super::outcome::{Done, Outcome};
use super::outputs;
use super::progress::Shown;
use super::reading::scan_options;
use super::scan::severities;
use super::terminal;

/// Say what changed between two bundles of one cluster: what is new, gone, worse or better.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// The earlier bundle
    #[arg(value_name = "A")]
    before: PathBuf,
    /// The later bundle
    #[arg(value_name = "B")]
    after: PathBuf,
    /// Form of the report
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json", "html"])]
    format: String,
    /// Write the report to a file instead of standard output
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
    /// Name unchanged findings, too, in text
    #[arg(long)]
    all: bool,
    /// End with exit code 1 if something of this severity or worse is new or became worse
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    fail_on: Option<Severity>,
    /// Worker threads; 0: one per core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
    #[command(flatten)]
    database: DatabaseArgs,
}

const EXAMPLES: &str = "\
Examples:
  bundlevet diff monday.zip tuesday.zip
  bundlevet diff before.zip after.zip --fail-on high        did the upgrade break something?
  bundlevet diff a.zip b.zip --format html -o changes.html

Exit codes: 0 done; 1 something at or above --fail-on is new or worse; 2 a bundle could not be read.";

pub(crate) fn run(args: &Args) -> Outcome {
    outputs::apart([&args.before, &args.after], &args.output)?;
    let (database, _) = args.database.load()?;
    let before = scan(&args.before, &database, args.threads)?;
    let after = scan(&args.after, &database, args.threads)?;
    // Programs read English; people read their language.
    let language = match args.format.as_str() {
        "json" => Language::English,
        _ => terminal::language(),
    };
    let tell = |diagnosis: Diagnosis| match language {
        Language::English => diagnosis,
        language => diagnosis.in_language(language.tag()),
    };
    let (first, second) = (tell(before.diagnosis), tell(after.diagnosis));
    let comparison = compare((&first, &before.evidence), (&second, &after.evidence));
    let in_file = args.output.is_some();
    let options = TextOptions {
        width: if in_file { 100 } else { terminal::width() },
        color: !in_file && terminal::color(),
        language,
        ..TextOptions::default()
    };
    match &args.output {
        Some(path) => write_whole(path, |out| write(args, &comparison, &options, out))?,
        None => write(args, &comparison, &options, &mut io::stdout().lock())?,
    }
    let failing = args
        .fail_on
        .is_some_and(|least| comparison.worst().is_some_and(|worst| worst >= least));
    Ok(if failing { Done::Found } else { Done::Well })
}

fn scan(path: &Path, database: &Arc<Database>, threads: usize) -> Result<Scan, Failure> {
    let progress = Arc::new(Progress::default());
    let options = ScanOptions {
        threads,
        progress: Some(Arc::clone(&progress)),
        ..scan_options()
    };
    let _shown = Shown::start(&progress);
    Ok(pipeline::scan(&[path.to_owned()], database, &options)?)
}

fn write(
    args: &Args,
    comparison: &Comparison<'_>,
    options: &TextOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match args.format.as_str() {
        "json" => report::write_diff_json(comparison, out),
        "html" => report::write_diff_html(comparison, options, out),
        _ => report::write_diff_text(comparison, args.all, options, out),
    }
}
