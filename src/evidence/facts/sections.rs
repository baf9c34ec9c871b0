//! A supportconfig text into the facts of the commands and files in it, each read as if it stood alone.
//!
//! A text is a sequence of blocks: `#==[ Command ]====#`, then `# /sbin/sysctl -a`, then what it printed. Which file a
//! block stands in differs from version to version; what it is, its second line says.

use super::{Reader, Sink, host, live, net, numbered};

/// Reads every block that holds facts.
pub(super) fn supportconfig(text: &str, sink: &mut Sink<'_>) {
    let mut block: Option<(Reader, usize)> = None;
    let mut body = String::new();
    let mut titled = false;
    for (line, raw) in numbered(text) {
        if raw.starts_with("#==[") {
            flush(block.take(), &mut body, sink);
            titled = true;
        } else if titled {
            titled = false;
            block = raw.strip_prefix("# ").and_then(reader).map(|r| (r, line));
        } else if block.is_some() {
            body.push_str(raw);
            body.push('\n');
        }
    }
    flush(block, &mut body, sink);
}

fn flush(block: Option<(Reader, usize)>, body: &mut String, sink: &mut Sink<'_>) {
    if let Some((read, line)) = block {
        let before = std::mem::replace(&mut sink.skipped, line);
        if super::error_text(body).is_none() {
            read(body, sink);
        }
        sink.skipped = before;
    }
    body.clear();
}

/// The reader for a command line or a path.
fn reader(title: &str) -> Option<Reader> {
    let mut words = title.split_whitespace();
    let path = words.next()?;
    let arguments: Vec<&str> = words.collect();
    let flags = |letter: char| {
        let short = |word: &&&str| word.starts_with('-') && !word.starts_with("--");
        arguments
            .iter()
            .filter(short)
            .any(|word| word.contains(letter))
    };
    let name = path.rsplit('/').next().unwrap_or(path);
    Some(match (path, name) {
        ("/etc/os-release" | "/usr/lib/os-release", _) => host::os_release,
        ("/etc/resolv.conf", _) => net::resolver,
        ("/etc/hosts", _) => net::hosts,
        ("/etc/hostname", _) => host::hostname,
        ("/proc/mounts", _) | (_, "mount") => host::mounts,
        ("/proc/meminfo", _) => live::meminfo,
        ("/proc/sys/fs/file-nr", _) => host::file_handles,
        (_, "date") if arguments.is_empty() => host::date,
        (_, "uptime") => host::uptime,
        (_, "uname") if flags('a') => host::kernel,
        (_, "df") if flags('i') => host::inodes,
        (_, "df") if flags('h') => host::disk,
        (_, "free") if flags('m') || flags('h') => host::memory,
        (_, "free") => host::memory_kib,
        (_, "sysctl") if flags('a') => host::sysctl,
        (_, "ulimit") => host::limits,
        (_, "systemctl")
            if arguments.contains(&"list-units") || arguments.contains(&"--failed") =>
        {
            host::units
        }
        (_, "ip")
            if arguments
                .iter()
                .any(|word| word.starts_with("addr") || *word == "a") =>
        {
            net::addresses
        }
        (_, "iptables-save") => net::iptables,
        (_, "chronyc") if arguments.contains(&"tracking") => live::chronyc,
        (_, "timedatectl") => live::timedatectl,
        _ => return None,
    })
}
