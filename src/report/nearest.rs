//! A mistyped name into the names that were perhaps meant.

/// Up to `most` candidates that look like `wanted`, best first; candidates that hold it as a part come first.
pub fn nearest<'a>(
    wanted: &str,
    candidates: impl Iterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let wanted_lower = wanted.to_lowercase();
    let mut scored: Vec<(usize, usize, &str)> = candidates
        .filter_map(|candidate| {
            let lower = candidate.to_lowercase();
            if !wanted_lower.is_empty() && lower.contains(&wanted_lower) {
                return Some((0, lower.len(), candidate));
            }
            // All its words, in any order or with others between.
            let mut words = wanted_lower
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.len() > 2)
                .peekable();
            if words.peek().is_some() && words.all(|word| lower.contains(word)) {
                return Some((1, lower.len(), candidate));
            }
            // Against the whole, and against its last part: people forget the folder.
            let last = lower.rsplit('/').next().unwrap_or(&lower);
            let wanted_last = wanted_lower.rsplit('/').next().unwrap_or(&wanted_lower);
            let distance = distance(&wanted_lower, &lower).min(1 + distance(wanted_last, last));
            let bearable = 1 + wanted_last.chars().count() / 4;
            (distance <= bearable).then_some((distance, lower.len(), candidate))
        })
        .collect();
    scored.sort_unstable();
    scored
        .into_iter()
        .take(most)
        .map(|(_, _, candidate)| candidate)
        .collect()
}

/// Insertions, deletions, replacements and swaps of neighbours between two texts; texts over 200 characters are
/// compared by their first 200.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(200).collect();
    let b: Vec<char> = b.chars().take(200).collect();
    let mut rows = [
        vec![0; b.len() + 1],
        (0..=b.len()).collect::<Vec<usize>>(),
        vec![0; b.len() + 1],
    ];
    for (i, x) in a.iter().enumerate() {
        let [before, above, row] = &mut rows;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = above[j] + usize::from(x != y);
            let mut best = replaced.min(above[j + 1] + 1).min(row[j] + 1);
            let swapped = i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x;
            if swapped {
                best = best.min(before[j - 1] + 1);
            }
            row[j + 1] = best;
        }
        rows.rotate_left(1);
    }
    rows[1][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_perhaps_meant() {
        let ids = [
            "etcd/no-space",
            "kubelet/invalid-kernel-flag",
            "kubelet/swap-on",
            "rke2/invalid-kernel-parameter",
        ];
        let guess = |wanted| nearest(wanted, ids.into_iter(), 2);
        assert_eq!(
            guess("kubelet/invalid-kernal-flag"),
            ["kubelet/invalid-kernel-flag"]
        );
        assert_eq!(guess("swap-on"), ["kubelet/swap-on"]);
        assert_eq!(
            guess("invalid-kernel"),
            [
                "kubelet/invalid-kernel-flag",
                "rke2/invalid-kernel-parameter"
            ]
        );
        assert_eq!(
            guess("kubelet/kernel-flag"),
            ["kubelet/invalid-kernel-flag"]
        );
        assert_eq!(guess("etcd/no-psace"), ["etcd/no-space"]);
        assert!(guess("completely-different").is_empty());
    }

    #[test]
    fn distances() {
        assert_eq!(
            (
                distance("", "abc"),
                distance("abc", "abc"),
                distance("abcd", "abdc"),
                distance("kitten", "sitting")
            ),
            (3, 0, 1, 3)
        );
    }
}
