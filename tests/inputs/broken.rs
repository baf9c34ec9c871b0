//! Inputs with something wrong: a problem that says what was lost, everything else read.

use bundlevet::Error;
use bundlevet::bundle::{OpenOptions, Skip};
use tar::EntryType;

use crate::pack::{
    bzip2, gzip, lines, local_part, member, raw_tar_member, stored, tar, xz, zip, zstd,
};
use crate::seen::{GOOD, Seen, assert_good, assert_lost, open, open_with, read, tree};

/// A zip with this member before the good one.
fn beside(m: crate::pack::Member) -> Seen {
    let seen = read(
        "b.zip",
        &zip(&[m, member("sb/logs/ns/good/c.log", "good\n")]),
    );
    assert_good(&seen);
    assert_eq!(seen.problems.len(), 1, "{:?}", seen.problems);
    seen
}

#[test]
fn nothing_at_all_is_an_error_of_the_input() {
    let folder = tree(&[("empty.zip", b""), ("good.log", b"x\n")]);
    let empty = folder.path().join("empty.zip");
    let error = open(&empty).err().unwrap();
    assert!(matches!(&error, Error::Input { because, .. } if because.contains("0 bytes")));
    assert!(open(&folder.path().join("absent")).is_err());
    // Beside an input that can be read it is a problem of its own.
    let seen = open_with(
        &[&empty, &folder.path().join("good.log")],
        &OpenOptions::default(),
    )
    .unwrap();
    assert_eq!(seen.paths(), ["good.log"]);
    assert_eq!(seen.problems.len(), 1);
    assert!(seen.inputs[0].unreadable.is_some());
}

#[test]
fn encrypted_and_unsupported_members() {
    let mut secret = member("sb/secret.log", "12345");
    secret.encrypted = true;
    assert_lost(
        &beside(secret),
        "secret.log",
        "encrypted: not read, 5 bytes",
    );
    let mut odd = member("sb/odd.log", "12345");
    odd.method = Some(9);
    assert_lost(&beside(odd), "odd.log", "deflate64 is not supported");
}

#[test]
fn checksums_and_sizes_that_lie() {
    let mut wrong = member("sb/logs/ns/p/c.log", "12345\n");
    wrong.crc = Some(1);
    let seen = beside(wrong);
    assert_eq!(seen.text("logs/ns/p/c.log"), "12345\n");
    assert!(seen.problem_of("logs/ns/p/c.log").contains("CRC error"));
    for size in [2, 4_000_000_000] {
        let mut lying = member("sb/logs/ns/p/c.log", "12345\n");
        lying.size = Some(size);
        let seen = beside(lying);
        assert_eq!(seen.text("logs/ns/p/c.log"), "12345\n");
        let problem = seen.problem_of("logs/ns/p/c.log");
        assert!(
            problem.contains(&format!("declares {size} bytes and holds 6")),
            "{problem}"
        );
    }
}

#[test]
fn a_damaged_member_keeps_what_came_before_the_damage() {
    let log = lines(20_000);
    let mut bytes = zip(&[
        member("sb/logs/ns/p/c.log", &log),
        member("sb/logs/ns/good/c.log", "good\n"),
    ]);
    for byte in &mut bytes[60_000..60_064] {
        *byte = 0xff;
    }
    let seen = read("b.zip", &bytes);
    assert_good(&seen);
    let kept = &seen.entries["logs/ns/p/c.log"];
    let same = kept.iter().zip(&log).take_while(|(a, b)| a == b).count();
    assert!(same > 50_000, "{same} of {}", kept.len());
    assert!(!seen.problem_of("logs/ns/p/c.log").is_empty());
}

#[test]
fn links_and_paths_that_lead_out() {
    let mut link = stored("sb/etc/passwd", "/etc/passwd");
    link.mode = 0o120_777;
    assert_lost(
        &beside(link),
        "etc/passwd",
        "a link that leaves the archive",
    );
    let seen = beside(member("sb/../../x.log", "x"));
    assert_lost(
        &seen,
        "sb/../../x.log",
        "leaves the archive: not read, 1 bytes",
    );

    let mut link = stored("sb/twin.log", "logs/ns/good/c.log");
    link.mode = 0o120_777;
    let seen = read(
        "b.zip",
        &zip(&[link, member("sb/logs/ns/good/c.log", "good\n")]),
    )
    .clean();
    assert_eq!(seen.skipped["twin.log"], Skip::Link);

    let seen = read(
        "b.zip",
        &zip(&[member("/var/log/messages", "x\n"), member("/var/log/b", "")]),
    );
    assert_eq!(seen.text("log/messages"), "x\n");
    assert!(seen.problem_of("log/messages").contains("absolute path"));
    assert!(seen.problem_of("log/messages").contains("1 more"));
}

