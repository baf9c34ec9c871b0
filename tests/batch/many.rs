//! Five hundred bundles, some broken, some hostile, in one run that is killed again and again.

use std::fs;
use std::process::Stdio;
use std::time::Instant;

use crate::killed::{counted, wait_for_lines, working_in};
use crate::pack::{gzip, member, stored, tar, zip};
use crate::scene::Scene;

/// Fewer can be asked for by `BUNDLEVET_BUNDLES` while this test is worked on.
fn bundles() -> usize {
    let asked = std::env::var("BUNDLEVET_BUNDLES").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(500)
}

const CASES: [&str; 12] = [
    "harvester-upgrade-no-objects",
    "harvester-upgrade-pre-draining",
    "k3s-first-server-lost",
    "k3s-first-server-lost-no-members",
    "quiet-harvester",
    "quiet-longhorn",
    "quiet-rke2",
    "rancher-eks-zero-nodes",
    "rancher-node-deleted-no-audit",
    "rancher-node-deleted-with-kubectl",
    "rke2-kernel-flags",
    "rke2-kernel-flags-no-kubelet-log",
];

/// Bytes that no reader likes; `n` makes them differ.
fn hostile(n: usize, good: &[u8]) -> Vec<u8> {
    let zeros = || vec![0u8; 100 << 20];
    match n % 10 {
        0 => Vec::new(),
        1 => [0, 1, 2, 0xff, n as u8].repeat(2000),
        2 => good[..good.len() * (n % 7 + 1) / 9].to_vec(),
        3 => zip(&[member("yamls/bomb.yaml", zeros())]),
        4 => gzip(&tar(&[("b/logs/bomb.log", &zeros())])),
        5 => {
            let mut inner = zip(&[member("logs/a.log", b"etcdserver: no leader\n".repeat(9))]);
            for depth in 0..12 {
                inner = zip(&[stored(&format!("nodes/{depth}.zip"), inner)]);
            }
            inner
        }
        6 => {
            let mut twin = member("logs/b.log", "");
            twin.same_as = Some(0);
            zip(&[
                member("logs/a.log", b"x\n".repeat(n * 100)),
                twin,
                member("../../etc/passwd", "x"),
            ])
        }
        7 => {
            let mut lies = member("logs/a.log", b"lies\n".repeat(1000));
            lies.size = Some(7);
            lies.crc = Some(7);
            zip(&[lies, member("logs/b.log", "\0".repeat(50_000))])
        }
        8 => gzip("- ".repeat(200_000 + n).as_bytes()),
        _ => {
            let mut flipped = good.to_vec();
            for at in (n..flipped.len()).step_by(997) {
                flipped[at] ^= 0x55;
            }
            flipped
        }
    }
}

/// How many were put that are not sound.
fn fill(scene: &Scene, count: usize) -> usize {
    let mut bundles: Vec<(String, Vec<u8>)> = Vec::new();
    for entry in fs::read_dir(scene.input()).unwrap() {
        let path = entry.unwrap().path();
        let extension = if path.extension().unwrap() == "zip" {
            "zip"
        } else {
            "tar.gz"
        };
        bundles.push((extension.to_owned(), fs::read(path).unwrap()));
    }
    let mut hostiles = 0;
    for n in 0..count - CASES.len() {
        let (extension, good) = &bundles[n % bundles.len()];
        let folder = format!("ticket-{}", n % 25);
        fs::create_dir_all(scene.input().join(&folder)).unwrap();
        if n % 5 == 4 {
            hostiles += 1;
            scene.put(&format!("{folder}/{n}.zip"), &hostile(n / 5, good));
        } else {
            scene.put(&format!("{folder}/{n}.{extension}"), good);
        }
    }
    hostiles
}

