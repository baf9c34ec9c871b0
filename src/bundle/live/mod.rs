//! A node into what is read of it besides its files: journals, the host's state, the cluster as this node sees it.
//!
//! Everything made here comes as an entry with the path that a collector would have given it (`journald/rke2-server`,
//! `systeminfo/dfh`, `kubectl/nodes.json`), so a live node and a bundle made from it are read by the same code.
//! Nothing is written to the node: programs run with their output in memory, and none of them keeps a cache.
//!
//! | file | turns | into |
//! |---|---|---|
//! | `installed` | the disk | which products are there, and where |
//! | `journal` | journal files | one log per unit, and the kernel's |
//! | `host` | system calls | disks, limits, the time |
//! | `cluster` | crictl, etcd's health, the API server if it answers | tables and objects |
//! | `http` | a port of this machine | an answer, or that there is none |
//! | `command` | a program | bytes, with a time limit |
//! | `share` | | how much time and memory the whole may take |

mod cluster;
mod command;
mod host;
mod http;
mod installed;
mod journal;
mod share;

use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

pub(crate) use command::Program;
pub use command::end_programs;
pub(crate) use http::ask;
pub(crate) use installed::elsewhere;
pub use installed::{Installed, node_name};
pub(crate) use share::Share;
pub use share::give_way;

/// The window that collectors use; nothing older is read of a live node unless it is asked for.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What is read at least.
const SHORTEST: SignedDuration = SignedDuration::from_hours(24);

/// How a node is read. The default reads files only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveOptions {
    /// Read no logs, only the state.
    pub state_only: bool,
    /// Read the journals, with journalctl.
    pub journals: bool,
    /// This is the machine itself: programs may be run and its own services asked.
    pub here: bool,
    /// Logs that were last written before are left out.
    pub since: Option<Timestamp>,
    /// When reading ends; what was not read by then is named.
    pub deadline: Option<Instant>,
    /// Bytes of memory of the process after which nothing more is read.
    pub memory: Option<u64>,
    /// Only the end of a larger log is read. Nothing: whole logs.
    pub log_bytes: Option<u64>,
}

/// Something of a node that was not read, and the command that would.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// What: `the journal`, `212 files below /var/log/pods`.
    pub what: String,
    /// Why not.
    pub because: String,
    /// The command that would read it.
    pub command: Option<String>,
}

impl Unread {
    /// What is unread where none of the products is on a disk.
    pub const PRODUCTS: &str = "RKE2, K3s, RKE1, Harvester";
}

/// An entry that is no file.
#[derive(Debug, Clone)]
pub(crate) struct Made {
    /// As reports show it.
    pub(crate) name: String,
    /// The cluster's, not this node's.
    pub(crate) cluster: bool,
    pub(crate) from: Source,
}

/// Where the bytes of a [`Made`] come from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Text(String),
    Run(Program),
    /// An HTTP service of this machine.
    Ask {
        port: u16,
        path: &'static str,
    },
}

impl Made {
    fn text(name: &str, text: String) -> Self {
        Self {
            name: name.to_owned(),
            cluster: false,
            from: Source::Text(text),
        }
    }

    fn run(name: impl Into<String>, program: Program) -> Self {
        Self {
            name: name.into(),
            cluster: false,
            from: Source::Run(program),
        }
    }
}

/// Everything to be read of the node below `root` that is no file.
pub(crate) fn made(root: &Path, options: &LiveOptions) -> (Vec<Made>, Vec<Unread>) {
    let (mut made, mut unread) = (Vec::new(), Vec::new());
    if options == &LiveOptions::default() {
        return (made, unread);
    }
    let installed = Installed::look(root);
    if installed.names().is_empty() {
        unread.push(Unread {
            what: Unread::PRODUCTS.into(),
            because: format!("none of them is on the disk below {}", root.display()),
            command: None,
        });
    }
    if options.journals {
        journal::add(root, options, &mut made, &mut unread);
    }
    made.extend(host::snapshots(root, &installed));
    made.extend(host::leftovers(root));
    if options.here {
        made.extend(host::state());
        cluster::add(&installed, &mut made, &mut unread);
    }
    (made, unread)
}

/// Where the default window of a live node begins: 24 hours ago or at the last boot, whichever is earlier, because a
/// start says what a node refuses; never more than the 7 days that collectors take.
pub fn window(now: Timestamp) -> Timestamp {
    let day = now - SHORTEST;
    let boot = host::booted(now).unwrap_or(day);
    boot.min(day).max(now - LONGEST)
}

/// The first of these programs that is there.
fn find_program(paths: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    paths.iter().find_map(|wanted| {
        if wanted.starts_with('/') {
            return Path::new(wanted).is_file().then(|| PathBuf::from(wanted));
        }
        // Whoever can write to the current directory must not choose what root runs.
        std::env::split_paths(&path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(wanted))
            .find(|candidate| candidate.is_file())
    })
}

/// What journalctl, dmesg and docker say to those who may not see everything.
pub(crate) fn is_closed(said: &str) -> bool {
    said.contains("not seeing messages from other users")
        || said.contains("insufficient permissions")
        || said.contains("Permission denied")
        || said.contains("permission denied")
        || said.contains("Operation not permitted")
}

/// What kubectl says of kinds that this cluster does not have.
pub(crate) fn is_absent(said: &str) -> bool {
    said.contains("NotFound") || said.contains("could not find the requested resource")
}

/// The first line of what a program said.
pub(crate) fn first_line(said: &str) -> String {
    let line = said.lines().next().unwrap_or_default();
    match line {
        "" => "no output".to_owned(),
        line => line.chars().take(300).collect(),
    }
}
