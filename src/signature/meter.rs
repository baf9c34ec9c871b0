//! The time that the patterns and queries of one foreign directory may take together.
//!
//! Each search is linear in its text and each expression counts its steps, but a directory may hold thousands of them, as
//! slow as they are allowed to be, and a bundle millions of lines. What is shipped is measured once, by its makers; it has
//! no meter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A share in a budget of time; by default there is none, and nothing is measured.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Option<Arc<Budget>>);

#[derive(Debug)]
struct Budget {
    /// Nanoseconds, of all threads.
    spent: AtomicU64,
    most: u64,
}

impl PartialEq for Meter {
    /// What was spent is no part of what something is.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Meter {
    /// A budget of its own.
    pub(crate) fn new(most: Duration) -> Self {
        Self(Some(Arc::new(Budget {
            spent: AtomicU64::new(0),
            most: nanoseconds(most),
        })))
    }

    /// Whether nothing is left.
    pub(crate) fn is_spent(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|budget| budget.spent.load(Ordering::Relaxed) >= budget.most)
    }

    /// Begins something that costs; `None` where nothing is left for it.
    pub(crate) fn begin(&self) -> Option<Run<'_>> {
        let began = match &self.0 {
            None => None,
            Some(_) if self.is_spent() => return None,
            Some(budget) => Some((budget.as_ref(), Instant::now())),
        };
        Some(Run(began))
    }
}

/// Something that costs until it is dropped.
pub(crate) struct Run<'m>(Option<(&'m Budget, Instant)>);

impl Run<'_> {
    /// Whether it has used up what was left.
    pub(crate) fn is_over(&self) -> bool {
        self.0.as_ref().is_some_and(|(budget, began)| {
            let spent = budget.spent.load(Ordering::Relaxed);
            spent.saturating_add(nanoseconds(began.elapsed())) >= budget.most
        })
    }
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        if let Some((budget, began)) = &self.0 {
            let took = nanoseconds(began.elapsed());
            budget.spent.fetch_add(took, Ordering::Relaxed);
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spent_is_spent_for_all_who_share_it() {
        let meter = Meter::new(Duration::from_millis(5));
        let same = meter.clone();
        let run = meter.begin().unwrap();
        assert!(!run.is_over());
        std::thread::sleep(Duration::from_millis(6));
        assert!(run.is_over());
        assert!(!same.is_spent());
        drop(run);
        assert!(same.is_spent() && same.begin().is_none());
        let free = Meter::default();
        assert!(!free.is_spent() && !free.begin().unwrap().is_over());
    }
}
