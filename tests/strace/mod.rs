//! What lines of strace say: whole calls, the name of one, and whether it changes what is on a disk.

use std::collections::HashMap;

/// The calls of a trace, one string each. Where processes run side by side strace breaks a call in two, and the second
/// half does not say what the first was about.
pub(crate) fn calls(trace: &str) -> Vec<String> {
    let mut begun: HashMap<&str, &str> = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let process = line.split(' ').next().unwrap_or_default();
        if let Some(first) = line.strip_suffix("<unfinished ...>") {
            begun.insert(process, first);
        } else if let Some((_, rest)) = line.split_once(" resumed>") {
            let first = begun.remove(process).unwrap_or_default();
            calls.push(format!("{first}{rest}"));
        } else {
            calls.push(line.to_owned());
        }
    }
    calls.extend(begun.into_values().map(str::to_owned));
    calls
}

/// The name of a call, `openat` of `1234 openat(AT_FDCWD, ...) = 3`.
pub(crate) fn name(call: &str) -> &str {
    let call = call
        .split_once(' ')
        .map_or(call, |(_, call)| call.trim_start());
    call.split(['(', ' ']).next().unwrap_or_default()
}

/// Whether it makes, removes, renames or alters a file, or opens one to do so.
pub(crate) fn writes(call: &str) -> bool {
    let flags = [
        "O_WRONLY",
        "O_RDWR",
        "O_CREAT",
        "O_TRUNC",
        "O_APPEND",
        "O_TMPFILE",
    ];
    let open = ["open", "openat", "openat2"].contains(&name(call));
    let changing = [
        "creat",
        "unlink",
        "rename",
        "mkdir",
        "rmdir",
        "link",
        "symlink",
        "chmod",
        "fchmod",
        "chown",
        "lchown",
        "fchown",
        "truncate",
        "ftruncate",
        "utime",
        "mknod",
        "setxattr",
        "mount",
    ];
    let changes = changing.iter().any(|verb| {
        let rest = name(call).strip_prefix(verb);
        rest.is_some_and(|rest| matches!(rest, "" | "at" | "at2" | "nsat" | "s" | "sat"))
    });
    changes || open && flags.iter().any(|flag| call.contains(flag))
}
