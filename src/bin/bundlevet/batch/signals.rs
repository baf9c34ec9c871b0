//! SIGINT, SIGTERM and SIGHUP into a flag: the run ends its children and leaves a consistent state.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::ending::heeded;

/// The signals that ask a run to end.
pub(crate) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Starts to listen.
    pub(crate) fn new() -> io::Result<Self> {
        let caught = Arc::new(AtomicUsize::new(0));
        for signal in heeded() {
            let number = usize::try_from(signal).unwrap_or(0);
            signal_hook::flag::register_usize(signal, Arc::clone(&caught), number)?;
        }
        Ok(Self(caught))
    }

    /// The number of the signal that was caught.
    pub(crate) fn caught(&self) -> Option<u8> {
        let number = self.0.load(Ordering::Relaxed);
        u8::try_from(number).ok().filter(|number| *number > 0)
    }
}
