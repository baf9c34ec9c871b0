//! A bundle, a node and signatures whose every name and line is hostile, through every command.

use std::fs;
use std::path::{Path, PathBuf};

use crate::scene::{Scene, names, run};
use crate::trees;

/// What steers terminals, and what is markup. Neither has a slash, so that it can be a file's name.
const STEERING: &str = "\u{1b}[2J\u{1b}]8;;x\u{7}\u{9b}31m\u{9d}0;t\u{9c}\u{8}\u{7f}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\r";
const MARKUP: &str = "<img src=x onerror=alert(1)>\"'`]]>```-->{{x}}|[l](javascript:y)";

/// The fixture with this after every name of its node, in file names and in lines.
fn bundle(scene: &Scene, text: &str) -> String {
    let packed = scene.root().join("in").join(format!("b{text}"));
    for case in ["rke2-kernel-flags", "harvester-upgrade-pre-draining"] {
        for (name, bytes) in trees::files(&trees::case(case), false) {
            let lines = String::from_utf8_lossy(&bytes);
            let lines = lines.replace("cp1", &format!("cp1{text}"));
            let lines = lines.replace("kernel/panic,", &format!("kernel/panic{text},"));
            let (folder, last) = name.rsplit_once('/').unwrap();
            let last = last.replace(".log", &format!("{text}.log"));
            let path = packed.join(folder).join(last);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, lines.as_bytes()).unwrap();
        }
    }
    let object = serde_json::json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": format!("n9{text}")},
        "status": {"conditions": [{"type": "Ready", "status": "False", "message": text, "reason": text}]}});
    fs::write(packed.join("nodes.json"), object.to_string()).unwrap();
    packed.to_str().unwrap().to_owned()
}

/// A signature whose texts are hostile, and true for the bundle.
fn signatures(scene: &Scene, text: &str) -> PathBuf {
    let dir = scene.root().join(format!("signatures{text}"));
    fs::create_dir_all(dir.join("kubelet")).unwrap();
    let quoted = serde_json::to_string(&format!("It says {text}")).unwrap();
    let yaml = format!(
        "title: {quoted}\nkind: cause\nseverity: critical\nsure: certain\nmatch:\n  - 'invalid kernel flag: <key>, expected'\n\
         explanation: {quoted}\nfix:\n  - safe: {quoted}\n    run: {quoted}\nprevent: {quoted}\n\
         tests:\n  - hit: 'E0222 00:55:29.557737 10917 kubelet.go:1479] invalid kernel flag: a/b, expected value: 10'\n"
    );
    fs::write(dir.join("kubelet/hostile.yaml"), yaml).unwrap();
    fs::write(
        dir.join("kubelet/broken.yaml"),
        format!("title: {quoted}\n{}: 1\n", text.trim_end()),
    )
    .unwrap();
    dir
}

/// Nothing but visible characters and line feeds.
fn tame(what: &str, text: &str) {
    let wild = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
    };
    if let Some(at) = text.find(wild) {
        let around: String = text[..at]
            .chars()
            .rev()
            .take(80)
            .collect::<String>()
            .chars()
            .rev()
            .collect();
        panic!("{what}: {:?} after {around:?}", text[at..].chars().next());
    }
}

