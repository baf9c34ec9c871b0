//! What is read of a node, and what is left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::node::{files, put};
use crate::program::{KUBELET, bundlevet, plain_node, report, text};
use crate::strace;

#[test]
fn a_machine_without_any_product_is_not_called_healthy() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "etc/hostname", b"n1\n");
    put(
        dir.path(),
        "var/log/messages",
        b"Jan 25 09:00:00 n1 systemd[1]: Started Session 3 of user root.\n",
    );
    let args = ["local", "--root", text(dir.path()), "--format", "json"];
    let (code, out, err) = bundlevet(&args);
    assert_eq!(code, 2, "{err}");
    let said: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(said["verdict"], "not_examinable");
    put(
        dir.path(),
        "var/lib/rancher/k3s/agent/containerd/containerd.log",
        b"time=\"2025-01-25T09:00:00Z\" level=info msg=\"starting containerd\"\n",
    );
    let (code, _, err) = bundlevet(&args);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn a_log_and_the_links_to_it_are_read_once() {
    let root = plain_node();
    let (code, out, _) = bundlevet(&["inventory", "--root", text(root.path()), "--format", "json"]);
    assert_eq!(code, 0);
    let inventory: Value = serde_json::from_str(&out).unwrap();
    let read: Vec<&str> = inventory["entries"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["kind"] == "log")
        .map(|entry| entry["path"].as_str().unwrap())
        .collect();
    assert_eq!(
        read,
        [
            "var/lib/rancher/rke2/agent/logs/kubelet.log",
            "var/log/pods/kube-system_etcd-n1_0123456789abcdef0123456789abcdef/etcd/0.log"
        ]
    );
}

#[test]
fn no_file_is_written_and_no_key_is_opened() {
    let root = plain_node();
    let before = snapshot(root.path());
    let installed = Command::new("strace").arg("-V").output().is_ok();
    if !installed {
        assert!(
            std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_none(),
            "install strace"
        );
        println!("skipped: no_file_is_written_and_no_key_is_opened needs strace");
        return;
    }
    let log = tempfile::tempdir().unwrap();
    for args in [vec!["local", "--root", text(root.path())], vec!["local"]] {
        let trace = log.path().join("trace");
        let output = Command::new("strace")
            .args([
                "-f",
                "-qq",
                "-s",
                "300",
                "-e",
                "trace=%file,ftruncate,fchmod,fchown",
                "-o",
            ])
            .arg(&trace)
            .arg(env!("CARGO_BIN_EXE_bundlevet"))
            .args(&args)
            .output()
            .unwrap();
        // The machine itself may have nothing to judge.
        let code = output.status.code();
        assert!(
            code == Some(0) || args == ["local"] && code == Some(2),
            "{code:?}"
        );
        let calls = strace::calls(&fs::read_to_string(&trace).unwrap());
        assert!(calls.len() > 50, "nothing was traced");
        for call in calls.iter().filter(|call| !call.contains("\"/dev/null\"")) {
            assert!(!strace::writes(call), "{call}");
            if strace::name(call).starts_with("open") {
                let secret = [".key\"", "-key.pem\"", "/password\""];
                assert!(!secret.iter().any(|end| call.contains(end)), "{call}");
            }
        }
    }
    assert_eq!(before, snapshot(root.path()));
}

/// Bytes and times of every file.
fn snapshot(root: &Path) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let told = |(name, path): (String, std::path::PathBuf)| {
        let modified = fs::metadata(&path).unwrap().modified().unwrap();
        (name, fs::read(&path).unwrap(), modified)
    };
    files(root).into_iter().map(told).collect()
}

#[test]
fn a_spent_share_is_said() {
    let root = plain_node();
    for (limit, value) in [("--time-limit", "0s"), ("--max-memory", "1K")] {
        let args = [
            "local",
            "--root",
            text(root.path()),
            "--format",
            "json",
            limit,
            value,
        ];
        let (code, out, _) = bundlevet(&args);
        let report: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(code, 2, "nothing was read");
        let told = report["not_examined"].to_string();
        assert!(
            told.contains(&format!("limit {limit}")) && told.contains("5 files"),
            "{told}"
        );
        assert_eq!(report["verdict"], "not_examinable");
    }
}

#[test]
fn of_a_large_log_the_end_is_read() {
    let root = plain_node();
    let mut log = "I0125 08:00:00.000000   10917 reconciler.go:1] \"nothing\"\n".repeat(40_000);
    log.push_str(KUBELET);
    put(
        root.path(),
        "var/lib/rancher/rke2/agent/logs/kubelet.log",
        log.as_bytes(),
    );
    let report = report(&["local", "--root", text(root.path()), "--log-size", "64K"]);
    assert_eq!(
        report["diagnosis"][0]["signature"],
        "kubelet/invalid-kernel-flag"
    );
    assert!(report["problems"].to_string().contains("limit --log-size"));
    assert!(report["scanned"]["bytes"].as_u64() < Some(200_000));
}

