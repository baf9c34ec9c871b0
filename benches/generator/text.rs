//! Templates with places for invented names into bytes.

use super::random::Random;

/// What stands in a place.
#[derive(Debug, Clone, Copy)]
enum Place {
    Pod,
    Namespace,
    Node,
    Ip,
    Port,
    Number,
    Small,
    Milliseconds,
    Uid,
    Hex,
    Digest,
    Volume,
    Image,
    Container,
    Path,
    Time,
}

/// A template cut into words and places: `{pod}`, `{ip}` and so on; other braces are words.
#[derive(Debug)]
pub(super) struct Template(Vec<(Box<[u8]>, Option<Place>)>);

const PLACES: &[(&str, Place)] = &[
    ("{pod}", Place::Pod),
    ("{ns}", Place::Namespace),
    ("{node}", Place::Node),
    ("{ip}", Place::Ip),
    ("{port}", Place::Port),
    ("{num}", Place::Number),
    ("{n}", Place::Small),
    ("{ms}", Place::Milliseconds),
    ("{uid}", Place::Uid),
    ("{hex}", Place::Hex),
    ("{digest}", Place::Digest),
    ("{volume}", Place::Volume),
    ("{image}", Place::Image),
    ("{container}", Place::Container),
    ("{path}", Place::Path),
    ("{time}", Place::Time),
];

impl Template {
    pub(super) fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut words = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let known = PLACES.iter().find(|(name, _)| rest.starts_with(name));
            if let Some((name, place)) = known {
                let words = std::mem::take(&mut words).into_bytes().into_boxed_slice();
                pieces.push((words, Some(*place)));
                rest = &rest[name.len()..];
            } else {
                words.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
        pieces.push((words.into_bytes().into_boxed_slice(), None));
        Self(pieces)
    }

    pub(super) fn write(&self, names: &Names, random: &mut Random, out: &mut Vec<u8>) {
        for (words, place) in &self.0 {
            out.extend_from_slice(words);
            if let Some(place) = place {
                names.write(*place, random, out);
            }
        }
    }
}

/// The names of one bundle: few, as in a real one, so that it packs as well.
#[derive(Debug)]
pub(super) struct Names {
    nodes: usize,
    pods: Vec<String>,
    uids: Vec<String>,
    digests: Vec<String>,
    volumes: Vec<String>,
    hexes: Vec<String>,
    ips: Vec<String>,
    paths: Vec<Template>,
}

pub(super) const NAMESPACES: &[&str] = &[
    "kube-system",
    "longhorn-system",
    "harvester-system",
    "cattle-system",
    "cattle-fleet-system",
    "cattle-monitoring-system",
    "default",
    "shop",
];
const IMAGES: &[&str] = &[
    "rancher/hardened-etcd:v3.5.13-k3s1-build20240910",
    "rancher/rancher:v2.9.2",
    "longhornio/longhorn-manager:v1.7.2",
    "longhornio/longhorn-engine:v1.7.2",
    "rancher/harvester:v1.4.1",
    "registry.example.com/shop/cart:3.11.0",
];
const PATHS: &[&str] = &[
    "/var/lib/kubelet/pods/{uid}/volumes/kubernetes.io~csi/{volume}/mount",
    "/var/lib/rancher/rke2/agent/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/{n}/fs",
    "/var/lib/rancher/rke2/server/db/etcd/member/snap/db",
    "/var/lib/harvester/defaultdisk/replicas/{volume}-{hex}",
    "/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/{digest}/rootfs",
    "/etc/kubernetes/manifests/config.yaml",
];
/// Pod name stems and the container in them.
pub(super) const PODS: &[(&str, &str)] = &[
    ("longhorn-manager", "longhorn-manager"),
    ("instance-manager", "instance-manager"),
    ("longhorn-csi-plugin", "longhorn-csi-plugin"),
    ("virt-handler", "virt-handler"),
    ("virt-controller", "virt-controller"),
    ("rancher", "rancher"),
    ("cattle-cluster-agent", "cluster-register"),
    ("fleet-agent", "fleet-agent"),
    ("coredns", "coredns"),
    (
        "rke2-ingress-nginx-controller",
        "rke2-ingress-nginx-controller",
    ),
    ("kube-vip", "kube-vip"),
    ("harvester", "apiserver"),
    ("prometheus", "prometheus"),
    ("cart", "server"),
];

