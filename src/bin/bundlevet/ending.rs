//! Ends that nobody plans: signals, panics, no more memory, a file that may not grow.

use std::io::{self, Read};
use std::panic::{PanicHookInfo, UnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use bundlevet::bundle::end_programs;
use bundlevet::report::abandon_all;
use signal_hook::consts::{SIGABRT, SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::{flag, low_level};

use super::outcome::{Done, Outcome, say};

/// The exit code of what could not be done.
const FAILED: i32 = 2;

/// Makes one line of a panic, whose text may come from a bundle. A worker's becomes a problem of the report.
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| say(&panicked(panic))));
}

/// What a command comes to, whatever falls over on the way.
pub(crate) fn contained(run: impl FnOnce() -> Outcome + UnwindSafe) -> Outcome {
    // A panic has been told by then.
    catch_unwind(run).unwrap_or(Ok(Done::Broken))
}

fn panicked(panic: &PanicHookInfo<'_>) -> String {
    const MOST: usize = 300;
    let place = panic
        .location()
        .map(|at| format!(" at {}:{}", at.file(), at.line()));
    let said: String = panic
        .payload_as_str()
        .unwrap_or("no reason given")
        .chars()
        .take(MOST)
        .collect();
    format!(
        "a fault of the program itself{}: {}\n  please report it, with this line",
        place.unwrap_or_default(),
        said.replace('\n', " ")
    )
}

/// A limit on the size of files makes writing fail, and memory that is not there ends the process, which has said so by
/// then, as any failure does.
pub(crate) fn heed_faults() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::new(AtomicBool::new(false)))?;
    flag::register_conditional_shutdown(SIGABRT, FAILED, Arc::new(AtomicBool::new(true)))?;
    Ok(())
}

/// On a signal that asks to end, removes what is not complete and dies of that signal, as shells expect.
pub(crate) fn heed_signals() -> io::Result<()> {
    // What waits needs no more stack than this.
    const STACK: usize = 64 << 10;
    let caught = Arc::new(AtomicUsize::new(0));
    let (mut wake, write) = io::pipe()?;
    for signal in heeded() {
        let number = usize::try_from(signal).unwrap_or(0);
        flag::register_usize(signal, Arc::clone(&caught), number)?;
        low_level::pipe::register(signal, write.try_clone()?)?;
    }
    let wait = move || {
        // The handlers hold the writing end, so that this waits for a signal.
        if wake.read_exact(&mut [0]).is_ok() {
            end_programs();
            abandon_all();
            let number = caught.load(Ordering::Relaxed);
            let _ = low_level::emulate_default_handler(number.try_into().unwrap_or(SIGTERM));
        }
    };
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.stack_size(STACK).spawn(wait).map(drop)
}

/// The signals that ask to end; without those that whoever started this program had it ignore, as `nohup` does.
pub(crate) fn heeded() -> impl Iterator<Item = i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = ignored(&status);
    let asking = [SIGHUP, SIGINT, SIGTERM].into_iter();
    asking.filter(move |signal| ignored >> (signal - 1) & 1 == 0)
}

/// The mask of ignored signals in the text of `/proc/self/status`: bit 0 is signal 1.
fn ignored(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{contained, ignored};
    use crate::outcome::Done;

    #[test]
    fn a_panic_is_a_failure() {
        let outcome = contained(|| {
            Ok(["done"]
                .get(std::hint::black_box(1))
                .map_or_else(|| unreachable!(), |_| Done::Well))
        });
        assert_eq!(outcome.unwrap(), Done::Broken);
    }

    #[test]
    fn what_nohup_ignores_stays_ignored() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert_eq!((ignored(status), ignored("")), (0x1001, 0));
    }
}
