//! `bundlevet explain ID`.

use std::io::{self, Write};

use bundlevet::report::{TextOptions, signature_page, write_signature};

use super::database::{self, DatabaseArgs};
use super::outcome::{Done, Outcome};
use super::terminal;

/// What a signature means, what it looks for and what to do.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  bundlevet explain kubelet/invalid-kernel-flag")]
pub(crate) struct Args {
    /// Id of a signature, as reports name it
    #[arg(value_name = "ID")]
    id: String,
    /// Write the page in Markdown, as in docs/signatures
    #[arg(long)]
    markdown: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(crate) fn run(args: &Args) -> Outcome {
    if args.markdown {
        let (database, _) = args.database.load()?;
        let page = signature_page(database::find(&database, &args.id)?);
        io::stdout().lock().write_all(page.as_bytes())?;
        return Ok(Done::Well);
    }
    print(&args.id, &args.database)
}

/// Prints one signature for people.
pub(crate) fn print(id: &str, database: &DatabaseArgs) -> Outcome {
    let (database, _) = database.load()?;
    let signature = database::find(&database, id)?;
    let told = signature.in_language(terminal::language().tag());
    let signature = told.as_ref().unwrap_or(signature);
    let options = TextOptions {
        width: terminal::width(),
        color: terminal::color(),
        language: terminal::language(),
        ..TextOptions::default()
    };
    write_signature(signature, &options, &mut io::stdout().lock())?;
    Ok(Done::Well)
}
