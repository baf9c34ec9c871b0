//! The first bytes of a file of unknown place into what it is: objects, a table, binary data, or a log and whose.
//!
//! Only enough of the line formats is read here to tell programs apart; decoding proper is a later stage's.

use super::{EntryKind, Placement, ProgramSet, Skip, programs};
use crate::bundle::Program;

/// Bytes of the head that are looked at.
const LOOK: usize = 256 * 1024;
/// Lines that are looked at.
const LINES: usize = 400;

/// What the bytes are.
pub(super) fn read(head: &[u8]) -> Placement {
    let head = head.get(..LOOK.min(head.len())).unwrap_or_default();
    if head.is_empty() {
        return Placement::log(ProgramSet::ALL);
    }
    if is_binary(head) {
        return Placement::skipped(Skip::Binary);
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if is_objects(text) || is_kubectl_table(text) {
        return Placement::of(EntryKind::Objects);
    }
    if is_etcdctl_table(text) {
        return Placement::of(EntryKind::Fact);
    }
    if let Some(dumped) = dumped_pod(text) {
        return dumped;
    }
    log(text)
}

/// NUL and control bytes beyond what terminals and broken disks put into logs. UTF-16 is text.
fn is_binary(head: &[u8]) -> bool {
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return false;
    }
    let look = head.get(..4096.min(head.len())).unwrap_or_default();
    let odd = look
        .iter()
        .filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31 | 127))
        .count();
    odd * 10 > look.len()
}

/// A list, an array or a single object, as YAML or JSON; never lines of JSON.
fn is_objects(text: &str) -> bool {
    let first = text.as_bytes().first().copied();
    if matches!(first, Some(b'{' | b'[')) {
        let look: String = text
            .chars()
            .take(4096)
            .filter(|c| !c.is_whitespace())
            .collect();
        let line = text.lines().next().unwrap_or_default();
        // Audit records are objects by form and lines of a log by use.
        let is_line = line.len() > 2
            && line.ends_with('}')
            && text.lines().nth(1).is_some_and(|l| l.starts_with('{'));
        let keys = look.contains("\"apiVersion\":")
            && (look.contains("\"kind\":") || look.contains("\"items\":"));
        return keys && !look.contains("audit.k8s.io") && !is_line;
    }
    let mut keys = 0;
    let list = text.lines().any(|l| l.starts_with("- "));
    for line in text.lines().take(60) {
        // An array's fields stand two further in.
        let line = match line.strip_prefix("- ") {
            Some(field) => field,
            None if list => line.strip_prefix("  ").unwrap_or(line),
            None => line,
        };
        // Longhorn's bundles before 1.4 dump Go structs.
        let strong = ["apiVersion:", "typemeta:", "objectmeta:"];
        let weak = ["kind:", "items:", "metadata:", "spec:", "status:"];
        keys += u32::from(strong.iter().any(|k| line.starts_with(k))) * 2;
        keys += u32::from(weak.iter().any(|k| line.starts_with(k)));
    }
    keys >= 3
}

/// Whether a file of which this is the beginning holds objects and nothing else, as far as can be seen.
pub(in crate::bundle) fn holds_objects(head: &[u8]) -> bool {
    is_document(head) && read(head).kind == EntryKind::Objects
}

/// YAML or JSON from the first line on, or a table. A log may quote such documents.
fn is_document(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head.get(..LOOK.min(head.len())).unwrap_or_default());
    let text = text.trim_start_matches('\u{feff}');
    // The last line may be cut.
    let whole = text.rfind('\n').and_then(|end| text.get(..end));
    let told = |line: &&str| {
        let line = line.trim_end();
        !line.is_empty() && line != "---" && !line.starts_with('#')
    };
    let mut lines = whole.unwrap_or(text).lines().filter(told);
    let Some(first) = lines.next() else {
        return false;
    };
    if first.starts_with(['{', '[']) {
        let packed: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(64)
            .collect();
        let begins = [
            "\"apiVersion\":",
            "\"kind\":",
            "\"items\":",
            "\"metadata\":",
        ];
        let keys = packed.trim_start_matches(['{', '[']);
        // A line that is whole is a record, and others follow.
        let is_record = first.ends_with('}') && lines.next().is_some();
        return begins.iter().any(|key| keys.starts_with(key)) && !is_record;
    }
    is_kubectl_table(text.trim_start()) || lines.all(is_yaml) && is_yaml(first)
}

