//! Split uploads: named by any piece, all of them read.

use std::path::Path;

use bundlevet::bundle::OpenOptions;

use crate::pack::{lines, local_part, member, zip};
use crate::seen::{open, open_with, tree};
use crate::shape::{assert_whole_bundle, node_zip, outer};

/// Writes the pieces under these names, and reads the bundle by each of them.
fn assert_split(whole: &[u8], names: &[&str], cuts: &[usize]) {
    let mut pieces: Vec<(&str, &[u8])> = Vec::new();
    let mut rest = whole;
    for (name, cut) in names.iter().zip(cuts.iter().chain([&usize::MAX])) {
        let (piece, more) = rest.split_at((*cut).min(rest.len()));
        pieces.push((name, piece));
        rest = more;
    }
    let folder = tree(&pieces);
    for name in names {
        let seen = open(&folder.path().join(name)).unwrap().clean();
        assert_whole_bundle(&seen);
    }
    let paths: Vec<_> = names.iter().map(|n| folder.path().join(n)).collect();
    let paths: Vec<&Path> = paths.iter().map(AsRef::as_ref).collect();
    let seen = open_with(&paths, &OpenOptions::default()).unwrap();
    assert_eq!(seen.inputs.len(), 1, "all pieces are one input");
}

#[test]
fn split_uploads_are_named_by_any_piece() {
    let whole = outer(member("sb/nodes/n1.zip", node_zip()));
    let third = whole.len() / 3;
    let cuts = [third, third];
    assert_split(&whole, &["b.001.zip", "b.002.zip", "b.003.zip"], &cuts);
    assert_split(&whole, &["b.1.zip", "b.2.zip", "b.3.zip"], &cuts);
    assert_split(&whole, &["b.zip.001", "b.zip.002", "b.zip.003"], &cuts);
    assert_split(
        &whole,
        &["b.zip.part1", "b.zip.part2", "b.zip.part3"],
        &cuts,
    );
    assert_split(
        &whole,
        &["b.part01.zip", "b.part02.zip", "b.part03.zip"],
        &cuts,
    );
    assert_split(&whole, &["b.zip.aa", "b.zip.ab", "b.zip.ac"], &cuts);
    assert_split(&whole, &["xaa", "xab", "xac"], &cuts);
}

#[test]
fn a_span_of_info_zip_counts_offsets_from_each_piece() {
    let members = [
        member("sb/metadata.yaml", "bundlename: sb\n"),
        member("sb/logs/kube-system/a/a.log", lines(50)),
        member("sb/logs/kube-system/b/b.log", lines(60)),
    ];
    let (first, _) = local_part(&members[..1]);
    let (local, mut records) = local_part(&members);
    let mut whole = b"PK\x07\x08".to_vec();
    whole.extend_from_slice(&local);
    // The first member is on piece 0, the others on piece 1, and count from its start.
    let cut = 4 + first.len();
    for (ix, record) in records.iter_mut().enumerate() {
        let at = u32::from_le_bytes(record[42..46].try_into().unwrap());
        let at = if ix == 0 {
            at + 4
        } else {
            at - first.len() as u32
        };
        record[34] = u8::from(ix > 0);
        record[42..46].copy_from_slice(&at.to_le_bytes());
    }
    let start = whole.len() - cut;
    let directory = records.concat();
    whole.extend_from_slice(&directory);
    whole.extend_from_slice(b"PK\x05\x06\x01\0\x01\0\x03\0\x03\0");
    whole.extend_from_slice(&(directory.len() as u32).to_le_bytes());
    whole.extend_from_slice(&(start as u32).to_le_bytes());
    whole.extend_from_slice(&[0, 0]);
    let folder = tree(&[("b.z01", &whole[..cut]), ("b.zip", &whole[cut..])]);
    for name in ["b.z01", "b.zip"] {
        let seen = open(&folder.path().join(name)).unwrap().clean();
        assert_eq!(
            seen.entries["logs/kube-system/b/b.log"],
            lines(60),
            "{name}"
        );
        assert_eq!(seen.entries.len(), 3);
        assert_eq!(seen.inputs[0].root.as_deref(), Some("sb"));
    }
}

#[test]
fn numbered_zips_that_stand_alone_are_all_read() {
    let one = zip(&[member("sb/a.log", "one\n")]);
    let two = zip(&[member("sb/b.log", "two\n")]);
    let folder = tree(&[("b.001.zip", &one), ("b.002.zip", &two)]);
    let seen = open(&folder.path().join("b.002.zip")).unwrap().clean();
    assert_eq!(seen.paths(), ["a.log", "b.log"]);
    // Archives that only look numbered are left alone.
    let folder = tree(&[("b.24.zip", &one), ("b.25.zip", &two)]);
    let seen = open(&folder.path().join("b.25.zip")).unwrap().clean();
    assert_eq!(seen.paths(), ["b.log"]);
}

#[test]
fn the_last_piece_of_a_span_alone_says_what_is_missing() {
    let mut whole = zip(&[
        member("sb/logs/ns/a/c.log", lines(500)),
        member("sb/logs/ns/b/c.log", "kept\n"),
    ]);
    // The end record stands on piece 1, that is the second.
    let end = whole.len() - 22;
    whole[end + 4] = 1;
    let folder = tree(&[("b.zip", &whole[2000..])]);
    let seen = open(&folder.path().join("b.zip")).unwrap();
    assert_eq!(seen.text("logs/ns/b/c.log"), "kept\n");
    assert!(
        seen.problem_of("b.z01").contains("missing"),
        "{:?}",
        seen.problems
    );
    assert!(seen.problem_of("logs/ns/a/c.log").contains("it is lost"));
}
