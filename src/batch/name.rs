//! Paths of bundles into names for their files, unique within the output directory and the same in every run.

use std::collections::{BTreeMap, BTreeSet};

use super::shard::short_hash;

/// Bytes of a name; file systems end at 255, and extensions and temporary names come on top.
const LONGEST: usize = 160;

/// Gives names: a path that has one keeps it, others get the last part of the path, with a hash of the whole path
/// where that is taken or wanted twice.
pub(super) fn names(paths: &[&str], known: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let taken: BTreeSet<&str> = known.values().map(String::as_str).collect();
    let mut wanted: BTreeMap<String, u32> = BTreeMap::new();
    for path in paths.iter().filter(|path| !known.contains_key(**path)) {
        *wanted.entry(plain(path)).or_default() += 1;
    }
    let name = |path: &str| {
        if let Some(name) = known.get(path) {
            return name.clone();
        }
        let plain = plain(path);
        if taken.contains(plain.as_str()) || wanted.get(&plain).is_some_and(|n| *n > 1) {
            format!("{plain}-{:08x}", short_hash(path) >> 32)
        } else {
            plain
        }
    };
    paths
        .iter()
        .map(|path| ((*path).to_owned(), name(path)))
        .collect()
}

const EXTENSIONS: [&str; 13] = [
    ".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".tgz", ".txz", ".tzst", ".tbz", ".tar", ".zip",
    ".gz", ".xz", ".log",
];

/// The last part of the path without the extension of an archive; what is not plain in a file name becomes `_`.
fn plain(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let last = path
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or(path);
    let lower = last.to_ascii_lowercase();
    let cut = EXTENSIONS
        .iter()
        .find(|extension| lower.ends_with(**extension))
        .map_or(last.len(), |extension| last.len() - extension.len());
    let stem = last
        .get(..cut)
        .filter(|stem| !stem.is_empty())
        .unwrap_or(last);
    let mut name: String = stem
        .chars()
        .map(|c| match c {
            c if c.is_alphanumeric() => c,
            '-' | '_' | '.' | '+' | '=' | '@' => c,
            _ => '_',
        })
        .collect();
    while name.len() > LONGEST {
        name.pop();
    }
    // Hidden files are not found again, and `-x` is an option to many programs.
    if name.is_empty() || name.starts_with(['.', '-']) || name == "results" || name == "summary" {
        name.insert_str(0, "bundle-");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(paths: &[&str], known: &[(&str, &str)]) -> Vec<String> {
        let known = known
            .iter()
            .map(|(path, name)| ((*path).into(), (*name).into()));
        let names = names(paths, &known.collect());
        paths.iter().map(|path| names[*path].clone()).collect()
    }

    #[test]
    fn names_are_plain_where_they_can_be() {
        assert_eq!(
            named(
                &[
                    "/in/a.zip",
                    "/in/b.tar.gz",
                    "/in/.hidden.zip",
                    "s3://u/x y.zip",
                    "/in/tree"
                ],
                &[]
            ),
            ["a", "b", "bundle-.hidden", "x_y", "tree"]
        );
    }

    #[test]
    fn equal_names_differ_by_their_paths() {
        let both = named(&["/t1/sb.zip", "/t2/sb.zip"], &[]);
        assert_ne!(both[0], both[1]);
        assert!(both.iter().all(|name| name.starts_with("sb-")));
        assert_eq!(
            named(&["/t2/sb.zip", "/t1/sb.zip"], &[]),
            [both[1].clone(), both[0].clone()]
        );
    }

    #[test]
    fn a_name_once_given_stays() {
        let known = [("/t1/sb.zip", "sb")];
        let both = named(&["/t1/sb.zip", "/t2/sb.zip"], &known);
        assert_eq!(both[0], "sb");
        assert!(both[1].starts_with("sb-"));
    }

    #[test]
    fn a_long_name_fits_a_file_system() {
        let long = format!("/in/{}.zip", "\u{e4}".repeat(400));
        assert!(named(&[&long], &[])[0].len() <= LONGEST);
    }
}