#[test]
fn names_twice_and_overlaps() {
    let seen = beside(member("sb/logs/ns/good/c.log", "good\n"));
    assert!(
        seen.problem_of(GOOD)
            .contains("a member of this name came before")
    );

    let first = member("sb/logs/ns/good/c.log", "good\n");
    let mut quoted = member("sb/logs/ns/p/c.log", "good\n");
    quoted.same_as = Some(0);
    let seen = read("b.zip", &zip(&[first, quoted]));
    assert_good(&seen);
    assert_lost(&seen, "logs/ns/p/c.log", "overlap");

    // The first member of a tar decides that `sb` is the root, so both of these would be `x.log`.
    let mut bytes = raw_tar_member("sb/x.log", EntryType::Regular, "", b"first\n");
    bytes.extend(raw_tar_member("x.log", EntryType::Regular, "", b"other\n"));
    bytes.extend([0; 1024]);
    let seen = read("b.tar", &bytes);
    assert_eq!(seen.text("x.log"), "first\n");
    assert!(seen.problem_of("x.log").contains("came before"));
}

#[test]
fn links_devices_and_bad_paths_in_tars() {
    let mut bytes = raw_tar_member("./r/../../x", EntryType::Regular, "", b"x");
    bytes.extend(raw_tar_member(
        "./r/twin",
        EntryType::Symlink,
        "logs/a",
        b"",
    ));
    bytes.extend(raw_tar_member(
        "./r/out",
        EntryType::Symlink,
        "../../a",
        b"",
    ));
    bytes.extend(raw_tar_member(
        "./r/hard",
        EntryType::Link,
        "./r/logs/a",
        b"",
    ));
    bytes.extend(raw_tar_member("./r/pipe", EntryType::Fifo, "", b""));
    bytes.extend(raw_tar_member(
        "./r/logs/ns/good/c.log",
        EntryType::Regular,
        "",
        b"good\n",
    ));
    bytes.extend(raw_tar_member(
        "./r/logs/ns/good/c.log",
        EntryType::Regular,
        "",
        b"again\n",
    ));
    bytes.extend([0; 1024]);
    let seen = read("b.tar.gz", &gzip(&bytes));
    assert_good(&seen);
    assert_lost(&seen, "./r/../../x", "leaves the archive");
    assert_lost(&seen, "out", "a link that leaves the archive");
    assert!(seen.problem_of(GOOD).contains("not read, 6 bytes are lost"));
    assert_eq!(seen.skipped["twin"], Skip::Link);
    assert_eq!(seen.skipped["hard"], Skip::Link);
    assert_eq!(seen.skipped["pipe"], Skip::Irrelevant);
    assert_eq!(seen.problems.len(), 3);
}

#[test]
fn a_tar_is_read_on_behind_a_damaged_header() {
    let mut bytes = tar(&[
        ("r/logs/ns/p/a.log", b"a\n"),
        ("r/logs/ns/p/b.log", b"b\n"),
        ("r/logs/ns/good/c.log", b"good\n"),
    ]);
    bytes[1024 + 20] ^= 1;
    let seen = read("b.tar", &bytes);
    assert_good(&seen);
    assert_eq!(seen.entries.len(), 2);
    assert!(
        seen.problem_of("b.tar")
            .contains("damaged tar header after logs/ns/p/a.log")
    );
}

#[test]
fn every_truncated_stream_keeps_what_was_decoded() {
    let log = lines(50_000);
    let packed = tar(&[
        ("r/logs/ns/good/c.log", b"good\n"),
        ("r/logs/ns/p/c.log", &log),
    ]);
    for (name, bytes) in [
        ("b.tar", packed.clone()),
        ("b.tar.gz", gzip(&packed)),
        ("b.tar.xz", xz(&packed)),
        ("b.tar.bz2", bzip2(&packed)),
        ("b.tar.zst", zstd(&packed)),
    ] {
        let seen = read(name, &bytes[..bytes.len() * 2 / 3]);
        assert_good(&seen);
        let kept = &seen.entries["logs/ns/p/c.log"];
        assert!(log.starts_with(kept), "{name}");
        assert!(kept.len() > log.len() / 4, "{name}: {}", kept.len());
        assert!(
            seen.problem_of("logs/ns/p/c.log")
                .contains("the rest is lost"),
            "{name}"
        );
        assert!(
            seen.problem_of(name).contains("later members are lost"),
            "{name}: {:?}",
            seen.problems
        );
    }
}

