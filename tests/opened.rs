//! Reports opened by the programs that people and pipelines open them with. `.ci/tools` installs those; where one is
//! absent a test says so and is skipped, unless `BUNDLEVET_REQUIRE_ALL=1`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A program that `.ci/tools` installs.
fn tool(path: &str) -> Option<PathBuf> {
    let tools = std::env::var_os("BUNDLEVET_TOOLS");
    let tools = tools.map_or_else(|| root().join("target/tools"), PathBuf::from);
    let path = tools.join(path);
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_some();
    assert!(
        !required,
        "{} is not installed; run .ci/tools",
        path.display()
    );
    println!(
        "skipped: {} is not installed; run .ci/tools",
        path.display()
    );
    None
}

/// Every fixture bundle as a report of this format, in files.
fn reports(format: &str, into: &Path) -> Vec<PathBuf> {
    let mut bundles: Vec<PathBuf> = std::fs::read_dir(root().join("fixtures/bundles"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    bundles.sort();
    assert!(bundles.len() > 5);
    let written = bundles.iter().map(|bundle| {
        let name = bundle.file_name().unwrap().to_str().unwrap();
        let report = into.join(format!("{name}.{format}"));
        let status = Command::new(env!("CARGO_BIN_EXE_bundlevet"))
            .args(["scan", bundle.to_str().unwrap(), "-o"])
            .arg(format!("{format}={}", report.display()))
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{name}");
        report
    });
    written.collect()
}

#[test]
#[ignore = "needs .ci/tools"]
fn the_sarif_validator_finds_no_errors() {
    let here = "npm/node_modules/@microsoft/sarif-multitool-linux";
    let Some(validator) = tool(&format!("{here}/Sarif.Multitool")) else {
        return;
    };
    let schema = validator.with_file_name("sarif-2.1.0.json");
    let dir = tempfile::tempdir().unwrap();
    for report in reports("sarif", dir.path()) {
        let output = Command::new(&validator)
            .env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1")
            .arg("validate")
            .arg(&report)
            .arg("-j")
            .arg(&schema)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{}: {said}", report.display());
        assert!(said.contains("Analysis completed successfully"), "{said}");
        assert!(!said.contains(": error "), "{said}");
    }
}

#[test]
#[ignore = "needs .ci/tools"]
fn a_junit_parser_reads_every_report() {
    let Some(python) = tool("python/bin/python") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let reports = reports("junit", dir.path());
    let output = Command::new(python)
        .arg("-c")
        .arg(
            "import sys\n\
             from junitparser import JUnitXml\n\
             for path in sys.argv[1:]:\n\
             \x20   report = JUnitXml.fromfile(path)\n\
             \x20   print(path.rsplit('/', 1)[1], sum(len(suite) for suite in report), report.failures)\n",
        )
        .args(&reports)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(said.lines().count(), reports.len(), "{said}");
    for line in said.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let quiet = words[0].starts_with("quiet-");
        assert_eq!(quiet, words[2] == "0", "{line}");
    }
}
