//! A bundle, a directory for what is written, and the command between them.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::trees;

/// The program: the one that Cargo built, or the one that `.ci/run` names because it is faster.
pub(crate) fn program() -> PathBuf {
    std::env::var_os("BUNDLEVET_BIN")
        .map_or_else(|| env!("CARGO_BIN_EXE_bundlevet").into(), PathBuf::from)
}

pub(crate) struct Scene {
    dir: TempDir,
    /// A packed bundle with a known cause.
    pub(crate) bundle: String,
}

impl Scene {
    pub(crate) fn new() -> Scene {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("in")).unwrap();
        fs::create_dir(dir.path().join("out")).unwrap();
        let bundle = trees::pack("rke2-kernel-flags", &dir.path().join("in"));
        let bundle = bundle.to_str().unwrap().to_owned();
        Scene { dir, bundle }
    }

    /// With a bundle that takes a while: its largest log many times over.
    pub(crate) fn slow(mib: usize) -> Scene {
        let mut scene = Scene::new();
        let case = trees::case("rke2-kernel-flags");
        let mut files = trees::files(&case, true);
        let longest = files
            .iter_mut()
            .filter(|(name, _)| name.ends_with("kubelet.log"));
        let (_, log) = longest.max_by_key(|(_, bytes)| bytes.len()).unwrap();
        *log = log.repeat((mib << 20) / log.len() + 1);
        let packed = trees::tar_gz_of(&files);
        fs::remove_file(&scene.bundle).unwrap();
        scene.bundle = scene.input("slow.tar.gz");
        fs::write(&scene.bundle, packed).unwrap();
        scene
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The disk of a node on which K3s was installed and has not yet logged.
    pub(crate) fn node(&self) -> String {
        let node = self.root().join("node");
        for folder in ["etc", "var/lib/rancher/k3s/agent"] {
            fs::create_dir_all(node.join(folder)).unwrap();
        }
        fs::write(node.join("etc/hostname"), "n1\n").unwrap();
        node.to_str().unwrap().to_owned()
    }

    /// A path in the directory of inputs.
    pub(crate) fn input(&self, name: &str) -> String {
        self.dir
            .path()
            .join("in")
            .join(name)
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// A path in the directory for outputs.
    pub(crate) fn out(&self, name: &str) -> String {
        self.dir
            .path()
            .join("out")
            .join(name)
            .to_str()
            .unwrap()
            .to_owned()
    }

    /// What is in the directory for outputs, hidden files included.
    pub(crate) fn written(&self) -> Vec<String> {
        names(&self.dir.path().join("out"))
    }
}

/// The names in a directory, sorted.
pub(crate) fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// The command, with nothing on standard input.
pub(crate) fn bundlevet(args: &[&str]) -> Command {
    // who starts the tests in the background leaves SIGINT ignored, and that is passed on
    let mut command = Command::new("/usr/bin/env");
    command.arg("--default-signal=INT").arg(program());
    command.args(args).arg("--no-config").stdin(Stdio::null());
    command.env("LC_ALL", "C").env_remove("RUST_BACKTRACE");
    command
}

/// Exit code (128 and more: by a signal), standard output, standard error.
pub(crate) fn run(args: &[&str]) -> (i32, String, String) {
    parts(bundlevet(args).output().unwrap())
}

/// The same behind a script that ends with `exec "$@"`.
pub(crate) fn behind(script: &str, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new("sh");
    command.args(["-c", script, "sh"]).arg(program()).args(args);
    command
        .arg("--no-config")
        .stdin(Stdio::null())
        .env("LC_ALL", "C");
    parts(command.env_remove("RUST_BACKTRACE").output().unwrap())
}

pub(crate) fn parts(output: Output) -> (i32, String, String) {
    use std::os::unix::process::ExitStatusExt;
    let code = output.status.code();
    let code = code.unwrap_or_else(|| 128 + output.status.signal().unwrap());
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (code, text(output.stdout), text(output.stderr))
}

/// Whether a script can do what a test needs; where it cannot, the test says so and is skipped, unless it must not be.
pub(crate) fn can(what: &str, script: &str) -> bool {
    let tried = Command::new("sh").args(["-c", script]).output().unwrap();
    if tried.status.success() {
        return true;
    }
    let required = std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_some();
    assert!(
        !required,
        "{what} is needed: {}",
        String::from_utf8_lossy(&tried.stderr)
    );
    println!("skipped: no {what}");
    false
}

/// A JSON file that is whole.
pub(crate) fn whole_json(path: &str) -> bool {
    let bytes = fs::read(path).unwrap();
    serde_json::from_slice::<serde_json::Value>(&bytes).is_ok()
}

/// Standard error of a test run, past the capture.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
