//! Directories of signatures from anybody: whatever they hold, a scan ends, finds the rest, and says which file it was.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::child::{Scanned, scan};
use crate::{GOOD, file};

const HEAD: &str = "title: x\nkind: cause\nseverity: low\nsure: possible\nexplanation: x\n";

fn write(root: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Scans a log with a directory of signatures.
fn scan_with(root: &Path, log: &str, more: &[&str]) -> Scanned {
    let (_folder, path) = file("kubelet.log", log.as_bytes());
    let root = root.to_str().unwrap();
    let scanned = scan(&path, &[&["--signatures", root], more].concat()).within(500);
    assert!(scanned.found_good());
    scanned
}

#[test]
fn files_that_cannot_be_used_are_named_and_the_rest_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let bad: &[(&str, String, &str)] = &[
        ("site/huge.yaml", "x: y\n".repeat(300_000), "larger than"),
        (
            "site/deep.yaml",
            format!("a: {}\n", "[".repeat(5000)),
            "recursion limit",
        ),
        ("site/many.yaml", "- 1\n".repeat(60_000), "more than"),
        (
            "site/alias.yaml",
            "a: &a [x]\nb: *a\n".to_owned(),
            "aliases",
        ),
        (
            "site/regex.yaml",
            format!("{HEAD}match: [{{regex: 'words (\\w{{1000}}){{50}}'}}]\n"),
            "larger than",
        ),
        (
            "site/nested.yaml",
            format!(
                "{HEAD}match: [{{regex: 'words {}x{}'}}]\n",
                "(".repeat(500),
                ")".repeat(500)
            ),
            "regular expression",
        ),
        (
            "site/long.yaml",
            format!("{HEAD}match: ['{}']\n", "word ".repeat(2000)),
            "longer than",
        ),
        (
            "site/cel.yaml",
            format!(
                "{HEAD}find:\n  n: {{object: Node, cel: '{}1{}'}}\nall: [n]\n",
                "(".repeat(900),
                ")".repeat(900)
            ),
            "cel",
        ),
    ];
    for (name, text, _) in bad {
        write(root, name, text);
    }
    write(root, "site/bytes.yaml", [0xff, 0xfe, 0, 0x80]);
    symlink("/dev/zero", root.join("site/zero.yaml")).unwrap();
    symlink("/", root.join("site/root")).unwrap();
    symlink(root, root.join("again")).unwrap();
    let pipe = root.join("site/pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let scanned = scan_with(root, GOOD, &[]);
    for (name, _, why) in bad {
        let slug = name.rsplit('/').next().unwrap();
        let line = scanned.complaint.lines().find(|line| line.contains(slug));
        assert!(
            line.is_some_and(|line| line.contains(why)),
            "{name}: {line:?}"
        );
    }
    assert!(scanned.complaint.contains("bytes.yaml"));
}

#[test]
fn more_files_and_patterns_than_allowed() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..40 {
        let text = format!("{HEAD}match: ['some words of number {n}']\n");
        write(folder.path(), &format!("site/s{n:02}.yaml"), text);
    }
    let files = scan_with(folder.path(), GOOD, &["--limit", "signature-files=10"]);
    assert!(
        files.complaint.contains("limit signature-files"),
        "{}",
        files.complaint
    );
    let patterns = scan_with(folder.path(), GOOD, &["--limit", "signature-patterns=10"]);
    assert!(
        patterns.complaint.contains("limit signature-patterns"),
        "{}",
        patterns.complaint
    );
}

/// Expressions that are as slow as a linear search can be, on lines made for them.
#[test]
fn slow_patterns_end_with_their_time() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..20 {
        let text = format!(
            "{HEAD}match: [{{regex: 'aaaa[ab]*a[ab]{{{}}}\\d[ab]'}}]\n",
            600 + n
        );
        write(folder.path(), &format!("site/slow{n}.yaml"), text);
    }
    let line = without_a_pattern(80_000);
    let log = format!("{GOOD}{}", format!("{line}\n").repeat(40));
    let scanned = scan_with(folder.path(), &log, &["--limit", "signature-seconds=1"]);
    let problems = scanned.problems();
    assert!(problems.contains("limit signature-seconds"), "{problems}");
}

/// Letters in no order: what a search has seen of them before does not help it.
fn without_a_pattern(length: usize) -> String {
    let mut state = 1u64;
    let letters = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        if state >> 63 == 0 { 'a' } else { 'b' }
    });
    "aaaa".chars().chain(letters.take(length)).collect()
}

#[test]
fn slow_expressions_end_with_their_steps() {
    let folder = tempfile::tempdir().unwrap();
    let cel = "o.metadata.l.all(a, o.metadata.l.all(b, o.metadata.l.all(c, a + b + c >= 0)))";
    let text = format!("{HEAD}find:\n  n: {{object: Node, cel: '{cel}'}}\nall: [n]\n");
    write(folder.path(), "site/cel.yaml", text);
    let list: String = (0..3000).map(|n| format!("    - {n}\n")).collect();
    let nodes = format!(
        "apiVersion: v1\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata:\n    name: n\n    l:\n{list}kind: List\n"
    );
    let bytes = crate::pack::zip(&[
        crate::pack::member("sb/yamls/cluster/v1/nodes.yaml", nodes),
        crate::pack::member("sb/logs/kube-system/kubelet/kubelet.log", GOOD),
    ]);
    let (_folder, path) = file("bundle.zip", &bytes);
    let root = folder.path().to_str().unwrap();
    let scanned = scan(&path, &["--signatures", root]).within(400);
    assert!(scanned.found_good());
    assert!(
        scanned.problems().contains("limit cel-steps"),
        "{}{}",
        scanned.problems(),
        scanned.complaint
    );
}

/// A template has no way to a file, a command or the environment, and does not grow without end.
#[test]
fn templates_only_put_captures_in() {
    let folder = tempfile::tempdir().unwrap();
    let places = "<key>".repeat(60_000);
    let text = format!(
        "{HEAD}match: ['invalid kernel flag: <key>, expected value: <want>']\nfix: [{{text: '$(id) `id` ${{HOME}} {{{{env}}}} {places}'}}]\n"
    );
    write(folder.path(), "site/template.yaml", text);
    let scanned = scan_with(folder.path(), GOOD, &[]);
    let report = scanned.report.to_string();
    assert!(
        report.len() < 2 << 20,
        "{} {}",
        report.len(),
        scanned.complaint
    );
}
