//! The program as a child, its report, and a plain node to examine.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::node::put;

pub(crate) fn bundlevet(args: &[&str]) -> (i32, String, String) {
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

pub(crate) fn report(args: &[&str]) -> Value {
    let (code, out, err) = bundlevet(&[args, &["--format", "json"]].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

/// A node without a journal, with what must be left alone: keys, a link to each log, a rotated log.
pub(crate) fn plain_node() -> tempfile::TempDir {
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
        include_bytes!("../node/serving-kube-apiserver.crt"),
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

pub(crate) const KUBELET: &str = "E0125 09:00:00.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\"\n";

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
