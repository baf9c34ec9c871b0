//! Paths into entries: opens archives, directories and loose files, says where each entry comes from.

mod entry;
mod origin;
mod program;

pub use entry::{Entry, EntryKind, InputKind, Skip};
pub use origin::{Instance, Origin};
pub use program::{Program, ProgramSet};
