//! The examples of deploy/, started as systemd and Kubernetes would start them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::scene::{Scene, parts, program};

fn deployed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("deploy")
        .join(name)
}

/// Runs these arguments with the scene's directories for those of the example.
fn run(scene: &Scene, arguments: &[String], input: &str, output: &str) {
    let at_home = |argument: &String| {
        argument
            .replace(input, scene.input().to_str().unwrap())
            .replace(output, scene.output().to_str().unwrap())
    };
    let mut command = Command::new(program());
    command.args(arguments.iter().map(at_home));
    let (code, out, err) = parts(command.stdin(Stdio::null()).output().unwrap());
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn the_unit_starts_a_batch() {
    let unit = deployed("systemd/bundlevet-batch.service");
    let text = fs::read_to_string(&unit).unwrap();
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    assert_eq!(words[0], "/usr/bin/bundlevet");
    let scene = Scene::new(&["quiet-rke2"]);
    run(&scene, &words[1..], "/srv/uploads", "/var/lib/bundlevet");
    assert!(scene.output().join("results/results.ndjson").is_file());
    assert!(scene.output().join("bundlevet.prom").is_file());
    // systemd's own word on both units, with a program that this machine has.
    let scratch = tempfile::tempdir().unwrap();
    let copy = |name: &str| {
        let text = fs::read_to_string(deployed("systemd").join(name)).unwrap();
        let path = scratch.path().join(name);
        fs::write(&path, text.replace("/usr/bin/bundlevet", "/usr/bin/env")).unwrap();
        path
    };
    let units = [
        copy("bundlevet-batch.service"),
        copy("bundlevet-batch.timer"),
    ];
    let Ok(output) = Command::new("systemd-analyze")
        .arg("verify")
        .args(units)
        .output()
    else {
        assert!(
            std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_none(),
            "systemd is not installed"
        );
        println!("skipped systemd's own check: systemd-analyze is not installed");
        return;
    };
    let (code, out, err) = parts(output);
    assert_eq!(code, 0, "{out}{err}");
}

#[test]
fn the_job_starts_a_share() {
    let text = fs::read_to_string(deployed("kubernetes/batch-job.yaml")).unwrap();
    let arguments = |index: u32| -> Vec<String> {
        let list = text.split_once("args: [").unwrap().1;
        let items = list.split_once(']').unwrap().0.split(',');
        items
            .map(|item| item.trim().trim_matches('"'))
            .map(|item| item.replace("$(JOB_COMPLETION_INDEX)", &index.to_string()))
            .collect()
    };
    let scene = Scene::new(&["quiet-rke2"]);
    for index in 0..8 {
        run(&scene, &arguments(index), "/uploads", "/results");
    }
    let read = fs::read_dir(scene.output()).unwrap().flatten();
    let reports = read.filter(|entry| {
        entry
            .file_name()
            .to_string_lossy()
            .ends_with(".diagnosis.json")
    });
    assert_eq!(reports.count(), 1);
    assert!(!text.contains("/bin/sh"), "the image has no shell");
}
