//! A map node into its known keys, saying what is unknown, missing, of the wrong type or out of order.

use std::borrow::Cow;

use jiff::SignedDuration;

use crate::signature::node::{Key, Node, Value, Words};
use crate::signature::problem::{Code, SignatureProblem, closest};
use crate::signature::template::Template;

/// Collects the problems of one file.
#[derive(Debug)]
pub(in crate::signature) struct Reader {
    /// The file, as messages show it.
    pub(super) file: String,
    /// The file is one that is shipped, and was checked when it was.
    pub(super) known: bool,
    /// What is wrong so far.
    pub(super) problems: Vec<SignatureProblem>,
}

impl Reader {
    pub(super) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            known: false,
            problems: Vec::new(),
        }
    }

    /// Reads what is shipped.
    pub(in crate::signature) fn of_known(file: &str) -> Self {
        Self {
            known: true,
            ..Self::new(file)
        }
    }

    pub(super) fn say(&mut self, line: u32, code: Code, message: impl Into<String>) {
        self.problems.push(SignatureProblem {
            file: self.file.clone(),
            line,
            code,
            message: message.into(),
        });
    }

    /// The entries of a map; says so where it is none.
    pub(super) fn map<'a>(&mut self, node: &'a Node, what: &str) -> &'a [(Key, Node)] {
        match &node.value {
            Value::Map(entries) => entries,
            Value::Null => &[],
            _ => {
                self.say(node.line, Code::WrongType, format!("{what} is a map"));
                &[]
            }
        }
    }

    /// The items of a list; a single value is a list of one.
    pub(super) fn list<'a>(&mut self, node: &'a Node) -> Vec<&'a Node> {
        match &node.value {
            Value::List(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            _ => vec![node],
        }
    }

    /// A scalar as text.
    pub(super) fn text(&mut self, node: &Node, what: &str) -> Option<String> {
        self.words(node, what).map(Cow::into_owned)
    }

    /// A scalar as text, which stays where it is embedded.
    pub(super) fn words(&mut self, node: &Node, what: &str) -> Option<Words> {
        match &node.value {
            Value::Text(text) | Value::Plain(text) | Value::Pattern(text, _) => Some(match text {
                Cow::Borrowed(text) => Cow::Borrowed(text.trim_end_matches('\n')),
                Cow::Owned(text) => Cow::Owned(text.trim_end_matches('\n').to_owned()),
            }),
            _ => {
                self.say(node.line, Code::WrongType, format!("{what} is a text"));
                None
            }
        }
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, node: &Node, what: &str) -> Vec<String> {
        let items = self.list(node);
        items
            .into_iter()
            .filter_map(|item| self.text(item, what))
            .collect()
    }

    /// A text with places for captures.
    pub(super) fn template(&mut self, node: &Node, what: &str) -> Option<Template> {
        let text = self.words(node, what)?;
        match Template::new(text) {
            Ok(template) => Some(template),
            Err(why) => {
                self.say(node.line, Code::BadTemplate, format!("{what}: {why}"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, node: &Node, what: &str) -> bool {
        match &node.value {
            Value::Plain(text) if text == "true" => true,
            Value::Plain(text) if text == "false" => false,
            _ => {
                self.say(
                    node.line,
                    Code::WrongType,
                    format!("{what} is true or false"),
                );
                false
            }
        }
    }

    /// A whole number from 1.
    pub(super) fn count(&mut self, node: &Node, what: &str) -> Option<u32> {
        let number = match &node.value {
            Value::Plain(text) => text.parse().ok().filter(|&n| n > 0),
            _ => None,
        };
        if number.is_none() {
            self.say(
                node.line,
                Code::WrongType,
                format!("{what} is a whole number from 1"),
            );
        }
        number
    }

    /// A duration such as `10m`.
    pub(super) fn duration(&mut self, node: &Node, what: &str) -> Option<SignedDuration> {
        let text = self.words(node, what)?;
        let duration = duration(&text);
        if duration.is_none() {
            self.say(
                node.line,
                Code::BadDuration,
                format!("{what}: `{text}` is not a duration such as 30s, 10m, 1h30m or 2d"),
            );
        }
        duration
    }

    /// A word of a closed list.
    pub(super) fn word<T: Copy>(
        &mut self,
        node: &Node,
        what: &str,
        all: &[T],
        word_of: fn(T) -> &'static str,
        code: Code,
    ) -> Option<T> {
        let text = self.words(node, what)?;
        let found = all.iter().copied().find(|&value| word_of(value) == text);
        if found.is_none() {
            let hint = match closest(&text, all.iter().map(|&value| word_of(value))) {
                Some(near) => format!("did you mean `{near}`?"),
                None if all.len() <= 8 => {
                    let words: Vec<_> = all.iter().map(|&value| word_of(value)).collect();
                    format!("there are {}", words.join(", "))
                }
                None => "see docs/signature-format.md".to_owned(),
            };
            self.say(node.line, code, format!("{what}: unknown `{text}`; {hint}"));
        }
        found
    }

    /// Says which keys are unknown.
    pub(super) fn known_keys(&mut self, entries: &[(Key, Node)], known: &[&str], what: &str) {
        if self.known {
            return;
        }
        for (key, _) in entries
            .iter()
            .filter(|(key, _)| !known.contains(&&*key.text))
        {
            let hint = closest(&key.text, known.iter().copied())
                .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            self.say(
                key.line,
                Code::UnknownKey,
                format!("{what} has no key `{}`{hint}", key.text),
            );
        }
    }

    /// Says which keys are unknown, and whether the known ones stand in order.
    pub(super) fn keys(&mut self, entries: &[(Key, Node)], known: &[&str], what: &str) {
        if self.known {
            return;
        }
        self.known_keys(entries, known, what);
        let mut last = 0;
        for (key, _) in entries {
            let Some(at) = known.iter().position(|k| *k == key.text) else {
                continue;
            };
            if at < last {
                let after = known.get(last).copied().unwrap_or_default();
                self.say(
                    key.line,
                    Code::KeyOrder,
                    format!("`{}` comes before `{after}`", key.text),
                );
                return;
            }
            last = at;
        }
    }
}

/// The value of a key.
pub(super) fn get<'a>(entries: &'a [(Key, Node)], key: &str) -> Option<&'a Node> {
    entries
        .iter()
        .find(|(k, _)| k.text == key)
        .map(|(_, node)| node)
}

/// `30s`, `10m`, `1h30m`, `2d`, `500ms`.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let mut total = SignedDuration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at_checked(digits)?;
        let letters = after
            .find(|c: char| c.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(letters)?;
        let number: i32 = number.parse().ok()?;
        let unit = match unit {
            "ms" => SignedDuration::from_millis(1),
            "s" => SignedDuration::from_secs(1),
            "m" => SignedDuration::from_mins(1),
            "h" => SignedDuration::from_hours(1),
            "d" => SignedDuration::from_hours(24),
            _ => return None,
        };
        total = total.checked_add(unit.checked_mul(number)?)?;
        rest = after;
    }
    Some(total)
}

/// A tree as a JSON value.
pub(super) fn json(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Null | Value::Later(_) => serde_json::Value::Null,
        Value::Plain(text) => serde_json::from_str(text).unwrap_or_else(|_| (&**text).into()),
        Value::Text(text) | Value::Pattern(text, _) => (&**text).into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, node)| (key.text.clone().into_owned(), json(node)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        assert_eq!(duration("1h30m"), Some(SignedDuration::from_mins(90)));
        assert_eq!(duration("2d"), Some(SignedDuration::from_hours(48)));
        assert_eq!(duration("500ms"), Some(SignedDuration::from_millis(500)));
        for bad in ["", "10", "m", "10x", "-5m", "99999999999h", "5 m"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }
}
