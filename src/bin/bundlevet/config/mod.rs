//! `bundlevet.toml` into defaults of the command line, and `bundlevet config`, which prints them.
//!
//! A key is the long name of an option. At the top of the file it holds for every command that has the option; in a
//! section (`[scan]`, `[signatures.check]`) for that command. What stands on the command line wins.

mod file;
mod setting;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{ArgMatches, CommandFactory};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::outcome::{Done, Outcome};
use crate::plugin;
use file::Source;

/// Print the settings that bundlevet.toml makes, and where it was found.
#[derive(clap::Args)]
#[command(after_help = "\
Looked up, first found: --config FILE, $BUNDLEVET_CONFIG, ./bundlevet.toml,
$XDG_CONFIG_HOME/bundlevet/bundlevet.toml (~/.config/bundlevet/bundlevet.toml), /etc/bundlevet/bundlevet.toml.

Example of such a file:
  threads = 8                        # for every command that has --threads
  signatures = [\"/etc/bundlevet/signatures\"]

  [scan]
  fail-on = \"high\"
  output = [\"json=last.json\"]")]
pub(crate) struct Args {}

/// A command line read with the defaults of the configuration file, and that file.
pub(crate) struct Configured {
    /// What clap made of it.
    pub(crate) matches: ArgMatches,
    /// The file, where there is one.
    pub(crate) source: Option<Source>,
}

/// Reads the command line. Usage errors, `--help` and `--version` end the process here, as clap does.
pub(crate) fn read(args: Vec<OsString>) -> Result<Configured, Failure> {
    let source = file::find(&args)?;
    let mut command = plugin::named(Cli::command(), args.first().map(OsString::as_os_str));
    if let Some(source) = &source {
        for setting in &source.settings {
            command = setting::apply(command, setting, &source.path)?;
        }
    }
    Ok(Configured {
        matches: command.get_matches_from(args),
        source,
    })
}

pub(crate) fn run(_: &Args, source: Option<&Source>) -> Outcome {
    let out = &mut io::stdout().lock();
    let Some(source) = source else {
        writeln!(out, "# no configuration file; looked for:")?;
        for place in file::places() {
            writeln!(out, "#   {}", place.display())?;
        }
        return Ok(Done::Well);
    };
    writeln!(out, "# {}", source.path.display())?;
    write!(out, "{}", bundlevet::report::neutral_lines(&source.text))?;
    if !source.text.ends_with('\n') {
        writeln!(out)?;
    }
    Ok(Done::Well)
}

/// The path of the file that is used, for `--verbose`.
pub(crate) fn path(source: Option<&Source>) -> Option<&PathBuf> {
    source.map(|source| &source.path)
}
