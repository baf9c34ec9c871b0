//! The times that lines state, in every spelling seen in bundles, into a [`Stamp`].
//!
//! Hand-written scanners over bytes: they look at no more than a few dozen bytes and never allocate. Each
//! returns the stamp and how many bytes it took, so that the caller can go on behind it.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

use super::Stamp;

/// A stamp and the bytes it took.
pub(super) type Read = Option<(Stamp, usize)>;

/// `2022-03-06T22:51:41.212139758Z`, `2024-06-20T11:56:38+0800`, `2025-11-27 09:18:15.804`,
/// `2022-03-06 22:51:38 +0000`, `2022/03/08 16:13:17`: date, `T` or a space, time, optional fraction,
/// optional zone. Without a zone it is [`Stamp::Local`].
pub(super) fn dated(text: &str) -> Read {
    let b = text.as_bytes();
    let separator = *b.get(4)?;
    if !matches!(separator, b'-' | b'/') || b.get(7) != Some(&separator) {
        return None;
    }
    let date = Date::new(
        i16::try_from(number(b, 0, 4)?).ok()?,
        small(b, 5)?,
        small(b, 8)?,
    )
    .ok()?;
    if !matches!(b.get(10), Some(b'T' | b' ')) {
        return None;
    }
    let (time, after) = clock_time(b, 11)?;
    let civil = date.to_datetime(time);
    match zone(b, after) {
        Some((offset, end)) => Some((Stamp::Utc(at_offset(civil, offset)?), end)),
        None => Some((Stamp::Local(civil), after)),
    }
}

/// `Mar 22 23:47:29`, `Dec  4 09:17:01`, `Aug 03 09:17:42.743802`: journald short and traditional syslog.
pub(super) fn yearless(text: &str) -> Read {
    let b = text.as_bytes();
    let month = month(b.get(..3)?)?;
    if b.get(3) != Some(&b' ') {
        return None;
    }
    let (day, at) = padded_day(b, 4)?;
    let (time, end) = clock_time(b, at)?;
    Some((
        Stamp::Yearless(leap_date(month, day)?.to_datetime(time)),
        end,
    ))
}

/// `Thu Nov 20 00:42:53 2025`: what `dmesg -T` prints.
pub(super) fn weekday_first(text: &str) -> Read {
    let b = text.as_bytes();
    if b.get(3) != Some(&b' ') || !b.get(..3)?.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let month = month(b.get(4..7)?)?;
    if b.get(7) != Some(&b' ') {
        return None;
    }
    let (day, at) = padded_day(b, 8)?;
    let (time, after) = clock_time(b, at)?;
    if b.get(after) != Some(&b' ') {
        return None;
    }
    let year = i16::try_from(number(b, after + 1, 4)?).ok()?;
    let date = Date::new(year, month, day).ok()?;
    Some((Stamp::Local(date.to_datetime(time)), after + 5))
}

/// `22/Mar/2022:17:13:23 +0000`: the time of access logs.
pub(super) fn access(text: &str) -> Read {
    let b = text.as_bytes();
    if b.get(2) != Some(&b'/') || b.get(6) != Some(&b'/') || b.get(11) != Some(&b':') {
        return None;
    }
    let year = i16::try_from(number(b, 7, 4)?).ok()?;
    let date = Date::new(year, month(b.get(3..6)?)?, small(b, 0)?).ok()?;
    let (time, after) = clock_time(b, 12)?;
    let civil = date.to_datetime(time);
    match zone(b, after) {
        Some((offset, end)) => Some((Stamp::Utc(at_offset(civil, offset)?), end)),
        None => Some((Stamp::Local(civil), after)),
    }
}

/// `0306 22:51:41.211378`: month, day and time of a klog header.
pub(super) fn klog(text: &str) -> Read {
    let b = text.as_bytes();
    let date = leap_date(small(b, 0)?, small(b, 2)?)?;
    if b.get(4) != Some(&b' ') {
        return None;
    }
    let (time, end) = clock_time(b, 5)?;
    Some((Stamp::Yearless(date.to_datetime(time)), end))
}

