//! Too little memory, or too few processes: a message and exit code 2, never a crash, and nothing half done.

use std::fs;

use crate::scene::{Scene, behind, tell};

/// Runs under every limit from hopeless to plenty.
fn under(limit: &str, steps: &[u64], args: &[&str], scene: &Scene) {
    let (mut failed, mut done) = (0, 0);
    for most in steps {
        let script = format!("ulimit -{limit} {most}; exec \"$@\"");
        let (code, _, err) = behind(&script, args);
        match code {
            0 => {
                done += 1;
                for name in scene.written() {
                    fs::remove_file(scene.out(&name)).unwrap();
                }
            }
            2 => {
                failed += 1;
                let clear = [
                    "memory allocation of",
                    "memory",
                    "start worker threads",
                    "failed to start",
                ];
                assert!(
                    clear.iter().any(|words| err.contains(words)),
                    "{limit} {most}: {err}"
                );
                assert_eq!(scene.written(), Vec::<String>::new(), "{limit} {most}");
            }
            code => panic!("{limit} {most}: exit code {code}: {err}"),
        }
    }
    assert!(
        failed > 0 && done > 0,
        "{limit}: {failed} failed, {done} done"
    );
    tell(&format!(
        "{} under ulimit -{limit}: {failed} ended with a message, {done} done",
        args[0]
    ));
}

#[test]
#[ignore = "half a minute; .ci/run has it"]
fn too_little_memory_is_said() {
    let scene = Scene::slow(4);
    let (json, copy) = (
        format!("json={}", scene.out("r.json")),
        scene.out("copy.tar.gz"),
    );
    let scan = ["scan", &scene.bundle, "--threads", "2", "-o", &json];
    // KiB. What the program and its libraries are takes some 45 MiB of addresses in a debug build.
    let addresses = [
        64 << 10,
        72 << 10,
        80 << 10,
        96 << 10,
        112 << 10,
        128 << 10,
        1 << 20,
        4 << 20,
    ];
    under("v", &addresses, &scan, &scene);
    let data = [
        2 << 10,
        6 << 10,
        10 << 10,
        14 << 10,
        18 << 10,
        24 << 10,
        1 << 20,
    ];
    under("d", &data, &scan, &scene);
    under(
        "d",
        &data,
        &["redact", &scene.bundle, "--out", &copy],
        &scene,
    );
}
