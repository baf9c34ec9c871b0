//! Command output and configuration files of a node into [`Fact`]s.
//!
//! Every reader is chosen by the entry's file name, gets the text (bounded) and pushes facts. The list of
//! keys and the files they come from is `docs/facts.md`. A file that holds an error text instead of data
//! ("Error from server ...", "command not found") becomes one `not-collected` fact.

mod cert;
mod config;
mod etcd;
mod host;
mod live;
mod net;
mod pem;
mod product;
mod sections;
mod workload;

use std::io::Read;

use serde_json::{Value, json};

use super::Fact;
use crate::bundle::Entry;
use crate::error::Problem;

/// Limits of reading facts from one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactLimits {
    /// Bytes that are read. No fact file is larger than the default in practice (`iptables-save` of a large cluster
    /// is about 5 MiB).
    pub bytes: u64,
    /// Facts; the rest is dropped and reported.
    pub facts: usize,
}

impl Default for FactLimits {
    fn default() -> Self {
        Self {
            bytes: 8 << 20,
            facts: 5_000,
        }
    }
}

/// Quoted text of one fact, in characters.
const MAX_QUOTE: usize = 300;

/// What was read from one entry.
#[derive(Debug, Default)]
pub struct FactsRead {
    /// The facts; `entry` is 0 until the caller numbers its entries.
    pub facts: Vec<Fact>,
    /// What went wrong.
    pub problems: Vec<Problem>,
    /// Bytes read.
    pub bytes: u64,
}

/// Collects the facts of one entry.
pub(crate) struct Sink<'a> {
    entry: &'a Entry,
    facts: Vec<Fact>,
    most: usize,
    dropped: usize,
    /// Lines of the entry before the text that is being read.
    skipped: usize,
}

impl Sink<'_> {
    /// One fact, read from `line` (from 1; 0 = the whole entry), quoted as `text`.
    fn push(&mut self, key: impl Into<String>, value: Value, line: usize, text: &str) {
        if self.facts.len() >= self.most {
            self.dropped += 1;
            return;
        }
        self.facts.push(Fact {
            key: key.into(),
            node: self.entry.origin.node.clone(),
            value,
            entry: 0,
            line: if line == 0 {
                0
            } else {
                (self.skipped + line) as u64
            },
            text: text.trim().chars().take(MAX_QUOTE).collect(),
        });
    }

    /// The path of the entry.
    fn path(&self) -> &str {
        &self.entry.path
    }
}

