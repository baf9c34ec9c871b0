//! Disks that fill and files that may not grow: an error that says so, what was there before stands, nothing half done.

use std::fs;

use crate::scene::{Scene, behind, bundlevet, can, parts, program, run};

#[test]
fn a_file_that_may_not_grow_is_an_error() {
    let scene = Scene::new();
    let report = scene.out("r.json");
    fs::write(&report, "old").unwrap();
    let to = format!("json={report}");
    // Blocks of 512 or 1024 bytes; the report is far larger.
    let (code, out, err) = behind(
        "ulimit -f 8; exec \"$@\"",
        &["scan", &scene.bundle, "-o", &to],
    );
    assert!(code == 2 && err.contains("File too large"), "{code} {err}");
    assert!(out.contains("KNOWN CAUSE"), "what could be told is told");
    assert_eq!(
        (scene.written(), fs::read(&report).unwrap()),
        (vec!["r.json".to_owned()], b"old".to_vec())
    );

    let copy = scene.out("copy.tar.gz");
    let (code, _, err) = behind(
        "ulimit -f 8; exec \"$@\"",
        &["redact", &scene.bundle, "--out", &copy],
    );
    assert!(code == 2 && err.contains("File too large"), "{code} {err}");
    assert_eq!(scene.written(), ["r.json"]);
}

#[test]
fn a_full_device_is_an_error_in_every_command() {
    let scene = Scene::new();
    let bundle = scene.bundle.as_str();
    let (code, _, err) = run(&["scan", bundle, "-o", "json=/dev/full"]);
    assert!(code == 2 && err.contains("No space left"), "{code} {err}");
    let copy = scene.out("copy.tar.gz");
    let formats = [
        "text", "json", "ndjson", "html", "markdown", "sarif", "junit",
    ];
    let scans = formats.map(|format| vec!["scan", bundle, "--format", format]);
    let others = [
        vec!["inventory", bundle],
        vec!["inventory", bundle, "--format", "json"],
        vec!["timeline", bundle],
        vec!["show", bundle, "kubelet.log"],
        vec!["show", bundle, "kubelet.log:31"],
        vec!["grep", "kernel", bundle],
        vec!["diff", bundle, bundle],
        vec!["redact", bundle, "--out", &copy],
        vec!["explain", "kubelet/invalid-kernel-flag"],
        vec!["signatures", "list"],
        vec!["signatures", "show", "kubelet/invalid-kernel-flag"],
        vec!["schema"],
        vec!["config"],
        vec!["completions", "bash"],
        vec!["man"],
    ];
    for args in scans.into_iter().chain(others) {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let (code, _, err) = parts(bundlevet(&args).stdout(full).output().unwrap());
        assert!(
            code == 2 && err.contains("No space left"),
            "{args:?}: {code} {err}"
        );
    }
}

/// What a script does with a disk of its own at `$D`, which nobody else sees.
fn with_disk(size: &str, script: &str, bundle: &str) -> Option<(i32, String, String)> {
    if !can("mount namespace", "unshare -rm mount -t tmpfs none /mnt") {
        return None;
    }
    let all = format!("D=/mnt; mount -t tmpfs -o size={size} none $D; {script}");
    let mut command = std::process::Command::new("unshare");
    command
        .args(["-rm", "sh", "-c", &all])
        .arg(program())
        .arg(bundle);
    Some(parts(command.env("LC_ALL", "C").output().unwrap()))
}

#[test]
fn a_disk_that_fills_leaves_what_was_there() {
    let scene = Scene::new();
    let script = "echo old > $D/r.json; echo old > $D/copy; \
        $0 scan $1 -o json=$D/r.json >/dev/null; echo $?; $0 redact $1 --out $D/copy; echo $?; ls -A $D; cat $D/*";
    let Some((_, out, err)) = with_disk("16k", script, &scene.bundle) else {
        return;
    };
    assert_eq!(out, "2\n2\ncopy\nr.json\nold\nold\n", "{err}");
    assert_eq!(err.matches("No space left on device").count(), 2, "{err}");
}

#[test]
fn a_batch_whose_disk_fills_is_finished_when_there_is_room() {
    let scene = Scene::new();
    let bytes = fs::read(&scene.bundle).unwrap();
    for n in 0..4 {
        fs::write(scene.input(&format!("{n}.tar.gz")), &bytes).unwrap();
    }
    let script = "$0 batch $1 -o $D/r --jobs 1 >/dev/null; echo $?; ls -A $D/r | grep -c tmp; \
        mount -o remount,size=64m $D; $0 batch $1 -o $D/r --jobs 1 >/dev/null; echo $?; \
        grep -c '\"status\":\"done\"' $D/r/results.ndjson; ls $D/r/*.diagnosis.json | wc -l";
    let Some((_, out, err)) = with_disk("120k", script, &scene.input("")) else {
        return;
    };
    assert_eq!(out, "2\n0\n0\n5\n5\n", "{err}");
    assert!(err.contains("No space left on device"), "{err}");
}
