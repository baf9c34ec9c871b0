//! Bytes that nobody meant: whatever they are, reading them ends without a panic.

use proptest::prelude::*;

use crate::pack::{bzip2, gzip, lines, member, stored, tar, xz, zip, zstd};
use crate::seen::read;

/// Small archives of all kinds, to be damaged.
fn samples() -> Vec<Vec<u8>> {
    let node = zip(&[
        member("n/logs/a.log", lines(20)),
        stored("n/b.log", "b\n").descriptor(),
    ]);
    let files: [(&str, &[u8]); 2] = [("r/logs/a.log", b"a\n"), ("r/n.zip", &node)];
    let tarred = tar(&files);
    vec![
        zip(&[
            member("sb/n.zip", &node),
            stored("sb/m.zip", &node),
            member("sb/a.log", "a\n").descriptor(),
        ]),
        tarred.clone(),
        gzip(&tarred),
        xz(&tarred),
        bzip2(&tarred),
        zstd(&tarred),
        [gzip(b"one\n"), gzip(b"two\n")].concat(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_panics_and_always_ends(
        which in 0usize..7,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut bytes = samples().swap_remove(which);
        for (at, to) in changes {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()).max(1));
        }
        let seen = read("b.bin", &bytes);
        prop_assert_eq!(seen.twice, [""; 0]);
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        magic in prop::sample::select(vec![
            &b""[..], b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04", b"\x1f\x8b\x08",
            b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"BZh91AY&SY", b"\xff\xfe",
        ]),
        rest in prop::collection::vec(any::<u8>(), 1..2000),
    ) {
        read("b.bin", &[magic, &rest].concat());
    }
}
