//! Inputs and signatures that want to fill the memory, take for ever, or get out: each in a process that is watched.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    reason = "a test stops where it fails"
)]

#[path = "../pack/mod.rs"]
mod pack;

mod archives;
mod bombs;
mod child;
mod liars;
mod limits;
mod objects;
mod quine;
mod rows;
mod signatures;

use std::fs;
use std::path::PathBuf;

/// What every hostile input has beside it, and what is found of it.
pub(crate) const GOOD: &str = "E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\"\n";

/// A scratch directory with a file in it.
pub(crate) fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}
