//! `bundlevet schema`.

use std::io::{self, Write};

use super::outcome::{Done, Outcome};

/// The JSON Schema (draft 2020-12) of `--format json`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  bundlevet schema > diagnosis.v1.json")]
pub(crate) struct Args {}

pub(crate) fn run(_: &Args) -> Outcome {
    io::stdout()
        .lock()
        .write_all(bundlevet::report::SCHEMA.as_bytes())?;
    Ok(Done::Well)
}