#[test]
fn older_logs_are_left_out_and_named() {
    let root = plain_node();
    let old = root
        .path()
        .join("var/lib/rancher/rke2/agent/logs/kubelet.log");
    let since = (jiff::Timestamp::now() - jiff::SignedDuration::from_hours(2)).to_string();
    let at = std::time::SystemTime::now() - std::time::Duration::from_secs(5 * 3600);
    fs::File::options()
        .append(true)
        .open(&old)
        .unwrap()
        .set_modified(at)
        .unwrap();
    let report = report(&["local", "--root", text(root.path()), "--since", &since]);
    assert!(!report["diagnosis"].to_string().contains("kernel-flag"));
    let told = report["not_examined"].to_string();
    assert!(
        told.contains("1 older log file") && told.contains("--since"),
        "{told}"
    );
}

#[test]
fn a_data_directory_elsewhere_is_read_too() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    put(
        root,
        "etc/rancher/rke2/config.yaml",
        b"data-dir: /data/kube\n",
    );
    put(root, "data/kube/agent/logs/kubelet.log", KUBELET.as_bytes());
    let (_, out, err) = bundlevet(&["local", "--root", text(root), "--format", "json"]);
    assert!(out.contains("kubelet/invalid-kernel-flag"), "{out}{err}");
    assert!(
        out.contains("var/lib/rancher/rke2/agent/logs/kubelet.log"),
        "{out}"
    );
}

#[test]
fn an_expired_certificate_is_seen_in_its_own_file() {
    let root = plain_node();
    put(
        root.path(),
        "var/lib/rancher/rke2/agent/logs/kubelet.log",
        b"2026-01-25T09:00:00.000000Z I0125 09:00:00.000000 1 a.go:1] \"nothing\"\n",
    );
    let (_, out, _) = bundlevet(&["local", "--root", text(root.path()), "--format", "json"]);
    assert!(out.contains("serving-kube-apiserver.crt"), "{out}");
}

#[test]
fn without_root_it_says_what_it_could_not_read() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::process::CommandExt as _;
    let root = plain_node();
    // A scratch directory that everybody may enter holds the program, too.
    let place = tempfile::tempdir().unwrap();
    let program = place.path().join("bundlevet");
    fs::copy(env!("CARGO_BIN_EXE_bundlevet"), &program).unwrap();
    for path in [root.path(), place.path()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let log = root
        .path()
        .join("var/lib/rancher/rke2/agent/logs/kubelet.log");
    fs::set_permissions(&log, fs::Permissions::from_mode(0o600)).unwrap();
    let tls = root.path().join("var/lib/rancher/rke2/server/tls");
    fs::set_permissions(&tls, fs::Permissions::from_mode(0o700)).unwrap();
    let output = Command::new(&program)
        .args(["local", "--format", "json", "--root", text(root.path())])
        .uid(65534)
        .gid(65534)
        .current_dir("/")
        .output();
    let Ok(output) = output else {
        println!("skipped: without_root_it_says_what_it_could_not_read needs root");
        return;
    };
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = report["not_examined"].to_string();
    assert!(
        told.contains("sudo bundlevet local") && told.contains("/var/lib/rancher"),
        "{told}"
    );
}

#[test]
fn a_log_that_vanishes_is_no_problem() {
    use bundlevet::bundle::{Case, OpenOptions};
    let root = plain_node();
    let options = OpenOptions {
        root: Some(root.path().to_owned()),
        ..OpenOptions::default()
    };
    let case = Case::open(&[], &options).unwrap();
    let jobs = case.jobs();
    fs::remove_dir_all(root.path().join("var/log/pods")).unwrap();
    let mut seen = Seen::default();
    for job in jobs {
        assert!(job.run(&mut seen).is_empty());
    }
    assert_eq!(seen.problems, Vec::<String>::new());
    assert!(seen.read > 2);
}

#[test]
fn a_log_that_is_cut_while_it_is_read_is_no_problem() {
    use bundlevet::bundle::{Case, OpenOptions};
    let root = plain_node();
    let log = "var/log/rke2.log";
    put(root.path(), log, KUBELET.repeat(20_000).as_bytes());
    let options = OpenOptions {
        root: Some(root.path().to_owned()),
        ..OpenOptions::default()
    };
    let case = Case::open(&[], &options).unwrap();
    let mut seen = Seen {
        cuts: Some(root.path().join(log)),
        ..Seen::default()
    };
    for job in case.jobs() {
        assert!(job.run(&mut seen).is_empty());
    }
    assert_eq!(seen.cuts, None, "it was read");
    assert_eq!(seen.problems, Vec::<String>::new());
}

#[derive(Default)]
struct Seen {
    /// Cut to nothing, as logrotate does, once reading it has begun.
    cuts: Option<PathBuf>,
    read: usize,
    problems: Vec<String>,
}

impl bundlevet::bundle::Visit for Seen {
    fn entry(&mut self, entry: bundlevet::bundle::Entry, bytes: &mut dyn std::io::Read) {
        self.read += 1;
        let its = |path: &PathBuf| path.ends_with(&entry.path);
        if let Some(path) = self.cuts.take_if(|path| its(path)) {
            bytes.read_exact(&mut [0; 1000]).unwrap();
            fs::File::create(path).unwrap();
            // The error says that this is the end of what there is.
            let _ = std::io::copy(bytes, &mut std::io::sink());
            return;
        }
        std::io::copy(bytes, &mut std::io::sink()).unwrap();
    }

    fn skip(&mut self, _: bundlevet::bundle::Entry) {}

    fn problem(&mut self, problem: bundlevet::Problem) {
        self.problems.push(problem.error);
    }
}
