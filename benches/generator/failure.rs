//! What can go wrong in a generated bundle: a thousand failures, each a line that a program prints and the pattern that asks
//! for it. They are put together from the words of real messages, so that the frozen signature sets look like written ones.

use std::collections::BTreeSet;

use super::random::Random;
use super::text::{Names, Template};

/// Failures there are.
pub const ALL: usize = 1000;

/// One failure.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Who says it.
    pub program: &'static str,
    /// A cause; else a symptom.
    pub cause: bool,
    /// What is said, with places as in `text`.
    pub line: String,
    /// What a signature asks for, a YAML value.
    pub pattern: String,
    /// What was tried, why it failed, and whether the pattern leaves that open.
    pub words: (&'static str, &'static str, bool),
    /// The same as a regular expression, for other programs.
    pub regex: String,
    /// What a signature asks of objects besides, a YAML flow mapping.
    pub object: Option<String>,
}

struct Domain {
    program: &'static str,
    acts: &'static [&'static str],
    things: &'static [&'static str],
}

const DOMAINS: &[Domain] = &[
    Domain {
        program: "kubelet",
        acts: &[
            "start container manager",
            "mount device",
            "tear down volume",
            "sync pod sandbox",
            "register with the node authorizer",
            "evict pod",
            "reserve cgroup",
            "load bootstrap kubeconfig",
            "probe startup",
            "garbage collect image",
            "update lease",
        ],
        things: &[
            "for pod {pod} in {ns}",
            "on {node}",
            "{volume}",
            "of container {container}",
            "at {path}",
            "with uid {uid}",
            "image {image}",
        ],
    },
    Domain {
        program: "rke2",
        acts: &[
            "bootstrap the datastore",
            "join etcd member",
            "rotate serving certificate",
            "validate server token",
            "apply manifest",
            "wait for the apiserver",
            "prepare containerd config",
            "snapshot etcd",
            "load kernel module",
            "reconcile bootstrap data",
        ],
        things: &[
            "from {ip}:{port}",
            "on {node}",
            "revision {num}",
            "at {path}",
            "after {ms}",
            "member {hex}",
        ],
    },
    Domain {
        program: "containerd",
        acts: &[
            "unpack layer",
            "reserve sandbox name",
            "open shim log",
            "attach cni network",
            "resolve reference",
            "remove snapshot",
            "checkpoint task",
            "set apparmor profile",
        ],
        things: &[
            "{digest}",
            "for {image}",
            "of sandbox {digest}",
            "at {path}",
            "namespace {ns}",
        ],
    },
    Domain {
        program: "rancher-system-agent",
        acts: &[
            "apply machine plan",
            "run instruction",
            "probe controller manager",
            "fetch remote plan",
            "extract system image",
            "verify plan checksum",
        ],
        things: &[
            "{digest}",
            "attempt {n}",
            "for {node}",
            "from {ip}:{port}",
            "revision {num}",
        ],
    },
    Domain {
        program: "kernel",
        acts: &[
            "write journal superblock",
            "reset nvme controller",
            "complete block request",
            "allocate order three page",
            "handle hung task",
            "reload link firmware",
            "map iommu group",
        ],
        things: &[
            "sd{hex}",
            "sector {num}",
            "for {num} seconds",
            "on port {n}",
            "bus {hex}",
        ],
    },
    Domain {
        program: "etcd",
        acts: &[
            "publish local member",
            "verify peer certificate",
            "append raft entries",
            "open backend snapshot",
            "elect a new leader",
            "read index in time",
            "defragment the backend",
            "purge wal segment",
        ],
        things: &[
            "{hex}",
            "peer {ip}:{port}",
            "term {num}",
            "revision {num}",
            "took {ms}",
            "at {path}",
        ],
    },
    Domain {
        program: "kube-apiserver",
        acts: &[
            "authenticate the request",
            "call admission webhook",
            "decode stored object",
            "proxy to aggregated api",
            "renew serving bundle",
            "list custom resources",
            "encrypt at rest",
        ],
        things: &[
            "for {ns}/{pod}",
            "from {ip}",
            "revision {num}",
            "within {ms}",
            "audit {uid}",
        ],
    },
    Domain {
        program: "longhorn-manager",
        acts: &[
            "salvage volume",
            "rebuild replica",
            "schedule replica",
            "expand engine frontend",
            "attach volume",
            "purge snapshot chain",
            "restore backup",
            "recover share manager",
            "evict replica",
        ],
        things: &[
            "{volume}",
            "on {node}",
            "engine {volume}-e-0",
            "replica {volume}-r-{hex}",
            "disk {uid}",
            "size {num}",
        ],
    },
    Domain {
        program: "longhorn-instance-manager",
        acts: &[
            "dial replica server",
            "read revision counter",
            "sync data file",
            "launch iscsi target",
            "expand block device",
            "prune backing image",
        ],
        things: &[
            "{ip}:10000",
            "{volume}",
            "index {n}",
            "session {hex}",
            "after {ms}",
        ],
    },
    Domain {
        program: "virt-handler",
        acts: &[
            "migrate domain",
            "attach hotplug disk",
            "freeze guest filesystem",
            "connect launcher socket",
            "allocate vhost device",
            "report guest heartbeat",
        ],
        things: &[
            "{ns}/{pod}",
            "to {node}",
            "socket {path}",
            "memory {num}",
            "uid {uid}",
        ],
    },
    Domain {
        program: "rancher",
        acts: &[
            "provision bootstrap node",
            "sync cluster agent",
            "drain machine",
            "deploy system chart",
            "refresh user tokens",
            "delete stale machine",
            "sign agent certificate",
            "reach downstream cluster",
        ],
        things: &[
            "c-m-{hex}",
            "for {node}",
            "in {ns}",
            "at {ip}:{port}",
            "generation {num}",
        ],
    },
    Domain {
        program: "coredns",
        acts: &[
            "forward upstream query",
            "transfer zone data",
            "watch endpoint slices",
            "bind listening socket",
        ],
        things: &["{ip}:53", "zone {hex}.example.com", "in {ns}", "after {ms}"],
    },
];

