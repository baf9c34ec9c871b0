//! A piece of a split upload into all its pieces: `x.001.zip`, `x.5.zip`, `x.zip.001`, `x.z01` and
//! `x.zip`, `x.zip.part1`, `x.zip.aa`.

use std::sync::Arc;

use super::Visit;
use super::leaf::Found;
use super::level::Level;
use super::source::{Cursor, Source};
use super::zip::walk::Recovery;

/// What is there of a split zip with pieces missing: runs of pieces that follow each other.
#[derive(Clone)]
pub(crate) struct Runs {
    pub(crate) runs: Vec<Arc<dyn Source>>,
}

impl Runs {
    pub(crate) fn len(&self) -> u64 {
        self.runs
            .iter()
            .fold(0, |n, run| n.saturating_add(run.len()))
    }

    /// Reads the members that stand whole in one of the runs.
    pub(crate) fn recover(self, level: Level, found: Found, visit: &mut dyn Visit) {
        let mut recovery = Recovery::new(level, found.path);
        for run in self.runs {
            recovery.run(&mut Cursor::new(run), visit);
        }
        recovery.finish(visit);
    }
}
