//! The command line's grammar; each subcommand's arguments stand in its own file.

use bundlevet::report::Language;
use clap::{Parser, Subcommand};

use super::{
    batch, config, diff, explain, grep, inventory, limits, local, manual, redact, scan, schema,
    show, signatures, timeline,
};

/// Reads a Harvester, Rancher, RKE2/K3s or Longhorn support bundle and says what broke first, how it knows, and
/// what to do now.
#[derive(Parser)]
#[command(name = "bundlevet", version, propagate_version = true, after_help = EXAMPLES)]
pub(crate) struct Cli {
    /// Say nothing on standard error but errors: no progress, no notes
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = EVERY)]
    pub(crate) quiet: bool,
    /// Say on standard error what is read, with which settings, and how long it took
    #[arg(short, long, global = true, help_heading = EVERY)]
    pub(crate) verbose: bool,
    /// Language of text, Markdown and HTML: en, zh-CN [default: LC_ALL, LC_MESSAGES or LANG]
    #[arg(long, value_name = "LANG", global = true, value_parser = language, help_heading = EVERY)]
    pub(crate) lang: Option<Language>,
    /// Defaults from this file instead of bundlevet.toml
    #[arg(long, value_name = "FILE", global = true, help_heading = EVERY)]
    pub(crate) config: Option<std::path::PathBuf>,
    /// Do without bundlevet.toml
    #[arg(long, global = true, conflicts_with = "config", help_heading = EVERY)]
    pub(crate) no_config: bool,
    /// Set a limit (member-bytes=2G); repeatable; --help lists them all
    #[arg(long = "limit", value_name = "NAME=VALUE", global = true, value_parser = limits::checked, help_heading = "Limits", long_help = limits::help())]
    pub(crate) limits: Vec<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Diagnose: what broke, how we know, what to do
    Scan(scan::Args),
    /// Diagnose many bundles into a directory, unattended and resumable
    Batch(Box<batch::Args>),
    /// Diagnose one bundle of a batch, under limits
    #[command(hide = true)]
    BatchOne(batch::one::Args),
    /// Diagnose the node this runs on, while it runs
    Local(local::Args),
    /// Say what is in a bundle: versions, nodes, coverage, what is missing
    Inventory(inventory::Args),
    /// Say what happened when, over all nodes
    Timeline(timeline::Args),
    /// Read a file inside (nested) archives
    Show(show::Args),
    /// Search every file of a bundle, nested archives too
    Grep(grep::Args),
    /// Say what changed between two bundles of one cluster
    Diff(diff::Args),
    /// Write a copy without secrets and names
    Redact(redact::Args),
    /// Say what a signature means and what to do about it
    Explain(explain::Args),
    /// List, show, check and write signatures
    Signatures(signatures::Args),
    /// Print the JSON Schema of a report
    Schema(schema::Args),
    /// Print the settings of bundlevet.toml, and where it was found
    Config(config::Args),
    /// Print the completions of a shell
    Completions(manual::CompletionsArgs),
    /// Print the manual page
    Man(manual::ManArgs),
}

fn language(text: &str) -> Result<Language, String> {
    Language::from_tag(text).ok_or_else(|| {
        let tags: Vec<&str> = Language::ALL
            .iter()
            .map(|language| language.tag())
            .collect();
        format!("there are {}", tags.join(", "))
    })
}

/// Where help lists what every command takes, behind the command's own.
const EVERY: &str = "Options of every command";

const EXAMPLES: &str = "\
Examples:
  bundlevet scan supportbundle.zip                     the diagnosis, on the terminal
  bundlevet scan node1.tar.gz node2.tar.gz             one case from several collectors
  bundlevet scan bundle.zip -o json=report.json        and as JSON, in a file
  bundlevet local                                      the node this runs on
  bundlevet show bundle.zip nodes/n1.zip/n1/logs/kubelet.log:4211 -C 20
  bundlevet grep 'lost leader' bundle.zip
  bundlevet redact bundle.zip --out redacted.zip       a copy to hand on

Exit codes: 0 done; 1 findings at or above --fail-on, or --strict and something could not be read;
2 usage error, an input that could not be read at all, or a report that could not be written.";

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_grammar_is_sound() {
        super::Cli::command().debug_assert();
    }
}
