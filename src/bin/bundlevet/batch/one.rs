//! `bundlevet batch-one PATH`, the child process of one bundle: its task comes on standard input.

use std::io::{self, Read};
use std::path::PathBuf;

use bundlevet::batch::{self, CANNOT_WRITE, Task};
use bundlevet::report::{Language, TextOptions};

use crate::database::{self, DatabaseArgs};
use crate::failure::Failure;
use crate::limits;
use crate::outcome::{Done, Outcome, say};

/// Diagnose one bundle of a batch; started by `batch` alone.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The bundle
    path: PathBuf,
}

pub(crate) fn run(args: &Args) -> Outcome {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let task: Task = serde_json::from_str(&text)
        .map_err(|error| Failure::Said(format!("no task on standard input: {error}")))?;
    batch::enter(&task)?;
    let (database, _) = DatabaseArgs {
        directories: task.signatures.clone(),
        disable: task.disable.clone(),
    }
    .load()?;
    let text = TextOptions {
        width: 100,
        color: false,
        top: None,
        database: database::age(&database),
        language: Language::English,
    };
    match batch::diagnose_one(
        &args.path,
        &task,
        &database,
        &text,
        limits::get(),
        &mut io::stdout().lock(),
    ) {
        Ok(()) => Ok(Done::Well),
        Err(error @ bundlevet::Error::Report { .. }) => {
            say(&format!("failed to {error}"));
            Ok(Done::Other(CANNOT_WRITE))
        }
        Err(error) => Err(error.into()),
    }
}
