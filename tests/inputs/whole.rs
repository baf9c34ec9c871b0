//! Inputs with nothing wrong: packed every way, they give the same entries.

use std::fs;
use std::path::Path;

use bundlevet::bundle::{Case, EntryKind, Limits, OpenOptions, Skip};

use crate::pack::{bzip2, gzip, lines, member, stored, tar, utf16, xz, zip, zstd};
use crate::seen::{open, open_with, read, read_all, read_limited, tree};
use crate::shape::{ETCD, assert_whole_bundle, node_zip, outer};

#[test]
fn a_bundle_with_a_node_zip_with_a_supportconfig() {
    for node in [
        member("sb/nodes/n1.zip", node_zip()),
        stored("sb/nodes/n1.zip", node_zip()),
    ] {
        let seen = read("sb.zip", &outer(node)).clean();
        assert_whole_bundle(&seen);
        assert_eq!(seen.archives["nodes/n1.zip"], Some(3));
        assert_eq!(seen.inputs[0].root.as_deref(), Some("sb"));
    }
}

#[test]
fn a_nested_zip_over_the_memory_budget_is_streamed_with_the_same_result() {
    let limits = Limits {
        nested_memory: 1024,
        ..Limits::default()
    };
    let bytes = outer(member("sb/nodes/n1.zip", node_zip()));
    let seen = read_limited("sb.zip", &bytes, limits).clean();
    assert_whole_bundle(&seen);
    assert_eq!(seen.archives["nodes/n1.zip"], None);
}

#[test]
fn more_nested_zips_than_memory_wait_for_each_other() {
    let node = node_zip();
    let names: Vec<String> = (0..20).map(|i| format!("sb/nodes/n{i}.zip")).collect();
    let members: Vec<_> = names.iter().map(|n| member(n, &node)).collect();
    // Room for three at a time at the first depth.
    let limits = Limits {
        nested_memory: node.len() as u64 * 7,
        ..Limits::default()
    };
    let seen = read_limited("sb.zip", &zip(&members), limits).clean();
    assert_eq!(seen.archives.len(), 40);
    assert!(
        seen.archives
            .values()
            .filter(|files| files.is_some())
            .count()
            == 20
    );
    assert_eq!(seen.entries.len(), 80);
}

#[test]
fn zips_in_zips_are_held_at_every_depth() {
    let inner = zip(&[member("c/deep.log", "found\n")]);
    let middle = zip(&[member("b/inner.zip", &inner), member("b/twin.zip", &inner)]);
    let bytes = zip(&[
        member("a/middle.zip", &middle),
        member("a/again.zip", &middle),
    ]);
    let limits = Limits {
        nested_memory: middle.len() as u64 * 2,
        ..Limits::default()
    };
    let seen = read_limited("a.zip", &bytes, limits).clean();
    assert_eq!(seen.text("middle.zip/b/inner.zip/c/deep.log"), "found\n");
    assert_eq!(seen.entries.len(), 4);
}

#[test]
fn zip64_and_descriptors() {
    let mut wide = member("sb/a.log", "wide\n");
    wide.wide = true;
    let bytes = zip(&[
        wide,
        member("sb/b.log", "described\n").descriptor(),
        stored("sb/c.log", "stored and described\n").descriptor(),
    ]);
    let seen = read("x.zip", &bytes).clean();
    assert_eq!(seen.text("a.log"), "wide\n");
    assert_eq!(seen.text("b.log"), "described\n");
    assert_eq!(seen.text("c.log"), "stored and described\n");
}

#[test]
fn bytes_before_a_zip_and_a_comment_behind_do_not_matter() {
    let mut bytes = zip(&[member("sb/a.log", "one\n"), member("sb/b.log", "two\n")]);
    let end = bytes.len();
    bytes[end - 2] = 5;
    bytes.extend_from_slice(b"hello");
    let before = [b"#!/bin/sh\nexec unzip\n", bytes.as_slice()].concat();
    assert_eq!(read("x.zip", &bytes).clean().entries.len(), 2);
    assert_eq!(read("x.zip", &before).clean().entries.len(), 2);
}