type Reader = fn(&str, &mut Sink<'_>);

/// The reader for an entry, by the end of its path.
fn reader(path: &str) -> Option<Reader> {
    let path = path.strip_suffix(".gz").unwrap_or(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = path.rsplit('/').nth(1).unwrap_or("");
    Some(match (folder, name) {
        (_, "metadata.yaml") => product::metadata,
        (_, "harvester-release.yaml") => product::harvester_release,
        (_, "cluster_version.json") => product::cluster_version,
        ("rke2" | "k3s", "version") => product::distribution,
        (_, "osrelease" | "os-release") => host::os_release,
        ("systeminfo" | "etc", "hostname") => host::hostname,
        ("systeminfo", "date") => host::date,
        ("systeminfo", "uptime") => host::uptime,
        ("systeminfo", "uname") => host::kernel,
        ("systeminfo", "dfh" | "df") => host::disk,
        ("systeminfo", "dfi") => host::inodes,
        ("systeminfo", "freeh" | "freem" | "free") => host::memory,
        ("systeminfo", "sysctla") => host::sysctl,
        ("systeminfo", "ulimit-hard") => host::limits,
        ("systeminfo", "file-nr") => host::file_handles,
        ("systeminfo", "mount") | ("hostinfos", "proc_mounts") | ("proc", "mounts") => host::mounts,
        ("systeminfo", "systemd-units") => host::units,
        ("proc", "meminfo") => live::meminfo,
        ("proc", "swaps") => live::swaps,
        ("systeminfo", "timedatectl") => live::timedatectl,
        ("systeminfo", "chronyc") => live::chronyc,
        ("directories", "kube-system-secrets") => live::node_passwords,
        ("directories", "leftovers") => live::leftovers,
        ("etcd", "config") => live::initial_cluster,
        ("etcd", "find-snapshots") => live::snapshots,
        ("etcd", name) if name.starts_with("etcd-metrics") => live::etcd_metrics,
        ("systeminfo", "etcresolvconf") | ("etc", "resolv.conf") => net::resolver,
        ("systeminfo", "etchosts") | ("etc", "hosts") => net::hosts,
        ("networking", "ipaddrshow") => net::addresses,
        ("networking", "iptablessave") => net::iptables,
        ("etcd", "memberlist") => etcd::members,
        ("etcd", "endpointstatus") => etcd::endpoint_status,
        ("etcd", "endpointhealth") => etcd::endpoint_health,
        ("etcd", "alarmlist") => etcd::alarms,
        ("etcd", "memberlist.json") => etcd::members_json,
        ("etcd", "findserverdbsnapshots" | "findoptrkeetcdsnapshots") => etcd::snapshots,
        ("crictl", "psa") => workload::crictl_ps,
        ("docker", "dockerpsa" | "psa") => workload::docker_ps,
        ("pod-manifests", _) => workload::static_pod,
        _ if name.ends_with(".crt") || name.ends_with(".pem") => cert::read,
        _ if path.contains("/rke2/config.yaml.d/") || path.ends_with("rke2/config.yaml") => {
            config::rke2
        }
        _ if path.contains("/k3s/config.yaml.d/") || path.ends_with("k3s/config.yaml") => {
            config::k3s
        }
        ("rke2", "50-rancher.yaml") => config::rke2,
        ("k3s", "50-rancher.yaml") => config::k3s,
        _ if name.ends_with(".txt") && is_supportconfig(path) => sections::supportconfig,
        _ if path.contains("/proc/sys/") || path.starts_with("proc/sys/") => host::proc_sys,
        _ => return None,
    })
}

/// Texts of supportconfig stand in its own folder, or by themselves under names that no other layout has.
fn is_supportconfig(path: &str) -> bool {
    let known = [
        "basic-environment.txt",
        "fs-diskio.txt",
        "memory.txt",
        "network.txt",
        "ntp.txt",
    ];
    path.split('/')
        .any(|part| part.starts_with("scc_") || part.starts_with("nts_"))
        || known
            .iter()
            .any(|name| path == *name || path.ends_with(&format!("/{name}")))
}

/// Whether a reader knows this entry.
pub fn is_known(path: &str) -> bool {
    reader(path).is_some()
}

/// The facts in an entry; nothing for files that no reader knows.
pub fn read(entry: &Entry, bytes: &mut dyn Read, limits: &FactLimits) -> FactsRead {
    let Some(reader) = reader(&entry.path) else {
        return FactsRead::default();
    };
    let mut raw = Vec::new();
    let mut problems = Vec::new();
    if bytes
        .take(limits.bytes.saturating_add(1))
        .read_to_end(&mut raw)
        .is_err()
        && raw.is_empty()
    {
        return FactsRead::default();
    }
    let read = raw.len() as u64;
    if read > limits.bytes {
        raw.truncate(usize::try_from(limits.bytes).unwrap_or(usize::MAX));
        problems.push(Problem::new(
            &entry.path,
            format!(
                "only the first {} bytes were read for facts (limit fact-bytes)",
                limits.bytes
            ),
        ));
    }
    let text = String::from_utf8_lossy(&raw);
    let mut sink = Sink {
        entry,
        facts: Vec::new(),
        most: limits.facts,
        dropped: 0,
        skipped: 0,
    };
    match error_text(&text) {
        Some(error) => sink.push(
            "not-collected",
            json!({"file": entry.path, "error": error}),
            1,
            error,
        ),
        None => reader(&text, &mut sink),
    }
    if sink.dropped > 0 {
        problems.push(Problem::new(
            &entry.path,
            format!(
                "{} facts beyond {} were dropped (limit facts)",
                sink.dropped, limits.facts
            ),
        ));
    }
    FactsRead {
        facts: sink.facts,
        problems,
        bytes: read,
    }
}

/// The error that stands in a file instead of the data: collectors redirect standard error into it.
pub fn error_text(text: &str) -> Option<&str> {
    let first = text.lines().find(|line| !line.trim().is_empty())?.trim();
    let is_error = first.starts_with("Error from server")
        || first.starts_with("error: ")
        || first.starts_with("Error: ")
        || first.starts_with("No resources found")
        || first.starts_with("The connection to the server ")
        || first.starts_with("Unable to connect to the server")
        || first.ends_with(": command not found")
        || first.ends_with(": not found")
        || first.ends_with(": No such file or directory");
    is_error.then_some(first)
}

/// Lines with their numbers from 1.
fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

/// A number with a unit of `df -h`, `free -h` or `docker` (`392M`, `3.8Gi`, `50 MB`) in bytes.
fn human_bytes(text: &str) -> Option<f64> {
    let text = text.trim();
    let split = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let number: f64 = text.get(..split)?.parse().ok()?;
    let unit = text.get(split..)?.trim();
    let factor = match unit.chars().next().map(|c| c.to_ascii_uppercase()) {
        None | Some('B') => 1.0,
        Some('K') => 1024.0,
        Some('M') => 1024.0 * 1024.0,
        Some('G') => 1024f64.powi(3),
        Some('T') => 1024f64.powi(4),
        Some('P') => 1024f64.powi(5),
        Some(_) => return None,
    };
    Some(number * factor)
}

#[cfg(test)]
mod tests;
