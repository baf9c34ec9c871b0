//! The command line: parses, calls the library, prints, exits.

mod cli;
mod database;
mod explain;
mod failure;
mod grep;
mod inventory;
mod outcome;
mod output;
mod progress;
mod reading;
mod scan;
mod schema;
mod show;
mod signatures;
mod terminal;
mod timeline;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Scan(args) => scan::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Grep(args) => grep::run(&args),
        Command::Inventory(args) => inventory::run(&args),
        Command::Timeline(args) => timeline::run(&args),
        Command::Signatures(args) => signatures::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
    };
    outcome::exit_code(outcome)
}
