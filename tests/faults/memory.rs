//! Too little memory, or too few processes: a message and exit code 2, never a crash, and nothing half done.

use std::fs;
use std::path::{Path, PathBuf};

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

/// A control group of memory below the one of this process, of version 1 or 2; gone with its value.
struct Group {
    folder: PathBuf,
}

impl Group {
    /// None where this process may not make one.
    fn new(bytes: u64) -> Option<Group> {
        let own = fs::read_to_string("/proc/self/cgroup").ok()?;
        let of = |marks: &str| {
            own.lines()
                .find_map(|line| line.split_once(':')?.1.strip_prefix(marks))
                .map(|path| path.trim_start_matches('/').to_owned())
        };
        let (root, path, limit, swap, most) = match of("memory:") {
            Some(path) => {
                let swap = "memory.memsw.limit_in_bytes";
                (
                    "/sys/fs/cgroup/memory",
                    path,
                    "memory.limit_in_bytes",
                    swap,
                    bytes,
                )
            }
            None => (
                "/sys/fs/cgroup",
                of(":")?,
                "memory.max",
                "memory.swap.max",
                0,
            ),
        };
        let name = format!("bundlevet-test-{}-{bytes}", std::process::id());
        let folder = Path::new(root).join(path).join(name);
        fs::create_dir(&folder).ok()?;
        let group = Group { folder };
        fs::write(group.folder.join(limit), bytes.to_string()).ok()?;
        // Else what is over the limit goes to the disk, and nothing is ended.
        let _ = fs::write(group.folder.join(swap), most.to_string());
        Some(group)
    }

    /// Exit code or, from 128 up, signal; standard output, standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let procs = self.folder.join("cgroup.procs");
        let script = format!("echo $$ > {} && exec \"$@\"", procs.display());
        behind(&script, args)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.folder);
    }
}

/// A container's limit: the kernel kills what is over it, and says nothing. A scan leaves no half report.
#[test]
#[ignore = "some seconds; .ci/run has it"]
fn a_control_group_with_little_memory_leaves_nothing_half_done() {
    let scene = Scene::slow(4);
    let json = format!("json={}", scene.out("r.json"));
    let scan = ["scan", &scene.bundle, "--threads", "2", "-o", &json];
    let (mut killed, mut done) = (0, 0);
    for mebibytes in [4, 8, 12, 16, 256] {
        let Some(group) = Group::new(mebibytes << 20) else {
            tell("skipped: this process may not make a control group");
            assert!(
                std::env::var("BUNDLEVET_REQUIRE_ALL").as_deref() != Ok("1"),
                "BUNDLEVET_REQUIRE_ALL: a control group"
            );
            return;
        };
        let (code, _, err) = group.run(&scan);
        match code {
            0 => {
                done += 1;
                let report = fs::read(scene.out("r.json")).unwrap();
                serde_json::from_slice::<serde_json::Value>(&report).unwrap();
                fs::remove_file(scene.out("r.json")).unwrap();
            }
            137 => {
                killed += 1;
                assert_eq!(scene.written(), Vec::<String>::new(), "{mebibytes}");
            }
            code => panic!("{mebibytes} MiB: exit code {code}: {err}"),
        }
    }
    tell(&format!(
        "scan in a control group: {killed} killed by the system, {done} done"
    ));
    assert!(killed > 0 && done > 0);
}
