//! `bundlevet redact INPUT --out FILE`.

use std::io::{self, Write};
use std::path::PathBuf;

use bundlevet::pipeline::{self, RedactOptions};
use bundlevet::redact::{self, Key, PackOptions};
use bundlevet::report;

use super::failure::Failure;
use super::outcome::{Done, Outcome, note};
use super::outputs;
use super::reading::open_options;
use bundlevet::report::{write_private, write_whole};

/// Write a copy without secrets, addresses and names, packed the same way, that can still be diagnosed.
///
/// Secrets, IP and hardware addresses, names of hosts, domains and people become pseudonyms that are the same
/// everywhere in the copy, also in paths and in nested archives. A directory becomes a `.tar.gz`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// A bundle, a directory or a log file
    #[arg(value_name = "INPUT")]
    input: PathBuf,
    /// Where the copy goes
    #[arg(long, short, visible_alias = "output", value_name = "FILE")]
    out: PathBuf,
    /// Write what stood where into this file (readable by you alone; no secrets in it)
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    key: KeyArgs,
    /// Compression level of the copy, 0 to 9
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u32).range(0..=9))]
    level: u32,
    /// Form of the report on standard output
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"])]
    format: String,
    /// Name every entry in which something was replaced
    #[arg(long)]
    entries: bool,
    /// End with exit code 1 if anything could not be read, or was left out
    #[arg(long)]
    strict: bool,
    /// Worker threads of the first pass; 0: one per core
    #[arg(long, value_name = "N", default_value_t = 0)]
    threads: usize,
}

const EXAMPLES: &str = "\
Examples:
  bundlevet redact supportbundle.zip --out redacted.zip
  bundlevet redact node1.tar.gz --out redacted.tar.gz --map names.tsv     keep what stood where, for yourself
  bundlevet redact b1.zip --out r1.zip --key-file team.key                the same pseudonyms in every bundle
  bundlevet scan supportbundle.zip --redact -o json=report.json           only the report, without names

Look through the copy before you hand it on: docs/redaction.md says what is found and what is not.";

/// What pseudonyms depend on.
#[derive(clap::Args, Debug)]
pub(crate) struct KeyArgs {
    /// Key of the pseudonyms: the same key gives the same ones; random by default
    #[arg(long, value_name = "KEY", conflicts_with = "key_file")]
    key: Option<String>,
    /// Read the key from the first line of a file
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl KeyArgs {
    /// The key that was given, or a new one.
    pub(crate) fn key(&self) -> Result<Key, Failure> {
        let text = match (&self.key, &self.key_file) {
            (Some(key), _) => Some(key.clone()),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Failure::Said(format!(
                        "failed to read the key {}: {error}",
                        path.display()
                    ))
                })?;
                Some(text.lines().next().unwrap_or_default().trim().to_owned())
            }
            (None, None) => None,
        };
        match text {
            Some(text) if text.is_empty() => Err(Failure::Said(
                "the key is empty; write at least 16 random characters".to_owned(),
            )),
            Some(text) => Ok(Key::from_text(&text)),
            None => Key::random().map_err(|error| {
                Failure::Said(format!(
                    "failed to make a random key: {error}; give one with --key-file"
                ))
            }),
        }
    }
}

pub(crate) fn run(args: &Args) -> Outcome {
    outputs::apart([&args.input], [&args.out].into_iter().chain(&args.map))?;
    outputs::outside(&args.input, &args.out)?;
    let options = RedactOptions {
        open: open_options(None),
        threads: args.threads,
        key: args.key.key()?,
        pack: PackOptions {
            level: args.level,
            mapping: args.map.is_some(),
            scratch: redact::folder_of(&args.out),
        },
    };
    let inputs = [args.input.clone()];
    let learned = pipeline::learn(&inputs, &options.open, options.threads)?;
    note("names are learned; the copy is written");
    let mut done = None;
    write_whole(&args.out, |out| {
        let copy =
            pipeline::redact(&args.input, &learned, &options, out).map_err(io::Error::other)?;
        done = Some(copy?);
        Ok(())
    })?;
    let done = done.unwrap_or_default();
    if let Some(map) = &args.map {
        write_private(map, |out| report::write_mapping(&done, out))?;
    }
    let out = &mut io::stdout().lock();
    if args.format == "json" {
        report::write_redacted_json(&done, out)?;
    } else {
        report::write_redacted(&done, args.entries, out)?;
        writeln!(
            out,
            "\nLook through the copy before you hand it on: what nobody could know for a name is still there."
        )?;
    }
    let incomplete = !done.problems.is_empty() || !done.left_out.is_empty() || done.overflowed;
    Ok(if args.strict && incomplete {
        Done::Found
    } else {
        Done::Well
    })
}