const REASONS: &[&str] = &[
    "context deadline exceeded while waiting for {ip}",
    "certificate has expired or is not yet valid",
    "no space left on the backing device",
    "input/output error at offset {num}",
    "the object has been modified since generation {num}",
    "permission denied by the security module",
    "stale file handle below {path}",
    "device or resource is still busy",
    "quota of {num} inodes is exhausted",
    "unexpected end of the data stream",
    "no route towards {ip}",
    "checksum {digest} does not agree",
    "peer closed the session {hex}",
    "an older lock is held by {node}",
    "exit status {n} of the helper",
    "unsupported feature level {n}",
];
const OPENINGS: &[&str] = &[
    "Failed to",
    "Could not",
    "Unable to",
    "Giving up trying to",
    "Error: cannot",
];

impl Failure {
    /// The first `count` of them; the same ones every time.
    pub fn first(count: usize) -> Vec<Failure> {
        let mut random = Random::of(7, "failures");
        let mut seen = BTreeSet::new();
        let mut all = Vec::with_capacity(count);
        while all.len() < count {
            let failure = Self::draw(all.len(), &mut random);
            if seen.insert(failure.line.clone()) {
                all.push(failure);
            }
        }
        all
    }

    /// Whether its line may be one that the pattern of `other` asks for, too.
    pub fn may_be(&self, other: &Failure) -> bool {
        let ((act, reason, _), (other_act, other_reason, open)) = (self.words, other.words);
        self.program == other.program && act == other_act && (open || reason == other_reason)
    }

