//! Entries into the names that they give away: nodes, hosts files, ingresses, URLs, accounts.

use std::collections::HashSet;
use std::hash::Hasher;
use std::io::Read;
use std::sync::LazyLock;

use super::names::Learned;
use super::short::Exact;
use super::telling::may_tell;
use super::text::Mixed;
use crate::bundle::{Archived, Entry, EntryKind, Skip, Visit};
use crate::error::Problem;

/// Bytes that are looked at together.
const CHUNK: usize = 128 << 10;
/// A line longer than this is not looked at line by line.
const MOST_LINE: usize = 64 << 10;
/// Lines of a log whose host is looked at.
const HEADED: usize = 200;
/// Hosts, and those of URLs, that are remembered as seen.
const MOST_SEEN: usize = 50_000;

/// What names stand behind in logs.
const TRIGGERS: [&str; 7] = [
    "://",
    "/home/",
    "session opened for user ",
    "Accepted publickey for ",
    "Accepted password for ",
    "Failed password for ",
    "sudo: ",
];

static WORDS: LazyLock<Exact> = LazyLock::new(|| Exact::new(TRIGGERS.into_iter()));

/// Learns from the entries that it visits; one per thread.
#[derive(Default)]
pub struct Learner {
    learned: Learned,
    seen: HashSet<Vec<u8>>,
    /// Hosts that were looked at, as objects write them again and again.
    hosts: HashSet<String>,
    /// What is read of one entry after the other.
    chunk: Vec<u8>,
    /// Lines that were looked at: objects say the same ones again and again.
    lines: Lines,
}

/// What a line means depends on the file that it stands in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct About {
    nodes: bool,
    config: bool,
}

/// Lines that are remembered, and bytes of one.
const MOST_LINES: usize = 8_192;
const MOST_REMEMBERED: usize = 128;

/// The last line at each place that its hash gives. One that is forgotten is looked at again, which changes nothing:
/// whatever lines a bundle holds, each costs one look at most.
#[derive(Default)]
struct Lines(Vec<(About, Vec<u8>)>);

impl Lines {
    /// Whether a line of such a file is not remembered; what it tells is learned already where it is.
    fn is_new(&mut self, about: About, line: &[u8]) -> bool {
        if line.len() > MOST_REMEMBERED {
            return true;
        }
        if self.0.is_empty() {
            self.0.resize_with(MOST_LINES, Default::default);
        }
        let mut hasher = Mixed::default();
        hasher.write(line);
        let place = hasher.finish() as usize % MOST_LINES;
        let Some((of, known)) = self.0.get_mut(place) else {
            return true;
        };
        if *of == about && known == line {
            return false;
        }
        *of = about;
        known.clear();
        known.extend_from_slice(line);
        true
    }
}

impl Learner {
    /// What was learned.
    pub fn finish(self) -> Learned {
        self.learned
    }

    fn host(&mut self, name: &str) {
        if self.hosts.contains(name) {
            return;
        }
        if self.hosts.len() < MOST_SEEN {
            self.hosts.insert(name.to_owned());
        }
        self.learned.host(name);
    }

    fn place(&mut self, entry: &Entry) {
        if let Some(node) = &entry.origin.node {
            self.host(node);
        }
        // yamls/namespaced/<ns>/<group>/<version>/<plural>.yaml
        let parts: Vec<&str> = entry.path.split('/').collect();
        if let [.., group, version, _] = parts.as_slice()
            && group.contains('.')
            && version.starts_with('v')
        {
            self.learned.group(group);
        }
    }

    fn words(&mut self, text: &[u8]) {
        WORDS.each(text, |_, end, which| {
            let rest = text.get(end..(end + 128).min(text.len()));
            match which {
                0 => self.url(rest.unwrap_or_default()),
                _ => self.user(rest.unwrap_or_default()),
            }
        });
    }

