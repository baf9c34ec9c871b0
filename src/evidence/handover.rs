//! A log that keeps one worker busy into two halves of the work: one thread inflates, an idle one looks at the lines.
//!
//! The bytes arrive at the scanner in the same order, only on another thread, so nothing of it shows in a report.

use std::io::Read;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, SyncSender};

use crate::detect::{EntryHits, Scanner};

/// Work for a worker that has none.
pub type Errand = Box<dyn FnOnce() + Send>;

/// Where idle workers can be asked for.
pub trait Idle: Send + Sync {
    /// Whether a worker seems to have nothing to do. Cheap, and may be out of date.
    fn any(&self) -> bool;
    /// Gives the errand to a worker that has nothing to do; `false`, and no errand is made, where there is none.
    fn send(&self, errand: &mut dyn FnMut() -> Errand) -> bool;
}

/// Nobody is idle.
pub(super) struct Busy;

impl Idle for Busy {
    fn any(&self) -> bool {
        false
    }

    fn send(&self, _: &mut dyn FnMut() -> Errand) -> bool {
        false
    }
}

/// Bytes handed over at a time: smaller pieces wake the other thread too often.
const CHUNK: usize = 1 << 20;
/// Bytes that are worth to be looked at elsewhere: to ask costs microseconds, to look at so many a hundred of them.
pub(super) const WORTH: u64 = 512 << 10;
/// Chunks on their way, after which the reader waits.
const WAITING: usize = 4;
/// Chunks kept for the next log.
const KEPT: usize = WAITING + 3;

/// Bytes on their way.
struct Chunk {
    memory: Vec<u8>,
    filled: usize,
}

/// What the other thread sends back in the end.
type Outcome = (Scanner, EntryHits);

/// A log that is being looked at elsewhere.
pub(super) struct Away {
    /// Its place among the entries of the worker that reads it.
    pub(super) index: usize,
    outcome: Receiver<Outcome>,
    emptied: Receiver<Vec<u8>>,
}

/// Memory that goes from one log to the next.
#[derive(Default)]
pub(super) struct Spare {
    chunks: Vec<Vec<u8>>,
    scanner: Option<Scanner>,
}

impl Spare {
    /// A scanner that was handed over earlier.
    pub(super) fn scanner(&mut self) -> Option<Scanner> {
        self.scanner.take()
    }

    fn take_back(&mut self, away: &Away) {
        for chunk in away.emptied.try_iter() {
            if self.chunks.len() < KEPT {
                self.chunks.push(chunk);
            }
        }
    }
}

impl Away {
    /// The hits, if they are complete.
    pub(super) fn ready(&self, spare: &mut Spare) -> Option<EntryHits> {
        let outcome = self.outcome.try_recv().ok()?;
        Some(self.settle(outcome, spare))
    }

    /// Waits for the hits; `None` where the other thread failed.
    pub(super) fn wait(&self, spare: &mut Spare) -> Option<EntryHits> {
        let outcome = self.outcome.recv().ok()?;
        Some(self.settle(outcome, spare))
    }

    fn settle(&self, (scanner, hits): Outcome, spare: &mut Spare) -> EntryHits {
        spare.take_back(self);
        spare.scanner = Some(scanner);
        hits
    }
}

/// Hands the scanner of a log that was begun, and the rest of its bytes, to an idle worker. `None`: there is none.
pub(super) fn hand_over(
    idle: &Arc<dyn Idle>,
    scanner: &mut Option<Scanner>,
    bytes: &mut dyn Read,
    index: usize,
    spare: &mut Spare,
) -> Option<Away> {
    let (to, chunks) = mpsc::sync_channel::<Chunk>(WAITING);
    let (give_back, emptied) = mpsc::channel();
    let (finish, outcome) = mpsc::sync_channel(1);
    let mut ends = Some((chunks, give_back, finish));
    let mut errand = || -> Errand {
        let work = ends.take().zip(scanner.take());
        Box::new(move || {
            if let Some(((chunks, give_back, finish), mut scanner)) = work {
                for Chunk { memory, filled } in chunks {
                    scanner.feed(memory.get(..filled).unwrap_or_default());
                    // Whoever reads may have gone on already.
                    let _ = give_back.send(memory);
                }
                let hits = scanner.finish();
                let _ = finish.send((scanner, hits));
            }
        })
    };
    if !idle.send(&mut errand) {
        return None;
    }
    let away = Away {
        index,
        outcome,
        emptied,
    };
    send_all(bytes, &to, &away, spare);
    Some(away)
}

/// Reads to the end of the bytes. A read error ends the log; the job that reads it reports the problem.
fn send_all(bytes: &mut dyn Read, to: &SyncSender<Chunk>, away: &Away, spare: &mut Spare) {
    loop {
        spare.take_back(away);
        let mut memory = spare.chunks.pop().unwrap_or_default();
        memory.resize(CHUNK, 0);
        let (filled, ended) = fill(bytes, &mut memory);
        // The other thread gives up only if it fails; then nobody waits for the rest.
        if (filled > 0 && to.send(Chunk { memory, filled }).is_err()) || ended {
            return;
        }
    }
}

/// Reads until the chunk is full; how much was read, and whether that was the end.
fn fill(bytes: &mut dyn Read, chunk: &mut [u8]) -> (usize, bool) {
    let mut filled = 0;
    loop {
        let room = chunk.get_mut(filled..).unwrap_or_default();
        if room.is_empty() {
            return (filled, false);
        }
        match bytes.read(room) {
            Ok(0) => return (filled, true),
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return (filled, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Entry, EntryKind, Origin, Visit};
    use crate::evidence::{Collector, ObjectLimits, Wanted};
    use crate::signature::Database;

    /// Every errand finds somebody.
    struct Eager;

    impl Idle for Eager {
        fn any(&self) -> bool {
            true
        }

        fn send(&self, errand: &mut dyn FnMut() -> Errand) -> bool {
            std::thread::spawn(errand());
            true
        }
    }

    /// Every errand is lost.
    struct Lost;

    impl Idle for Lost {
        fn any(&self) -> bool {
            true
        }

        fn send(&self, errand: &mut dyn FnMut() -> Errand) -> bool {
            drop(errand());
            true
        }
    }

    fn collected(idle: Arc<dyn Idle>) -> (String, usize) {
        let database = Database::shipped();
        let detector = Arc::new(crate::detect::Detector::new(database));
        let wanted = Arc::new(Wanted::new(database.queries()));
        let mut collector =
            Collector::new(&detector, &wanted, ObjectLimits::default(), Arc::default())
                .helped_by(idle);
        let line = "E0222 00:55:29.557737 10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\"\n";
        for (name, lines) in [("a.log", 9), ("b.log", 30_000), ("c.log", 20_000)] {
            let text = line.repeat(lines);
            let entry = Entry {
                input: 0,
                path: name.to_owned(),
                size: Some(text.len() as u64),
                modified: None,
                kind: EntryKind::Log,
                origin: Origin::default(),
            };
            collector.entry(entry, &mut text.as_bytes());
        }
        let collected = collector.finish();
        (format!("{:?}", collected.entries), collected.problems.len())
    }

    #[test]
    fn what_is_handed_over_is_found_as_if_it_were_not() {
        let alone = collected(Arc::new(Busy));
        assert!(alone.0.contains("ContainerManager"));
        assert!(collected(Arc::new(Eager)) == alone);
    }

    #[test]
    fn a_worker_that_fails_is_a_problem_of_the_log() {
        let (_, problems) = collected(Arc::new(Lost));
        assert_eq!(problems, 2, "of both large logs");
    }
}
