//! Limits, and readers or files that behave badly: bounded, reported, nothing else disturbed.

use std::io::{self, Read};

use bundlevet::bundle::{Case, Entry, Limits, OpenOptions, Skip, Visit};

use crate::pack::{gzip, lines, local_part, member, stored, tar, zip};
use crate::seen::{assert_good, assert_lost, read, read_all, read_limited, tree};

#[test]
fn nesting_ends_at_the_limit() {
    let mut bytes = zip(&[member("x/deep.log", "deep\n")]);
    for _ in 0..5 {
        bytes = zip(&[
            member("x/in.zip", bytes),
            member("x/logs/ns/good/c.log", "good\n"),
        ]);
    }
    let seen = read("b.zip", &bytes);
    assert_good(&seen);
    let deepest = "in.zip/x/in.zip/x/in.zip/x/in.zip";
    assert_lost(&seen, deepest, "limit depth");
    assert_eq!(seen.problems.len(), 1);
    assert_eq!(seen.entries.len(), 4);
    // The same where everything is streamed.
    let streamed = read("b.tar", &tar(&[("r/b.zip", &bytes)]));
    assert_eq!(streamed.entries.len(), 3);
    assert!(streamed.problems[0].error.contains("limit depth"));
    let mut bytes = b"deep\n".to_vec();
    for _ in 0..8 {
        bytes = gzip(&bytes);
    }
    let seen = read("b.gz", &bytes);
    assert!(seen.problem_of("b.gz").contains("limit depth"));
}

#[test]
fn limits_of_bytes_members_and_ratio() {
    let log = lines(5000);
    let bytes = zip(&[
        member("sb/logs/ns/p/c.log", &log),
        member("sb/logs/ns/good/c.log", "good\n"),
    ]);
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let seen = read_limited("b.zip", &bytes, limits(|l| l.member_bytes = 1000));
    assert_good(&seen);
    assert_eq!(seen.entries["logs/ns/p/c.log"], log[..1000]);
    assert!(
        seen.problem_of("logs/ns/p/c.log")
            .contains("limit member-bytes")
    );
    let exact = read_limited(
        "b.zip",
        &zip(&[member("sb/logs/ns/p/c.log", &log[..1000])]),
        limits(|l| l.member_bytes = 1000),
    );
    exact.clean();

    let seen = read_limited("b.zip", &bytes, limits(|l| l.total_bytes = 1000));
    assert!(
        seen.problems
            .iter()
            .all(|p| p.error.contains("limit total-bytes"))
    );
    assert!(!seen.problems.is_empty());

    let seen = read_limited("b.zip", &bytes, limits(|l| l.members = 1));
    assert_eq!(seen.entries.len(), 1);
    assert!(seen.problem_of("b.zip").contains("1 of 2 members are lost"));
    let packed = tar(&[("r/logs/a.log", b"a\n"), ("r/logs/b.log", b"b\n")]);
    let seen = read_limited("b.tar", &packed, limits(|l| l.members = 1));
    assert_eq!(seen.entries.len(), 1);
    assert!(seen.problem_of("b.tar").contains("limit members"));

    // Zeros expand a thousand times.
    let bomb = vec![b'a'; 4 << 20];
    let ratio = |l: &mut Limits| l.ratio_after = 1 << 20;
    for bytes in [
        zip(&[
            member("sb/logs/ns/p/c.log", &bomb),
            member("sb/logs/ns/good/c.log", "good\n"),
        ]),
        tar(&[
            ("sb/logs/ns/p/c.log", &gzip(&bomb)),
            ("sb/logs/ns/good/c.log", b"good\n"),
        ]),
        local_part(&[
            member("sb/logs/ns/p/c.log", &bomb).descriptor(),
            member("sb/logs/ns/good/c.log", "good\n"),
        ])
        .0,
    ] {
        let seen = read_limited("b", &bytes, limits(ratio));
        assert_good(&seen);
        assert!(seen.problem_of("logs/ns/p/c.log").contains("limit ratio"));
        assert!(seen.entries["logs/ns/p/c.log"].len() <= 2 << 20);
    }
}