    /// The line with names in its places.
    pub fn sample(&self) -> String {
        let mut out = Vec::new();
        let mut random = Random::of(7, &self.line);
        Template::new(&self.line).write(&Names::new(7, 3), &mut random, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn draw(index: usize, random: &mut Random) -> Failure {
        let pick =
            |list: &'static [&'static str], random: &mut Random| list[random.below(list.len())];
        let domain = &DOMAINS[index % DOMAINS.len()];
        let opening = pick(OPENINGS, random);
        let act = pick(domain.acts, random);
        let thing = pick(domain.things, random);
        let reason = pick(REASONS, random);
        // kinds of patterns as people write them
        let form = random.below(10);
        let (line, pattern, regex) = match form {
            // the reason is left open
            0 => (
                format!("{opening} {act} {thing}: {reason}"),
                quoted(&format!("{opening} {act} {}: <reason>", asked(thing))),
                format!("{opening} {act} {}: .*", expression(thing)),
            ),
            // a gap
            1 | 2 => (
                format!("{opening} {act} {thing}: {reason}"),
                quoted(&format!("{act} ... {}", second(&asked(reason)))),
                format!("{act} .* {}", expression(reason)),
            ),
            // an expression
            3 => (
                format!("{opening} {act} {thing}: {reason}"),
                format!("{{regex: '{act} .+: {}'}}", expression(reason)),
                format!("{act} .+: {}", expression(reason)),
            ),
            // words alone
            4 => (
                format!("{act} is not possible: {reason}"),
                quoted(&format!(
                    "{act} is not possible: {}",
                    second(&asked(reason))
                )),
                format!("{act} is not possible: {}", expression(reason)),
            ),
            _ => (
                format!("{opening} {act} {thing}: {reason}"),
                quoted(&format!(
                    "{opening} {act} {}: {}",
                    asked(thing),
                    second(&asked(reason))
                )),
                format!(
                    "{opening} {act} {}: {}",
                    expression(thing),
                    expression(reason)
                ),
            ),
        };
        Failure {
            program: domain.program,
            cause: random.below(10) < 6,
            line,
            pattern,
            regex,
            words: (act, reason, form == 0),
            object: (index % 10 == 9).then(|| object(index / 10, random)),
        }
    }
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

const ASKED: &[(&str, &str, &str)] = &[
    ("{pod}", "<pod>", "[a-z0-9-]+"),
    ("{ns}", "<ns>", "[a-z0-9-]+"),
    ("{node}", "<node>", "\\S+"),
    ("{ip}", "<ip>", "[0-9.]+"),
    ("{port}", "<port>", "[0-9]+"),
    ("{num}", "<num>", "[0-9]+"),
    ("{n}", "<n>", "[0-9]+"),
    ("{ms}", "<duration>", "[0-9.]+ms"),
    ("{uid}", "<uid>", "[0-9a-f-]{36}"),
    ("{hex}", "<id>", "[0-9a-f]{8}"),
    ("{digest}", "<hash>", "[0-9a-f]{64}"),
    ("{volume}", "<volume>", "pvc-[0-9a-f-]{36}"),
    ("{image}", "<image>", "\\S+"),
    ("{container}", "<container>", "[a-z0-9-]+"),
    ("{path}", "<path>", "/\\S+"),
];

fn asked(text: &str) -> String {
    let replaced = |text: String, (place, name, _): &(&str, &str, &str)| text.replace(place, name);
    let mut text = ASKED.iter().fold(text.to_owned(), replaced);
    // `<volume>-e-0` is one word to the pattern
    for tail in ["-e-0", "-r-<id>"] {
        text = text.replace(&format!("<volume>{tail}"), "<name>");
    }
    text.replace("sd<id>", "<device>")
        .replace("c-m-<id>", "<cluster>")
        .replace("<id>.example.com", "<host>")
}

/// A name used twice in a pattern has one value: those of the reason are other ones.
fn second(text: &str) -> String {
    text.replace('>', "2>")
}

fn expression(text: &str) -> String {
    let replaced =
        |text: String, (place, _, shape): &(&str, &str, &str)| text.replace(place, shape);
    ASKED.iter().fold(text.to_owned(), replaced)
}

fn object(index: usize, random: &mut Random) -> String {
    let n = random.below(40) + 3;
    match index % 10 {
        0 => format!(
            "{{object: Volume.longhorn.io, where: {{status.state: attached, status.robustness: faulted, spec.numberOfReplicas: {{ge: {}}}}}}}",
            n % 4 + 1
        ),
        1 => format!(
            "{{object: Pod, where: {{'status.containerStatuses[*].restartCount': {{ge: {}}}, metadata.namespace: cattle-system}}}}",
            n * 50
        ),
        2 => format!(
            "{{object: Event, where: {{reason: FailedMount, message: {{matches: 'rpc error <code> while the volume of class {n} is attached'}}}}}}"
        ),
        3 => format!(
            "{{object: Replica.longhorn.io, where: {{spec.failedAt: {{newer-than: {n}h}}, status.currentState: error}}}}"
        ),
        4 => format!(
            "{{object: Node, where: {{'condition.<type>.reason': KubeletHasPressureOfKind{n}}}}}"
        ),
        5 => format!(
            "{{object: PersistentVolumeClaim, where: {{status.phase: Pending, spec.resources.requests.storage: {{ge: {n}Ti}}}}}}"
        ),
        6 => format!(
            "{{object: Machine.cluster.x-k8s.io, where: {{status.phase: Deleting, metadata.deletionTimestamp: {{older-than: {n}h}}}}}}"
        ),
        7 => format!(
            "{{object: VirtualMachine.kubevirt.io, where: {{status.printableStatus: ErrorUnschedulable, 'spec.template.spec.domain.cpu.cores': {{ge: {n}}}}}}}"
        ),
        8 => format!(
            "{{object: Snapshot.longhorn.io, where: {{status.error: {{matches: 'lost track of the snapshot chain {n}'}}}}}}"
        ),
        _ => format!(
            "{{object: Pod, where: {{'status.containerStatuses[*].state.waiting.reason': {{matches: 'CreateContainer<what>Error{n}'}}}}}}"
        ),
    }
}