/// Whether a line may stand in the block style: indented, an item, or a key.
fn is_yaml(line: &str) -> bool {
    let line = line.trim_end();
    let key = || {
        let (key, value) = line.split_once(':').unwrap_or((" ", ""));
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        key.chars().all(plain) && (value.is_empty() || value.starts_with(' '))
    };
    line.starts_with([' ', '-', '#']) || key()
}

/// etcdctl's tables, drawn with `+----+`.
fn is_etcdctl_table(text: &str) -> bool {
    let mut lines = text.lines();
    lines.next().is_some_and(|l| l.starts_with("+-"))
        && lines
            .next()
            .is_some_and(|l| l.contains("ENDPOINT") || l.contains("MEMBER"))
}

/// kubectl's tables: a head of words in capitals.
fn is_kubectl_table(text: &str) -> bool {
    let mut words = text.lines().next().unwrap_or_default().split_whitespace();
    let upper = |w: &str| {
        w.len() > 1
            && w.bytes()
                .all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'(' | b')' | b'/'))
    };
    matches!(words.next(), Some("NAME" | "NAMESPACE" | "LAST"))
        && words.next().is_some_and(upper)
        && words.all(upper)
}

/// `==== START logs for container C of pod NS/P ====`.
fn dumped_pod(text: &str) -> Option<Placement> {
    let rest = text.strip_prefix("==== START logs for container ")?;
    let (_, rest) = rest.split_once(" of pod ")?;
    let (namespace, pod) = rest.split_once(' ')?.0.split_once('/')?;
    Some(Placement::whole_pod(namespace, pod))
}

/// What the sampled lines showed.
#[derive(Default)]
struct Seen {
    lines: u32,
    /// Lines that name their program.
    told: u32,
    programs: Option<ProgramSet>,
    /// Identifiers of journald and syslog lines, and the host they name.
    identifiers: Vec<String>,
    hosts: Vec<String>,
    klog: u32,
    logrus: u32,
}

fn log(text: &str) -> Placement {
    let mut seen = Seen::default();
    for line in text.lines().filter(|l| !l.trim().is_empty()).take(LINES) {
        seen.look(line);
    }
    seen.verdict()
}

impl Seen {
    fn look(&mut self, line: &str) {
        if line.starts_with("-- ") || line.starts_with("#==[") || line.starts_with('\t') {
            return;
        }
        self.lines += 1;
        let line = peel(line);
        let payload = match journal(line) {
            Some((host, identifier, message)) => {
                push_new(&mut self.hosts, host);
                push_new(&mut self.identifiers, identifier);
                self.told += 1;
                message
            }
            None => line,
        };
        self.klog += u32::from(klog_file(payload).is_some());
        self.logrus += u32::from(payload.starts_with("time=\""));
        if let Some(set) = told_by(payload) {
            self.told += 1;
            self.programs = Some(self.programs.map_or(set, |p| p.union(set)));
        }
    }

    fn verdict(self) -> Placement {
        let mut set = self.programs;
        for identifier in &self.identifiers {
            let one = programs::of_identifier(identifier).unwrap_or_else(programs::of_host);
            set = Some(
                set.map_or(one, |s| s.union(one))
                    .union(Program::Systemd.into()),
            );
        }
        // A whole journal: what the sample shows is not all that it holds.
        let named: Vec<&String> = self
            .identifiers
            .iter()
            .filter(|i| *i != "systemd")
            .collect();
        if named.len() > 1 {
            set = Some(set.map_or(programs::of_host(), |s| s.union(programs::of_host())));
        }
        // klog and logrus in one stream is one process with everything in it.
        if self.klog > 0 && self.logrus > 0 && set.is_some_and(|s| s.contains(Program::K3s)) {
            set = set.map(|s| s.union(programs::of_unit("k3s")));
        }
        // Few telling lines in a log say nothing about the rest.
        if self.told * 10 < self.lines {
            set = None;
        }
        let mut placement = Placement::log(set.unwrap_or_default());
        // `rke2` is the server's identifier and the agent's.
        if let [unit] = named.as_slice()
            && unit.as_str() != "rke2"
            && programs::of_identifier(unit).is_some()
        {
            placement.origin.unit = Some(unit.as_str().into());
        }
        if let [host] = self.hosts.as_slice() {
            placement = placement.on(Some(host));
        }
        placement
    }
}

