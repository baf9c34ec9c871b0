//! Files of no known layout, and files given by themselves: placed by name, and by content where there is some.

use super::names::{Split, is_archive, uncompressed};
use super::support_bundle_kit::container_file;
use super::{EntryKind, Placement, ProgramSet, Skip, content, programs};

/// Endings of files that hold neither logs nor objects.
const BINARY: &[&str] = &[
    "a", "apk", "bin", "bmp", "class", "core", "crt.der", "db", "deb", "dll", "dump", "exe", "gif",
    "ico", "img", "iso", "jar", "jpeg", "jpg", "journal", "ko", "mp4", "o", "pack", "pb", "pcap",
    "pdf", "png", "pprof", "qcow2", "raw", "rpm", "sar", "snap", "so", "sqlite", "vmdk", "wal",
    "webp",
];
const IRRELEVANT: &[&str] = &[
    "c", "css", "go", "h", "htm", "html", "js", "key", "md", "md5", "py", "rst", "sha256",
    "sha512", "svg", "ts", "woff", "woff2", "xsl",
];

/// What a name alone says. Text that nothing is known of is a log of any program: nothing useful is left out.
pub(super) fn by_name(split: &Split<'_>) -> Placement {
    let file = uncompressed(split.file);
    let ending = file
        .rsplit_once('.')
        .map_or("", |(_, e)| e)
        .to_ascii_lowercase();
    let placement = match ending.as_str() {
        _ if is_archive(split.file) => Placement::skipped(Skip::Binary),
        _ if is_profile(file) => Placement::skipped(Skip::Binary),
        e if BINARY.contains(&e) => Placement::skipped(Skip::Binary),
        e if IRRELEVANT.contains(&e) => Placement::skipped(Skip::Irrelevant),
        // The pod collector's `get-pods`.
        _ if file.starts_with("get-") => Placement::of(EntryKind::Objects),
        "yaml" | "yml" | "json" => Placement::of(EntryKind::Objects),
        "service" | "conf" | "cfg" | "conflist" | "toml" | "ini" => {
            Placement::of(EntryKind::Config)
        }
        "crt" | "pem" => Placement::of(EntryKind::Fact),
        _ if file.ends_with("-events.txt") => Placement::of(EntryKind::Fact),
        _ => log(split),
    };
    placement.on(split.named_host())
}

/// The profile collector's `<pod>-<profile>-<time>`.
fn is_profile(file: &str) -> bool {
    const PROFILES: &[&str] = &[
        "-goroutine-20",
        "-heap-20",
        "-threadcreate-20",
        "-block-20",
        "-mutex-20",
        "-profile-20",
        "-trace-20",
    ];
    PROFILES.iter().any(|p| file.contains(p))
}

fn log(split: &Split<'_>) -> Placement {
    let (base, instance) = super::names::rotation(split.file);
    let previous = container_file(split.file).map(|(_, instance)| instance);
    let instance = match previous {
        Some(super::Instance::Previous) if base.ends_with("-previous") => super::Instance::Previous,
        _ => instance,
    };
    // A collector's own `<anything>/<pod>/<container>.log`.
    let folder = split.before(split.parts.len().saturating_sub(1));
    if let Some(pod) = folder
        && !programs::of_pod("", pod).is_all()
        && let Some((container, instance)) = container_file(split.file)
    {
        return Placement::container("", pod, container).instance(instance);
    }
    if let Some(unit) = super::node::unit_of(base) {
        return Placement::unit(unit).instance(instance);
    }
    let set = programs::of_loose_name(base)
        .or_else(|| programs::of_loose_name(folder?))
        .unwrap_or(ProgramSet::ALL);
    Placement::log(set).instance(instance)
}

/// A file that was given by itself: `name` is what the user called it (`-` for standard input), `head` its first bytes,
/// decompressed. The content decides what it is; the name helps where the content leaves it open.
pub fn place_loose(name: &str, head: &[u8]) -> Placement {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let split = Split::new(file, None);
    let named = if split.parts.is_empty() || file == "-" {
        Placement::log(ProgramSet::ALL)
    } else {
        super::place_split(&split)
    };
    let found = content::read(head);
    match found.kind {
        EntryKind::Log => combine(named, found),
        // What holds objects, a table or nothing readable is that, whatever its name.
        _ => {
            let mut placement = found;
            placement.origin.node = placement.origin.node.or(named.origin.node);
            placement
        }
    }
}

/// A log whose name and lines both say something: a name may be wrong, and a head may not show all programs.
fn combine(named: Placement, found: Placement) -> Placement {
    let EntryKind::Log = named.kind else {
        // `version`, `nodes`, `x.txt`: known files of a layout whose lines are not recognised keep their name's kind.
        return match named.kind {
            EntryKind::Fact | EntryKind::Config if found.origin.programs.is_all() => named,
            _ => found,
        };
    };
    let mut placement = named;
    let origin = &mut placement.origin;
    origin.programs = match (origin.programs.is_all(), found.origin.programs.is_all()) {
        (true, _) => found.origin.programs,
        (false, true) => origin.programs,
        (false, false) => origin.programs.union(found.origin.programs),
    };
    let found = found.origin;
    origin.node = found.node.or(origin.node.take());
    origin.namespace = found.namespace.or(origin.namespace.take());
    origin.pod = found.pod.or(origin.pod.take());
    origin.container = found.container.or(origin.container.take());
    origin.unit = origin.unit.take().or(found.unit);
    placement
}