#[test]
fn a_gzip_whose_last_member_is_cut_off() {
    let mut bytes = gzip(b"first\n");
    let last = gzip(&lines(1000));
    bytes.extend_from_slice(&last[..last.len() / 2]);
    let seen = read(
        "b.zip",
        &zip(&[
            stored("sb/x.log.gz", &bytes),
            member("sb/logs/ns/good/c.log", "good\n"),
        ]),
    );
    assert_good(&seen);
    let kept = seen.text("x.log.gz");
    assert!(kept.starts_with("first\nline 0 ") && kept.lines().count() > 100);
    assert!(
        seen.problem_of("x.log.gz").starts_with("cut off"),
        "{:?}",
        seen.problems
    );
    // What follows is no gzip: said, nothing else lost.
    let seen = read("x.log.gz", &[gzip(b"first\n"), b"tail".to_vec()].concat());
    assert_eq!(seen.text("x.log.gz"), "first\n");
    assert!(
        seen.problem_of("x.log.gz")
            .contains("4 bytes after the last gzip member")
    );
}

/// A bundle of five logs and a node zip.
fn bundle() -> (Vec<u8>, usize) {
    let node = zip(&[member("n1/logs/kubelet.log", lines(3000))]);
    let mut members = vec![member("sb/logs/ns/good/c.log", "good\n")];
    members.extend((0..5).map(|i| member(&format!("sb/logs/ns/p{i}/c.log"), lines(2000))));
    members.push(member("sb/nodes/n1.zip", node));
    members.push(stored("sb/logs/ns/last/c.log", "last\n"));
    let (local, _) = local_part(&members);
    (zip(&members), local.len())
}

#[test]
fn a_truncated_zip_is_recovered_from_local_headers() {
    let (whole, local) = bundle();
    // Only the directory is gone: nothing but that is lost.
    let seen = read("b.zip", &whole[..local]);
    assert_eq!(seen.entries.len(), 8);
    assert_eq!(
        seen.entries["nodes/n1.zip/n1/logs/kubelet.log"],
        lines(3000)
    );
    assert_eq!(seen.problems.len(), 1);
    assert!(
        seen.problem_of("b.zip")
            .contains("8 members were found by their local headers")
    );
    // Cut inside a member: that is lost from there on.
    let seen = read("b.zip", &whole[..local / 2]);
    assert_good(&seen);
    assert!(seen.entries.len() > 2);
    assert_eq!(seen.problems.len(), 2, "{:?}", seen.problems);
    // Cut inside the directory.
    let seen = read("b.zip", &whole[..local + 60]);
    assert_eq!(seen.entries.len(), 8);
    assert!(
        seen.problem_of("b.zip")
            .contains("the directory of the archive is cut off")
    );
}

#[test]
fn a_zip_without_its_beginning_names_what_is_lost() {
    let (whole, _) = bundle();
    let folder = tree(&[("b.002.zip", &whole[20_000..])]);
    let seen = open(&folder.path().join("b.002.zip")).unwrap();
    assert_lost(&seen, GOOD, "its data were not found");
    assert_eq!(seen.text("logs/ns/last/c.log"), "last\n");
    assert!(seen.problem_of("b.001.zip").contains("is missing"));
    // The same where the name says nothing of pieces.
    let seen = read("b.zip", &whole[20_000..]);
    assert_lost(&seen, GOOD, "its data were not found");
    assert_eq!(seen.text("logs/ns/last/c.log"), "last\n");
}

