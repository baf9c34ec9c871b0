//! Journal files into one log per unit that matters, and the kernel's, read through journalctl.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::installed::below;
use super::{LiveOptions, Made, Program, Unread, find_program};
use crate::bundle::place::speaks;

/// One unit's journal is read within this time.
const LIMIT: Duration = Duration::from_secs(40);
/// The newest lines of one unit's journal that are read.
const LINES: u64 = 400_000;
/// Units of which a journal is read; a node has about ten that matter.
const UNITS: usize = 48;

/// The journals below `root`: what `journalctl -u <unit>` shows, under the name that collectors give it.
pub(super) fn add(
    root: &Path,
    options: &LiveOptions,
    made: &mut Vec<Made>,
    unread: &mut Vec<Unread>,
) {
    let folders = folders(root);
    if folders.is_empty() {
        if options.here {
            unread.push(Unread {
                what: "the journal".into(),
                because: "there is none in /var/log/journal and /run/log/journal".into(),
                command: None,
            });
        }
        return;
    }
    let Some(path) = find_program(&["journalctl", "/usr/bin/journalctl", "/bin/journalctl"]) else {
        unread.push(Unread {
            what: "the journal".into(),
            because: "its files are there and journalctl, which reads them, is not".into(),
            command: Some("bundlevet local, where systemd is installed; or mount the disk there: bundlevet local --root DIR".into()),
        });
        return;
    };
    // On the node itself journalctl knows where everything is.
    let places: Vec<Vec<OsString>> = if options.here && root == Path::new("/") {
        vec![Vec::new()]
    } else {
        folders
            .iter()
            .map(|folder| vec!["--directory".into(), folder.into()])
            .collect()
    };
    let several = places.len() > 1;
    for (at, place) in places.iter().enumerate() {
        let ending = if several && at > 0 {
            format!(".log.{at}")
        } else {
            String::new()
        };
        let run = |more: &[&str]| {
            let mut args: Vec<OsString> = vec!["--no-pager".into()];
            args.extend(place.iter().cloned());
            args.extend(more.iter().map(Into::into));
            Program::new(&path, args, LIMIT)
        };
        let lines = LINES.to_string();
        let mut log = |name: &str, select: &[&str]| {
            let mut args = vec![
                "--utc",
                "-o",
                "short-iso-precise",
                "--lines",
                lines.as_str(),
            ];
            let since = options
                .since
                .map(|since| format!("--since=@{}", since.as_second()));
            args.extend(since.as_deref());
            args.extend(select);
            let mut program = run(&args);
            program.lines = Some(LINES);
            made.push(Made::run(format!("journald/{name}{ending}"), program));
        };
        log("kernel", &["_TRANSPORT=kernel"]);
        let units = run(&["--field", "_SYSTEMD_UNIT"])
            .output(1 << 20)
            .unwrap_or_default();
        for unit in matter(&units) {
            log(unit, &["--unit", unit]);
        }
    }
}

/// Where journal files are, by root; the persistent ones first.
fn folders(root: &Path) -> Vec<PathBuf> {
    ["var/log/journal", "run/log/journal"]
        .iter()
        .filter_map(|folder| below(root, Path::new(folder)))
        .filter(|folder| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()))
        .collect()
}

/// The services among these whose programs are known.
fn matter(units: &str) -> Vec<&str> {
    const QUIET: &[&str] = &[
        "systemd-",
        "user@",
        "getty@",
        "serial-getty@",
        "ssh",
        "cron",
        "polkit",
        "dbus",
        "rsyslog",
        "snapd",
    ];
    const WANTED: &[&str] = &[
        "systemd-timesyncd",
        "systemd-networkd",
        "systemd-resolved",
        "systemd-sysctl",
    ];
    let mut matter: Vec<&str> = units
        .lines()
        .filter_map(|unit| unit.trim().strip_suffix(".service"))
        .filter(|unit| {
            WANTED.contains(unit)
                || !QUIET.iter().any(|quiet| unit.starts_with(quiet)) && speaks(unit)
        })
        .collect();
    matter.sort_unstable();
    matter.dedup();
    matter.truncate(UNITS);
    matter
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_matter() {
        let units = "session-1.scope\nrke2-server.service\nsshd.service\nmy-own.service\nuser@0.service\nsystemd-timesyncd.service\niscsid.service\nrke2-server.service\n";
        assert_eq!(
            matter(units),
            ["iscsid", "rke2-server", "systemd-timesyncd"]
        );
    }
}
