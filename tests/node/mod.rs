//! What a collector took from a node, put back where it was: a root directory with a real systemd journal.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    unreachable_pub,
    dead_code,
    reason = "each test binary uses its part; a broken fixture fails the test"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// systemd's writer of journal files.
const WRITER: &str = "/lib/systemd/systemd-journal-remote";
const MACHINE: &str = "0123456789abcdef0123456789abcdef";

/// Whether journals can be written here; a test that cannot says so, and fails where everything is required.
pub fn can_write_journals(test: &str) -> bool {
    let there =
        Path::new(WRITER).exists() && Command::new("journalctl").arg("--version").output().is_ok();
    if !there {
        assert!(
            std::env::var_os("BUNDLEVET_REQUIRE_ALL").is_none(),
            "install systemd-journal-remote"
        );
        println!("skipped: {test} needs systemd-journal-remote and journalctl");
    }
    there
}

/// One of the fixtures, its archive's root folder.
pub fn fixture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/bundles")
        .join(name);
    fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
}

pub fn put(root: &Path, path: &str, bytes: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Every file below a directory, by its path there.
pub fn files(root: &Path) -> BTreeMap<String, PathBuf> {
    let mut found = BTreeMap::new();
    let mut todo = vec![root.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.insert(name, path);
            }
        }
    }
    found
}

/// The journal of a node, as it grows line by line.
pub struct Journal {
    export: String,
    year: i64,
}

impl Journal {
    pub fn new(year: i64) -> Self {
        Self {
            export: String::new(),
            year,
        }
    }

    /// Lines as `journalctl -u <unit>` prints them.
    pub fn add(&mut self, unit: &str, text: &str) {
        for line in text.lines().filter(|line| !line.starts_with("-- ")) {
            self.line(unit, line);
        }
    }

    fn line(&mut self, unit: &str, line: &str) {
        let (stamp, rest) = line.split_at(15);
        let time = format!("{} {stamp} +0000", self.year);
        let time = jiff::Timestamp::strptime("%Y %b %d %H:%M:%S %z", &time).unwrap();
        let (host, rest) = rest.trim_start().split_once(' ').unwrap();
        let (who, message) = rest.split_once(": ").unwrap();
        let (identifier, pid) = who
            .trim_end_matches(']')
            .split_once('[')
            .unwrap_or((who, "0"));
        let export = &mut self.export;
        writeln!(export, "__REALTIME_TIMESTAMP={}", time.as_microsecond()).unwrap();
        writeln!(
            export,
            "_BOOT_ID=fedcba9876543210fedcba9876543210\n_MACHINE_ID={MACHINE}"
        )
        .unwrap();
        writeln!(export, "_HOSTNAME={host}\nSYSLOG_IDENTIFIER={identifier}").unwrap();
        match identifier {
            "kernel" => writeln!(export, "_TRANSPORT=kernel").unwrap(),
            "systemd" => {
                writeln!(
                    export,
                    "_TRANSPORT=journal\n_PID=1\n_SYSTEMD_UNIT=init.scope\nUNIT={unit}.service"
                )
                .unwrap();
            }
            _ => writeln!(
                export,
                "_TRANSPORT=stdout\n_PID={pid}\n_SYSTEMD_UNIT={unit}.service"
            )
            .unwrap(),
        }
        writeln!(export, "MESSAGE={message}\n").unwrap();
    }

    /// Writes it as systemd does.
    pub fn write(&self, root: &Path) {
        let folder = root.join("var/log/journal").join(MACHINE);
        fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new(WRITER)
            .arg("-o")
            .arg(folder.join("system.journal"))
            .arg("-")
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(self.export.as_bytes())
            .unwrap();
        assert!(child.wait().unwrap().success());
    }
}

/// Where a file of a logs-collector's tarball was on the node; `None` for what a command printed.
fn place(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').collect();
    Some(match parts.as_slice() {
        [product @ ("rke2" | "k3s"), "agent-logs", file] => {
            format!("var/lib/rancher/{product}/agent/logs/{file}")
        }
        [product @ ("rke2" | "k3s"), "containerd.log"] => {
            format!("var/lib/rancher/{product}/agent/containerd/containerd.log")
        }
        [_, "podlogs", pod, container, file] => format!("var/log/pods/{pod}/{container}/{file}"),
        ["systeminfo", "osrelease"] => "etc/os-release".into(),
        ["systeminfo", "hostname"] => "etc/hostname".into(),
        ["systeminfo", "etcresolvconf"] => "etc/resolv.conf".into(),
        [product @ ("rke2" | "k3s"), file @ "50-rancher.yaml"] => {
            format!("etc/rancher/{product}/config.yaml.d/{file}")
        }
        [.., "configs", "etc", file] => format!("etc/{file}"),
        [.., "logs", "kubelet.log"] => "var/lib/rancher/rke2/agent/logs/kubelet.log".into(),
        _ => return None,
    })
}

/// Puts what was taken back into `root`; what stays is copied to `kept`: the bundle that this root gives.
pub fn put_back(bundle: &Path, root: &Path, kept: &Path, collected: &str) {
    let collected: jiff::Timestamp = collected.parse().unwrap();
    let year = i64::from(collected.to_zoned(jiff::tz::TimeZone::UTC).year());
    let mut journal = Journal::new(year);
    for (name, path) in files(bundle) {
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let file = name.rsplit('/').next().unwrap();
        if let Some(place) = place(&name) {
            put(root, &place, &bytes);
        } else if name.starts_with("journald/") {
            journal.add(file, &text);
        } else if name.ends_with("logs/rke2-server.log") || name.ends_with("logs/kernel.log") {
            journal.add(file.trim_end_matches(".log"), &text);
        } else if name.starts_with("rke/containerlogs/") {
            docker(root, file, &text, true);
        } else if name.starts_with("rancher/containerlogs/") {
            docker(root, file, &text, false);
        } else {
            continue;
        }
        put(kept, &name, &bytes);
    }
    journal.write(root);
    // Logs without a year are read by the time of their file.
    for path in files(root).values().chain(files(kept).values()) {
        let file = fs::File::options().append(true).open(path).unwrap();
        file.set_modified(collected.into()).unwrap();
    }
}

/// `docker logs -t` back into the file that docker keeps, with the link that RKE1 makes to it.
fn docker(root: &Path, container: &str, text: &str, linked: bool) {
    let id: String = container
        .bytes()
        .cycle()
        .take(32)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let mut json = String::new();
    for line in text.lines() {
        let (time, log) = line.split_once(' ').unwrap();
        let line = serde_json::json!({"log": format!("{log}\n"), "stream": "stderr", "time": time});
        writeln!(json, "{line}").unwrap();
    }
    let file = format!("var/lib/docker/containers/{id}/{id}-json.log");
    put(root, &file, json.as_bytes());
    if !linked {
        return;
    }
    let link = root.join(format!("var/lib/rancher/rke/log/{container}_{id}.log"));
    fs::create_dir_all(link.parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(format!("/{file}"), link).unwrap();
}
