//! The runtime, etcd and the API server, each asked through its own program on this node, none waited for.

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::installed::Distribution;
use super::{Installed, Made, Program, Source, Unread, find_program};

/// A runtime that works answers within this time.
const RUNTIME: Duration = Duration::from_secs(4);
/// So does an API server.
const API: Duration = Duration::from_secs(4);
const CONNECT: Duration = Duration::from_millis(300);
/// Where RKE2's and K3s' etcd serve health and metrics without TLS (`listen-metrics-urls`, pkg/etcd of K3s;
/// RKE2's `pkg/podtemplate/spec.go` probes the same port).
const ETCD: u16 = 2381;
const APISERVER: u16 = 6443;

/// Objects that signatures and the preflight ask for, as (path under `yamls/`, path of the API).
const OBJECTS: &[(&str, &str)] = &[
    ("cluster/v1/nodes", "/api/v1/nodes"),
    (
        "cluster/policy/v1/poddisruptionbudgets",
        "/apis/policy/v1/poddisruptionbudgets",
    ),
    (
        "cluster/longhorn.io/v1beta2/volumes",
        "/apis/longhorn.io/v1beta2/volumes",
    ),
    (
        "cluster/longhorn.io/v1beta2/nodes",
        "/apis/longhorn.io/v1beta2/nodes",
    ),
    (
        "cluster/k3s.cattle.io/v1/etcdsnapshotfiles",
        "/apis/k3s.cattle.io/v1/etcdsnapshotfiles",
    ),
    (
        "cluster/harvesterhci.io/v1beta1/upgrades",
        "/apis/harvesterhci.io/v1beta1/upgrades",
    ),
    (
        "cluster/harvesterhci.io/v1beta1/settings",
        "/apis/harvesterhci.io/v1beta1/settings",
    ),
    (
        "cluster/cluster.x-k8s.io/v1beta1/machines",
        "/apis/cluster.x-k8s.io/v1beta1/machines",
    ),
    (
        "cluster/provisioning.cattle.io/v1/clusters",
        "/apis/provisioning.cattle.io/v1/clusters",
    ),
    (
        "cluster/management.cattle.io/v3/nodes",
        "/apis/management.cattle.io/v3/nodes",
    ),
    // What may be large comes last: once one question gets no answer, no more are asked.
    ("cluster/v1/pods", "/api/v1/pods?limit=2000"),
    ("cluster/v1/events", "/api/v1/events?limit=2000"),
];

pub(super) fn add(installed: &Installed, made: &mut Vec<Made>, unread: &mut Vec<Unread>) {
    for distribution in &installed.distributions {
        runtime(distribution, made);
        if distribution.etcd {
            for (name, path) in [
                ("etcd/endpointhealth", "/health"),
                ("etcd/etcd-metrics-127.0.0.1:2381.txt", "/metrics"),
            ] {
                made.push(Made {
                    name: name.to_owned(),
                    cluster: false,
                    from: Source::Ask { port: ETCD, path },
                });
            }
        }
        api(distribution, made, unread);
    }
    if installed.rke1 {
        rke1(made, unread);
    }
}

/// Where RKE1's containers find their configuration, and it stands on the node, too.
const RKE1_SSL: &str = "/etc/kubernetes/ssl";
/// Where RKE1 keeps etcd's data.
const RKE1_ETCD: [&str; 2] = ["/var/lib/etcd", "/opt/rke/var/lib/etcd"];

