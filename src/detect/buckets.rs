//! Unresolved times of many hits into a bounded number of counts per minute.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::decode::Stamp;

/// Earliest and latest time.
type Span = (Timestamp, Timestamp);

/// Hits of one interval.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Start of the interval, in the stamp's own terms.
    start: Stamp,
    count: u32,
    earliest: Stamp,
    latest: Stamp,
}

/// Counts of hits per minute. At [`Buckets::LIMIT`] intervals all become ten times as wide (one minute, ten, a hundred, ...):
/// the counts stay exact, their place in time coarsens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buckets {
    /// Ordered by start.
    buckets: Vec<Bucket>,
    /// Width of an interval is ten to this power, in minutes.
    coarse: u32,
}

impl Buckets {
    /// The most intervals kept.
    pub(crate) const LIMIT: usize = 4096;

    /// Counts a hit at `stamp`.
    pub(crate) fn add(&mut self, stamp: Stamp) {
        self.merge(Bucket {
            start: floor(stamp, self.coarse),
            count: 1,
            earliest: stamp,
            latest: stamp,
        });
        while self.buckets.len() > Self::LIMIT && self.coarse < 9 {
            self.coarse += 1;
            for mut bucket in std::mem::take(&mut self.buckets) {
                bucket.start = floor(bucket.start, self.coarse);
                self.merge(bucket);
            }
        }
    }

    fn merge(&mut self, new: Bucket) {
        // Nearly always the newest interval, or a new one after it.
        let place = match self.buckets.last() {
            Some(last) if last.start == new.start => Ok(self.buckets.len() - 1),
            Some(last) if last.start < new.start => Err(self.buckets.len()),
            _ => self.buckets.binary_search_by(|b| b.start.cmp(&new.start)),
        };
        match place {
            Ok(at) => {
                if let Some(old) = self.buckets.get_mut(at) {
                    old.count = old.count.saturating_add(new.count);
                    old.earliest = old.earliest.min(new.earliest);
                    old.latest = old.latest.max(new.latest);
                }
            }
            Err(at) => self.buckets.insert(at, new),
        }
    }

    /// Start of each interval in UTC with its count, and the earliest and latest time of all, once stamps can be resolved.
    pub(crate) fn resolve(
        &self,
        clock: impl Fn(Stamp) -> Option<Timestamp>,
    ) -> (Vec<(i64, u32)>, Option<Span>) {
        let mut span: Option<Span> = None;
        let mut minutes = Vec::with_capacity(self.buckets.len());
        for bucket in &self.buckets {
            let (Some(earliest), Some(latest)) = (clock(bucket.earliest), clock(bucket.latest))
            else {
                continue;
            };
            // The interval's own start may lie before a year's turn that its hits do not: count it where they are.
            minutes.push((earliest.as_second().div_euclid(60), bucket.count));
            let (low, high) = (earliest.min(latest), earliest.max(latest));
            span = Some(span.map_or((low, high), |(a, b)| (a.min(low), b.max(high))));
        }
        (minutes, span)
    }
}

/// The start of the interval of ten to the power of `coarse` minutes that holds `stamp`.
fn floor(stamp: Stamp, coarse: u32) -> Stamp {
    let width = 60 * 10i64.pow(coarse.min(9));
    let civil = |time: DateTime| {
        let since = time.duration_since(DateTime::ZERO).as_secs();
        let start = SignedDuration::from_secs(since - since.rem_euclid(width));
        DateTime::ZERO.checked_add(start).unwrap_or(time)
    };
    match stamp {
        Stamp::Utc(time) => {
            let second = time.as_second();
            let start = Timestamp::from_second(second - second.rem_euclid(width));
            Stamp::Utc(start.unwrap_or(time))
        }
        Stamp::Local(time) => Stamp::Local(civil(time)),
        Stamp::Yearless(time) => Stamp::Yearless(civil(time)),
        Stamp::SinceBoot(micros) => {
            Stamp::SinceBoot(micros - micros.rem_euclid(width.saturating_mul(1_000_000)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(stamp: Stamp) -> Option<Timestamp> {
        match stamp {
            Stamp::Utc(time) => Some(time),
            _ => None,
        }
    }

    #[test]
    fn minutes_are_counted_and_the_span_is_exact() {
        let mut buckets = Buckets::default();
        for second in [3725, 3700, 61, 3719] {
            buckets.add(Stamp::Utc(Timestamp::from_second(second).unwrap()));
        }
        buckets.add(Stamp::SinceBoot(5));
        let (minutes, span) = buckets.resolve(utc);
        assert_eq!(minutes, [(1, 1), (61, 2), (62, 1)]);
        let (first, last) = span.unwrap();
        assert_eq!((first.as_second(), last.as_second()), (61, 3725));
    }

    #[test]
    fn many_minutes_become_wider_intervals_and_keep_their_sum() {
        let mut buckets = Buckets::default();
        let total = 3 * Buckets::LIMIT as i64;
        for minute in (0..total).rev() {
            buckets.add(Stamp::Utc(Timestamp::from_second(minute * 60).unwrap()));
        }
        let (minutes, span) = buckets.resolve(utc);
        assert!(minutes.len() <= Buckets::LIMIT);
        assert_eq!(minutes.iter().map(|m| i64::from(m.1)).sum::<i64>(), total);
        assert_eq!(span.unwrap().1.as_second(), (total - 1) * 60);
    }
}
