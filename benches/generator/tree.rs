//! The members of a bundle and how large each is to be.

use std::io::{self, Write};

use super::Wish;
use super::log::Log;
use super::object::{self, KINDS, Kind};
use super::text::{NAMESPACES, Names};
use super::voice::{Around, voice};

/// The root folder of a bundle.
pub const ROOT: &str = "supportbundle_5d6c2b9e-0f4e-4c57-9b1a-3a7b6e2f8d10_2025-03-06T23-59-59Z";

/// Logs of a node, their program, their share of the node's bytes.
const NODE_LOGS: &[(&str, &str, Around, u64)] = &[
    ("kubelet.log", "kubelet", Around::Nothing, 35),
    ("rke2-server.log", "rke2", Around::Journal, 25),
    ("containerd.log", "containerd", Around::Nothing, 20),
    (
        "rancher-system-agent.log",
        "rancher-system-agent",
        Around::Journal,
        10,
    ),
    ("kernel.log", "kernel", Around::Journal, 10),
];

/// Namespace, pod stem, container and program of a pod's log.
const POD_LOGS: &[(&str, &str, &str, &str)] = &[
    ("kube-system", "etcd", "etcd", "etcd"),
    (
        "kube-system",
        "kube-apiserver",
        "kube-apiserver",
        "kube-apiserver",
    ),
    (
        "longhorn-system",
        "longhorn-manager",
        "longhorn-manager",
        "longhorn-manager",
    ),
    (
        "longhorn-system",
        "instance-manager",
        "instance-manager",
        "longhorn-instance-manager",
    ),
    (
        "harvester-system",
        "virt-handler",
        "virt-handler",
        "virt-handler",
    ),
    ("cattle-system", "rancher", "rancher", "rancher"),
    (
        "kube-system",
        "rke2-coredns-rke2-coredns",
        "coredns",
        "coredns",
    ),
    (
        "kube-system",
        "rke2-ingress-nginx-controller",
        "rke2-ingress-nginx-controller",
        "ingress-nginx",
    ),
    ("harvester-system", "kube-vip", "kube-vip", "kube-vip"),
];

/// A member.
#[derive(Debug)]
pub struct Member {
    /// Inside the archive that holds it.
    pub path: String,
    /// Expanded bytes, about.
    pub size: u64,
    what: What,
}

