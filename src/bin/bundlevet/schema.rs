//! `bundlevet schema`.

use std::io::{self, Write};

use super::outcome::{Done, Outcome};

/// The JSON Schema (draft 2020-12) of `--format json`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  bundlevet schema > diagnosis.v1.json\n  bundlevet schema preflight > preflight.v1.json\n  bundlevet schema diff > diff.v1.json"
)]
pub(crate) struct Args {
    /// Which report
    #[arg(value_name = "REPORT", default_value = "diagnosis", value_parser = ["diagnosis", "preflight", "diff"])]
    report: String,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let schema = match args.report.as_str() {
        "preflight" => bundlevet::report::PREFLIGHT_SCHEMA,
        "diff" => bundlevet::report::DIFF_SCHEMA,
        _ => bundlevet::report::SCHEMA,
    };
    io::stdout().lock().write_all(schema.as_bytes())?;
    Ok(Done::Well)
}
