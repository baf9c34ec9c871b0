//! The bytes that `build.rs` made of the shipped files into the same trees that YAML files become.
//!
//! Texts stay where they are embedded, so that to read a tree costs little more than its lists and maps.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::node::{self, Key, Node, Value, Words};

/// The shipped files: ids to trees.
const TREES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/signatures.trees"));

/// The tests of the shipped files: ids to trees.
const TESTS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/tests.trees"));

/// What [`shipped`] is read from.
pub(super) fn bytes() -> &'static [u8] {
    TREES
}

/// Everything that is shipped but the tests. Lines are 0.
pub(super) fn shipped() -> Shipped {
    Bytes(TREES).shipped().unwrap_or_default()
}

/// Everything that is shipped.
pub(super) fn shipped_with_tests() -> Shipped {
    let mut shipped = shipped();
    let tests = Bytes(TESTS).pairs().unwrap_or_default();
    let mut tests: BTreeMap<Words, Node> = tests.into_iter().collect();
    for (id, tree) in &mut shipped.signatures {
        whole(tree);
        if let (Some(tests), Value::Map(entries)) = (tests.remove(id), &mut tree.value) {
            let key = Key {
                text: Cow::Borrowed("tests"),
                line: 0,
            };
            entries.push((key, tests));
        }
    }
    shipped
}

/// The lines of the shipped tests that must match, by id.
pub(super) fn hits() -> BTreeMap<Words, Vec<Words>> {
    let tests = Bytes(TESTS).pairs().unwrap_or_default();
    tests
        .into_iter()
        .map(|(id, tests)| (id, hits_of(tests)))
        .collect()
}

/// The texts under `hit` of a list of tests.
fn hits_of(tests: Node) -> Vec<Words> {
    let Value::List(tests) = tests.value else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for test in tests {
        let Value::Map(entries) = test.value else {
            continue;
        };
        for (_, node) in entries.into_iter().filter(|(key, _)| key.text == "hit") {
            let given = match node.value {
                Value::List(items) => items,
                value => vec![Node { line: 0, value }],
            };
            lines.extend(given.into_iter().filter_map(|node| match node.value {
                Value::Plain(text) | Value::Text(text) => Some(text),
                _ => None,
            }));
        }
    }
    lines
}

/// The tree that was put off ([`Value::Later`]).
pub(super) fn later(bytes: &'static [u8]) -> Option<Node> {
    Bytes(bytes).node(DEPTH)
}

/// The literals of a [`Value::Pattern`].
pub(super) fn literals(bytes: &'static [u8]) -> Option<Vec<Box<[u8]>>> {
    let mut bytes = Bytes(bytes);
    (0..bytes.number()?)
        .map(|_| bytes.bytes().map(Into::into))
        .collect()
}

/// Makes a tree what its file is: without what was looked for in advance, and nothing put off.
fn whole(node: &mut Node) {
    match &mut node.value {
        Value::Pattern(text, _) => node.value = Value::Text(std::mem::take(text)),
        Value::Later(Cow::Borrowed(bytes)) => {
            if let Some(there) = later(bytes) {
                *node = there;
            }
        }
        Value::List(items) => items.iter_mut().for_each(whole),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, node)| whole(node)),
        Value::Null | Value::Plain(_) | Value::Text(_) | Value::Later(_) => {}
    }
}

/// The shipped files as trees, in order of id.
#[derive(Debug, Default)]
pub(super) struct Shipped {
    /// Id to signature.
    pub(super) signatures: Pairs,
    /// Language, then id, to translation.
    pub(super) translations: Vec<(Words, Pairs)>,
    /// `renamed.yaml`.
    pub(super) renamed: Option<Node>,
    /// `version.yaml`.
    pub(super) version: Option<Node>,
}

/// Ids and trees.
pub(super) type Pairs = Vec<(Words, Node)>;

