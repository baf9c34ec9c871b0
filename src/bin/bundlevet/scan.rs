//! `bundlevet scan INPUT...`.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use bundlevet::pipeline::Scan;
use bundlevet::rank::{About, Diagnosis, Verdict};
use bundlevet::report::{self, Format, TextOptions};
use bundlevet::signature::{Database, Severity};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::database::{self, DatabaseArgs};
use super::failure::Failure;
use super::outcome::{Done, Outcome};
use super::outputs;
use super::reading::ReadingArgs;
use super::terminal;

/// Diagnose: what broke, how we know, what to do. Several inputs are one case.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    reading: ReadingArgs,
    /// Form of the report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = formats())]
    format: Format,
    /// Write a report to a file as well (json=report.json); repeatable
    #[arg(short = 'o', long = "output", value_name = "FORMAT=PATH", value_parser = output)]
    outputs: Vec<(Format, PathBuf)>,
    /// End with exit code 1 if there is a finding of this severity or worse
    #[arg(long, value_name = "SEVERITY", value_parser = severities())]
    fail_on: Option<Severity>,
    /// End with exit code 1 if anything could not be read
    #[arg(long)]
    strict: bool,
    /// Show at most this many causes, and symptoms, in text
    #[arg(long, value_name = "N")]
    top: Option<usize>,
    /// Only what concerns this node, object, namespace or component (node/n2, default/web-0, upgrade)
    #[arg(long, value_name = "WHAT", value_parser = about)]
    about: Option<About>,
    /// Only say why this signature was found, or why not
    #[arg(long, value_name = "ID", conflicts_with = "format")]
    why: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
}

const EXAMPLES: &str = "\
Examples:
  bundlevet scan supportbundle.zip
  bundlevet scan n1.tar.gz n2.tar.gz n3.tar.gz        one tarball per node, one case
  bundlevet scan bundle.zip --top 1                   only the first cause
  bundlevet scan bundle.zip --about node/n2 --since 2h
  bundlevet scan bundle.zip -o json=report.json --fail-on high
  bundlevet scan bundle.zip --why etcd/space-quota-exceeded   why was it (not) found?
  bundlevet local                                     this node
  curl -s URL | bundlevet scan -

Exit codes: 0 done; 1 findings at or above --fail-on, or --strict and something unread; 2 nothing could be read.";

pub(crate) fn formats() -> impl TypedValueParser<Value = Format> {
    let words = Format::ALL.iter().map(|format| {
        let value = PossibleValue::new(format.word());
        value.aliases(format.alias())
    });
    PossibleValuesParser::new(words).map(|word| Format::from_word(&word).unwrap_or(Format::Text))
}

pub(crate) fn severities() -> impl TypedValueParser<Value = Severity> {
    let words = Severity::ALL.iter().rev().map(|severity| severity.word());
    PossibleValuesParser::new(words)
        .map(|word| Severity::from_word(&word).unwrap_or(Severity::Info))
}

fn about(text: &str) -> Result<About, String> {
    About::parse(text).ok_or_else(|| "it names nothing; write node/n2 or upgrade".to_owned())
}

pub(crate) fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (word, path) = text
        .split_once('=')
        .ok_or("write FORMAT=PATH, json=report.json")?;
    let format = Format::from_word(word).ok_or_else(|| {
        let words: Vec<&str> = Format::ALL.iter().map(|format| format.word()).collect();
        format!("no format `{word}`; there are {}", words.join(", "))
    })?;
    match path {
        "" => Err("no path after the `=`".to_owned()),
        "-" => Err(format!("standard output is `--format {word}`")),
        path => Ok((format, PathBuf::from(path))),
    }
}

impl Args {
    /// Every format that is asked for.
    fn formats(&self) -> impl Iterator<Item = Format> {
        let in_files = self.outputs.iter().map(|(format, _)| *format);
        in_files.chain([self.format])
    }
}

pub(crate) fn run(args: &Args) -> Outcome {
    let files = args.outputs.iter().map(|(_, path)| path);
    outputs::apart(args.reading.inputs(), files)?;
    let telling = Telling {
        format: args.format,
        outputs: &args.outputs,
        fail_on: args.fail_on,
        strict: args.strict,
        top: args.top,
        why: args.why.as_deref(),
        database: &args.database,
        threads: args.reading.threads(),
    };
    tell(&telling, |database| {
        // Only a page shows the lines around quotes; reading them costs.
        let page = args.formats().any(|format| format == Format::Html);
        args.reading.scan(database, args.about.clone(), page)
    })
}

/// How a diagnosis is told, whatever was read for it.
pub(crate) struct Telling<'a> {
    pub(crate) format: Format,
    pub(crate) outputs: &'a [(Format, PathBuf)],
    pub(crate) fail_on: Option<Severity>,
    pub(crate) strict: bool,
    pub(crate) top: Option<usize>,
    pub(crate) why: Option<&'a str>,
    pub(crate) database: &'a DatabaseArgs,
    /// Of the run; 0: one per core.
    pub(crate) threads: usize,
}

/// Reads with the database of this run, writes every report, and says what it came to.
pub(crate) fn tell(
    args: &Telling<'_>,
    read: impl FnOnce(&Arc<Database>) -> Result<Scan, Failure>,
) -> Outcome {
    let (database, problems) = args.database.load_on(args.threads)?;
    let why = args
        .why
        .map(|id| database::find(&database, id))
        .transpose()?;
    let Scan {
        evidence,
        diagnosis,
    } = read(&database)?;
    let text = TextOptions {
        width: terminal::width(),
        color: terminal::color(),
        language: terminal::language(),
        top: args.top,
        database: database::age(&database),
    };
    let in_file = TextOptions {
        width: 100,
        color: false,
        ..text.clone()
    };
    let mut failed = None;
    for (format, path) in args.outputs {
        let written = report::write_whole(path, |out| {
            report::write(*format, &diagnosis, &in_file, out)
        });
        // The other reports are still worth having.
        failed = failed.or(written.err());
    }
    let out = &mut io::stdout().lock();
    match why {
        Some(signature) => {
            report::write_why(&database, &evidence, &diagnosis, signature, &text, out)?
        }
        None => report::write(args.format, &diagnosis, &text, out)?,
    }
    match failed {
        Some(error) => Err(Failure::Library(error)),
        None => Ok(verdict(args, &diagnosis, !problems.is_empty())),
    }
}

fn verdict(args: &Telling<'_>, diagnosis: &Diagnosis, broken_signatures: bool) -> Done {
    let worst = diagnosis
        .causes
        .iter()
        .chain(&diagnosis.symptoms)
        .map(|finding| finding.severity)
        .max();
    let failing = args
        .fail_on
        .is_some_and(|least| worst.is_some_and(|worst| worst >= least));
    let unread = !diagnosis.problems.is_empty() || broken_signatures;
    if diagnosis.verdict == Verdict::NotExaminable {
        Done::Unreadable
    } else if failing || (args.strict && unread) {
        Done::Found
    } else {
        Done::Well
    }
}
