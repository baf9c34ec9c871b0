//! A list of bundles into shares, so that an array job or an indexed Kubernetes Job can split the work.

use std::str::FromStr;

use sha2::{Digest, Sha256};

/// One share of several: `2/8` is the second of eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// From 1 to `of`.
    index: u32,
    of: u32,
}

impl Shard {
    /// Whether the bundle at this path belongs to the share. Depends on the path alone: what else is in the list, and
    /// in which order, does not move a bundle to another share.
    pub fn holds(self, path: &str) -> bool {
        short_hash(path) % u64::from(self.of) == u64::from(self.index - 1)
    }

    /// What tells this share's files from those of the others: `2-of-8`.
    pub fn label(self) -> String {
        format!("{}-of-{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong =
            || "write I/N, 1/8 to 8/8 (0+1/8 to 7+1/8 from an index that starts at 0)".to_owned();
        let (index, of) = text.split_once('/').ok_or_else(wrong)?;
        // Kubernetes puts its index into an argument, but cannot add, and an image without a shell cannot either.
        let (index, zero) = index
            .strip_suffix("+1")
            .map_or((index, 0), |index| (index, 1));
        let index: u32 = index.parse().map_err(|_| wrong())?;
        let index = index.checked_add(zero).ok_or_else(wrong)?;
        let of: u32 = of.parse().map_err(|_| wrong())?;
        if (1..=of).contains(&index) {
            Ok(Shard { index, of })
        } else {
            Err(format!("there is no share {index} of {of}; {}", wrong()))
        }
    }
}

/// What stands for a path where many are remembered: the first sixteen bytes of the SHA-256, so that nobody can name
/// two bundles alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PathKey([u8; 16]);

impl PathKey {
    pub(super) fn of(path: impl AsRef<[u8]>) -> PathKey {
        let mut key = [0; 16];
        for (to, from) in key.iter_mut().zip(Sha256::digest(path)) {
            *to = from;
        }
        PathKey(key)
    }
}

/// The first eight bytes of the SHA-256.
pub(super) fn short_hash(text: &str) -> u64 {
    let hash = Sha256::digest(text);
    hash.iter()
        .take(8)
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_belongs_to_exactly_one_share() {
        let shards: Vec<Shard> = (1..=7).map(|i| format!("{i}/7").parse().unwrap()).collect();
        let mut sizes = [0; 7];
        for path in (0..700).map(|n| format!("/uploads/{n}.zip")) {
            let holding: Vec<usize> = (0..7).filter(|i| shards[*i].holds(&path)).collect();
            assert_eq!(holding.len(), 1);
            sizes[holding[0]] += 1;
        }
        assert!(
            sizes.iter().all(|size| (60..140).contains(size)),
            "{sizes:?}"
        );
    }

    #[test]
    fn the_hash_is_the_same_for_ever() {
        // Nodes of one job may run different versions.
        assert_eq!(short_hash("/uploads/1.zip"), 0x3ad9_8f16_acd3_19dc);
    }

    #[test]
    fn what_is_no_share_is_refused() {
        for text in [
            "0/4",
            "5/4",
            "1",
            "a/b",
            "1/0",
            "-1/2",
            "8+1/8",
            "4294967295+1/8",
            "+1/8",
            "1+2/8",
        ] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
        assert_eq!("2/8".parse::<Shard>().unwrap().label(), "2-of-8");
        assert_eq!("0+1/8".parse::<Shard>().unwrap().label(), "1-of-8");
        assert_eq!("7+1/8".parse::<Shard>().unwrap().label(), "8-of-8");
    }
}
