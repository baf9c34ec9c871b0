//! The command line as users meet it: exit codes, files, pipes, messages.

#![allow(clippy::unwrap_used)]

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn bundlevet(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bundlevet"));
    command
        .args(args)
        .env_remove("COLUMNS")
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("LANG")
        .stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    parts(bundlevet(args).output().unwrap())
}

fn parts(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// A bundle with the kernel flag problem, as a directory.
fn broken_rke2() -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles/rke2-kernel-flags");
    let inside = std::fs::read_dir(fixtures)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    inside.to_str().unwrap().to_owned()
}

fn quiet_rke2() -> String {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bundles/quiet-rke2");
    std::fs::read_dir(fixtures)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
        .to_str()
        .unwrap()
        .to_owned()
}

#[test]
fn scan_says_the_cause_and_ends_well() {
    let (code, out, err) = run(&["scan", &broken_rke2()]);
    assert_eq!((code, err.as_str()), (0, ""));
    let top: Vec<&str> = out.lines().take(12).collect();
    let top = top.join("\n");
    assert!(
        top.contains("KNOWN CAUSE: kubelet will not start on cp1") && top.contains("sysctl -w"),
        "{top}"
    );
    assert!(!out.contains('\u{1b}'), "no colours into a pipe");
}

#[test]
fn fail_on_and_strict_give_one() {
    let bundle = broken_rke2();
    assert_eq!(run(&["scan", &bundle, "--fail-on", "critical"]).0, 1);
    assert_eq!(run(&["scan", &quiet_rke2(), "--fail-on", "high"]).0, 0);
    assert_eq!(
        run(&[
            "scan",
            &bundle,
            "--disable",
            "kubelet/invalid-kernel-flag",
            "--fail-on",
            "critical"
        ])
        .0,
        0
    );
    let dir = tempfile::tempdir().unwrap();
    let cut = dir.path().join("cut.zip");
    std::fs::write(&cut, b"PK\x03\x04 and then nothing").unwrap();
    let (code, _, _) = run(&["scan", &bundle, cut.to_str().unwrap(), "--strict"]);
    assert_eq!(code, 1);
}

#[test]
fn what_cannot_be_done_gives_two_and_a_way_out() {
    let bundle = broken_rke2();
    for (args, says) in [
        (vec!["scan", "/nonexistent/bundle.zip"], "check the path"),
        (vec!["scan"], "--help"),
        (
            vec!["scan", &bundle, "--disable", "kubelet/invalid-kernal-flag"],
            "did you mean `kubelet/invalid-kernel-flag`",
        ),
        (
            vec!["scan", &bundle, "--signatures", "/nonexistent"],
            "not a directory",
        ),
        (
            vec!["scan", &bundle, "-o", "jason=x"],
            "there are text, json",
        ),
        (
            vec!["scan", &bundle, "-o", "json=/nonexistent/report.json"],
            "failed to write /nonexistent/report.json",
        ),
        (
            vec!["scan", &bundle, "--why", "nothing/of-the-kind"],
            "signatures list",
        ),
        (
            vec!["scan", &bundle, &bundle, "/nonexistent"],
            "no such file",
        ),
        (
            vec!["show", &bundle, "kubelet.lgo"],
            "did you mean\n  rke2/agent-logs/kubelet.log",
        ),
        (
            vec!["show", &bundle, "kubelet.log:999999"],
            "there is no line 999999",
        ),
        (vec!["grep", "(", &bundle], "-F"),
        (
            vec!["explain", "kubelet/kernel-flag"],
            "did you mean kubelet/invalid-kernel-flag",
        ),
        (
            vec!["signatures", "new", "No Id"],
            "write component/what-is-wrong",
        ),
    ] {
        let (code, _, err) = run(&args);
        assert_eq!(code, 2, "{args:?}: {err}");
        assert!(err.contains(says), "{args:?}: {err}");
    }
}

