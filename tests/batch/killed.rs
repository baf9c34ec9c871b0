//! A run that is killed, or told to end, at any moment: nothing is lost, nothing finished is repeated.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::scene::Scene;

/// Processes that work in this directory.
pub(crate) fn working_in(directory: &Path) -> usize {
    let directory = directory.canonicalize().unwrap();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let cwds = processes.filter_map(|process| fs::read_link(process.path().join("cwd")).ok());
    cwds.filter(|cwd| *cwd == directory).count()
}

/// Waits until `n` lines stand, or the child has ended.
pub(crate) fn wait_for_lines(scene: &Scene, child: &mut Child, n: usize) {
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline && child.try_wait().unwrap().is_none() {
        let text = fs::read(scene.output().join("results.ndjson")).unwrap_or_default();
        if text.iter().filter(|byte| **byte == b'\n').count() >= n {
            return;
        }
        sleep(Duration::from_millis(3));
    }
}

/// How often each path has a line.
pub(crate) fn counted(scene: &Scene) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for line in scene.results() {
        *lines
            .entry(line["path"].as_str().unwrap().to_owned())
            .or_default() += 1;
    }
    lines
}

fn signal(child: &Child, name: &str) {
    let kill = std::process::Command::new("kill")
        .args([name, &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
}

fn scene() -> Scene {
    let scene = Scene::new(&["quiet-rke2", "rke2-kernel-flags"]);
    let bytes = fs::read(scene.input().join("quiet-rke2.tar.gz")).unwrap();
    for n in 0..6 {
        scene.put(&format!("{n}.tar.gz"), &bytes);
    }
    scene
}

#[test]
fn killed_at_several_moments() {
    let scene = scene();
    for lines in [0, 1, 3, 4, 6] {
        let mut command = scene.command(&[]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_for_lines(&scene, &mut child, lines);
        if lines == 0 {
            sleep(Duration::from_millis(40));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // What a kill in the middle of a line leaves.
    let path = scene.output().join("results.ndjson");
    let mut text = fs::read(&path).unwrap();
    text.extend_from_slice(b"{\"schema\":\"bundlevet.batch/v1\",\"path\":\"/torn");
    fs::write(&path, text).unwrap();
    assert_eq!(scene.run(&[]).0, 0);
    let lines = counted(&scene);
    assert_eq!(lines.len(), 8);
    assert!(lines.values().all(|n| *n == 1), "{lines:?}");
    assert_eq!(scene.leftovers(), Vec::<String>::new());
    let runs: Vec<_> = scene
        .results()
        .iter()
        .map(|line| line["run"].clone())
        .collect();
    assert!(
        runs.iter().all(|run| *run == 1),
        "a run that was killed goes on: {runs:?}"
    );
    assert_eq!(
        working_in(&scene.output()),
        0,
        "no child outlives its parent"
    );
}

#[test]
fn told_to_end() {
    let scene = scene();
    for (name, code) in [("-TERM", 143), ("-INT", 130)] {
        let mut command = scene.command(&["--again"]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let before = scene.results().len();
        wait_for_lines(&scene, &mut child, before + 1);
        signal(&child, name);
        let status = child.wait().unwrap();
        assert_eq!(
            (status.code(), status.signal()),
            (Some(code), None),
            "{name}"
        );
        assert_eq!(working_in(&scene.output()), 0);
    }
    assert_eq!(scene.run(&[]).0, 0);
    assert_eq!(counted(&scene).len(), 8);
}
