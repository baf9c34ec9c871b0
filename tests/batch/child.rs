//! What a child process can do wrong, with real limits and a child that misbehaves on command.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bundlevet::batch::{self, BatchOptions, ChildLimits, Journal, Record, Status};

use crate::scene::{Scene, program};

#[test]
fn too_little_memory_or_time_is_a_result() {
    let scene = Scene::new(&["quiet-rke2"]);
    assert_eq!(scene.run(&["--memory", "2M"]).0, 2);
    assert_eq!(scene.status()["quiet-rke2.tar.gz"], "memory");
    assert!(
        scene.results()[0]["error"]
            .as_str()
            .unwrap()
            .contains("2 MiB")
    );
    // It failed under these limits; it is not tried again unless asked for.
    scene.run(&["--timeout", "1ms"]);
    assert_eq!(scene.results().len(), 1);
    scene.run(&["--timeout", "1ms", "--retry-failed"]);
    assert_eq!(scene.status()["quiet-rke2.tar.gz"], "timeout");
    assert_eq!(scene.run(&["--retry-failed"]).0, 0);
    assert_eq!(scene.status()["quiet-rke2.tar.gz"], "done");
}

/// A child that does what the name of the bundle says.
fn misbehaving(scene: &Scene) -> PathBuf {
    let script = scene.input().join(".child");
    let text = format!(
        "#!/bin/sh\ncase \"$2\" in\n*hang*) : >.hang.diagnosis.json.$$-0.tmp; exec sleep 1000;;\n*abort*) echo oh no >&2; kill -ABRT $$;;\n\
         *killed*) : >.killed.diagnosis.html.$$-1.tmp; kill -KILL $$;;\n*nonsense*) echo '{{\"status\"'; exit 0;;\n*exit*) exit 7;;\n\
         *flood*) exec yes;;\n*) exec {} \"$@\";;\nesac\n",
        program().display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

fn run(scene: &Scene, time: Duration) -> Vec<Record> {
    let options = BatchOptions {
        output: scene.output(),
        program: (misbehaving(scene), vec!["batch-one".into()]),
        formats: Vec::new(),
        parquet: false,
        signatures: Vec::new(),
        disable: Vec::new(),
        limits: ChildLimits {
            memory: 1 << 30,
            time,
        },
        jobs: 4,
        big: u64::MAX,
        shard: None,
        again: false,
        retry_failed: false,
        #[cfg(feature = "remote")]
        publish: None,
    };
    let mut journal = Journal::open(&scene.output(), None).unwrap();
    let found = batch::find(&[scene.input()], &mut std::io::empty(), &scene.output()).unwrap();
    let done = batch::run(&mut journal, &found.bundles, &options, &|| false, &|_| {}).unwrap();
    journal.finish().unwrap();
    let mut records = journal.records().unwrap();
    assert_eq!(records.len(), done.bundles);
    records.sort_by(|a, b| a.path.cmp(&b.path));
    records
}

#[test]
fn whatever_a_child_does_the_run_goes_on() {
    let scene = Scene::new(&["quiet-rke2"]);
    for name in ["hang", "abort", "killed", "nonsense", "exit", "flood"] {
        scene.put(&format!("{name}.zip"), b"PK\x05\x06");
    }
    let started = Instant::now();
    let records = run(&scene, Duration::from_secs(5));
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
    let said = |record: &Record| {
        let error = record.outcome.error.clone().unwrap_or_default();
        (record.name.clone(), record.outcome.status, error)
    };
    let said: Vec<_> = records.iter().map(said).collect();
    let expected = [
        (
            "abort",
            Status::Crashed,
            "its process ended by signal 6: oh no",
        ),
        (
            "exit",
            Status::Crashed,
            "its process ended with exit code 7",
        ),
        ("flood", Status::Crashed, "its process ended by signal 13"),
        (
            "hang",
            Status::Timeout,
            "not finished after 5 s (--timeout)",
        ),
        (
            "killed",
            Status::Crashed,
            "its process was killed, perhaps by the system for lack of memory",
        ),
        (
            "nonsense",
            Status::Crashed,
            "its process ended with exit code 0",
        ),
        ("quiet-rke2", Status::Done, ""),
    ];
    let expected =
        expected.map(|(name, status, error)| (name.to_owned(), status, error.to_owned()));
    assert_eq!(said, expected);
    // Two of them were writing a report.
    assert_eq!(scene.leftovers(), [""; 0]);
}

#[test]
fn a_run_without_a_place_to_write_ends_with_the_reason() {
    let scene = Scene::new(&["quiet-rke2"]);
    scene.run(&[]);
    // A directory stands where the report belongs.
    let report = scene.output().join("quiet-rke2.diagnosis.json");
    fs::remove_file(&report).unwrap();
    fs::create_dir(&report).unwrap();
    let (code, _, err) = scene.run(&[]);
    assert!(
        code == 2 && err.contains("it is a directory"),
        "{code} {err}"
    );
}
