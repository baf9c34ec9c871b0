//! A translation file into texts.

use super::fields::{Reader, get};
use crate::signature::node::{Node, Value};
use crate::signature::problem::Code;
use crate::signature::{Risk, StepText, Translation};

impl Reader {
    pub(super) fn translation(&mut self, node: &Node) -> Translation {
        let entries = self.map(node, "a translation");
        self.keys(
            entries,
            &["title", "explanation", "fix", "prevent", "needs"],
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
        }
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
