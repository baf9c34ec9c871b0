//! What is finished is left alone, what changed is read again, and every bundle has its result.

use std::fs;

use serde_json::Value;

use crate::scene::{Scene, lines};

#[test]
fn every_bundle_has_a_result_and_the_worst_decides() {
    let scene = Scene::new(&["rke2-kernel-flags", "quiet-rke2"]);
    scene.put("empty.zip", b"");
    scene.put("garbage.zip", &[0, 1, 2, 0xff].repeat(1000));
    let (code, out, err) = scene.run(&["--format", "text", "--log-format", "json"]);
    assert_eq!(code, 2, "{err}");
    assert!(
        out.contains("4 bundles: 2 diagnosed, 2 failed; 4 read in this run"),
        "{out}"
    );
    assert!(out.contains("kubelet/invalid-kernel-flag"), "{out}");
    for line in err.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        assert!(
            line["level"].is_string()
                && line["message"].is_string()
                && line["timestamp"].is_string()
        );
    }
    let report = fs::read(scene.output().join("rke2-kernel-flags.diagnosis.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(
        report["diagnosis"][0]["signature"],
        "kubelet/invalid-kernel-flag"
    );
    let text = fs::read_to_string(scene.output().join("quiet-rke2.diagnosis.txt")).unwrap();
    assert!(text.contains("Input"), "{text}");
    let summary = scene.summary();
    assert_eq!(
        summary["status"],
        serde_json::json!({"done": 2, "unreadable": 2})
    );
    assert!(
        fs::read_to_string(scene.output().join("summary.html"))
            .unwrap()
            .contains("2 failed")
    );
    assert_eq!(scene.leftovers(), Vec::<String>::new());
    // The exit code is that of the worst bundle, in later runs too.
    assert_eq!(scene.run(&["--format", "text"]).0, 2);
    assert_eq!(scene.run(&["--format", "text", "--failed-ok"]).0, 0);
    assert_eq!(
        scene
            .run(&["--format", "text", "--failed-ok", "--fail-on", "high"])
            .0,
        1
    );
    assert_eq!(scene.results().len(), 4, "nothing was read again");
}

#[test]
fn only_what_changed_is_read_again() {
    let scene = Scene::new(&["rke2-kernel-flags", "quiet-harvester"]);
    assert_eq!(scene.run(&[]).0, 0);
    let first = fs::read(scene.output().join("results.ndjson")).unwrap();
    // A new time is no change.
    let copy = fs::read(scene.input().join("quiet-harvester.zip")).unwrap();
    scene.put("quiet-harvester.zip", &copy);
    assert_eq!(scene.run(&[]).0, 0);
    assert_eq!(
        fs::read(scene.output().join("results.ndjson")).unwrap(),
        first
    );
    assert_eq!(scene.summary()["read"], 0);
    // A new bundle under an old name, and a new name.
    let other = fs::read(scene.input().join("rke2-kernel-flags.tar.gz")).unwrap();
    scene.put("quiet-harvester.zip", &other);
    scene.put("third.tar.gz", &other);
    let (_, out, _) = scene.run(&[]);
    assert!(
        out.contains("3 bundles: 3 diagnosed, 0 failed; 2 read in this run"),
        "{out}"
    );
    assert_eq!(scene.summary()["causes"][0]["bundles"], 3);
    assert_eq!(scene.summary()["causes"][0]["before"], 1);
    // Another form, or another database, makes results incomplete.
    scene.run(&["--format", "text"]);
    assert_eq!(scene.results().len(), 4 + 3);
    scene.run(&["--disable", "kubelet/invalid-kernel-flag"]);
    assert_eq!(scene.results().len(), 7 + 3);
    let summary = scene.summary();
    assert_eq!(summary["gone"][0], "kubelet/invalid-kernel-flag");
    // A result that was lost is made again.
    fs::remove_file(scene.output().join("third.diagnosis.json")).unwrap();
    scene.run(&["--disable", "kubelet/invalid-kernel-flag"]);
    assert_eq!(scene.results().len(), 11);
}

#[test]
fn bundles_of_one_name_keep_apart() {
    let scene = Scene::new(&["quiet-rke2"]);
    let bytes = fs::read(scene.input().join("quiet-rke2.tar.gz")).unwrap();
    for folder in ["t1", "t2"] {
        fs::create_dir(scene.input().join(folder)).unwrap();
        scene.put(&format!("{folder}/sb.tar.gz"), &bytes);
    }
    // Pieces of a split one count once.
    scene.put("split.tar.gz.001", &bytes[..bytes.len() / 2]);
    scene.put("split.tar.gz.002", &bytes[bytes.len() / 2..]);
    assert_eq!(scene.run(&[]).0, 0);
    let results = scene.results();
    let files: std::collections::BTreeSet<&str> = results
        .iter()
        .map(|line| line["result"].as_str().unwrap())
        .collect();
    assert_eq!(files.len(), 4, "{files:?}");
    assert!(files.iter().all(|file| scene.output().join(file).is_file()));
}

#[test]
fn shares_are_disjoint_and_complete() {
    let scene = Scene::new(&["quiet-rke2"]);
    for n in 0..5 {
        scene.put(&format!("{n}.zip"), b"");
    }
    for shard in ["1/3", "2/3", "3/3"] {
        scene.run(&["--shard", shard, "--failed-ok"]);
    }
    let mut paths: Vec<String> = (1..=3)
        .flat_map(|i| lines(&scene.output().join(format!("results-{i}-of-3.ndjson"))))
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect();
    paths.sort();
    let all = paths.len();
    paths.dedup();
    assert_eq!((paths.len(), all), (6, 6));
    let output = scene.output();
    let merged = std::process::Command::new(crate::scene::program())
        .args(["batch", "--summary-only", "-o"])
        .arg(&output)
        .output()
        .unwrap();
    let (code, out, err) = crate::scene::parts(merged);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("6 bundles: 1 diagnosed, 5 failed"), "{out}");
}

#[test]
fn a_mistake_is_told_before_anything_is_read() {
    let scene = Scene::new(&[]);
    let (code, _, err) = scene.run(&[]);
    assert!(code == 2 && err.contains("no bundle was found"), "{err}");
    scene.put("a.zip", b"");
    let (code, _, err) = scene.run(&["--shard", "3/2"]);
    assert!(code == 2 && err.contains("no share 3 of 2"), "{err}");
    let (code, _, err) = scene.run(&["--disable", "no/such"]);
    assert!(code == 2 && err.contains("no signature"), "{err}");
    // The output is a file.
    fs::write(scene.output(), "x").unwrap();
    let (code, _, err) = scene.run(&[]);
    assert!(code == 2 && err.contains("failed to write"), "{err}");
}