#[test]
fn a_missing_piece_in_the_middle() {
    let (whole, _) = bundle();
    let node = whole
        .windows(15)
        .position(|w| w == b"sb/nodes/n1.zip")
        .unwrap();
    // The gap begins inside a log and ends inside the node zip, whose own headers lie open there.
    let (first, rest) = whole.split_at(60_000);
    let rest = &rest[node + 100 - 60_000..];
    let folder = tree(&[("b.zip.001", first), ("b.zip.003", rest)]);
    for name in ["b.zip.001", "b.zip.003"] {
        let seen = open(&folder.path().join(name)).unwrap();
        assert_good(&seen);
        assert_eq!(seen.text("logs/ns/last/c.log"), "last\n");
        assert!(seen.problem_of("b.zip.002").contains("is missing"));
        assert_lost(&seen, "nodes/n1.zip", "its data were not found");
        assert!(seen.paths().iter().all(|path| path.starts_with("logs/ns/")));
    }
}

#[test]
fn members_of_a_stream_that_cannot_be_read_do_not_stop_it() {
    let mut secret = member("sb/secret.log", "12345");
    secret.encrypted = true;
    let mut secret_described = member("sb/secret2.log", "12345").descriptor();
    secret_described.encrypted = true;
    let mut odd = member("sb/odd.log", "12345");
    odd.method = Some(9);
    let mut wrong = member("sb/logs/ns/wrong/c.log", "12345\n").descriptor();
    wrong.crc = Some(1);
    let node = zip(&[
        secret,
        secret_described,
        odd,
        wrong,
        member("sb/../x", "x"),
        stored("sb/logs/ns/p/c.log", lines(100)).descriptor(),
        stored(
            "sb/inner.zip",
            zip(&[stored("i/a.log", "PK\x07\x08").descriptor()]),
        )
        .descriptor(),
        member("sb/logs/ns/good/c.log", "good\n").descriptor(),
        member("sb/logs/ns/good/c.log", "twice\n").descriptor(),
    ]);
    // In a tar a zip can only be streamed.
    let seen = read("b.tar", &tar(&[("r/nodes/n.zip", &node)]));
    let at = |name: &str| format!("nodes/n.zip/sb/{name}");
    assert_eq!(seen.text(&at(GOOD)), "good\n");
    assert_eq!(seen.entries[&at("logs/ns/p/c.log")], lines(100));
    assert_eq!(seen.text(&at("inner.zip/i/a.log")), "PK\x07\x08");
    assert_eq!(seen.text(&at("logs/ns/wrong/c.log")), "12345\n");
    assert!(
        seen.problem_of(&at("logs/ns/wrong/c.log"))
            .contains("CRC error")
    );
    assert_lost(&seen, &at("secret.log"), "encrypted");
    assert_lost(&seen, &at("secret2.log"), "encrypted");
    assert_lost(&seen, &at("odd.log"), "deflate64");
    assert_lost(&seen, &at("../x"), "leaves the archive");
    assert!(seen.problem_of(&at(GOOD)).contains("came before"));
    assert_eq!(seen.problems.len(), 6, "{:?}", seen.problems);
}

#[test]
fn a_damaged_nested_zip_loses_only_its_own() {
    let mut node = zip(&[
        member("n/logs/a.log", lines(50)),
        member("n/logs/b.log", lines(50)),
    ]);
    node.truncate(node.len() - 90);
    let seen = beside(member("sb/nodes/n.zip", &node));
    assert_eq!(seen.entries["nodes/n.zip/n/logs/b.log"], lines(50));
    assert!(
        seen.problem_of("nodes/n.zip")
            .contains("all 2 members were found")
    );
    // A nested zip that expands to more than it declares.
    let mut lying = member("sb/nodes/n.zip", zip(&[member("n/logs/a.log", lines(50))]));
    lying.size = Some(40);
    let seen = read(
        "b.zip",
        &zip(&[lying, member("sb/logs/ns/good/c.log", "good\n")]),
    );
    assert_good(&seen);
    assert!(
        seen.problem_of("nodes/n.zip")
            .contains("more than the 40 bytes")
    );
}

#[test]
fn a_node_zip_that_holds_nothing_is_seen() {
    let empty = zip(&[crate::pack::folder("n1/")]);
    let seen = read(
        "b.zip",
        &zip(&[
            member("sb/nodes/n1.zip", empty),
            member("sb/logs/ns/good/c.log", "good\n"),
        ]),
    )
    .clean();
    assert_eq!(seen.archives["nodes/n1.zip"], Some(0));
}

#[test]
fn formats_that_are_not_opened_are_problems() {
    let seen = beside(stored("sb/x.7z", b"7z\xbc\xaf\x27\x1c...."));
    assert_lost(&seen, "x.7z", "7z is not supported");
}
