//! `--watch`: an upload is picked up when it is complete, and a signal ends the watch.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::killed::wait_for_lines;
use crate::scene::{Scene, program};

#[test]
fn uploads_are_picked_up_when_they_are_complete() {
    let scene = Scene::new(&["quiet-rke2"]);
    let bytes = fs::read(scene.input().join("quiet-rke2.tar.gz")).unwrap();
    let mut child = Command::new(program())
        .args([
            "batch",
            "--settle",
            "1500ms",
            "--log-level",
            "off",
            "--watch",
        ])
        .arg(scene.input())
        .arg("--output")
        .arg(scene.output())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_lines(&scene, &mut child, 1);
    // Grows for longer than a look takes, under its final name.
    let mut upload = OpenOptions::new()
        .create(true)
        .append(true)
        .open(scene.input().join("slow.tar.gz"))
        .unwrap();
    for chunk in bytes.chunks(bytes.len() / 5 + 1) {
        upload.write_all(chunk).unwrap();
        sleep(Duration::from_millis(500));
    }
    scene.put("other.zip.part", &bytes);
    wait_for_lines(&scene, &mut child, 2);
    fs::rename(
        scene.input().join("other.zip.part"),
        scene.input().join("other.tar.gz"),
    )
    .unwrap();
    wait_for_lines(&scene, &mut child, 3);
    let kill = Command::new("kill").arg(child.id().to_string()).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let status = scene.status();
    assert_eq!(status.len(), 3, "{status:?}");
    assert!(status.values().all(|status| status == "done"));
    let results = scene.results();
    assert_eq!(results.len(), 3, "nothing was read before it was complete");
    let problems = results
        .iter()
        .map(|line| line["problems"].as_u64().unwrap());
    assert_eq!(problems.sum::<u64>(), 0);
}
