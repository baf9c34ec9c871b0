//! Readers that stop reading: a quiet, successful end.

use std::io::Read;
use std::process::Stdio;

use crate::scene::{Scene, bundlevet, parts};

#[test]
fn a_reader_that_has_enough_is_no_error() {
    let scene = Scene::new();
    let node = scene.node();
    let bundle = scene.bundle.as_str();
    let output = scene.out("results");
    let copy = scene.out("copy.tar.gz");
    let formats = [
        "text", "json", "ndjson", "html", "markdown", "sarif", "junit",
    ];
    let scans = formats.map(|format| vec!["scan", bundle, "--format", format]);
    let others = [
        vec!["inventory", bundle, "--entries"],
        vec!["inventory", bundle, "--format", "json"],
        vec!["timeline", bundle],
        vec!["show", bundle, "kubelet.log"],
        vec!["show", bundle, "kubelet.log:31", "-C", "1000"],
        vec!["grep", ".", bundle],
        vec!["diff", bundle, bundle, "--format", "json"],
        vec!["redact", bundle, "--out", &copy, "--entries"],
        vec!["batch", bundle, "--output", &output, "--log-level", "off"],
        vec!["local", "--root", &node],
        vec!["explain", "kubelet/invalid-kernel-flag"],
        vec!["signatures", "list"],
        vec!["schema"],
        vec!["completions", "bash"],
        vec!["man"],
    ];
    for args in scans.into_iter().chain(others) {
        // Closed before the first byte, and after it.
        for bytes in [0, 1] {
            let mut command = bundlevet(&args);
            let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut stdout = child.stdout.take().unwrap();
            let _ = stdout.read_exact(&mut vec![0; bytes]);
            drop(stdout);
            let (code, _, err) = parts(child.wait_with_output().unwrap());
            assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
        }
    }
    assert!(std::fs::metadata(copy).unwrap().len() > 0);
}
