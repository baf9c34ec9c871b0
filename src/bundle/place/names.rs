//! Paths and file names into the pieces that layouts look at: segments, nested archives, rotation, host names.

use super::Instance;

/// A path cut into segments.
#[derive(Debug)]
pub(super) struct Split<'a> {
    /// Folders, nested archives (as folders) and the file, outermost first. Never `.` or empty segments.
    pub parts: Vec<&'a str>,
    /// The last segment as it stands.
    pub file: &'a str,
    /// Name of the outer root folder, stripped from the path.
    pub root: Option<&'a str>,
}

impl<'a> Split<'a> {
    pub(super) fn new(path: &'a str, root: Option<&'a str>) -> Self {
        let parts: Vec<&str> = path
            .split('/')
            .filter(|s| !s.is_empty() && *s != ".")
            .collect();
        Self {
            file: parts.last().copied().unwrap_or_default(),
            parts,
            root: root.map(|r| r.trim_matches('/')).filter(|r| !r.is_empty()),
        }
    }

    /// Index of the first folder (not the file) with this name.
    pub(super) fn folder(&self, name: &str) -> Option<usize> {
        self.folders().iter().position(|s| *s == name)
    }

    /// Every segment but the last.
    pub(super) fn folders(&self) -> &[&'a str] {
        self.parts.split_last().map_or(&[], |(_, rest)| rest)
    }

    /// Where this sequence of segments begins.
    pub(super) fn sequence(&self, wanted: &[&str]) -> Option<usize> {
        self.parts.windows(wanted.len()).position(|w| w == wanted)
    }

    /// The segments after index `at`.
    pub(super) fn after(&self, at: usize) -> &[&'a str] {
        self.parts.get(at + 1..).unwrap_or_default()
    }

    /// The segment before index `at`.
    pub(super) fn before(&self, at: usize) -> Option<&'a str> {
        self.parts.get(at.checked_sub(1)?).copied()
    }

    /// The host that the innermost archive or folder with a telling name is of.
    pub(super) fn named_host(&self) -> Option<&'a str> {
        self.folders()
            .iter()
            .rev()
            .copied()
            .chain(self.root)
            .find_map(|s| {
                let s = archive_stem(s);
                collector_host(s).or_else(|| supportconfig_host(s))
            })
    }

    /// The node of the node zip or node folder around the entry: `nodes/<n>.zip/...`, `nodes/<n>/...`.
    pub(super) fn node_folder(&self) -> Option<&'a str> {
        let at = self.folder("nodes")?;
        let folders = self.folders();
        folders.get(at + 1).map(|s| archive_stem(s))
    }

    /// The host of a tree whose marker folder stands at `at`: the folder before it, or the root.
    pub(super) fn host_before(&self, at: usize) -> Option<&'a str> {
        let name = self.before(at).or(self.root).map(archive_stem)?;
        collector_host(name)
            .or_else(|| supportconfig_host(name))
            .or_else(|| (!is_generic(name)).then_some(name))
    }
}

/// Names of folders that say nothing about the host inside.
fn is_generic(name: &str) -> bool {
    const GENERIC: &[&str] = &[
        "nodes",
        "node",
        "logs",
        "log",
        "bundle",
        "bundles",
        "host",
        "hosts",
        "root",
        "rootfs",
        "mnt",
        "tmp",
        "case",
        "data",
        "extracted",
        "support",
        "home",
        "x",
        "-",
        "..",
    ];
    const PREFIXES: &[&str] = &[
        "supportbundle",
        "support-bundle",
        "longhorn-support-bundle",
        "harvester-supportbundle",
        "must-gather",
        "hvst-upgrade-",
        "scc_",
        "nts_",
        ".",
    ];
    let lower = name.to_ascii_lowercase();
    GENERIC.contains(&lower.as_str()) || PREFIXES.iter().any(|p| lower.starts_with(p))
}

/// Endings of compressed single files, which readers open in passing.
const COMPRESSED: &[&str] = &[".gz", ".xz", ".bz2", ".zst", ".zstd"];