fn push_new(list: &mut Vec<String>, item: &str) {
    if list.len() < 64 && !list.iter().any(|i| i == item) {
        list.push(item.to_owned());
    }
}

/// Without the kubelet's or docker's time, CRI's stream and tag, and docker's JSON.
fn peel(line: &str) -> &str {
    if let Some(rest) = line.strip_prefix("{\"log\":\"") {
        return rest;
    }
    let Some((stamp, rest)) = line.split_once(' ') else {
        return line;
    };
    let is_time =
        stamp.len() >= 20 && stamp.as_bytes().get(10) == Some(&b'T') && stamp.starts_with("20");
    if !is_time {
        return line;
    }
    ["stdout F ", "stderr F ", "stdout P ", "stderr P "]
        .iter()
        .find_map(|tag| rest.strip_prefix(tag))
        .unwrap_or(rest)
}

/// (host, identifier, message) of a journald or syslog line: `Mar 22 23:47:29 n1 rke2[15500]: ...`, with any of the
/// time formats, which [`peel`] may have taken away already.
fn journal(line: &str) -> Option<(&str, &str, &str)> {
    let (head, message) = line.split_once(": ").or_else(|| line.split_once(':'))?;
    let mut words = head.split_whitespace().rev();
    let identifier = words.next()?;
    let host = words.next()?;
    let identifier = identifier
        .split_once('[')
        .map_or(identifier, |(name, _)| name);
    let rest: Vec<&str> = words.collect();
    let timed = match rest.as_slice() {
        [time, day, month] => {
            time.as_bytes().get(2) == Some(&b':')
                && super::names::is_digits(day)
                && month.len() == 3
                && month.bytes().all(|b| b.is_ascii_alphabetic())
        }
        [] => {
            head.ends_with(']')
                && host
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
        }
        _ => false,
    };
    (timed && !identifier.is_empty() && !identifier.contains('='))
        .then_some((host, identifier, message))
}

/// The source file of a klog line.
fn klog_file(line: &str) -> Option<&str> {
    let level = line.as_bytes().first()?;
    let stamped = line.get(1..5).is_some_and(super::names::is_digits)
        && line.as_bytes().get(5) == Some(&b' ');
    if !b"IWEF".contains(level) || !stamped {
        return None;
    }
    let (head, _) = line.split_once("] ")?;
    let place = head.rsplit(' ').next()?;
    place.split_once(':').map(|(file, _)| file)
}

/// Source files that only one program has.
const KLOG_FILES: &[(&str, Program)] = &[
    (
        "kubelet.go kubelet_node_status.go kubelet_volumes.go kubelet_pods.go kubelet_getters.go pod_workers.go \
         remote_runtime.go kuberuntime_manager.go kuberuntime_sandbox.go kuberuntime_container.go generic.go pleg.go \
         eviction_manager.go pod_container_deletor.go reconciler_common.go operation_generator.go prober.go \
         container_manager_linux.go pod_startup_latency_tracker.go desired_state_of_world_populator.go \
         volume_manager.go dns.go cpu_manager.go status_manager.go image_gc_manager.go",
        Program::Kubelet,
    ),
    (
        "cacher.go httplog.go healthz.go available_controller.go apf_controller.go handler_proxy.go aggregator.go \
         status.go",
        Program::KubeApiserver,
    ),
    (
        "garbagecollector.go controllermanager.go node_lifecycle_controller.go resource_quota_controller.go \
         range_allocator.go job_controller.go replica_set.go deployment_controller.go",
        Program::KubeControllerManager,
    ),
    (
        "schedule_one.go scheduler.go eventhandlers.go",
        Program::KubeScheduler,
    ),
    (
        "proxier.go server_linux.go service_cacher.go",
        Program::KubeProxy,
    ),
];

/// Packages of etcd that call its logger.
const ETCD_CALLERS: &str = "etcdserver/ etcdmain/ mvcc/ raft rafthttp/ wal/ embed/ snap/ membership/ v3rpc/ auth/ backend/ \
    etcdhttp/ version/ traceutil/ lease/ v3compactor/ osutil/ fileutil/ schema/ flags/";

