//! What a command came to, as one exit code.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};

use super::failure::Failure;

/// What a command came to when nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// All is said.
    Well,
    /// Findings at or above `--fail-on`, or `--strict` and something unread.
    Found,
    /// The report is written, but there was nothing that could be read.
    Unreadable,
    /// An exit code that another process waits for.
    Other(i32),
    /// A fault of the program itself, which has been told.
    Broken,
    /// Ended by this signal, in good order.
    Signal(u8),
}

/// Result of a command.
pub(crate) type Outcome = Result<Done, Failure>;

/// 0 done, 1 found, 2 failed. A closed pipe is success.
pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Found) => ExitCode::from(1),
        Ok(Done::Unreadable | Done::Broken) => ExitCode::from(2),
        Ok(Done::Other(code)) => ExitCode::from(u8::try_from(code).unwrap_or(2)),
        Ok(Done::Signal(number)) => ExitCode::from(128u8.saturating_add(number)),
        Err(failure) => match failure.message() {
            None => ExitCode::SUCCESS,
            Some(message) => {
                say(&message);
                ExitCode::from(2)
            }
        },
    }
}

/// How much is said on standard error: 0 errors, 1 also progress, 2 also notes.
static SPEECH: AtomicU8 = AtomicU8::new(1);

/// Takes `--quiet` and `--verbose`.
pub(crate) fn speak(quiet: bool, verbose: bool) {
    let much = if quiet { 0 } else { 1 + u8::from(verbose) };
    SPEECH.store(much, Ordering::Relaxed);
}

/// Whether `--quiet` was given.
pub(crate) fn is_quiet() -> bool {
    SPEECH.load(Ordering::Relaxed) == 0
}

/// A note that only `--verbose` shows.
pub(crate) fn note(message: &str) {
    if SPEECH.load(Ordering::Relaxed) >= 2 {
        say(message);
    }
}

/// A message on standard error; where that is closed too, nobody is there to be told.
pub(crate) fn say(message: &str) {
    let _ = writeln!(
        io::stderr().lock(),
        "bundlevet: {}",
        bundlevet::report::neutral_lines(message)
    );
}
