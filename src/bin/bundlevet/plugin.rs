//! The name under which the program was started into the name that its help says: `kubectl-bundlevet` on the `PATH` is
//! what kubectl starts for `kubectl bundlevet`.

use std::ffi::OsStr;
use std::path::Path;

use clap::Command;

/// The grammar, saying `kubectl bundlevet` in usage and examples where kubectl started the program.
pub(crate) fn named(command: Command, program: Option<&OsStr>) -> Command {
    let stem = program.and_then(|program| Path::new(program).file_stem());
    if stem != Some(OsStr::new("kubectl-bundlevet")) {
        return command;
    }
    let names: Vec<String> = command
        .get_subcommands()
        .map(|inner| inner.get_name().to_owned())
        .collect();
    examples(command, &names).bin_name("kubectl bundlevet")
}

/// The examples below the help of this command, and of those below it.
fn examples(mut command: Command, names: &[String]) -> Command {
    if let Some(text) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(by_kubectl(&text, names));
    }
    command.mut_subcommands(|inner| examples(inner, names))
}

/// Only what is typed: `bundlevet scan`, but neither `bundlevet.toml` nor a sentence.
fn by_kubectl(text: &str, names: &[String]) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut pieces = text.split("bundlevet ");
    out.extend(pieces.next());
    for piece in pieces {
        let word = piece.split_whitespace().next().unwrap_or_default();
        if names.iter().any(|name| name == word) {
            out.push_str("kubectl ");
        }
        out.push_str("bundlevet ");
        out.push_str(piece);
    }
    out
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use clap::CommandFactory;

    use crate::cli::Cli;

    fn help(program: &str, path: &[&str]) -> String {
        let mut command = super::named(Cli::command(), Some(OsStr::new(program)));
        command.build();
        let mut at = &mut command;
        for name in path {
            at = at.find_subcommand_mut(name).unwrap();
        }
        at.render_help().to_string()
    }

    #[test]
    fn kubectl_reads_its_own_name() {
        let text = help("/usr/bin/kubectl-bundlevet", &[]);
        assert!(
            text.contains("Usage: kubectl bundlevet [OPTIONS] <COMMAND>"),
            "{text}"
        );
        assert!(
            text.contains("\n  kubectl bundlevet scan supportbundle.zip "),
            "{text}"
        );
        let text = help("kubectl-bundlevet.exe", &["signatures", "new"]);
        assert!(
            text.contains("Usage: kubectl bundlevet signatures new"),
            "{text}"
        );
        assert!(
            text.contains("| kubectl bundlevet signatures new etcd/peer-lost"),
            "{text}"
        );
        let text = help("kubectl-bundlevet", &["config"]);
        assert!(
            text.contains("~/.config/bundlevet/bundlevet.toml"),
            "{text}"
        );
        assert!(!text.contains("kubectl bundlevet.toml"), "{text}");
    }

    #[test]
    fn everybody_else_reads_bundlevet() {
        for program in ["bundlevet", "/usr/bin/bundlevet", "kubectl", "bv"] {
            let text = help(program, &["scan"]);
            assert!(!text.contains("kubectl bundlevet"), "{text}");
        }
    }
}
