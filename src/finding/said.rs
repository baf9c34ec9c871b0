//! Numbers and times into what people read; machines get them exact.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `1,234,567`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `2025-01-25 09:12:01Z`: whole seconds, whatever the source measured.
pub(crate) fn second(time: Timestamp) -> String {
    time.to_zoned(TimeZone::UTC)
        .strftime("%Y-%m-%d %H:%M:%SZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_reads_nanoseconds() {
        let time = "2025-01-25T00:54:40.00000093Z".parse().unwrap();
        assert_eq!(second(time), "2025-01-25 00:54:40Z");
    }
}
