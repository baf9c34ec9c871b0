//! A byte budget per nesting depth that makes jobs wait without blocking a thread.
//!
//! A job that asks for more than is free is parked here. Whoever gives bytes back (the last holder
//! of a [`Lease`]) collects the parked jobs that now fit and runs them as its own follow-ups, so no
//! thread sleeps while the holders of the memory sit in a queue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of a budget in use; given back when dropped.
pub(crate) struct Lease {
    free: Arc<Mutex<u64>>,
    bytes: u64,
}

impl Drop for Lease {
    fn drop(&mut self) {
        *lock(&self.free) += self.bytes;
    }
}

/// One depth: what is free, and who waits for how much, in order of arrival.
struct Depth<T> {
    capacity: u64,
    free: Arc<Mutex<u64>>,
    parked: Mutex<VecDeque<(u64, T)>>,
}

/// See the module's documentation. `T` is what waits.
pub(crate) struct Budget<T> {
    depths: Vec<Depth<T>>,
}

impl<T> Budget<T> {
    /// A budget with these shares, for depths 0, 1, ...
    pub(crate) fn new(shares: impl IntoIterator<Item = u64>) -> Self {
        let depths = shares
            .into_iter()
            .map(|capacity| Depth {
                capacity,
                free: Arc::new(Mutex::new(capacity)),
                parked: Mutex::new(VecDeque::new()),
            })
            .collect();
        Self { depths }
    }

    /// The most that one lease at this depth can be.
    pub(crate) fn capacity(&self, depth: usize) -> u64 {
        self.depths.get(depth).map_or(0, |d| d.capacity)
    }

    /// A lease for `waiting`, or nothing: then it is parked. `bytes` must not exceed the capacity.
    pub(crate) fn enter(&self, depth: usize, bytes: u64, waiting: T) -> Option<(Lease, T)> {
        let depth = self.depths.get(depth)?;
        // One lock for both questions: who gives back after this sees the parked job.
        let mut parked = lock(&depth.parked);
        if parked.is_empty()
            && let Some(lease) = depth.take(bytes)
        {
            return Some((lease, waiting));
        }
        parked.push_back((bytes, waiting));
        None
    }

    /// The parked jobs that fit now, with their leases.
    pub(crate) fn woken(&self) -> Vec<(Lease, T)> {
        let mut woken = Vec::new();
        for depth in &self.depths {
            let mut parked = lock(&depth.parked);
            while let Some((bytes, _)) = parked.front()
                && let Some(lease) = depth.take(*bytes)
                && let Some((_, waiting)) = parked.pop_front()
            {
                woken.push((lease, waiting));
            }
        }
        woken
    }
}

impl<T> Depth<T> {
    fn take(&self, bytes: u64) -> Option<Lease> {
        let mut free = lock(&self.free);
        *free = free.checked_sub(bytes)?;
        Some(Lease {
            free: Arc::clone(&self.free),
            bytes,
        })
    }
}

/// A lock whose holder panicked is still good: every change under it is one assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_fit_waits_and_is_woken_in_order() {
        let budget = Budget::new([0, 10]);
        let (first, _) = budget.enter(1, 7, "a").unwrap();
        assert!(budget.enter(1, 5, "b").is_none());
        // "c" would fit, but must not starve "b".
        assert!(budget.enter(1, 1, "c").is_none());
        assert!(budget.woken().is_empty());
        drop(first);
        let woken: Vec<_> = budget.woken().into_iter().map(|(_, who)| who).collect();
        assert_eq!(woken, ["b", "c"]);
        assert_eq!(*lock(&budget.depths[1].free), 10);
    }

    #[test]
    fn depths_do_not_share() {
        let budget = Budget::new([0, 4, 2]);
        let held = budget.enter(1, 4, ()).unwrap();
        assert!(budget.enter(2, 2, ()).is_some());
        drop(held);
        assert_eq!(budget.capacity(2), 2);
        assert_eq!(budget.capacity(9), 0);
    }
}
