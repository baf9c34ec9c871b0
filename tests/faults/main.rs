//! What can go wrong around a run, made to go wrong: signals, full disks, little memory, files that change, hostile
//! outputs and inputs. `docs/reliability.md` names the promise that each test holds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a broken fixture fails the test"
)]

#[path = "../strace/mod.rs"]
mod strace;
#[path = "../trees/mod.rs"]
mod trees;

mod calls;
mod disk;
mod files;
mod memory;
mod outputs;
mod pipes;
mod scene;
mod signals;
mod soak;
mod texts;
mod without;
