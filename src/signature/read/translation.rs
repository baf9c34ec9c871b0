//! A translation file into texts.

use super::fields::{Reader, get};
use crate::signature::node::{Node, Value};
use crate::signature::problem::Code;
use crate::signature::{Risk, StepText, Template, Translation};

impl Reader {
    pub(super) fn translation(&mut self, node: &Node) -> Translation {
        let entries = self.map(node, "a translation");
        self.keys(
            entries,
            &[
                "title",
                "more",
                "less",
                "explanation",
                "fix",
                "prevent",
                "needs",
            ],
            "a translation",
        );
        let template = |reader: &mut Self, key: &str| {
            get(entries, key).and_then(|node| reader.template(node, key))
        };
        let steps = get(entries, "fix").map_or(Vec::new(), |node| self.list(node));
        Translation {
            title: template(self, "title"),
            explanation: template(self, "explanation"),
            fix: steps.into_iter().map(|step| self.step_text(step)).collect(),
            prevent: template(self, "prevent"),
            needs: get(entries, "needs").and_then(|node| self.text(node, "needs")),
            reasons: ["more", "less"]
                .into_iter()
                .filter_map(|key| get(entries, key))
                .flat_map(|node| self.reasons(node))
                .collect(),
        }
    }

    /// Reasons by their parts, as a signature has them: a map, or a list of maps.
    fn reasons(&mut self, node: &Node) -> Vec<(String, Template)> {
        let mut reasons = Vec::new();
        for item in self.list(node) {
            for (part, reason) in self.map(item, "a reason") {
                if let Some(reason) = self.template(reason, "the reason") {
                    reasons.push((part.text.to_string(), reason));
                }
            }
        }
        reasons
    }

    fn step_text(&mut self, node: &Node) -> StepText {
        if let Value::Text(_) = node.value {
            let text = self.template(node, "a step");
            return StepText {
                text,
                ..StepText::default()
            };
        }
        let entries = self.map(node, "a step");
        self.keys(
            entries,
            &[
                "safe",
                "disruptive",
                "destructive",
                "text",
                "on",
                "takes",
                "loses",
            ],
            "a step",
        );
        let says = entries
            .iter()
            .find(|(key, _)| Risk::from_word(&key.text).is_some());
        if says.is_none() {
            self.say(
                node.line,
                Code::MissingKey,
                "a step begins with its risk, as in the signature",
            );
        }
        StepText {
            text: says.and_then(|(_, node)| self.template(node, "a step")),
            detail: get(entries, "text").and_then(|node| self.template(node, "text")),
            on: get(entries, "on").and_then(|node| self.template(node, "on")),
            takes: get(entries, "takes").and_then(|node| self.text(node, "takes")),
            loses: get(entries, "loses").and_then(|node| self.template(node, "loses")),
        }
    }
}
