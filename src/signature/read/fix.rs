//! `fix` and `check` into steps and checks.

use super::fields::{Reader, get};
use crate::signature::node::{Node, Value};
use crate::signature::problem::Code;
use crate::signature::{Check, Requirement, Risk, Step, VersionRange};

/// Keys of a step; any order after the risk.
const STEP_KEYS: &[&str] = &[
    "safe",
    "disruptive",
    "destructive",
    "run",
    "text",
    "on",
    "if",
    "takes",
    "loses",
    "check",
];

impl Reader {
    pub(super) fn steps(&mut self, node: &Node) -> Vec<Step> {
        let items = self.list(node);
        items
            .into_iter()
            .filter_map(|item| self.step(item))
            .collect()
    }

    fn step(&mut self, node: &Node) -> Option<Step> {
        let Value::Map(entries) = &node.value else {
            self.say(
                node.line,
                Code::WrongType,
                "a step is a map that begins with its risk: safe, disruptive or destructive",
            );
            return None;
        };
        self.known_keys(entries, STEP_KEYS, "a step");
        let mut risks = entries
            .iter()
            .filter_map(|(key, value)| Risk::from_word(&key.text).map(|risk| (risk, value)));
        let (Some((risk, says)), None) = (risks.next(), risks.next()) else {
            self.say(
                node.line,
                Code::MissingKey,
                "a step has exactly one of safe, disruptive and destructive",
            );
            return None;
        };
        let text = self.template(says, "a step")?;
        let template = |reader: &mut Self, key: &str| {
            get(entries, key).and_then(|node| reader.template(node, key))
        };
        let step = Step {
            risk,
            text,
            detail: template(self, "text"),
            run: template(self, "run"),
            on: template(self, "on"),
            only_if: get(entries, "if").map_or(Vec::new(), |node| self.requirements(node)),
            takes: get(entries, "takes").and_then(|node| self.text(node, "takes")),
            loses: template(self, "loses"),
            check: get(entries, "check").and_then(|node| self.check(node)),
        };
        if risk == Risk::Destructive && step.loses.is_none() {
            self.say(
                node.line,
                Code::NoLoss,
                "a destructive step says in `loses` what is gone, and what to save first",
            );
        }
        Some(step)
    }

    fn requirements(&mut self, node: &Node) -> Vec<Requirement> {
        let mut all = Vec::new();
        for item in self.list(node) {
            let Some(text) = self.text(item, "if") else {
                continue;
            };
            let (negated, range) = match text.trim().strip_prefix("not ") {
                Some(range) => (true, range),
                None => (false, text.as_str()),
            };
            match VersionRange::parse(range) {
                Ok(range) => all.push(Requirement { negated, range }),
                Err(why) => self.say(item.line, Code::BadVersions, format!("if: {why}")),
            }
        }
        all
    }

    pub(super) fn checks(&mut self, node: &Node) -> Vec<Check> {
        let items = self.list(node);
        items
            .into_iter()
            .filter_map(|item| self.check(item))
            .collect()
    }

    fn check(&mut self, node: &Node) -> Option<Check> {
        if let Value::Text(_) = node.value {
            let run = self.template(node, "check")?;
            return Some(Check { run, expect: None });
        }
        let entries = self.map(node, "a check");
        self.keys(entries, &["run", "expect"], "a check");
        let Some(run) = get(entries, "run") else {
            self.say(node.line, Code::MissingKey, "a check has `run`");
            return None;
        };
        Some(Check {
            run: self.template(run, "run")?,
            expect: get(entries, "expect").and_then(|node| self.template(node, "expect")),
        })
    }
}