#[test]
#[ignore = "takes a minute or two; .ci/run runs it with the release build"]
fn five_hundred_bundles_survive_being_killed() {
    let scene = Scene::new(&CASES);
    let count = bundles();
    let hostiles = fill(&scene, count);
    let started = Instant::now();
    for percent in [0, 1, 8, 9, 34, 35, 66, 99] {
        let mut command = scene.command(&["--log-level", "off", "--memory", "512M"]);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        wait_for_lines(&scene, &mut child, count * percent / 100);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let (code, out, err) = scene.run(&["--log-level", "off", "--memory", "512M"]);
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!((code, err.as_str()), (2, ""), "{out}");
    let lines = counted(&scene);
    assert_eq!(lines.len(), count);
    assert!(lines.values().all(|n| *n == 1), "nothing is repeated");
    assert_eq!(scene.leftovers(), Vec::<String>::new());
    assert_eq!(working_in(&scene.output()), 0);
    let status = scene.status();
    let done = status.values().filter(|status| *status == "done").count();
    assert!(
        done >= count - hostiles,
        "every sound bundle is diagnosed: {done}"
    );
    let results = scene.results();
    for line in &results {
        if let Some(file) = line["result"].as_str() {
            assert!(scene.output().join(file).is_file(), "{file}");
        }
    }
    let peak = results
        .iter()
        .filter_map(|line| line["peak_memory"].as_u64())
        .max()
        .unwrap();
    let minutes = seconds / 60.0;
    println!(
        "{count} bundles ({hostiles} broken or hostile, {done} diagnosed), killed 8 times: {seconds:.1} s, \
         {:.0} bundles per minute, at most {} MiB in one process",
        count as f64 / minutes,
        peak >> 20
    );
    assert!(peak < 512 << 20);
    // A second run has nothing to do.
    let before = fs::read(scene.output().join("results.ndjson")).unwrap();
    let started = Instant::now();
    scene.run(&["--log-level", "off"]);
    println!("nothing to do: {:.1} s", started.elapsed().as_secs_f64());
    assert_eq!(
        fs::read(scene.output().join("results.ndjson")).unwrap(),
        before
    );
}

/// A bundle of a few lines: one in three has a known cause, one in forty is broken.
fn small(n: usize) -> Vec<u8> {
    let line = match n % 3 {
        0 => {
            "E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\""
        }
        _ => {
            "I0222 00:55:29.557737   10917 kubelet.go:405] \"Kubelet is running in standalone mode, will skip API server sync\""
        }
    };
    let log = format!("{line}\n").repeat(n % 7 + 1);
    let mut bytes = gzip(&tar(&[("n1/k3s/agent-logs/kubelet.log", log.as_bytes())]));
    if n % 40 == 39 {
        bytes.truncate(bytes.len() / 2);
    }
    bytes
}

/// Diagnoses so many small bundles; seconds, and the peaks of the parent and of a child in bytes.
fn run_small(count: usize) -> (f64, u64, u64) {
    let scene = Scene::new(&[]);
    for n in 0..count {
        let folder = format!("ticket-{}", n % 25);
        fs::create_dir_all(scene.input().join(&folder)).unwrap();
        scene.put(&format!("{folder}/{n:05}.tar.gz"), &small(n));
    }
    let figures = scene.output().with_file_name("figures.txt");
    let named = figures.to_str().unwrap();
    let started = Instant::now();
    let (code, out, err) = scene.run(&["--log-level", "off", "--failed-ok", "--metrics", named]);
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with(&format!("{count} bundles: ")), "{out}");
    let lines = counted(&scene);
    assert_eq!(lines.len(), count);
    assert!(lines.values().all(|n| *n == 1));
    let figures = fs::read_to_string(figures).unwrap();
    let figure = |name: &str| {
        let line = figures.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim().parse::<u64>().unwrap()
    };
    let parent = figure("bundlevet_batch_run_parent_memory_bytes ");
    (
        seconds,
        parent,
        figure("bundlevet_batch_run_peak_memory_bytes "),
    )
}

#[test]
#[ignore = "half a minute; .ci/run runs it with the release build, BUNDLEVET_BUNDLES=10000 takes as many"]
fn the_parent_of_many_small_bundles_stays_small() {
    // Enough that there are broken ones among the few: what their reports touch of the program counts once, in both.
    let (few, many) = (80, bundles());
    let (_, before, _) = run_small(few);
    let (seconds, parent, child) = run_small(many);
    let grown = parent.saturating_sub(before);
    println!(
        "{many} small bundles: {seconds:.0} s, at most {:.1} MiB in a child and {:.1} MiB in the parent, {} bytes more for each bundle",
        child as f64 / 1_048_576.0,
        parent as f64 / 1_048_576.0,
        grown / (many - few) as u64
    );
    // Its path, and where its line stands; and what a longer run touches once, whatever it reads.
    assert!(grown < (many - few) as u64 * 640 + (1400 << 10), "{grown}");
    assert!(child < 100 << 20);
}
