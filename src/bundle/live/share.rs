//! How much of a node the reading of it may take: time, memory, and the lowest priority.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::{LiveOptions, Unread};

/// Names kept per reason; the rest is counted.
const NAMED: usize = 3;

/// Why nothing more is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Spent {
    Time,
    Memory,
}

impl Spent {
    pub(crate) fn because(self) -> &'static str {
        match self {
            Spent::Time => "the time for this node was up (limit --time-limit)",
            Spent::Memory => "the memory for this node was used up (limit --max-memory)",
        }
    }
}

/// What is left, and what was left out for want of it.
#[derive(Debug, Default)]
pub(crate) struct Share {
    deadline: Option<Instant>,
    memory: Option<u64>,
    left_out: Mutex<BTreeMap<Spent, (usize, Vec<String>)>>,
    closed: Mutex<BTreeSet<String>>,
}

impl Share {
    pub(crate) fn new(options: Option<&LiveOptions>) -> Self {
        Self {
            deadline: options.and_then(|options| options.deadline),
            memory: options.and_then(|options| options.memory),
            left_out: Mutex::default(),
            closed: Mutex::default(),
        }
    }

    /// When reading ends.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Why nothing more may be read, if so.
    pub(crate) fn spent(&self) -> Option<Spent> {
        if self.deadline.is_some_and(|end| Instant::now() >= end) {
            Some(Spent::Time)
        } else if self.memory.is_some_and(|most| resident() > most) {
            Some(Spent::Memory)
        } else {
            None
        }
    }

    /// Notes what was left out; `true` once the share is spent.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        let Some(why) = self.spent() else {
            return false;
        };
        let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, names) = left_out.entry(why).or_default();
        *count += 1;
        if names.len() < NAMED {
            names.push(name.to_owned());
        }
        true
    }

    /// Notes that only root sees all of this.
    pub(crate) fn closed(&self, name: &str) {
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        closed.insert(name.to_owned());
    }

    /// What was left out.
    pub(crate) fn unread(&self) -> Vec<Unread> {
        let left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
        let tell = |(why, (count, names)): (&Spent, &(usize, Vec<String>))| Unread {
            what: match count {
                1 => names.join(""),
                more => format!("{more} files, {} among them", names.join(", ")),
            },
            because: why.because().to_owned(),
            command: Some(
                match why {
                    Spent::Time => "bundlevet local --time-limit 10m",
                    Spent::Memory => "bundlevet local --max-memory 512M",
                }
                .to_owned(),
            ),
        };
        let mut unread: Vec<Unread> = left_out.iter().map(tell).collect();
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        let (journals, others): (Vec<&String>, Vec<&String>) = closed
            .iter()
            .partition(|name| name.starts_with("journald/") || *name == "systeminfo/dmesg");
        let mut push = |what: &str, because: &str| {
            unread.push(Unread {
                what: what.to_owned(),
                because: because.to_owned(),
                command: Some("sudo bundlevet local".to_owned()),
            });
        };
        if !journals.is_empty() {
            let who = "only root and the groups adm and systemd-journal see all of them";
            push("the journals, whole", who);
        }
        if !others.is_empty() {
            let names: Vec<&str> = others
                .iter()
                .take(NAMED)
                .map(|name| name.as_str())
                .collect();
            let who = "only root may ask the programs that tell it";
            push(&names.join(", "), who);
        }
        unread
    }
}

/// Bytes of memory that this process holds.
fn resident() -> u64 {
    let pages = || -> Option<u64> {
        let text = fs::read_to_string("/proc/self/statm").ok()?;
        text.split_whitespace().nth(1)?.parse().ok()
    };
    pages()
        .unwrap_or(0)
        .saturating_mul(rustix::param::page_size() as u64)
}

/// Puts this thread, and the threads and programs it starts, behind everything else: nice 19, which also gives the
/// lowest best-effort priority for the disk (Linux takes it from the nice value unless one is set).
/// Refusal is no reason to do without a diagnosis.
pub fn give_way() {
    let _ = rustix::process::setpriority_process(None, 19);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_spent_without_limits() {
        assert_eq!(Share::default().spent(), None);
    }

    #[test]
    fn what_is_left_out_is_named_and_counted() {
        let options = LiveOptions {
            deadline: Some(Instant::now()),
            ..LiveOptions::default()
        };
        let share = Share::new(Some(&options));
        for name in ["a", "b", "c", "d"] {
            assert!(share.leaves_out(name));
        }
        let unread = share.unread();
        assert_eq!(unread.len(), 1);
        assert_eq!(unread[0].what, "4 files, a, b, c among them");
        let small = LiveOptions {
            memory: Some(1),
            ..LiveOptions::default()
        };
        assert_eq!(Share::new(Some(&small)).spent(), Some(Spent::Memory));
    }
}