/// RKE1 runs in docker; its etcd and API server take clients with a certificate only. Their own clients stand in the
/// containers and use what is there, as the logs-collector asks them.
fn rke1(made: &mut Vec<Made>, unread: &mut Vec<Unread>) {
    let Some(docker) = find_program(&["docker"]) else {
        unread.push(Unread {
            what: "containers, etcd's health and the cluster's objects".into(),
            because: "there is no docker on this node".into(),
            command: None,
        });
        return;
    };
    let given_up = Arc::new(AtomicBool::new(false));
    let run = |args: &[&str]| {
        let mut program = Program::new(&docker, args, RUNTIME);
        program.group = Some(Arc::clone(&given_up));
        program
    };
    made.push(Made::run("docker/dockerpsa", run(&["ps", "-a"])));
    if RKE1_ETCD.iter().any(|folder| Path::new(folder).is_dir()) {
        for (name, words) in [
            ("etcd/endpointhealth", ["endpoint", "health"].as_slice()),
            (
                "etcd/endpointstatus",
                &["endpoint", "status", "--write-out", "table"],
            ),
            ("etcd/memberlist", &["member", "list"]),
            ("etcd/alarmlist", &["alarm", "list"]),
        ] {
            let mut program = run(&[&["exec", "etcd", "etcdctl"], words].concat());
            program.both = name == "etcd/endpointhealth";
            made.push(Made::run(name, program));
        }
    }
    // Only a control plane has this identity; it may list what there is.
    let config = format!("{RKE1_SSL}/kubecfg-kube-controller-manager.yaml");
    if !Path::new(&config).exists() {
        let command = "bundlevet local, on a control-plane node of this cluster".to_owned();
        unread.push(objects_unread(
            "this node is no control plane: only those may list them",
            Some(command),
        ));
        return;
    }
    let config = format!("--kubeconfig={config}");
    let head = ["exec", "kubelet", "kubectl", config.as_str()];
    objects(made, |args| run(&[head.as_slice(), args].concat()));
}

fn objects_unread(because: &str, command: Option<String>) -> Unread {
    Unread {
        what: "the cluster's objects (Nodes, volumes, PodDisruptionBudgets)".into(),
        because: because.to_owned(),
        command,
    }
}

/// One question per kind, each a program of its own.
fn objects(made: &mut Vec<Made>, run: impl Fn(&[&str]) -> Program) {
    for (name, path) in OBJECTS {
        let args = ["get", "--raw", path, "--request-timeout=3s"];
        let mut one = Made::run(format!("yamls/{name}.yaml"), run(&args));
        one.cluster = true;
        made.push(one);
    }
}

/// Where the distribution keeps the programs it brings.
fn own(distribution: &Distribution, name: &str) -> Option<PathBuf> {
    let folder = match distribution.name {
        "rke2" => "bin",
        // `/usr/local/bin/k3s crictl` would unpack itself first where it has not run yet.
        _ => "data/current/bin",
    };
    let path = distribution.data.join(folder).join(name);
    path.is_file().then_some(path)
}

fn runtime(distribution: &Distribution, made: &mut Vec<Made>) {
    let config = distribution.data.join("agent/etc/crictl.yaml");
    if let Some(crictl) = own(distribution, "crictl").filter(|_| config.is_file()) {
        let args: [OsString; 4] = ["--config".into(), config.into(), "ps".into(), "-a".into()];
        made.push(Made::run("crictl/psa", Program::new(crictl, args, RUNTIME)));
    }
}

/// kubectl's `get --raw` asks for one path and keeps no cache.
fn api(distribution: &Distribution, made: &mut Vec<Made>, unread: &mut Vec<Unread>) {
    let mut without = |because: &str, command: Option<String>| {
        unread.push(objects_unread(because, command));
    };
    if !distribution.server {
        let command = "bundlevet local, on a server of this cluster".to_owned();
        return without(
            "this node is an agent: only servers may list them",
            Some(command),
        );
    }
    let config = PathBuf::from(format!("/etc/rancher/{0}/{0}.yaml", distribution.name));
    let Some(kubectl) = own(distribution, "kubectl").or_else(|| find_program(&["kubectl"])) else {
        return without("there is no kubectl on this node", None);
    };
    if std::fs::File::open(&config).is_err() {
        let why = format!("{} cannot be read", config.display());
        return without(&why, Some("sudo bundlevet local".to_owned()));
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, APISERVER));
    if TcpStream::connect_timeout(&address, CONNECT).is_err() {
        let why = "the API server of this node does not answer on 127.0.0.1:6443";
        return without(
            why,
            Some("bundlevet local, on a server whose API answers".to_owned()),
        );
    }
    let given_up = Arc::new(AtomicBool::new(false));
    let run = |args: &[&str]| {
        let mut all: Vec<OsString> = vec!["--kubeconfig".into(), config.clone().into_os_string()];
        all.extend(args.iter().map(Into::into));
        let mut program = Program::new(kubectl.clone(), all, API);
        program.group = Some(Arc::clone(&given_up));
        program
    };
    // Names only; kubectl asks what a secret is first, and must not keep the answer.
    let args = [
        "get",
        "secrets",
        "-n",
        "kube-system",
        "-o",
        "name",
        "--cache-dir=/dev/null",
        "--request-timeout=3s",
    ];
    made.push(Made::run("directories/kube-system-secrets", run(&args)));
    objects(made, run);
}
