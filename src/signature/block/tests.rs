//! What the fast reader reads, it reads as the general one does.

use std::path::Path;

use proptest::prelude::*;

use super::*;

fn same(text: &str) -> bool {
    let Some(fast) = parse(text) else {
        return false;
    };
    assert_eq!(Ok(fast), node::parse(text), "{text}");
    true
}

#[test]
fn the_style_of_signatures_is_read() {
    for text in [
        "a: b\n",
        "a: 'it''s: # x'\nb: \"x y\" \nc: -2.5\nd: --flag=x\ne: true\n",
        "# one\na:\n  # two\n  b: c\n\n  d:\n  - x\n  - y: z\n    w: [1, 'b', {c: d, e: [f]}, []]\nq: {}\n",
        "a: >-\n  one\n  two\n\n  three\nb: |\n  x\n    y\n\n  z\n\nc: d\n",
        "a: |-\n  # no comment\n",
        "- a\n- 'b'\n- {c: d}\n",
        "a:\n- b\n- c\nd: e",
        "status.x[type=\"A\"].<n>: http://x/y#z\n'q r': {a.b: c d, 'e': \"f\"}\n",
        "explanation: 标题\n",
    ] {
        assert!(same(text), "{text}");
    }
}

#[test]
fn anything_else_is_left_to_the_general_reader() {
    for text in [
        "",
        "a",
        "a:\n",
        "a: b\na: c\n",
        "a: &x b\n",
        "a: b # c\n",
        "a: b\n  c\n",
        "a: 'b\n  c'\n",
        "a: [b,\n c]\n",
        "a: \"\\n\"\n",
        "---\na: b\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: >\n  x\n    y\n",
        "? a\n: b\n",
        "a: b: c\n",
        "- - a\n",
        "a: [b: c]\n",
        "a: {b}\n",
        "a: [b,]\n",
        " a: b\n",
        "a: b\n c: d\n",
        "null: a\n",
        "1: a\n",
        "a: {b:c}\n",
        "a: *b\n",
        "a: @b\n",
        "a: 'b' c\n",
        "a: [b] c\n",
        "a:\n    b: c\n  d: e\n",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn shipped_files_are_read_fast_and_the_same() {
    let (mut fast, mut all) = (0, 0);
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                all += 1;
                fast += usize::from(same(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(fast * 10 > all * 9, "{fast} of {all}");
}

/// Pieces of YAML; most of what they make is wrong or strange.
fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "a", "b: ", "c:", "- ", "-", "'", "''", "\"", "[", "]", "{", "}", ", ", ",", ": ", ":",
        "\n", "\n  ", "\n    ", "\n\n", "|", ">-", "|-", ">", "#", " #", "1", "-2", "true", "null",
        "~", " ", "x y", "\\", "&a", "*a", "!t", "?", "---", "é", "%", "@",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..24)
        .prop_map(|words| words.concat())
}

/// A file in the style with a few bytes changed.
fn changed() -> impl Strategy<Value = String> {
    const GOOD: &str = "title: 'a <b>'\nmatch:\n  # c\n  - 'x: <y>'\n  - {regex: '(?P<k>a|b)', z: [1, c]}\nfix:\n  - safe: See it\n    run: df -h\n    on: node\nexplanation: >-\n  One two\n  three.\n\n  Four\nlist:\n- a\n- b: c\n";
    let change = (
        0..GOOD.len(),
        0usize..3,
        prop::sample::select(vec![
            "", " ", "\n", ":", "'", "- ", "#", "  ", "x", "]", "\"",
        ]),
    );
    prop::collection::vec(change, 0..5).prop_map(|changes| {
        let mut text = GOOD.to_owned();
        for (at, length, new) in changes {
            let at = at.min(text.len());
            let end = (at + length).min(text.len());
            text.replace_range(at..end, new);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_accepted_is_read_as_the_general_reader_does(text in prop_oneof![pieces(), changed()]) {
        same(&text);
    }
}
