//! One signature explained: what became of each part, and of each subject. The material of `--why ID`.

use super::{Case, Observation};
use crate::signature::Sureness;

/// Why a signature was found, or was not.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Its id.
    pub signature: String,
    /// Its parts, in file order.
    pub parts: Vec<PartAccount>,
    /// Subjects for which it is true; empty: not found.
    pub cases: Vec<Case>,
    /// How sure one match alone would be.
    pub base: Sureness,
    /// In one sentence: found, or the reason why not.
    pub outcome: String,
}

/// What became of one part.
#[derive(Debug, Clone, PartialEq)]
pub struct PartAccount {
    /// Its name; `match` for the short form.
    pub name: String,
    /// What it is for: `all`, `any`, `more`, `less`, `without`, `then`.
    pub role: &'static str,
    /// Held, failed or not collected.
    pub status: Status,
    /// What was seen, bounded.
    pub seen: Vec<Observation>,
    /// The same as a phrase: `12 lines in nodes/n1.zip/n1/logs/kubelet.log`.
    pub text: String,
}

/// Three values: absence is not a failure to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Seen.
    Held,
    /// Looked for and not seen.
    Failed,
    /// Its source is not in the bundle.
    NotCollected,
}
