//! The command as users meet it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::{read, trees};

fn run(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bundlevet"))
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_copy_a_map_and_a_report() {
    let dir = tempfile::tempdir().unwrap();
    let input = trees::pack("rke2-kernel-flags", dir.path());
    let (input, out, map) = (
        input.to_str().unwrap().to_owned(),
        dir.path().join("copy.tar.gz"),
        dir.path().join("names.tsv"),
    );
    let (copy, map_path) = (out.to_str().unwrap(), map.to_str().unwrap());
    let (code, text, err) = run(&[
        "redact",
        &input,
        "--out",
        copy,
        "--map",
        map_path,
        "--key",
        "a key of many letters",
    ]);
    assert_eq!((code, err.as_str()), (0, ""), "{text}");
    assert!(
        text.contains("places replaced") && text.contains("host"),
        "{text}"
    );
    let mapping = std::fs::read_to_string(&map).unwrap();
    assert!(
        mapping
            .lines()
            .any(|line| line.starts_with("host\tcp1\thost-x")),
        "{mapping}"
    );
    assert_eq!(
        std::fs::metadata(&map).unwrap().permissions().mode() & 0o777,
        0o600
    );
    for (path, bytes) in read(&out).entries {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let word = |text: &str| {
            text.split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word == "cp1")
        };
        assert!(!word(&text) && !word(&path), "{path}");
    }
    // nothing half done is left beside it
    assert_eq!(names(dir.path()).len(), 3, "{:?}", names(dir.path()));

    let (code, json, _) = run(&["redact", &input, "--out", copy, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, json["schema"].as_str()),
        (0, Some("bundlevet.redacted/v1"))
    );
    assert!(json["replaced"]["host"].as_u64().unwrap() > 0);
}

#[test]
fn reports_without_names() {
    let dir = tempfile::tempdir().unwrap();
    let input = trees::pack("rke2-kernel-flags", dir.path());
    for format in ["text", "json", "markdown", "sarif", "ndjson"] {
        let (code, out, err) = run(&[
            "scan",
            input.to_str().unwrap(),
            "--redact",
            "--format",
            format,
        ]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(
            out.contains("kubelet/invalid-kernel-flag"),
            "{format}: {out}"
        );
        assert!(out.contains("host-x"), "{format}: {out}");
        let left: Vec<&str> = out
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(|word| *word == "cp1")
            .collect();
        assert!(left.is_empty(), "{format}: {out}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("a.log");
    std::fs::write(&log, "a line\n").unwrap();
    let log = log.to_str().unwrap();
    let out = dir.path().join("b.log");
    let out = out.to_str().unwrap();
    for (args, said) in [
        (vec!["redact", log, "--out", log], "take the place"),
        (vec!["redact", "-", "--out", out], "a pipe cannot be"),
        (
            vec!["redact", log, "--out", out, "--key", ""],
            "the key is empty",
        ),
        (
            vec!["redact", "/nowhere/b.zip", "--out", out],
            "failed to read",
        ),
    ] {
        let (code, _, err) = run(&args);
        assert!(code == 2 && err.contains(said), "{args:?}: {code} {err}");
    }
    assert_eq!(names(dir.path()), ["a.log"]);
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(dir.path().join("target"), &link).unwrap();
    let (code, _, err) = run(&["redact", log, "--out", out, "--map", link.to_str().unwrap()]);
    assert!(code == 2 && err.contains("symbolic link"), "{err}");
    assert!(!dir.path().join("target").exists());
}
