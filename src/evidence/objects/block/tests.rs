//! The fast reader of block-style YAML against the general one.

use proptest::prelude::*;
use serde_json::json;

use super::super::general;
use super::*;

fn limits() -> ObjectLimits {
    ObjectLimits::default()
}

/// Both readers agree; the block reader must accept.
fn same(text: &str) -> Value {
    let fast = parse(text, &limits(), None);
    let general = general::parse(text, &limits(), None);
    assert_eq!(fast.map_err(|_| "unexpected".to_owned()), general, "{text}");
    general.ok().flatten().unwrap_or_default()
}

#[test]
fn a_tab_separates_as_a_space_does() {
    for text in [
        "-\t- e: y\n",
        "a: -\tb\n",
        "?\ta: b\n",
        "a\t#b: c\n",
        "a\t: b\n",
        "- \ta: b\n",
        "a: \t\"b\"\n",
        "a: \tb\n",
        "- \t'b'\n",
        "- \tb\n",
        "a:\n  \tb\n",
        "a: b\n  \tc\n",
        "a: |\t\n  b\n",
        "a: {}\t\n",
        "\"a\": \t[]\n",
    ] {
        let fast = parse(text, &limits(), None);
        let general = general::parse(text, &limits(), None);
        assert!(fast.is_err() || fast.ok() == general.ok(), "{text:?}");
    }
}

#[test]
fn the_style_of_the_writers() {
    let value = same(concat!(
        "- apiVersion: v1\n",
        "  count: 34075\n",
        "  eventTime: \"null\"\n",
        "  message: 'Node node2 status is now: NodeHasSufficientMemory'\n",
        "  long: Successfully assigned harvester-system/supportbundle-manager-x\n",
        "    to node1\n",
        "  glued: Pulling image \"rancher/support-bundle-kit:master-head\"null\n",
        "  quoted: \"a \\\"b\\\" \\u00e9\n    goes on\\\n    \\ here\"\n",
        "  script: |-\n    #!/bin/sh\n\n      indented\n    last\n",
        "  kept: |+\n    a\n\n",
        "  two: |2\n     three\n",
        "  annotations:\n    a/b.c: \"1\"\n    k:{\"name\":\"x\"}:\n      .: {}\n",
        "  list:\n  - a\n  - b: 1\n    c: 2\n  - - systemctl\n    - restart\n  -\n    d: e\n",
        "  empty: {}\n  none:\n  url: http://192.0.2.1:80/a#b\n",
    ));
    assert_eq!(
        value.pointer("/0/message"),
        Some(&json!("Node node2 status is now: NodeHasSufficientMemory"))
    );
    assert_eq!(
        value.pointer("/0/quoted"),
        Some(&json!("a \"b\" é goes on here"))
    );
    assert_eq!(value.pointer("/0/two"), Some(&json!(" three\n")));
    assert_eq!(
        value.pointer("/0/list"),
        Some(&json!(["a", {"b": 1, "c": 2}, ["systemctl", "restart"], {"d": "e"}]))
    );
}

#[test]
fn scalars_over_lines() {
    for text in [
        "a: 'b\n\n  c'\nd: e\n",
        "a: \"b\n\n\n  c\"\n",
        "a: b\n\n  c\nd: e\n",
        "a:\n  b c\n  d\n",
        "- b c\n  d\n- 'e\n  f'\n",
        "a: 'it''s'\n'quoted key': 1\n\"other \\\"key\\\"\": 2\n",
        "a: |\n  b\n   c\n  d\n\ne: f\n",
        "a: |-\n  b\n\n\ne: f\n",
        "- |\n  a\n- b\n",
        "a: x: y\n".replace(": y", ":y").as_str(),
        "a: -1\nb: - c\n".replace(": - c", ": -c").as_str(),
        "a: \"\\x41\\U0001F600\\t\\e\"\n",
        "a: \"b \n  c\"\n",
        "a: \"b\\ \n  c\"\n",
        "a: b#c\n",
        "a: |\n\n  b\n",
        "a: |-\nb: c\n",
        "a: b\n  - c\n",
        "a: b\n  > c\n  \"d\" ${e}\n  'f\n  }}\n",
        "",
        "\n\n",
    ] {
        same(text);
    }
}

