//! Every code of the check, provoked once.

use std::fs;

use super::*;
use crate::signature::Code;

const GOOD: &str = r#"
title: kubelet will not start
kind: cause
severity: critical
sure: certain
programs: [kubelet]
match:
  - 'invalid kernel flag: <key>, expected value: <want>, actual value: <have>'
leads-to: [kubelet-down]
explanation: It checks.
fix:
  - safe: Set it
    run: sysctl -w <key|sysctl>=<want>
check: {run: 'sysctl -n <key|sysctl>', expect: <want>}
refs: [https://example.com/]
tests:
  - hit: 'E0222 00:55:29.557737   10917 kubelet.go:1479] "Failed to start ContainerManager" err="invalid kernel flag: kernel/panic, expected value: 10, actual value: 0"'
    expect: {key: kernel/panic}
  - quiet: 'I0222 00:55:29.557737   10917 container_manager_linux.go:420] "Invalid kernel flag" flag="vm/overcommit_memory"'
"#;

fn checked(files: &[(&str, &str)], options: &CheckOptions<'_>) -> CheckReport {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    check(dir.path(), options)
}

fn codes(yaml: &str) -> Vec<Code> {
    let report = checked(&[("test/one.yaml", yaml)], &CheckOptions::default());
    report
        .problems
        .iter()
        .map(|p| p.code)
        .filter(|c| *c != Code::CrossTalk)
        .collect()
}

#[test]
fn a_good_file_has_no_problem() {
    let report = checked(&[("test/one.yaml", GOOD)], &CheckOptions::default());
    let problems: Vec<_> = report
        .problems
        .iter()
        .filter(|p| p.code != Code::CrossTalk)
        .collect();
    assert!(problems.is_empty(), "{problems:#?}");
    assert_eq!((report.signatures, report.tests), (1, 2));
    assert!(report.mutations >= 6, "{}", report.mutations);
}

#[test]
fn each_fault_of_style_has_its_code() {
    for (from, to, code) in [
        ("title: kubelet", "title: <zone> kubelet", Code::LostCapture),
        (
            "run: sysctl -w <key|sysctl>",
            "run: sysctl -w <kee>",
            Code::LostCapture,
        ),
        (
            "leads-to: [kubelet-down]\n",
            "leads-to: [kubelet-down]\nseverity2: x\n",
            Code::UnknownKey,
        ),
        ("explanation: It checks.\n", "", Code::NoExplanation),
        ("refs: [https://example.com/]\n", "", Code::NoRefs),
        (
            "refs: [https://example.com/]",
            "refs: [example.com]",
            Code::NoRefs,
        ),
        (
            "  - safe: Set it\n",
            "  - destructive: Set it\n    loses: x\n  - safe: z\n",
            Code::DestructiveFirst,
        ),
        (
            "match:\n",
            "match:\n  - 'never seen <words> of it'\n",
            Code::UntestedPattern,
        ),
        (
            "match:\n",
            "match:\n  - '<key> flags: '\n",
            Code::WeakLiteral,
        ),
        (
            "expect: {key: kernel/panic}",
            "expect: {key: kernel/oops}",
            Code::TestFailed,
        ),
        ("actual value: 0\"'", "actual value 0\"'", Code::TestFailed),
        (
            "- quiet: 'I0222",
            "- quiet: 'invalid kernel flag: a, expected value: b, actual value: c",
            Code::TestFailed,
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let found = codes(&GOOD.replace(from, to));
        assert!(found.contains(&code), "{from} -> {to}: {found:?}");
    }
    assert!(codes(GOOD.split("tests:").next().unwrap()).contains(&Code::NoHit));
}

#[test]
fn a_pattern_that_depends_on_the_envelope_fails_mutation() {
    // the stack of digits before the source file is part of the klog header, which is no part of the message
    let yaml = GOOD.replace("match:\n", "match:\n  - {regex: '^invalid kernel flag: (?P<key>\\S+), expected value: (?P<want>\\S+), actual'}\n")
        .replace("- 'invalid kernel flag: <key>, expected value: <want>, actual value: <have>'\n", "")
        .replace("E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid", "invalid")
        .replace("actual value: 0\"'", "actual value: 0'");
    assert!(!codes(&yaml).contains(&Code::MutationFailed));
    let cut = GOOD
        .replace("<have>'", "<n>'")
        .replace("actual value: 0\"'", "actual value: 0.5Gi\"'")
        .replace("<have>", "<n>");
    assert!(codes(&cut).contains(&Code::TestFailed));
}

#[test]
fn rivals_and_general_lines_are_said() {
    let general = GOOD
        .replace("match:\n  - 'invalid kernel flag: <key>, expected value: <want>, actual value: <have>'", "match: ['Failed to start ContainerManager']")
        .replace("run: sysctl -w <key|sysctl>=<want>", "run: x")
        .replace("check: {run: 'sysctl -n <key|sysctl>', expect: <want>}", "check: x")
        .replace("    expect: {key: kernel/panic}\n", "")
        .replace("10917", "10918");
    let benign = BenignLine::parse_all(
        "kubelet\tE1120 00:45:57.484072    8869 kubelet.go:1] \"Failed to start ContainerManager\" err=\"nothing\"\t[healthy] x\n\nbroken line\n",
    );
    assert_eq!(benign.len(), 1);
    let options = CheckOptions {
        benign,
        ..CheckOptions::default()
    };
    let report = checked(
        &[("test/one.yaml", GOOD), ("test/two.yaml", &general)],
        &options,
    );
    let said: Vec<_> = report
        .problems
        .iter()
        .map(|p| (p.code, p.file.ends_with("one.yaml")))
        .collect();
    assert!(said.contains(&(Code::CrossTalk, true)), "{said:?}");
    assert!(said.contains(&(Code::TooGeneral, false)), "{said:?}");
    assert!(!said.contains(&(Code::TooGeneral, true)));
}

#[test]
fn cases_are_handed_to_the_caller() {
    let yaml = GOOD.to_owned()
        + "  - name: a case\n    logs: {kubelet@n1: x}\n    expect: {match: true, sure: likely, subject: {node: n1}, run: sysctl -w a=1}\n";
    let report = checked(&[("test/one.yaml", &yaml)], &CheckOptions::default());
    assert_eq!(report.not_run, 1);
    let run = |_: &Database, signature: &Signature, case: &GivenCase| Outcome {
        found: case.logs.len() == 1 && signature.id == "test/one",
        sure: Some(Sureness::Certain),
        subjects: vec![BTreeMap::from([("node".to_owned(), "n1".to_owned())])],
        ..Outcome::default()
    };
    let options = CheckOptions {
        run_case: Some(&run),
        ..CheckOptions::default()
    };
    let report = checked(&[("test/one.yaml", &yaml)], &options);
    let failed: Vec<_> = report
        .problems
        .iter()
        .filter(|p| p.code == Code::TestFailed)
        .collect();
    assert_eq!(failed.len(), 2, "{failed:#?}"); // how sure, and the command
    assert_eq!((report.tests, report.not_run), (3, 0));
}

#[test]
fn translations_and_renames_name_what_exists() {
    let report = checked(
        &[
            ("test/one.yaml", GOOD),
            (
                "zh-CN/test/one.yaml",
                "title: 标题\nfix: [{safe: a}, {safe: b}]\n",
            ),
            ("zh-CN/test/none.yaml", "title: 标题\n"),
            (
                "renamed.yaml",
                "test/old: test/one\ntest/one: test/two\ntest/x: test/y\n",
            ),
        ],
        &CheckOptions::default(),
    );
    let count = |code: Code| report.problems.iter().filter(|p| p.code == code).count();
    assert_eq!(
        (count(Code::DeadTranslation), count(Code::DeadRename)),
        (2, 2),
        "{:#?}",
        report.problems
    );
}

#[test]
fn a_reason_without_a_translation_is_named() {
    let signature = "title: One\nkind: cause\nseverity: high\nsure: likely\nprograms: [etcd]\nfind:\n  a: {log: 'alpha beta gone'}\n  b: {log: 'gamma delta gone'}\nall: [a]\nmore: [{b: it also says gamma}]\nexplanation: E.\nrefs: [https://example.com/x]\n";
    let missing = |translation: &str| {
        let files = [
            ("test/one.yaml", signature),
            ("zh-CN/test/one.yaml", translation),
        ];
        let report = checked(&files, &CheckOptions::default());
        let part = report.problems.into_iter();
        let mut part = part.filter(|p| p.code == Code::PartTranslation);
        part.next().map(|problem| problem.message)
    };
    let lacks = "title: 一\nexplanation: 二\n";
    assert_eq!(missing(lacks).as_deref(), Some("not translated: more.b"));
    let has = "title: 一\nmore: {b: 三}\nexplanation: 二\n";
    assert_eq!(missing(has), None);
}
