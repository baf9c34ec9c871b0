//! Pattern texts, `regex`, `fields` and `block` into patterns.

use std::borrow::Cow;

use super::fields::{Reader, get};
use crate::signature::node::{Bytes, Key, Node, Value};
use crate::signature::pattern::{Pattern, Shapes};
use crate::signature::problem::Code;

/// A run of words under this many bytes makes every line a candidate.
const SHORTEST_LITERAL: usize = 4;
/// Most patterns of one part.
const MOST_PATTERNS: usize = 200;

impl Reader {
    pub(super) fn shapes(&mut self, node: &Node) -> Shapes {
        let mut shapes = Shapes::new();
        for (key, value) in self.map(node, "where-captures") {
            if let Some(text) = self.text(value, "where-captures") {
                shapes.insert(key.text.clone().into_owned(), text);
            }
        }
        shapes
    }

    /// Patterns that lines are looked for with: each needs a literal for the prefilter.
    pub(super) fn log_patterns(&mut self, node: &Node, shapes: &Shapes) -> Vec<Pattern> {
        let patterns = self.patterns(node, shapes);
        // To look would find the literals, which a scan may not need.
        let unchecked = if self.known { &[] } else { patterns.as_slice() };
        for pattern in unchecked {
            let shortest = pattern.literals().iter().map(|literal| literal.len()).min();
            if shortest.unwrap_or(0) < SHORTEST_LITERAL {
                let message = format!(
                    "`{}` has no run of {SHORTEST_LITERAL} bytes that every matching line contains; add words of the program",
                    pattern.source()
                );
                self.say(node.line, Code::ShortLiteral, message);
            }
        }
        patterns
    }

    /// One pattern or a list of them.
    pub(super) fn patterns(&mut self, node: &Node, shapes: &Shapes) -> Vec<Pattern> {
        let items = self.list(node);
        if items.is_empty() {
            self.say(
                node.line,
                Code::MissingKey,
                "at least one pattern is needed",
            );
        }
        if items.len() > MOST_PATTERNS {
            self.say(
                node.line,
                Code::TooMuch,
                format!("more than {MOST_PATTERNS} patterns"),
            );
        }
        items
            .into_iter()
            .take(MOST_PATTERNS)
            .filter_map(|item| self.pattern(item, shapes, 0))
            .collect()
    }

    fn pattern(&mut self, node: &Node, shapes: &Shapes, depth: usize) -> Option<Pattern> {
        let pattern = match &node.value {
            Value::Text(text) | Value::Plain(text) if self.known => {
                Ok(Pattern::known_text(text.clone(), shapes, None))
            }
            Value::Pattern(text, literals) => {
                let literals = borrowed(literals);
                Ok(Pattern::known_text(text.clone(), shapes, literals))
            }
            Value::Text(text) | Value::Plain(text) => Pattern::text(text, shapes),
            Value::Map(entries) => {
                let one = |key: &str| get(entries, key);
                match (one("regex"), one("fields"), one("block")) {
                    (Some(regex), None, None) => {
                        self.keys(entries, &["regex"], "a regex pattern");
                        let source = self.words(regex, "regex")?;
                        match self.known {
                            true => {
                                let literals = match &regex.value {
                                    Value::Pattern(_, literals) => borrowed(literals),
                                    _ => None,
                                };
                                Ok(Pattern::known_regex(source, literals))
                            }
                            false => Pattern::regex(&source),
                        }
                    }
                    (None, Some(fields), None) => {
                        self.keys(entries, &["fields"], "a fields pattern");
                        let mut pairs = Vec::new();
                        for (key, value) in self.map(fields, "fields") {
                            pairs.push((
                                key.text.clone().into_owned(),
                                self.text(value, "a field")?,
                            ));
                        }
                        Pattern::fields(&pairs, shapes)
                    }
                    (None, None, Some(block)) if depth == 0 => {
                        return self.block(entries, block, shapes);
                    }
                    _ => Err(
                        "a pattern is a text, or a map with one of regex, fields and block"
                            .to_owned(),
                    ),
                }
            }
            _ => {
                Err("a pattern is a text, or a map with one of regex, fields and block".to_owned())
            }
        };
        pattern
            .map_err(|why| self.say(node.line, Code::BadPattern, why))
            .ok()
    }

    fn block(&mut self, entries: &[(Key, Node)], block: &Node, shapes: &Shapes) -> Option<Pattern> {
        self.keys(entries, &["block", "has"], "a block pattern");
        if self.text(block, "block")? != "panic" {
            self.say(
                block.line,
                Code::UnknownWord,
                "block: the only kind of block is `panic`",
            );
            return None;
        }
        let Some(has) = get(entries, "has") else {
            self.say(
                block.line,
                Code::MissingKey,
                "a block pattern names in `has` what stands in the block",
            );
            return None;
        };
        let items = self.list(has);
        let has: Vec<Pattern> = items
            .into_iter()
            .take(MOST_PATTERNS)
            .filter_map(|item| self.pattern(item, shapes, 1))
            .collect();
        (!has.is_empty()).then(|| Pattern::block(has))
    }
}

/// What is embedded, where it stands.
fn borrowed(bytes: &Bytes) -> Option<&'static [u8]> {
    match bytes {
        Cow::Borrowed(bytes) => Some(bytes),
        Cow::Owned(_) => None,
    }
}
