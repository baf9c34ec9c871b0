//! Paths of bundles into names for their files, unique within the output directory and the same in every run.

use std::collections::{BTreeMap, BTreeSet};

use super::shard::{PathKey, short_hash};

/// Bytes of a name; file systems end at 255, and extensions and temporary names come on top.
const LONGEST: usize = 160;

/// The name of every bundle of a run. It follows from the path; what does not is kept, so that ten thousand bundles
/// cost nothing here.
pub(super) struct Names {
    /// Last parts of paths that are taken or wanted twice.
    crowded: BTreeSet<PathKey>,
    /// Names that are none of those that follow from their paths.
    others: BTreeMap<PathKey, Box<str>>,
}

/// A name that was given in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Given {
    /// The last part of the path.
    Plain,
    /// The same, with a hash of the path.
    Hashed,
    /// Any other.
    Other(Box<str>),
}

impl Given {
    pub(super) fn of(path: &str, name: &str) -> Given {
        match name {
            _ if name == plain(path) => Given::Plain,
            _ if name == hashed(path) => Given::Hashed,
            _ => Given::Other(name.into()),
        }
    }

    fn name(&self, path: &str) -> String {
        match self {
            Given::Plain => plain(path),
            Given::Hashed => hashed(path),
            Given::Other(name) => name.as_ref().to_owned(),
        }
    }
}

impl Names {
    /// Gives names: a path that has one keeps it, others get the last part of the path, with a hash of the whole path
    /// where that is taken or wanted twice. `taken` are the names that any path ever had.
    pub(super) fn of<'a, P: AsRef<str>>(
        paths: impl Iterator<Item = P> + Clone,
        known: impl Fn(&str) -> Option<&'a Given>,
        mut taken: BTreeSet<PathKey>,
    ) -> Names {
        let mut names = Names {
            crowded: BTreeSet::new(),
            others: BTreeMap::new(),
        };
        let mut wanted = BTreeSet::new();
        for path in paths.clone().filter(|path| known(path.as_ref()).is_none()) {
            let plain = PathKey::of(plain(path.as_ref()));
            if taken.contains(&plain) || !wanted.insert(plain) {
                names.crowded.insert(plain);
            }
        }
        drop(wanted);
        for path in paths {
            let path = path.as_ref();
            let ordinary = names.get(path);
            let name = match known(path) {
                Some(given) => given.name(path),
                None => untaken(path, &ordinary, &mut taken),
            };
            if name != ordinary {
                names.others.insert(PathKey::of(path), name.into());
            }
        }
        names
    }

    /// The name of a bundle of the run.
    pub(super) fn get(&self, path: &str) -> String {
        if let Some(name) = self.others.get(&PathKey::of(path)) {
            return name.as_ref().to_owned();
        }
        let plain = plain(path);
        match self.crowded.contains(&PathKey::of(&plain)) {
            true => hashed(path),
            false => plain,
        }
    }
}

/// Somebody can call a bundle as another's name with its hash: it gets more of its own hash, and whatever else it takes.
fn untaken(path: &str, ordinary: &str, taken: &mut BTreeSet<PathKey>) -> String {
    let mut name = ordinary.to_owned();
    for n in 1u64.. {
        if taken.insert(PathKey::of(&name)) {
            break;
        }
        name = format!("{}-{:016x}", plain(path), short_hash(&format!("{n}{path}")));
    }
    name
}

fn hashed(path: &str) -> String {
    format!("{}-{:08x}", plain(path), short_hash(path) >> 32)
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
        let given: BTreeMap<&str, Given> = known
            .iter()
            .map(|(path, name)| (*path, Given::of(path, name)))
            .collect();
        let taken = known.iter().map(|(_, name)| PathKey::of(name)).collect();
        let names = Names::of(paths.iter(), |path| given.get(path), taken);
        paths.iter().map(|path| names.get(path)).collect()
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
    fn nobody_can_take_the_name_of_another_bundle() {
        let hash = named(&["/t1/sb.zip", "/t2/sb.zip"], &[])[0].clone();
        let planted = format!("/t0/{hash}.zip");
        for known in [&[][..], &[("/t1/sb.zip", hash.as_str())]] {
            let all = named(&[&planted, "/t1/sb.zip", "/t2/sb.zip"], known);
            let different: BTreeSet<&String> = all.iter().collect();
            assert_eq!(different.len(), 3, "{all:?}");
        }
        let strange = [("/t1/sb.zip", "what another version called it")];
        assert_eq!(named(&["/t1/sb.zip"], &strange), [strange[0].1]);
    }

    #[test]
    fn a_long_name_fits_a_file_system() {
        let long = format!("/in/{}.zip", "\u{e4}".repeat(400));
        assert!(named(&[&long], &[])[0].len() <= LONGEST);
    }
}
