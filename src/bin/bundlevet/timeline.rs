//! `bundlevet timeline INPUT...`.

use std::io;

use bundlevet::report::{self, TextOptions};

use super::database::DatabaseArgs;
use super::outcome::{Done, Outcome};
use super::reading::ReadingArgs;
use super::terminal;

/// What mattered, merged over all nodes and ordered by time: starts, first and last hits, changes of state.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  bundlevet timeline bundle.zip\n  bundlevet timeline bundle.zip --format json\n  bundlevet timeline n1.tar.gz n2.tar.gz n3.tar.gz | less"
)]
pub(crate) struct Args {
    /// Form of the output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    #[command(flatten)]
    reading: ReadingArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let (database, _) = args.database.load()?;
    let scan = args.reading.scan(&database, None, false)?;
    if args.format == "json" {
        report::write_timeline_json(&scan.diagnosis, &mut io::stdout().lock())?;
        return Ok(Done::Well);
    }
    let options = TextOptions {
        width: terminal::width(),
        color: terminal::color(),
        language: terminal::language(),
        ..TextOptions::default()
    };
    report::write_timeline(&scan.diagnosis, &options, &mut io::stdout().lock())?;
    Ok(Done::Well)
}
