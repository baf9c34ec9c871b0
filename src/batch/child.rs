//! A bundle into what its child process came to: started, waited for, and ended when its time is over.

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::leftover;
use super::record::{Outcome, Status};
use crate::report::neutral;

/// What one bundle may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildLimits {
    /// Bytes of memory of its process.
    pub memory: u64,
    /// Wall-clock time.
    pub time: Duration,
}

/// What a child process is told, as JSON on its standard input; the bundle's path is its argument.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Process id of the parent: who is not its child any more has nobody to work for.
    pub parent: i32,
    /// The bundle's whole URL, which can hold a secret that is not to be seen among the arguments of a process.
    #[serde(default)]
    pub url: Option<String>,
    /// What the reports are called.
    pub name: String,
    /// Forms of the report besides JSON, by their words.
    pub formats: Vec<String>,
    /// Worker threads.
    pub threads: usize,
    /// Bytes of memory.
    pub memory: u64,
    /// Directories of signatures, absolute.
    pub signatures: Vec<PathBuf>,
    /// Ids of signatures to do without.
    pub disable: Vec<String>,
}

/// How often a waiting thread looks whether the run is to end.
const GLANCE: Duration = Duration::from_millis(50);
/// How long a process may take to be gone after it was killed, or after it has said all.
const GRACE: Duration = Duration::from_secs(10);
/// What is kept of a child's answer and of its complaints.
const MOST_ANSWER: u64 = 16 << 20;
const MOST_COMPLAINT: usize = 4 << 10;

/// Exit code of a child that could not write a report: no disk space, a directory that is gone. That is no matter of
/// the bundle, and the run ends.
pub const CANNOT_WRITE: i32 = 3;

/// Why there is no outcome.
pub(super) enum NoOutcome {
    /// The run is to end.
    Stopped,
    /// No process could be started, or none that works.
    Broken(String),
}

/// Runs `program` on the bundle at `path`, in the output directory.
pub(super) fn run(
    program: &Path,
    arguments: &[String],
    path: &Path,
    output: &Path,
    task: &Task,
    limits: ChildLimits,
    stopped: &dyn Fn() -> bool,
) -> Result<Outcome, NoOutcome> {
    let broken = |error: &dyn std::fmt::Display| NoOutcome::Broken(error.to_string());
    let mut child = Command::new(program)
        .args(arguments)
        .arg(path)
        .current_dir(output)
        // Ctrl-C is for the parent, which decides what becomes of its children.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| broken(&error))?;
    let text = serde_json::to_vec(task).map_err(|error| broken(&error))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A child that is gone already shows that by its exit.
        let _ = stdin.write_all(&text);
    }
    let answer = reader(child.stdout.take(), read_answer);
    let complaint = reader(child.stderr.take(), read_tail);
    let deadline = Instant::now() + limits.time;
    let answer = loop {
        match answer.recv_timeout(GLANCE) {
            Ok(answer) => break answer,
            Err(RecvTimeoutError::Disconnected) => break Vec::new(),
            Err(RecvTimeoutError::Timeout) if stopped() => {
                end(&mut child, output);
                return Err(NoOutcome::Stopped);
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                end(&mut child, output);
                let seconds = limits.time.as_secs_f64();
                let error = format!("not finished after {seconds} s (--timeout)");
                return Ok(Outcome::failed(Status::Timeout, error));
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    };
    let Some(status) = gone(&mut child) else {
        end(&mut child, output);
        return Ok(Outcome::failed(Status::Timeout, "its process did not end"));
    };
    if status.success()
        && let Ok(outcome) = serde_json::from_slice(&answer)
    {
        return Ok(outcome);
    }
    leftover::of_process(output, child.id());
    let complaint = complaint.recv_timeout(GRACE).unwrap_or_default();
    let complaint = String::from_utf8_lossy(&complaint);
    match status.code() {
        Some(CANNOT_WRITE) => Err(NoOutcome::Broken(last_line(&complaint))),
        _ => Ok(crashed(status, &complaint, limits)),
    }
}

/// What the runtime, the system and the pool of threads say when there is no more memory to have.
const OUT_OF_MEMORY: [&str; 3] = [
    "memory allocation of",
    "Cannot allocate memory",
    "start worker threads",
];

fn crashed(status: ExitStatus, complaint: &str, limits: ChildLimits) -> Outcome {
    let limit = limits.memory >> 20;
    if OUT_OF_MEMORY.iter().any(|words| complaint.contains(words)) {
        let error =
            format!("it needs more than the {limit} MiB of memory that it may have (--memory)");
        return Outcome::failed(Status::Memory, error);
    }
    let how = match (status.signal(), status.code()) {
        (Some(9), _) => {
            "its process was killed, perhaps by the system for lack of memory".to_owned()
        }
        (Some(signal), _) => format!("its process ended by signal {signal}"),
        (None, code) => format!("its process ended with exit code {}", code.unwrap_or(-1)),
    };
    let said = last_line(complaint);
    let error = if said.is_empty() {
        how
    } else {
        format!("{how}: {said}")
    };
    Outcome::failed(Status::Crashed, error)
}

fn last_line(complaint: &str) -> String {
    const MOST: usize = 300;
    let said = complaint
        .lines()
        .map(str::trim)
        .rfind(|line| !line.is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE"));
    let said = said.unwrap_or_default();
    neutral(&said.chars().take(MOST).collect::<String>()).into_owned()
}

/// Kills a child, waits until it is gone and removes what it was writing; one that hangs in the kernel is left behind.
fn end(child: &mut Child, output: &Path) {
    let _ = child.kill();
    if gone(child).is_none() {
        tracing::warn!(process = child.id(), "a child process cannot be ended");
    }
    leftover::of_process(output, child.id());
}

fn gone(child: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + GRACE;
    let mut pause = Duration::from_micros(200);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(pause),
            Ok(None) | Err(_) => return None,
        }
        pause = (pause * 2).min(GLANCE);
    }
}

/// Reads a pipe in a thread of its own, so that neither of two pipes can fill up.
fn reader<R: Read + Send + 'static>(pipe: Option<R>, read: fn(R) -> Vec<u8>) -> Receiver<Vec<u8>> {
    let (send, receive) = channel();
    if let Some(pipe) = pipe {
        // Nobody waits any more where this cannot be sent.
        thread::spawn(move || drop(send.send(read(pipe))));
    }
    receive
}

fn read_answer(pipe: impl Read) -> Vec<u8> {
    let mut answer = Vec::new();
    // Half an answer is no JSON, which is noticed.
    let _ = pipe.take(MOST_ANSWER).read_to_end(&mut answer);
    answer
}

fn read_tail(mut pipe: impl Read) -> Vec<u8> {
    let mut tail = Vec::new();
    let mut buf = [0u8; MOST_COMPLAINT];
    while let Ok(n @ 1..) = pipe.read(&mut buf) {
        tail.extend_from_slice(buf.get(..n).unwrap_or_default());
        let over = tail.len().saturating_sub(MOST_COMPLAINT);
        tail.drain(..over);
    }
    tail
}
