//! What the program asks of the system, by strace: no network, nothing written but what was asked for, no link followed
//! out of a tree; and the same answers where there is no network at all.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::scene::{Scene, behind, can, names, program, run};
use crate::strace::{self, name, writes};
use crate::trees;

/// Every system call of the command and of what it starts.
fn traced(scene: &Scene, args: &[&str]) -> Option<Vec<String>> {
    if !can("strace", "strace -V") {
        return None;
    }
    let trace = scene.root().join("trace");
    let status = Command::new("strace")
        .args(["-f", "-qq", "-y", "-s", "4096", "-e", "trace=%file,%network,%process,ftruncate,fchmod,fchown,socketpair,io_uring_setup,bpf,ptrace,mount", "-o"])
        .arg(&trace)
        .arg(program())
        .args(args)
        .arg("--no-config")
        .current_dir(scene.root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(ended_well(args, status.code()), "{args:?}: {status}");
    let calls = strace::calls(&fs::read_to_string(trace).unwrap());
    assert!(calls.len() > 8, "nothing was traced");
    Some(calls)
}

/// Where tests run there may be no product: then a look at the machine itself has nothing to judge.
fn ended_well(args: &[&str], code: Option<i32>) -> bool {
    code == Some(0) || args == ["local"] && code == Some(2)
}

fn connects(call: &str) -> bool {
    let network = [
        "socket",
        "socketpair",
        "connect",
        "bind",
        "listen",
        "accept",
        "accept4",
        "sendto",
        "sendmsg",
        "recvfrom",
        "recvmsg",
        "io_uring_setup",
        "bpf",
    ];
    // Whoever waits for signals tries whether its pipe is a socket.
    network.contains(&name(call)) && !call.contains("<pipe:")
}

/// Whether a call that changes something names a place below `output`, or one of its own descriptors.
fn is_below(call: &str, output: &str) -> bool {
    let mut quoted = call.split('"').skip(1).step_by(2).peekable();
    let any = quoted.peek().is_some();
    let own = |path: &str| path.starts_with(output) || path.starts_with("/proc/self/fd/");
    any && quoted.all(own) || call.contains(&format!("<{output}"))
}

#[test]
fn no_network_and_no_file_but_what_was_asked_for() {
    let scene = Scene::new();
    let bundle = scene.bundle.as_str();
    let output = scene.root().join("out").to_str().unwrap().to_owned();
    let (json, html) = (
        format!("json={}", scene.out("r.json")),
        format!("html={}", scene.out("r.html")),
    );
    let (copy, map, results) = (
        scene.out("copy.tar.gz"),
        scene.out("map"),
        scene.out("results"),
    );
    let node = scene.node();
    for (args, starts) in [
        (vec!["scan", bundle], false),
        (
            vec!["scan", bundle, "-o", &json, "-o", &html, "--redact"],
            false,
        ),
        (vec!["inventory", bundle], false),
        (vec!["timeline", bundle], false),
        (vec!["show", bundle, "kubelet.log:31"], false),
        (vec!["grep", "kernel", bundle], false),
        (vec!["diff", bundle, bundle], false),
        (vec!["local", "--root", &node, "-o", &json], false),
        (vec!["redact", bundle, "--out", &copy, "--map", &map], false),
        (
            vec!["batch", bundle, "--output", &results, "--format", "html"],
            true,
        ),
        (vec!["signatures", "list"], false),
    ] {
        let Some(calls) = traced(&scene, &args) else {
            return;
        };
        let mut programs = 0;
        for call in calls.iter().filter(|call| !call.contains("\"/dev/null\"")) {
            assert!(!connects(call), "{args:?}: {call}");
            assert!(!writes(call) || is_below(call, &output), "{args:?}: {call}");
            if call.contains(" execve(") {
                programs += 1;
                let own =
                    call.contains(program().to_str().unwrap()) || call.contains("/proc/self/exe");
                assert!(own, "{args:?}: {call}");
            }
        }
        assert!(
            starts || programs <= 1,
            "{args:?} started {programs} programs"
        );
    }
    assert_eq!(
        scene.written(),
        ["copy.tar.gz", "map", "r.html", "r.json", "results"]
    );
}

#[test]
fn a_node_asks_nobody_but_itself() {
    let scene = Scene::new();
    let Some(calls) = traced(&scene, &["local"]) else {
        return;
    };
    let own = |call: &str| {
        let inner = call.contains("AF_UNIX")
            || call.contains("AF_NETLINK")
            || call.contains("<UNIX")
            || call.contains("<socket:")
            || call.contains("<NETLINK");
        inner
            || call.contains("127.0.0.1")
            || call.contains("::1")
            || ["socket"].contains(&name(call))
    };
    // Its own threads have the number of the first call or were cloned by it; the programs that it asks (journalctl,
    // systemctl) talk to systemd.
    for call in calls.iter().filter(|call| connects(call)) {
        assert!(own(call), "{call}");
    }
}

#[test]
fn without_a_network_everything_is_the_same() {
    if !can("network namespace", "unshare -rn true") {
        return;
    }
    let scene = Scene::new();
    let bundle = scene.bundle.as_str();
    let quiet = trees::case("quiet-rke2");
    let alone = "exec unshare -rn \"$@\"";
    for args in [
        vec!["scan", bundle, "--format", "json"],
        vec!["scan", bundle, "--format", "html"],
        vec!["inventory", bundle],
        vec!["timeline", bundle],
        vec!["grep", "kernel", bundle],
        vec!["diff", quiet.to_str().unwrap(), bundle],
        vec!["signatures", "list"],
    ] {
        assert_eq!(behind(alone, &args), run(&args), "{args:?}");
    }
    let (copy, results) = (scene.out("copy.tar.gz"), scene.out("results"));
    assert_eq!(behind(alone, &["redact", bundle, "--out", &copy]).0, 0);
    assert_eq!(behind(alone, &["batch", bundle, "--output", &results]).0, 0);
    assert!(ended_well(&["local"], Some(behind(alone, &["local"]).0)));
}

/// A tree with links that leave it by every way, beside what they lead to.
fn leaving(scene: &Scene, live: bool) -> String {
    let secret = scene.root().join("secret");
    fs::create_dir(&secret).unwrap();
    let log = trees::case("rke2-kernel-flags")
        .join("cp1-2025-02-22_01_10_00/rke2/agent-logs/kubelet.log");
    fs::copy(log, secret.join("kubelet.log")).unwrap();
    fs::write(secret.join("hostname"), "secret-host\n").unwrap();
    let tree = scene.root().join("tree");
    let logs = tree.join(if live {
        "var/lib/rancher/rke2/agent/logs"
    } else {
        "nodes/n1/logs"
    });
    fs::create_dir_all(&logs).unwrap();
    fs::create_dir_all(tree.join("etc")).unwrap();
    fs::create_dir_all(tree.join("var/log")).unwrap();
    fs::write(
        logs.join("own.log"),
        "I0222 00:55:26.700000 1 a.go:1] fine\n",
    )
    .unwrap();
    symlink(secret.join("kubelet.log"), logs.join("kubelet.log")).unwrap();
    symlink(
        "../".repeat(12) + secret.join("kubelet.log").to_str().unwrap(),
        logs.join("kubelet.1.log"),
    )
    .unwrap();
    symlink(&secret, tree.join("var/log/pods")).unwrap();
    symlink(secret.join("hostname"), tree.join("etc/hostname")).unwrap();
    symlink(scene.root(), tree.join("up")).unwrap();
    tree.to_str().unwrap().to_owned()
}

#[test]
fn no_link_leads_out_of_a_tree() {
    for live in [false, true] {
        let scene = Scene::new();
        let tree = leaving(&scene, live);
        let args = if live {
            vec!["local", "--root", &tree]
        } else {
            vec!["scan", &tree]
        };
        let (code, out, err) = run(&args);
        assert_eq!(code, 0, "{err}");
        assert!(
            !out.contains("invalid kernel flag") && !out.contains("secret-host"),
            "{out}"
        );
        assert!(out.contains("not followed"), "{out}");
        let found = run(&["grep", "kernel flag", &tree]);
        assert!(found.1.is_empty(), "{}", found.1);
        let copy = scene.out("copy.tar.gz");
        assert_eq!(run(&["redact", &tree, "--out", &copy]).0, 0);
        assert!(
            run(&["grep", "kernel flag|secret-host", &copy])
                .1
                .is_empty()
        );
        let Some(calls) = traced(&scene, &args) else {
            return;
        };
        let secret = scene.root().join("secret");
        for call in calls.iter().filter(|call| name(call).starts_with("open")) {
            assert!(
                !call.contains(secret.to_str().unwrap()) || call.contains(" = -1 "),
                "{call}"
            );
        }
        assert_eq!(names(&secret), ["hostname", "kubelet.log"]);
        assert!(Path::new(&tree).join("up").is_symlink());
    }
}
