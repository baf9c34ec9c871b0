//! `tests` into test cases.

use std::collections::BTreeMap;

use super::fields::{Reader, get, json};
use crate::bundle::Program;
use crate::evidence::ObjectKey;
use crate::signature::node::{Key, Node, Value};
use crate::signature::problem::Code;
use crate::signature::{
    Expect, Given, GivenCase, GivenFact, GivenLog, Part, Product, Sureness, TestCase,
};

/// Most tests of one file.
const MOST_CASES: usize = 500;

impl Reader {
    pub(super) fn cases(&mut self, node: &Node, parts: &[Part]) -> Vec<TestCase> {
        let items = self.list(node);
        if items.len() > MOST_CASES {
            self.say(
                node.line,
                Code::TooMuch,
                format!("more than {MOST_CASES} tests"),
            );
        }
        items
            .into_iter()
            .take(MOST_CASES)
            .filter_map(|item| self.case(item, parts))
            .collect()
    }

    fn case(&mut self, node: &Node, parts: &[Part]) -> Option<TestCase> {
        let entries = self.map(node, "a test");
        let lines =
            |reader: &mut Self, key: &str| get(entries, key).map(|node| reader.lines(node, key));
        let (given, known): (Given, &[&str]) = match (lines(self, "hit"), lines(self, "quiet")) {
            (Some(hit), None) => (
                Given::Hit(hit),
                &["name", "hit", "part", "program", "expect"],
            ),
            (None, Some(quiet)) => (Given::Quiet(quiet), &["name", "quiet", "part", "program"]),
            (Some(_), Some(_)) => {
                self.say(
                    node.line,
                    Code::UnknownKey,
                    "a test has either `hit` or `quiet`",
                );
                return None;
            }
            (None, None) => (
                Given::Case(Box::new(self.given(entries))),
                &[
                    "name",
                    "logs",
                    "objects",
                    "facts",
                    "collected",
                    "products",
                    "expect",
                ],
            ),
        };
        self.keys(entries, known, "a test");
        let is_case = matches!(given, Given::Case(_));
        let part = get(entries, "part").and_then(|node| {
            let name = self.text(node, "part")?;
            let at = parts.iter().position(|part| part.name == name);
            if at.is_none() {
                self.say(
                    node.line,
                    Code::DeadReference,
                    format!("`part` names `{name}`, which `find` does not define"),
                );
            }
            at
        });
        let program = get(entries, "program").and_then(|node| {
            self.word(
                node,
                "program",
                Program::ALL,
                Program::name,
                Code::UnknownProgram,
            )
        });
        Some(TestCase {
            name: get(entries, "name").and_then(|node| self.text(node, "name")),
            line: node.line,
            part,
            program,
            given,
            expect: get(entries, "expect")
                .map_or(Expect::default(), |node| self.expect(node, is_case)),
        })
    }

    /// Raw lines: a text of one or more lines, or a list of such.
    fn lines(&mut self, node: &Node, what: &str) -> Vec<String> {
        let texts = self.texts(node, what);
        texts
            .iter()
            .flat_map(|text| text.lines())
            .map(str::to_owned)
            .collect()
    }

    fn given(&mut self, entries: &[(Key, Node)]) -> GivenCase {
        let mut given = GivenCase::default();
        if let Some(node) = get(entries, "logs") {
            for (key, value) in self.map(node, "logs") {
                let (program, at) = match key.text.split_once('@') {
                    Some((program, node)) => (program, Some(node.to_owned())),
                    None => (&*key.text, None),
                };
                let Some(program) = Program::from_name(program) else {
                    self.say(
                        key.line,
                        Code::UnknownProgram,
                        format!("logs: `{program}` is no program; keys are program@node"),
                    );
                    continue;
                };
                let lines = self.lines(value, "a log");
                given.logs.push(GivenLog {
                    program,
                    node: at,
                    lines,
                });
            }
        }
        if let Some(node) = get(entries, "objects") {
            given.objects = self.list(node).into_iter().map(json).collect();
        }
        if let Some(node) = get(entries, "facts") {
            let items = self.list(node);
            given.facts = items
                .into_iter()
                .filter_map(|item| self.fact(item))
                .collect();
        }
        if let Some(node) = get(entries, "collected") {
            let kinds = self.texts(node, "collected");
            given.collected = kinds.iter().map(|kind| object_key(kind)).collect();
        }
        if let Some(node) = get(entries, "products") {
            for (key, value) in self.map(node, "products") {
                match (Product::from_word(&key.text), self.text(value, "a version")) {
                    (Some(product), Some(version)) => {
                        given.products.insert(product, version);
                    }
                    (None, _) => self.say(
                        key.line,
                        Code::UnknownWord,
                        format!("products: unknown `{}`", key.text),
                    ),
                    _ => {}
                }
            }
        }
        if given.logs.is_empty() && given.objects.is_empty() && given.facts.is_empty() {
            let line = entries.first().map_or(0, |(key, _)| key.line);
            self.say(
                line,
                Code::MissingKey,
                "a test has hit, quiet, logs, objects or facts",
            );
        }
        given
    }

    fn fact(&mut self, node: &Node) -> Option<GivenFact> {
        let entries = self.map(node, "a fact");
        self.keys(entries, &["fact", "node", "value"], "a fact");
        let (Some(key), Some(value)) = (get(entries, "fact"), get(entries, "value")) else {
            self.say(node.line, Code::MissingKey, "a fact has `fact` and `value`");
            return None;
        };
        Some(GivenFact {
            key: self.text(key, "fact")?,
            node: get(entries, "node").and_then(|node| self.text(node, "node")),
            value: json(value),
        })
    }

    fn expect(&mut self, node: &Node, is_case: bool) -> Expect {
        let entries = self.map(node, "expect");
        if !is_case {
            return Expect {
                captures: self.pairs(entries),
                ..Expect::default()
            };
        }
        self.keys(
            entries,
            &["match", "sure", "subject", "captures", "run"],
            "expect",
        );
        let pairs = |reader: &mut Self, key: &str| {
            get(entries, key).map_or(BTreeMap::new(), |node| {
                let entries = reader.map(node, key);
                reader.pairs(entries)
            })
        };
        Expect {
            matches: get(entries, "match").map(|node| self.flag(node, "match")),
            sure: get(entries, "sure").and_then(|node| {
                self.word(
                    node,
                    "sure",
                    Sureness::ALL,
                    Sureness::word,
                    Code::UnknownWord,
                )
            }),
            subject: pairs(self, "subject"),
            captures: pairs(self, "captures"),
            run: get(entries, "run").and_then(|node| self.text(node, "run")),
        }
    }

    fn pairs(&mut self, entries: &[(Key, Node)]) -> BTreeMap<String, String> {
        let mut pairs = BTreeMap::new();
        for (key, value) in entries {
            if matches!(value.value, Value::Null) {
                pairs.insert(key.text.clone().into_owned(), String::new());
            } else if let Some(text) = self.text(value, "a value") {
                pairs.insert(key.text.clone().into_owned(), text);
            }
        }
        pairs
    }
}

/// `Volume.longhorn.io`, `Node`.
fn object_key(text: &str) -> ObjectKey {
    let (kind, group) = text.split_once('.').unwrap_or((text, ""));
    ObjectKey {
        kind: kind.to_owned(),
        group: group.to_owned(),
    }
}
