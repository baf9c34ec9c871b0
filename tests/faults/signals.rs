//! Signals at any moment: no half file, no temporary file, and the end that shells expect.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::scene::{Scene, bundlevet, names, program, tell, whole_json};

const ASKING: [Signal; 3] = [Signal::INT, Signal::TERM, Signal::HUP];

fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_child(child);
    kill_process(pid, signal).unwrap();
}

fn start(command: &mut Command) -> Child {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts the command, sends the signal after a while; how it ended.
fn interrupted(command: &mut Command, after: Duration, signal: Signal) -> ExitStatus {
    let mut child = start(command);
    sleep(after);
    send(&child, signal);
    child.wait().unwrap()
}

/// How long the command takes.
fn time(command: &mut Command) -> Duration {
    let begun = Instant::now();
    assert!(start(command).wait().unwrap().success());
    begun.elapsed()
}

/// Processes that this scene's commands have left: they have the name of its directory in their environment.
fn left(scene: &Scene) -> usize {
    let mark = format!("{MARK}={}\0", scene.root().display());
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let environments =
        processes.filter_map(|process| fs::read(process.path().join("environ")).ok());
    environments
        .filter(|text| String::from_utf8_lossy(text).contains(&mark))
        .count()
}

const MARK: &str = "BUNDLEVET_TEST_SCENE";

/// Waits until a killed process's own have gone, too, which takes the kernel a moment.
fn all_gone(scene: &Scene) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while left(scene) > 0 && Instant::now() < deadline {
        sleep(Duration::from_millis(10));
    }
    left(scene) == 0
}

/// Sends every signal at moments all over the run. What was there before stands unless the new one is complete, and
/// nothing else is left.
fn at_any_moment(scene: &Scene, args: &[&str], reports: &[&str], moments: u32) {
    let (mut ended, mut late) = (0, 0);
    let signals = ASKING.iter().chain(&[Signal::KILL]);
    for (turn, signal) in signals.enumerate() {
        // The first run reads files from the disk, and the machine may be busier now than it was at the last signal.
        let whole = (0..3).map(|_| time(&mut bundlevet(args))).min().unwrap();
        for moment in 0..moments {
            for report in reports {
                fs::write(report, "old").unwrap();
            }
            let after = whole * (moment * 4 + u32::try_from(turn).unwrap()) / (moments * 4 - 4);
            let status = interrupted(&mut bundlevet(args), after, *signal);
            match status.signal() {
                Some(number) => {
                    assert_eq!(number, signal.as_raw(), "{args:?}");
                    ended += 1;
                }
                None => {
                    assert!(status.success(), "{args:?}: {status}");
                    late += 1;
                }
            }
            let mut expected: Vec<String> = reports
                .iter()
                .map(|path| {
                    Path::new(path)
                        .file_name()
                        .unwrap()
                        .to_str()
                        .unwrap()
                        .to_owned()
                })
                .collect();
            expected.sort();
            assert_eq!(scene.written(), expected, "{args:?} after {after:?}");
            for report in reports {
                let text = fs::read(report).unwrap();
                let done = text.len() > 3 && (!report.ends_with(".json") || whole_json(report));
                assert!(
                    text == b"old" || done,
                    "half a file: {report} after {after:?}"
                );
            }
        }
    }
    assert!(ended > late, "{args:?}: {ended} of {}", ended + late);
    tell(&format!(
        "{}: {ended} ended by a signal, {late} done before it came",
        args[0]
    ));
}

#[test]
fn a_signal_ends_a_scan_at_once_and_leaves_nothing() {
    let scene = Scene::slow(24);
    let report = scene.out("r.json");
    fs::write(&report, "old").unwrap();
    for signal in ASKING {
        let mut command = bundlevet(&["scan", &scene.bundle, "-o", &format!("json={report}")]);
        let mut child = start(&mut command);
        sleep(Duration::from_millis(150));
        let begun = Instant::now();
        send(&child, signal);
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(signal.as_raw()));
        assert!(begun.elapsed() < Duration::from_secs(2));
        assert_eq!(
            (scene.written(), fs::read(&report).unwrap()),
            (vec!["r.json".to_owned()], b"old".to_vec())
        );
    }
}

