//! Member names as archives spell them into clean relative paths.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A member's name, made clean.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// Relative, no empty or dot components. Empty for the root itself.
    Clean(String),
    /// Was absolute; this is the name without the leading slash or drive.
    WasAbsolute(String),
    /// Leaves the archive by `..`; the name as it stands.
    Escapes(String),
}

/// Cleans a name. Backslashes separate only where no slash does (zips made by old Windows tools).
pub(crate) fn clean(raw: &str) -> Name {
    let windows = raw.contains('\\') && !raw.contains('/');
    let split = |c: char| c == '/' || (windows && c == '\\');
    let mut rest = raw;
    let mut absolute = rest.starts_with(split);
    if has_drive(rest) {
        absolute = true;
        rest = rest.get(2..).unwrap_or_default();
    }
    let mut parts = Vec::new();
    for part in rest.split(split) {
        match part {
            "" | "." => {}
            ".." => return Name::Escapes(raw.to_owned()),
            part => parts.push(part),
        }
    }
    let name = parts.join("/");
    if has_drive(&name) || !windows && name.contains('\\') && !name.contains('/') {
        // what is left is written as on Windows, or a drive stood behind `/` or `./`
        return match clean(&name) {
            Name::Clean(name) if absolute => Name::WasAbsolute(name),
            other => other,
        };
    }
    if absolute {
        Name::WasAbsolute(name)
    } else {
        Name::Clean(name)
    }
}

/// Whether a name begins with the root of a drive of Windows.
fn has_drive(name: &str) -> bool {
    matches!(name.as_bytes(), [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

/// Bytes of a name into text: UTF-8 where they are, else every bad sequence replaced.
pub(crate) fn text(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

/// The first folder of a clean name that has one.
pub(crate) fn first_folder(name: &str) -> Option<&str> {
    name.split_once('/').map(|(first, _)| first)
}

/// Whether a link at `path` to `target` stays inside the archive; both as the archive spells them.
pub(crate) fn link_stays_inside(path: &str, target: &str) -> bool {
    if target.starts_with(['/', '\\']) || target.is_empty() {
        return false;
    }
    let mut depth = path
        .split('/')
        .filter(|p| !p.is_empty())
        .count()
        .saturating_sub(1);
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => match depth.checked_sub(1) {
                Some(up) => depth = up,
                None => return false,
            },
            _ => depth += 1,
        }
    }
    true
}

/// Paths seen in one archive, eight bytes each: as entries are called, because `root/x` and `x` are one where the
/// first member has decided that `root` is the archive's folder.
#[derive(Default)]
pub(crate) struct Seen(HashSet<u64>);

impl Seen {
    /// Whether this is the first time.
    pub(crate) fn first(&mut self, path: &str) -> bool {
        self.0.insert(Self::key(path))
    }

    /// Whether the path came before.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.0.contains(&Self::key(path))
    }

    fn key(path: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        path.hash(&mut hasher);
        hasher.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_out_clean_or_say_why_not() {
        let same =
            |raw: &str, want: &str| assert_eq!(clean(raw), Name::Clean(want.into()), "{raw}");
        same("./a/b.log", "a/b.log");
        same("a//b/./c/", "a/b/c");
        same("a\\b\\c.txt", "a/b/c.txt");
        same("a/b\\c", "a/b\\c");
        same("a\\b/", "a/b");
        assert_eq!(clean("C:\\x\\y/"), Name::WasAbsolute("x/y".into()));
        assert_eq!(clean("..\\x/"), Name::Escapes("..\\x".into()));
        same("./", "");
        same("a/..b/c", "a/..b/c");
        assert_eq!(clean("/etc/x"), Name::WasAbsolute("etc/x".into()));
        assert_eq!(clean("C:\\logs\\x"), Name::WasAbsolute("logs/x".into()));
        assert_eq!(clean("/C:/logs/x"), Name::WasAbsolute("logs/x".into()));
        assert_eq!(clean("./c:/d:\\logs"), Name::WasAbsolute("logs".into()));
        assert_eq!(clean("a/../../x"), Name::Escapes("a/../../x".into()));
    }

    #[test]
    fn links_are_judged_by_where_they_lead() {
        assert!(link_stays_inside("a/b/l", "../c"));
        assert!(link_stays_inside("l", "x/../y"));
        assert!(!link_stays_inside("l", "../y"));
        assert!(!link_stays_inside("a/l", "/etc/passwd"));
        assert!(!link_stays_inside("a/l", "x/../../../y"));
    }
}