impl Names {
    pub(super) fn new(seed: u64, nodes: usize) -> Self {
        let mut random = Random::of(seed, "names");
        let hex = |random: &mut Random, len: usize| -> String {
            let mut text = String::new();
            while text.len() < len {
                text.push_str(&format!("{:016x}", random.next()));
            }
            text.truncate(len);
            text
        };
        let uid = |random: &mut Random| {
            let text = hex(random, 32);
            let (a, b, c, d) = (&text[..8], &text[8..12], &text[12..16], &text[16..20]);
            format!("{a}-{b}-{c}-{d}-{}", &text[20..])
        };
        let mut list = |count: usize, make: &dyn Fn(&mut Random, usize) -> String| {
            (0..count).map(|i| make(&mut random, i)).collect::<Vec<_>>()
        };
        let consonants = |random: &mut Random| -> String {
            (0..5)
                .map(|_| char::from(b"bcdfghjklmnpqrstvwxz2456789"[random.below(27)]))
                .collect()
        };
        Self {
            nodes: nodes.max(1),
            pods: list(48, &|random, i| {
                format!("{}-{}", PODS[i % PODS.len()].0, consonants(random))
            }),
            uids: list(96, &|random, _| uid(random)),
            digests: list(64, &|random, _| hex(random, 64)),
            volumes: list(40, &|random, _| format!("pvc-{}", uid(random))),
            hexes: list(128, &|random, _| hex(random, 8)),
            ips: list(64, &|random, i| match i % 3 {
                0 => format!("192.0.2.{}", random.below(254) + 1),
                1 => format!("198.51.100.{}", random.below(254) + 1),
                _ => format!("203.0.113.{}", random.below(254) + 1),
            }),
            paths: PATHS.iter().map(|path| Template::new(path)).collect(),
        }
    }

    pub(super) fn pod(&self, index: usize) -> &str {
        &self.pods[index % self.pods.len()]
    }

    fn write(&self, place: Place, random: &mut Random, out: &mut Vec<u8>) {
        // A few names come most of the time, as in a real bundle.
        let pick = |list: &[String], random: &mut Random, out: &mut Vec<u8>| {
            let n = list.len();
            let n = random.below(n).min(random.below(n)) + 1;
            out.extend_from_slice(list[random.below(n)].as_bytes());
        };
        match place {
            Place::Pod => pick(&self.pods, random, out),
            Place::Uid => pick(&self.uids, random, out),
            Place::Digest => pick(&self.digests, random, out),
            Place::Volume => pick(&self.volumes, random, out),
            Place::Hex => pick(&self.hexes, random, out),
            Place::Ip => pick(&self.ips, random, out),
            Place::Namespace => {
                out.extend_from_slice(NAMESPACES[random.below(NAMESPACES.len())].as_bytes());
            }
            Place::Image => out.extend_from_slice(IMAGES[random.below(IMAGES.len())].as_bytes()),
            Place::Container => {
                out.extend_from_slice(PODS[random.below(PODS.len())].1.as_bytes());
            }
            Place::Node => {
                out.extend_from_slice(b"node");
                number(random.below(self.nodes) as u64 + 1, 1, out);
            }
            Place::Port => number(
                [2379, 2380, 6443, 9345, 10250, 9500][random.below(6)],
                1,
                out,
            ),
            Place::Number => number(random.next() >> (34 + random.below(24)), 1, out),
            Place::Small => number(random.below(24) as u64, 1, out),
            Place::Milliseconds => {
                number(random.below(900) as u64 + 100, 1, out);
                out.push(b'.');
                number(random.below(1_000_000) as u64, 6, out);
                out.extend_from_slice(b"ms");
            }
            Place::Path => {
                self.paths[random.below(self.paths.len())].write(self, random, out);
            }
            Place::Time => {
                out.extend_from_slice(b"2025-03-");
                number(random.below(28) as u64 + 1, 2, out);
                out.push(b'T');
                number(random.below(24) as u64, 2, out);
                out.push(b':');
                number(random.below(60) as u64, 2, out);
                out.push(b':');
                number(random.below(60) as u64, 2, out);
                out.push(b'Z');
            }
        }
    }
}

/// A number with at least so many digits.
pub(super) fn number(mut value: u64, digits: usize, out: &mut Vec<u8>) {
    let mut text = [b'0'; 20];
    let mut at = text.len();
    while value > 0 || at > text.len() - digits {
        at -= 1;
        text[at] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    out.extend_from_slice(&text[at..]);
}