#[test]
fn tars_in_every_wrapping() {
    let files: [(&str, &[u8]); 4] = [
        ("./host-1/", b""),
        (
            "./host-1/journald/rke2-server",
            b"Jan 01 00:00:00 host rke2[1]: up\n",
        ),
        ("./host-1/systeminfo/hostname", b"host\n"),
        ("./host-1/rke2/agent-logs/kubelet.log", b"I0101 kubelet\n"),
    ];
    let plain = tar(&files);
    for (name, bytes) in [
        ("x.tar", plain.clone()),
        ("x.tar.gz", gzip(&plain)),
        ("x.tar.xz", xz(&plain)),
        ("x.tar.bz2", bzip2(&plain)),
        ("x.tar.zst", zstd(&plain)),
        // Names are never trusted.
        ("x.zip", gzip(&plain)),
        ("x.txt", xz(&plain)),
    ] {
        let seen = read(name, &bytes).clean();
        assert_eq!(
            seen.paths(),
            [
                "journald/rke2-server",
                "rke2/agent-logs/kubelet.log",
                "systeminfo/hostname"
            ],
            "{name}"
        );
        assert!(seen.archives.is_empty(), "the outer archive is no member");
        assert!(
            seen.described["journald/rke2-server"].modified.is_some(),
            "{name}"
        );
    }
}

#[test]
fn long_tar_names() {
    let long = format!("root/{}/x.log", "d".repeat(180));
    let seen = read("x.tar", &tar(&[(&long, b"long\n")])).clean();
    assert_eq!(seen.text(&long["root/".len()..]), "long\n");
}

#[test]
fn packed_members_are_opened_and_keep_their_names() {
    let many: Vec<u8> = (0..300)
        .flat_map(|i| gzip(format!("flush {i}\n").as_bytes()))
        .collect();
    let bytes = zip(&[
        stored("logs/ns.pod.c.20250101.log.gz", &many),
        stored("logs/a.log.xz", xz(b"from xz\n")),
        stored("logs/a.log.bz2", bzip2(b"from bz2\n")),
        stored("logs/a.log.zst", [zstd(b"from "), zstd(b"zst\n")].concat()),
        stored("logs/b.log.gz", gzip(&gzip(b"twice\n"))),
        stored(
            "logs/padded.log.gz",
            [gzip(b"padded\n"), vec![0; 1000]].concat(),
        ),
    ]);
    let seen = read("x.zip", &bytes).clean();
    let flushed = seen.text("ns.pod.c.20250101.log.gz");
    assert_eq!(flushed.lines().count(), 300);
    assert!(flushed.ends_with("flush 299\n"));
    assert_eq!(seen.text("a.log.xz"), "from xz\n");
    assert_eq!(seen.text("a.log.bz2"), "from bz2\n");
    assert_eq!(seen.text("a.log.zst"), "from zst\n");
    assert_eq!(seen.text("b.log.gz"), "twice\n");
    assert_eq!(seen.text("padded.log.gz"), "padded\n");
    assert_eq!(seen.described["a.log.xz"].size, None);
}

#[test]
fn extracted_and_packed_agree() {
    let node = node_zip();
    let folder = tree(&[
        ("sb/metadata.yaml", b"bundlename: sb\n"),
        (&format!("sb/{ETCD}"), &lines(300)),
        ("sb/logs/kube-system/etcd-n1/etcd.log.1", b""),
        ("sb/nodes/n1.zip", &node),
        (
            "sb/yamls/cluster/v1/nodes.yaml",
            b"apiVersion: v1\nitems: []\nkind: List\n",
        ),
    ]);
    let around = open(folder.path()).unwrap().clean();
    assert_whole_bundle(&around);
    assert_eq!(around.inputs[0].root.as_deref(), Some("sb"));
    let inside = open(&folder.path().join("sb")).unwrap().clean();
    assert_whole_bundle(&inside);
    let packed = read("sb.zip", &outer(member("sb/nodes/n1.zip", node))).clean();
    assert_eq!(packed.entries, around.entries);
}

