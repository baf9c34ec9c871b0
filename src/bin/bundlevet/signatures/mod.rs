//! `bundlevet signatures ...`.

mod checking;
mod new;
mod pages;

use std::io::{self, BufWriter, Write};

use bundlevet::signature::{Database, Kind, Severity, Signature};
use clap::Subcommand;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::database::DatabaseArgs;
use crate::explain;
use crate::outcome::{Done, Outcome};

/// List, show, check and write signatures.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Name all signatures, one per line
    #[command(
        after_help = "Examples:\n  bundlevet signatures list\n  bundlevet signatures list etcd --kind cause --severity high"
    )]
    List(List),
    /// Say what a signature means, looks for and advises
    Show(Show),
    /// Say everything that is wrong with signature files: form, style, behaviour
    #[command(
        after_help = "Examples:\n  bundlevet signatures check my-signatures\n  bundlevet signatures check my-signatures --benign benign.tsv"
    )]
    Check(checking::CheckArgs),
    /// Only run the tests in signature files
    #[command(
        after_help = "Example:\n  bundlevet signatures test my-signatures/etcd/no-space.yaml"
    )]
    Test(checking::TestArgs),
    /// Write the documentation of the database: a Markdown page per signature, and an index
    #[command(
        after_help = "Examples:\n  bundlevet signatures pages docs/signatures\n  bundlevet signatures pages docs/signatures --check"
    )]
    Pages(pages::PagesArgs),
    /// Write the skeleton of a signature from log lines on standard input
    #[command(
        after_help = "Examples:\n  bundlevet show bundle.zip etcd.log:42 -C 0 | cut -c11- | bundlevet signatures new etcd/peer-lost --program etcd\n  xclip -o | bundlevet signatures new etcd/peer-lost --dir my-signatures"
    )]
    New(new::NewArgs),
}

#[derive(clap::Args)]
struct List {
    /// Only those whose id or title holds this text
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Only causes, symptoms or noise
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<Kind>,
    /// Only those of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    severity: Option<Severity>,
    #[command(flatten)]
    database: DatabaseArgs,
}

#[derive(clap::Args)]
struct Show {
    /// Id of a signature
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    database: DatabaseArgs,
}

fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.word()))
        .map(|word| Kind::from_word(&word).unwrap_or(Kind::Cause))
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    let words = Severity::ALL.iter().rev().map(|severity| severity.word());
    PossibleValuesParser::new(words)
        .map(|word| Severity::from_word(&word).unwrap_or(Severity::Info))
}

pub(crate) fn run(args: &Args) -> Outcome {
    match &args.command {
        Command::List(args) => list(args),
        Command::Show(args) => explain::print(&args.id, &args.database),
        Command::Check(args) => checking::check(args),
        Command::Test(args) => checking::test(args),
        Command::Pages(args) => pages::pages(args),
        Command::New(args) => new::new(args),
    }
}

fn list(args: &List) -> Outcome {
    let (database, _) = args.database.load()?;
    let chosen: Vec<&Signature> = choose(&database, args);
    let wide = chosen
        .iter()
        .map(|signature| signature.id.len())
        .max()
        .unwrap_or(0);
    let mut out = BufWriter::new(io::stdout().lock());
    for signature in chosen {
        writeln!(
            out,
            "{:<wide$}  {:<7}  {:<8}  {}",
            signature.id,
            signature.kind.word(),
            signature.severity.word(),
            bundlevet::report::neutral(signature.title.source()),
        )?;
    }
    out.flush()?;
    Ok(Done::Well)
}

fn choose<'a>(database: &'a Database, args: &List) -> Vec<&'a Signature> {
    let text = args.text.as_deref().unwrap_or_default().to_lowercase();
    let holds = |signature: &Signature| {
        signature.id.to_lowercase().contains(&text)
            || signature.title.source().to_lowercase().contains(&text)
    };
    let all = database.signatures.iter().map(|signature| &**signature);
    all.filter(|signature| args.kind.is_none_or(|kind| signature.kind == kind))
        .filter(|signature| {
            args.severity
                .is_none_or(|least| signature.severity >= least)
        })
        .filter(|signature| holds(signature))
        .collect()
}
