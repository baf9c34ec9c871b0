//! Buckets as inputs and outputs, with a real S3-compatible server (`s3s-fs`) that the test starts.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::pack::{member, stored, zip};
use crate::scene::{Scene, lines, parts, tools};
use crate::trees;

struct Server {
    child: Child,
    port: u16,
    root: tempfile::TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    fn start() -> Option<Server> {
        let program = tools().join("bin/s3s-fs");
        if !program.is_file() {
            assert!(
                std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_none(),
                "s3s-fs is not installed"
            );
            println!("skipped: s3s-fs is not installed (.ci/tools installs it)");
            return None;
        }
        let root = tempfile::tempdir().unwrap();
        for bucket in ["uploads", "results"] {
            fs::create_dir(root.path().join(bucket)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(program)
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--access-key", "test", "--secret-key", "testtest"])
            .arg(root.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "the server does not answer");
            sleep(Duration::from_millis(50));
        }
        Some(Server { child, port, root })
    }

    fn bundlevet(&self, args: &[&str]) -> Command {
        let mut command = super::bundlevet(args);
        command
            .env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port))
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "testtest")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ALLOW_HTTP", "true");
        command
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let path = self.root.path().join("uploads").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn put_case(&self, case: &str, name: &str) {
        let scratch = tempfile::tempdir().unwrap();
        self.put(name, &fs::read(trees::pack(case, scratch.path())).unwrap());
    }

    fn results(&self) -> PathBuf {
        self.root.path().join("results")
    }
}

#[test]
fn bundles_in_a_bucket_are_read_and_results_put_there() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put_case("rke2-kernel-flags", "2026/rke2-kernel-flags.tar.gz");
    server.put_case("quiet-harvester", "2026/north/quiet harvester.zip");
    server.put("2026/empty.zip", b"");
    server.put("2026/notes.txt", b"not a bundle");
    server.put("2026/coming.zip.part", b"not yet");
    let batch = || {
        let args = [
            "batch",
            // without the slash this server answers 500 where S3 says that there is no such object
            "s3://uploads/2026/",
            "-o",
            "s3://results/run",
            "--log-level",
            "off",
        ];
        parts(server.bundlevet(&args).output().unwrap())
    };
    let (code, out, err) = batch();
    assert_eq!(code, 2, "{out}{err}");
    assert!(
        out.contains("3 bundles: 2 diagnosed, 1 failed; 3 read in this run"),
        "{out}{err}"
    );
    let there = server.results().join("run");
    let report = fs::read(there.join("rke2-kernel-flags.diagnosis.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(
        report["diagnosis"][0]["signature"],
        "kubelet/invalid-kernel-flag"
    );
    let first = lines(&there.join("results.ndjson"));
    let mut paths: Vec<&str> = first
        .iter()
        .map(|line| line["path"].as_str().unwrap())
        .collect();
    paths.sort_unstable();
    assert_eq!(
        paths,
        [
            "s3://uploads/2026/empty.zip",
            "s3://uploads/2026/north/quiet harvester.zip",
            "s3://uploads/2026/rke2-kernel-flags.tar.gz"
        ]
    );
    assert!(there.join("summary.html").is_file());
    // Wherever it is started next: nothing is read twice.
    let (_, out, err) = batch();
    assert!(
        out.contains("3 bundles: 2 diagnosed, 1 failed; 0 read in this run"),
        "{out}{err}"
    );
    assert_eq!(lines(&there.join("results.ndjson")), first);
    // One that was killed after a line was put and before the journal was: the line counts.
    let (kept, others): (Vec<&Value>, Vec<&Value>) = first
        .iter()
        .partition(|line| line["name"] == "rke2-kernel-flags");
    fs::create_dir_all(there.join("lines")).unwrap();
    fs::write(
        there.join("lines/rke2-kernel-flags.json"),
        kept[0].to_string(),
    )
    .unwrap();
    let others: String = others.iter().map(|line| format!("{line}\n")).collect();
    fs::write(there.join("results.ndjson"), others).unwrap();
    let (_, out, err) = batch();
    assert!(out.contains("0 read in this run"), "{out}{err}");
    assert_eq!(lines(&there.join("results.ndjson")).len(), 3);
    assert!(!there.join("lines/rke2-kernel-flags.json").exists());
    // What somebody removed is read again.
    fs::remove_file(there.join("rke2-kernel-flags.diagnosis.json")).unwrap();
    let (_, out, err) = batch();
    assert!(out.contains("1 read in this run"), "{out}{err}");
}

