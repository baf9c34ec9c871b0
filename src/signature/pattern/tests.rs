//! Pattern texts into expressions and literals, held against the decoder.

use proptest::prelude::*;

use super::expression::SURE_PLACES;
use super::*;
use crate::bundle::Origin;
use crate::decode::decode;

fn text(source: &str) -> Pattern {
    let pattern = Pattern::text(source, &Shapes::new()).unwrap();
    pattern.compile().unwrap();
    pattern
}

fn only(pattern: &Pattern, line: &str) -> Captures {
    let mut all = pattern.captures_in(line);
    assert_eq!(all.len(), 1, "`{}` on `{line}`: {all:?}", pattern.source());
    all.remove(0)
}

fn get<'a>(captures: &'a Captures, name: &str) -> &'a str {
    captures.get(name).map_or("", String::as_str)
}

#[test]
fn words_and_placeholders() {
    let p = text("invalid kernel flag: <key>, expected value: <want>, actual value: <have>");
    let line = "Failed to start ContainerManager err=invalid kernel flag: kernel/panic, expected value: 10, actual value: 0";
    let c = only(&p, line);
    assert_eq!(
        (get(&c, "key"), get(&c, "want"), get(&c, "have")),
        ("kernel/panic", "10", "0")
    );
    assert_eq!(p.literals().len(), 1);
    assert!(
        line.to_ascii_lowercase()
            .contains(std::str::from_utf8(&p.literals()[0]).unwrap())
    );
    // several in one line: an aggregate of errors
    let both = "err=[invalid kernel flag: vm/overcommit_memory, expected value: 1, actual value: 0, Invalid kernel flag: kernel/panic, expected value: 10, actual value: 0]";
    let all = p.captures_in(both);
    assert_eq!(all.len(), 2);
    assert_eq!(get(&all[1], "have"), "0");
}

#[test]
fn shapes_of_well_known_names() {
    for (pattern, line, name, want) in [
        (
            "node \"<node>\" not found",
            "node \\\"n1.example.com\\\" not found",
            "node",
            "n1.example.com",
        ),
        (
            "node \"<node>\" not found",
            "node n1 not found",
            "node",
            "n1",
        ),
        (
            "dial tcp <addr>: connect",
            "dial tcp [2001:db8::1]:2379: connect: refused",
            "addr",
            "[2001:db8::1]:2379",
        ),
        (
            "dial tcp <ip>:<port>: i/o",
            "dial tcp 192.0.2.7:2379: i/o timeout",
            "ip",
            "192.0.2.7",
        ),
        (
            "dial tcp <ip>:<port>: i/o",
            "dial tcp [2001:db8::1]:2379: i/o timeout",
            "ip",
            "2001:db8::1",
        ),
        (
            "took too long <duration>",
            "took too long 1.203s",
            "duration",
            "1.203s",
        ),
        (
            "pulling image <image>",
            "Pulling image \"rancher/rke2-runtime:v1.27.13-rke2r1\".",
            "image",
            "",
        ),
        (
            "pulling image \"<image>\"",
            "Pulling image \"rancher/rke2-runtime:v1.27.13-rke2r1\".",
            "image",
            "rancher/rke2-runtime:v1.27.13-rke2r1",
        ),
        (
            "open <path>: no such file",
            "open /etc/rancher/rke2/rke2.yaml: no such file or directory",
            "path",
            "/etc/rancher/rke2/rke2.yaml",
        ),
        (
            "because <reason>",
            "it failed because of the weather, mostly.",
            "reason",
            "of the weather, mostly",
        ),
        (
            "because \"<reason>\"",
            "because \"of x\" and y",
            "reason",
            "of x",
        ),
        (
            "because \"<reason>\"",
            "because of x and y",
            "reason",
            "of x and y",
        ),
        (
            "hit <whatever> done",
            "hit a/b:c=d done",
            "whatever",
            "a/b:c=d",
        ),
        (
            "pod=<ns>/<pod>",
            "syncing pod=kube-system/etcd-n1",
            "pod",
            "etcd-n1",
        ),
    ] {
        let found = text(pattern).captures_in(line);
        let value = found.first().map_or("", |c| get(c, name));
        assert_eq!(value, want, "`{pattern}` on `{line}`");
    }
}

#[test]
fn a_value_at_the_end_is_taken_whole_or_not_at_all() {
    let p = text("the pod=<pod>");
    assert!(p.captures_in("the pod=kube-system/etcd-n1").is_empty());
    assert_eq!(get(&only(&p, "the pod=etcd-n1, x"), "pod"), "etcd-n1");
}

