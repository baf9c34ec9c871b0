//! Evidence cut to the time that the user wants to look at.
//!
//! Lines and Events without a time stay, and so do objects and facts: they hold at the time of collection. Counts of a
//! minute that a bound cuts through count as a whole.

use super::Evidence;
use crate::decode::Period;
use crate::detect::{Coverage, Hit, HitSeries};

impl Evidence {
    /// Forgets hits and coverage outside `period`.
    pub fn keep(&mut self, period: &Period) {
        if !period.is_bounded() {
            return;
        }
        for read in &mut self.entries {
            cover(&mut read.hits.coverage, period);
            read.hits.series.retain_mut(|series| cut(series, period));
        }
    }
}

fn cover(coverage: &mut Coverage, period: &Period) {
    coverage.span = coverage.span.and_then(|span| period.clip(span));
    coverage.starts.retain(|start| period.holds(*start));
}

/// Cuts a series; whether anything of it is left.
fn cut(series: &mut HitSeries, period: &Period) -> bool {
    let timed = |series: &HitSeries| series.minutes.values().map(|n| u64::from(*n)).sum::<u64>();
    let untimed = series.count.saturating_sub(timed(series));
    series.minutes.retain(|minute, _| {
        let second =
            |at: i64| jiff::Timestamp::from_second(minute.saturating_mul(60).saturating_add(at));
        match (second(0), second(59)) {
            (Ok(first), Ok(last)) => period.clip((first, last)).is_some(),
            _ => false,
        }
    });
    series.count = untimed + timed(series);
    series.span = series.span.and_then(|span| period.clip(span));
    let inside = |hit: &Hit| hit.time.is_none_or(|time| period.holds(time));
    if series.first.iter().chain(&series.last).any(inside) {
        series.first.retain(inside);
        series.last.retain(inside);
    }
    series.count > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Location;

    fn hit(time: &str) -> Hit {
        Hit {
            location: Location::Line(1),
            time: time.parse().ok(),
            raw: String::new(),
        }
    }

    #[test]
    fn hits_outside_are_forgotten() {
        let times = [
            "2025-01-25T09:00:00Z",
            "2025-01-25T10:00:10Z",
            "2025-01-25T11:00:00Z",
        ];
        let minute = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second() / 60;
        let mut series = HitSeries {
            signature: 0,
            part: 0,
            captures: Default::default(),
            about: None,
            count: 4,
            first: times.map(hit).into(),
            last: vec![hit("no time")],
            minutes: times.map(|time| (minute(time), 1)).into(),
            span: Some((times[0].parse().unwrap(), times[2].parse().unwrap())),
        };
        let period = Period {
            since: times[1].parse().ok(),
            until: times[1].parse().ok(),
        };
        assert!(cut(&mut series, &period));
        assert_eq!(
            (series.count, series.first.len(), series.last.len()),
            (2, 1, 1)
        );
        assert_eq!(series.span.unwrap().0, times[1].parse().unwrap());
        let later = Period {
            since: "2025-01-26T00:00:00Z".parse().ok(),
            until: None,
        };
        series.last.clear();
        series.count -= 1;
        assert!(!cut(&mut series, &later));
    }
}