#[test]
fn links_in_a_directory_are_not_followed_out() {
    let outside = tree(&[("secret.log", b"secret\n")]);
    let folder = tree(&[("var/log/pods/a/0.log", b"line\n"), ("other.log", b"x\n")]);
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("var/log/containers")).unwrap();
    std::os::unix::fs::symlink("../pods/a/0.log", at("var/log/containers/a.log")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.log"), at("leak.log")).unwrap();
    std::os::unix::fs::symlink(outside.path(), at("leaks")).unwrap();
    std::os::unix::fs::symlink("..", at("var/loop")).unwrap();
    let seen = open(folder.path()).unwrap();
    assert_eq!(seen.paths(), ["other.log", "var/log/pods/a/0.log"]);
    assert_eq!(seen.skipped["var/log/containers/a.log"], Skip::Link);
    assert_eq!(seen.skipped["var/loop"], Skip::Link);
    assert!(seen.problem_of("leak.log").contains("leaves the directory"));
    assert!(seen.problem_of("leaks").contains("leaves the directory"));
}

#[test]
fn a_live_root_gives_logs_and_facts_only() {
    let folder = tree(&[
        ("etc/hostname", b"n1\n"),
        ("etc/shadow", b"root:x\n"),
        ("var/lib/rancher/rke2/agent/logs/kubelet.log", b"I0101 up\n"),
        ("data/docker/abc-json.log", b"{\"log\":\"x\"}\n"),
        ("var/log/messages", b"Jan 01 00:00:00 n1 kernel: up\n"),
        ("var/log/pods/a_b_c/d/real.log", b"line\n"),
        ("usr/bin/tool", b"tool\n"),
        ("var/lib/rancher/rke2/agent/images/all.tar", b"image\n"),
        (
            "var/lib/rancher/rke2/agent/containerd/io.containerd.snapshotter.v1.overlayfs/x.log",
            b"of a container\n",
        ),
    ]);
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("var/log/containers")).unwrap();
    // A twin, and a link (absolute, as seen on the node) to a file that is not read otherwise.
    std::os::unix::fs::symlink(
        "/var/log/pods/a_b_c/d/real.log",
        at("var/log/containers/x.log"),
    )
    .unwrap();
    std::os::unix::fs::symlink(
        "/data/docker/abc-json.log",
        at("var/log/pods/a_b_c/d/0.log"),
    )
    .unwrap();
    let options = OpenOptions {
        root: Some(folder.path().to_owned()),
        ..OpenOptions::default()
    };
    let seen = open_with(&[], &options).unwrap().clean();
    assert_eq!(
        seen.paths(),
        [
            "etc/hostname",
            "var/lib/rancher/rke2/agent/logs/kubelet.log",
            "var/log/messages",
            "var/log/pods/a_b_c/d/0.log",
            "var/log/pods/a_b_c/d/real.log",
        ]
    );
    assert_eq!(seen.skipped["var/log/containers/x.log"], Skip::Link);
    assert_eq!(
        seen.described["var/log/messages"].origin.node.as_deref(),
        Some("n1")
    );
}

#[test]
fn loose_files_are_known_by_their_names() {
    let folder = tree(&[
        ("kubelet.log", b"I0101 up\n"),
        ("etcd.log.gz", &gzip(b"{\"level\":\"warn\"}\n")),
        ("text.zip", b"this is no zip\n"),
        ("windows.log", &utf16("level=error\r\n")),
    ]);
    let paths: Vec<_> = ["kubelet.log", "etcd.log.gz", "text.zip", "windows.log"]
        .map(|name| folder.path().join(name))
        .into();
    let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let seen = open_with(&paths, &OpenOptions::default()).unwrap().clean();
    assert_eq!(seen.text("etcd.log.gz"), "{\"level\":\"warn\"}\n");
    assert_eq!(seen.text("text.zip"), "this is no zip\n");
    assert_eq!(seen.text("windows.log"), "level=error\r\n");
    assert_eq!(seen.described["windows.log"].input, 3);
}