/// What the bombs of a case have spent is no loss of a file that is none.
#[test]
fn bombs_spend_nothing_of_what_others_may_give() {
    let bomb = vec![b'a'; 1 << 20];
    let log = lines(5000);
    let names: Vec<String> = (0..20).map(|n| format!("sb/logs/ns/p{n}/c.log")).collect();
    let last = ("sb/logs/ns/last/c.log", &log[..]);
    let packed = gzip(&bomb);
    let mut members: Vec<_> = names.iter().map(|name| member(name, &bomb)).collect();
    let mut files: Vec<_> = names.iter().map(|name| (&name[..], &packed[..])).collect();
    members.push(member(last.0, last.1));
    files.push(last);
    let streamed = members.iter().cloned().map(|one| one.descriptor());
    // What stands in these takes no more than it gives; the archives do.
    let inner = zip(&[stored("n/logs/x.log", &bomb[..200 << 10])]);
    let nodes = (0..40).map(|n| member(&format!("sb/nodes/n{n}.zip"), &inner));
    let last = member(last.0, last.1);
    let nodes: Vec<_> = nodes.chain([last]).collect();
    for bytes in [
        zip(&members),
        tar(&files),
        local_part(&streamed.collect::<Vec<_>>()).0,
        zip(&nodes),
        local_part(&nodes).0,
    ] {
        let options = OpenOptions {
            limits: Limits {
                ratio: 40,
                ratio_after: 256 << 10,
                ..Limits::default()
            },
            ..OpenOptions::default()
        };
        let folder = tree(&[("b", &bytes)]);
        let case = || Case::open(&[folder.path().join("b")], &options).unwrap();
        // How far each bomb comes is a matter of its turn.
        for last_first in [false, true] {
            let seen = read_all(&case(), last_first);
            let read = &seen.entries["logs/ns/last/c.log"];
            assert!(*read == log, "{} of {} bytes", read.len(), log.len());
            let ended = |p: &&bundlevet::Problem| p.error.contains("as others of the case did");
            assert!(
                seen.problems.iter().any(|p| ended(&p)),
                "{:?}",
                seen.problems
            );
            let all: usize = seen.entries.values().map(Vec::len).sum();
            assert!(all <= 7 << 20, "{all}");
        }
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_read_is_an_error_and_no_signal() {
    struct Shrink(std::path::PathBuf, Option<io::Error>);
    impl Visit for Shrink {
        fn entry(&mut self, _: Entry, bytes: &mut dyn Read) {
            std::fs::OpenOptions::new()
                .write(true)
                .open(&self.0)
                .unwrap()
                .set_len(10)
                .unwrap();
            self.1 = bytes.read_to_end(&mut Vec::new()).err();
        }
        fn skip(&mut self, _: Entry) {}
        fn problem(&mut self, problem: bundlevet::Problem) {
            assert!(
                problem.error.contains("shorter while it was read"),
                "{problem:?}"
            );
        }
    }
    let folder = tree(&[("b.log", &lines(50_000))]);
    let path = folder.path().join("b.log");
    let case = Case::open(std::slice::from_ref(&path), &OpenOptions::default()).unwrap();
    let mut visit = Shrink(path, None);
    for job in case.jobs() {
        job.run(&mut visit);
    }
    assert!(visit.1.is_some());
}

#[test]
fn a_visitor_that_stops_early_does_not_disturb_what_follows() {
    struct FirstByte(Vec<String>);
    impl Visit for FirstByte {
        fn entry(&mut self, entry: Entry, bytes: &mut dyn Read) {
            bytes.read_exact(&mut [0]).unwrap();
            self.0.push(entry.path);
        }
        fn skip(&mut self, _: Entry) {}
        fn problem(&mut self, problem: bundlevet::Problem) {
            panic!("{problem:?}");
        }
    }
    let log = lines(10_000);
    let inner = zip(&[
        member("i/a.log", &log),
        member("i/b.log", &log).descriptor(),
        stored("i/c.log", &log).descriptor(),
        stored("i/d.log.gz", gzip(&log)),
        member("i/e.log", &log),
    ]);
    let bytes = gzip(&tar(&[
        ("r/logs/a.log", &log),
        ("r/n.zip", &inner),
        ("r/logs/b.log", &log),
    ]));
    let folder = tree(&[("b.tgz", &bytes)]);
    let case = Case::open(&[folder.path().join("b.tgz")], &OpenOptions::default()).unwrap();
    let mut visit = FirstByte(Vec::new());
    for job in case.jobs() {
        assert!(job.run(&mut visit).is_empty());
    }
    assert_eq!(visit.0.len(), 7, "{:?}", visit.0);
}

#[test]
fn empty_members_beyond_the_limit_are_counted_and_lost() {
    let members: Vec<_> = (0..70_000)
        .map(|i| crate::pack::folder(&format!("sb/logs/p{i}/")))
        .collect();
    let limits = Limits {
        members: 69_999,
        ..Limits::default()
    };
    // More than 65,535, so counted by the zip64 end record.
    let seen = read_limited("b.zip", &zip(&members), limits);
    assert_eq!(seen.skipped.len(), 69_999);
    assert!(seen.skipped.values().all(|why| *why == Skip::Directory));
    assert!(
        seen.problem_of("b.zip")
            .contains("1 of 70000 members are lost")
    );
}
