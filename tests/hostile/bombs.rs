//! Ten gigabytes out of ten megabytes, in every compression, flat and nested.

use crate::child::{optimised, scan, scan_fed};
use crate::pack::{bzip2, gzip, member, tar, xz, zip, zstd};
use crate::{GOOD, file};

const MIB: usize = 1 << 20;
/// A build without optimisation reads a few megabytes in a second: it is given lower limits.
fn quickly() -> Vec<&'static str> {
    match optimised() {
        true => Vec::new(),
        false => vec![
            "--limit",
            "ratio=20",
            "--limit",
            "ratio-after=64K",
            "--limit",
            "line-bytes=64K",
        ],
    }
}

/// What the bombs expand to.
const TEN: usize = 10 << 30;

/// Streams end to end that give 10 GiB.
fn repeated(pack: fn(&[u8]) -> Vec<u8>, each: usize) -> Vec<u8> {
    pack(&vec![b'a'; each]).repeat(TEN / each)
}

#[test]
fn ten_gigabytes_from_ten_megabytes_in_every_compression() {
    for (name, bomb) in [
        ("x.log.gz", repeated(gzip, 64 * MIB)),
        ("x.log.xz", repeated(xz, 16 * MIB)),
        ("x.log.bz2", repeated(bzip2, 4 * MIB)),
        ("x.log.zst", repeated(zstd, 4 * MIB)),
    ] {
        assert!(bomb.len() < 12 * MIB, "{name}: {}", bomb.len());
        let inner = zip(&[
            member("n/logs/x.log", "x\n"),
            member(&format!("n/logs/{name}"), &bomb),
        ]);
        let bundle = tar(&[
            (&format!("sb/logs/ns/p/{name}"), &bomb[..]),
            ("sb/nodes/n1.zip", &inner),
            ("sb/logs/kube-system/kubelet/kubelet.log", GOOD.as_bytes()),
        ]);
        let (_folder, path) = file("bundle.tar", &bundle);
        let scanned = scan(&path, &quickly()).within(400);
        assert!(scanned.found_good(), "{name}");
        let problems = scanned.problems();
        for at in ["logs/ns/p/", "nodes/n1.zip/n/logs/"] {
            let line = problems
                .lines()
                .find(|line| line.starts_with(&format!("{at}{name}")));
            assert!(
                line.is_some_and(|line| line.contains("limit ratio")),
                "{problems}"
            );
        }
    }
}

/// Blocks of deflate that do not refer to each other can be repeated: one member of 10 GiB, streamed and not.
fn deflated() -> Vec<u8> {
    let mut encoder = flate2::Compress::new(flate2::Compression::new(6), false);
    let mut block = Vec::with_capacity(MIB);
    let plain = vec![b'a'; 64 * MIB];
    encoder
        .compress_vec(&plain, &mut block, flate2::FlushCompress::Full)
        .unwrap();
    let mut all = block.repeat(TEN / plain.len());
    all.extend_from_slice(&[1, 0, 0, 0xff, 0xff]);
    all
}

/// A member's data as it is, with a name and sizes before it.
fn raw_zip(name: &str, packed: &[u8]) -> Vec<u8> {
    let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x56, 0x5a, 0, 0, 0, 0];
    head.extend_from_slice(&(packed.len() as u32).to_le_bytes());
    head.extend_from_slice(&0xffff_fff0u32.to_le_bytes());
    head.extend_from_slice(&(name.len() as u16).to_le_bytes());
    let mut out = [b"PK\x03\x04", &head[..], &[0, 0], name.as_bytes(), packed].concat();
    let start = out.len() as u32;
    let record = [b"PK\x01\x02\x14\x00", &head[..], &[0; 16], name.as_bytes()].concat();
    out.extend_from_slice(&record);
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0\x01\0\x01\0");
    out.extend_from_slice(&(record.len() as u32).to_le_bytes());
    out.extend_from_slice(&start.to_le_bytes());
    out.extend_from_slice(&[0, 0]);
    out
}

#[test]
fn a_zip_of_ten_gigabytes_flat_and_nested() {
    let flat = raw_zip("sb/logs/ns/p/c.log", &deflated());
    assert!(flat.len() < 12 * MIB, "{}", flat.len());
    let outer = zip(&[
        member("sb/nodes/n1.zip", &flat),
        member("sb/logs/kube-system/kubelet/kubelet.log", GOOD),
    ]);
    let (_folder, path) = file("bundle.zip", &outer);
    let scanned = scan(&path, &quickly()).within(400);
    scanned.found_good_and_said("limit ratio");
    let (_folder, path) = file("flat.zip", &flat);
    let scanned = scan(&path, &quickly()).within(400);
    assert!(
        scanned.problems().contains("limit ratio"),
        "{}",
        scanned.problems()
    );
}

/// Every file stays below what one may expand to at any ratio; together they do not.
#[test]
fn many_small_bombs_are_one_large_one() {
    let bomb = gzip(&vec![b'a'; 48 * MIB]);
    let mut members = vec![member("sb/logs/kube-system/kubelet/kubelet.log", GOOD)];
    let name = |n: usize| format!("sb/logs/ns/p{n}/c.log.gz");
    members.extend((0..210).map(|n| crate::pack::stored(&name(n), &bomb)));
    let bytes = zip(&members);
    assert!(bytes.len() < 12 * MIB);
    let (_folder, path) = file("bundle.zip", &bytes);
    let scanned = scan(&path, &quickly()).within(400);
    assert!(
        scanned.problems().contains("limit ratio"),
        "{}",
        scanned.problems()
    );
}

/// A stream that nobody packed: read to the end if need be, a window at a time.
fn one_line(bytes: u64) {
    let chunk = vec![b'x'; MIB];
    let scanned = scan_fed("-".as_ref(), &quickly(), &|out| {
        for _ in 0..bytes >> 20 {
            if out.write_all(&chunk).is_err() {
                return;
            }
        }
        let _ = out.write_all(format!("\n{GOOD}").as_bytes());
    });
    let scanned = scanned.within(300);
    scanned.found_good_and_said("limit line-bytes");
}

#[test]
fn a_line_of_eight_mebibytes() {
    one_line(8 << 20);
}

#[test]
#[ignore = "takes a while: the second tier of .ci/run"]
fn a_line_of_four_gibibytes() {
    one_line(4 << 30);
}
