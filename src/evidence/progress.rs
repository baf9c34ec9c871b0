//! How far a scan has come, for displays.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that grow while a scan runs.
#[derive(Debug, Default)]
pub struct Progress {
    bytes: AtomicU64,
    entries: AtomicU64,
    /// Weight of the jobs that wait or run.
    ahead: AtomicU64,
    /// `bytes` when a job was last done: what was read since then is of jobs that run.
    settled: AtomicU64,
}

impl Progress {
    /// A job of this weight (uncompressed bytes, 0 where nothing says so) was found.
    pub(crate) fn found(&self, weight: u64) {
        self.ahead.fetch_add(weight, Ordering::Relaxed);
    }

    /// A job of this weight is done.
    pub(crate) fn settle(&self, weight: u64) {
        let _ = self
            .ahead
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |ahead| {
                Some(ahead.saturating_sub(weight))
            });
        self.settled.store(self.bytes(), Ordering::Relaxed);
    }

    /// Uncompressed bytes still to be read, as far as archives have said so; 0 where none has.
    pub fn left(&self) -> u64 {
        let running = self
            .bytes()
            .saturating_sub(self.settled.load(Ordering::Relaxed));
        self.ahead.load(Ordering::Relaxed).saturating_sub(running)
    }

    pub(super) fn add_bytes(&self, n: u64) {
        self.bytes.fetch_add(n, Ordering::Relaxed);
    }

    pub(super) fn add_entry(&self) {
        self.entries.fetch_add(1, Ordering::Relaxed);
    }

    /// Uncompressed bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Entries read so far.
    pub fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_shrinks_while_jobs_run_and_when_they_end() {
        let progress = Progress::default();
        assert_eq!(progress.left(), 0);
        progress.found(100);
        progress.found(20);
        progress.add_bytes(30);
        assert_eq!(progress.left(), 90);
        progress.settle(100);
        assert_eq!(progress.left(), 20);
        progress.add_bytes(500);
        assert_eq!(progress.left(), 0);
        progress.settle(20);
        assert_eq!(progress.left(), 0);
    }
}
