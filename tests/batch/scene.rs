//! A directory of bundles and one of results, and the command between them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::trees;

/// The program: the one that Cargo built, or the one that `.ci/run` names because it is faster.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("BUNDLEVET_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_bundlevet").into(), PathBuf::from)
}

/// Where `.ci/tools` installs programs.
pub(crate) fn tools() -> PathBuf {
    std::env::var_os("BUNDLEVET_TOOLS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools"),
        PathBuf::from,
    )
}

pub(crate) struct Scene {
    dir: TempDir,
}

impl Scene {
    /// With these fixtures as bundles.
    pub(crate) fn new(cases: &[&str]) -> Scene {
        let dir = tempfile::tempdir().unwrap();
        let scene = Scene { dir };
        fs::create_dir(scene.input()).unwrap();
        for case in cases {
            let packed = trees::pack(case, &scene.input());
            let extension = if packed.extension().is_some_and(|e| e == "zip") {
                "zip"
            } else {
                "tar.gz"
            };
            fs::rename(packed, scene.input().join(format!("{case}.{extension}"))).unwrap();
        }
        scene
    }

    pub(crate) fn input(&self) -> PathBuf {
        self.dir.path().join("in")
    }

    pub(crate) fn output(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    pub(crate) fn put(&self, name: &str, bytes: &[u8]) {
        fs::write(self.input().join(name), bytes).unwrap();
    }

    /// `batch IN --output OUT` and more.
    pub(crate) fn command(&self, more: &[&str]) -> Command {
        // who starts the tests in the background leaves SIGINT ignored, and that is passed on
        let mut command = Command::new("/usr/bin/env");
        command.arg("--default-signal=INT").arg(program());
        command
            .arg("batch")
            .arg(self.input())
            .arg("--output")
            .arg(self.output());
        command.args(more).stdin(Stdio::null());
        command
    }

    /// Exit code, standard output, standard error.
    pub(crate) fn run(&self, more: &[&str]) -> (i32, String, String) {
        parts(self.command(more).output().unwrap())
    }

    pub(crate) fn results(&self) -> Vec<Value> {
        lines(&self.output().join("results.ndjson"))
    }

    /// The status of every bundle by its file name, by its last line.
    pub(crate) fn status(&self) -> BTreeMap<String, String> {
        let status = |line: &Value| {
            let path = line["path"].as_str().unwrap();
            let name = path.rsplit('/').next().unwrap().to_owned();
            (name, line["status"].as_str().unwrap().to_owned())
        };
        self.results().iter().map(status).collect()
    }

    pub(crate) fn summary(&self) -> Value {
        serde_json::from_slice(&fs::read(self.output().join("summary.json")).unwrap()).unwrap()
    }

    /// Files that no reader should ever see.
    pub(crate) fn leftovers(&self) -> Vec<String> {
        let names = fs::read_dir(self.output())
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let names = names.map(|name| name.into_string().unwrap());
        names.filter(|name| name.ends_with(".tmp")).collect()
    }
}

pub(crate) fn parts(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap_or(-1),
        text(output.stdout),
        text(output.stderr),
    )
}

pub(crate) fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