#[test]
fn reports_go_to_files_and_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name);
    let output = |format: &str, path: &Path| format!("{format}={}", path.display());
    let (json, text, lines) = (file("r.json"), file("r.txt"), file("r.ndjson"));
    let wishes = [
        output("json", &json),
        output("text", &text),
        output("ndjson", &lines),
    ];
    let (code, out, _) = run(&[
        "scan",
        &broken_rke2(),
        "--format",
        "json",
        "-o",
        &wishes[0],
        "-o",
        &wishes[1],
        "-o",
        &wishes[2],
    ]);
    assert_eq!(code, 0);
    let printed: Value = serde_json::from_str(&out).unwrap();
    let written: Value = serde_json::from_slice(&std::fs::read(&json).unwrap()).unwrap();
    assert_eq!(printed, written);
    assert_eq!(
        written["diagnosis"][0]["signature"],
        "kubelet/invalid-kernel-flag"
    );
    assert!(
        std::fs::read_to_string(&text)
            .unwrap()
            .contains("KNOWN CAUSE")
    );
    let first: Value = serde_json::from_str(
        std::fs::read_to_string(&lines)
            .unwrap()
            .lines()
            .next()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(first["rank"], 1);
    let mut names: Vec<PathBuf> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    assert_eq!(names, [json, lines, text], "no temporary file stays");
}

#[test]
fn the_report_fits_the_schema_that_is_printed() {
    let (_, schema, _) = run(&["schema"]);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for bundle in [broken_rke2(), quiet_rke2()] {
        let (_, report, _) = run(&["scan", &bundle, "--format", "json"]);
        let report: Value = serde_json::from_str(&report).unwrap();
        let complaints: Vec<String> = validator
            .iter_errors(&report)
            .map(|error| error.to_string())
            .collect();
        assert!(complaints.is_empty(), "{bundle}: {complaints:?}");
    }
}

