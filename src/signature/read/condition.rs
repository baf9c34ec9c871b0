//! `all`, `any`, `more`, `less`, `without`, `if-missing`, `window` and `join` into a condition over part indexes.

use super::fields::{Reader, get};
use crate::signature::node::{Key, Node, Value};
use crate::signature::problem::{Code, closest};
use crate::signature::{Condition, Join, Part, Sureness, Template, Weight};

impl Reader {
    pub(super) fn condition(&mut self, entries: &[(Key, Node)], parts: &[Part]) -> Condition {
        let named = |reader: &mut Self, key: &str| {
            get(entries, key).map_or(Vec::new(), |node| reader.names(node, key, parts))
        };
        let mut condition = Condition {
            all: named(self, "all"),
            any: named(self, "any"),
            more: get(entries, "more").map_or(Vec::new(), |node| self.weights(node, "more", parts)),
            less: get(entries, "less").map_or(Vec::new(), |node| self.weights(node, "less", parts)),
            without: named(self, "without"),
            if_missing: get(entries, "if-missing")
                .map_or(Vec::new(), |node| self.if_missing(node, parts)),
            window: get(entries, "window").and_then(|node| self.duration(node, "window")),
            join: get(entries, "join").map_or(Join::default(), |node| self.join(node)),
        };
        if condition.all.is_empty() && condition.any.is_empty() {
            condition.all = unused(&condition, parts);
        } else if get(entries, "find").is_some() {
            for at in unused(&condition, parts) {
                if !condition.all.contains(&at)
                    && !condition.any.contains(&at)
                    && let Some(part) = parts.get(at)
                {
                    self.say(
                        0,
                        Code::UnusedPart,
                        format!("no condition uses part `{}`", part.name),
                    );
                }
            }
        }
        if condition.all.is_empty() && condition.any.is_empty() && !parts.is_empty() {
            self.say(
                0,
                Code::MissingKey,
                "nothing must hold: name parts under `all` or `any`",
            );
        }
        condition
    }

    fn index(&mut self, line: u32, name: &str, key: &str, parts: &[Part]) -> Option<usize> {
        let found = parts.iter().position(|part| part.name == name);
        if found.is_none() {
            let hint = closest(name, parts.iter().map(|part| part.name.as_str()))
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            self.say(
                line,
                Code::DeadReference,
                format!("`{key}` names `{name}`, which `find` does not define{hint}"),
            );
        }
        found
    }

    fn names(&mut self, node: &Node, key: &str, parts: &[Part]) -> Vec<usize> {
        let mut indexes = Vec::new();
        for item in self.list(node) {
            if let Some(name) = self.text(item, key)
                && let Some(at) = self.index(item.line, &name, key, parts)
                && !indexes.contains(&at)
            {
                indexes.push(at);
            }
        }
        indexes
    }

    /// `[a, b]`, `{a: reason}` or `[a, {b: reason}]`.
    fn weights(&mut self, node: &Node, key: &str, parts: &[Part]) -> Vec<Weight> {
        let mut weights = Vec::new();
        let items = self.list(node);
        for item in items {
            if let Value::Map(entries) = &item.value {
                for (name, reason) in entries {
                    let reason: Option<Template> = self.template(reason, "the reason");
                    if let Some(part) = self.index(name.line, &name.text, key, parts) {
                        weights.push(Weight { part, reason });
                    }
                }
            } else if let Some(name) = self.text(item, key)
                && let Some(part) = self.index(item.line, &name, key, parts)
            {
                weights.push(Weight { part, reason: None });
            }
        }
        weights
    }

    fn if_missing(&mut self, node: &Node, parts: &[Part]) -> Vec<(usize, Sureness)> {
        let mut all = Vec::new();
        for (key, value) in self.map(node, "if-missing") {
            let sure = self.word(
                value,
                "if-missing",
                Sureness::ALL,
                Sureness::word,
                Code::UnknownWord,
            );
            let at = self.index(key.line, &key.text, "if-missing", parts);
            if let (Some(at), Some(sure)) = (at, sure) {
                all.push((at, sure));
            }
        }
        all
    }

    fn join(&mut self, node: &Node) -> Join {
        match self.text(node, "join").as_deref() {
            Some("node") => Join::Node,
            Some("namespace") => Join::Namespace,
            Some("object") => Join::Object,
            Some("captures") | None => Join::Captures,
            Some(name) => Join::Capture(name.trim_matches(['<', '>']).to_owned()),
        }
    }
}

/// Parts that no condition and no follow-up uses.
fn unused(condition: &Condition, parts: &[Part]) -> Vec<usize> {
    let weighed = condition
        .more
        .iter()
        .chain(&condition.less)
        .map(|weight| weight.part);
    let followed = parts
        .iter()
        .filter_map(|part| part.time.then.as_ref().map(|then| then.part));
    let used: Vec<usize> = weighed
        .chain(followed)
        .chain(condition.without.iter().copied())
        .collect();
    (0..parts.len()).filter(|at| !used.contains(at)).collect()
}
