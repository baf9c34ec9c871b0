//! The command line: parses, calls the library, prints, exits.

mod batch;
mod cli;
mod config;
mod database;
mod diff;
mod ending;
mod explain;
mod failure;
mod grep;
mod inventory;
mod limits;
mod local;
mod manual;
mod outcome;
mod outputs;
mod plugin;
mod progress;
mod reading;
mod redact;
mod scan;
mod schema;
mod show;
mod signatures;
mod terminal;
mod timeline;

use std::process::ExitCode;

use clap::FromArgMatches;

use cli::{Cli, Command};
use config::Configured;
use failure::Failure;
use outcome::Outcome;

fn main() -> ExitCode {
    ending::report_panics();
    outcome::exit_code(ending::contained(run))
}

fn run() -> Outcome {
    let Configured { matches, source } = config::read(std::env::args_os().collect())?;
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    outcome::speak(cli.quiet, cli.verbose);
    terminal::speak(cli.lang);
    limits::take(&cli.limits);
    config::tell(source.as_ref());
    // A batch ends its children first.
    let heeded = match cli.command {
        Command::Batch(_) => ending::heed_faults(),
        _ => ending::heed_faults().and_then(|()| ending::heed_signals()),
    };
    heeded.map_err(|error| Failure::Said(format!("failed to start: {error}")))?;
    match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Local(args) => local::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Grep(args) => grep::run(&args),
        Command::Inventory(args) => inventory::run(&args),
        Command::Timeline(args) => timeline::run(&args),
        Command::Batch(args) => batch::run(&args),
        Command::BatchOne(args) => batch::one::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Redact(args) => redact::run(&args),
        Command::Signatures(args) => signatures::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Config(args) => config::run(&args, source.as_ref()),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::man(&args),
    }
}