fn commands(scene: &Scene, text: &str) -> Vec<Vec<String>> {
    let (bundle, signatures) = (bundle(scene, text), signatures(scene, text));
    let signatures = signatures.to_str().unwrap();
    let (copy, map) = (scene.out("copy.tar.gz"), scene.out("map.tsv"));
    let own = ["--signatures", signatures];
    let log = format!("kubelet{text}.log");
    let line = format!("rke2/agent-logs/{log}:31");
    let about = format!("node/cp1{text}");
    let results = scene.out("results");
    let mut all: Vec<Vec<&str>> = Vec::new();
    for format in [
        "text", "json", "ndjson", "html", "markdown", "sarif", "junit",
    ] {
        all.push([&["scan", &bundle, "--format", format][..], &own].concat());
    }
    for format in ["text", "html", "markdown"] {
        all.push(
            [
                &["scan", &bundle, "--lang", "zh-CN", "--format", format][..],
                &own,
            ]
            .concat(),
        );
    }
    all.push([&["scan", &bundle, "--why", "kubelet/hostile"][..], &own].concat());
    all.push(vec!["scan", &bundle, "--about", &about, "--verbose"]);
    for format in ["text", "json"] {
        all.push(vec!["inventory", &bundle, "--entries", "--format", format]);
        all.push(vec!["timeline", &bundle, "--format", format]);
        all.push(vec![
            "redact",
            &bundle,
            "--out",
            &copy,
            "--map",
            &map,
            "--entries",
            "--format",
            format,
        ]);
    }
    for format in ["text", "json", "html"] {
        all.push(vec!["diff", trees_quiet(), &bundle, "--format", format]);
    }
    all.push(vec!["show", &bundle, &line]);
    all.push(vec!["show", &bundle, &log]);
    all.push(vec!["show", &bundle, text]);
    all.push(vec!["grep", "cp1|kernel", &bundle, "-C", "1"]);
    all.push(vec!["grep", &log, &bundle]);
    for log in ["text", "json"] {
        all.push(vec![
            "batch",
            &bundle,
            "--output",
            &results,
            "--again",
            "--log-format",
            log,
            "--log-level",
            "debug",
            "--format",
            "html",
            "--format",
            "markdown",
        ]);
    }
    all.push(vec!["local", "--root", &bundle]);
    for format in ["text", "json", "openmetrics"] {
        all.push(vec![
            "local",
            "--root",
            &bundle,
            "--preflight",
            "--format",
            format,
        ]);
    }
    all.push([&["signatures", "list"][..], &own].concat());
    all.push([&["signatures", "show", "kubelet/hostile"][..], &own].concat());
    all.push(vec!["signatures", "check", signatures]);
    all.push(vec!["signatures", "new", &log]);
    all.push([&["explain", "kubelet/hostile"][..], &own].concat());
    all.push([&["explain", "kubelet/hostile", "--markdown"][..], &own].concat());
    all.push(vec!["explain", text]);
    all.push(vec!["scan", text]);
    all.iter()
        .map(|args| args.iter().map(|arg| (*arg).to_owned()).collect())
        .collect()
}

fn trees_quiet() -> &'static str {
    concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/bundles/quiet-rke2")
}

/// Every file that was written, but for the copy.
fn files(folder: &Path, each: &mut dyn FnMut(&str, &str)) {
    for name in names(folder) {
        let path = folder.join(&name);
        if path.is_dir() {
            files(&path, each);
        } else if !name.ends_with(".gz") {
            each(&name, &fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
#[ignore = "a hundred commands; .ci/run has it"]
fn no_command_lets_a_bundle_steer_a_terminal() {
    let scene = Scene::new();
    let mut quoted = 0;
    for args in commands(&scene, STEERING) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (code, out, err) = run(&args);
        assert!(code <= 2, "{args:?}: {code} {err}");
        tame(&format!("{args:?} standard output"), &out);
        tame(&format!("{args:?} standard error"), &err);
        quoted += usize::from(out.contains("202e") || err.contains("202e"));
    }
    assert!(
        quoted > 30,
        "the texts are shown, escaped, by {quoted} commands"
    );
    files(&scene.root().join("out"), &mut |name, text| {
        tame(name, name);
        tame(name, &text.replace('\t', " "));
    });
}

#[test]
#[ignore = "a hundred commands; .ci/run has it"]
fn no_command_lets_a_bundle_write_markup() {
    let scene = Scene::new();
    let pages = |what: &str, text: &str| {
        let page = text.trim_start().starts_with("<!doctype html>");
        let markdown = what.contains("markdown") || what.ends_with(".md");
        assert!(
            !page || !text.contains("<img") && text.matches("<script").count() <= 2,
            "{what}"
        );
        assert!(!page || !text.contains("href=\"javascript"), "{what}");
        assert!(
            !markdown || !outside_of_code(text).contains("<img"),
            "{what}: {text}"
        );
        if text.starts_with("<?xml") {
            quick_junit::Report::deserialize_from_str(text).unwrap();
        }
    };
    for args in commands(&scene, MARKUP) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (code, out, err) = run(&args);
        assert!(code <= 2, "{args:?}: {code} {err}");
        pages(&args.join(" "), &out);
        if args.contains(&"json") && out.starts_with('{') {
            serde_json::from_str::<serde_json::Value>(&out).unwrap();
        }
    }
    files(&scene.root().join("out"), &mut |name, text| {
        pages(name, text)
    });
}

/// Markdown as a forge reads it, without what stands in code.
fn outside_of_code(text: &str) -> String {
    use pulldown_cmark::{Event, Parser};
    let parsed = Parser::new(text).filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html.into_string()),
        _ => None,
    });
    parsed.collect()
}
