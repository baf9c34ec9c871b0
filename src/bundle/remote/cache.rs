//! Blocks that were fetched into those that are kept, and how many to fetch next.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Blocks fetched at once where reads follow each other.
const MOST_AHEAD: u64 = 16;
/// Blocks kept.
const KEPT: usize = 128;
/// Places at which reads are expected to go on: one per thread that reads a member.
const PLACES: usize = 16;

#[derive(Default)]
pub(super) struct Cache {
    /// Blocks by number, with when they were used last.
    blocks: BTreeMap<u64, (u64, Arc<[u8]>)>,
    uses: u64,
    /// Block numbers at which a sequential read would go on, and how many blocks to fetch then; the latest last.
    places: Vec<(u64, u64)>,
}

impl Cache {
    /// A block that is kept.
    pub(super) fn used(&mut self, number: u64) -> Option<Arc<[u8]>> {
        self.uses += 1;
        let (used, bytes) = self.blocks.get_mut(&number)?;
        *used = self.uses;
        Some(Arc::clone(bytes))
    }

    /// How many blocks to fetch from here on: twice as many as before where a read goes on, else one; never one that
    /// is kept.
    pub(super) fn ahead(&mut self, number: u64) -> u64 {
        let going_on = self.places.iter().position(|(place, _)| *place == number);
        let count = match going_on.map(|index| self.places.remove(index)) {
            Some((_, count)) => count,
            None => 1,
        };
        let new = (1..count).find(|n| self.blocks.contains_key(&(number + n)));
        let fetched = new.unwrap_or(count);
        if self.places.len() >= PLACES {
            self.places.remove(0);
        }
        self.places
            .push((number + fetched, (count * 2).min(MOST_AHEAD)));
        fetched
    }

    /// Keeps a block; the one that was not used for longest goes for it.
    pub(super) fn keep(&mut self, number: u64, bytes: Arc<[u8]>) {
        self.uses += 1;
        self.blocks.insert(number, (self.uses, bytes));
        while self.blocks.len() > KEPT {
            let oldest = self
                .blocks
                .iter()
                .min_by_key(|(_, (used, _))| *used)
                .map(|(number, _)| *number);
            match oldest {
                Some(oldest) => self.blocks.remove(&oldest),
                None => break,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_goes_on_fetches_more_and_the_oldest_goes() {
        let mut cache = Cache::default();
        assert_eq!(cache.ahead(900), 1, "the tail");
        assert_eq!(cache.ahead(0), 1);
        assert_eq!((cache.ahead(1), cache.ahead(3), cache.ahead(7)), (2, 4, 8));
        assert_eq!((cache.ahead(15), cache.ahead(31)), (16, 16));
        assert_eq!(cache.ahead(500), 1);
        for number in 0..KEPT as u64 + 5 {
            cache.keep(number, Arc::from([0u8].as_slice()));
            cache.used(0);
        }
        assert_eq!(cache.blocks.len(), KEPT);
        assert!(cache.used(0).is_some() && cache.used(1).is_none());
    }

    #[test]
    fn what_is_kept_is_not_fetched_again() {
        let mut cache = Cache::default();
        cache.keep(3, Arc::from([0u8].as_slice()));
        assert_eq!((cache.ahead(0), cache.ahead(1)), (1, 2));
        assert_eq!(cache.ahead(3), 4, "asked for although it is kept");
        let mut cache = Cache::default();
        cache.keep(2, Arc::from([0u8].as_slice()));
        assert_eq!((cache.ahead(0), cache.ahead(1)), (1, 1));
    }
}
