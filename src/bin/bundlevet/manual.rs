//! `bundlevet completions` and `bundlevet man`: what packages install beside the binary.

use std::io::{self, Write};
use std::path::PathBuf;

use bundlevet::report::write_whole;
use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::cli::Cli;
use super::failure::Failure;
use super::outcome::{Done, Outcome};

/// Print the completions of a shell.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  bundlevet completions bash > /usr/share/bash-completion/completions/bundlevet
  bundlevet completions zsh > \"${fpath[1]}/_bundlevet\"
  bundlevet completions fish > ~/.config/fish/completions/bundlevet.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Print the manual page, or write the pages of all commands.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  bundlevet man | man -l -\n  bundlevet man --dir /usr/share/man/man1"
)]
pub(crate) struct ManArgs {
    /// Write one page per command into this directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(crate) fn completions(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "bundlevet", &mut script);
    io::stdout().lock().write_all(&script)?;
    Ok(Done::Well)
}

pub(crate) fn man(args: &ManArgs) -> Outcome {
    let mut command = Cli::command();
    command.build();
    match &args.dir {
        None => io::stdout().lock().write_all(&page(&command)?)?,
        Some(dir) => {
            if !dir.is_dir() {
                return Err(Failure::Said(format!(
                    "--dir {}: not a directory",
                    dir.display()
                )));
            }
            pages(&command, "bundlevet", dir)?;
        }
    }
    Ok(Done::Well)
}

fn pages(command: &Command, name: &str, dir: &std::path::Path) -> Result<(), Failure> {
    let text = page(&command.clone().name(name.to_owned()))?;
    write_whole(&dir.join(format!("{name}.1")), |out| out.write_all(&text))?;
    for inner in command
        .get_subcommands()
        .filter(|inner| !inner.is_hide_set())
    {
        if inner.get_name() != "help" {
            pages(inner, &format!("{name}-{}", inner.get_name()), dir)?;
        }
    }
    Ok(())
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    Ok(out)
}
