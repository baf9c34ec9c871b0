//! What a command came to, as one exit code.

use std::io::{self, Write};
use std::process::ExitCode;

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
}

/// Result of a command.
pub(crate) type Outcome = Result<Done, Failure>;

/// 0 done, 1 found, 2 failed. A closed pipe is success.
pub(crate) fn exit_code(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::Found) => ExitCode::from(1),
        Ok(Done::Unreadable) => ExitCode::from(2),
        Err(failure) => match failure.message() {
            None => ExitCode::SUCCESS,
            Some(message) => {
                say(&message);
                ExitCode::from(2)
            }
        },
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
