//! `bundlevet inventory INPUT...`.

use std::io;

use bundlevet::report::{self, TextOptions};

use super::database::DatabaseArgs;
use super::outcome::{Done, Outcome};
use super::reading::ReadingArgs;
use super::terminal;

/// What is in a bundle: products, versions, nodes, time range, coverage per node, what is missing.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  bundlevet inventory bundle.zip\n  bundlevet inventory bundle.zip --entries | grep etcd\n  bundlevet inventory bundle.zip --format json | jq '.entries[] | select(.node == \"n1\") | .path'"
)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: ReadingArgs,
    /// Form of the inventory
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Name every entry, with its whole path
    #[arg(long)]
    entries: bool,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let (database, _) = DatabaseArgs::default().load()?;
    let scan = args.reading.scan(&database, None, false)?;
    let out = &mut io::stdout().lock();
    if args.format == "json" {
        report::write_inventory_json(&scan.evidence, &scan.diagnosis, out)?;
    } else {
        let options = TextOptions {
            width: terminal::width(),
            color: terminal::color(),
            language: terminal::language(),
            ..TextOptions::default()
        };
        report::write_inventory(&scan.evidence, &scan.diagnosis, args.entries, &options, out)?;
    }
    Ok(Done::Well)
}
