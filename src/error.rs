//! What can go wrong: an [`Error`] ends a run, a [`Problem`] is one entry or file that could not be used.

use std::path::PathBuf;

/// Result of anything that can end a run.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A reason why there is no diagnosis at all. Texts are fragments that fit after "failed to".
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An input could not be read at all.
    #[error("read {path}: {because}")]
    Input {
        /// The path as the user gave it.
        path: PathBuf,
        /// What the reader said.
        because: String,
    },
    /// A signature directory could not be used.
    #[error("load signatures from {path}: {because}")]
    Signatures {
        /// The directory or file.
        path: PathBuf,
        /// What is wrong with it.
        because: String,
    },
    /// A report could not be written.
    #[error("write {path}: {because}")]
    Report {
        /// Where the report was to go.
        path: PathBuf,
        /// What the system said.
        because: String,
    },
    /// A usage error: an option that makes no sense here.
    #[error("{0}")]
    Usage(String),
}

/// Something wrong with an entry (never with the cluster): what it was and what was lost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path of the entry as reports show it, or the input's path.
    pub entry: String,
    /// What is wrong and what was lost, one sentence without a final stop.
    pub error: String,
}

impl Problem {
    /// A problem of `entry`.
    pub fn new(entry: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            entry: entry.into(),
            error: error.into(),
        }
    }
}
