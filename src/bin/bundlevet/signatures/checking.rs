//! `bundlevet signatures check` and `test`.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use bundlevet::report::neutral;
use bundlevet::signature::check::{self, BenignLine, CheckOptions, CheckReport};
use bundlevet::trial;

use crate::failure::Failure;
use crate::outcome::{Done, Outcome};

#[derive(clap::Args)]
pub(crate) struct CheckArgs {
    /// A directory of signatures, or one file; without it the shipped ones are checked
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Lines that mean nothing (component TAB line TAB source), on which no signature may fire; repeatable
    #[arg(long, value_name = "FILE")]
    benign: Vec<PathBuf>,
}

#[derive(clap::Args)]
pub(crate) struct TestArgs {
    /// A directory of signatures, or one file
    #[arg(value_name = "DIR")]
    directory: PathBuf,
}

pub(crate) fn check(args: &CheckArgs) -> Outcome {
    let mut benign = Vec::new();
    for path in &args.benign {
        let text = std::fs::read(path).map_err(|error| {
            Failure::Said(format!("failed to read {}: {error}", path.display()))
        })?;
        benign.extend(BenignLine::parse_all(&String::from_utf8_lossy(&text)));
    }
    let options = CheckOptions {
        benign,
        run_case: Some(&trial::run_case),
    };
    let report = match &args.directory {
        Some(directory) => check::check(present(directory)?, &options),
        None => check::check_shipped(&options),
    };
    print(&report)
}

pub(crate) fn test(args: &TestArgs) -> Outcome {
    print(&check::test(
        present(&args.directory)?,
        &CheckOptions {
            run_case: Some(&trial::run_case),
            ..CheckOptions::default()
        },
    ))
}

fn present(path: &Path) -> Result<&Path, Failure> {
    if path.exists() {
        return Ok(path);
    }
    Err(Failure::Said(format!(
        "failed to read {}: there is no such directory or file",
        path.display()
    )))
}

/// All problems, then a sum; exit code 1 where one is more than a warning.
fn print(report: &CheckReport) -> Outcome {
    let mut out = BufWriter::new(io::stdout().lock());
    for problem in &report.problems {
        writeln!(out, "{}", neutral(&problem.to_string()))?;
    }
    let errors = report
        .problems
        .iter()
        .filter(|problem| !problem.code.is_warning())
        .count();
    let warnings = report.problems.len() - errors;
    writeln!(
        out,
        "{} signatures, {} tests, {} variations; {errors} errors, {warnings} warnings",
        report.signatures, report.tests, report.mutations,
    )?;
    for (language, number) in &report.translated {
        writeln!(
            out,
            "{language}: {number} of {} translated",
            report.signatures
        )?;
    }
    if report.not_run > 0 {
        writeln!(
            out,
            "{} tests were read and not run: they are small bundles",
            report.not_run
        )?;
    }
    out.flush()?;
    Ok(if report.failed() {
        Done::Found
    } else {
        Done::Well
    })
}