    fn url(&mut self, rest: &[u8]) {
        let word =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'@' | b':');
        let end = rest.iter().position(|b| !word(b)).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default();
        let host = authority.rsplit(|b| *b == b'@').next().unwrap_or_default();
        let host = host.split(|b| *b == b':').next().unwrap_or_default();
        let named = memchr::memchr(b'.', host).is_some()
            && host.last().is_some_and(u8::is_ascii_alphabetic);
        if !named || self.seen.contains(host) || self.seen.len() >= MOST_SEEN {
            return;
        }
        self.seen.insert(host.to_vec());
        if let Ok(host) = std::str::from_utf8(host) {
            self.learned.perhaps(host);
        }
    }

    fn user(&mut self, rest: &[u8]) {
        let rest = rest.strip_prefix(b"invalid user ").unwrap_or(rest);
        let word = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
        let end = rest.iter().position(|b| !word(b)).unwrap_or(rest.len());
        if let Some(Ok(name)) = rest.get(..end).map(std::str::from_utf8) {
            self.learned.user(name);
        }
    }

    /// One line of something that is no log.
    fn line(&mut self, file: &File<'_>, line: &str) {
        let body = line.trim().trim_start_matches("- ").trim_end_matches(',');
        if let Some((key, value)) = body.split_once(':') {
            let value = value.trim().trim_matches(['"', '\'']);
            self.pair(file, key.trim_matches(['"', '\'']), value);
        }
        let mut words = body.split_whitespace();
        let first = words.next().unwrap_or_default();
        match file.name {
            "hostname" | "hostnamefqdn" if !first.contains(':') => self.host(first),
            "hosts" | "etchosts" => {
                let named = first
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| !address.is_multicast());
                for host in words.filter(|_| named) {
                    self.host(host);
                }
            }
            "passwd" | "etcpasswd" => {
                let mut fields = body.split(':');
                let (name, uid) = (fields.next().unwrap_or_default(), fields.nth(1));
                let uid: u32 = uid.and_then(|uid| uid.parse().ok()).unwrap_or(0);
                if (1000..65_000).contains(&uid) {
                    self.learned.user(name);
                }
            }
            "memberlist" => {
                if let Some(name) = body.split(", ").nth(2) {
                    // RKE2 and K3s add eight digits
                    let host = name
                        .rsplit_once('-')
                        .filter(|(_, id)| id.len() == 8)
                        .map_or(name, |(host, _)| host);
                    self.host(host);
                }
            }
            "nodes" | "nodeswide" | "get-nodes" if first != "NAME" && body.contains("  ") => {
                self.host(first)
            }
            _ if matches!(first, "search" | "domain") => {
                for domain in words {
                    self.learned.domain(domain);
                }
            }
            _ if first == "Linux" => {
                let host = words.next().unwrap_or_default();
                if words
                    .next()
                    .is_some_and(|release| release.starts_with(|c: char| c.is_ascii_digit()))
                {
                    self.host(host);
                }
            }
            _ => {}
        }
    }

    fn pair(&mut self, file: &File<'_>, key: &str, value: &str) {
        let About { nodes, config } = file.about;
        match key {
            "kubernetes.io/hostname" | "nodeName" | "nodeID" | "requestedHostname" => {
                self.host(value)
            }
            "hostname" | "Hostname" if nodes || config => self.host(value),
            "address" | "internalAddress" | "hostIP" if nodes || key == "hostIP" => {
                match value.parse() {
                    Ok(address) => self.learned.address(address),
                    Err(_) if nodes && !value.contains(':') => self.host(value),
                    Err(_) => {}
                }
            }
            "host" | "hostname" | "externalName" | "serverName" => self.learned.domain(value),
            "image" => {
                if let Some((registry, _)) = value.split_once('/') {
                    self.learned
                        .perhaps(registry.split(':').next().unwrap_or_default());
                }
            }
            "apiVersion" => {
                if let Some((group, _)) = value.split_once('/') {
                    self.learned.group(group);
                }
            }
            _ => {}
        }
    }

    /// The host that a syslog or journal line names behind its time.
    fn head(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        let dated = match first {
            "Jan" | "Feb" | "Mar" | "Apr" | "May" | "Jun" | "Jul" | "Aug" | "Sep" | "Oct"
            | "Nov" | "Dec" => {
                let day = words.next().is_some_and(|day| day.parse::<u8>().is_ok());
                day && words
                    .next()
                    .is_some_and(|time| time.matches(':').count() == 2)
            }
            // 2025-02-22T01:10:00+0000
            time => {
                time.len() >= 19 && time.as_bytes().get(10) == Some(&b'T') && time.starts_with("20")
            }
        };
        if !dated {
            return;
        }
        let (Some(host), Some(program)) = (words.next(), words.next()) else {
            return;
        };
        let speaks = program.ends_with(':') && (program.ends_with("]:") || program == "kernel:");
        if speaks && !host.contains([':', '=', '"', '[']) {
            self.host(host);
        }
    }

    fn log(&mut self, bytes: &mut dyn Read) {
        let mut heads = HEADED;
        self.pieces(bytes, |learner, lines| {
            if heads > 0 {
                for line in lines.split(|b| *b == b'\n').take(heads) {
                    heads -= 1;
                    let start = line.get(..line.len().min(256)).unwrap_or_default();
                    if let Ok(start) = std::str::from_utf8(start) {
                        learner.head(start);
                    }
                }
            }
        });
    }

    fn other(&mut self, file: &File<'_>, bytes: &mut dyn Read) {
        let special = FILES.contains(&file.name);
        self.pieces(bytes, |learner, lines| {
            let mut rest = lines;
            while !rest.is_empty() {
                let end = memchr::memchr(b'\n', rest);
                let (line, behind) = rest.split_at(end.unwrap_or(rest.len()));
                if (special || may_tell(line) && learner.lines.is_new(file.about, line))
                    && line.len() < MOST_LINE
                    && let Ok(text) = std::str::from_utf8(line)
                {
                    learner.line(file, text);
                    learner.head(text);
                }
                rest = behind.get(1..).unwrap_or_default();
            }
        });
    }

    /// Looks for words in pieces of whole lines, and hands each on.
    fn pieces(&mut self, bytes: &mut dyn Read, mut each: impl FnMut(&mut Self, &[u8])) {
        let mut chunk = std::mem::take(&mut self.chunk);
        chunk.resize(CHUNK, 0);
        let mut kept = 0;
        loop {
            let Some(room) = chunk.get_mut(kept..) else {
                return;
            };
            let n = match bytes.read(room) {
                Ok(0) => break,
                Ok(n) => n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            let full = chunk.get(..kept + n).unwrap_or_default();
            // without a line end: what stands across the edge is not learned, only found again if learned elsewhere
            let end = memchr::memrchr(b'\n', full).map(|at| at + 1);
            if end.is_none() && full.len() < CHUNK {
                kept = full.len();
                continue;
            }
            let end = end.unwrap_or(full.len());
            let lines = full.get(..end).unwrap_or_default();
            self.words(lines);
            each(self, lines);
            let total = full.len();
            chunk.copy_within(end..total, 0);
            kept = total - end;
        }
        let rest = chunk.get(..kept).unwrap_or_default();
        self.words(rest);
        each(self, rest);
        self.chunk = chunk;
    }
}