#[test]
fn a_closed_pipe_is_success() {
    for args in [
        vec!["scan"],
        vec!["inventory", "--entries"],
        vec!["grep", "."],
    ] {
        let bundle = broken_rke2();
        let mut args = args;
        args.push(&bundle);
        let mut child = bundlevet(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 1];
        let mut stdout = child.stdout.take().unwrap();
        let _ = stdout.read(&mut first);
        drop(stdout);
        let (code, _, err) = parts(child.wait_with_output().unwrap());
        assert_eq!((code, err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn show_and_grep_reach_what_a_report_names() {
    let bundle = broken_rke2();
    let (_, report, _) = run(&["scan", &bundle, "--format", "json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let evidence = &report["diagnosis"][0]["evidence"][0];
    let (entry, line) = (
        evidence["entry"].as_str().unwrap(),
        evidence["line"].as_u64().unwrap(),
    );
    let (code, out, _) = run(&["show", &bundle, &format!("{entry}:{line}"), "-C", "1"]);
    assert_eq!(code, 0);
    let marked = out.lines().find(|line| line.starts_with('>')).unwrap();
    assert!(marked.contains("invalid kernel flag"), "{out}");
    let (code, out, _) = run(&["grep", "-F", "invalid kernel flag", &bundle, "-m", "1"]);
    assert!(
        code == 0 && out.starts_with(&format!("{entry}:{line}:")),
        "{out}"
    );
}

#[test]
fn a_log_on_standard_input_is_diagnosed() {
    let mut child = bundlevet(&["scan", "-", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let line = "E0222 00:55:29.557737   10917 kubelet.go:1479] \"Failed to start ContainerManager\" err=\"invalid kernel flag: kernel/panic, expected value: 10, actual value: 0\"\n";
    child
        .stdin
        .take()
        .unwrap()
        .write_all(line.as_bytes())
        .unwrap();
    let (code, out, _) = parts(child.wait_with_output().unwrap());
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["diagnosis"][0]["evidence"][0]["entry"], "-");
}

#[test]
fn why_names_the_evidence_or_its_absence() {
    let (code, out, _) = run(&[
        "scan",
        &broken_rke2(),
        "--why",
        "kubelet/invalid-kernel-flag",
    ]);
    assert!(code == 0 && out.contains("Why we think so"), "{out}");
    let (code, out, _) = run(&[
        "scan",
        &quiet_rke2(),
        "--why",
        "kubelet/invalid-kernel-flag",
    ]);
    assert!(code == 0 && out.contains("was not found"), "{out}");
}

#[test]
fn a_configuration_file_sets_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("bundlevet.toml");
    let path = file.to_str().unwrap();
    let bundle = broken_rke2();
    let with = |text: &str, args: &[&str]| {
        std::fs::write(&file, text).unwrap();
        run(&[&["scan", &bundle, "--config", path], args].concat())
    };
    assert_eq!(with("[scan]\nfail-on = 'high'", &[]).0, 1);
    assert_eq!(
        with(
            "fail-on = 'high'",
            &["--disable", "kubelet/*", "--disable", "rke2/*"]
        )
        .0,
        1
    );
    let json = with("format = 'json'\n[scan]\ntop = 1\n", &[]).1;
    assert!(json.starts_with('{'));
    let text = with("format = 'json'", &["--format", "text"]).1;
    assert!(text.contains("KNOWN CAUSE"), "the command line wins");
    assert!(
        with("format = 'json'", &["--why", "kubelet/invalid-kernel-flag"])
            .1
            .contains("Why we think so")
    );
    // a value that only some of the commands take holds for those
    let html = with("format = 'html'", &[]).1;
    assert!(html.starts_with("<!DOCTYPE html>"), "{html}");
    let in_dir = |args: &[&str]| parts(bundlevet(args).current_dir(dir.path()).output().unwrap());
    let (code, said, err) = in_dir(&["config"]);
    assert!(code == 0 && said.contains("format = 'html'"), "{err}");
    let (code, said, _) = in_dir(&["inventory", &bundle]);
    assert!(code == 0 && !said.starts_with('<'), "{said}");
    for (text, says) in [
        ("format = 'htlm'", "[possible values: "),
        ("[inventory]\nformat = 'html'", "invalid value 'html'"),
        ("thread = 2", "did you mean threads"),
        ("[scna]\nthreads = 2", "no option `threads` in [scna]"),
        ("threads = 'many'", "invalid value 'many' for '--threads"),
        ("[scan]\nstrict = 3", "`strict` is true or false"),
        ("threads = ", "failed to read"),
        ("threads = 1.5", "no text, whole number"),
    ] {
        let (code, _, err) = with(text, &[]);
        assert!(code == 2 && err.contains(says), "{text}: {err}");
    }
    assert_eq!(run(&["scan", &bundle, "--config", "/nonexistent"]).0, 2);
    std::fs::write(&file, "threads = 1").unwrap();
    assert!(in_dir(&["config"]).1.contains("threads = 1"));
    assert!(
        in_dir(&["config", "--no-config"])
            .1
            .starts_with("# no configuration file")
    );
    let (_, _, err) = in_dir(&["scan", &bundle, "--verbose"]);
    assert!(
        err.contains("settings from bundlevet.toml") && err.contains("bytes read in"),
        "{err}"
    );
    assert_eq!(in_dir(&["scan", &bundle, "--quiet"]).2, "");
}

#[test]
fn the_timeline_is_text_or_json() {
    let bundle = broken_rke2();
    let (code, text, _) = run(&["timeline", &bundle]);
    assert!(
        code == 0 && text.contains("kubelet will not start on cp1"),
        "{text}"
    );
    let (code, json, _) = run(&["timeline", &bundle, "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (code, json["schema"].as_str()),
        (0, Some("bundlevet.timeline/v1"))
    );
    let moments = json["timeline"].as_array().unwrap();
    let times: Vec<&str> = moments
        .iter()
        .map(|one| one["time"].as_str().unwrap())
        .collect();
    assert!(times.len() > 2 && times.is_sorted(), "{times:?}");
}

#[test]
fn completions_and_manual_pages_cover_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, _) = run(&["completions", shell]);
        assert!(code == 0 && script.contains("inventory"), "{shell}");
    }
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(run(&["man", "--dir", dir.path().to_str().unwrap()]).0, 0);
    for page in ["bundlevet", "bundlevet-scan", "bundlevet-signatures-check"] {
        let text = std::fs::read_to_string(dir.path().join(format!("{page}.1"))).unwrap();
        assert!(text.contains(".TH"), "{page}");
    }
    assert!(run(&["man"]).1.contains("bundlevet"));
}

#[test]
fn people_read_their_language_and_programs_english() {
    let bundle = broken_rke2();
    let chinese = "cp1 上的 kubelet 无法启动：内核参数 kernel/panic 的值为 0，要求为 1";
    let (code, text, _) = run(&["scan", &bundle, "--lang", "zh-CN"]);
    assert!(
        code == 0 && text.replace('\n', "").contains(chinese),
        "{text}"
    );
    assert!(
        text.contains("证据") && text.contains("Failed to start ContainerManager"),
        "{text}"
    );
    // why, too: the reasons are the signature's
    let (_, why, _) = run(&[
        "scan",
        "fixtures/bundles/rke2-kernel-flags",
        "--lang",
        "zh-CN",
    ]);
    assert!(
        why.contains("- kubelet 被反复启动") && !why.contains("- the kubelet is started"),
        "{why}"
    );
    let located = |locale: &str| {
        let mut command = bundlevet(&["scan", &bundle, "--format", "markdown"]);
        parts(command.env("LANG", locale).output().unwrap()).1
    };
    assert!(located("zh_CN.UTF-8").contains(chinese));
    assert!(located("en_US.UTF-8").contains("kubelet will not start on cp1"));
    let (_, json, _) = run(&["scan", &bundle, "--lang", "zh-CN", "--format", "json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let cause = &json["diagnosis"][0];
    assert!(
        cause["title"]
            .as_str()
            .unwrap()
            .starts_with("kubelet will not start")
    );
    assert!(
        cause["translations"]["zh-CN"]["title"]
            .as_str()
            .unwrap()
            .starts_with(chinese)
    );
    assert_eq!(run(&["scan", &bundle, "--lang", "tlh"]).0, 2);
}

#[test]
fn a_mistyped_command_is_guessed() {
    let (code, _, err) = run(&["sacn", "x"]);
    assert!(code == 2 && err.contains("scan"), "{err}");
    let (code, _, err) = run(&["scan", "x", "--fial-on", "high"]);
    assert!(code == 2 && err.contains("--fail-on"), "{err}");
}

#[test]
fn help_teaches_by_examples() {
    for args in [
        vec!["--help"],
        vec!["scan", "--help"],
        vec!["show", "--help"],
        vec!["grep", "--help"],
        vec!["inventory", "--help"],
        vec!["signatures", "new", "--help"],
    ] {
        let (code, out, _) = run(&args);
        assert!(code == 0 && out.contains("Example"), "{args:?}");
    }
}

/// The error page of a download is no healthy cluster, and a directory that is not there is named.
#[test]
fn what_is_no_bundle_and_no_place_is_said_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let page = dir.path().join("bundle.zip");
    std::fs::write(&page, "<html>please log in</html>\n").unwrap();
    let (code, out, err) = run(&["scan", page.to_str().unwrap()]);
    assert!(
        code == 2 && out.is_empty() && err.contains("fetch it again"),
        "{out}{err}"
    );
    let log = dir.path().join("etcd.log.gz");
    std::fs::write(&log, "expanded by the browser\n").unwrap();
    assert_eq!(run(&["scan", log.to_str().unwrap()]).0, 0);
    let nowhere = format!("json={}", dir.path().join("a/b.json").display());
    let (code, _, err) = run(&["scan", log.to_str().unwrap(), "-o", &nowhere]);
    assert!(
        code == 2 && err.contains("make the directory first"),
        "{err}"
    );
}