#[test]
fn a_killed_run_goes_on_from_the_bucket() {
    let Some(server) = Server::start() else {
        return;
    };
    for number in 0..6 {
        server.put_case("rke2-kernel-flags", &format!("{number}.tar.gz"));
    }
    let args = [
        "batch",
        "s3://uploads/*.tar.gz",
        "-o",
        "s3://results",
        "--jobs",
        "1",
    ];
    let mut child = server
        .bundlevet(&args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let line = server.results().join("lines");
    let deadline = Instant::now() + Duration::from_secs(60);
    let count = || fs::read_dir(&line).map_or(0, Iterator::count);
    while count() < 2 {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let done = count();
    let (code, out, err) = parts(server.bundlevet(&args).output().unwrap());
    assert_eq!(code, 0, "{out}{err}");
    let read = 6 - done;
    assert!(
        out.contains(&format!("6 diagnosed, 0 failed; {read} read in this run")),
        "{done}: {out}"
    );
    assert_eq!(lines(&server.results().join("results.ndjson")).len(), 6);
    assert_eq!(count(), 0);
}

#[test]
fn only_the_directory_of_an_unchanged_zip_is_fetched() {
    let Some(server) = Server::start() else {
        return;
    };
    let scene = Scene::new(&[]);
    let noise = crate::pack::lines(400_000);
    assert!(noise.len() > 12 << 20);
    let bytes = zip(&[
        stored("logs/noise.log", &noise),
        member("logs/a.log", "etcdserver: no leader\n"),
    ]);
    server.put("big.zip", &bytes);
    let output = scene.output();
    let args = [
        "batch",
        "s3://uploads/big.zip",
        "-o",
        output.to_str().unwrap(),
        "--log-format",
        "json",
        "--log-level",
        "debug",
    ];
    let run = || {
        let (code, _, err) = parts(server.bundlevet(&args).output().unwrap());
        assert_eq!(code, 0, "{err}");
        let events = err
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let fetched = events.filter(|event| event["message"] == "fetched");
        fetched
            .map(|event| event["end"].as_u64().unwrap() - event["start"].as_u64().unwrap())
            .sum::<u64>()
    };
    run();
    assert_eq!(scene.status()["big.zip"], "done");
    assert!(scene.results()[0]["read_bytes"].as_u64().unwrap() > 12 << 20);
    let fetched = run();
    println!("unchanged: {fetched} bytes of {}", bytes.len());
    assert!(fetched > 0 && fetched <= 1 << 20, "{fetched} bytes");
    assert_eq!(scene.results().len(), 1);
}

#[test]
fn scan_reads_an_object_and_says_what_is_wrong() {
    let Some(server) = Server::start() else {
        return;
    };
    server.put_case("quiet-harvester", "a.zip");
    let scan = |url: &str| parts(server.bundlevet(&["scan", url]).output().unwrap());
    let (code, out, err) = scan("s3://uploads/a.zip");
    assert!(code == 0 && out.contains("HEALTHY"), "{out}{err}");
    let (code, _, err) = scan("s3://uploads/gone.zip");
    assert!(code == 2 && err.contains("gone.zip"), "{err}");
    let mut command = server.bundlevet(&["scan", "s3://uploads/a.zip"]);
    let (code, _, err) = parts(
        command
            .env("AWS_SECRET_ACCESS_KEY", "wrong")
            .output()
            .unwrap(),
    );
    assert!(
        code == 2 && err.contains("a.zip") && !err.contains("wrong"),
        "{err}"
    );
}
