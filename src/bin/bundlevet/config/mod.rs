//! `bundlevet.toml` into defaults of the command line, and `bundlevet config`, which prints them.
//!
//! A key is the long name of an option. At the top of the file it holds for every command that has the option; in a
//! section (`[scan]`, `[signatures.check]`) for that command. Of a value that not all of them take it holds for those that
//! do. What stands on the command line wins.

mod file;
mod setting;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{ArgMatches, CommandFactory};

use crate::cli::Cli;
use crate::failure::Failure;
use crate::outcome::{Done, Outcome, is_quiet, note, say};
use crate::plugin;
use file::Source;

/// Print the settings that bundlevet.toml makes, and where it was found.
#[derive(clap::Args)]
#[command(after_help = "\
Looked up, first found: --config FILE, $BUNDLEVET_CONFIG, ./bundlevet.toml,
$XDG_CONFIG_HOME/bundlevet/bundlevet.toml (~/.config/bundlevet/bundlevet.toml), /etc/bundlevet/bundlevet.toml.
One in the current directory is named on standard error, and may not set what is written where (output, out, map,
metrics) nor a key: it may have come with a bundle.

Example of such a file:
  threads = 8                        # for every command that has --threads
  format = \"html\"                    # for every command that writes HTML
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

/// Says which file is used: always of one that lay in the current directory, else where notes are wanted.
pub(crate) fn tell(source: Option<&Source>) {
    let Some(source) = source else { return };
    let said = format!("settings from {}", source.path.display());
    if source.found_here && !is_quiet() {
        say(&said);
    } else {
        note(&said);
    }
}