#[derive(Debug)]
enum What {
    Text(String),
    Nodes,
    Log(&'static str, Around, usize),
    List(&'static Kind),
}

/// Members of the outer archive and, per node, of its own.
#[derive(Debug)]
pub struct Tree {
    wish: Wish,
    names: Names,
    /// Outside of the nodes.
    pub outer: Vec<Member>,
    /// Name of the node and what is in its archive, below a folder of its name.
    pub nodes: Vec<(String, Vec<Member>)>,
}

impl Tree {
    /// Plans a bundle.
    pub fn new(wish: &Wish) -> Self {
        let yaml = (wish.size as f64 * wish.yaml.clamp(0.0, 1.0)) as u64;
        let logs = wish.size.saturating_sub(yaml);
        let nodes = (1..=wish.nodes).map(|node| {
            let size = logs * 45 / 100 / wish.nodes.max(1) as u64;
            (format!("node{node}"), node_logs(node, size))
        });
        let nodes: Vec<_> = nodes.collect();
        let mut outer = vec![
            text(
                "metadata.yaml",
                "bundlecreatedat: \"2025-03-06T23:59:59Z\"\nbundlename: supportbundle\nbundleversion: v1.4.1\nissuedescription: node is down\nissueurl: \"null\"\nkubernetesversion: v1.30.4+rke2r1\nprojectnamespaceuuid: 5d6c2b9e-0f4e-4c57-9b1a-3a7b6e2f8d10\n",
            ),
            text("bundleGenerationError.log", ""),
            Member {
                path: "yamls/cluster/v1/nodes.yaml".to_owned(),
                size: 1200 * wish.nodes.max(1) as u64,
                what: What::Nodes,
            },
        ];
        outer.extend(lists(yaml));
        let rest = logs
            - nodes
                .iter()
                .flat_map(|(_, logs)| logs)
                .map(|log| log.size)
                .sum::<u64>()
                .min(logs);
        outer.extend(pod_logs(rest, wish.nodes.max(1)));
        Self {
            wish: wish.clone(),
            names: Names::new(wish.seed, wish.nodes),
            outer,
            nodes,
        }
    }

    /// One log of one program, nothing else.
    pub fn single(wish: &Wish) -> Self {
        let mut tree = Self::new(&Wish {
            size: 0,
            nodes: 0,
            ..wish.clone()
        });
        tree.wish = wish.clone();
        tree.outer = vec![Member {
            path: "kubelet.log".to_owned(),
            size: wish.size,
            what: What::Log("kubelet", Around::Nothing, 1),
        }];
        tree
    }

    /// Writes a member and says how many bytes it has; the same every time.
    pub fn write(&self, member: &Member, out: &mut dyn Write) -> io::Result<u64> {
        match &member.what {
            What::Text(text) => out.write_all(text.as_bytes()).map(|()| text.len() as u64),
            What::Nodes => object::nodes(&self.wish, &self.names, out),
            What::List(kind) => object::list(
                &self.wish,
                &self.names,
                kind,
                &member.path,
                member.size,
                out,
            ),
            What::Log(program, around, node) => {
                let log = Log {
                    wish: &self.wish,
                    names: &self.names,
                    voice: voice(program),
                    around: *around,
                    node: *node,
                };
                // Logs of different nodes have one path inside their archives.
                log.write(&format!("{node}/{}", member.path), member.size, out)
            }
        }
    }
}

fn text(path: &str, text: &str) -> Member {
    Member {
        path: path.to_owned(),
        size: text.len() as u64,
        what: What::Text(text.to_owned()),
    }
}

fn node_logs(node: usize, size: u64) -> Vec<Member> {
    let log = |&(name, program, around, share): &(&str, &'static str, Around, u64)| Member {
        path: format!("node{node}/logs/{name}"),
        size: size * share / 100,
        what: What::Log(program, around, node),
    };
    let mut members: Vec<Member> = NODE_LOGS.iter().map(log).collect();
    members.push(text(
        &format!("node{node}/configs/etc/hostname"),
        &format!("node{node}\n"),
    ));
    members
}

/// Indexes of those in [`POD_LOGS`] that the kubelet runs by itself.
const STATIC: [usize; 2] = [0, 1];

/// As many logs as a bundle of that size has, the first ones of each program the largest.
fn pod_logs(size: u64, nodes: usize) -> Vec<Member> {
    let count = (size / (2 << 20)).clamp(POD_LOGS.len() as u64, 400) as usize;
    let weight = |index: usize| 1000 / (1 + index / POD_LOGS.len()) as u64;
    let all: u64 = (0..count).map(weight).sum();
    let log = |index: usize| {
        let (round, kind) = (index / POD_LOGS.len(), index % POD_LOGS.len());
        // A static pod runs once on a node and is named after it.
        let spent = STATIC.contains(&kind) && round >= nodes;
        let kind = if spent { index % 5 + 2 } else { kind };
        let (namespace, stem, container, program) = POD_LOGS[kind];
        let own = if STATIC.contains(&kind) {
            format!("node{}", round + 1)
        } else {
            format!("{:05x}", index * 7919 % 0xfffff)
        };
        Member {
            path: format!("logs/{namespace}/{stem}-{own}/{container}.log"),
            size: size / all * weight(index) + size % all * weight(index) / all,
            what: What::Log(program, Around::Timestamps, index % 3 + 1),
        }
    };
    (0..count).map(log).collect()
}

fn lists(yaml: u64) -> Vec<Member> {
    let all: u64 = KINDS.iter().map(|kind| u64::from(kind.weight)).sum();
    let mut members = Vec::new();
    for kind in KINDS.iter().filter(|_| yaml > 0) {
        let size = yaml * u64::from(kind.weight) / all;
        let spaces: &[&str] = if kind.path.contains("{}") {
            NAMESPACES
        } else {
            &[""]
        };
        members.extend(spaces.iter().map(|space| Member {
            path: format!("yamls/{}", kind.path.replace("{}", space)),
            size: size / spaces.len() as u64,
            what: What::List(kind),
        }));
    }
    members
}