/// Endings of archives.
const ARCHIVES: &[&str] = &[
    ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".tgz", ".txz", ".tbz", ".tbz2", ".tzst", ".tar",
    ".zip",
];

/// The name without the ending of an archive.
pub(super) fn archive_stem(name: &str) -> &str {
    ARCHIVES
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// Whether the name ends like an archive.
pub(super) fn is_archive(name: &str) -> bool {
    archive_stem(name).len() < name.len()
}

/// The name without the ending of a compressed file.
pub(super) fn uncompressed(name: &str) -> &str {
    COMPRESSED
        .iter()
        .find_map(|ending| name.strip_suffix(ending))
        .unwrap_or(name)
}

/// A log's file name as (base name without ending, life): `kubelet-2025-12-02T13-58-40.483.log.gz` is a rotated
/// `kubelet`, `syslog.1` a rotated `syslog`, `messages-20240101.xz` a rotated `messages`.
pub(super) fn rotation(file: &str) -> (&str, Instance) {
    // Compression alone says nothing: people compress what they send.
    let mut rotated = false;
    let mut base = uncompressed(file);
    if let Some((head, tail)) = base.rsplit_once('.')
        && !head.is_empty()
        && (tail == "old" || is_digits(tail) || (tail.len() >= 8 && is_stamp(tail)))
    {
        base = head;
        rotated = true;
    }
    base = base
        .strip_suffix(".log")
        .or_else(|| base.strip_suffix(".txt"))
        .unwrap_or(base);
    if let Some(head) = before_stamp(base) {
        base = head;
        rotated = true;
    }
    let instance = if rotated {
        Instance::Rotated
    } else {
        Instance::Current
    };
    (base, instance)
}

/// `kubelet-2025-12-02T13-58-40.483` -> `kubelet`, `messages-20240101` -> `messages`.
fn before_stamp(name: &str) -> Option<&str> {
    name.match_indices('-')
        .map(|(at, _)| (&name[..at], &name[at + 1..]))
        .find(|(head, tail)| !head.is_empty() && tail.len() >= 8 && is_stamp(tail))
        .map(|(head, _)| head)
}

/// A date, perhaps with a time: begins with `20`, holds nothing but digits and separators.
fn is_stamp(text: &str) -> bool {
    text.starts_with("20")
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'T' | b'Z' | b'.' | b'_' | b':'))
}

pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `<hostname>-YYYY-mm-dd_HH_MM_SS`, the collector's root folder.
pub(super) fn collector_host(name: &str) -> Option<&str> {
    const SHAPE: &[u8] = b"-dddd-dd-dd_dd_dd_dd";
    let at = name.len().checked_sub(SHAPE.len())?;
    let (host, stamp) = (name.get(..at)?, name.get(at..)?);
    let fits = stamp.bytes().zip(SHAPE).all(|(b, s)| {
        if *s == b'd' {
            b.is_ascii_digit()
        } else {
            b == *s
        }
    });
    (fits && !host.is_empty()).then_some(host)
}

/// `scc_<host>_<yymmdd>_<HHMM>` and `scc_supportconfig_<node>[-<6 alphanumeric>]`.
pub(super) fn supportconfig_host(name: &str) -> Option<&str> {
    let rest = name
        .strip_prefix("scc_")
        .or_else(|| name.strip_prefix("nts_"))?;
    if let Some(node) = rest.strip_prefix("supportconfig_") {
        return Some(match node.rsplit_once('-') {
            Some((head, tail))
                if tail.len() == 6
                    && tail.bytes().all(|b| b.is_ascii_alphanumeric())
                    && !head.is_empty() =>
            {
                head
            }
            _ => node,
        })
        .filter(|n| !n.is_empty());
    }
    let (rest, time) = rest.rsplit_once('_')?;
    let (host, day) = rest.rsplit_once('_')?;
    (is_digits(time) && is_digits(day) && day.len() == 6 && !host.is_empty()).then_some(host)
}
