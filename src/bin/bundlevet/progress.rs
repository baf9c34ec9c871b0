//! A line on standard error while a scan runs, only on a terminal.

use std::fmt::Write;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use crate::outcome::is_quiet;
use bundlevet::evidence::Progress;
use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressState, ProgressStyle};

/// `, about 40 s left`; nothing while there is too little to judge by, or for the last moments.
fn left(ahead: u64, read: u64, seconds: f64) -> String {
    if seconds < SETTLING || read == 0 {
        return String::new();
    }
    let wait = ahead as f64 / read as f64 * seconds;
    if wait < 1.0 {
        return String::new();
    }
    let wait = Duration::from_secs(wait.round() as u64);
    format!(", about {} left", HumanDuration(wait))
}

/// Seconds after which a rate says something.
const SETTLING: f64 = 2.0;

/// Shows the counters until dropped.
pub(crate) struct Shown(ProgressBar);

impl Shown {
    /// Nothing is shown where standard error is no terminal.
    pub(crate) fn start(progress: &Arc<Progress>) -> Self {
        if is_quiet() || !std::io::stderr().is_terminal() {
            return Self(ProgressBar::hidden());
        }
        let counters = Arc::clone(progress);
        let read = move |state: &ProgressState, out: &mut dyn Write| {
            let bytes = counters.bytes();
            let entries = counters.entries();
            let seconds = state.elapsed().as_secs_f64().max(0.001);
            let rate = HumanBytes((bytes as f64 / seconds) as u64);
            // A line on a terminal that could not be formatted is not worth an error.
            let _ = write!(
                out,
                "{} entries, {} read, {rate}/s{}",
                HumanCount(entries),
                HumanBytes(bytes),
                left(counters.left(), bytes, seconds)
            );
        };
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {read} ({elapsed})") {
            bar.set_style(style.with_key("read", read));
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_from_the_rate() {
        assert_eq!(left(100, 100, 1.0), "");
        assert_eq!(left(100, 0, 9.0), "");
        assert_eq!(left(300, 100, 10.0), ", about 30 seconds left");
        assert_eq!(left(1, 100, 10.0), "");
    }
}
