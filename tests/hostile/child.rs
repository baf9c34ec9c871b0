//! A scan in a process of its own, with the memory it held and the time it took.

use std::ffi::OsString;
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a scan came to.
pub(crate) struct Scanned {
    pub(crate) code: Option<i32>,
    pub(crate) report: serde_json::Value,
    pub(crate) complaint: String,
    /// Most memory that was no file, in bytes.
    pub(crate) memory: u64,
    pub(crate) time: Duration,
}

impl Scanned {
    /// Everything that was wrong, one line each.
    pub(crate) fn problems(&self) -> String {
        let list = self.report["problems"].as_array();
        let line = |one: &serde_json::Value| {
            let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            format!("{}: {}\n", field("entry"), field("error"))
        };
        list.into_iter().flatten().map(line).collect()
    }

    /// Whether the kernel flag of [`crate::GOOD`] was found.
    pub(crate) fn found_good(&self) -> bool {
        self.report
            .to_string()
            .contains("kubelet/invalid-kernel-flag")
    }

    /// What stood beside the hostile part was found all the same, and a problem says this.
    pub(crate) fn found_good_and_said(&self, problem: &str) {
        let problems = self.problems();
        assert!(self.found_good(), "{problems}{}", self.complaint);
        assert!(problems.contains(problem), "{problems}{}", self.complaint);
    }

    /// It ended well, within so many MiB and half a minute of an idle machine; tests share theirs.
    pub(crate) fn within(self, mebibytes: u64) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.complaint);
        let held = self.memory >> 20;
        assert!(held < mebibytes, "{held} MiB");
        assert!(self.time < Duration::from_secs(240), "{:?}", self.time);
        self
    }
}

/// The program: that of a release build, where the environment names one.
fn program() -> OsString {
    std::env::var_os("BUNDLEVET_BIN").unwrap_or_else(|| env!("CARGO_BIN_EXE_bundlevet").into())
}

/// Whether it is one that was built to be fast.
pub(crate) fn optimised() -> bool {
    std::env::var_os("BUNDLEVET_BIN").is_some()
}

/// Scans an input; what `feed` writes is its standard input.
pub(crate) fn scan_fed(input: &Path, more: &[&str], feed: &dyn Fn(&mut dyn Write)) -> Scanned {
    let begun = Instant::now();
    let mut child = Command::new(program())
        .args(["scan", "--no-config", "--format", "json", "--threads", "2"])
        .args(more)
        .arg(input)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut stdin = child.stdin.take().unwrap();
    let (mut stdout, mut stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let (mut report, mut complaint, mut memory) = (Vec::new(), String::new(), 0);
    let code = std::thread::scope(|scope| {
        scope.spawn(|| stdout.read_to_end(&mut report).unwrap());
        scope.spawn(|| stderr.read_to_string(&mut complaint).unwrap());
        let watched = scope.spawn(|| {
            loop {
                memory = memory.max(anonymous(&status));
                if let Some(ended) = child.try_wait().unwrap() {
                    return ended.code();
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        feed(&mut stdin);
        drop(stdin);
        watched.join().unwrap()
    });
    Scanned {
        code,
        report: serde_json::from_slice(&report).unwrap_or_default(),
        complaint,
        memory,
        time: begun.elapsed(),
    }
}

/// Scans an input.
pub(crate) fn scan(input: &Path, more: &[&str]) -> Scanned {
    scan_fed(input, more, &|_| {})
}

fn anonymous(status: &str) -> u64 {
    let status = fs::read_to_string(status).unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"));
    let kibibytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kibibytes.unwrap_or(0u64) << 10
}
