//! The time that collectors write into the names of bundles and their root folders.

use jiff::Timestamp;

/// `..._2022-03-22T23-49-32Z.zip` and `...-2025-12-04_09_15_57.tar.gz`.
pub fn time_in_name(path: &str) -> Option<Timestamp> {
    let name = path.rsplit('/').next()?;
    let bytes = name.as_bytes();
    (0..bytes.len().saturating_sub(18)).find_map(|at| {
        let slice = bytes.get(at..at + 19)?;
        let digits = |range: std::ops::Range<usize>| {
            slice
                .get(range)
                .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        let shape = digits(0..4)
            && digits(5..7)
            && digits(8..10)
            && digits(11..13)
            && digits(14..16)
            && digits(17..19);
        let separated =
            slice.get(4) == Some(&b'-') && matches!(slice.get(10), Some(b'T' | b'_' | b'-'));
        if !shape || !separated {
            return None;
        }
        let part = |range| std::str::from_utf8(slice.get(range)?).ok();
        let text = format!(
            "{}T{}:{}:{}Z",
            part(0..10)?,
            part(11..13)?,
            part(14..16)?,
            part(17..19)?
        );
        text.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_names() {
        let time = |text: &str| text.parse::<Timestamp>().ok();
        assert_eq!(
            time_in_name("a/supportbundle_x_2022-03-22T23-49-32Z.zip"),
            time("2022-03-22T23:49:32Z")
        );
        assert_eq!(
            time_in_name("cp1-2025-12-04_09_15_57.tar.gz"),
            time("2025-12-04T09:15:57Z")
        );
        assert_eq!(time_in_name("kubelet.log"), None);
        assert_eq!(time_in_name("x-9999-99-99_99_99_99"), None);
    }
}
