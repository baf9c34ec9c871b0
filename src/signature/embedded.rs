//! The JSON text that `build.rs` made of the shipped files into the same trees that YAML files become.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::node::{Key, Node, Value};

/// The shipped files: ids to trees.
const TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/signatures.json"));

/// The tests of the shipped files: ids to trees.
const TESTS: &str = include_str!(concat!(env!("OUT_DIR"), "/tests.json"));

/// What [`shipped`] is read from.
pub(super) fn text() -> &'static str {
    TEXT
}

/// Everything that is shipped but the tests. Lines are 0.
pub(super) fn shipped() -> Shipped {
    serde_json::from_str(TEXT).unwrap_or_default()
}

/// Everything that is shipped.
pub(super) fn shipped_with_tests() -> Shipped {
    let mut shipped = shipped();
    let tests: BTreeMap<String, Node> = serde_json::from_str::<Pairs>(TESTS)
        .unwrap_or_default()
        .into_iter()
        .collect();
    for (id, tree) in &mut shipped.signatures {
        if let (Some(tests), Value::Map(entries)) = (tests.get(id), &mut tree.value) {
            let key = Key {
                text: "tests".to_owned(),
                line: 0,
            };
            entries.push((key, tests.clone()));
        }
    }
    shipped
}

/// The shipped files as trees, in order of id.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct Shipped {
    /// Id to signature.
    pub(super) signatures: Pairs,
    /// Language, then id, to translation.
    pub(super) translations: Vec<(String, Pairs)>,
    /// `renamed.yaml`.
    pub(super) renamed: Option<Node>,
    /// `version.yaml`.
    pub(super) version: Option<Node>,
}

/// Ids and trees.
pub(super) type Pairs = Vec<(String, Node)>;

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_any(Tree)
            .map(|value| Node { line: 0, value })
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Plain(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Vec::new();
        while let Some((text, node)) = entries.next_entry::<String, Node>()? {
            map.push((Key { text, line: 0 }, node));
        }
        Ok(Value::Map(map))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::signature::node;

    fn without_lines(node: &mut Node) {
        node.line = 0;
        match &mut node.value {
            Value::List(items) => items.iter_mut().for_each(without_lines),
            Value::Map(entries) => {
                for (key, node) in entries {
                    key.line = 0;
                    without_lines(node);
                }
            }
            Value::Null | Value::Plain(_) | Value::Text(_) => {}
        }
    }

    #[test]
    fn yaml_and_its_json_are_one_tree() {
        let yaml = "b: 1\na: [x, \"1\", true, ~, -2.5]\nc: {z: |\n  two\n  lines\n, y: 'q''q'}\n";
        let yaml = yaml.replace(
            "{z: |\n  two\n  lines\n, y: 'q''q'}",
            "\n  z: |\n    two\n    lines\n  y: 'q''q'",
        );
        let mut tree = node::parse(&yaml).unwrap();
        let mut json = String::new();
        tree.write_json(&mut json);
        without_lines(&mut tree);
        assert_eq!(serde_json::from_str::<Node>(&json).unwrap(), tree);
        assert!(
            json.starts_with(r#"{"b":1,"a":["x","1",true,null,-2.5]"#),
            "{json}"
        );
    }

    #[test]
    fn hostile_files_are_faults() {
        let deep = "[".repeat(200);
        let (line, why) = node::parse(&deep).unwrap_err();
        assert!(line <= 1 && why.contains("nested"), "{why}");
        assert!(
            node::parse("a: &x [1]\nb: *x\n")
                .unwrap_err()
                .1
                .contains("aliases")
        );
        assert!(node::parse("a: 1\na: 2\n").unwrap_err().1.contains("twice"));
        assert_eq!(node::parse("a: 1\nb: 2\na: 2\n").unwrap_err().0, 3);
        assert!(
            node::parse("a: 1\n---\nb: 2\n")
                .unwrap_err()
                .1
                .contains("second document")
        );
        assert!(node::parse("").unwrap_err().1.contains("empty"));
        assert!(
            node::parse(&"- 1\n".repeat(60_000))
                .unwrap_err()
                .1
                .contains("values")
        );
        assert!(
            node::parse(&"x".repeat(node::LARGEST + 1))
                .unwrap_err()
                .1
                .contains("larger")
        );
        assert!(node::parse("? [a]\n: b\n").unwrap_err().1.contains("key"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_tree_or_a_fault(text in "\\PC*|[\\[\\]{}:,&*!|>'\"%#?\\- \n\ta-c]{0,60}") {
            if let Ok(mut tree) = node::parse(&text) {
                let mut json = String::new();
                tree.write_json(&mut json);
                without_lines(&mut tree);
                let back: Node = serde_json::from_str(&json).unwrap();
                if !text.contains(['.', 'e', 'E', '-']) {
                    prop_assert_eq!(back, tree);
                }
            }
        }
    }
}
