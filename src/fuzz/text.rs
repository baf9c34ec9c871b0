//! Lines of logs, outputs of commands, and the search for patterns.

use std::sync::{Arc, OnceLock};

use super::{Drip, chosen, entry};
use crate::bundle::{EntryKind, Origin, time_in_name};
use crate::decode::{self, Around, Bound, Clock};
use crate::detect::fuzzed::{Sizes, scanner_of};
use crate::detect::{Detector, EntryHits};
use crate::evidence::facts::{self, FactLimits};
use crate::signature::Database;

/// Any bytes as lines of a log: text without controls, of bounded length; any times into a clock.
pub(super) fn lines(bytes: &[u8]) {
    let origin = Origin::default();
    let mut lines = Vec::new();
    for raw in bytes.split(|&b| b == b'\n').take(64) {
        let _ = decode::partial(raw);
        let _ = decode::block_kind(raw);
        let _ = decode::in_block(raw);
        let _ = decode::continuation(raw);
        let _ = decode::opens_value(raw);
        let _ = decode::is_start_marker(raw, &origin);
        let _ = decode::is_boot_marker(raw);
        lines.push(checked(raw, &origin));
    }
    checked(bytes, &origin);
    let _ = decode::join(&bytes.split(|&b| b == b'\n').collect::<Vec<_>>());
    let text = String::from_utf8_lossy(bytes);
    let _ = decode::journal_header(&text);
    let _ = decode::reference_from_name(&text);
    let _ = time_in_name(&text);
    let _ = Bound::parse(&text);
    let (head, tail) = lines.split_at(lines.len() / 2);
    let around = Around::of(&entry(&text, EntryKind::Log), None);
    let clock = Clock::from_samples(head, tail, &around);
    for line in &lines {
        let _ = clock.time(line);
    }
}

fn checked(raw: &[u8], origin: &Origin) -> decode::Line {
    let line = decode::decode(raw, origin);
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    assert!(!line.text.contains(control), "{:?}", line.text);
    assert!(line.text.len() <= raw.len() * 200 + 1000);
    line
}

/// Files that some reader of facts knows.
pub(super) const FACTS: &[&str] = &[
    "metadata.yaml",
    "harvester-release.yaml",
    "cluster_version.json",
    "rke2/version",
    "systeminfo/osrelease",
    "systeminfo/hostname",
    "systeminfo/date",
    "systeminfo/uptime",
    "systeminfo/uname",
    "systeminfo/dfh",
    "systeminfo/dfi",
    "systeminfo/freeh",
    "systeminfo/sysctla",
    "systeminfo/ulimit-hard",
    "systeminfo/file-nr",
    "systeminfo/mount",
    "systeminfo/systemd-units",
    "proc/meminfo",
    "proc/swaps",
    "systeminfo/timedatectl",
    "systeminfo/chronyc",
    "directories/kube-system-secrets",
    "directories/leftovers",
    "etcd/config",
    "etcd/find-snapshots",
    "etcd/etcd-metrics",
    "systeminfo/etcresolvconf",
    "systeminfo/etchosts",
    "networking/ipaddrshow",
    "networking/iptablessave",
    "etcd/memberlist",
    "etcd/endpointstatus",
    "etcd/endpointhealth",
    "etcd/alarmlist",
    "etcd/memberlist.json",
    "etcd/findserverdbsnapshots",
    "crictl/psa",
    "docker/dockerpsa",
    "pod-manifests/etcd.yaml",
    "certs/server/serving-kube-apiserver.crt",
    "certs/server/x.pem",
    "rke2/50-rancher.yaml",
    "k3s/config.yaml.d/50-rancher.yaml",
    "scc_n1/basic-environment.txt",
    "scc_n1/network.txt",
    "proc/sys/vm/overcommit_memory",
];

/// Any bytes as the output of a command: bounded facts, whatever pieces they arrive in.
pub(super) fn facts(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    let Some(path) = FACTS.get(a % FACTS.len()) else {
        return;
    };
    let entry = entry(path, EntryKind::Fact);
    let piece = b % 17 + 1;
    let read = facts::read(
        &entry,
        &mut Drip { bytes: rest, piece },
        &FactLimits::default(),
    );
    for fact in &read.facts {
        assert!(!fact.key.is_empty());
        assert!(fact.text.chars().count() <= 300);
    }
}

/// Every eighth shipped signature: enough shapes of patterns, and a naive twin that is not too slow.
fn detector() -> &'static Detector {
    static DETECTOR: OnceLock<Detector> = OnceLock::new();
    DETECTOR.get_or_init(|| {
        let shipped = Database::shipped().as_ref().clone();
        let signatures = shipped.signatures.iter().step_by(8).map(Arc::clone);
        Detector::new(&Arc::new(Database {
            signatures: signatures.collect(),
            ..shipped
        }))
    })
}

/// The prefilter finds what the naive search finds, wherever the bytes are split.
pub(super) fn prefilter(bytes: &[u8]) {
    let (a, b, rest) = chosen(bytes);
    let fast = scan(rest, a % 200 + 1, b % 190 + 10, false);
    let naive = scan(rest, usize::MAX, 600, true);
    assert_eq!(fast, naive);
    let text = String::from_utf8_lossy(rest);
    let _ = detector().match_text(&text);
}

fn scan(bytes: &[u8], piece: usize, chunk: usize, naive: bool) -> EntryHits {
    let sizes = Sizes {
        chunk,
        window: 600,
        overlap: 100,
    };
    let mut scanner = scanner_of(detector(), sizes);
    let entry = entry("logs/x.log", EntryKind::Log);
    if naive {
        scanner.begin_naively(&entry);
    } else {
        scanner.begin(&entry);
    }
    for part in bytes.chunks(piece.min(bytes.len()).max(1)) {
        scanner.feed(part);
    }
    scanner.finish()
}
