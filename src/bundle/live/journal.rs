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
/// The kernel's buffer is small, and read at once.
const DMESG: Duration = Duration::from_secs(4);
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
    let journalctl = find_program(&["journalctl", "/usr/bin/journalctl", "/bin/journalctl"]);
    let readable = journalctl.is_some() && folders.iter().any(|folder| is_readable(folder));
    if options.here && !readable {
        kernel_ring(made);
    }
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
    let Some(path) = journalctl else {
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

/// The kernel's own buffer, for where its lines in the journal cannot be read.
fn kernel_ring(made: &mut Vec<Made>) {
    if let Some(path) = find_program(&["dmesg", "/usr/bin/dmesg", "/bin/dmesg"]) {
        let program = Program::new(path, ["-T"], DMESG);
        made.push(Made::run("systeminfo/dmesg", program));
    }
}

/// Whether a file of the machine's own journal can be read; the system's, not a user's.
fn is_readable(folder: &Path) -> bool {
    let machines = fs::read_dir(folder).into_iter().flatten().flatten();
    machines
        .map(|machine| machine.path().join("system.journal"))
        .any(|file| fs::File::open(file).is_ok())
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
