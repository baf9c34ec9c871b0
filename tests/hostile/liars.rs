//! Headers that claim what is not so: lengths, windows, names and types. What stands beside or behind them is diagnosed.

use crate::child::scan;
use crate::pack::{gzip, member, raw_tar_member, tar, zip};
use crate::{GOOD, file};

const LOG: &str = "sb/logs/kube-system/kubelet/kubelet.log";

/// A bundle with this member beside a good one.
fn beside(name: &str, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    zip(&[member(name, bytes), member(LOG, GOOD)])
}

fn read(name: &str, bytes: &[u8]) -> crate::child::Scanned {
    let (_folder, path) = file(name, bytes);
    let scanned = scan(&path, &[]).within(300);
    assert!(scanned.found_good(), "{}", scanned.problems());
    scanned
}

#[test]
fn compressed_members_whose_headers_do_not_end() {
    let name = [
        b"\x1f\x8b\x08\x08\0\0\0\0\0\x03".as_slice(),
        &[b'a'; 30 << 20],
    ]
    .concat();
    let skipped = b"\x50\x2a\x4d\x18\0\0\0\0".repeat(1_000_000);
    let window = [b"\x28\xb5\x2f\xfd\x00\xff".as_slice(), b"\x03\0\0x"].concat();
    let single = [b"\x28\xb5\x2f\xfd\xe0".as_slice(), &[0xff; 8], b"\x03\0\0x"].concat();
    for (member, bytes, said) in [
        ("sb/logs/a/b/c.log.gz", name, true),
        ("sb/logs/a/b/c.log.zst", window, true),
        ("sb/logs/a/b/c.log.zst", single, true),
        ("sb/logs/a/b/c.log.zst", skipped, false),
        ("sb/logs/a/b/c.log.gz", gzip(b"").repeat(200_000), false),
    ] {
        let scanned = read("bundle.zip", &beside(member, bytes));
        let problems = scanned.problems();
        let named = member.trim_start_matches("sb/");
        assert_eq!(problems.contains(named), said, "{member}: {problems}");
    }
}

#[test]
fn members_that_are_not_what_they_are_called() {
    let inner = zip(&[member("n1/logs/kubelet.log", GOOD)]);
    let packed = gzip(&tar(&[(LOG, GOOD.as_bytes())]));
    for (name, bytes) in [
        ("sb/nodes/n1.zip", gzip(GOOD.as_bytes())),
        ("sb/nodes/n1.zip", packed.clone()),
        ("sb/logs/a/b/c.log.gz", inner.clone()),
        ("sb/logs/a/b/c.log", inner),
        ("sb/yamls/cluster/v1/nodes.yaml", packed),
        ("sb/yamls/cluster/v1/nodes.yaml", b"\xff\xfe\0".to_vec()),
        (
            "sb/logs/a/b/c.log",
            b"\xff\xfe"
                .iter()
                .chain([0, 0xd8].repeat(1 << 20).iter())
                .copied()
                .collect(),
        ),
    ] {
        read("bundle.zip", &beside(name, bytes));
    }
    read("bundle.tar.gz", &beside("sb/logs/a/b/c.log", "x\n"));
    read("bundle.zip", &tar(&[(LOG, GOOD.as_bytes())]));
}

/// A member of a tar whose header claims this length.
fn claiming(name: &str, kind: ::tar::EntryType, length: &[u8; 12], data: &[u8]) -> Vec<u8> {
    let mut bytes = raw_tar_member(name, kind, "", data);
    bytes[124..136].copy_from_slice(length);
    let sum: u32 = (0..512)
        .map(|at| match at {
            148..156 => u32::from(b' '),
            at => u32::from(bytes[at]),
        })
        .sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    bytes
}

#[test]
fn names_in_tars_that_are_longer_than_any() {
    let good = tar(&[(LOG, GOOD.as_bytes())]);
    for kind in [
        ::tar::EntryType::GNULongName,
        ::tar::EntryType::GNULongLink,
        ::tar::EntryType::XHeader,
    ] {
        // 8 GiB, of which there are 512 bytes.
        let lies = claiming("././@LongLink", kind, b"77777777777\0", b"x");
        let scanned = read("bundle.tar", &[lies, good.clone()].concat());
        assert!(scanned.problems().contains("a name of 8589934591 bytes"));
        let long = raw_tar_member("././@LongLink", kind, "", &vec![b'a'; 20 << 20]);
        let scanned = read("bundle.tar", &[long, good.clone()].concat());
        assert!(scanned.problems().contains("a name of 20971520 bytes"));
    }
}

#[test]
fn sizes_in_tars_that_no_file_has() {
    let good = tar(&[(LOG, GOOD.as_bytes())]);
    let good = &good[..good.len() - 1024];
    let file_of = |length| claiming("sb/a.log", ::tar::EntryType::Regular, length, b"");
    let endless = b"\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
    for length in [b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", endless] {
        let scanned = read("bundle.tar", &[good, &file_of(length)].concat());
        assert!(scanned.code == Some(0));
    }
    let size = b"28 size=9223372036854775807\n";
    let pax = raw_tar_member("x", ::tar::EntryType::XHeader, "", size);
    let scanned = read(
        "bundle.tar",
        &[good, &pax, &file_of(b"00000000005\0")].concat(),
    );
    assert!(!scanned.problems().is_empty());
    // Records before every member, and for the whole archive.
    let path = b"20 path=sb/logs/x.l\n";
    for kind in [::tar::EntryType::XHeader, ::tar::EntryType::XGlobalHeader] {
        let many = raw_tar_member("x", kind, "", path).repeat(50_000);
        let other = tar(&[("sb/logs/y.log", b"x\n".as_slice())]);
        read("bundle.tar", &[good, &many, &other].concat());
    }
}