/// Words that only one program writes, by the beginning of a line or a part of it.
fn told_by(line: &str) -> Option<ProgramSet> {
    if line.starts_with('{') {
        return told_by_json(line);
    }
    if let Some(file) = klog_file(line) {
        let program = KLOG_FILES
            .iter()
            .find(|(files, _)| files.split_whitespace().any(|f| f == file))?
            .1;
        return programs::of_identifier(program.name()).or(Some(program.into()));
    }
    if line.starts_with("time=\"") {
        return told_by_logrus(line);
    }
    if is_rancher(line) {
        return Some(
            programs::of_container("cattle-system", "rancher-x", "rancher").union(ProgramSet::of(
                &[
                    Program::CattleClusterAgent,
                    Program::CattleNodeAgent,
                    Program::FleetAgent,
                    Program::RancherWebhook,
                ],
            )),
        );
    }
    let etcd = [" I | ", " W | ", " E | ", " N | ", " C | "]
        .iter()
        .any(|level| line.contains(level))
        && [
            "etcdserver",
            "etcdmain",
            "raft",
            "mvcc",
            "wal",
            "embed",
            "rafthttp",
            "snap",
            "auth",
            "compactor",
        ]
        .iter()
        .any(|package| line.contains(&format!("| {package}: ")));
    if etcd {
        return Some(Program::Etcd.into());
    }
    is_dmesg(line).then(|| programs::of_file("dmesg").unwrap_or_default())
}

/// `[  123.456789] ...`, `[Thu Nov 20 00:42:53 2025] ...`, `kern  :info  : ...`.
fn is_dmesg(line: &str) -> bool {
    if line.starts_with("kern  :") {
        return true;
    }
    let Some((stamp, _)) = line
        .strip_prefix('[')
        .and_then(|rest| rest.split_once("] "))
    else {
        return false;
    };
    let since_boot = stamp.contains('.')
        && stamp
            .trim_start()
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.');
    let civil = stamp.len() == 24 && stamp.matches(':').count() == 2;
    since_boot || civil
}

fn told_by_json(line: &str) -> Option<ProgramSet> {
    if line.contains("audit.k8s.io") {
        return Some(Program::Audit.into());
    }
    if let Some((_, rest)) = line.split_once("\"component\":\"") {
        let name = rest.split('"').next().unwrap_or_default();
        return Program::from_name(name).map(ProgramSet::from);
    }
    if line.contains("etcd-client\"") {
        return programs::of_identifier("rke2-server").map(|s| s.union(programs::of_unit("k3s")));
    }
    let caller = line.split_once("\"caller\":\"")?.1;
    ETCD_CALLERS
        .split_whitespace()
        .any(|package| caller.starts_with(package))
        .then(|| Program::Etcd.into())
}

/// logrus has no program name; its messages do.
fn told_by_logrus(line: &str) -> Option<ProgramSet> {
    const WORDS: &[(&[&str], &str)] = &[
        (
            &["[Applyinator]", "[K8s]", "[Prober]", "Rancher System Agent"],
            "rancher-system-agent",
        ),
        (&["/var/lib/rancher/rke2", "rke2 ", "rke2-"], "rke2-server"),
        (
            &["/var/lib/rancher/k3s", "k3s ", "k3s-", "k3s.cattle.io"],
            "k3s",
        ),
        (
            &[
                "CreateContainer within sandbox",
                "RunPodSandbox",
                "StartContainer",
                "io.containerd",
                "starting containerd",
            ],
            "containerd",
        ),
    ];
    if let Some((_, unit)) = WORDS
        .iter()
        .find(|(words, _)| words.iter().any(|w| line.contains(w)))
    {
        return programs::of_identifier(unit);
    }
    if line.contains("longhorn-") || line.contains("controller=longhorn") {
        return Some(ProgramSet::of(&[
            Program::LonghornManager,
            Program::LonghornInstanceManager,
            Program::LonghornCsiPlugin,
            Program::LonghornDriverDeployer,
            Program::LonghornShareManager,
            Program::LonghornBackingImage,
        ]));
    }
    None
}

/// The levels of Rancher's own format.
const LEVELS: [&str; 6] = ["TRACE", "DEBUG", "INFO", "WARNING", "ERROR", "FATAL"];

/// `2022/03/08 16:13:17 [INFO] ...`.
fn is_rancher(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.get(4) == Some(&b'/')
        && bytes.get(7) == Some(&b'/')
        && bytes.get(13) == Some(&b':')
        && line.get(19..).is_some_and(|rest| {
            let level = rest.trim_start().strip_prefix('[');
            let level = level.and_then(|rest| rest.split_once(']'));
            level.is_some_and(|(level, _)| LEVELS.contains(&level))
        })
}