#[test]
fn everything_else_is_left_to_the_general_reader() {
    for text in [
        "a: &x 1\n",
        "a: *x\n",
        "a: !!str 1\n",
        "a: [b]\n",
        "a: {b: c}\n",
        "a: >\n  b\n",
        "a: b # comment\n",
        "# comment\na: b\n",
        "a: b: c\n",
        "a:\tb\n",
        "a:\n\tb: c\n",
        "? a\n: b\n",
        "a: b\r\n",
        "a: 'b\n",
        "a: \"b\nc\"\n",
        "a: 1\n  b: 2\n",
        "  a: 1\n b: 2\n",
        "a: 1\n- b\n",
        "@a: 1\n",
        "a: |\n    \n  b\n",
        "a: 'b' c\n",
    ] {
        assert_eq!(parse(text, &limits(), None), Err(Unexpected), "{text:?}");
    }
    let deep = (0..70).fold(String::new(), |text, depth| {
        format!("{text}{}a:\n", " ".repeat(depth))
    });
    assert_eq!(parse(&deep, &limits(), None), Err(Unexpected));
}

#[test]
fn dropped_fields_are_passed_over_whole() {
    let mut prune = Prune::default();
    prune.drop_path(&["metadata", "managedFields"]);
    prune.drop_path(&["data"]);
    let text = concat!(
        "- data:\n    a: |\n      x\n\n      y\n    b: 'c\n\n      d'\n",
        "  metadata:\n    managedFields:\n    - a: b\n      c: [not, read]\n    - d\n    name: n\n",
        "  other: 1\n",
    );
    let fast = parse(text, &limits(), Some(&prune)).map(Option::unwrap_or_default);
    assert_eq!(fast, Ok(json!([{"metadata": {"name": "n"}, "other": 1}])));
}

/// Values as objects hold them.
fn values() -> impl Strategy<Value = Value> {
    let words = "[a-zA-Z0-9:#'\"{}\\[\\]|>&*!%@`,?/._=\\\\ é\n\t-]{0,40}";
    let scalar = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        words.prop_map(Value::from),
        "([a-z]{1,12} ){5,30}[a-z]{1,12}".prop_map(Value::from),
    ];
    scalar.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z][a-zA-Z0-9./_-]{0,12}", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Writes a value in the plain style, folding long texts.
fn write(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                out.push_str(&format!("{pad}{key}:"));
                write_below(value, indent, out);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for value in list {
                let mut inner = String::new();
                match value {
                    Value::Object(map) if !map.is_empty() => write(value, indent + 2, &mut inner),
                    Value::Array(list) if !list.is_empty() => write(value, indent + 2, &mut inner),
                    scalar => inner = format!("{pad}  {}\n", scalar_text(scalar, indent + 2)),
                }
                out.push_str(&format!(
                    "{pad}- {}",
                    inner.get(indent + 2..).unwrap_or_default()
                ));
            }
        }
        scalar => out.push_str(&format!("{pad}{}\n", scalar_text(scalar, indent))),
    }
}

fn write_below(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            out.push('\n');
            write(value, indent + 2, out);
        }
        Value::Array(list) if !list.is_empty() => {
            out.push('\n');
            write(value, indent, out);
        }
        scalar => out.push_str(&format!(" {}\n", scalar_text(scalar, indent + 2))),
    }
}

fn scalar_text(value: &Value, indent: usize) -> String {
    let Value::String(text) = value else {
        return value.to_string();
    };
    let plain = !text.is_empty()
        && text
            .split(' ')
            .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
        && !matches!(text.as_str(), "true" | "false" | "null" | "n" | "y");
    let fold = |text: &str| {
        let mut out = String::new();
        for (at, word) in text.split(' ').enumerate() {
            match at {
                0 => {}
                at if at % 7 == 0 => out.push_str(&format!("\n{}", " ".repeat(indent))),
                _ => out.push(' '),
            }
            out.push_str(word);
        }
        out
    };
    match plain {
        true => fold(text),
        false => serde_json::to_string(text).unwrap_or_default(),
    }
}

/// What cleaning leaves of a value.
fn cleaned(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => scalar::text(text.into()).map(Value::String),
        Value::Array(list) => Some(list.iter().filter_map(cleaned).collect()),
        Value::Object(map) => {
            let members = map
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), cleaned(value)?)));
            Some(Value::Object(members.collect()))
        }
        other => Some(other.clone()),
    }
}

proptest! {
    #[test]
    fn what_the_style_says_is_read_back(value in values()) {
        let mut text = String::new();
        write(&json!([{"kind": "X", "value": value}]), 0, &mut text);
        let expected = cleaned(&json!([{"kind": "X", "value": value}]));
        prop_assert_eq!(parse(&text, &limits(), None), Ok(expected.clone()), "{}", text);
        prop_assert_eq!(general::parse(&text, &limits(), None), Ok(expected));
    }

    #[test]
    fn what_it_accepts_it_reads_as_the_general_reader_does(
        lines in prop::collection::vec("( ){0,4}(- ){0,2}(a|b|'a'|\"b\")?(: ?|)(x|'y z|z'|\"y|\"|\\||\\|-|[{][}]|1|- |#|w:v|>|&q|)( u)?", 1..7)
    ) {
        let text = lines.join("\n");
        if let Ok(fast) = parse(&text, &limits(), None) {
            let general = general::parse(&text, &limits(), None);
            prop_assert_eq!(Ok(fast), general, "{}", text);
        }
    }
}