/// What a person saved beside the logs, under names of their own.
#[test]
fn objects_and_tables_are_seen_wherever_they_lie() {
    let pods = b"NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE\nx           a      0/1     Running   3          1d\n";
    let folder = tree(&[
        ("get-pods.txt", pods),
        (
            "node.out",
            b"apiVersion: v1\nkind: Node\nmetadata:\n  name: n1\n",
        ),
        ("notes.txt", b"pods were restarted at noon\n"),
        (
            "vmi-describe.txt",
            b"Events:\n  Type     Reason      Message\n  Warning  SyncFailed  server error\n",
        ),
        (
            "terminal.txt",
            b"$ kubectl get pod a -o yaml\napiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n",
        ),
        (
            "install.out",
            b"apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n2026-01-02T03:04:05Z applied\n",
        ),
        (
            "all.out",
            b"{\"level\":\"info\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}}\nand so on\n",
        ),
        (
            "records.out",
            b"{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{}}\nand so on\n",
        ),
        (
            "pods.out",
            b"{\n  \"apiVersion\": \"v1\",\n  \"items\": [],\n  \"kind\": \"List\"\n}\n",
        ),
    ]);
    let seen = open_with(&[folder.path()], &OpenOptions::default())
        .unwrap()
        .clean();
    let kind = |path: &str| seen.described.get(path).map(|entry| entry.kind);
    assert_eq!(kind("get-pods.txt"), Some(EntryKind::Objects));
    assert_eq!(kind("node.out"), Some(EntryKind::Objects));
    assert_eq!(kind("pods.out"), Some(EntryKind::Objects));
    for log in [
        "notes.txt",
        "vmi-describe.txt",
        "terminal.txt",
        "install.out",
        "all.out",
        "records.out",
    ] {
        assert_eq!(kind(log), Some(EntryKind::Log), "{log}");
    }
}

#[test]
fn a_pipe_is_read_once_from_front_to_back() {
    let node = member("sb/nodes/n1.zip", node_zip());
    let files: [(&str, &[u8]); 1] = [("r/journald/k3s", b"up\n")];
    for (bytes, entries) in [
        (outer(node), 7),
        (gzip(&tar(&files)), 1),
        (b"I0101 loose\n".to_vec(), 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        let case = Case::open(std::slice::from_ref(&pipe), &OpenOptions::default()).unwrap();
        let writer = std::thread::spawn(move || fs::write(pipe, bytes));
        let seen = read_all(&case, false).clean();
        writer.join().unwrap().unwrap();
        assert_eq!(seen.entries.len(), entries);
        if entries == 7 {
            assert_whole_bundle(&seen);
        }
    }
}

#[test]
fn several_inputs_are_one_case_and_one_named_twice_counts_once() {
    let folder = tree(&[
        (
            "n1.tar.gz",
            &gzip(&tar(&[("n1-2025/journald/k3s", b"one\n")])),
        ),
        (
            "n2.tar.gz",
            &gzip(&tar(&[("n2-2025/journald/k3s-agent", b"two\n")])),
        ),
    ]);
    let (n1, n2) = (
        folder.path().join("n1.tar.gz"),
        folder.path().join("n2.tar.gz"),
    );
    let seen = open_with(&[&n1, &n2, &n1], &OpenOptions::default()).unwrap();
    let seen = seen.clean();
    assert_eq!(seen.inputs.len(), 2);
    assert_eq!(seen.described["journald/k3s"].input, 0);
    assert_eq!(seen.described["journald/k3s-agent"].input, 1);
}

#[test]
fn a_hundred_thousand_members_make_few_jobs() {
    let members: Vec<_> = (0..100_000)
        .map(|i| stored(&format!("sb/logs/ns/p{i}/c.log"), "x\n"))
        .collect();
    let folder = tree(&[("b.zip", &zip(&members))]);
    let case =
        bundlevet::bundle::Case::open(&[folder.path().join("b.zip")], &OpenOptions::default())
            .unwrap();
    let jobs = case.jobs();
    assert!(jobs.len() < 500, "{} jobs", jobs.len());
    assert_eq!(jobs.iter().map(|j| j.weight()).sum::<u64>(), 200_000);
}