#[test]
fn white_space_quotes_gaps_and_escapes() {
    assert!(
        !text("state \"ready\" for <node>")
            .captures_in("state \\\"Ready\\\"  for\tn1")
            .is_empty()
    );
    assert!(
        text("no leader here")
            .captures_in("no  leader here")
            .is_empty()
    );
    assert!(!text("no  leader").captures_in("no \t leader").is_empty());
    let gap = text("begin ... finish");
    assert!(
        !gap.captures_in(&format!("begin {} finish", "x".repeat(390)))
            .is_empty()
    );
    assert!(
        gap.captures_in(&format!("begin {} finish", "x".repeat(410)))
            .is_empty()
    );
    // the nearer beginning counts
    assert!(
        !gap.captures_in(&format!("begin {} begin finish", "x".repeat(410)))
            .is_empty()
    );
    assert!(gap.captures_in("begin\nfinish").is_empty());
    assert!(
        !text("wait\\.\\.\\. for \\<nil>")
            .captures_in("wait... for <nil>")
            .is_empty()
    );
}

#[test]
fn one_name_twice_must_have_one_value() {
    let p = text("from <node> to <node> again");
    assert!(p.captures_in("from n1 to n2 again").is_empty());
    assert_eq!(
        get(&only(&p, "from n1 to n2 from n3 to n3 again"), "node"),
        "n3"
    );
}

#[test]
fn refined_shapes_and_regexes() {
    let shapes = Shapes::from([("key".to_owned(), "kernel/[a-z_]+".to_owned())]);
    let p = Pattern::text("flag: <key> is", &shapes).unwrap();
    assert!(p.captures_in("flag: vm/x is").is_empty());
    assert_eq!(
        get(&only(&p, "flag: kernel/panic is"), "key"),
        "kernel/panic"
    );
    let bad = Shapes::from([("key".to_owned(), "(".to_owned())]);
    assert!(Pattern::text("flag: <key> is", &bad).is_err());

    let r = Pattern::regex("lost leader (?P<leader>[0-9a-f]+)").unwrap();
    assert_eq!(r.names(), ["leader"]);
    assert_eq!(
        get(
            &only(&r, "raft: lost leader 8e9e05c52164694d at term 3"),
            "leader"
        ),
        "8e9e05c52164694d"
    );
    assert_eq!(&*r.literals()[0], b"lost leader");
    assert!(Pattern::regex("(").is_err());
    assert!(
        Pattern::regex("x{1000}{1000}").is_err_and(|e| !e.is_empty())
            || Pattern::regex("x{1000}{1000}").unwrap().compile().is_err()
    );
}

#[test]
fn fields_in_any_order() {
    let p = Pattern::fields(
        &[
            ("msg".to_owned(), "apply request took too long".to_owned()),
            ("error".to_owned(), "<reason>".to_owned()),
        ],
        &Shapes::new(),
    )
    .unwrap();
    let line = |fields: &[(&str, &str)]| Line {
        fields: fields
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
        ..Line::default()
    };
    let all = p.captures(&line(&[
        ("error", "context canceled"),
        ("msg", "apply request took too long"),
    ]));
    assert_eq!(get(&all[0], "reason"), "context canceled");
    assert!(
        p.captures(&line(&[("msg", "apply request took too long")]))
            .is_empty()
    );
    assert_eq!(&*p.literals()[0], b"apply request took too long");
}

#[test]
fn blocks() {
    let p = Pattern::block(vec![
        text("eks-operator/controller"),
        text("index out of range [<n>]"),
    ]);
    let dump = "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 2215 [running]:\ngithub.com/rancher/eks-operator/controller.x(...)";
    assert!(p.is_block());
    assert_eq!(get(&only(&p, dump), "n"), "0");
    assert!(
        p.captures_in("index out of range [0] in eks-operator/controller")
            .is_empty()
    );
}

#[test]
fn non_ascii_words_match_and_are_no_literal() {
    let p = text("décès du serveur principal");
    assert!(
        !p.captures_in("Décès du serveur principal").is_empty()
            || !p.captures_in("décès du serveur principal").is_empty()
    );
    assert_eq!(&*p.literals()[0], b"s du serveur principal");
}

