//! Small bundles written in code: what a collector would have packed, and its diagnosis.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use bundlevet::pipeline::{self, ScanOptions};
use bundlevet::rank::{Diagnosis, RankedFinding};
use bundlevet::report;
use bundlevet::signature::Database;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// All of these bundles were collected at this time.
const COLLECTED: &str = "2025-06-15T12:00:00Z";

/// Files below the root folder of an archive.
#[derive(Clone)]
pub struct Bundle {
    root: &'static str,
    files: BTreeMap<String, String>,
}

impl Bundle {
    /// What the logs-collector made on node n1 of an RKE2 cluster.
    pub fn rke2() -> Self {
        let empty = Self {
            root: "n1-2025-06-15_12_00_00",
            files: BTreeMap::new(),
        };
        empty
            .file("systeminfo/date", "Sun Jun 15 12:00:00 UTC 2025\n")
            .file("systeminfo/hostname", "n1\n")
            .file("rke2/version", "rke2 version v1.30.4+rke2r1 (ba0ea7a2)\n")
    }

    /// A Harvester bundle with these words of its reporter.
    pub fn harvester(words: &str) -> Self {
        let empty = Self {
            root: "supportbundle_00000000-0000-4000-8000-00000000beef_2025-06-15T12-00-00Z",
            files: BTreeMap::new(),
        };
        empty
            .file("metadata.yaml", &format!("bundlename: \"\"\nkubernetesversion: v1.30.4+rke2r1\nbundlecreatedat: \"{COLLECTED}\"\nissuedescription: {words}\n"))
            .file("bundleGenerationError.log", "")
    }

    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    /// A log of these lines, in the order given.
    pub fn log(self, path: &str, lines: impl IntoIterator<Item = String>) -> Self {
        let text: String = lines.into_iter().map(|line| line + "\n").collect();
        self.file(path, &text)
    }

    /// Nodes as `kubectl get nodes -o wide` lists them: name and status.
    pub fn nodes(self, nodes: &[(&str, &str)]) -> Self {
        let mut table = "NAME   STATUS     ROLES                       AGE   VERSION          INTERNAL-IP   EXTERNAL-IP   OS-IMAGE   KERNEL-VERSION   CONTAINER-RUNTIME\n".to_owned();
        for (at, (name, status)) in nodes.iter().enumerate() {
            table.push_str(&format!("{name:<7}{status:<11}control-plane,etcd,master   40d   v1.30.4+rke2r1   192.0.2.{}    <none>        SLES 15   5.14.21   containerd://1.7.20-k3s1\n", at + 61));
        }
        self.file("rke2/kubectl/nodes", &table)
    }

    /// Node objects of a Harvester bundle: name, Ready, and how many minutes ago that began.
    pub fn node_objects(self, nodes: &[(&str, &str, i64)]) -> Self {
        let mut text = "apiVersion: v1\nitems:\n".to_owned();
        for (name, ready, minutes) in nodes {
            let since = ago(*minutes);
            text.push_str(&format!("- apiVersion: v1\n  kind: Node\n  metadata:\n    creationTimestamp: \"2024-01-01T00:00:00Z\"\n    name: {name}\n  spec: {{}}\n  status:\n    conditions:\n    - lastHeartbeatTime: \"{since}\"\n      lastTransitionTime: \"{since}\"\n      status: \"{ready}\"\n      type: Ready\n"));
        }
        text.push_str("kind: List\nmetadata:\n  resourceVersion: \"null\"\n");
        self.file("yamls/cluster/v1/nodes.yaml", &text)
    }

    /// The diagnosis with the shipped signatures.
    pub fn scan(&self) -> Diagnosis {
        self.scan_with(Database::shipped(), &ScanOptions::default())
    }

    /// The diagnosis with these signatures alone: id and text.
    pub fn scan_alone(&self, signatures: &[(&str, &str)]) -> Diagnosis {
        let dir = tempfile::tempdir().expect("scratch");
        for (id, text) in signatures {
            let path = dir.path().join(format!("{id}.yaml"));
            std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
            std::fs::write(path, text).expect("signature");
        }
        let shipped = Database::shipped().signatures.iter();
        let off: Vec<String> = shipped.map(|s| s.id.clone()).collect();
        let (database, problems) = Database::load(&[dir.path().to_path_buf()], &off);
        assert!(
            problems.iter().all(|p| p.code.is_warning()),
            "{problems:#?}"
        );
        self.scan_with(&Arc::new(database), &ScanOptions::default())
    }

    pub fn scan_with(&self, database: &Arc<Database>, options: &ScanOptions) -> Diagnosis {
        let dir = tempfile::tempdir().expect("scratch");
        for (path, text) in &self.files {
            let path = dir.path().join(self.root).join(path);
            std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
            std::fs::write(path, text).expect("file");
        }
        let inputs: Vec<PathBuf> = vec![dir.path().join(self.root)];
        let scan = pipeline::scan(&inputs, database, options).expect("a diagnosis");
        scan.diagnosis
    }
}

/// The time so many minutes before collection.
pub fn ago(minutes: i64) -> Timestamp {
    let collected: Timestamp = COLLECTED.parse().expect("time");
    collected - SignedDuration::from_mins(minutes)
}

/// A line of klog.
pub fn klog(minutes: i64, text: &str) -> String {
    let stamp = ago(minutes)
        .to_zoned(TimeZone::UTC)
        .strftime("%m%d %H:%M:%S");
    format!("E{stamp}.000000    2890 server.go:100] {text}")
}

/// A line of a journal, of this program.
pub fn journal(minutes: i64, program: &str, text: &str) -> String {
    let stamp = ago(minutes)
        .to_zoned(TimeZone::UTC)
        .strftime("%b %d %H:%M:%S");
    format!("{stamp} n1 {program}[1187]: {text}")
}

/// One such line every `step` minutes from `from` to `to` minutes before collection.
pub fn every(step: i64, from: i64, to: i64, line: impl Fn(i64) -> String) -> Vec<String> {
    let times = (0..)
        .map(|at| from - at * step)
        .take_while(|minutes| *minutes >= to);
    times.map(line).collect()
}

/// Lines that say nothing.
pub fn calm(step: i64, from: i64, to: i64) -> Vec<String> {
    every(step, from, to, |minutes| {
        klog(
            minutes,
            r#""SyncLoop (PLEG): event for pod" pod="shop/web-0""#,
        )
    })
}

pub fn ids(list: &[RankedFinding]) -> Vec<&str> {
    list.iter()
        .map(|finding| finding.signature.as_str())
        .collect()
}

/// The report that a person reads.
pub fn text(diagnosis: &Diagnosis) -> String {
    let mut out = Vec::new();
    report::write_text(diagnosis, &report::TextOptions::default(), &mut out).expect("text");
    String::from_utf8_lossy(&out).into_owned()
}
