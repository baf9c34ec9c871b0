//! Other programs that look for patterns in the same bytes, as far as they are installed.

use std::process::{Command, Stdio};

use crate::measure::Run;

/// Looks for expressions in a tree with hotsos' engine; prints how many lines matched.
const SEARCHKIT: &str = "
import os, sys
from searchkit import FileSearcher, SearchDef
patterns, tree = sys.argv[1:]
searcher = FileSearcher()
definitions = [SearchDef('.*' + line.rstrip('\\n'), tag=str(n)) for n, line in enumerate(open(patterns))]
for folder, _, files in os.walk(tree):
    for name in files:
        for definition in definitions:
            searcher.add(definition, os.path.join(folder, name))
print(len(searcher.run()))
";

fn works(program: &str, arguments: &[&str]) -> bool {
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// The Python that has searchkit: `BUNDLEVET_PYTHON`, else `python3`.
fn python() -> String {
    std::env::var("BUNDLEVET_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// `unzip -p ARCHIVE | rg -a -c -f PATTERNS`.
pub(crate) fn unzip_rg(archive: &str, patterns: &str) -> Result<Run, String> {
    if !works("rg", &["--version"]) || !works("unzip", &["-v"]) {
        return Err("rg or unzip is not installed (apt install ripgrep unzip)".to_owned());
    }
    let line = format!("unzip -p '{archive}' | rg -a -c -f '{patterns}'");
    Ok(Run::new(&["sh", "-c", &line]))
}

/// `rg -z -a -c -f PATTERNS ARCHIVE`.
pub(crate) fn rg_z(archive: &str, patterns: &str) -> Result<Run, String> {
    if !works("rg", &["--version"]) {
        return Err("rg is not installed (apt install ripgrep)".to_owned());
    }
    Ok(Run::new(&["rg", "-z", "-a", "-c", "-f", patterns, archive]))
}

/// hotsos' engine on a tree.
pub(crate) fn searchkit(tree: &str, patterns: &str) -> Result<Run, String> {
    let python = python();
    if !works(&python, &["-c", "import searchkit"]) {
        return Err(
            "searchkit is not installed (pip install searchkit; BUNDLEVET_PYTHON names the Python)"
                .to_owned(),
        );
    }
    Ok(Run::new(&[&python, "-c", SEARCHKIT, patterns, tree]))
}
