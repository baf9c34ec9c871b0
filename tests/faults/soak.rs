//! Long runs: memory does not grow. `SOAK_SECONDS` says how long; `.ci/run` takes half a minute.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bundlevet::pipeline::{ScanOptions, scan};
use bundlevet::report::{self, Format, TextOptions};
use bundlevet::signature::Database;
use rustix::process::{Pid, Signal, kill_process};

use crate::scene::{Scene, bundlevet, tell};
use crate::trees;

/// Resident memory of a process in KiB.
fn resident(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

/// Open files of a process.
fn open(process: &str) -> usize {
    fs::read_dir(format!("/proc/{process}/fd")).unwrap().count()
}

/// What was sampled: memory after a warm-up, the most of the first and of the last quarter, at the end.
#[derive(Default)]
struct Samples(Vec<(u64, usize)>);

impl Samples {
    fn add(&mut self, process: &str) {
        self.0.push((resident(process), open(process)));
    }

    /// No growth: the last quarter needs no more than the first did, but for a tenth and a little.
    fn judge(&self, what: &str) {
        let warm = &self.0[self.0.len() / 10..];
        let quarter = (warm.len() / 4).max(1);
        let most = |part: &[(u64, usize)]| part.iter().map(|(kib, _)| *kib).max().unwrap();
        let (first, last) = (most(&warm[..quarter]), most(&warm[warm.len() - quarter..]));
        let files = warm.iter().map(|(_, files)| *files).max().unwrap();
        tell(&format!(
            "{what}: {} samples, {first} KiB at most in the first quarter, {last} KiB in the last, {files} files open at most",
            self.0.len()
        ));
        assert!(
            last <= first + first / 10 + 2048,
            "{what} grew from {first} to {last} KiB"
        );
        assert_eq!(warm[0].1, warm[warm.len() - 1].1, "{what}: open files");
    }
}

/// Scans that are made, however long they take: on a busy machine half a minute ends before everything was used once by
/// every thread.
const SCANS: usize = 64;

fn seconds() -> Duration {
    let asked = std::env::var("SOAK_SECONDS").ok();
    Duration::from_secs(asked.and_then(|text| text.parse().ok()).unwrap_or(30))
}

#[test]
#[ignore = "as long as SOAK_SECONDS says; .ci/run has it"]
fn memory_stays_level_scan_after_scan() {
    let dir = tempfile::tempdir().unwrap();
    let cases = [
        "rke2-kernel-flags",
        "harvester-upgrade-pre-draining",
        "quiet-longhorn",
        "rancher-eks-zero-nodes",
    ];
    let bundles: Vec<PathBuf> = cases
        .map(|case| {
            let folder = dir.path().join(case);
            fs::create_dir(&folder).unwrap();
            trees::pack(case, &folder)
        })
        .into();
    let options = ScanOptions {
        threads: 2,
        surroundings: true,
        ..ScanOptions::default()
    };
    let (mut samples, mut scans, end) = (Samples::default(), 0, Instant::now() + seconds());
    while Instant::now() < end || scans < SCANS {
        for bundle in &bundles {
            let scan = scan(std::slice::from_ref(bundle), Database::shipped(), &options).unwrap();
            for format in Format::ALL {
                report::write(
                    *format,
                    &scan.diagnosis,
                    &TextOptions::default(),
                    &mut std::io::sink(),
                )
                .unwrap();
            }
            scans += 1;
        }
        samples.add("self");
        // A long soak leaves the machine to others.
        if seconds() > Duration::from_secs(120) {
            std::thread::sleep(Duration::from_secs(4));
        }
    }
    samples.judge(&format!("{scans} scans in one process"));
}

#[test]
#[ignore = "as long as SOAK_SECONDS says; .ci/run has it"]
fn memory_stays_level_bundle_after_bundle() {
    let scene = Arc::new(Scene::new());
    let bytes = fs::read(&scene.bundle).unwrap();
    let (input, output) = (scene.input(""), scene.out("results"));
    let args = [
        "batch",
        "--watch",
        &input,
        "-o",
        &output,
        "--settle",
        "200ms",
        "--log-level",
        "error",
        "--jobs",
        "1",
    ];
    let mut child = bundlevet(&args).stdout(Stdio::null()).spawn().unwrap();
    let process = child.id().to_string();
    let (mut samples, mut bundles, end) = (Samples::default(), 0, Instant::now() + seconds());
    while Instant::now() < end {
        // Each upload takes the place of an old one.
        let name = scene.input(&format!("{}.tar.gz", bundles % 4));
        fs::write(format!("{name}.part"), &bytes).unwrap();
        fs::rename(format!("{name}.part"), name).unwrap();
        bundles += 1;
        std::thread::sleep(Duration::from_secs(2));
        if bundles > 4 {
            samples.add(&process);
        }
    }
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let results = fs::read_to_string(format!("{output}/results.ndjson")).unwrap();
    assert!(results.lines().count() >= 4);
    samples.judge(&format!("batch --watch over {bundles} uploads"));
}
