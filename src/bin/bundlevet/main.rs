//! The command line: parses, calls the library, prints, exits.

mod batch;
mod cli;
mod config;
mod database;
mod diff;
mod explain;
mod failure;
mod grep;
mod inventory;
mod local;
mod manual;
mod outcome;
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
use outcome::Outcome;

fn main() -> ExitCode {
    outcome::exit_code(run())
}

fn run() -> Outcome {
    let Configured { matches, source } = config::read(std::env::args_os().collect())?;
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    outcome::speak(cli.quiet, cli.verbose);
    terminal::speak(cli.lang);
    if let Some(path) = config::path(source.as_ref()) {
        outcome::note(&format!("settings from {}", path.display()));
    }
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
