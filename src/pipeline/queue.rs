//! The jobs of a case, and those they uncover, through workers on as many threads.

use std::collections::{BinaryHeap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::bundle::{Case, Job, Visit};
use crate::error::{Error, Problem, Result};
use crate::evidence::{Errand, Idle, Progress};

/// A visitor that outlives a panic in a reader.
pub(super) trait Worker: Visit {
    /// Gives up on the entry being read.
    fn abandon(&mut self, problem: Problem);
}

/// Runs all jobs of a case, each thread with a worker of its own. `progress` is told what lies ahead.
pub(super) fn run<W: Worker, T: Send>(
    case: &Case,
    threads: usize,
    progress: Option<&Arc<Progress>>,
    start: impl Fn(&Arc<Queue>) -> W + Sync,
    finish: impl Fn(W) -> T + Sync,
) -> Result<Vec<T>> {
    let queue = Arc::new(Queue::new(
        case.jobs(),
        progress.cloned().unwrap_or_default(),
    ));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("scan-{index}"))
        .build()
        .map_err(|error| Error::Usage(format!("start worker threads: {error}")))?;
    Ok(pool.broadcast(|_| {
        let mut worker = start(&queue);
        queue.drain(case, &mut worker);
        finish(worker)
    }))
}

/// Jobs waiting and running. A job may add jobs, so the queue is done when nothing waits and nothing runs.
pub(super) struct Queue {
    state: Mutex<State>,
    changed: Condvar,
    /// Workers without a job or an errand, as last known.
    idle: AtomicUsize,
    progress: Arc<Progress>,
}

struct State {
    waiting: BinaryHeap<Waiting>,
    running: usize,
    /// Workers that wait.
    idle: usize,
    /// What workers with a job give to those that wait.
    errands: VecDeque<Errand>,
    /// Keeps the order of jobs of one weight.
    added: u64,
}

struct Waiting {
    weight: u64,
    added: u64,
    job: Job,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.weight
            .cmp(&other.weight)
            .then(other.added.cmp(&self.added))
    }
}

impl Queue {
    fn new(jobs: Vec<Job>, progress: Arc<Progress>) -> Self {
        let mut state = State {
            waiting: BinaryHeap::new(),
            running: 0,
            idle: 0,
            errands: VecDeque::new(),
            added: 0,
        };
        state.add(jobs, &progress);
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            idle: AtomicUsize::new(0),
            progress,
        }
    }

    /// A panic inside a job is caught before the lock is taken again, so a poisoned lock still holds good data.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if let Some(errand) = state.errands.pop_front() {
                return Some(Work::Errand(errand));
            }
            if let Some(next) = state.waiting.pop() {
                state.running += 1;
                return Some(Work::Job(next.job));
            }
            if state.running == 0 {
                return None;
            }
            state.idle += 1;
            self.note(&state);
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
            self.note(&state);
        }
    }

    fn note(&self, state: &State) {
        let free = state.idle.saturating_sub(state.errands.len());
        self.idle.store(free, Ordering::Relaxed);
    }

    fn done(&self, weight: u64, uncovered: Vec<Job>) {
        let mut state = self.lock();
        state.running = state.running.saturating_sub(1);
        state.add(uncovered, &self.progress);
        self.progress.settle(weight);
        self.changed.notify_all();
    }

    /// Runs jobs until none are left anywhere. A job that panics becomes a problem.
    fn drain(&self, case: &Case, worker: &mut impl Worker) {
        while let Some(work) = self.take() {
            let job = match work {
                Work::Job(job) => job,
                Work::Errand(errand) => {
                    // Whoever gave it notices that nothing comes back.
                    let _ = catch_unwind(AssertUnwindSafe(errand));
                    continue;
                }
            };
            let (name, weight) = (job.name(), job.weight());
            let outcome = catch_unwind(AssertUnwindSafe(|| job.run(worker)));
            let uncovered = outcome.unwrap_or_else(|_| {
                worker.abandon(Problem::new(
                    name,
                    "reading it failed in an unexpected way; what was not yet read of it is lost",
                ));
                // Jobs that waited for memory which the failed one held.
                case.woken()
            });
            self.done(weight, uncovered);
        }
    }
}

/// What a worker does next.
enum Work {
    Job(Job),
    Errand(Errand),
}

impl Idle for Queue {
    fn any(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }

    fn send(&self, errand: &mut dyn FnMut() -> Errand) -> bool {
        let mut state = self.lock();
        if state.idle <= state.errands.len() {
            return false;
        }
        state.errands.push_back(errand());
        self.note(&state);
        self.changed.notify_one();
        true
    }
}

impl State {
    fn add(&mut self, jobs: Vec<Job>, progress: &Progress) {
        for job in jobs {
            self.added += 1;
            progress.found(job.weight());
            self.waiting.push(Waiting {
                weight: job.weight(),
                added: self.added,
                job,
            });
        }
    }
}