/// Every item of every object file under the directory that BUNDLEVET_EXTRACTED names.
#[test]
fn real_items_are_read_fast_and_the_same() {
    let Some(root) = std::env::var_os("BUNDLEVET_EXTRACTED") else {
        eprintln!("skipped: BUNDLEVET_EXTRACTED is not set");
        return;
    };
    let mut folders = vec![std::path::PathBuf::from(root)];
    let (mut fast, mut slow) = (0, 0);
    while let Some(folder) = folders.pop() {
        for file in std::fs::read_dir(folder).expect("a directory").flatten() {
            let path = file.path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                let items = text.split_once("\nitems:\n").map(|(_, list)| list);
                let Some(list) = items.or(text.starts_with("- ").then_some(text.as_str())) else {
                    continue;
                };
                for item in list
                    .split("\n- ")
                    .map(|item| format!("- {}", item.trim_start_matches("- ")))
                {
                    let item = item.split("\nkind: ").next().unwrap_or_default();
                    let Ok(value) = parse(item, &limits(), None) else {
                        slow += 1;
                        let lines: Vec<&str> = item.lines().collect();
                        let bad = (1..=lines.len()).find(|&n| {
                            parse(&lines[..n].join("\n"), &limits(), None).is_err()
                                && parse(
                                    &format!(
                                        "{}\n                                 x",
                                        lines[..n].join("\n")
                                    ),
                                    &limits(),
                                    None,
                                )
                                .is_err()
                        });
                        let at = bad.unwrap_or(1);
                        eprintln!(
                            "BAD {} {:?}",
                            path.display(),
                            &lines[at.saturating_sub(3)..at]
                        );
                        continue;
                    };
                    fast += 1;
                    assert_eq!(
                        Ok(value),
                        general::parse(item, &limits(), None),
                        "{}",
                        path.display()
                    );
                }
            }
        }
    }
    eprintln!("{fast} items in the plain style, {slow} not");
    assert!(slow * 20 < fast);
}

/// Processor time of this thread, which other work on the machine does not stretch.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds: Option<f64> = text.split(' ').next().and_then(|field| field.parse().ok());
    nanoseconds.unwrap_or_default() / 1e9
}

/// Bytes that the process holds.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<f64> = text.split(' ').nth(1).and_then(|field| field.parse().ok());
    pages.unwrap_or_default() * 4096.0
}

/// How fast, on the file that BUNDLEVET_SPEED names: run in a release build by hand.
#[test]
#[ignore = "a measurement"]
fn speed() {
    let Some(path) = std::env::var_os("BUNDLEVET_SPEED") else {
        return;
    };
    let one = std::fs::read_to_string(path).expect("a file");
    let (head, list) = one.split_once("items:\n").expect("a list");
    let (items, tail) = list.split_once("\nkind: List").expect("a list");
    let mut text = format!("{head}items:\n");
    while text.len() < 40 << 20 {
        text.push_str(items);
        text.push('\n');
    }
    text.push_str(&format!("kind: List{tail}"));
    let entry = super::super::tests::entry("list.yaml");
    let limits = ObjectLimits {
        memory: usize::MAX,
        ..ObjectLimits::default()
    };
    let none = super::super::Wanted::nothing();
    for (what, wanted) in [
        ("parsed", super::super::Wanted::default()),
        ("skipped", none),
    ] {
        let (start, before) = (processor_seconds(), resident());
        let read = super::super::read(0, &entry, &mut text.as_bytes(), &wanted, &limits);
        let seconds = processor_seconds() - start;
        let rate = text.len() as f64 / seconds / 1e6;
        eprintln!(
            "{:.2} bytes of memory per byte",
            (resident() - before) / text.len() as f64
        );
        eprintln!(
            "{what}: {rate:.0} MB/s, {} objects, {} texts",
            read.objects.len(),
            read.texts.len()
        );
    }
    let start = processor_seconds();
    let kept: usize = text
        .split("\n- ")
        .map(|item| {
            parse(
                &format!("- {}", item.trim_start_matches("- ")),
                &limits,
                Some(&Prune::common()),
            )
            .is_ok() as usize
        })
        .sum();
    eprintln!(
        "only parse: {:.0} MB/s {kept}",
        text.len() as f64 / (processor_seconds() - start) / 1e6
    );
}