/// Ways in which programs and collectors write one message with one field.
fn written(message: &str, key: &str, value: &str) -> Vec<String> {
    let json = |s: &str| {
        serde_json::Value::from(s)
            .to_string()
            .replace('<', "\\u003c")
            .replace('>', "\\u003e")
            .replace('&', "\\u0026")
    };
    let go = |s: &str| format!("{s:?}");
    let (msg, val) = (json(message), json(value));
    let klog = format!(
        "E0222 00:55:29.557737   10917 kubelet.go:1479] {} {key}={}",
        go(message),
        go(value)
    );
    let logrus = format!(
        "time=\"2025-01-25T10:00:00Z\" level=error msg={} {key}={}",
        go(message),
        go(value)
    );
    let zap = format!(
        "{{\"level\":\"error\",\"ts\":\"2025-01-25T10:00:00.000Z\",\"caller\":\"a/b.go:1\",\"msg\":{msg},\"{key}\":{val}}}"
    );
    let nested = format!(
        "{{\"level\":\"info\",\"msg\":{msg},\"{key}\":{{\"inner\":{val},\"name\":\"a\"}},\"pod\":{{\"name\":\"coredns-7d4\",\"namespace\":\"kube-system\"}}}}"
    );
    let kubevirt = format!(
        "{{\"component\":\"virt-handler\",\"{key}\":{val},\"level\":\"info\",\"msg\":{msg},\"pos\":\"vm.go:1\",\"timestamp\":\"2025-01-25T10:00:00.000000Z\"}}"
    );
    let rancher = format!("2025/01/25 10:00:00 [ERROR] {message} {key}={value}");
    let plain = format!("{message} {key}={value}");
    let mut all = vec![klog, logrus, zap, nested, kubevirt, rancher, plain];
    let enveloped: Vec<String> = all
        .iter()
        .flat_map(|raw| {
            [
                format!("2025-11-13T04:05:06.123456789Z stderr F {raw}"),
                format!("2025-11-13T04:05:06.123456789Z {raw}"),
                format!("Nov 13 04:05:06 n7 rke2[4242]: {raw}"),
                format!("{{\"log\":{},\"stream\":\"stderr\",\"time\":\"2025-11-13T04:05:06.123456789Z\"}}", json(&format!("{raw}\n"))),
            ]
        })
        .collect();
    all.extend(enveloped);
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("PROPTEST_CASES").is_some() { ProptestConfig::default().cases } else { 64 }))]
    /// The promise the prefilter lives on: what matches the decoded text has a literal in the raw bytes.
    #[test]
    fn a_literal_is_in_every_raw_form(
        message in "[a-zA-Z<>&\"'\\\\ :./=\\[\\]{}(),-]{1,40}",
        key in "[a-z]{1,8}",
        value in "[a-zA-Z0-9][a-zA-Z0-9<>&\"'\\\\ :./=\\[\\]{}(),-]{1,40}",
        cut in 0usize..60,
        length in 5usize..60,
    ) {
        for raw in written(&message, &key, &value) {
            let line = decode(raw.as_bytes(), &Origin::default());
            // a pattern that is a piece of the canonical text, special characters escaped as an author would
            let piece: String = line.text.chars().skip(cut).take(length).collect();
            let source = piece.replace("...", "\\.\\.\\.").replace('<', "\\<");
            let Ok(pattern) = Pattern::text(&source, &Shapes::new()) else { continue };
            if pattern.captures(&line).is_empty() {
                continue;
            }
            let lower = raw.to_ascii_lowercase();
            let held = pattern.literals().is_empty() || pattern.literals().iter().any(|literal| {
                memchr::memmem::find(lower.as_bytes(), literal).is_some()
            });
            prop_assert!(held, "{:?} of `{source}` in {raw}", pattern.literals().iter().map(|l| String::from_utf8_lossy(l)).collect::<Vec<_>>());
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_a_pattern_or_a_reason(source in "\\PC{0,60}|[<>\\\\|a-c. '\"]{0,40}", line in "\\PC{0,80}") {
        if let Ok(pattern) = Pattern::text(&source, &Shapes::new()) {
            prop_assert!(pattern.compile().is_ok());
            pattern.captures_in(&line);
            let known = Pattern::known_text(source.clone().into(), &Shapes::new(), None);
            prop_assert_eq!((known.names(), known.literals()), (pattern.names(), pattern.literals()));
        }
        if let Ok(pattern) = Pattern::regex(&source) {
            let known = Pattern::known_regex(source.clone().into(), None);
            prop_assert_eq!((known.names(), known.literals()), (pattern.names(), pattern.literals()));
        }
    }

    /// Escaping the special sequences makes any ASCII text without a backslash match itself.
    #[test]
    fn a_text_matches_itself(line in "[ -\\[\\]-~]{1,60}") {
        let source = line.replace("...", "\\.\\.\\.").replace('<', "\\<");
        if let Ok(pattern) = Pattern::text(&source, &Shapes::new()) {
            prop_assert!(!pattern.captures_in(&line).is_empty(), "{source}");
        }
    }
}

/// [`Pattern::compile`] takes pattern texts of up to [`SURE_PLACES`] places on trust.
#[test]
fn a_pattern_text_that_is_not_compiled_at_once_does_compile() {
    for name in [
        "ip", "host", "node", "time", "url", "duration", "message", "anything",
    ] {
        let places: String = (0..SURE_PLACES)
            .map(|n| format!("<{name}{n}> to "))
            .collect();
        let words = "some Words of a Program ".repeat((LONGEST - places.len()) / 24);
        let (expression, _) = Expression::of_text(&(places + &words), &Shapes::new()).unwrap();
        let built = expression.built().unwrap();
        expression.engine.check(&built.regex).unwrap();
    }
}