/// `  123.456789` as in `[  123.456789] text`: seconds since boot.
pub(super) fn since_boot(text: &str) -> Read {
    let b = text.as_bytes();
    let start = b.iter().take(16).take_while(|c| **c == b' ').count();
    let whole = digits(b, start);
    let dot = start + whole;
    if whole == 0 || whole > 10 || b.get(dot) != Some(&b'.') {
        return None;
    }
    let fraction = digits(b, dot + 1);
    if fraction != 6 {
        return None;
    }
    let seconds = number(b, start, whole)?;
    let micros = number(b, dot + 1, 6)?;
    Some((Stamp::SinceBoot(seconds * 1_000_000 + micros), dot + 7))
}

/// `1647989250.123`, `1526587299`, `1647989250123`: seconds, milliseconds or nanoseconds since the epoch,
/// told apart by their size. Anything before 2001 or after 2286 is not taken for a time.
pub(super) fn epoch(number: &str) -> Option<Stamp> {
    let value: f64 = number.parse().ok()?;
    let seconds = match value {
        v if (1e9..1e10).contains(&v) => v,
        v if (1e12..1e13).contains(&v) => v / 1e3,
        v if (1e15..1e16).contains(&v) => v / 1e6,
        v if (1e18..1e19).contains(&v) => v / 1e9,
        _ => return None,
    };
    // In this range the cast cannot overflow; below a microsecond an f64 holds nothing anyway.
    let micros = (seconds * 1e6).round() as i64;
    Timestamp::from_microsecond(micros).ok().map(Stamp::Utc)
}

/// How much a stamp says: an instant more than a time without zone, without year, since boot.
pub(super) const fn worth(stamp: Stamp) -> u8 {
    match stamp {
        Stamp::Utc(_) => 3,
        Stamp::Local(_) => 2,
        Stamp::Yearless(_) => 1,
        Stamp::SinceBoot(_) => 0,
    }
}

/// A civil time at a UTC offset, as an instant.
pub(super) fn at_offset(civil: DateTime, offset: Offset) -> Option<Timestamp> {
    offset.to_timestamp(civil).ok()
}

/// `hh:mm:ss` and an optional fraction from `at`; a leap second counts as second 59.
fn clock_time(b: &[u8], at: usize) -> Option<(Time, usize)> {
    if b.get(at + 2) != Some(&b':') || b.get(at + 5) != Some(&b':') {
        return None;
    }
    let second = small(b, at + 6)?.min(59);
    let (nanos, end) = match b.get(at + 8) {
        Some(b'.' | b',') => {
            let count = digits(b, at + 9);
            let kept = count.min(9);
            let value = if kept == 0 {
                0
            } else {
                number(b, at + 9, kept)?
            };
            let scale = 10_i64.pow(9 - u32::try_from(kept).ok()?);
            if count == 0 {
                (0, at + 8)
            } else {
                (i32::try_from(value * scale).ok()?, at + 9 + count)
            }
        }
        _ => (0, at + 8),
    };
    let time = Time::new(small(b, at)?, small(b, at + 3)?, second, nanos).ok()?;
    Some((time, end))
}

/// `Z`, `+02:00`, `+0800`, or the same after one space (` +0000`).
fn zone(b: &[u8], at: usize) -> Option<(Offset, usize)> {
    match b.get(at)? {
        b'Z' => return Some((Offset::UTC, at + 1)),
        b' ' if matches!(b.get(at + 1), Some(b'+' | b'-')) => {
            return zone(b, at + 1)
                .filter(|(_, end)| !matches!(b.get(*end), Some(c) if c.is_ascii_alphanumeric()));
        }
        b'+' | b'-' => {}
        _ => return None,
    }
    let hours = small(b, at + 1)?;
    let colon = usize::from(b.get(at + 3) == Some(&b':'));
    let minutes = small(b, at + 3 + colon)?;
    if hours > 18 || minutes > 59 {
        return None;
    }
    let seconds = i32::from(hours) * 3600 + i32::from(minutes) * 60;
    let signed = if b.get(at) == Some(&b'-') {
        -seconds
    } else {
        seconds
    };
    Some((Offset::from_seconds(signed).ok()?, at + 5 + colon))
}

/// A day of the month padded with a space or a zero, and the place behind the space that follows.
fn padded_day(b: &[u8], at: usize) -> Option<(i8, usize)> {
    let day = match b.get(at) {
        Some(b' ') => i8::try_from(number(b, at + 1, 1)?).ok()?,
        _ if b.get(at + 1) == Some(&b' ') => {
            return Some((i8::try_from(number(b, at, 1)?).ok()?, at + 2));
        }
        _ => small(b, at)?,
    };
    (b.get(at + 2) == Some(&b' ')).then_some((day, at + 3))
}