/// Files every line of which is looked at.
const FILES: [&str; 10] = [
    "hostname",
    "hostnamefqdn",
    "hosts",
    "etchosts",
    "passwd",
    "etcpasswd",
    "memberlist",
    "nodes",
    "nodeswide",
    "get-nodes",
];

/// Where lines stand.
struct File<'a> {
    name: &'a str,
    about: About,
}

impl Visit for Learner {
    fn wants(&mut self, entry: &Entry) -> bool {
        entry.kind != EntryKind::Skipped(Skip::Binary)
    }

    fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
        self.place(&entry);
        if entry.kind == EntryKind::Log {
            return self.log(bytes);
        }
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        let path = &entry.path;
        let about = About {
            nodes: path.contains("node") || path.contains("machine"),
            config: path.contains("config"),
        };
        let file = File { name, about };
        self.other(&file, bytes);
    }

    fn skip(&mut self, entry: Entry) {
        self.place(&entry);
    }

    fn problem(&mut self, _problem: Problem) {}

    fn archive(&mut self, archive: Archived) {
        // a node's zip is named after it, also where nothing is in it
        if let Some(name) = archive
            .path
            .strip_prefix("nodes/")
            .and_then(|name| name.strip_suffix(".zip"))
        {
            self.host(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Origin;

    fn learn(path: &str, kind: EntryKind, text: &str) -> Learned {
        let mut learner = Learner::default();
        let entry = Entry {
            input: 0,
            path: path.to_owned(),
            size: None,
            modified: None,
            kind,
            origin: Origin::default(),
        };
        learner.entry(entry, &mut text.as_bytes());
        learner.finish()
    }

    fn set(names: &[&str]) -> std::collections::BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn names_of_objects() {
        let found = learn(
            "yamls/cluster/v1/nodes.yaml",
            EntryKind::Objects,
            "- apiVersion: v1\n  metadata:\n    labels:\n      kubernetes.io/hostname: zeta-1.dc.acme.io\n  status:\n    addresses:\n    - address: 10.42.0.7\n      type: InternalIP\n",
        );
        assert_eq!(
            (found.hosts, found.domains),
            (set(&["zeta-1"]), set(&["acme.io"]))
        );
        assert_eq!(found.addresses.len(), 1);
        let found = learn(
            "yamls/namespaced/x/networking.k8s.io/v1/ingresses.yaml",
            EntryKind::Objects,
            "    rules:\n    - host: shop.acme.cloud\n      image: registry.acme.dev:5000/x\n      url: https://git.acme.tech/x http://minio.default:9000\n",
        );
        assert_eq!(found.domains, set(&["acme.cloud"]));
        assert_eq!(found.perhaps, set(&["acme.dev", "acme.tech"]));
    }

    #[test]
    fn names_of_logs_and_files() {
        let found = learn(
            "journald/sshd",
            EntryKind::Log,
            "Mar 22 22:07:48 zeta-2 sshd[12]: Accepted publickey for zaphod from 192.0.2.7\nMar 22 22:07:49 zeta-2 x[1]: /home/trillian/x\n",
        );
        assert_eq!(
            (found.hosts, found.users),
            (set(&["zeta-2"]), set(&["trillian", "zaphod"]))
        );
        let hosts = learn(
            "etc/hosts",
            EntryKind::Fact,
            "127.0.0.1 localhost\n192.0.2.1 zeta-3.lan zeta-3 # x\n",
        );
        assert_eq!(hosts.hosts, set(&["zeta-3"]));
        let passwd = learn(
            "etc/passwd",
            EntryKind::Config,
            "root:x:0:0::/root:/bin/sh\nzaphod:x:1000:100::/:/bin/sh\n",
        );
        assert_eq!(passwd.users, set(&["zaphod"]));
        let uname = learn(
            "systeminfo/uname",
            EntryKind::Fact,
            "Linux zeta-4 5.14.21-default #1 SMP\n",
        );
        assert_eq!(uname.hosts, set(&["zeta-4"]));
    }
}
