//! A node that is examined where it stands: the same answer as from a bundle, nothing written, limits kept.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a broken fixture fails the test"
)]

mod node;
mod strace;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use node::{can_write_journals, files, fixture, put, put_back};
use serde_json::Value;

fn bundlevet(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bundlevet"))
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn report(args: &[&str]) -> Value {
    let (code, out, err) = bundlevet(&[args, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// What a report says, without where it read it.
fn answer(report: &Value) -> Value {
    let told = |list: &str| -> Vec<Value> {
        let findings = report[list].as_array().unwrap();
        let tell = |finding: &Value| {
            serde_json::json!({
                "signature": finding["signature"], "title": finding["title"], "sure": finding["sure"],
                "state": finding["state"], "subjects": finding["subjects"], "count": finding["count"],
                "first_seen": seconds(&finding["first_seen"]), "explained_by": finding["explained_by"],
                "steps": finding["remediation"]["steps"],
            })
        };
        findings.iter().map(tell).collect()
    };
    serde_json::json!({"verdict": report["verdict"], "headline": report["headline"],
        "causes": told("diagnosis"), "symptoms": told("symptoms")})
}

/// The journal's short form has whole seconds.
fn seconds(time: &Value) -> Option<&str> {
    time.as_str()?.get(..19)
}

/// A root and the bundle that it gives, made from a fixture.
fn pair(bundle: &Path, collected: &str) -> (tempfile::TempDir, tempfile::TempDir) {
    let (root, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let name = bundle.file_name().unwrap();
    put_back(bundle, root.path(), &kept.path().join(name), collected);
    (root, kept)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn same(bundle: &Path, collected: &str, cause: &str) {
    let (root, kept) = pair(bundle, collected);
    let from_node = report(&["local", "--root", text(root.path())]);
    let from_bundle = report(&["scan", text(kept.path())]);
    let causes = from_node["diagnosis"].as_array().unwrap();
    assert!(
        causes.iter().any(|one| one["signature"] == cause),
        "{from_node:#}"
    );
    assert_eq!(answer(&from_node), answer(&from_bundle));
    assert_eq!(from_node["input"]["kind"], "node");
}

#[test]
fn an_rke2_server_says_what_its_bundle_says() {
    if can_write_journals("an_rke2_server_says_what_its_bundle_says") {
        same(
            &fixture("rke2-kernel-flags"),
            "2025-02-22T01:10:00Z",
            "kubelet/invalid-kernel-flag",
        );
    }
}

#[test]
fn a_k3s_server_says_what_its_bundle_says() {
    if can_write_journals("a_k3s_server_says_what_its_bundle_says") {
        same(
            &fixture("k3s-first-server-lost"),
            "2025-05-20T09:40:00Z",
            "node/password-rejected",
        );
    }
}

#[test]
fn an_rke1_node_says_what_its_bundle_says() {
    if can_write_journals("an_rke1_node_says_what_its_bundle_says") {
        same(
            &fixture("rancher-node-deleted-no-audit"),
            "2025-03-11T14:30:00Z",
            "rke1/ports-blocked",
        );
    }
}

#[test]
fn a_harvester_node_says_what_its_bundle_says() {
    if can_write_journals("a_harvester_node_says_what_its_bundle_says") {
        let node = fixture("harvester-upgrade-no-objects").join("nodes/n2.zip/n2");
        let (root, kept) = pair(&node, "2025-01-25T10:00:00Z");
        let from_node = report(&["local", "--root", text(root.path())]);
        let from_bundle = report(&["scan", text(kept.path())]);
        assert_eq!(answer(&from_node), answer(&from_bundle));
        assert!(
            from_node["input"]["products"]["harvester"].is_string(),
            "{from_node:#}"
        );
        assert!(from_node["scanned"]["lines"].as_u64() > Some(10));
    }
}

#[test]
fn on_harvester_the_remedy_is_the_one_that_survives_a_reboot() {
    if !can_write_journals("on_harvester_the_remedy_is_the_one_that_survives_a_reboot") {
        return;
    }
    let (root, _kept) = pair(&fixture("rke2-kernel-flags"), "2025-02-22T01:10:00Z");
    let release = "harvester: v1.4.1\nharvesterChart: 1.4.1\nos: Harvester v1.4.1\nkubernetes: v1.30.9+rke2r1\nrancher: v2.10.1\n";
    put(
        root.path(),
        "etc/harvester-release.yaml",
        release.as_bytes(),
    );
    put(root.path(), "oem/99_custom.yaml", b"name: custom\n");
    let report = report(&["local", "--root", text(root.path())]);
    let steps = report["diagnosis"][0]["remediation"]["steps"].to_string();
    assert!(
        steps.contains("/oem") && !steps.contains("If not harvester"),
        "{steps}"
    );
}

/// A node without a journal, with what must be left alone: keys, a link to each log, a rotated log.
fn plain_node() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    put(root, "etc/hostname", b"n1\n");
    put(root, "etc/rancher/node/password", b"hidden\n");
    put(
        root,
        "etc/kubernetes/ssl/kube-apiserver-key.pem",
        b"hidden\n",
    );
    put(
        root,
        "var/lib/rancher/rke2/server/tls/server-ca.key",
        b"hidden\n",
    );
    put(
        root,
        "var/lib/rancher/rke2/server/tls/serving-kube-apiserver.crt",
        include_bytes!("node/serving-kube-apiserver.crt"),
    );
    put(
        root,
        "var/lib/rancher/rke2/agent/logs/kubelet.log",
        KUBELET.as_bytes(),
    );
    let pod = "var/log/pods/kube-system_etcd-n1_0123456789abcdef0123456789abcdef/etcd/0.log";
    put(
        root,
        pod,
        b"2025-01-25T09:00:00.000000000Z stderr F {\"level\":\"info\",\"msg\":\"hello\"}\n",
    );
    let link = root.join(format!(
        "var/log/containers/etcd-n1_kube-system_etcd-{}.log",
        "ab".repeat(32)
    ));
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(format!("/{pod}"), link).unwrap();
    dir
}

const KUBELET: &str = "E0125 09:00:00.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\"\n";

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

#[test]
fn a_preflight_is_a_gate_and_its_json_keeps_its_contract() {
    let root = plain_node();
    put(
        root.path(),
        "etc/rancher/rke2/config.yaml",
        b"profile: cis\n",
    );
    for (key, value) in [
        ("vm/overcommit_memory", "0"),
        ("vm/panic_on_oom", "0"),
        ("kernel/panic", "10"),
        ("kernel/panic_on_oops", "1"),
        ("kernel/keys/root_maxkeys", "1000000"),
        ("kernel/keys/root_maxbytes", "25000000"),
    ] {
        put(
            root.path(),
            &format!("proc/sys/{key}"),
            format!("{value}\n").as_bytes(),
        );
    }
    let args = |more: &[&'static str]| -> Vec<String> {
        let head = ["local", "--root", text(root.path()), "--preflight"];
        head.iter()
            .chain(more)
            .map(|word| (*word).to_owned())
            .collect()
    };
    let run = |more: &[&'static str]| {
        let args = args(more);
        bundlevet(&args.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let (code, out, err) = run(&["upgrade", "--format", "json"]);
    assert_eq!(code, 1, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let schema: Value = serde_json::from_str(bundlevet::report::PREFLIGHT_SCHEMA).unwrap();
    jsonschema::validate(&schema, &report).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let of = |id: &str| checks.iter().find(|one| one["check"] == id).unwrap();
    assert_eq!(of("kernel-flags")["result"], "failed");
    assert_eq!(of("certificates")["result"], "failed");
    assert_eq!(of("disk")["result"], "unknown");
    assert!(of("disk")["would_let"].is_string());
    // The same with another bar, and as a probe.
    put(root.path(), "proc/sys/vm/overcommit_memory", b"1\n");
    let (code, out, _) = run(&["upgrade", "--fail-on", "critical"]);
    assert_eq!(code, 0, "{out}");
    let (code, _, _) = run(&["upgrade", "--fail-on", "critical", "--strict"]);
    assert_eq!(code, 1);
    let (_, out, _) = run(&["--format", "openmetrics"]);
    assert!(out.contains("bundlevet_preflight_check{check=\"kernel-flags\",node=\"n1\",purpose=\"any\",severity=\"critical\"} 1\n"));
    assert!(out.ends_with("# EOF\n"), "{out}");
    let (_, out, _) = run(&["install"]);
    assert!(out.contains("/var/lib/rancher/rke2"), "{out}");
}

/// What the program says on a made-up machine: `/` is this one's with a script's things put on it, in namespaces of
/// their own. Nothing where that cannot be had.
fn on_a_machine(script: &str, args: &str) -> Option<(Value, String)> {
    let may = Command::new("unshare").args(["-mn", "true"]).status();
    let python = Command::new("python3").arg("--version").output();
    if !may.is_ok_and(|status| status.success()) || python.is_err() {
        println!("skipped: {script} needs root, unshare and python3");
        return None;
    }
    let place = tempfile::tempdir().unwrap();
    let output = Command::new("unshare")
        .args(["-mn", "bash"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
        .arg(place.path())
        .arg(env!("CARGO_BIN_EXE_bundlevet"))
        .args(args.split(' '))
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_str(&out);
    Some((report.unwrap_or_else(|_| panic!("{out} {err}")), out))
}

/// What a check of the preflight came to.
fn result(report: &Value, id: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|one| one["check"] == id);
    found
        .map(|one| one["result"].as_str().unwrap().to_owned())
        .unwrap()
}

#[test]
fn an_rke1_node_is_asked_through_its_containers() {
    const SCRIPT: &str = "tests/node/rke1.sh";
    let Some((report, out)) = on_a_machine(SCRIPT, "local --preflight upgrade --format json")
    else {
        return;
    };
    assert_eq!(result(&report, "etcd-health"), "failed", "{out}");
    assert_eq!(result(&report, "nodes-ready"), "failed", "{out}");
    assert!(
        out.contains("alarm:NOSPACE") || out.contains("unhealthy"),
        "{out}"
    );
    let (report, out) = on_a_machine(SCRIPT, "local --format json").unwrap();
    assert!(
        out.contains("systeminfo/dmesg") && out.contains("Killed process 4242"),
        "no journal, so the kernel is asked: {out}"
    );
    assert!(!report["input"]["nodes"].as_array().unwrap().is_empty());
}

#[test]
fn a_server_that_answers_is_asked() {
    const SCRIPT: &str = "tests/node/server.sh";
    let Some((report, out)) = on_a_machine(SCRIPT, "local --preflight upgrade --format json")
    else {
        return;
    };
    let result = |id: &str| result(&report, id);
    for failed in [
        "etcd-quorum",
        "etcd-space",
        "versions",
        "nodes-ready",
        "volumes",
        "disruption-budgets",
        "node-names",
    ] {
        assert_eq!(result(failed), "failed", "{failed}: {out}");
    }
    for passed in [
        "etcd-health",
        "etcd-snapshot",
        "server-arguments",
        "upgrade-running",
    ] {
        assert_eq!(result(passed), "passed", "{passed}: {out}");
    }
    let begun = std::time::Instant::now();
    let (report, _) = on_a_machine(SCRIPT, "local --format json").unwrap();
    assert!(begun.elapsed() < std::time::Duration::from_secs(40));
    assert!(
        report["problems"].to_string().contains("events.yaml"),
        "its question hangs: {report:#}"
    );
    let nodes = report["input"]["nodes"].as_array().unwrap();
    assert!(
        nodes
            .iter()
            .any(|node| node["name"] == "n2" && node["ready"] == "False")
    );
}
