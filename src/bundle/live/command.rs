//! A program into bytes: nothing on its standard input, a time limit, killed when nobody reads on.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::MemfdFlags;
use rustix::process::{Pid, Signal, kill_process};

use crate::bundle::loss::Loss;

/// What is kept of what a program says on standard error.
const SAID: u64 = 4 << 10;

/// Process ids of programs that run.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

fn running() -> MutexGuard<'static, BTreeSet<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// For a process that is about to end: ends the programs that it asks about a node, and lets no more begin.
pub fn end_programs() {
    let running = running();
    for id in &*running {
        let id = i32::try_from(*id).ok().and_then(Pid::from_raw);
        let _ = id.map(|id| kill_process(id, Signal::KILL));
    }
    std::mem::forget(running);
}

/// A program to run.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    pub(crate) args: Vec<OsString>,
    /// From start to end.
    pub(crate) limit: Duration,
    /// More lines than this are cut off at the beginning by the program itself.
    pub(crate) lines: Option<u64>,
    /// What it says on standard error is part of its output: `etcdctl` says there what is unhealthy.
    pub(crate) both: bool,
    /// Programs that ask the same service: once one waited in vain, the others are not started.
    pub(crate) group: Option<Arc<AtomicBool>>,
}

impl Program {
    pub(crate) fn new<A: Into<OsString>>(
        path: impl Into<PathBuf>,
        args: impl IntoIterator<Item = A>,
        limit: Duration,
    ) -> Self {
        Self {
            path: path.into(),
            args: args.into_iter().map(Into::into).collect(),
            limit,
            lines: None,
            both: false,
            group: None,
        }
    }

    /// Whether another of its group waited in vain.
    pub(crate) fn is_given_up(&self) -> bool {
        let group = self.group.as_ref();
        group.is_some_and(|given_up| given_up.load(Ordering::Relaxed))
    }

    /// Spares the others of its group the wait.
    pub(crate) fn give_up(&self) {
        if let Some(given_up) = &self.group {
            given_up.store(true, Ordering::Relaxed);
        }
    }

    /// Starts it; it ends at `deadline` if that is earlier than its own limit.
    pub(crate) fn start(&self, deadline: Option<Instant>) -> io::Result<Running> {
        let (out, stdout) = io::pipe()?;
        let said = rustix::fs::memfd_create("bundlevet-stderr", MemfdFlags::CLOEXEC)
            .ok()
            .map(File::from);
        let stderr = match said.as_ref().map(File::try_clone) {
            _ if self.both => Stdio::from(stdout.try_clone()?),
            Some(Ok(file)) => Stdio::from(file),
            _ => Stdio::null(),
        };
        let mut running = running();
        // The command holds its ends of the pipe until it goes, here at once.
        let child = Command::new(&self.path)
            .args(&self.args)
            .env("LC_ALL", "C")
            .env("TZ", "UTC")
            .env("SYSTEMD_PAGER", "")
            .env("SYSTEMD_COLORS", "0")
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()?;
        running.insert(child.id());
        let out = Some(File::from(OwnedFd::from(out)));
        let own = Instant::now() + self.limit;
        Ok(Running {
            child,
            out,
            said,
            end: deadline.map_or(own, |end| end.min(own)),
            limit: self.limit,
            late: false,
            lines: 0,
            most: self.lines,
        })
    }

    /// Its whole output, at most `most` bytes of it; what it said if it failed.
    pub(crate) fn output(&self, most: u64) -> io::Result<String> {
        let mut running = self.start(None)?;
        let mut bytes = Vec::new();
        running.by_ref().take(most).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A program whose output is being read. It is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    out: Option<File>,
    said: Option<File>,
    end: Instant,
    limit: Duration,
    late: bool,
    lines: u64,
    most: Option<u64>,
}

impl Running {
    /// What it said on standard error so far.
    pub(crate) fn said(&mut self) -> String {
        let mut text = Vec::new();
        if let Some(file) = &mut self.said {
            // The position is shared with the program, which has ended or is about to.
            let _ = file.rewind();
            let _ = file.take(SAID).read_to_end(&mut text);
        }
        String::from_utf8_lossy(&text).trim().to_owned()
    }

    /// Waits for the end, which has come or is made to; whether it ended well.
    pub(crate) fn ended_well(&mut self) -> bool {
        let _ = self.child.kill();
        self.wait().is_ok_and(|status| status.success())
    }

    /// Waits for the end; after it, the number may be another process's.
    fn wait(&mut self) -> io::Result<ExitStatus> {
        let ended = self.child.wait();
        running().remove(&self.child.id());
        ended
    }

    /// Whether it was given up because it did not answer in time.
    pub(crate) fn was_late(&self) -> bool {
        self.late
    }

    /// Whether it had more lines to tell than it was asked for.
    pub(crate) fn was_cut(&self) -> bool {
        self.most.is_some_and(|most| self.lines >= most)
    }
}

impl Read for Running {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(out) = &mut self.out else {
            return Ok(0);
        };
        let left = self.end.saturating_duration_since(Instant::now());
        let wait = Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        };
        let ready = poll(&mut [PollFd::new(out, PollFlags::IN)], Some(&wait));
        match ready {
            Ok(0) => {
                self.late = true;
                let limit = self.limit.as_secs();
                let why = format!("no answer in time (limit {limit} s, or the time for this node)");
                Err(Loss::Limit(why).into())
            }
            Ok(_) => {
                let read = out.read(buf)?;
                let bytes = buf.get(..read).unwrap_or_default();
                self.lines += memchr::memchr_iter(b'\n', bytes).count() as u64;
                if read == 0 {
                    // Closed on purpose: reading is over, and a wait for the end is now short.
                    self.out = None;
                    let _ = self.wait();
                }
                Ok(read)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limit: Duration) -> Program {
        Program::new("/bin/sh", ["-c", script], limit)
    }

    #[test]
    fn output_and_what_was_said() {
        let mut running = sh("echo out; echo err >&2; exit 3", Duration::from_secs(10))
            .start(None)
            .unwrap();
        let mut text = String::new();
        running.read_to_string(&mut text).unwrap();
        assert_eq!(text, "out\n");
        assert_eq!(running.said(), "err");
        assert!(!running.ended_well());
    }

    #[test]
    fn what_is_said_can_be_part_of_the_output() {
        let mut program = sh("echo out; echo err >&2; exit 1", Duration::from_secs(10));
        program.both = true;
        let mut running = program.start(None).unwrap();
        let mut text = String::new();
        running.read_to_string(&mut text).unwrap();
        assert_eq!((text.as_str(), running.said().as_str()), ("out\nerr\n", ""));
    }

    #[test]
    fn one_that_hangs_is_given_up_and_killed() {
        let started = Instant::now();
        let mut running = sh("echo $$; exec sleep 60", Duration::from_millis(300))
            .start(None)
            .unwrap();
        let mut bytes = Vec::new();
        let error = running.read_to_end(&mut bytes).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::QuotaExceeded);
        let pid = String::from_utf8(bytes).unwrap();
        drop(running);
        assert!(started.elapsed() < Duration::from_secs(20));
        assert!(!std::path::Path::new(&format!("/proc/{}", pid.trim())).exists());
    }
}