/// Month and day in a leap year: yearless stamps must be able to hold 29 February.
fn leap_date(month: i8, day: i8) -> Option<Date> {
    Date::new(2000, month, day).ok()
}

/// `Jan` .. `Dec`.
fn month(name: &[u8]) -> Option<i8> {
    const NAMES: [&[u8; 3]; 12] = [
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    let at = NAMES.iter().position(|n| n.as_slice() == name)?;
    i8::try_from(at + 1).ok()
}

/// Two digits.
fn small(b: &[u8], at: usize) -> Option<i8> {
    i8::try_from(number(b, at, 2)?).ok()
}

/// Exactly `count` digits (at most 18) as a number.
fn number(b: &[u8], at: usize, count: usize) -> Option<i64> {
    let mut value = 0_i64;
    for c in b.get(at..at.checked_add(count)?)? {
        if !c.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(i64::from(c - b'0'))?;
    }
    Some(value)
}

/// How many digits stand at `at`.
fn digits(b: &[u8], at: usize) -> usize {
    b.get(at..).map_or(0, |rest| {
        rest.iter().take_while(|c| c.is_ascii_digit()).count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> Stamp {
        Stamp::Utc(text.parse().unwrap())
    }

    #[test]
    fn zones_and_fractions() {
        for (text, want, rest) in [
            (
                "2022-03-06T22:51:41.212139758Z I0306",
                "2022-03-06T22:51:41.212139758Z",
                " I0306",
            ),
            (
                "2024-05-03T15:04:15.346227804-04:00 x",
                "2024-05-03T19:04:15.346227804Z",
                " x",
            ),
            (
                "2024-06-20T11:56:38+0800 host",
                "2024-06-20T03:56:38Z",
                " host",
            ),
            (
                "2022-03-06 22:51:38 +0000 [info]",
                "2022-03-06T22:51:38Z",
                " [info]",
            ),
            (
                "2025-06-03 14:23:59.477+0000: x",
                "2025-06-03T14:23:59.477Z",
                ": x",
            ),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", ""),
        ] {
            let (stamp, end) = dated(text).unwrap();
            assert_eq!((stamp, &text[end..]), (utc(want), rest), "{text}");
        }
    }

    #[test]
    fn local_and_yearless() {
        let (stamp, end) = dated("2025-11-27 09:18:15.804 [INFO]").unwrap();
        assert_eq!(
            stamp,
            Stamp::Local("2025-11-27T09:18:15.804".parse().unwrap())
        );
        assert_eq!(end, 23);
        for text in ["Dec  4 09:17:01 w", "Dec 04 09:17:01 w", "Dec 4 09:17:01 w"] {
            let (stamp, end) = yearless(text).unwrap();
            assert_eq!(
                stamp,
                Stamp::Yearless("2000-12-04T09:17:01".parse().unwrap())
            );
            assert_eq!(&text[end..], " w");
        }
        assert!(yearless("Feb 29 00:00:00 n").is_some());
        assert!(yearless("Feb 30 00:00:00 n").is_none());
    }

    #[test]
    fn odd_ones() {
        assert_eq!(
            since_boot("  123.456789] x").unwrap().0,
            Stamp::SinceBoot(123_456_789)
        );
        assert_eq!(
            weekday_first("Thu Nov 20 00:42:53 2025] Linux").unwrap(),
            (Stamp::Local("2025-11-20T00:42:53".parse().unwrap()), 24)
        );
        assert_eq!(
            access("22/Mar/2022:17:13:23 +0000]").unwrap(),
            (utc("2022-03-22T17:13:23Z"), 26)
        );
        assert_eq!(
            epoch("1526587299.1751974"),
            Some(utc("2018-05-17T20:01:39.175197Z"))
        );
        assert_eq!(
            epoch("1.5265872991751974e9"),
            Some(utc("2018-05-17T20:01:39.175197Z"))
        );
        assert_eq!(epoch("12"), None);
        for bad in [
            "2022-13-06T00:00:00Z",
            "2022-03-06",
            "2022-03-06T2:51:41Z",
            "",
            "20é2-03-06T22:51:41Z",
        ] {
            assert_eq!(dated(bad), None, "{bad}");
        }
    }
}
