//! Archives that hold themselves, lie about where members are, have far too many, or names that lead elsewhere.

use std::fs;
use std::os::unix::fs::symlink;

use crate::child::scan;
use crate::pack::{folder, gzip, member, raw_tar_member, tar, zip};
use crate::quine::quine;
use crate::{GOOD, file};

#[test]
fn a_zip_that_holds_itself_ends_at_the_depth() {
    let (_folder, path) = file("quine.zip", &quine());
    let scanned = scan(&path, &[]);
    assert!(scanned.memory < 300 << 20);
    let problems = scanned.problems();
    assert!(
        problems.contains("limit depth"),
        "{problems}{}",
        scanned.complaint
    );
    // Beside something that can be read it costs nothing.
    let bundle = tar(&[
        ("sb/nodes/q.zip", &quine()[..]),
        ("sb/logs/kube-system/kubelet/kubelet.log", GOOD.as_bytes()),
    ]);
    let (_folder, path) = file("bundle.tar.gz", &gzip(&bundle));
    let scanned = scan(&path, &["--limit", "depth=40"]).within(300);
    scanned.found_good_and_said("(limit depth)");
}

#[test]
fn a_thousand_members_over_the_same_bytes() {
    let mut members = vec![member("sb/logs/kube-system/kubelet/kubelet.log", GOOD)];
    members.push(member("sb/logs/ns/p/c.log", vec![b'a'; 8 << 20]));
    for n in 0..1000 {
        let mut again = member(&format!("sb/logs/ns/p{n}/c.log"), "");
        again.same_as = Some(1);
        members.push(again);
    }
    let (_folder, path) = file("bundle.zip", &zip(&members));
    let scanned = scan(&path, &[]).within(300);
    scanned.found_good_and_said("overlap");
}

fn many_empty(count: usize, more: &[&str]) -> crate::child::Scanned {
    let mut members = vec![member("sb/logs/kube-system/kubelet/kubelet.log", GOOD)];
    members.extend((0..count).map(|n| folder(&format!("sb/logs/p{n}/"))));
    let (_folder, path) = file("bundle.zip", &zip(&members));
    drop(members);
    scan(&path, more)
}

#[test]
fn empty_members_beyond_the_limit() {
    let scanned = many_empty(60_000, &["--limit", "members=50000"]).within(300);
    scanned.found_good_and_said("limit members");
}

#[test]
#[ignore = "takes a while: the second tier of .ci/run"]
fn a_million_empty_members() {
    let scanned = many_empty(1_000_000, &[]).within(1200);
    scanned.found_good_and_said("limit members");
}

#[test]
fn names_that_lead_elsewhere_or_are_endless() {
    let long = format!("sb/{}.log", "n".repeat(65_000));
    let members = [
        member("sb/logs/kube-system/kubelet/kubelet.log", GOOD),
        member("sb/../../../../etc/cron.d/x", "x\n"),
        member("..\\..\\x.log", "x\n"),
        member("/etc/passwd", "x\n"),
        member("C:\\x.log", "x\n"),
        member("sb/nul\0byte.log", "x\n"),
        member("sb/\u{1b}[31mred\r\n\u{202e}gol.log", "x\n"),
        member(&long, "x\n"),
        member("", "x\n"),
        member("sb/////.", "x\n"),
    ];
    let (folder, path) = file("bundle.zip", &zip(&members));
    let scanned = scan(&path, &[]).within(300);
    scanned.found_good_and_said("leaves the archive");
    let there: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(there.len(), 1, "{there:?}");

    // A name in a tar may say that it has 8 GiB.
    let mut bytes = raw_tar_member("././@LongLink", ::tar::EntryType::GNULongName, "", b"x");
    bytes[124..136].copy_from_slice(b"77777777777\0");
    let sum: u32 = (0..512)
        .map(|at| {
            u32::from(if (148..156).contains(&at) {
                b' '
            } else {
                bytes[at]
            })
        })
        .sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let good = tar(&[("sb/logs/kube-system/kubelet/kubelet.log", GOOD.as_bytes())]);
    let (_folder, path) = file("bundle.tar", &[good, bytes].concat());
    let scanned = scan(&path, &[]).within(300);
    assert!(!scanned.problems().is_empty());
}

#[test]
fn folders_that_hold_themselves() {
    let root = tempfile::tempdir().unwrap();
    let logs = root.path().join("sb/logs/kube-system/kubelet");
    fs::create_dir_all(&logs).unwrap();
    fs::write(logs.join("kubelet.log"), GOOD).unwrap();
    symlink("..", logs.join("up")).unwrap();
    symlink("/", root.path().join("sb/root")).unwrap();
    symlink("loop", root.path().join("sb/loop")).unwrap();
    symlink("/proc/self/environ", root.path().join("sb/environ.log")).unwrap();
    let deep = (0..200).fold(root.path().join("sb"), |at, _| at.join("d"));
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("deep.log"), "x\n").unwrap();
    let scanned = scan(root.path(), &[]).within(300);
    assert!(scanned.found_good());
    assert!(
        !scanned.report.to_string().contains("CARGO"),
        "an environment was read"
    );
}
