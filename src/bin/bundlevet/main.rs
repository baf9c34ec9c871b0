//! The command line: parses, calls the library, prints, exits.

mod cli;
mod database;
mod explain;
mod failure;
mod grep;
mod outcome;
mod reading;
mod schema;
mod show;
mod signatures;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Show(args) => show::run(&args),
        Command::Grep(args) => grep::run(&args),
        Command::Signatures(args) => signatures::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
    };
    outcome::exit_code(outcome)
}