/// A value may stand in the deepest list.
const DEPTH: usize = node::DEEPEST + 1;

/// What is left to read. `None` of its readers: not what `build.rs` writes.
struct Bytes(&'static [u8]);

impl Bytes {
    fn shipped(&mut self) -> Option<Shipped> {
        let signatures = self.pairs()?;
        let translations = (0..self.number()?)
            .map(|_| Some((self.text()?, self.pairs()?)))
            .collect::<Option<_>>()?;
        let mut file = || {
            let tree = self.node(DEPTH)?;
            Some((tree.value != Value::Null).then_some(tree))
        };
        Some(Shipped {
            signatures,
            translations,
            renamed: file()?,
            version: file()?,
        })
    }

    fn pairs(&mut self) -> Option<Pairs> {
        (0..self.number()?)
            .map(|_| Some((self.text()?, self.node(DEPTH)?)))
            .collect()
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        let depth = depth.checked_sub(1)?;
        let value = match self.byte()? {
            node::NULL => Value::Null,
            node::PLAIN => Value::Plain(self.text()?),
            node::TEXT => Value::Text(self.text()?),
            node::LIST => {
                let count = self.number()?;
                let mut items = Vec::with_capacity(count);
                for _ in 0..count {
                    items.push(self.node(depth)?);
                }
                Value::List(items)
            }
            node::MAP => {
                let count = self.number()?;
                let mut entries = Vec::with_capacity(count);
                for _ in 0..count {
                    let text = self.text()?;
                    entries.push((Key { text, line: 0 }, self.node(depth)?));
                }
                Value::Map(entries)
            }
            node::PATTERN => {
                let text = self.text()?;
                Value::Pattern(text, self.bytes()?.into())
            }
            node::LATER => Value::Later(self.bytes()?.into()),
            _ => return None,
        };
        Some(Node { line: 0, value })
    }

    fn text(&mut self) -> Option<Words> {
        std::str::from_utf8(self.bytes()?).ok().map(Cow::Borrowed)
    }

    fn bytes(&mut self) -> Option<&'static [u8]> {
        let length = self.number()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..28).step_by(7) {
            let byte = usize::from(self.byte()?);
            number |= (byte % 128) << shift;
            if byte < 128 {
                return Some(number);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
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
            Value::Pattern(..) | Value::Later(_) => unreachable!("of no file"),
        }
    }

    /// Writes a tree and reads it.
    fn through_bytes(tree: &Node) -> Option<Node> {
        let mut bytes = Vec::new();
        tree.write(&mut bytes);
        let mut bytes = Bytes(bytes.leak());
        let tree = bytes.node(DEPTH)?;
        bytes.0.is_empty().then_some(tree)
    }

    #[test]
    fn yaml_and_its_bytes_are_one_tree() {
        let long = "x".repeat(20_000);
        let yaml = format!(
            "b: 1\na: [x, \"1\", true, ~, -2.5]\nc:\n  z: |\n    two\n    lines\n  y: 'q''q'\n  x: é{long}\n"
        );
        let mut tree = node::parse(&yaml).unwrap();
        without_lines(&mut tree);
        assert_eq!(through_bytes(&tree).unwrap(), tree);
    }

    #[test]
    fn bytes_that_were_cut_are_no_tree() {
        let mut bytes = Vec::new();
        node::parse("a: [x, {b: c}]\n").unwrap().write(&mut bytes);
        let bytes: &'static [u8] = bytes.leak();
        for length in 0..bytes.len() {
            assert_eq!(Bytes(&bytes[..length]).node(9), None, "{length}");
        }
        assert!(Bytes(bytes).node(9).is_some() && Bytes(bytes).node(2).is_none());
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
            node::parse(&"x".repeat(node::FileLimits::default().bytes + 1))
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
                without_lines(&mut tree);
                prop_assert_eq!(through_bytes(&tree), Some(tree));
            }
        }
    }
}
