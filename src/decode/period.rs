//! The time that a user wants to look at, and what certainly lies outside it.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Stamp;

/// No place on Earth is further from UTC than this.
const ZONES: SignedDuration = SignedDuration::from_hours(14);

/// From, and until, both included; an open side has no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Period {
    /// Nothing earlier.
    pub since: Option<Timestamp>,
    /// Nothing later.
    pub until: Option<Timestamp>,
}

impl Period {
    /// Whether it has any bound.
    pub fn is_bounded(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether a time lies in it.
    pub fn holds(&self, time: Timestamp) -> bool {
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time <= until)
    }

    /// The part of a span that lies in it.
    pub fn clip(&self, (from, to): (Timestamp, Timestamp)) -> Option<(Timestamp, Timestamp)> {
        let from = self.since.map_or(from, |since| from.max(since));
        let to = self.until.map_or(to, |until| to.min(until));
        (from <= to).then_some((from, to))
    }

    /// Whether a stamp, whatever its zone and year turn out to be, lies outside.
    pub fn excludes(&self, stamp: Stamp) -> bool {
        match stamp {
            Stamp::Utc(time) => !self.holds(time),
            Stamp::Local(civil) => self.excludes_civil(civil),
            Stamp::Yearless(civil) => {
                let year = |time: Option<Timestamp>| {
                    time.map(|time| time.to_zoned(TimeZone::UTC).date().year())
                };
                // With an open side any year may be meant.
                let (Some(first), Some(last)) = (year(self.since), year(self.until)) else {
                    return false;
                };
                (first.saturating_sub(1)..=last.saturating_add(1)).all(|year| {
                    let civil = civil.with().year(year).build();
                    civil.is_ok_and(|civil| self.excludes_civil(civil))
                })
            }
            Stamp::SinceBoot(_) => false,
        }
    }

    fn excludes_civil(&self, civil: DateTime) -> bool {
        let Ok(time) = civil.to_zoned(TimeZone::UTC) else {
            return false;
        };
        let wide = Period {
            since: self.since.and_then(|since| since.checked_sub(ZONES).ok()),
            until: self.until.and_then(|until| until.checked_add(ZONES).ok()),
        };
        !wide.holds(time.timestamp())
    }
}

/// One bound as a user writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// A point in time.
    At(Timestamp),
    /// So long before the collection.
    Before(SignedDuration),
}

impl Bound {
    /// `2025-01-25`, `2025-01-25 09:00`, `2025-01-25T09:00:00+08:00` (UTC without a zone); `90m`, `2h`, `3d`, `1w`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(before) = duration(text) {
            return Some(Self::Before(before));
        }
        if let Ok(time) = text.parse::<Timestamp>() {
            return Some(Self::At(time));
        }
        let civil = text.trim_end_matches(['Z', 'z']).parse::<DateTime>().ok()?;
        let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
        Some(Self::At(zoned.timestamp()))
    }

    fn resolve(self, collected: Option<Timestamp>) -> Option<Timestamp> {
        match self {
            Self::At(time) => Some(time),
            Self::Before(before) => collected?.checked_sub(before).ok(),
        }
    }
}

/// A number and a unit.
fn duration(text: &str) -> Option<SignedDuration> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let hours = match text.get(digits.len()..)? {
        "m" | "min" => {
            return Some(SignedDuration::from_mins(
                digits.parse::<u32>().ok()?.into(),
            ));
        }
        "h" => 1,
        "d" => 24,
        "w" => 24 * 7,
        _ => return None,
    };
    Some(SignedDuration::from_hours(
        i64::from(digits.parse::<u32>().ok()?).checked_mul(hours)?,
    ))
}

/// The period that a user asked for, before it is known when the input was collected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Nothing earlier.
    pub since: Option<Bound>,
    /// Nothing later.
    pub until: Option<Bound>,
}

impl Asked {
    /// What is known without the time of collection.
    pub fn absolute(&self) -> Period {
        self.resolve(None)
    }

    /// The period, once the time of collection is known.
    pub fn resolve(&self, collected: Option<Timestamp>) -> Period {
        Period {
            since: self.since.and_then(|bound| bound.resolve(collected)),
            until: self.until.and_then(|bound| bound.resolve(collected)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day() -> Period {
        Period {
            since: Some(at("2025-01-25T00:00:00Z")),
            until: Some(at("2025-01-25T23:59:59Z")),
        }
    }

    #[test]
    fn a_span_is_cut_to_what_lies_inside() {
        let span = (at("2025-01-24T12:00:00Z"), at("2025-01-25T12:00:00Z"));
        assert_eq!(day().clip(span), Some((at("2025-01-25T00:00:00Z"), span.1)));
        assert_eq!(day().clip((span.0, span.0)), None);
        assert_eq!(Period::default().clip(span), Some(span));
    }

    #[test]
    fn only_what_is_certainly_outside_is_excluded() {
        let civil = |text: &str| -> DateTime { text.parse().unwrap() };
        for (stamp, outside) in [
            (Stamp::Utc(at("2025-01-24T23:59:59Z")), true),
            (Stamp::Utc(at("2025-01-25T00:00:00Z")), false),
            (Stamp::Local(civil("2025-01-24T12:00:00")), false),
            (Stamp::Local(civil("2025-01-24T09:00:00")), true),
            (Stamp::Yearless(civil("1972-01-25T09:00:00")), false),
            (Stamp::Yearless(civil("1972-02-25T09:00:00")), true),
            (Stamp::SinceBoot(1), false),
        ] {
            assert_eq!(day().excludes(stamp), outside, "{stamp:?}");
        }
        assert!(!Period::default().excludes(Stamp::Utc(at("2025-01-24T23:59:59Z"))));
    }

    #[test]
    fn bounds_are_written_in_many_ways() {
        let nine = Some(Bound::At(at("2025-01-25T09:00:00Z")));
        for text in [
            "2025-01-25 09:00",
            "2025-01-25T09:00:00Z",
            "2025-01-25T17:00:00+08:00",
            "2025-01-25 09:00Z",
        ] {
            assert_eq!(Bound::parse(text), nine, "{text}");
        }
        assert_eq!(
            Bound::parse("2025-01-25"),
            Some(Bound::At(at("2025-01-25T00:00:00Z")))
        );
        assert_eq!(
            Bound::parse("2d"),
            Some(Bound::Before(SignedDuration::from_hours(48)))
        );
        assert_eq!(Bound::parse("99999999999w"), None);
        assert_eq!(Bound::parse("yesterday"), None);
        let asked = Asked {
            since: Bound::parse("90m"),
            until: nine,
        };
        assert_eq!(asked.absolute().since, None);
        let collected = Some(at("2025-01-25T10:00:00Z"));
        assert_eq!(
            asked.resolve(collected).since,
            Some(at("2025-01-25T08:30:00Z"))
        );
    }
}
