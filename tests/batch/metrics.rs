//! The figures for monitoring, held against the grammar of OpenMetrics.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::scene::{Scene, tools};

/// Checks what a scraper relies on; the families it found.
fn families(text: &str) -> BTreeSet<String> {
    let body = text.strip_suffix("# EOF\n").expect("ends with # EOF");
    let mut families = BTreeSet::new();
    let mut family = String::new();
    let mut samples = BTreeSet::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (kind, name) = (words.next().unwrap(), words.next().unwrap());
            let text = words.next().expect("a text");
            match kind {
                "TYPE" => {
                    assert!(families.insert(name.to_owned()), "{name} twice");
                    name.clone_into(&mut family);
                    assert_eq!(text, "gauge");
                }
                "HELP" => assert!(name == family && text.ends_with('.')),
                "UNIT" => assert!(
                    name == family && name.ends_with(&format!("_{text}")),
                    "{line}"
                ),
                other => panic!("{other}"),
            }
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').unwrap();
        let name = sample.split('{').next().unwrap();
        assert_eq!(name, family, "samples stand under their family");
        assert!(value.parse::<f64>().unwrap().is_finite());
        assert!(samples.insert(sample.to_owned()), "{sample} twice");
        if let Some(labels) = sample.strip_prefix(&format!("{name}{{")) {
            for label in labels.strip_suffix('}').unwrap().split(',') {
                let (key, value) = label.split_once('=').unwrap();
                assert!(key.bytes().all(|b| b.is_ascii_lowercase()));
                assert!(value.len() > 2 && value.starts_with('"') && value.ends_with('"'));
            }
        }
    }
    families
}

/// The reference parser of OpenMetrics, where `.ci/tools` has installed it.
fn parsed_by_prometheus(file: &Path) {
    let script = "import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as p; \
                  print(len(list(p(open(sys.argv[1]).read()))), 'families')";
    let python = tools().join("python/bin/python");
    if !python.is_file() {
        println!("skipped the reference parser: prometheus_client is not installed");
        return;
    }
    let output = Command::new(python)
        .args(["-c", script])
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let missing =
        said.contains("No module named") && std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_none();
    assert!(output.status.success() || missing, "{said}");
}

#[test]
fn a_scraper_can_read_them() {
    let scene = Scene::new(&["rke2-kernel-flags"]);
    scene.put("empty.zip", b"");
    let file = scene.input().join("bundlevet.prom");
    scene.run(&["--metrics", file.to_str().unwrap()]);
    let text = fs::read_to_string(&file).unwrap();
    assert!(families(&text).contains("bundlevet_batch_run_peak_memory_bytes"));
    for sample in [
        "bundlevet_batch_bundles{status=\"done\"} 1\n",
        "bundlevet_batch_bundles{status=\"unreadable\"} 1\n",
        "bundlevet_batch_causes{signature=\"kubelet/invalid-kernel-flag\",severity=\"critical\"} 1\n",
        "bundlevet_batch_run_read 2\n",
        "bundlevet_batch_run_failed 1\n",
        "bundlevet_batch_run_bundles 2\n",
        "bundlevet_batch_run_running 0\n",
    ] {
        assert!(text.contains(sample), "{sample} in\n{text}");
    }
    parsed_by_prometheus(&file);
    scene.run(&["--metrics", file.to_str().unwrap()]);
    assert!(
        fs::read_to_string(&file)
            .unwrap()
            .contains("bundlevet_batch_run_read 0\n")
    );
}

#[test]
fn they_are_there_while_the_run_goes_on() {
    let scene = Scene::new(&["rke2-kernel-flags", "quiet-rke2", "quiet-harvester"]);
    let file = scene.input().join("bundlevet.prom");
    let mut command = scene.command(&["--jobs", "1", "--metrics", file.to_str().unwrap()]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(120);
    while !file.is_file() {
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none());
        sleep(Duration::from_millis(2));
    }
    let text = fs::read_to_string(&file).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!families(&text).contains("bundlevet_batch_run_end_timestamp_seconds"));
    for sample in [
        "bundlevet_batch_run_running 1\n",
        "bundlevet_batch_run_bundles 3\n",
        "bundlevet_batch_run_read 1\n",
    ] {
        assert!(text.contains(sample), "{sample} in\n{text}");
    }
}