#[test]
fn a_shell_sees_130_and_143() {
    let scene = Scene::slow(24);
    for (name, code) in [("INT", "130"), ("TERM", "143")] {
        // A shell that is no terminal's has its background jobs ignore SIGINT, so another process sends it.
        let script = "(sleep 0.15; kill -$1 $$) & exec /usr/bin/env --default-signal=INT \"$0\" scan \"$2\" >/dev/null 2>&1";
        let script = format!(
            "sh -c '{}' \"$0\" $1 \"$2\"; echo $?",
            script.replace('\'', "'\\''")
        );
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(program())
            .args([name, &scene.bundle])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(
            said.trim(),
            code,
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

#[test]
fn what_nohup_ignores_stays_ignored() {
    let scene = Scene::slow(8);
    let mut command = Command::new("sh");
    let script = "trap '' HUP; exec \"$0\" scan \"$1\" -o json=\"$2\"";
    command.args(["-c", script]).arg(program());
    command.args([&scene.bundle, &scene.out("r.json")]);
    let status = interrupted(&mut command, Duration::from_millis(150), Signal::HUP);
    assert!(status.success(), "{status}");
    assert!(whole_json(&scene.out("r.json")));
}

#[test]
#[ignore = "a minute: signals at many moments; .ci/run has it"]
fn a_scan_or_a_copy_that_is_interrupted_leaves_nothing_half_done() {
    let scene = Scene::slow(6);
    let (json, html) = (scene.out("r.json"), scene.out("r.html"));
    let (to_json, to_html) = (format!("json={json}"), format!("html={html}"));
    let args = ["scan", &scene.bundle, "-o", &to_json, "-o", &to_html];
    at_any_moment(&scene, &args, &[&json, &html], 10);
    for name in scene.written() {
        fs::remove_file(scene.out(&name)).unwrap();
    }
    let (copy, map) = (scene.out("copy.tar.gz"), scene.out("map.tsv"));
    let args = ["redact", &scene.bundle, "--out", &copy, "--map", &map];
    at_any_moment(&scene, &args, &[&copy, &map], 10);
}

#[test]
#[ignore = "a minute: signals at many moments; .ci/run has it"]
fn a_node_that_is_examined_is_left_as_it_was() {
    let scene = Scene::new();
    let node = trees(&scene);
    let before = names(Path::new(&node));
    let report = scene.out("r.json");
    let to = format!("json={report}");
    at_any_moment(
        &scene,
        &["local", "--root", &node, "-o", &to],
        &[&report],
        8,
    );
    assert_eq!(names(Path::new(&node)), before);
    // The programs that were asked end with the one that asked.
    for moment in 0..12 {
        let mut command = bundlevet(&["local", "-o", &to]);
        command.env(MARK, scene.root());
        interrupted(
            &mut command,
            Duration::from_millis(moment * 25),
            Signal::TERM,
        );
        assert!(all_gone(&scene), "a program outlives the one that asked it");
    }
}

/// A node with logs that take a while.
fn trees(scene: &Scene) -> String {
    let node = scene.root().join("node");
    let logs = node.join("var/lib/rancher/rke2/agent/logs");
    fs::create_dir_all(&logs).unwrap();
    let case = crate::trees::case("rke2-kernel-flags");
    let files = crate::trees::files(&case, false);
    let (_, log) = files
        .iter()
        .find(|(name, _)| name.ends_with("kubelet.log"))
        .unwrap();
    fs::write(logs.join("kubelet.log"), log.repeat((6 << 20) / log.len())).unwrap();
    node.to_str().unwrap().to_owned()
}

#[test]
#[ignore = "a minute: signals at many moments; .ci/run has it"]
fn a_batch_that_is_interrupted_is_finished_later() {
    let scene = Scene::slow(2);
    let bytes = fs::read(&scene.bundle).unwrap();
    for n in 0..5 {
        fs::write(scene.input(&format!("{n}.tar.gz")), &bytes).unwrap();
    }
    let (input, output) = (scene.input(""), scene.out("results"));
    let args = [
        "batch", &input, "--output", &output, "--format", "html", "--again",
    ];
    let whole = time(&mut bundlevet(&args));
    for moment in 0..16u32 {
        let signal = ASKING[moment as usize % 3];
        let after = whole * moment / 18;
        let status = interrupted(bundlevet(&args).env(MARK, scene.root()), after, signal);
        // One that comes before the run listens ends it as any program.
        let code = status
            .code()
            .unwrap_or_else(|| 128 + status.signal().unwrap());
        assert!(code == 128 + signal.as_raw() || code == 0, "{code}");
        let left: Vec<String> = names(Path::new(&output))
            .into_iter()
            .filter(|name| name.ends_with(".tmp"))
            .collect();
        assert_eq!(left, Vec::<String>::new());
        for name in names(Path::new(&output))
            .iter()
            .filter(|name| name.ends_with(".json"))
        {
            assert!(whole_json(&format!("{output}/{name}")), "{name}");
        }
        assert!(all_gone(&scene), "a child outlives its parent");
    }
    let (code, _, err) = crate::scene::run(&["batch", &input, "--output", &output]);
    assert_eq!(code, 0, "{err}");
    let results = fs::read_to_string(format!("{output}/results.ndjson")).unwrap();
    for line in results.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["status"], "done", "{line}");
    }
}
